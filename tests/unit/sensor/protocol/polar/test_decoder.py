"""Polar data into samples: one stream, and two streams of one clock brought together."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.clock.timeline import ClockSpec, fit_segment
from sensor.protocol.polar.control import Measurement
from sensor.protocol.polar.decoder import PolarDecoder
from sensor.protocol.polar.driver import H10, VERITY_SENSE, PolarDriver
from sensor.protocol.polar.encoding import encode_packed_frame, encode_plain_frame
from tests.fuzz.decoders import DECODINGS, check_decoding

G = 9.80665
STEP_NS = 10**9 // 52
ONE_STREAM = PolarDriver(200, H10).settings
TWO_STREAMS = PolarDriver(52, VERITY_SENSE).settings


def acc_frame(first: int, n: int, late_ns: int = 0) -> bytes:
    """Samples ``first`` and on of a ramp: the value is the sample's number in counts."""
    number = np.arange(first, first + n)
    values = np.stack([number, -number, np.full(n, 4096)], axis=1)
    return encode_packed_frame(Measurement.ACC, 0x80, (first + n) * STEP_NS + late_ns, values)


def gyr_frame(first: int, n: int, late_ns: int = 0) -> bytes:
    """The same ramp as `acc_frame`, sampled ``late_ns`` later."""
    number = 10 * np.arange(first, first + n)
    values = np.stack([number, -number, np.zeros(n, int)], axis=1)
    return encode_packed_frame(Measurement.GYRO, 0x80, (first + n) * STEP_NS + late_ns, values)


def both(seconds: int, late_ns: int = 0, first: int = 0) -> list[bytes]:
    starts = range(first, first + 52 * seconds, 26)
    return [frame for i in starts for frame in (acc_frame(i, 26), gyr_frame(i, 26, late_ns))]


def numbers(block) -> np.ndarray:
    """Sample numbers from the accelerometer's ramp."""
    return np.rint(block.acc_sensor_mps2[:, 0] / G / 0.000244).astype(int)


def test_plain_frames_of_one_stream_are_milli_g_dated_by_their_last_sample():
    frame = encode_plain_frame(Measurement.ACC, 1, 2_000_000_000, [[-9, -1, 999], [-8, -2, 997]])
    block = PolarDecoder(ONE_STREAM).feed([frame])
    assert (block.ticks.tolist(), block.count.tolist()) == ([2_000_000_000], [2])
    assert block.acc_sensor_mps2 == pytest.approx(np.array([[-9, -1, 999], [-8, -2, 997]]) * G / 1000)
    assert block.gyr_sensor_radps is None


def test_the_full_scale_is_marked():
    frame = encode_plain_frame(Measurement.ACC, 1, 1, [[0, 0, 1000], [0, -8000, 0]])
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


@pytest.mark.parametrize("late_ms", [-9, -3, 0, 5, 12])
def test_angular_rates_are_brought_to_the_moments_of_the_accelerometer(late_ms):
    block = PolarDecoder(TWO_STREAMS).feed(both(10, late_ms * 1_000_000))
    found = numbers(block)
    assert len(found) >= 518
    assert (np.diff(found) == 1).all()
    expected_counts = 10 * (found - late_ms * 1_000_000 / STEP_NS)
    expected_radps = expected_counts * math.radians(0.07)
    assert block.gyr_sensor_radps[:, 0] == pytest.approx(expected_radps, abs=1e-4)
    assert block.gyr_sensor_radps[:, 1] == pytest.approx(-expected_radps, abs=1e-4)


def test_rows_are_dated_on_the_sensors_clock_and_by_the_notification_that_completes_them():
    block = PolarDecoder(TWO_STREAMS).feed(both(2))
    last = np.cumsum(block.count) - 1
    assert block.ticks == pytest.approx((numbers(block)[last] + 1) * STEP_NS, abs=20)
    assert block.notification.tolist() == [1, 3, 5, 7]


def test_joined_rows_fit_the_hosts_clock():
    frames = both(60, 4_000_000)
    block = PolarDecoder(TWO_STREAMS).feed(frames)
    sent_s = np.repeat(np.arange(26, 52 * 60 + 1, 26) / 52, 2) + np.tile([0.0, 0.004], 120)
    spec = ClockSpec(tick_hz=1e9, wrap_bits=None, refers_to="last")
    times = fit_segment(block, sent_s + 100.0, spec, 52)
    assert times.gaps == ()
    assert times.rate_hz == pytest.approx(52, rel=1e-6)
    assert times.time_s - (numbers(block) + 1) / 52 == pytest.approx(100.0, abs=1e-6)


@pytest.mark.parametrize("ahead", [0, 5, 13, 25])
def test_samples_that_wait_for_the_other_stream_are_not_dated_late(ahead):
    frames = [(i + 26, acc_frame(i, 26)) for i in range(0, 52 * 60, 26)]
    frames += [(i + 26, gyr_frame(i, 26)) for i in range(-ahead, 52 * 60, 26) if i >= 0]
    frames.sort(key=lambda frame: frame[0])
    block = PolarDecoder(TWO_STREAMS).feed([frame for _, frame in frames])
    spec = ClockSpec(tick_hz=1e9, wrap_bits=None, refers_to="last")
    times = fit_segment(block, np.array([end / 52 for end, _ in frames]) + 100.0, spec, 52)
    assert times.time_s - (numbers(block) + 1) / 52 == pytest.approx(100.0, abs=1e-6)


