"""The difference of two means: exact where it can be worked out, honest where neighbours hang together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from analysis.maths.dependent_means import mean_change
from sensor.samples import FloatArray


def test_the_interval_is_what_it_is_worked_out_by_hand() -> None:
    # Alternating values: every second difference is 4 in size, so each has the variance (4 / 0.6745)^2 / 6;
    # t for 16 - 4 degrees of freedom is 2.178813.
    first = np.array([1.0, -1.0] * 4)
    change, half = mean_change(first, first + 3.0, lag1=0.0, level=0.95)
    assert change == pytest.approx(3.0)
    assert half == pytest.approx(2.178813 * 4 / 0.6745 / math.sqrt(6) * math.sqrt(1 / 8 + 1 / 8), rel=1e-5)


def test_a_likeness_of_neighbours_widens_it() -> None:
    # r = 0.5: second differences vary 6 - 4 + 0.5 = 2.5 times as much, means 3 times; 12 / 3 degrees of
    # freedom have a t of 2.776445.
    first = np.array([1.0, -1.0] * 4)
    free, bound = (mean_change(first, first, lag1=r, level=0.95)[1] for r in (0.0, 0.5))
    assert bound / free == pytest.approx(math.sqrt(3.0 * 6 / 2.5) * 2.776445 / 2.178813, rel=1e-5)


def test_neither_a_drift_nor_a_bend_is_scatter() -> None:
    bent = np.interp(np.arange(30.0), [20, 27], [0.0, 6.0])
    change, half = mean_change(bent[:10], bent[20:], lag1=0.6, level=0.95)
    assert (change, half) == (pytest.approx(bent[20:].mean()), pytest.approx(0.0, abs=1e-9))


@given(st.integers(0, 2**31), st.floats(-50, 50))
def test_a_constant_added_to_the_last_moves_the_change_and_not_the_interval(seed: int, shift: float) -> None:
    first, last = np.random.default_rng(seed).normal(size=(2, 12))
    change, half = mean_change(first, last, lag1=0.6, level=0.95)
    moved, same = mean_change(first, last + shift, lag1=0.6, level=0.95)
    assert (moved - change, same) == (pytest.approx(shift), pytest.approx(half))


def stages(rng: np.random.Generator, *, count: int, correlation_strides: float) -> FloatArray:
    """Return means over 40 strides each of a posture that wanders and drifts by 4° along the way."""
    forget = math.exp(-1.0 / correlation_strides)
    wander = lfilter([math.sqrt(1 - forget**2)], [1, -forget], rng.normal(size=count * 40 + 400))[400:]
    strides = wander + rng.normal(0, 0.7, count * 40) + np.linspace(0, 4, count * 40)
    return strides.reshape(count, 40).mean(axis=1)


@pytest.mark.parametrize("correlation_strides", [5.0, 20.0, 50.0])
@pytest.mark.parametrize("count", [18, 48, 120])
def test_intervals_hold_the_truth_for_strides_that_hang_together(
    count: int, correlation_strides: float
) -> None:
    rng, third, runs = np.random.default_rng(5), count // 3, 300
    truth, held = 4.0 * (1 - third / count), 0
    for _ in range(runs):
        run = stages(rng, count=count, correlation_strides=correlation_strides)
        change, half = mean_change(run[:third], run[-third:], lag1=0.55, level=0.95)
        held += abs(change - truth) <= half
    assert held / runs >= 0.93
