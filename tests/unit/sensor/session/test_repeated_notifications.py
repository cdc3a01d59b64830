"""Notifications that the computer hands over twice: each counts once, and nothing a sensor means is lost."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.protocol.device_kind import DeviceKind
from sensor.protocol.registry import DEVICES, device
from sensor.samples import FloatArray, ImuSignal, SensorRecording
from sensor.session.info import SensorInfo
from sensor.session.packets import Stream
from sensor.session.reader import read_recording
from sensor.session.schema import RATE_SETTING
from sensor.session.sensor_decoder import SensorDecoder
from sensor.session.writer import SessionWriter
from sensor.units import NS_PER_S
from tests.support.sensor_streams import settings_of, streams_of, swinging

SECONDS = 8.0
FIRST_NS = NS_PER_S
ECHO_NS = 120_000
INTERVAL_NS = 30_000_000
"""Connection interval: what is sent in between arrives together."""

with_radio = pytest.mark.parametrize("kind", DEVICES, ids=[kind.key for kind in DEVICES])
UNNUMBERED = [device(key) for key in ("witmotion", "thingy52", "metamotion", "adafruit")]
unnumbered = pytest.mark.parametrize("kind", UNNUMBERED, ids=[kind.key for kind in UNNUMBERED])

Packets = list[tuple[str, int, bytes]]
"""Channel, arrival, bytes, in order of arrival."""


def rate_of(kind: DeviceKind) -> float:
    return kind.default_rate_hz or 100.0


def noisy(seconds: float, rate_hz: float) -> ImuSignal:
    """Return a swinging sensor whose least digits are noise, as every real one's are."""
    even = swinging(seconds, rate_hz)
    assert even.gyr_sensor_radps is not None
    rng = np.random.default_rng(1)
    shape = even.acc_sensor_mps2.shape
    return ImuSignal(
        rate_hz,
        even.acc_sensor_mps2 + rng.normal(0.0, 0.05, shape),
        even.gyr_sensor_radps + rng.normal(0.0, 0.01, shape),
    )


def held(signal: ImuSignal, samples: int) -> ImuSignal:
    """Return a sensor that measures anew only every so many samples, and sends the old values in between."""
    row = np.arange(len(signal.acc_sensor_mps2)) // samples * samples
    assert signal.gyr_sensor_radps is not None
    return ImuSignal(signal.rate_hz, signal.acc_sensor_mps2[row], signal.gyr_sensor_radps[row])


def still(seconds: float, rate_hz: float) -> ImuSignal:
    """Return a sensor without any noise that lies still: all it sends is alike."""
    count = round(seconds * rate_hz)
    return ImuSignal(rate_hz, np.tile([0.0, 0.0, 9.80665], (count, 1)), np.zeros((count, 3)))


def coarse(signal: ImuSignal, step_mps2: float, step_radps: float) -> ImuSignal:
    """Return a sensor with steps so wide that neighbouring samples are often the same."""
    assert signal.gyr_sensor_radps is not None

    def rounded(values: FloatArray, step: float) -> FloatArray:
        return np.rint(values / step) * step

    return ImuSignal(
        signal.rate_hz,
        rounded(signal.acc_sensor_mps2, step_mps2),
        rounded(signal.gyr_sensor_radps, step_radps),
    )


