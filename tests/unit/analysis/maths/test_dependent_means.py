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


def test_without_likeness_of_neighbours_it_is_the_pooled_t_interval() -> None:
    # Alternating values: the lag-1 correlation is negative and counts as none. Each has variance 8 / 7.
    first = np.array([1.0, -1.0] * 4)
    change, half = mean_change(first, first + 3.0, straightened=False, level=0.95)
    assert change == pytest.approx(3.0)
    assert half == pytest.approx(2.144787 * math.sqrt(16 / 14 * (1 / 8 + 1 / 8)), rel=1e-5)


def test_a_steady_drift_is_no_scatter_once_straightened() -> None:
    drift = np.arange(20.0)
    change, half = mean_change(drift[:8], drift[12:], straightened=True, level=0.95)
    assert (change, half) == (pytest.approx(12.0), pytest.approx(0.0, abs=1e-9))
    assert mean_change(drift[:8], drift[12:], straightened=False, level=0.95)[1] > 1.0


def test_two_constants_have_no_interval() -> None:
    assert mean_change(np.ones(5), np.ones(5), straightened=False, level=0.95) == (0.0, 0.0)


@given(st.integers(0, 2**31), st.floats(-50, 50), st.booleans())
def test_a_constant_added_to_the_last_moves_the_change_and_not_the_interval(
    seed: int, shift: float, straightened: bool
) -> None:
    first, last = np.random.default_rng(seed).normal(size=(2, 12))
    change, half = mean_change(first, last, straightened=straightened, level=0.95)
    moved, same = mean_change(first, last + shift, straightened=straightened, level=0.95)
    assert (moved - change, same) == (pytest.approx(shift), pytest.approx(half))


def stages(rng: np.random.Generator, *, count: int, correlation_strides: float) -> FloatArray:
    """Return means over 40 strides each of a posture that wanders and drifts by 4° along the way."""
    forget = math.exp(-1.0 / correlation_strides)
    wander = lfilter([math.sqrt(1 - forget**2)], [1, -forget], rng.normal(size=count * 40 + 400))[400:]
    strides = wander + rng.normal(0, 0.7, count * 40) + np.linspace(0, 4, count * 40)
    return strides.reshape(count, 40).mean(axis=1)


@pytest.mark.parametrize("correlation_strides", [5.0, 20.0, 50.0])
@pytest.mark.parametrize(("count", "straightened"), [(24, False), (99, True)])
def test_intervals_hold_the_truth_for_strides_that_hang_together(
    count: int, straightened: bool, correlation_strides: float
) -> None:
    rng, third, runs = np.random.default_rng(5), count // 3, 300
    truth = 4.0 * (1 - third / count)
    held = 0
    for _ in range(runs):
        run = stages(rng, count=count, correlation_strides=correlation_strides)
        change, half = mean_change(run[:third], run[-third:], straightened=straightened, level=0.95)
        held += abs(change - truth) <= half
    assert held / runs >= 0.92
