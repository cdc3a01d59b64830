"""WitMotion: frames found in a byte stream, their scale, and the conversation."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.driver import Accepted, BatteryLevel, Refused, StreamPacket
from sensor.protocol.witmotion.control import (
    Register,
    Request,
    centivolts,
    charge_pct,
    encode_answer,
    encode_request,
    parse_request,
)
from sensor.protocol.witmotion.decoder import NOTIFY_UUID, WRITE_UUID, WitMotionDecoder, encode_frames
from sensor.protocol.witmotion.driver import WitMotionDriver

G = 9.80665
DEGREE = math.pi / 180
FRAME = bytes.fromhex("5561 640038ff0008 6606ccfc0000 002000f00040")


def frames(first: int, count: int) -> bytes:
    """Frames of a ramp: the value is the sample's number in counts."""
    number = np.repeat(np.arange(first, first + count)[:, None], 3, axis=1)
    return encode_frames(number * 16 * G / 32768, -number * 2000 * DEGREE / 32768)


def numbers(block) -> list[int]:
    return np.rint(block.acc_sensor_mps2[:, 0] / (16 * G / 32768)).astype(int).tolist()


def cut(stream: bytes, size: int) -> list[bytes]:
    return [stream[i : i + size] for i in range(0, len(stream), size)]


def test_a_frame_has_the_documented_bytes():
    block = WitMotionDecoder({}).feed([FRAME + FRAME])
    acc_g, gyr_degps = (0.048828, -0.097656, 1.0), (99.9756, -50.0488, 0)
    assert block.acc_sensor_mps2[0] / G == pytest.approx(acc_g, abs=1e-6)
    assert block.gyr_sensor_radps[0] / DEGREE == pytest.approx(gyr_degps, abs=1e-4)
    angle = np.array([[45, -22.5, 90]])
    assert encode_frames(block.acc_sensor_mps2[:1], block.gyr_sensor_radps[:1], angle_deg=angle) == FRAME


@given(size=st.integers(1, 244), count=st.integers(2, 60))
def test_frames_are_found_however_the_stream_is_cut(size, count):
    stream = WitMotionDecoder({})
    block = stream.feed(cut(frames(0, count), size))
    assert numbers(block) == list(range(count))
    assert block.ticks.tolist() == (np.cumsum(block.count) - block.count).tolist()
    assert stream.rejected == 0


def test_a_packet_is_what_one_notification_completes():
    stream = frames(0, 12)
    block = WitMotionDecoder({}).feed([stream[:50], stream[50:70], stream[70:75], stream[75:]])
    assert block.notification.tolist() == [0, 1, 3]
    assert block.count.tolist() == [2, 1, 9]


def test_the_first_frame_waits_for_the_header_of_the_second():
    stream = WitMotionDecoder({})
    assert len(stream.feed([frames(0, 1)]).count) == 0
    block = stream.feed([frames(1, 1)])
    assert (block.notification.tolist(), numbers(block)) == ([0], [0, 1])


def test_a_stream_joined_in_the_middle_of_a_frame_is_found():
    stream = WitMotionDecoder({})
    assert numbers(stream.feed([frames(0, 10)[13:]])) == list(range(1, 10))
    assert stream.rejected == 0


