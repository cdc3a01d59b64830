"""Movesense sample stream: packets put together again, whatever comes between and however it is dealt out."""

from __future__ import annotations

import math
import sys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.protocol.movesense.control import Response, encode_data, encode_response
from sensor.protocol.movesense.decoder import MovesenseDecoder
from sensor.protocol.movesense.frames import Measurement, encode_measurement

PATH = "/Meas/IMU6/104"
REFERENCE = 99
G = 9.80665


def packet(number: int, samples: int = 8, path: str = PATH) -> tuple[bytes, ...]:
    """One packet's notifications; every value in it is the packet's number."""
    values = np.full((samples, 3), float(number))
    return encode_data(REFERENCE, encode_measurement(path, Measurement(77 * number, values, values, values)))


def decoder(path: str = PATH) -> MovesenseDecoder:
    return MovesenseDecoder({"path": path, "reference": REFERENCE})


def test_a_split_packet_is_put_together_and_dated_by_the_part_that_completes_it():
    stream = decoder()
    block = stream.feed([*packet(1), *packet(2)])
    assert block.notification.tolist() == [1, 3]
    assert block.ticks.tolist() == [77, 154]
    assert block.count.tolist() == [8, 8]
    assert block.acc_sensor_mps2.tolist() == [[1.0] * 3] * 8 + [[2.0] * 3] * 8
    assert block.gyr_sensor_radps == pytest.approx(block.acc_sensor_mps2)
    assert stream.rejected == 0


def test_a_packet_in_three_parts_is_put_together_whatever_number_its_last_part_claims():
    payload = encode_measurement(PATH, Measurement(5, np.ones((8, 3)), np.ones((8, 3))))
    parts = [b"\x02\x63" + payload[:80], b"\x03\x63" + payload[80:160], b"\x04\x63" + payload[160:]]
    assert decoder().feed(parts).count.tolist() == [8]


def test_a_part_left_over_waits_for_the_next_feed():
    stream = decoder()
    first, second = packet(3)
    assert len(stream.feed([first]).count) == 0
    block = stream.feed([second])
    assert (block.notification.tolist(), block.ticks.tolist()) == ([0], [231])


def test_answers_and_other_subscriptions_in_between_change_nothing():
    stream = decoder()
    first, second = packet(1)
    answer, heart_rate = encode_response(Response(REFERENCE, 200)), b"\x02\x07" + bytes(6)
    block = stream.feed([answer, first, heart_rate, b"\x03\x07abc", answer, second])
    assert (block.notification.tolist(), stream.rejected) == ([5], 0)


def test_a_lost_first_part_costs_one_packet():
    stream = decoder()
    block = stream.feed([*packet(1), packet(2)[1], *packet(3)])
    assert (block.ticks.tolist(), stream.rejected) == ([77, 231], 1)


def test_a_lost_last_part_costs_one_packet():
    stream = decoder()
    block = stream.feed([*packet(1), packet(2)[0], *packet(3)])
    assert (block.ticks.tolist(), stream.rejected) == ([77, 231], 1)


@pytest.mark.parametrize("together", [True, False])
def test_whatever_continues_a_packet_that_is_whole_is_left_out(together):
    stream = decoder()
    left_over = [b"\x03\x63" + bytes(size) for size in (50, 46, 0, 150)]
    notifications = [*packet(1, samples=4), *left_over, *packet(2, samples=4)]
    feeds = [notifications] if together else [[one] for one in notifications]
    blocks = [stream.feed(feed) for feed in feeds]
    assert [tick for block in blocks for tick in block.ticks.tolist()] == [77, 154]
    assert stream.rejected == len(left_over)


def test_a_packet_of_an_unusual_size_is_left_out():
    stream = decoder()
    block = stream.feed([*packet(1), *packet(2, samples=4), *packet(3)])
    assert (block.ticks.tolist(), stream.rejected) == ([77, 231], 1)


