"""eSense: notifications with a number of one byte, and the conversation."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.protocol.driver import StreamPacket
from sensor.protocol.simple.esense import CONVERSATION, DATA_UUID, WRITE_UUID, ESenseDecoder, encode_samples
from sensor.protocol.simple_driver import SimpleDriver

G = 9.80665
DEGREE = math.pi / 180
RANGES = SimpleDriver(100, CONVERSATION).settings
PACKET = bytes.fromhex("5507990c 028ffae20000 000000002000")


def packets(count: int, first: int = 0) -> tuple[bytes, ...]:
    number = np.repeat(np.arange(count)[:, None], 3, axis=1)
    return encode_samples(
        number * 4 * G / 32768, -number * 500 * DEGREE / 32768, settings=RANGES, first_number=first
    )


def test_a_notification_has_the_documented_bytes():
    block = ESenseDecoder(RANGES).feed([PACKET])
    assert block.gyr_sensor_radps / DEGREE == pytest.approx(np.array([[10, -20, 0]]))
    assert block.acc_sensor_mps2 / G == pytest.approx(np.array([[0, 0, 1]]))
    assert encode_samples(block.acc_sensor_mps2, block.gyr_sensor_radps, settings=RANGES, first_number=7) == (
        PACKET,
    )


def test_numbers_go_on_rising_through_rounds_and_losses():
    sent = packets(700)
    block = ESenseDecoder(RANGES).feed(sent[:100] + sent[130:400] + sent[600:])
    assert block.ticks.tolist() == [*range(100), *range(130, 400), *range(600, 700)]
    assert np.array_equal(block.sequence, block.ticks)


@given(st.integers(0, 255), st.lists(st.integers(0, 300), max_size=6))
def test_how_notifications_are_dealt_out_changes_nothing(first, cuts):
    sent = packets(300, first)
    at_once, bit_by_bit = ESenseDecoder(RANGES), ESenseDecoder(RANGES)
    whole = at_once.feed(sent)
    bounds = [0, *sorted(cuts), 300]
    parts = [bit_by_bit.feed(sent[start:end]).ticks for start, end in pairwise(bounds)]
    assert np.concatenate(parts).tolist() == whole.ticks.tolist() == list(range(first, first + 300))


def test_the_full_scale_is_marked():
    acc = np.array([[0, 0, 4 * G], [0, 0, G]])
    block = ESenseDecoder(RANGES).feed(encode_samples(acc, np.zeros((2, 3)), settings=RANGES))
    assert block.clipped.tolist() == [True, False]


@pytest.mark.parametrize(
    "bad", [b"", PACKET[:-1], b"\x54" + PACKET[1:], PACKET[:-1] + b"\x01", PACKET[:3] + b"\x0d" + PACKET[4:]]
)
def test_notifications_that_do_not_fit_are_counted(bad):
    decoder = ESenseDecoder(RANGES)
    assert (decoder.feed([bad, PACKET]).notification.tolist(), decoder.rejected) == ([1], 1)


@given(st.lists(st.one_of(st.binary(max_size=20), st.just(PACKET)), max_size=8))
def test_arbitrary_bytes_are_decoded_or_counted(notifications):
    decoder = ESenseDecoder(RANGES)
    assert len(decoder.feed(notifications).count) + decoder.rejected == len(notifications)


@pytest.mark.parametrize(("rate_hz", "start"), [(50, "5335020132"), (100, "5367020164")])
def test_it_turns_sampling_on_and_off(rate_hz, start):
    driver = SimpleDriver(rate_hz, CONVERSATION)
    (on,), (off,) = driver.start(0), driver.stop()
    assert (on.characteristic, on.data.hex(), off.data.hex()) == (WRITE_UUID, start, "5302020000")
    assert driver.poll() == ()


@given(st.binary(max_size=20))
def test_every_notification_of_the_stream_is_the_stream(payload):
    assert SimpleDriver(100, CONVERSATION).receive(DATA_UUID, payload) == (StreamPacket(),)
    assert SimpleDriver(100, CONVERSATION).receive("other", payload) == ()


def test_what_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="104 Hz"):
        SimpleDriver(104, CONVERSATION)
    with pytest.raises(ValueError, match="acc_range_g"):
        ESenseDecoder({})
    with pytest.raises(ValueError, match="300 deg/s"):
        ESenseDecoder({"acc_range_g": 4, "gyr_range_dps": 300})
