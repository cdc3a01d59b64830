"""Polar data into samples: accelerations, angular rates, and both brought together on the sensor's clock."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.protocol.polar.control import Measurement
from sensor.protocol.polar.decoder import PolarDecoder, PolarRatesDecoder
from sensor.protocol.polar.driver import H10, VERITY_SENSE, PolarDriver
from sensor.protocol.polar.encoding import encode_packed_frame, encode_plain_frame
from sensor.protocol.registry import device
from sensor.session.decoding import SegmentDecoder, finish_together
from sensor.session.second_stream import with_angular_rates
from sensor.session.segments import DecodedSegment
from tests.fuzz.decoders import DECODINGS, check_decoding

G = 9.80665
STEP_NS = 10**9 // 52
ONE_STREAM = PolarDriver(200, H10).settings
TWO_STREAMS = PolarDriver(52, VERITY_SENSE).settings


def acc_frame(first: int, n: int, late_ns: int = 0) -> bytes:
    """Samples ``first`` and on of a ramp: the value is the sample's number in counts."""
    number = np.arange(first, first + n)
    values = np.stack([number, -number, np.full(n, 4096)], axis=1)
    return encode_packed_frame(Measurement.ACC, 0x80, time_ns=(first + n) * STEP_NS + late_ns, values=values)


def gyr_frame(first: int, n: int, late_ns: int = 0) -> bytes:
    """The same ramp as `acc_frame`, sampled ``late_ns`` later."""
    number = 10 * np.arange(first, first + n)
    values = np.stack([number, -number, np.zeros(n, int)], axis=1)
    return encode_packed_frame(Measurement.GYRO, 0x80, time_ns=(first + n) * STEP_NS + late_ns, values=values)


def both(seconds: int, late_ns: int = 0, first: int = 0) -> list[bytes]:
    starts = range(first, first + 52 * seconds, 26)
    return [frame for i in starts for frame in (acc_frame(i, 26), gyr_frame(i, 26, late_ns))]


def numbers(samples) -> np.ndarray:
    """Sample numbers from the accelerometer's ramp."""
    return np.rint(samples.acc_sensor_mps2[:, 0] / G / 0.000244).astype(int)


