"""Which strides cannot be trusted, and why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.signal.records import EvenStream, Strides
from analysis.signal.strides import longest_loss
from analysis.stride.config import PostureConfig
from analysis.stride.usable import mean_force_g, stride_fraction, usable_columns
from sensor.samples import BoolArray, FloatArray
from sensor.virtual.runner.gait import OVERSTRIDER
from sensor.virtual.runner.imu_errors import CONSUMER
from sensor.virtual.runner.plan import RunPlan, corner, run, stand
from sensor.virtual.runner.simulation import VirtualRun
from tests.support.short_runs import OPENING, PLAIN, report, virtual
from tests.support.streams import even, even_strides

CONFIG = PostureConfig()
G = 9.80665
ROWS = 74.0


def steady(count: int = 3000, g: float = 1.0) -> EvenStream:
    """Return a stream whose mean specific force is ``g``, bouncing between nought and twice that."""
    row = np.arange(count)
    acc = np.zeros((count, 3))
    acc[:, 2] = g * G * (1.0 + np.sin(2 * np.pi * 2 * row / ROWS))
    return even(acc, None)


def strides() -> Strides:
    return even_strides(0.0, ROWS, 40)


def judged(stream: EvenStream, rom_deg: FloatArray | None = None) -> tuple[BoolArray, list[str]]:
    rom = np.full(40, 10.0) if rom_deg is None else rom_deg
    usable, because = usable_columns(
        stream, strides(), path=None, flexion_rom_deg=rom, speed_known=False, config=CONFIG
    )
    assert (usable == (because == "")).all()
    return usable, because.tolist()


def test_steady_strides_are_all_usable() -> None:
    usable, _ = judged(steady())
    assert usable.all()


@pytest.mark.parametrize(("rows", "trusted"), [(36, True), (38, False)])
def test_a_loss_longer_than_half_a_stride_takes_the_strides_it_touches(rows: int, trusted: bool) -> None:
    present = np.ones(3000, dtype=bool)
    present[750 : 750 + rows] = False
    usable, because = judged(replace(steady(), present=present))
    assert usable.all() == trusted
    if not trusted:
        assert [k for k, why in enumerate(because) if why] == [10]
        assert because[10] == "gap"


def test_a_loss_over_a_boundary_counts_whole_for_both_strides() -> None:
    present = np.ones(3000, dtype=bool)
    present[720:760] = False
    _, because = judged(replace(steady(), present=present))
    assert [k for k, why in enumerate(because) if why == "gap"] == [9, 10]


def test_the_longest_of_several_losses_counts_not_their_sum() -> None:
    present = np.ones(3000, dtype=bool)
    for first in (745, 765, 785):
        present[first : first + 15] = False
    loss = longest_loss(replace(steady(), present=present), strides())
    assert loss[10] == pytest.approx(15 / ROWS)
    assert np.delete(loss, 10).max() == 0.0


def test_longest_loss_equals_a_plain_loop() -> None:
    rng = np.random.default_rng(5)
    present = np.repeat(rng.random(600) > 0.2, 5)
    some = even_strides(11.3, 71.7, 35)
    expected = np.zeros(35)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], ~present, [0])).astype(int)))
    for k in range(35):
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            if a < some.end_row[k] and b > some.start_row[k]:
                expected[k] = max(expected[k], (b - a) / 71.7)
    np.testing.assert_allclose(longest_loss(replace(steady(), present=present), some), expected)


@pytest.mark.parametrize(("clipped_rows", "trusted"), [(1, True), (2, False)])
def test_more_than_two_percent_clipped_samples_take_a_stride(clipped_rows: int, trusted: bool) -> None:
    # One sample of 74 is 1.4 %, two are 2.7 %.
    clipped = np.zeros(3000, dtype=bool)
    clipped[750 : 750 + clipped_rows] = True
    usable, because = judged(replace(steady(), clipped=clipped))
    assert usable.all() == trusted
    assert set(because) - {""} == (set() if trusted else {"clipped"})


@pytest.mark.parametrize(("g", "trusted"), [(1.02, True), (0.98, True), (1.04, False), (0.96, False)])
def test_mean_specific_force_off_by_three_percent_is_a_loose_sensor(g: float, trusted: bool) -> None:
    usable, because = judged(steady(g=g))
    assert usable.all() == trusted
    assert set(because) == ({""} if trusted else {"loose"})


def test_mean_force_off_beside_clipped_samples_is_clipping_not_looseness() -> None:
    clipped = np.zeros(3000, dtype=bool)
    clipped[::150] = True
    _, because = judged(replace(steady(g=0.95), clipped=clipped))
    assert set(because) == {"clipped"}


def test_a_swing_no_trunk_makes_is_a_loose_sensor() -> None:
    rom = np.full(40, 12.0)
    rom[20] = 45.0
    _, because = judged(steady(), rom)
    assert [k for k, why in enumerate(because) if why == "loose"] == [20]


def test_the_fraction_of_a_flag_in_a_stride_is_counted_by_rows() -> None:
    flag = np.zeros(200, dtype=bool)
    flag[[10, 11, 30]] = True
    fraction = stride_fraction(flag, even_strides(8.0, 20.0, 3))
    np.testing.assert_allclose(fraction, [2 / 20, 1 / 20, 0.0])


def test_mean_force_is_averaged_over_25_strides() -> None:
    one_heavy = np.array(steady().acc_sensor_mps2)
    one_heavy[20 * 74 : 21 * 74] *= 1.5
    force = mean_force_g(
        even(one_heavy, None), None, strides=strides(), whole=np.ones(40, dtype=bool), config=CONFIG
    )
    np.testing.assert_allclose(force[20 - 12 : 20 + 13], 1.0 + 0.5 / 25, atol=2e-3)
    np.testing.assert_allclose(force[:7], 1.0, atol=2e-3)


def test_no_strides_need_no_reasons() -> None:
    usable, because = usable_columns(
        steady(),
        even_strides(0.0, ROWS, 0),
        path=None,
        flexion_rom_deg=np.zeros(0),
        speed_known=False,
        config=CONFIG,
    )
    assert len(usable) == len(because) == 0


CORNERS = RunPlan(
    (*OPENING, run(30.0, 3.2), corner(90.0, 3.0, 3.2), run(30.0, 3.2), stand(8.0)), style=PLAIN.style
)


def reasons(virtual_run: VirtualRun, **how: Any) -> tuple[np.ndarray, np.ndarray]:
    table = report(virtual_run, **how).strides
    return table["start_s"], table["usable_because"]


def test_a_street_corner_without_a_known_speed_is_a_turn_and_a_start_is_a_burst() -> None:
    virtual_run = virtual(CORNERS)
    start_s, because = reasons(virtual_run)
    row = np.minimum((start_s * virtual_run.rate_hz).astype(int), len(virtual_run.time_s) - 1)
    turning_degps = np.degrees(np.gradient(virtual_run.heading_rad) * virtual_run.rate_hz)[row]
    assert (because[turning_degps > 15.0] == "turn").all()
    assert (because[(start_s > 25.5) & (start_s < 27.5)] == "burst").all()
    assert (because[~virtual_run.accelerating[row]] == "").mean() > 0.95


def test_with_a_known_speed_corners_and_starts_are_used() -> None:
    _, because = reasons(virtual(CORNERS), speed="gps")
    assert set(because) == {""}


def test_a_bend_of_a_track_is_used_without_any_speed() -> None:
    plan = RunPlan(
        (*OPENING, run(20.0, 3.4), corner(180.0, 29.0, 3.4), run(20.0, 3.4), stand(8.0)), style=PLAIN.style
    )
    start_s, because = reasons(virtual(plan))
    assert set(because[(start_s > 46.0) & (start_s < 70.0)]) == {""}


@pytest.mark.parametrize(("range_g", "fraction"), [(2.0, 1.0), (4.0, 0.5), (16.0, 0.0)])
def test_clipping_takes_its_strides(range_g: float, fraction: float) -> None:
    plan = replace(
        PLAIN, style=replace(OVERSTRIDER, impact_g=8.0), errors=replace(CONSUMER, acc_range_g=range_g)
    )
    _, because = reasons(virtual(plan), acc_range_mps2=range_g * G)
    clipped = (because == "clipped").mean()
    assert (clipped >= fraction) if fraction else (clipped == 0.0)


def test_a_range_that_nobody_told_of_still_shows_as_missing_force() -> None:
    plan = replace(PLAIN, errors=replace(CONSUMER, acc_range_g=2.0))
    _, because = reasons(virtual(plan), acc_range_mps2=None)
    assert (because != "").mean() > 0.9


@pytest.mark.parametrize(("apart_s", "trusted"), [(2.5, False), (7.0, True)])
def test_strides_between_two_long_gaps_near_each_other_are_not_trusted(apart_s: float, trusted: bool) -> None:
    virtual_run = virtual(PLAIN)
    t = virtual_run.time_s
    lost = ((t > 60.0) & (t < 61.0)) | ((t > 61.0 + apart_s) & (t < 62.0 + apart_s))
    table = report(virtual_run, lost=lost).strides
    between = (table["start_s"] > 61.0) & (table["end_s"] < 61.0 + apart_s)
    assert between.sum() >= 2
    assert table["usable"][between].all() == trusted
    assert set(table["usable_because"]) <= {"", "gap", "burst"}
