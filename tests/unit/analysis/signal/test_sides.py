"""Which foot opens a stride."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.signal.config import AxesConfig
from analysis.signal.records import EvenStream
from analysis.signal.sides import opening_side
from sensor.samples import FloatArray
from sensor.virtual.runner.gait import STYLES
from sensor.virtual.runner.plan import Worn, run, stand
from sensor.virtual.runner.simulation import VirtualRun
from tests.support.short_runs import OPENING, PLAIN, motion, report, virtual
from tests.support.streams import even, even_strides

CONFIG = AxesConfig()
BREAKS = replace(PLAIN, legs=(*OPENING, *((run(17.0, 3.0), stand(8.0)) * 4)))


SHORT = replace(PLAIN, legs=(stand(8.0), run(36.0, 3.0), stand(4.0)))


def shoulders(turn_deg: float, lag_deg: float, style: str = "severe") -> VirtualRun:
    """Return a short run whose shoulders turn so far from side to side, this much behind the contact."""
    moving = replace(STYLES[style], axial_deg=turn_deg / 2.0, axial_lag_deg=lag_deg)
    return virtual(replace(SHORT, style=moving), 2)


def yawing(yaw_rad: FloatArray, rate_hz: float = 104.0) -> EvenStream:
    """Return a stream whose z axis stands upright and turns by the course of yaw."""
    gyr = np.zeros((len(yaw_rad), 3))
    gyr[:, 2] = np.gradient(yaw_rad) * rate_hz
    return even(np.ones((len(yaw_rad), 3)), gyr)


def upright(count: int) -> FloatArray:
    """Return (3, n) the z axis as the vertical."""
    return np.tile([[0.0], [0.0], [1.0]], count)


def side_of_yaw(yaw_rad: FloatArray, rows: int = 74) -> int:
    """Return the side found from a course of yaw with strides of so many rows."""
    strides = even_strides(0.0, rows, len(yaw_rad) // rows)
    return int(
        opening_side(yawing(yaw_rad), upright(len(yaw_rad)), strides=strides, bouts=1, config=CONFIG)[0]
    )


def share_left(run_: VirtualRun) -> float:
    """Return the share of strides said to open left that do, two seconds and more from any standing."""
    table = report(run_).strides
    start_s = table["start_s"][table["side_first"] == "left"]
    row = np.arange(-2, 3)[:, None] * round(run_.rate_hz) + np.round(start_s * run_.rate_hz).astype(int)
    start_s = start_s[run_.running[np.clip(row, 0, len(run_.running) - 1)].all(axis=0)]
    assert len(start_s) > 40
    left = np.abs(start_s[:, None] - run_.stride_start_s).min(axis=1)
    right = np.abs(start_s[:, None] - run_.right_contact_s).min(axis=1)
    return float((left < right).mean())


@pytest.mark.parametrize("style", STYLES)
def test_every_stride_opens_left_in_every_style(style: str) -> None:
    assert share_left(virtual(replace(PLAIN, style=STYLES[style]))) == 1.0


LATE_S = {"forefoot shuffle": 0.025}
"""Found 19 ms late there: who lands on the forefoot and hardly leaves the ground has no sharp contact."""


@pytest.mark.parametrize("style", STYLES)
def test_a_stride_opens_at_the_contact_itself(style: str) -> None:
    run_ = virtual(replace(PLAIN, style=STYLES[style]))
    table = report(run_).strides
    start_s = table["start_s"][table["side_first"] == "left"][8:-8]
    late_s = start_s[:, None] - run_.stride_start_s
    nearest_s = late_s[np.arange(len(start_s)), np.abs(late_s).argmin(axis=1)]
    assert len(nearest_s) > 40
    assert abs(np.median(nearest_s)) < LATE_S.get(style, 0.015)


def test_every_bout_is_decided_by_itself() -> None:
    run_ = virtual(BREAKS)
    assert len(motion(run_).side) == 4
    assert share_left(run_) == 1.0


@pytest.mark.parametrize("mounting", [(0.0, 1.0, 0.0, 0.0), (0.5, 0.5, 0.5, 0.5)])
def test_left_stays_left_when_the_case_is_turned(mounting: tuple[float, float, float, float]) -> None:
    assert share_left(virtual(replace(PLAIN, wear=(Worn("upper-back", mounting),)))) == 1.0


def test_the_left_and_the_right_lean_are_the_runners_own() -> None:
    """Over the left stance the trunk lists to the left, which reads negative."""
    table = report(virtual(replace(PLAIN, style=STYLES["severe"]))).strides
    inner = slice(10, -10)
    difference = (table["lateral_right_deg"] - table["lateral_left_deg"])[inner]
    # List is 4 degrees times sine, 2.5 degrees in the mean of each step.
    assert np.median(difference) == pytest.approx(2 * 4.0 * 2 / np.pi, rel=0.1)


@pytest.mark.parametrize(("sign", "side"), [(1.0, 1), (-1.0, -1)])
def test_shoulders_turned_left_at_contact_mean_a_left_contact(sign: float, side: int) -> None:
    rows, count = 74, 20
    phase = 2 * np.pi * np.arange(rows * count) / rows
    gyr = np.zeros((len(phase), 3))
    gyr[:, 2] = -sign * np.sin(phase)  # the rate of a yaw that is the cosine of the phase
    stream = even(np.ones((len(phase), 3)), gyr)
    up = np.tile([[0.0], [0.0], [1.0]], len(phase))
    assert opening_side(
        stream, up, strides=even_strides(0.0, rows, count), bouts=1, config=CONFIG
    ).tolist() == [side]


def test_a_few_strides_decide_nothing() -> None:
    stream = even(np.ones((800, 3)), np.ones((800, 3)))
    up = np.tile([[0.0], [0.0], [1.0]], 800)
    assert opening_side(stream, up, strides=even_strides(0.0, 74.0, 9), bouts=1, config=CONFIG).tolist() == [
        0
    ]


def test_without_a_gyroscope_and_while_walking_sides_stay_open() -> None:
    up = np.tile([[0.0], [0.0], [1.0]], 2000)
    without = even(np.ones((2000, 3)), None)
    assert opening_side(
        without, up, strides=even_strides(0.0, 74.0, 20), bouts=1, config=CONFIG
    ).tolist() == [0]
    walking = even_strides(0.0, 90.0, 20, running=False)
    assert opening_side(
        even(np.ones((2000, 3)), np.ones((2000, 3))), up, strides=walking, bouts=1, config=CONFIG
    ).tolist() == [0]


@pytest.mark.parametrize("style", ["severe", "forefoot shuffle"])
@pytest.mark.parametrize("turn_deg", [10.0, 12.0, 18.0, 26.0, 36.0])
def test_shoulders_that_turn_ten_degrees_tell_left_from_right(turn_deg: float, style: str) -> None:
    for lag_deg in (-40.0, -12.0, 20.0):
        assert share_left(shoulders(turn_deg, lag_deg, style)) == 1.0


@pytest.mark.parametrize(("turn_deg", "lag_deg"), [(0.0, 0.0), (2.0, -12.0), (2.0, 168.0), (6.0, 168.0)])
def test_still_shoulders_and_a_small_turn_led_by_the_pelvis_tell_nothing(
    turn_deg: float, lag_deg: float
) -> None:
    table = report(shoulders(turn_deg, lag_deg)).strides
    running = table["activity"] == "run"
    assert running.sum() > 25
    assert set(table["side_first"]) == {""}
    assert np.isnan(table["lateral_left_deg"]).all()
    assert np.isnan(table["lateral_right_deg"]).all()
    assert np.isfinite(table["trunk_lateral_deg"][running & table["usable"]]).all()


def test_a_turn_halfway_between_two_contacts_tells_nothing() -> None:
    phase = 2 * np.pi * np.arange(74 * 20) / 74
    assert side_of_yaw(0.2 * np.cos(phase)) == 1
    assert side_of_yaw(0.2 * np.cos(phase - np.radians(50.0))) == 1
    assert side_of_yaw(0.2 * np.cos(phase - np.radians(80.0))) == 0
    assert side_of_yaw(0.2 * np.cos(phase - np.radians(130.0))) == -1


def test_strides_that_disagree_tell_nothing() -> None:
    phase = 2 * np.pi * np.arange(74 * 40) / 74
    disagreeing = np.where(np.arange(len(phase)) < 74 * 10, -1.0, 1.0)
    assert side_of_yaw(0.2 * np.cos(phase) * disagreeing) == 0


def test_a_bend_of_the_path_is_no_turn_of_the_shoulders() -> None:
    row = np.arange(12 * 40)
    assert side_of_yaw(0.05 * row, rows=12) == 0
