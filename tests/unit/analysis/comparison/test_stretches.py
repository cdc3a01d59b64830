from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from analysis.comparison.stretches import (
    StretchMean,
    correlation_length,
    difference_interval,
    stretch_mean,
)
from analysis.judging.config import ComparisonConfig
from sensor.samples import FloatArray

CONFIG = ComparisonConfig()


def wander(rng: np.random.Generator, count: int, correlation_strides: float) -> FloatArray:
    """Return a series of unit variance whose autocorrelation decays over ``correlation_strides``."""
    phi = float(np.exp(-1.0 / correlation_strides)) if correlation_strides else 0.0
    start = rng.normal()
    noise = rng.normal(size=count) * np.sqrt(1 - phi**2)
    return np.asarray(lfilter([1.0], [1.0, -phi], noise, zi=[phi * start])[0])


@pytest.mark.parametrize("correlation_strides", [0, 10, 25, 50])
@pytest.mark.parametrize("count", [1000, 2500])
def test_the_interval_holds_the_truth_in_at_least_93_of_100(count: int, correlation_strides: float) -> None:
    rng = np.random.default_rng(count + int(correlation_strides))
    trials, held = 700, 0
    for _ in range(trials):
        runs = [stretch_mean(wander(rng, count, correlation_strides), CONFIG) for _ in range(2)]
        _, low, high = difference_interval(runs[0], runs[1], standing_sd=0.0, level=0.95)
        held += low <= 0.0 <= high
    assert held / trials >= 0.93


@pytest.mark.parametrize(("refit_deg", "least", "most"), [(0.0, 0.84, 0.96), (1.1, 0.38, 0.84)])
@pytest.mark.parametrize("standing_deg", [0.3, 1.0, 2.0])
def test_two_standings_a_run_hold_less_and_no_refitting(
    standing_deg: float, refit_deg: float, least: float, most: float
) -> None:
    rng = np.random.default_rng(int(10 * standing_deg))
    trials, held = 400, 0
    for _ in range(trials):
        standings_deg = standing_deg * rng.normal(size=(2, 2))
        zeros_deg = standings_deg[:, 0] + refit_deg * rng.normal(size=2)
        runs = [stretch_mean(wander(rng, 1500, 10) - zero, CONFIG) for zero in zeros_deg]
        joint = float(np.hypot(*standings_deg.std(axis=1, ddof=1)))
        _, low, high = difference_interval(runs[0], runs[1], standing_sd=joint, level=0.95)
        held += low <= 0.0 <= high
    assert least <= held / trials <= most


def test_the_interval_is_not_needlessly_wide() -> None:
    # Two runs of 2500 independent strides: 1.96 x sqrt(2 / 2500) = 0.055.
    rng = np.random.default_rng(1)
    halves = []
    for _ in range(100):
        runs = [stretch_mean(wander(rng, 2500, 0), CONFIG) for _ in range(2)]
        value, low, _ = difference_interval(runs[0], runs[1], standing_sd=0.0, level=0.95)
        halves.append(value - low)
    assert np.median(halves) < 1.5 * 0.055


@pytest.mark.parametrize("correlation_strides", [5, 20, 50])
def test_the_correlation_length_is_found(correlation_strides: float) -> None:
    rng = np.random.default_rng(3)
    found = [correlation_length(wander(rng, 5000, correlation_strides), CONFIG) for _ in range(20)]
    assert np.median(found) == pytest.approx(correlation_strides, rel=0.25)


def test_white_noise_and_a_constant_have_no_correlation_length() -> None:
    assert correlation_length(np.random.default_rng(1).normal(size=5000), CONFIG) < 1.0
    assert correlation_length(np.full(100, 3.0), CONFIG) == 0.0


def test_strides_that_remember_longer_than_a_stretch_are_called_too_dependent() -> None:
    rng = np.random.default_rng(2)
    assert stretch_mean(wander(rng, 5000, 10), CONFIG).independent
    verdicts = [stretch_mean(wander(rng, 1000, 400), CONFIG).independent for _ in range(20)]
    assert sum(verdicts) < 10


def test_a_run_that_drifts_is_called_too_dependent() -> None:
    noise = np.random.default_rng(2).normal(size=3000)
    assert not stretch_mean(noise + np.where(np.arange(3000) > 1800, 8.0, 0.0), CONFIG).independent


def test_the_mean_of_stretches_by_hand() -> None:
    # Ten stretches of two strides, means 0 and 1 alternating: mean 1/2, spread 10/4, lag-1 correlation -0.9,
    # which inflates nothing: variance 2.5 / 9 / 10.
    value = np.tile([0.0, 0.0, 1.0, 1.0], 5)
    found = stretch_mean(value, CONFIG)
    assert found.mean == 0.5
    assert found.variance == pytest.approx(2.5 / 90)
    assert found.freedom == 9


def test_the_standing_poses_widen_the_interval() -> None:
    exact = StretchMean(5.0, 0.0, 9, True)
    value, low, high = difference_interval(exact, StretchMean(7.0, 0.0, 9, True), standing_sd=1.0, level=0.95)
    assert value == 2.0
    assert (low, high) == pytest.approx((2.0 - 1.96, 2.0 + 1.96), abs=0.001)


@given(st.integers(0, 1000), st.floats(-50, 50))
def test_a_constant_added_to_one_run_moves_the_difference_by_it(seed: int, offset: float) -> None:
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=400), rng.normal(size=400)
    plain = difference_interval(
        stretch_mean(first, CONFIG), stretch_mean(second, CONFIG), standing_sd=0.5, level=0.95
    )
    moved = difference_interval(
        stretch_mean(first, CONFIG), stretch_mean(second + offset, CONFIG), standing_sd=0.5, level=0.95
    )
    assert np.subtract(moved, plain) == pytest.approx([offset] * 3, abs=1e-6)
