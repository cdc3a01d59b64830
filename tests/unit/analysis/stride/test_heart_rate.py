"""Heart rate of strides: which readings are believed, and for how long."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.stride.config import HeartRateConfig
from analysis.stride.heart_rate import STRAP, heart_rate_of
from sensor.samples import Track

CONFIG = HeartRateConfig()


def told(*points: tuple[float, float], source: str = STRAP, quantity: str = "heart_rate_bpm") -> Track:
    time_s, value = np.array(points).T
    return Track(quantity, source, time_s, value)


def at(*times_s: float, tracks: tuple[Track, ...]) -> list[float]:
    return heart_rate_of(tracks, np.array(times_s), CONFIG).tolist()


def test_between_two_readings_it_lies_on_a_straight_line() -> None:
    assert at(10.0, 11.0, 12.5, 14.0, tracks=(told((10.0, 120.0), (14.0, 128.0)),)) == [120, 122, 125, 128]


def test_a_reading_counts_for_five_seconds_before_and_after_and_no_longer() -> None:
    found = at(4.9, 5.0, 15.0, 15.1, 22.0, 27.0, 34.9, 40.0, tracks=(told((10.0, 120.0), (32.0, 150.0)),))
    assert found == pytest.approx([np.nan, 120, 120, np.nan, np.nan, 150, 150, np.nan], nan_ok=True)


def test_what_no_heart_does_is_left_out_and_bridged_by_what_is_believed() -> None:
    track = told((10.0, 120.0), (11.0, 0.0), (12.0, 255.0), (13.0, np.nan), (14.0, 29.0), (15.0, 130.0))
    assert at(12.5, tracks=(track,)) == [125.0]
    assert np.isnan(at(12.5, tracks=(told((12.0, 0.0), (13.0, 1e9)),))).all()


def test_a_strap_comes_before_the_handles_of_a_treadmill_which_fill_in() -> None:
    handles = told((10.0, 90.0), (100.0, 95.0), source="treadmill")
    strap = told((10.0, 150.0), (14.0, 150.0))
    assert at(10.0, 100.0, tracks=(handles, strap)) == [150.0, 95.0]


def test_without_a_heart_rate_it_is_unknown() -> None:
    assert np.isnan(at(1.0, 2.0, tracks=(told((1.0, 3.0), quantity="speed_mps"),))).all()
    assert len(heart_rate_of((), np.empty(0), CONFIG)) == 0


@given(
    st.lists(st.tuples(st.floats(0, 60), st.floats(allow_nan=True, allow_infinity=True)), min_size=1),
    st.lists(st.floats(0, 60), max_size=20),
)
def test_whatever_is_told_it_stays_within_what_is_believed(
    points: list[tuple[float, float]], times_s: list[float]
) -> None:
    rate_bpm = heart_rate_of((told(*sorted(points, key=lambda p: p[0])),), np.array(times_s), CONFIG)
    assert rate_bpm.shape == (len(times_s),)
    known = rate_bpm[np.isfinite(rate_bpm)]
    assert ((known >= CONFIG.least_bpm) & (known <= CONFIG.most_bpm)).all()
    assert not np.isinf(rate_bpm).any()
