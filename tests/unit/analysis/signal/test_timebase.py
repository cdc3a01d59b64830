"""The even time base: what is taken as it is, what is interpolated, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import SignalError
from analysis.maths.intervals import CHUNK_ROWS
from analysis.signal.config import SignalConfig
from analysis.signal.timebase import even_stream
from sensor.samples import FloatArray, SensorRecording
from tests.support.recordings import sensor_recording

CONFIG = SignalConfig()


def smooth(time_s: FloatArray) -> FloatArray:
    """Return a smooth three-dimensional signal of the kind a trunk gives, m/s2."""
    return np.stack(
        (np.sin(2 * np.pi * 2.8 * time_s), np.cos(2 * np.pi * 1.4 * time_s), 9.8 + np.sin(3.0 * time_s)),
        axis=1,
    )


def recorded(time_s: FloatArray, late_s: float = 0.0, **more: Any) -> SensorRecording:
    sensor = sensor_recording(time_s, smooth(time_s), 0.1 * smooth(time_s + late_s), gyr_late_s=late_s)
    return replace(sensor, **more)


def test_samples_on_the_grid_are_taken_as_they_are() -> None:
    sensor = recorded(5.0 + np.arange(400) / 104.0)
    stream = even_stream(sensor, CONFIG)
    assert stream.rate_hz == pytest.approx(104.0, rel=1e-12)
    assert stream.start_s == 5.0
    assert stream.present.all()
    np.testing.assert_array_equal(stream.acc_sensor_mps2, sensor.acc_sensor_mps2)
    np.testing.assert_array_equal(stream.gyr_sensor_radps, sensor.gyr_sensor_radps)


def test_lost_samples_are_marked_and_the_others_stay_where_they_were() -> None:
    time_s = np.arange(400) / 104.0
    lost = np.zeros(400, dtype=bool)
    lost[100:103] = lost[200:300] = True
    sensor = sensor_recording(time_s, smooth(time_s), smooth(time_s), lost=lost)
    stream = even_stream(sensor, CONFIG)
    np.testing.assert_array_equal(stream.present, ~lost)
    np.testing.assert_allclose(stream.acc_sensor_mps2[~lost], smooth(time_s)[~lost], atol=1e-9)


def test_a_short_hole_is_bridged_by_a_cubic_and_a_long_one_by_a_straight_line() -> None:
    time_s = np.arange(400) / 104.0
    lost = np.zeros(400, dtype=bool)
    lost[100] = lost[200:240] = True
    stream = even_stream(sensor_recording(time_s, smooth(time_s), None, lost=lost), CONFIG)
    assert abs(stream.acc_sensor_mps2[100] - smooth(time_s)[100]).max() < 0.05
    line = np.linspace(smooth(time_s)[199], smooth(time_s)[240], 42)[1:-1]
    np.testing.assert_allclose(stream.acc_sensor_mps2[200:240], line, atol=1e-9)


def test_after_a_reconnection_off_the_grid_values_are_interpolated_to_a_thousandth() -> None:
    step_s = 1.0 / 104.0
    time_s = np.concatenate((np.arange(600) * step_s, 3.37 * step_s + (np.arange(500) + 700) * step_s))
    stream = even_stream(recorded(time_s), CONFIG)
    assert stream.rate_hz == pytest.approx(104.0)
    assert (~stream.present).sum() == pytest.approx(102, abs=1)
    inner = np.r_[:598, 705 : len(stream) - 2]
    assert np.abs(stream.acc_sensor_mps2 - smooth(stream.time_s))[inner].max() < 1e-3


def test_a_late_gyroscope_is_moved_to_the_time_of_the_accelerometer() -> None:
    time_s = np.arange(1000) / 104.0
    stream = even_stream(recorded(time_s, late_s=0.005), CONFIG)
    assert stream.gyr_sensor_radps is not None
    truth = 0.1 * smooth(stream.time_s)
    assert np.abs(stream.gyr_sensor_radps - truth)[5:-5].max() < 1e-4
    uncorrected = even_stream(recorded(time_s, late_s=0.005, gyr_late_s=0.0), CONFIG)
    assert uncorrected.gyr_sensor_radps is not None
    assert np.abs(uncorrected.gyr_sensor_radps - truth)[5:-5].max() > 5e-3


@pytest.mark.parametrize("ppm", [-100.0, 100.0])
def test_the_rate_is_measured_not_assumed(ppm: float) -> None:
    rate_hz = 104.0 * (1.0 + ppm * 1e-6)
    stream = even_stream(recorded(np.arange(20_000) / rate_hz), CONFIG)
    assert stream.rate_hz == pytest.approx(rate_hz, rel=1e-9)
    assert len(stream) == 20_000


def test_clipped_samples_keep_their_mark() -> None:
    clipped = np.zeros(400, dtype=bool)
    clipped[[7, 250]] = True
    stream = even_stream(recorded(np.arange(400) / 104.0, clipped=clipped), CONFIG)
    assert np.flatnonzero(stream.clipped).tolist() == [7, 250]


def test_jitter_of_arrival_times_leaves_every_row_received() -> None:
    rng = np.random.default_rng(1)
    time_s = np.arange(600) / 50.0 + rng.uniform(-0.002, 0.002, 600)
    stream = even_stream(recorded(time_s), CONFIG)
    assert stream.present.mean() > 0.99
    assert np.abs(stream.acc_sensor_mps2 - smooth(stream.time_s))[5:-5].max() < 0.2


GOOD_S = np.arange(400) / 104.0


@pytest.mark.parametrize(
    ("time_s", "words"),
    [
        (GOOD_S[:0], "0 samples"),
        (GOOD_S[:1], "1 samples"),
        (GOOD_S[:99], "99 samples"),
        (GOOD_S[::-1].copy(), "does not increase"),
        (np.concatenate((GOOD_S[:200], GOOD_S[199:-1])), "does not increase after 1.913 s"),
        (np.where(np.arange(400) == 50, np.nan, GOOD_S), "time"),
        (np.append(GOOD_S[:-1], np.inf), "time"),
        (np.append(GOOD_S[:-1], 1e12), "time"),
        (np.arange(400) / 10.0, "10.0 samples per second"),
        (np.arange(6000) / 5000.0, "5000.0 samples per second"),
        (np.arange(150) / 1666.0, "0.1 s"),
        (np.zeros(400), "does not increase"),
    ],
    ids=[
        "none",
        "one",
        "few",
        "backwards",
        "step back",
        "nan",
        "endless",
        "aeons",
        "slow",
        "fast",
        "moment",
        "stuck",
    ],
)
def test_impossible_times_are_refused_by_name(time_s: FloatArray, words: str) -> None:
    sensor = recorded(GOOD_S)
    count = len(time_s)
    values = np.resize(smooth(GOOD_S), (count, 3)) if count else np.zeros((0, 3))
    bad = replace(
        sensor,
        time_s=time_s,
        acc_sensor_mps2=values,
        gyr_sensor_radps=values,
        clipped=np.zeros(count, dtype=bool),
    )
    with pytest.raises(SignalError, match=words) as caught:
        even_stream(bad, CONFIG)
    assert "arrays sternum" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("channel", ["acc_sensor_mps2", "gyr_sensor_radps"])
def test_values_that_are_not_finite_are_refused(value: float, channel: str) -> None:
    sensor = recorded(GOOD_S)
    values = np.array(getattr(sensor, channel))
    values[123, 1] = value
    changed: dict[str, Any] = {channel: values}
    with pytest.raises(SignalError, match="not finite"):
        even_stream(replace(sensor, **changed), CONFIG)


@pytest.mark.parametrize(
    ("channel", "value", "words"),
    [
        ("acc_sensor_mps2", 5000.0, "acceleration up to 5000 m/s2"),
        ("acc_sensor_mps2", -1e150, "acceleration up to 1e[+]150 m/s2"),
        ("gyr_sensor_radps", -300.0, "angular rate up to 300 rad/s"),
    ],
)
def test_values_no_sensor_measures_are_refused_as_a_mistaken_unit(
    channel: str, value: float, words: str
) -> None:
    sensor = recorded(GOOD_S)
    values = np.array(getattr(sensor, channel))
    values[123, 1] = value
    changed: dict[str, Any] = {channel: values}
    with pytest.raises(SignalError, match=f"{words}.*unit"):
        even_stream(replace(sensor, **changed), CONFIG)


@pytest.mark.parametrize("axes", ["x", "z", "x and z", "x and y and z"])
@pytest.mark.parametrize(
    ("channel", "what"), [("acc_sensor_mps2", "acceleration"), ("gyr_sensor_radps", "angular rate")]
)
def test_a_channel_that_never_changes_is_refused(channel: str, what: str, axes: str) -> None:
    sensor = recorded(GOOD_S)
    values = np.array(getattr(sensor, channel))
    values[:, ["xyz".index(axis) for axis in axes.split(" and ")]] = 9.8
    changed: dict[str, Any] = {channel: values}
    with pytest.raises(SignalError, match=f"{what} never changes along {axes};"):
        even_stream(replace(sensor, **changed), CONFIG)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(20.0, 1000.0),
    st.floats(1.1, 6.0),
    st.floats(-1e5, 1e5),
    st.floats(-0.01, 0.01),
    st.floats(0.0, 0.35),
    st.integers(0, 2**32 - 1),
)
def test_whatever_is_received_keeps_its_value_at_its_time(
    rate_hz: float, seconds: float, start_s: float, late_s: float, loss: float, seed: int
) -> None:
    count = max(round(seconds * rate_hz), 100)
    lost = np.random.default_rng(seed).random(count) < loss
    lost[[0, -1]] = False
    if (~lost).sum() < 100:
        lost[:] = False
    time_s = start_s + np.arange(count) / rate_hz
    kept_s = time_s[~lost]
    sensor = sensor_recording(kept_s, smooth(kept_s), smooth(kept_s), gyr_late_s=late_s)
    stream = even_stream(sensor, CONFIG)
    assert len(stream) == len(stream.acc_sensor_mps2) == len(stream.present) == len(stream.clipped)
    assert np.isfinite(stream.acc_sensor_mps2).all()
    assert stream.gyr_sensor_radps is not None
    assert np.isfinite(stream.gyr_sensor_radps).all()
    at = np.round(stream.rows_at(kept_s)).astype(int)
    assert np.abs(stream.acc_sensor_mps2[at] - sensor.acc_sensor_mps2).max() < 0.05


def test_long_records_are_interpolated_in_pieces_that_fit_together() -> None:
    """The gyroscope is late, so every row is interpolated; nothing may show where two pieces meet."""
    time_s = np.arange(2 * CHUNK_ROWS + 7) / 104.0
    stream = even_stream(recorded(time_s, late_s=0.005), CONFIG)
    assert stream.gyr_sensor_radps is not None
    off = np.abs(stream.gyr_sensor_radps - 0.1 * smooth(stream.time_s)).max(axis=1)
    for edge in (CHUNK_ROWS, 2 * CHUNK_ROWS):
        assert off[edge - 4 : edge + 4].max() < 1e-4
    assert off[5:-5].max() < 1e-4