def joined(frames: list[bytes], arrival_s: np.ndarray | None = None) -> DecodedSegment:
    """Return both streams of one connection brought together; frames come half a second apart, two by two."""
    arrival_s = 0.5 * (np.arange(len(frames)) // 2 + 1) if arrival_s is None else arrival_s
    arrival_ns = np.rint(1e9 * arrival_s).astype(np.int64)
    clock = device("polar-sense").clock
    streams = [
        SegmentDecoder(decoder, clock, nominal_rate_hz=52, reason="start", arrival_ns=arrival_ns)
        for decoder in (PolarDecoder(TWO_STREAMS), PolarRatesDecoder(TWO_STREAMS))
    ]
    for stream in streams:
        stream.feed(frames)
    return with_angular_rates(*finish_together(streams))


def test_plain_frames_of_one_stream_are_milli_g_dated_by_their_last_sample():
    frame = encode_plain_frame(
        Measurement.ACC, 1, time_ns=2_000_000_000, values=[[-9, -1, 999], [-8, -2, 997]]
    )
    block = PolarDecoder(ONE_STREAM).feed([frame])
    assert (block.ticks.tolist(), block.count.tolist()) == ([2_000_000_000], [2])
    assert block.acc_sensor_mps2 == pytest.approx(np.array([[-9, -1, 999], [-8, -2, 997]]) * G / 1000)
    assert block.gyr_sensor_radps is None


def test_the_full_scale_is_marked():
    frame = encode_plain_frame(Measurement.ACC, 1, time_ns=1, values=[[0, 0, 1000], [0, -8000, 0]])
    assert PolarDecoder(ONE_STREAM).feed([frame]).clipped.tolist() == [False, True]


def test_other_measurements_and_damaged_frames_are_counted():
    decoder = PolarDecoder(ONE_STREAM)
    block = decoder.feed([b"", gyr_frame(0, 5), acc_frame(0, 5)[:-1], acc_frame(0, 5)])
    assert (block.notification.tolist(), decoder.rejected) == ([3], 3)


def test_a_date_beyond_all_reason_is_refused():
    frame = acc_frame(0, 5)
    decoder = PolarDecoder(ONE_STREAM)
    assert len(decoder.feed([frame[:1] + b"\xff" * 8 + frame[9:]]).count) == 0
    assert decoder.rejected == 1


def test_frames_of_the_gyroscope_belong_to_its_own_decoder():
    frames = [b"", acc_frame(0, 5), acc_frame(5, 5)[:-1], gyr_frame(0, 5)[:-1], gyr_frame(5, 5)]
    acc, gyr = PolarDecoder(TWO_STREAMS), PolarRatesDecoder(TWO_STREAMS)
    assert acc.feed(frames).notification.tolist() == [1]
    block = gyr.feed(frames)
    assert block.notification.tolist() == [4]
    assert block.gyr_sensor_radps[:, 0] == pytest.approx(10 * np.arange(5, 10) * math.radians(0.07))
    assert (acc.rejected, gyr.rejected) == (2, 1)


def test_the_full_scale_of_the_gyroscope_is_marked():
    values = [[0, 0, 28000], [0, -28572, 0]]
    frame = encode_packed_frame(Measurement.GYRO, 0x80, time_ns=1, values=np.array(values))
    assert PolarRatesDecoder(TWO_STREAMS).feed([frame]).clipped.tolist() == [False, True]


@pytest.mark.parametrize("late_ms", [-9, -3, 0, 5, 12])
def test_angular_rates_are_brought_to_the_moments_of_the_accelerometer(late_ms):
    samples = joined(both(10, late_ms * 1_000_000))
    found = numbers(samples)
    assert len(found) >= 519
    assert (np.diff(found) == 1).all()
    expected_radps = 10 * (found - late_ms * 1_000_000 / STEP_NS) * math.radians(0.07)
    assert samples.gyr_sensor_radps[:, 0] == pytest.approx(expected_radps, abs=1e-4)
    assert samples.gyr_sensor_radps[:, 1] == pytest.approx(-expected_radps, abs=1e-4)


@pytest.mark.parametrize("waits_s", [0.0, 0.004, 0.03])
def test_frames_of_the_gyroscope_that_go_out_after_the_others_are_not_dated_late(waits_s):
    frames = both(60)
    sent_s = np.repeat(np.arange(26, 52 * 60 + 1, 26) / 52, 2) + np.tile([0.0, waits_s], 120)
    samples = joined(frames, sent_s + 100.0)
    assert samples.gaps == ()
    assert samples.rate_hz == pytest.approx(52, rel=1e-6)
    assert samples.time_s - (numbers(samples) + 1) / 52 == pytest.approx(100.0, abs=1e-6)
    assert samples.gyr_sensor_radps[:, 0] == pytest.approx(10 * numbers(samples) * math.radians(0.07))


@pytest.mark.parametrize("ahead", [0, 5, 13, 25])
def test_frames_that_end_at_moments_of_their_own_are_dated_alike(ahead):
    frames = [(i + 26, acc_frame(i, 26)) for i in range(0, 52 * 60, 26)]
    frames += [(i + 26, gyr_frame(i, 26)) for i in range(-ahead, 52 * 60, 26) if i >= 0]
    frames.sort(key=lambda frame: frame[0])
    samples = joined([frame for _, frame in frames], np.array([end / 52 for end, _ in frames]) + 100.0)
    assert samples.time_s - (numbers(samples) + 1) / 52 == pytest.approx(100.0, abs=1e-6)


def test_samples_of_one_moment_are_not_mixed_with_their_neighbours():
    frames = [frame for i in range(0, 520, 26) for frame in (acc_frame(i, 26), gyr_frame(i, 26, 500_000))]
    samples = joined(frames)
    assert samples.gyr_sensor_radps[:, 0] == pytest.approx(10 * numbers(samples) * math.radians(0.07))


def test_lost_frames_of_a_sensor_off_its_nominal_rate_put_no_rate_beside_another_moment():
    frames, sent_s = [], []
    for first in range(0, 52 * 60, 26):
        early_ns = -round(0.008 * (first + 26) * STEP_NS)
        frames += [acc_frame(first, 26, early_ns), gyr_frame(first, 26, early_ns)]
        sent_s += [0.992 * (first + 26) / 52] * 2
    came = np.random.default_rng(4).random(len(frames)) < 0.9
    samples = joined([frames[i] for i in np.flatnonzero(came)], np.array(sent_s)[came])
    assert 0.7 < len(samples.time_s) / (52 * 60) < 0.9
    assert samples.gyr_sensor_radps[:, 0] == pytest.approx(10 * numbers(samples) * math.radians(0.07))
    assert samples.time_s == pytest.approx(0.992 * (numbers(samples) + 1) / 52, abs=1e-6)


def test_a_lost_gyroscope_frame_leaves_a_gap_instead_of_a_guess():
    frames, arrival_s = both(6), 0.5 * (np.arange(24) // 2 + 1)
    samples = joined([*frames[:5], *frames[6:]], np.delete(arrival_s, 5))
    assert sorted(set(range(52 * 6)) - set(numbers(samples).tolist())) == list(range(52, 78))
    assert [gap.reason for gap in samples.gaps] == ["angular rates missing"]


def test_a_lost_accelerometer_frame_costs_its_samples_only():
    frames, arrival_s = both(6), 0.5 * (np.arange(24) // 2 + 1)
    samples = joined([*frames[:4], *frames[5:]], np.delete(arrival_s, 4))
    assert sorted(set(range(52 * 6)) - set(numbers(samples).tolist())) == list(range(52, 78))
    assert [gap.reason for gap in samples.gaps] == ["packets lost"]


def test_a_clock_that_goes_back_begins_anew():
    samples = joined([*both(4, first=1040), *both(4)])
    found = numbers(samples)
    assert found.tolist() == [*range(1040, 1040 + 208), *range(208)]
    assert samples.gyr_sensor_radps[:, 0] == pytest.approx(10 * found * math.radians(0.07))


def test_settings_that_describe_no_stream_are_refused():
    with pytest.raises(ValueError, match="acc_factor_g"):
        PolarDecoder({"rate_hz": 52})
    with pytest.raises(ValueError, match="gyr_factor_dps"):
        PolarRatesDecoder(ONE_STREAM)


STEPS_NS = [0, 1, 1000, 10**6, 30 * STEP_NS, 400 * STEP_NS, 7 * 10**9]
"""From a clock that stands still to one that leaps: how far each stream's time goes from frame to frame."""


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Measurement.ACC, Measurement.GYRO]),
            st.sampled_from([1, 2, 30, 400]),
            st.sampled_from(STEPS_NS),
            st.integers(0, 2**32),
        ),
        min_size=2,
        max_size=14,
    )
)
@settings(max_examples=60, deadline=None)
def test_frames_of_any_length_and_time_decode_alike_however_they_are_fed(sent):
    time_ns = {Measurement.ACC: 10**9, Measurement.GYRO: 10**9}
    frames = []
    for measurement, samples, step_ns, seed in sent:
        time_ns[measurement] += step_ns
        values = np.random.default_rng(seed).integers(-5, 5, (samples, 3))
        frames.append(encode_packed_frame(measurement, 0x80, time_ns=time_ns[measurement], values=values))
    for decoding in DECODINGS:
        if decoding.key in ("polar-sense", "polar-sense rates"):
            check_decoding(decoding, frames)
    together = joined(frames)
    assert np.isfinite(together.time_s).all()
    assert (np.diff(together.time_s) > 0).all()
    assert np.isfinite(together.acc_sensor_mps2).all()
    assert together.gyr_sensor_radps is None or np.isfinite(together.gyr_sensor_radps).all()