@pytest.mark.parametrize("size", [25, 30, 50, 64, 244])
@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_lost_notification_costs_the_frames_it_touched_and_invents_none(size, lost):
    sent = cut(frames(0, 60), size)
    decoder = WitMotionDecoder({})
    found = numbers(decoder.feed(sent[:lost] + sent[lost + 1 :]))
    assert decoder.rejected <= 1
    assert found == [*range(size * lost // 20), *range(-(-size * (lost + 1) // 20), 60)]


def test_a_header_among_values_holds_the_place_no_longer_than_it_repeats():
    lure = np.full((3, 3), 0x6155 * 16 * G / 32768)
    stream = encode_frames(lure, np.zeros((3, 3))) + frames(0, 20)
    decoder = WitMotionDecoder({})
    assert numbers(decoder.feed([stream[2:]]))[-19:] == list(range(1, 20))
    assert decoder.rejected == 1


def test_answers_in_the_stream_are_no_samples():
    mixed = frames(0, 3) + encode_answer(3, (9,)) + frames(3, 3)
    assert numbers(WitMotionDecoder({}).feed([mixed])) == [0, 1, 2, 3, 4, 5]


def test_the_full_scale_is_marked():
    acc, gyr = np.zeros((4, 3)), np.zeros((4, 3))
    acc[1, 0], gyr[2, 1] = 17 * G, -2000 * DEGREE
    assert WitMotionDecoder({}).feed([encode_frames(acc, gyr)]).clipped.tolist() == [False, True, True, False]


def pieces() -> st.SearchStrategy[bytes]:
    whole = st.integers(0, 100).flatmap(lambda i: st.integers(1, 6).map(lambda n: frames(i, n)))
    headers = st.sampled_from([b"\x55", b"\x55\x61", b"\x61", FRAME[:19], FRAME + b"\x55"])
    return st.one_of(whole, whole, headers, st.binary(max_size=30))


@settings(max_examples=300)
@given(st.lists(pieces(), max_size=10), st.integers(1, 60), st.lists(st.integers(0, 60), max_size=6))
def test_how_notifications_are_dealt_out_changes_nothing(parts, size, cuts):
    notifications = cut(b"".join(parts), size)
    at_once, bit_by_bit = WitMotionDecoder({}), WitMotionDecoder({})
    whole = at_once.feed(notifications)
    bounds = [0, *sorted(min(c, len(notifications)) for c in cuts), len(notifications)]
    found = [(start, bit_by_bit.feed(notifications[start:end])) for start, end in pairwise(bounds)]
    assert np.concatenate([b.ticks for _, b in found]).tolist() == whole.ticks.tolist()
    assert np.concatenate([start + b.notification for start, b in found]).tolist() == (
        whole.notification.tolist()
    )
    assert np.array_equal(np.concatenate([b.acc_sensor_mps2 for _, b in found]), whole.acc_sensor_mps2)
    assert bit_by_bit.rejected == at_once.rejected


@given(st.lists(st.binary(max_size=240), max_size=20))
def test_arbitrary_bytes_are_survived_in_little_memory(notifications):
    decoder = WitMotionDecoder({})
    block = decoder.feed(notifications)
    assert block.count.sum() == len(block.acc_sensor_mps2)
    assert len(decoder._finder._pending) <= 41


def test_it_unlocks_sets_the_rate_and_reads_it_back():
    writes = WitMotionDriver(100).start(0)
    assert [w.data.hex() for w in writes] == ["ffaa6988b5", "ffaa030900", "ffaa270300"]
    assert {(w.characteristic, w.response, w.settle_s > 0.1) for w in writes} == {(WRITE_UUID, False, True)}
    assert WitMotionDriver(100).stop() == ()


def test_a_rate_that_did_not_take_is_set_again():
    driver = WitMotionDriver(100)
    driver.start(0)
    assert len(driver.poll()) == 4
    slow = driver.receive(NOTIFY_UUID, FRAME + encode_answer(Register.RATE, (6,)) + FRAME)
    assert isinstance(slow[0], Refused)
    assert len(driver.poll()) == 4
    assert driver.receive(NOTIFY_UUID, encode_answer(Register.RATE, (9,))) == (Accepted("set the rate"),)
    (battery,) = driver.poll()
    assert battery.data.hex() == "ffaa276400"


@pytest.mark.parametrize(("centivolts", "percent"), [(420, 100), (396, 100), (395, 90), (350, 10), (300, 0)])
def test_the_battery_is_told_by_its_voltage(centivolts, percent):
    driver = WitMotionDriver(100)
    events = driver.receive(NOTIFY_UUID, FRAME + encode_answer(Register.BATTERY, (centivolts,)))
    assert events == (BatteryLevel(percent), StreamPacket())


def test_a_charge_and_its_voltage_belong_together():
    assert [centivolts(percent) for percent in (100, 99, 5, 0)] == [396, 393, 340, 330]
    assert all(charge_pct(centivolts(percent)) <= percent for percent in range(101))


@given(st.integers(0, 255), st.integers(0, 2**16 - 1), st.binary(max_size=8))
def test_requests_survive_the_way_and_what_is_none_is_refused(register, value, other):
    assert parse_request(encode_request(Request(register, value))) == Request(register, value)
    if len(other) != 5 or other[:2] != b"\xff\xaa":
        with pytest.raises(PacketError, match="ff aa"):
            parse_request(other)


@given(st.sampled_from([NOTIFY_UUID, "other"]), st.binary(max_size=100))
def test_whatever_the_sensor_sends_nothing_is_raised(characteristic, payload):
    driver = WitMotionDriver(100)
    for event in driver.receive(characteristic, FRAME + payload + FRAME) + driver.receive(
        NOTIFY_UUID, payload
    ):
        assert isinstance(event, Accepted | Refused | StreamPacket | BatteryLevel)


def test_a_rate_the_sensor_does_not_have_is_refused():
    with pytest.raises(ValueError, match="104 Hz"):
        WitMotionDriver(104)
