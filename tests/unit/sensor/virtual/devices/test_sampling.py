from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.samples import ImuSignal
from sensor.virtual.devices.sampling import Readings, SampleTimes, SensorClock, quantise


def readings(acc: list[float], *, gyroscope: bool = True) -> Readings:
    column = np.array(acc)[:, np.newaxis] * np.ones(3)
    signal = ImuSignal(1.0, column, column if gyroscope else None)
    return Readings(signal, acc_step_mps2=0.5, acc_range_mps2=4.0, gyr_step_radps=0.25, gyr_range_radps=4.0)


def test_a_counter_that_runs_fast_gains_its_error() -> None:
    clock = SensorClock(started_s=10.0, tick_hz=1000.0, start_ticks=500, error_ppm=40.0)
    assert clock.read(10.0) == 500
    assert clock.read(1010.0) == 500 + 1_000_000 + 40


def test_a_fast_oscillator_takes_its_samples_early() -> None:
    times = SampleTimes(begun_s=5.0, rate_hz=100.0, error_ppm=1000.0)
    assert times.time_s(100_100) == pytest.approx(5.0 + 1000.0)


def test_a_counter_of_nanoseconds_keeps_every_digit_of_its_start() -> None:
    clock = SensorClock(started_s=0.0, tick_hz=1e9, start_ticks=599_616_000_000_000_001)
    assert clock.read(0.5) == 599_616_000_500_000_001


@given(
    st.floats(-1e4, 1e4),
    st.sampled_from([13.0, 52.0, 104.0, 833.0]),
    st.floats(-500, 500),
    st.integers(-1000, 10**6),
)
def test_the_next_sample_after_a_samples_own_time_is_that_sample(
    begun_s: float, rate_hz: float, error_ppm: float, index: int
) -> None:
    times = SampleTimes(begun_s, rate_hz, error_ppm)
    assert times.next_index(times.time_s(index)) == index
    assert times.next_index(times.time_s(index) + 0.3 / rate_hz) == index + 1


def test_readings_come_in_whole_steps_within_full_scale() -> None:
    acc, gyr = readings([0.3, 0.8, 9.0, -9.0]).take(0, 4)
    assert gyr is not None
    assert acc[:, 0].tolist() == [0.5, 1.0, 4.0, -4.0]
    assert gyr[:, 0].tolist() == [0.25, 0.75, 4.0, -4.0]


def test_full_scale_is_the_last_whole_step_within_it() -> None:
    assert quantise(np.array([5.0]), step=0.3, full_scale=1.0).tolist() == pytest.approx([0.9])


def test_before_and_after_its_signal_a_sensor_stands_still() -> None:
    acc, _ = readings([1.0, 2.0, 3.0]).take(-2, 7)
    assert acc[:, 0].tolist() == [1.0, 1.0, 1.0, 2.0, 3.0, 3.0, 3.0]


def test_without_a_gyroscope_there_are_no_angular_rates() -> None:
    assert readings([1.0], gyroscope=False).take(0, 1)[1] is None


def test_an_empty_signal_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one sample"):
        readings([])
