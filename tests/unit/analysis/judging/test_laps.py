"""Miles, 400 m and laps in place of kilometres, and intervals told from their rests."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.judging.config import FindingsConfig, SegmentConfig
from analysis.judging.laps import efforts_of, laps_of
from analysis.judging.segments import segments_of
from analysis.lengths import Split
from analysis.records import Segment, StrideTable
from analysis.words import LapKind
from tests.support.stride_tables import STRIDE_S, steady_run

CONFIG, FINDINGS = SegmentConfig(), FindingsConfig()


def laps(table: StrideTable, *lap_s: float) -> tuple[Segment, ...]:
    total_m = float(table["distance_m"][-1] + STRIDE_S * table["speed_mps"][-1])
    return laps_of(table, total_m, lap_s=np.array(lap_s), config=CONFIG, findings=FINDINGS)


def paced(*parts: tuple[int, float], walked: tuple[int, ...] = ()) -> StrideTable:
    """Return strides of 0.7 s in parts of (count, m/s), numbered from 0; those of ``walked`` are walked."""
    count, speed_mps = np.array([n for n, _ in parts]), np.array([v for _, v in parts])
    steps_m = np.repeat(speed_mps * STRIDE_S, count)
    part = np.repeat(np.arange(len(parts)), count)
    return steady_run(
        len(steps_m),
        distance_m=np.cumsum(steps_m) - steps_m,
        speed_mps=np.repeat(speed_mps, count),
        activity=np.where(np.isin(part, walked), "walk", "run").astype(object),
        judged=~np.isin(part, walked),
        trunk_flexion_adj_deg=part.astype(float),
    )


@pytest.mark.parametrize(
    ("split", "edges_m"),
    [
        (Split.KILOMETRE, [0.0, 1000.0, 2000.0]),
        (Split.MILE, [0.0, 1609.344, 2000.0]),
        (Split.SHORT, [0.0, 400.0, 800.0, 1200.0, 1600.0, 2000.0]),
    ],
)
def test_the_run_is_cut_at_what_was_asked_for(split: Split, edges_m: list[float]) -> None:
    rows = segments_of(steady_run(1000), 2000.0, config=SegmentConfig(split=split), findings=FINDINGS)
    assert [row.from_m for row in rows] == pytest.approx(edges_m[:-1])
    assert [row.to_m for row in rows] == pytest.approx(edges_m[1:])
    assert sum(row.stride_count for row in rows) == 1000
    assert {row.lap for row in rows} == {0}


def test_only_the_split_that_was_asked_for_moves_the_hash() -> None:
    hashes = {split: AnalysisConfig(segments=SegmentConfig(split=split)).hash() for split in Split}
    assert len(set(hashes.values())) == len(Split)
    assert hashes[Split.KILOMETRE] == AnalysisConfig().hash()


def test_laps_run_from_the_first_stride_over_each_mark_to_the_last() -> None:
    found = laps(steady_run(1000), 140.0, 350.0)
    assert [row.lap for row in found] == [1, 2, 3]
    assert [row.duration_s for row in found] == pytest.approx([140.0, 210.0, 350.0])
    assert [row.to_m for row in found] == pytest.approx([400.0, 1000.0, 2000.0])
    assert [row.stride_count for row in found] == [200, 300, 500]


@pytest.mark.parametrize("lap_s", [(), (-5.0,), (0.0,), (3.0,), (699.0,), (5000.0,)])
def test_no_mark_within_the_run_makes_no_laps(lap_s: tuple[float, ...]) -> None:
    assert laps(steady_run(1000), *lap_s) == ()


def test_an_unknown_distance_makes_no_laps() -> None:
    table = steady_run(10, distance_m=np.full(10, np.nan))
    assert laps_of(table, float("nan"), lap_s=np.array([3.0]), config=CONFIG, findings=FINDINGS) == ()


@given(st.lists(st.floats(-50.0, 800.0), max_size=20))
def test_laps_cover_the_run_without_gap_or_overlap(lap_s: list[float]) -> None:
    found = laps(steady_run(1000), *sorted(lap_s))
    if found:
        assert sum(row.stride_count for row in found) == 1000
        assert sum(row.duration_s for row in found) == pytest.approx(700.0)
        assert (found[0].from_m, found[-1].to_m) == pytest.approx((0.0, 2000.0))
        assert all(one.to_m == other.from_m for one, other in pairwise(found))


def test_jogged_and_walked_recoveries_are_rests_and_warming_up_is_not() -> None:
    # Warming up at 2.8 m/s, fast, jogged, fast, walked, fast, cooling down at 2.5 m/s.
    parts = ((200, 2.8), (100, 4.5), (100, 2.5), (100, 4.5), (100, 1.5), (100, 4.5), (200, 2.5))
    found = laps(paced(*parts, walked=(4,)), *(STRIDE_S * np.cumsum([n for n, _ in parts])[:-1]))
    assert [row.lap_kind for row in found] == ["work", "work", "rest", "work", "rest", "work", "work"]


@pytest.mark.parametrize(("jog_mps", "kind"), [(3.21, LapKind.WORK), (3.19, LapKind.REST)])
def test_a_lap_is_a_rest_below_four_fifths_of_the_slower_lap_beside_it(jog_mps: float, kind: LapKind) -> None:
    found = laps(paced((100, 5.0), (100, jog_mps), (100, 4.0)), 70.0, 140.0)
    assert found[1].lap_kind == kind


@pytest.mark.parametrize(("walked_of_100", "kind"), [(49, LapKind.WORK), (51, LapKind.REST)])
def test_a_lap_is_a_rest_where_less_than_half_of_it_was_run(walked_of_100: int, kind: LapKind) -> None:
    table = paced((100, 3.0), (100 - walked_of_100, 3.0), (walked_of_100, 3.0), walked=(2,))
    assert [row.lap_kind for row in laps(table, 70.0)] == ["work", kind]


def test_work_and_rest_are_summed_up_apart() -> None:
    table = paced((100, 5.0), (100, 2.0), (100, 5.0), walked=(1,))
    work, rest = efforts_of(table, laps(table, 70.0, 140.0), findings=FINDINGS)
    assert (work.kind, work.lap_count, rest.kind, rest.lap_count) == ("work", 2, "rest", 1)
    assert (work.duration_s, rest.duration_s) == pytest.approx((140.0, 70.0))
    assert (work.distance_m, rest.distance_m) == pytest.approx((700.0, 140.0))
    # The change is 0 in the first lap and 2 in the last, half of the strides each.
    assert work.adj_deg == pytest.approx(1.0)
    assert np.isnan(rest.adj_deg)


def test_an_even_run_in_laps_has_no_efforts() -> None:
    table = steady_run(1000)
    assert efforts_of(table, laps(table, 140.0, 350.0), findings=FINDINGS) == ()


@pytest.mark.parametrize(("judged", "is_told"), [(24, False), (25, True)])
def test_a_lap_shows_a_change_from_as_many_judged_strides_as_a_flag_looks_at(
    judged: int, is_told: bool
) -> None:
    table = steady_run(200, judged=np.arange(200) < 100 + judged, trunk_flexion_adj_deg=np.full(200, 5.0))
    first, second = laps(table, 70.0)
    assert (first.adj_deg, first.flag) == (5.0, "slouched")
    assert (second.adj_deg == 5.0) == is_told
    assert second.flag == ("slouched" if is_told else "none")
