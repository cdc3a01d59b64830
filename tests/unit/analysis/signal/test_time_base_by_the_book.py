"""The even grid against its rules: rates, limits and cubics written out one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import SignalError
from analysis.signal import timebase
from analysis.signal.config import SignalConfig
from analysis.signal.timebase import even_stream
from sensor.samples import FloatArray, SensorRecording
from tests.support.recordings import sensor_recording

CONFIG = SignalConfig()


def values(count: int, seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(count, 3))


def recorded(time_s: FloatArray, **more: float) -> SensorRecording:
    return sensor_recording(time_s, values(len(time_s)), 0.1 * values(len(time_s), 2), **more)


def cubic(taken: FloatArray, given: FloatArray, at: float) -> FloatArray:
    """Return the cubic through four neighbours as if a row apart, or the straight line beside a loss."""
    base = int(np.clip(np.searchsorted(taken, at, side="right") - 1, 1, len(taken) - 3))
    if taken[base + 2] - taken[base - 1] > 3.5:
        return np.array([np.interp(at, taken, column) for column in given.T])
    place = float(np.interp(at, taken, np.arange(len(taken)))) - base
    nodes = np.array([-1.0, 0.0, 1.0, 2.0])
    weights = [np.prod([(place - b) / (a - b) for b in nodes if b != a]) for a in nodes]
    return np.asarray(weights @ given[base - 1 : base + 3])


@pytest.mark.parametrize("chunk", [7, 100_000])
@pytest.mark.parametrize("late_s", [0.0, 0.004, -0.013])
def test_samples_beside_the_grid_are_laid_on_it_by_cubics(
    chunk: int, late_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    chunks = timebase.chunks
    monkeypatch.setattr(timebase, "chunks", lambda count: chunks(count, chunk))
    rng = np.random.default_rng(3)
    time_s = 5.0 + np.arange(200) / 100.0 + rng.uniform(-0.001, 0.001, 200)
    time_s[[0, -1]] = [5.0, 6.99]
    kept = np.ones(200, dtype=bool)
    kept[[40, 41, 90, 150]] = False
    sensor = recorded(time_s[kept], gyr_late_s=late_s)
    stream = even_stream(sensor, CONFIG)
    row = (sensor.time_s - 5.0) * stream.rate_hz
    assert sensor.gyr_sensor_radps is not None
    assert stream.gyr_sensor_radps is not None
    late = row + late_s * stream.rate_hz
    for k in range(len(stream)):
        np.testing.assert_allclose(
            stream.acc_sensor_mps2[k], cubic(row, sensor.acc_sensor_mps2, k), atol=1e-9
        )
        # Beyond its first and last sample the gyroscope keeps what it had there.
        at = float(np.clip(k, late[0], late[-1]))
        np.testing.assert_allclose(
            stream.gyr_sensor_radps[k], cubic(late, sensor.gyr_sensor_radps, at), atol=1e-9
        )


@pytest.mark.parametrize(("off_periods", "as_they_are"), [(0.0099, True), (0.0101, False)])
def test_samples_within_a_hundredth_of_a_period_are_taken_as_they_are(
    off_periods: float, as_they_are: bool
) -> None:
    sensor = recorded(np.arange(200) / 100.0, gyr_late_s=off_periods / 100.0)
    stream = even_stream(sensor, CONFIG)
    np.testing.assert_array_equal(stream.acc_sensor_mps2, sensor.acc_sensor_mps2)
    assert np.array_equal(stream.gyr_sensor_radps, sensor.gyr_sensor_radps) == as_they_are


@pytest.mark.parametrize(("periods", "is_present"), [(0.74, True), (0.76, False)])
def test_a_row_is_present_within_three_quarters_of_a_period(periods: float, is_present: bool) -> None:
    # Rows 60 to 79 were lost, but one sample came in between.
    kept = np.r_[np.arange(60.0), 69.0 + periods, np.arange(80.0, 200.0)]
    stream = even_stream(recorded(kept / 100.0), CONFIG)
    assert bool(stream.present[69]) == is_present
    assert bool(stream.present[70])
    assert stream.present.sum() == 180 + 1 + is_present


@pytest.mark.parametrize(
    ("step_periods", "rate_hz"),
    [
        pytest.param(1.49, 120.0 / 1.2049, id="a-late-sample-breaks-no-run"),
        pytest.param(1.51, 100.0, id="a-lost-one-does"),
    ],
)
def test_the_rate_is_that_of_the_longest_unbroken_run(step_periods: float, rate_hz: float) -> None:
    steps = np.full(120, 0.01)
    steps[20] = step_periods / 100.0
    stream = even_stream(recorded(np.concatenate(([0.0], np.cumsum(steps)))), CONFIG)
    assert stream.rate_hz == pytest.approx(rate_hz, rel=1e-6)


@pytest.mark.parametrize(("run", "rate_hz"), [(10, 99.0), (9, 100.0)])
def test_of_runs_shorter_than_ten_periods_the_median_step_tells_the_rate(run: int, rate_hz: float) -> None:
    # One run is a little slower than all the others, and longer.
    steps = np.r_[np.full(run, 1.0 / 99.0), np.tile(np.r_[0.02, np.full(5, 0.01)], 30)]
    stream = even_stream(recorded(np.concatenate(([0.0], np.cumsum(steps)))), CONFIG)
    assert stream.rate_hz == pytest.approx(rate_hz)


@pytest.mark.parametrize(
    ("count", "rate_hz", "words"),
    [
        pytest.param(100, 100.0, "", id="fewest-samples"),
        pytest.param(99, 50.0, "99 samples; at least 100", id="fewer"),
        pytest.param(101, 15.0, "", id="slowest"),
        pytest.param(101, 14.9, "14.9 samples per second; 15 to 1700", id="slower"),
        pytest.param(1800, 1700.0, "", id="fastest"),
        pytest.param(1800, 1701.0, "1701.0 samples per second", id="faster"),
        pytest.param(1000, 1000.0, "", id="a-second-to-the-sample"),
        pytest.param(999, 1000.0, "only 1.0 s of samples", id="less"),
    ],
)
def test_what_is_too_little_too_slow_too_fast_or_too_short(count: int, rate_hz: float, words: str) -> None:
    sensor = recorded(np.arange(count) / rate_hz)
    if words:
        with pytest.raises(SignalError, match=words):
            even_stream(sensor, CONFIG)
    else:
        assert even_stream(sensor, CONFIG).rate_hz == pytest.approx(rate_hz)


@pytest.mark.parametrize(("rows", "is_refused"), [(30_000_000, False), (30_000_400, True)])
def test_eighty_hours_are_too_long_for_any_run(
    rows: int, is_refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The rows themselves would fill the memory: what comes behind the check is not wanted here.
    reached = RuntimeError("not refused")
    monkeypatch.setattr(timebase, "_near_a_sample", lambda *_: (_ for _ in ()).throw(reached))
    time_s = np.r_[np.arange(200) / 100.0, rows / 100.0]
    with pytest.raises(
        SignalError if is_refused else RuntimeError, match="too long" if is_refused else "not"
    ):
        even_stream(recorded(time_s), CONFIG)


@pytest.mark.parametrize(
    ("channel", "most", "unit"), [("acc_sensor_mps2", 4000.0, "m/s2"), ("gyr_sensor_radps", 200.0, "rad/s")]
)
@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("beyond", [False, True])
def test_values_no_sensor_measures_are_a_mistaken_unit(
    channel: str, most: float, unit: str, sign: float, beyond: bool
) -> None:
    sensor = recorded(np.arange(200) / 100.0)
    changed = np.array(getattr(sensor, channel))
    changed[77, 2] = sign * (most + 1.0 if beyond else most)
    sensor = replace(sensor, **{channel: changed})
    if beyond:
        with pytest.raises(SignalError, match=f"up to {most + 1.0:.4g} {unit}"):
            even_stream(sensor, CONFIG)
    else:
        assert even_stream(sensor, CONFIG).rate_hz == pytest.approx(100.0)


def test_time_that_stands_still_is_told_where_it_does() -> None:
    time_s = np.arange(200) / 100.0
    time_s[51] = time_s[50]
    with pytest.raises(SignalError, match=r"does not increase after 0\.500 s"):
        even_stream(recorded(time_s), CONFIG)


def test_a_clipped_sample_marks_the_row_nearest_to_it() -> None:
    time_s = np.r_[np.arange(50), 52.4, 55.6, np.arange(58, 200)] / 100.0
    clipped = np.zeros(194, dtype=bool)
    clipped[[0, 50, 51, 193]] = True
    stream = even_stream(replace(recorded(time_s), clipped=clipped), CONFIG)
    assert np.flatnonzero(stream.clipped).tolist() == [0, 52, 56, 199]
    assert stream.clipped.dtype == stream.present.dtype == np.dtype(bool)
    assert (stream.start_s, len(stream)) == (0.0, 200)