def sent(kind: DeviceKind, signal: ImuSignal, *, interval_ns: int = INTERVAL_NS) -> Packets:
    """Return what a sensor sends for a signal, arriving with the connection's intervals."""
    seconds = len(signal.acc_sensor_mps2) / signal.rate_hz
    if kind.clock.is_session_time:
        return imported(kind, signal)
    channels = [kind.data_characteristic]
    streams = streams_of(kind, signal)
    if kind.gyroscope is not None and kind.gyroscope.characteristic != kind.data_characteristic:
        channels.append(kind.gyroscope.characteristic)
    packets: Packets = []
    for channel, (_, notifications) in zip(channels, streams, strict=False):
        for number, payload in enumerate(notifications):
            made_ns = round((number + 1) / len(notifications) * seconds * NS_PER_S)
            packets.append((channel, FIRST_NS + -(-made_ns // interval_ns) * interval_ns, payload))
    packets.sort(key=lambda packet: packet[1])
    return [(channel, ns + i * 1000, payload) for i, (channel, ns, payload) in enumerate(packets)]


def imported(kind: DeviceKind, signal: ImuSignal) -> Packets:
    """Return the packets of a file, which arrive at the time of their last samples."""
    ((_, payloads),) = streams_of(kind, signal)
    block = kind.make_decoder(settings_of(kind)).feed(payloads)
    assert block.sample_offset_ticks is not None
    last_us = block.ticks + block.sample_offset_ticks[np.cumsum(block.count) - 1]
    return [
        (kind.data_characteristic, 1000 * us, payload)
        for us, payload in zip(last_us.tolist(), payloads, strict=True)
    ]


def parts_of(items: Sequence[Any], most: int) -> list[Sequence[Any]]:
    return [items[i : i + most] for i in range(0, len(items), most)]


def folded(packets: Packets, since_ns: float, fold: int = 2) -> Packets:
    """Return the packets, each from a time on handed over so many times."""
    return [
        (channel, ns + echo * ECHO_NS, payload)
        for channel, ns, payload in packets
        for echo in range(fold if ns >= since_ns else 1)
    ]


def decoded(kind: DeviceKind, packets: Packets, *, at_once: int = 16_384) -> SensorRecording:
    """Decode packets of one connection as the reader does."""
    settings = {**settings_of(kind), RATE_SETTING: rate_of(kind)}
    info = SensorInfo(1, "sternum", kind.key, "name", "", "", settings)
    channels = sorted({channel for channel, _, _ in packets})
    arrivals = {
        Stream(1, own): np.array([ns for channel, ns, _ in packets if channel == own]) for own in channels
    }
    decoder = SensorDecoder(Path("x"), info, segments=[(1, 1, "start")], arrivals_ns=arrivals)
    for own in channels:
        payloads = [payload for channel, _, payload in packets if channel == own]
        for part in parts_of(payloads, at_once):
            decoder.feed(Stream(1, own), part)
    return decoder.finish(None)


def check_same(found: SensorRecording, expected: SensorRecording) -> None:
    assert len(found.time_s) == len(expected.time_s) > 0
    assert np.array_equal(found.time_s, expected.time_s)
    assert np.array_equal(found.acc_sensor_mps2, expected.acc_sensor_mps2)
    if expected.gyr_sensor_radps is not None:
        assert np.array_equal(found.gyr_sensor_radps, expected.gyr_sensor_radps)
    assert found.gaps == expected.gaps
    assert found.rejected_packets == expected.rejected_packets


@with_radio
@settings(max_examples=12, deadline=None)
@given(share=st.floats(0.0, 0.85), at_once=st.integers(1, 3000), fold=st.sampled_from([2, 2, 3]))
def test_repetitions_change_no_sample(kind, share, at_once, fold):
    packets = sent(kind, noisy(SECONDS, rate_of(kind)))
    since_ns = FIRST_NS + share * SECONDS * NS_PER_S
    twice = folded(packets, since_ns, fold)
    found = decoded(kind, twice, at_once=at_once)
    check_same(found, decoded(kind, packets))
    assert found.repeated_notifications == len(twice) - len(packets)


@with_radio
@pytest.mark.parametrize("make", [still, lambda s, r: held(noisy(s, r), 2), noisy])
@pytest.mark.parametrize("interval_ns", [1_000, 20_000_000, INTERVAL_NS])
def test_what_a_sensor_sends_alike_of_itself_stays(kind, make, interval_ns):
    packets = sent(kind, make(SECONDS, rate_of(kind)), interval_ns=interval_ns)
    assert decoded(kind, packets).repeated_notifications == 0


@unnumbered
@pytest.mark.parametrize("step", [0.5, 2.0, 8.0])
def test_a_coarse_sensor_loses_nothing(kind, step):
    packets = sent(kind, coarse(noisy(60.0, rate_of(kind)), step, step / 5))
    payloads = [payload for _, _, payload in packets]
    if kind.key in ("thingy52", "adafruit") and step >= 2:
        assert any(a == b for a, b in pairwise(payloads)), "what is tried never happens"
    assert decoded(kind, packets).repeated_notifications == 0


@unnumbered
@pytest.mark.parametrize("make", [still, lambda s, r: held(noisy(s, r), 2)])
def test_a_sensor_that_repeats_itself_and_is_repeated_keeps_its_own(kind, make):
    packets = sent(kind, make(SECONDS, rate_of(kind)))
    twice = folded(packets, 0.0)
    found = decoded(kind, twice)
    check_same(found, decoded(kind, packets))


@unnumbered
@pytest.mark.parametrize("make", [still, lambda s, r: held(noisy(s, r), 2)])
@pytest.mark.parametrize("stalled_s", [0.5, 1.5, 3.0])
def test_what_a_stall_held_back_is_no_repetition(kind, make, stalled_s):
    held_back = [
        (channel, FIRST_NS + round((4.0 + stalled_s) * NS_PER_S) + i * 100_000, payload)
        if FIRST_NS + 4.0 * NS_PER_S <= ns < FIRST_NS + (4.0 + stalled_s) * NS_PER_S
        else (channel, ns, payload)
        for i, (channel, ns, payload) in enumerate(sent(kind, make(12.0, rate_of(kind))))
    ]
    packets = sorted(held_back, key=lambda packet: packet[1])
    assert decoded(kind, packets).repeated_notifications == 0


@with_radio
def test_a_repetition_after_what_came_with_it_is_found_by_its_number(kind):
    if kind in UNNUMBERED or kind.key == "capture2go":
        pytest.skip("nothing numbers its notifications")
    packets = sent(kind, noisy(SECONDS, rate_of(kind)))
    in_pairs = [
        (channel, ns + echo * ECHO_NS, payload)
        for pair in parts_of(packets, 2)
        for echo in range(2)
        for channel, ns, payload in pair
    ]
    ordered = sorted(in_pairs, key=lambda packet: packet[1])
    check_same(decoded(kind, ordered), decoded(kind, packets))


def test_a_session_says_in_one_line_how_many_were_delivered_twice(tmp_path):
    kind = device("movella-dot")
    packets = sent(kind, noisy(SECONDS, rate_of(kind)))
    twice = folded(packets, FIRST_NS + 4 * NS_PER_S)
    path = tmp_path / "twice.runtall"
    writer = SessionWriter(path, name="twice", started_utc="2026-05-31T06:30:00+00:00")
    sensor_id = writer.add_sensor("sternum", kind.key, name="DOT", settings=settings_of(kind))
    segment_id = writer.start_segment(sensor_id, 0, reason="start")
    writer.packets(segment_id, kind.data_characteristic, packets=[(ns, payload) for _, ns, payload in twice])
    writer.close()
    recording = read_recording(path)
    (line,) = recording.notices
    assert f"delivered {len(twice) - len(packets)} notifications twice" in line
    assert recording.sensors[0].rejected_packets == 0
