"""What two sensors felt together, and how far apart their clocks tell it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.signal.sync_taps import find_sync_taps
from analysis.signal.tap_lag import SharedEvent, shared_events
from sensor.samples import FloatArray, SensorRecording
from sensor.units import STANDARD_GRAVITY_MPS2
from tests.support.knocks import jump_share, tap_mps2, three_from
from tests.support.recordings import sensor_recording

CONFIG = AnalysisConfig().knocks
TAPS_S = three_from(10.0, 0.8)


def felt(
    knocks_s: FloatArray,
    *,
    kind: str = "taps",
    seed: int = 1,
    rate_hz: float = 104.0,
    late_s: float = 0.0,
    range_mps2: float = np.inf,
) -> SensorRecording:
    """Return 30 s of standing with knocks from a direction, and a sampling phase, drawn by the seed."""
    rng = np.random.default_rng(seed)
    time_s = (np.arange(round(30.0 * rate_hz)) + rng.random()) / rate_hz
    up, direction = rng.normal(size=(2, 3))
    up *= STANDARD_GRAVITY_MPS2 / np.linalg.norm(up)
    direction /= np.linalg.norm(direction)
    if kind == "taps":
        acc = up + tap_mps2(time_s, knocks_s)[:, None] * direction
    else:
        acc = up * jump_share(time_s, knocks_s)[:, None]
    acc = np.clip(acc + rng.normal(0.0, 0.1, acc.shape), -range_mps2, range_mps2)
    return sensor_recording(time_s + late_s, acc, None)


def events(first: SensorRecording, second: SensorRecording) -> tuple[SharedEvent, ...]:
    found = find_sync_taps(first, CONFIG), find_sync_taps(second, CONFIG)
    return shared_events(first, second, found=found, config=CONFIG)


@pytest.mark.parametrize("kind", ["taps", "jumps"])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("rates_hz", [(104.0, 104.0), (104.0, 100.0), (208.0, 104.0)])
def test_the_lag_is_found_within_a_fifth_of_a_sample(
    kind: str, seed: int, rates_hz: tuple[float, float]
) -> None:
    late_s = np.random.default_rng(seed).uniform(-0.04, 0.04)
    first = felt(three_from(10.0, 1.5), kind=kind, seed=10 + seed, rate_hz=rates_hz[0])
    second = felt(three_from(10.0, 1.5), kind=kind, seed=90 + seed, rate_hz=rates_hz[1], late_s=late_s)
    (event,) = events(first, second)
    assert event.lag_s == pytest.approx(late_s, abs=0.002)
    assert abs(event.lag_s - late_s) <= event.within_s
    assert (event.knocks, event.doubt) == (3, "")
    assert event.is_jump == (kind == "jumps")
    # A landing may have taken 10 ms from one to the other.
    assert event.within_s < (0.015 if event.is_jump else 0.005)


def test_a_shared_event_is_placed_half_way_from_its_first_knock_to_its_last() -> None:
    (event,) = events(felt(TAPS_S, seed=1), felt(TAPS_S, seed=2, late_s=0.03))
    assert event.at_s == pytest.approx((TAPS_S[0] + TAPS_S[-1]) / 2.0, abs=0.01)


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.045, 0.045))
def test_a_clock_that_is_moved_moves_the_lag_by_as_much(moved_s: float) -> None:
    first, second = felt(TAPS_S, seed=3), felt(TAPS_S, seed=4)
    (still,) = events(first, second)
    (event,) = events(first, replace(second, time_s=second.time_s + moved_s))
    assert event.lag_s - still.lag_s == pytest.approx(moved_s, abs=2e-4)


@settings(max_examples=15, deadline=None)
@given(st.floats(-0.04, 0.04), st.integers(0, 50))
def test_seen_from_the_other_sensor_the_lag_is_the_opposite(late_s: float, seed: int) -> None:
    first, second = felt(TAPS_S, seed=seed), felt(TAPS_S, seed=seed + 100, late_s=late_s)
    (there,), (back,) = events(first, second), events(second, first)
    assert there.lag_s == pytest.approx(-back.lag_s, abs=1e-3)


def test_taps_beyond_the_range_of_a_sensor_still_tell_the_time() -> None:
    (event,) = events(felt(TAPS_S, seed=5), felt(TAPS_S, seed=6, late_s=0.013, range_mps2=20.0))
    assert event.lag_s == pytest.approx(0.013, abs=0.003)


def test_what_one_sensor_felt_alone_is_no_shared_event() -> None:
    quiet = felt(np.zeros(0), seed=2)
    assert events(felt(TAPS_S), quiet) == events(quiet, felt(TAPS_S)) == ()


def test_knocks_at_different_times_are_not_shared() -> None:
    assert events(felt(TAPS_S), felt(TAPS_S + 0.4, seed=2)) == ()


def test_a_minority_of_common_knocks_is_chance() -> None:
    other_s = np.array([10.0, 10.83, 11.9, 13.0, 14.1])
    assert events(felt(TAPS_S), felt(other_s, seed=2)) == ()


def test_knocks_that_disagree_among_themselves_are_doubted() -> None:
    (event,) = events(felt(TAPS_S), felt(TAPS_S + np.array([0.0, 0.035, -0.03]), seed=2))
    assert "differ" in event.doubt


def test_a_lag_that_no_radio_explains_is_doubted() -> None:
    (event,) = events(felt(TAPS_S), felt(TAPS_S, seed=2, late_s=0.08))
    assert event.lag_s == pytest.approx(0.08, abs=0.002)
    assert "80 ms apart" in event.doubt


def test_knocks_beside_a_loss_or_a_new_connection_do_not_count() -> None:
    first, second = felt(TAPS_S), felt(TAPS_S, seed=2)
    lost = (second.time_s > 10.1) & (second.time_s < 10.2)
    holed = sensor_recording(second.time_s, second.acc_sensor_mps2, None, lost=lost)
    (event,) = events(first, holed)
    assert event.knocks == 2
    starts = np.searchsorted(second.time_s, [0.0, 10.1, 10.9])
    assert events(first, replace(second, segment_start=starts.astype(np.int64))) == ()


def test_time_that_jumps_back_is_no_time_for_knocks() -> None:
    first, second = felt(TAPS_S), felt(TAPS_S, seed=2)
    time_s = np.array(second.time_s)
    time_s[time_s > 10.5] -= 3.0
    assert events(first, replace(second, time_s=time_s)) == ()
    nothing = sensor_recording(np.zeros(0), np.zeros((0, 3)), None)
    assert events(first, nothing) == ()


def test_a_knock_beside_two_samples_of_the_same_time_does_not_count() -> None:
    first, second = felt(TAPS_S), felt(TAPS_S, seed=2)
    time_s = np.array(second.time_s)
    twice = int(np.searchsorted(time_s, TAPS_S[0] + 0.2))
    time_s[twice:] -= time_s[twice] - time_s[twice - 1]
    (event,) = events(first, replace(second, time_s=time_s))
    assert event.knocks == 2


def test_values_that_are_no_numbers_are_no_knocks() -> None:
    first, second = felt(TAPS_S), felt(TAPS_S, seed=2)
    acc = np.array(second.acc_sensor_mps2)
    acc[(second.time_s > 9.9) & (second.time_s < 12.0)] = np.nan
    assert events(first, replace(second, acc_sensor_mps2=acc)) == ()