@pytest.mark.parametrize("samples", [1, 2, 4, 8])
@pytest.mark.parametrize("path", ["/Meas/IMU6/52", "/Meas/IMU9/52", "/Meas/IMU6m/52", "/Meas/Acc/52"])
def test_the_size_of_packets_is_learned_from_the_stream(path, samples):
    stream = decoder(path)
    block = stream.feed([*packet(1, samples, path), *packet(2, samples, path)])
    assert block.count.tolist() == [samples, samples]
    assert (block.gyr_sensor_radps is not None) == ("gyr" in path or "IMU6/" in path or "IMU9" in path)
    assert stream.rejected == 0


def test_a_packet_with_a_value_that_is_no_number_is_left_out_whole():
    bad = [bytearray(part) for part in packet(2)]
    bad[1][-4:] = np.array([math.inf], "<f4").tobytes()
    stream = decoder()
    block = stream.feed([*packet(1), *map(bytes, bad), *packet(3)])
    assert (block.ticks.tolist(), len(block.acc_sensor_mps2), stream.rejected) == ([77, 231], 16, 1)


def test_notifications_that_fit_no_layout_are_counted():
    stream = decoder()
    assert len(stream.feed([b"", b"\x02", b"\x09\x63abc", b"\x00\x63", *packet(1)]).count) == 1
    assert stream.rejected == 4


def test_samples_at_the_full_scale_are_marked():
    acc = np.zeros((8, 3))
    acc[1, 2], acc[2, 0] = -8 * G, 7.9 * G
    gyr = np.zeros((8, 3))
    gyr[4, 1] = math.radians(2000)
    block = decoder().feed(encode_data(REFERENCE, encode_measurement(PATH, Measurement(0, acc, gyr))))
    assert np.flatnonzero(block.clipped).tolist() == [1, 4]


def test_nothing_fed_is_an_empty_block():
    block = decoder().feed([])
    assert block.acc_sensor_mps2.shape == block.gyr_sensor_radps.shape == (0, 3)
    assert len(block.ticks) == len(block.count) == len(block.notification) == len(block.clipped) == 0


@pytest.mark.parametrize(
    "wrong", [{}, {"path": PATH}, {"path": "/Meas/Gyro/104", "reference": 1}, {"path": "?", "reference": 1}]
)
def test_settings_that_describe_no_stream_are_refused(wrong):
    with pytest.raises(ValueError, match="movesense"):
        MovesenseDecoder(wrong)


def parts_of_a_stream() -> st.SearchStrategy[bytes]:
    whole = st.integers(0, 50).flatmap(lambda number: st.sampled_from(packet(number)))
    wild = st.binary(max_size=220)
    framed = st.builds(lambda kind, body: bytes([kind, REFERENCE]) + body, st.integers(1, 4), wild)
    return st.one_of(whole, whole, whole, framed, wild)


@settings(max_examples=200)
@given(st.lists(parts_of_a_stream(), max_size=30), st.lists(st.integers(0, 30), max_size=5))
def test_how_notifications_are_dealt_out_changes_nothing(notifications, cuts):
    at_once, bit_by_bit = decoder(), decoder()
    whole = at_once.feed(notifications)
    bounds = [0, *sorted(min(cut, len(notifications)) for cut in cuts), len(notifications)]
    pieces = [(start, bit_by_bit.feed(notifications[start:end])) for start, end in pairwise(bounds)]
    assert np.concatenate([b.ticks for _, b in pieces]).tolist() == whole.ticks.tolist()
    assert np.concatenate([start + b.notification for start, b in pieces]).tolist() == (
        whole.notification.tolist()
    )
    joined = np.concatenate([b.acc_sensor_mps2 for _, b in pieces])
    assert np.array_equal(joined, whole.acc_sensor_mps2)
    assert bit_by_bit.rejected == at_once.rejected
    assert np.isfinite(whole.acc_sensor_mps2).all()


def test_endless_continuations_do_not_pile_up():
    stream = decoder()
    stream.feed([packet(1)[0]])
    kept_bytes = []
    for _ in range(50):
        stream.feed([b"\x03\x63" + bytes(97)])
        kept_bytes.append(sum(sys.getsizeof(v) for v in vars(stream).values() if isinstance(v, bytes)))
    assert max(kept_bytes) < 300
    assert stream.rejected == 50
