"""Which foot opens a stride."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.signal.config import AxesConfig
from analysis.signal.sides import opening_side
from sensor.virtual.runner.gait import STYLES
from sensor.virtual.runner.plan import Worn, run, stand
from sensor.virtual.runner.simulation import VirtualRun
from tests.support.short_runs import OPENING, PLAIN, motion, report, virtual
from tests.support.streams import even, even_strides

CONFIG = AxesConfig()
BREAKS = replace(PLAIN, legs=(*OPENING, *((run(17.0, 3.0), stand(8.0)) * 4)))


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
    assert opening_side(stream, up, even_strides(0.0, rows, count), 1, CONFIG).tolist() == [side]


def test_a_few_strides_decide_nothing() -> None:
    stream = even(np.ones((800, 3)), np.ones((800, 3)))
    up = np.tile([[0.0], [0.0], [1.0]], 800)
    assert opening_side(stream, up, even_strides(0.0, 74.0, 9), 1, CONFIG).tolist() == [0]


def test_without_a_gyroscope_and_while_walking_sides_stay_open() -> None:
    up = np.tile([[0.0], [0.0], [1.0]], 2000)
    without = even(np.ones((2000, 3)), None)
    assert opening_side(without, up, even_strides(0.0, 74.0, 20), 1, CONFIG).tolist() == [0]
    walking = even_strides(0.0, 90.0, 20, running=False)
    assert opening_side(even(np.ones((2000, 3)), np.ones((2000, 3))), up, walking, 1, CONFIG).tolist() == [0]
