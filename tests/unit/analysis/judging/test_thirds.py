"""First third against last third, at what pace and slope they share."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from analysis.config import ThirdsConfig
from analysis.judging.thirds import thirds_of
from analysis.records import Axis, MountingShift, StrideTable, Thirds
from tests.support.stride_tables import steady_run

COUNT = 3_000
"""Six kilometres."""

SWAY_DEG = np.random.default_rng(4).normal(0, 0.5, COUNT)


def compared(table: StrideTable, *, measured: bool = False, shifts: Any = ()) -> Thirds:
    return thirds_of(table, speed_is_measured=measured, shifts=shifts, config=ThirdsConfig())


def run_of(flexion_deg: Any, **columns: Any) -> StrideTable:
    return steady_run(COUNT, trunk_flexion_deg=flexion_deg, **columns)


def rising(by_deg: float) -> Any:
    """Return a lean that is even for two kilometres, and that much further from the third on."""
    return 6.0 + SWAY_DEG + np.where(np.arange(COUNT) >= COUNT // 2, by_deg, 0.0)


def test_the_last_third_is_told_against_the_first() -> None:
    found = compared(run_of(rising(3.0)))
    assert found.change_deg == pytest.approx(3.0, abs=0.05)
    assert found.lo_deg <= 3.0 <= found.hi_deg
    assert found.is_shown
    assert found.first is not None
    assert found.last is not None
    assert (found.first.from_m, found.first.to_m) == (0.0, pytest.approx(2_000.0, abs=4))
    assert (found.last.from_m, found.last.to_m) == (pytest.approx(4_000.0, abs=4), pytest.approx(5_998.0))
    assert (found.matched_by, found.because, found.doubt) == ((), "", "")


def test_a_slouch_that_sets_in_within_the_last_third_is_shown() -> None:
    # Even for 4.4 km, 6° further from 4.9 km on: the mean of the last third, of its 2 km, is 4.05° further.
    sets_in = np.interp(np.arange(COUNT) * 2.0, [4_400.0, 4_900.0], [0.0, 6.0])
    found = compared(run_of(6.0 + SWAY_DEG + sets_in))
    assert found.change_deg == pytest.approx(4.05, abs=0.05)
    assert found.is_shown
    assert found.detectable_deg < 0.5


def test_an_even_run_shows_no_change() -> None:
    scatter = np.random.default_rng(3).normal(0, 1.0, COUNT)
    found = compared(run_of(6.0 + scatter))
    assert not found.is_shown
    assert found.lo_deg < 0 < found.hi_deg
    assert found.detectable_deg == pytest.approx((found.hi_deg - found.lo_deg) / 2)


def test_the_adjusted_angle_counts_where_it_is_known() -> None:
    found = compared(run_of(rising(3.0), trunk_flexion_adj_deg=rising(1.0) - 6.0))
    assert found.change_deg == pytest.approx(1.0, abs=0.05)


def test_only_the_pace_that_both_have_counts_where_it_was_measured() -> None:
    # The last kilometre is run half as fast again, and leans 10° more for it.
    fast = np.arange(COUNT) >= COUNT * 5 // 6
    table = run_of(rising(2.0) + np.where(fast, 10.0, 0.0), speed_mps=np.where(fast, 4.4, 2.9))
    found = compared(table, measured=True)
    assert found.matched_by == ("pace",)
    assert found.change_deg == pytest.approx(2.0, abs=0.05)
    assert found.last is not None
    assert found.last.counted_m == pytest.approx(1_000.0, abs=20)
    assert compared(table).change_deg == pytest.approx(7.0, abs=0.05)


def test_only_slopes_that_both_have_count() -> None:
    steep = np.arange(COUNT) >= COUNT * 5 // 6
    table = run_of(rising(2.0) + np.where(steep, 5.0, 0.0), grade_pct=np.where(steep, 6.0, 0.0))
    found = compared(table)
    assert found.matched_by == ("slope",)
    assert found.change_deg == pytest.approx(2.0, abs=0.05)


def test_thirds_that_share_no_pace_are_not_compared() -> None:
    table = run_of(rising(2.0), speed_mps=np.linspace(2.0, 5.0, COUNT))
    found = compared(table, measured=True)
    assert math.isnan(found.change_deg)
    assert found.because == "too little of the two was run at the same pace and slope"
    assert not found.is_shown


def test_a_short_run_is_not_compared() -> None:
    assert compared(steady_run(800)).because == "the run is too short"
    assert compared(StrideTable({})).because == "the run is too short"


def test_walks_and_unusable_strides_count_for_nothing() -> None:
    lost = np.zeros(COUNT, dtype=bool)
    lost[:300] = True
    table = run_of(rising(3.0) + np.where(lost, 40.0, 0.0), usable=~lost)
    assert compared(table).change_deg == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize(("axis", "is_doubted"), [(Axis.FORWARD, True), (Axis.SIDEWAYS, False)])
def test_a_step_between_the_two_is_told(axis: Axis, is_doubted: bool) -> None:
    found = compared(run_of(rising(3.0)), shifts=(MountingShift(1_050.0, 3_000.0, 3.0, axis),))
    assert bool(found.doubt) == is_doubted


def test_a_constant_added_to_every_stride_changes_nothing() -> None:
    one, other = compared(run_of(rising(3.0))), compared(run_of(rising(3.0) + 5.0))
    assert other.change_deg == pytest.approx(one.change_deg)
    assert other.detectable_deg == pytest.approx(one.detectable_deg)
