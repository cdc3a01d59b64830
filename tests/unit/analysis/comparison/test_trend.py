"""Trends over days, with figures that are only known to reach at least so far."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.comparison.trend import Trend, trend_of
from analysis.judging.personal_config import HistoryConfig
from sensor.samples import BoolArray, FloatArray

CONFIG = HistoryConfig()


def trend(day: FloatArray, value: FloatArray, is_least: BoolArray | None = None) -> Trend | None:
    none = np.zeros(len(day), dtype=bool)
    return trend_of(day, value, is_least=none if is_least is None else is_least, config=CONFIG)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(6, 30))
def test_without_censored_figures_it_is_the_theil_sen_line(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    day, value = np.linspace(0, 100, count) + rng.uniform(0, 3, count), rng.normal(size=count)
    found, other = trend(day, value), stats.theilslopes(value, day)
    assert found is not None
    assert found.per_day == pytest.approx(other.slope)
    # Both invert Kendall's test; where its level falls between two slopes they may take neighbours.
    slopes = np.sort([(b - a) / (u - t) for i, (t, a) in enumerate(zip(day, value, strict=True))
                      for u, b in zip(day[i + 1 :], value[i + 1 :], strict=True)])  # fmt: skip
    for mine, theirs in ((found.low, other.low_slope), (found.high, other.high_slope)):
        assert abs(np.searchsorted(slopes, mine) - np.searchsorted(slopes, theirs)) <= 2


def test_four_runs_or_less_than_a_week_make_no_trend() -> None:
    assert trend(np.arange(4.0) * 9.0, np.arange(4.0)) is None
    assert trend(np.zeros(9), np.arange(9.0)) is None
    assert trend(np.arange(9.0) * 0.8, np.arange(9.0)) is None


def test_runs_that_are_all_at_least_so_long_make_no_trend() -> None:
    assert trend(np.arange(9.0), np.arange(9.0), np.ones(9, dtype=bool)) is None


def test_a_line_that_some_runs_were_too_short_to_show_is_found() -> None:
    # Tall until 4 + 0.1 km a day; every third run ends after 5 km, so that it is only known to reach 5.
    day = np.arange(60.0)
    tall_km = 4.0 + 0.1 * day + np.random.default_rng(1).normal(0.0, 0.3, 60)
    is_least = (day % 3 == 0) & (tall_km > 5.0)
    told_km = np.where(is_least, 5.0, tall_km)
    found, naive = trend(day, told_km, is_least), trend(day, told_km)
    assert found is not None
    assert naive is not None
    assert found.per_day == pytest.approx(0.1, abs=0.005)
    assert found.low < 0.1 < found.high
    assert naive.high < 0.1
    assert found.middle == pytest.approx(4.0 + 0.1 * 29.5, abs=0.2)
    assert (found.run_count, found.least_count) == (60, int(is_least.sum()))


def test_intervals_hold_the_slope_in_93_of_100_histories_with_censored_runs() -> None:
    held = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        day = np.sort(rng.uniform(0.0, 100.0, 25))
        tall_km, length_km = 5.0 + 0.02 * day + rng.normal(0.0, 1.0, 25), rng.uniform(4.0, 12.0, 25)
        found = trend(day, np.minimum(tall_km, length_km), tall_km > length_km)
        assert found is not None
        held.append(found.low <= 0.02 <= found.high)
    assert np.mean(held) >= 0.93