def test_samples_of_one_moment_are_not_mixed_with_their_neighbours():
    # The first frame of a stream is dated at the nominal rate: 0.5 ms off at a rate 0.1 % too low.
    frames = [frame for i in range(0, 520, 26) for frame in (acc_frame(i, 26), gyr_frame(i, 26, 500_000))]
    block = PolarDecoder(TWO_STREAMS).feed(frames)
    assert block.gyr_sensor_radps[:, 0] == pytest.approx(10 * numbers(block) * math.radians(0.07))


def test_a_lost_gyroscope_frame_leaves_a_gap_instead_of_a_guess():
    frames = both(6)
    del frames[5]
    found = numbers(PolarDecoder(TWO_STREAMS).feed(frames))
    missing = sorted(set(range(52 * 6)) - set(found.tolist()))
    assert set(missing) - {77} == set(range(52, 77))


def test_a_lost_accelerometer_frame_costs_its_samples_only():
    frames = both(6)
    del frames[4]
    block = PolarDecoder(TWO_STREAMS).feed(frames)
    assert sorted(set(range(52 * 6)) - set(numbers(block).tolist())) == list(range(52, 78))
    steps = np.diff(block.ticks) - STEP_NS * block.count[1:]
    assert np.count_nonzero(np.abs(steps) > STEP_NS) == 1


def test_a_gyroscope_that_falls_silent_does_not_fill_memory():
    decoder = PolarDecoder(TWO_STREAMS)
    decoder.feed(both(2))
    for i in range(104, 104 + 26 * 100, 26):
        assert len(decoder.feed([acc_frame(i, 26)]).count) == 0
    assert len(decoder._joiner._acc.time_ns) <= 5 * 52 + 26


def test_a_clock_that_goes_back_begins_anew():
    block = PolarDecoder(TWO_STREAMS).feed([*both(4, first=5200), *both(4)])
    found = numbers(block)
    assert found[0] == 5200
    assert set(range(52, 52 * 4 - 1)) <= set(found[found < 5200].tolist())
    assert np.count_nonzero(np.diff(found) < 0) == 1


def frames_of_any_kind() -> st.SearchStrategy[bytes]:
    number = st.integers(0, 40).map(lambda i: 26 * i)
    late = st.sampled_from([0, 3_000_000, -8_000_000])
    return st.one_of(
        st.builds(acc_frame, number, st.just(26)),
        st.builds(gyr_frame, number, st.just(26), late),
        st.binary(max_size=40),
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(frames_of_any_kind(), max_size=30), st.booleans(), st.lists(st.integers(0, 30), max_size=5))
def test_how_notifications_are_dealt_out_changes_nothing(wild, is_orderly, cuts):
    notifications = [frame for i in range(8) for frame in both(1, first=52 * i)] if is_orderly else wild
    at_once, bit_by_bit = PolarDecoder(TWO_STREAMS), PolarDecoder(TWO_STREAMS)
    whole = at_once.feed(notifications)
    bounds = [0, *sorted(min(cut, len(notifications)) for cut in cuts), len(notifications)]
    pieces = [(start, bit_by_bit.feed(notifications[start:end])) for start, end in pairwise(bounds)]
    assert np.concatenate([b.ticks for _, b in pieces]).tolist() == whole.ticks.tolist()
    assert np.concatenate([start + b.notification for start, b in pieces]).tolist() == (
        whole.notification.tolist()
    )
    assert np.array_equal(np.concatenate([b.gyr_sensor_radps for _, b in pieces]), whole.gyr_sensor_radps)
    assert bit_by_bit.rejected == at_once.rejected
    assert whole.count.sum() == len(whole.acc_sensor_mps2) == len(whole.gyr_sensor_radps)


def test_settings_that_describe_no_stream_are_refused():
    with pytest.raises(ValueError, match="acc_factor_g"):
        PolarDecoder({"rate_hz": 52})


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
def test_frames_of_any_length_and_time_join_alike_however_they_are_fed(sent):
    time_ns = {Measurement.ACC: 10**9, Measurement.GYRO: 10**9}
    frames = []
    for measurement, samples, step_ns, seed in sent:
        time_ns[measurement] += step_ns
        values = np.random.default_rng(seed).integers(-5, 5, (samples, 3))
        frames.append(encode_packed_frame(measurement, 0x80, time_ns[measurement], values))
    (decoding,) = (one for one in DECODINGS if one.key == "polar-sense")
    check_decoding(decoding, frames)


@pytest.mark.parametrize("measurement", [Measurement.ACC, Measurement.GYRO])
def test_a_clock_that_all_but_stands_still_does_not_fill_the_memory(measurement):
    decoder = PolarDecoder(TWO_STREAMS)
    for i in range(100):
        decoder.feed([encode_packed_frame(measurement, 0x80, 10**9 + i, np.zeros((400, 3), int))])
    assert len(pickle.dumps(decoder)) < 200_000
