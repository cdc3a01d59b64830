"""Filling of losses against its rule written out row by row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.signal.config import SignalConfig
from analysis.signal.gapfill import fill_gaps, fillable
from analysis.signal.records import EvenStream, Gait
from sensor.samples import BoolArray, FloatArray
from tests.support.streams import even, even_gait

CONFIG = SignalConfig()
COUNT = 900
STRIDE = 71.3
WEIGHTS = {-3: 1 / 3, -2: 1 / 2, -1: 1.0, 1: 1.0, 2: 1 / 2, 3: 1 / 3}


def template(values: FloatArray, present: BoolArray, phase: FloatArray, row: int) -> FloatArray | None:
    """Return the weighted mean of the neighbouring strides at the phase of one row; None where too few."""
    total, weight = np.zeros(values.shape[1]), 0.0
    for neighbour, counts in WEIGHTS.items():
        wanted = phase[row] + neighbour
        if not phase[0] <= wanted <= phase[-1]:
            continue
        position = float(np.interp(wanted, phase, np.arange(len(phase))))
        base = min(int(position), len(phase) - 2)
        if present[base] and present[base + 1]:
            part = position - base
            total += counts * ((1.0 - part) * values[base] + part * values[base + 1])
            weight += counts
    return total / weight if weight > 0.8 else None


def by_the_book(stream: EvenStream, gait: Gait) -> FloatArray:
    phase = np.maximum.accumulate(gait.step_phase) / 2.0
    values = np.array(stream.acc_sensor_mps2)
    result = values.copy()
    for first, last in zip(*fillable(stream, gait, CONFIG), strict=True):
        left, right = (template(values, stream.present, phase, row) for row in (first - 1, last))
        for row in range(first, last):
            middle = template(values, stream.present, phase, row)
            if left is None or right is None or middle is None:
                continue
            along = (row - first + 1) / (last - first + 1)
            result[row] = middle + (1.0 - along) * (values[first - 1] - left) + along * (values[last] - right)
    return result


@pytest.mark.parametrize("seed", range(6))
def test_what_is_filled_is_the_neighbours_course_and_a_line(seed: int) -> None:
    rng = np.random.default_rng(seed)
    present = np.ones(COUNT, dtype=bool)
    for first in rng.integers(2, COUNT - 40, 14):
        present[first : first + rng.integers(1, 36)] = False
    values = rng.normal(size=(COUNT, 3))
    stream = even(values, 2.0 * values, present=present)
    gait = even_gait(0, COUNT, STRIDE / 2.0, COUNT)
    found = fill_gaps(stream, gait, CONFIG)
    expected = by_the_book(stream, gait)
    assert np.abs(expected - values).max() > 0.1
    np.testing.assert_allclose(found.acc_sensor_mps2, expected, atol=1e-9)
    assert found.gyr_sensor_radps is not None
    np.testing.assert_allclose(found.gyr_sensor_radps, 2.0 * expected, atol=1e-9)


@pytest.mark.parametrize(("rows", "is_filled"), [(29, True), (30, False)])
def test_three_quarters_of_a_stride_are_filled(rows: int, is_filled: bool) -> None:
    # From the row before to the row behind there are 30 of 40 rows.
    present = np.ones(400, dtype=bool)
    present[100 : 100 + rows] = False
    stream = even(np.zeros((400, 3)), None, present=present)
    first, last = fillable(stream, even_gait(0, 400, 20.0, 400), CONFIG)
    assert (first.tolist(), last.tolist()) == (([100], [100 + rows]) if is_filled else ([], []))


@pytest.mark.parametrize(
    ("lost", "is_filled"),
    [
        pytest.param((101, 110), True, id="first-row-of-the-bout-received"),
        pytest.param((100, 110), False, id="lost"),
        pytest.param((290, 299), True, id="last-row-of-the-bout-received"),
        pytest.param((290, 300), False, id="lost-too"),
    ],
)
def test_a_loss_is_filled_inside_one_bout_only(lost: tuple[int, int], is_filled: bool) -> None:
    present = np.ones(400, dtype=bool)
    present[slice(*lost)] = False
    stream = even(np.zeros((400, 3)), None, present=present)
    first, _ = fillable(stream, even_gait(100, 300, 20.0, 400), CONFIG)
    assert len(first) == is_filled


@pytest.mark.parametrize(
    ("lost", "is_filled"), [((0, 5), False), ((1, 5), True), ((394, 399), True), ((395, 400), False)]
)
def test_a_loss_at_either_end_of_the_stream_is_not_filled(lost: tuple[int, int], is_filled: bool) -> None:
    present = np.ones(400, dtype=bool)
    present[slice(*lost)] = False
    stream = even(np.zeros((400, 3)), None, present=present)
    first, _ = fillable(stream, even_gait(0, 400, 20.0, 400), CONFIG)
    assert len(first) == is_filled


@pytest.mark.parametrize(
    ("received", "is_filled"),
    [
        pytest.param({1}, True, id="the next stride"),
        pytest.param({-1}, True, id="the one before"),
        pytest.param({2}, False, id="one at two strides"),
        pytest.param({2, -2}, True, id="two at two strides"),
        pytest.param({2, 3}, True, id="one at two and one at three"),
        pytest.param({3, -3}, False, id="two at three"),
    ],
)
def test_who_is_near_enough_to_fill_a_loss(received: set[int], is_filled: bool) -> None:
    present = np.ones(1200, dtype=bool)
    values = np.tile(np.sin(2.0 * np.pi * np.arange(1200) / 40.0)[:, None], (1, 3))
    for neighbour in range(-3, 4):
        if neighbour not in received:
            present[600 + 40 * neighbour : 610 + 40 * neighbour] = False
    stream = replace(even(np.where(present[:, None], values, 0.0), None, present=present))
    found = fill_gaps(stream, even_gait(0, 1200, 20.0, 1200), CONFIG)
    assert bool(np.abs(found.acc_sensor_mps2[600:610] - values[600:610]).max() < 1e-9) == is_filled
