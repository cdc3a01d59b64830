"""Muse: notifications of three samples, and the conversation."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.protocol.driver import StreamPacket
from sensor.protocol.simple.muse import (
    ACC_UNIT_MPS2,
    ACC_UUID,
    CONTROL_UUID,
    CONVERSATION,
    GYR_UNIT_RADPS,
    GYR_UUID,
    MuseDecoder,
    MuseRatesDecoder,
    encode_packets,
)
from sensor.protocol.simple_driver import SimpleDriver

G = 9.80665
PACKET = bytes.fromhex("0102 0064ff384000 0065ff373ffc 0066ff363ff8")


def test_a_notification_has_the_documented_bytes():
    block = MuseDecoder({}).feed([PACKET])
    assert (block.ticks.tolist(), block.count.tolist()) == ([3 * 258], [3])
    assert block.acc_sensor_mps2[0] / G == pytest.approx([0.006104, -0.012207, 1.000001], abs=1e-6)
    assert encode_packets(block.acc_sensor_mps2, ACC_UNIT_MPS2, first_number=258) == (PACKET,)


def test_angular_rates_are_laid_out_alike():
    decoder = MuseRatesDecoder({})
    block = decoder.feed([PACKET, b"short"])
    assert (block.ticks.tolist(), block.count.tolist()) == ([3 * 258], [3])
    assert np.degrees(block.gyr_sensor_radps[0]) == pytest.approx(np.array([100, -200, 16384]) * 0.0074768)
    assert np.isnan(block.acc_sensor_mps2).all()
    assert encode_packets(block.gyr_sensor_radps, GYR_UNIT_RADPS, first_number=258) == (PACKET,)
    assert decoder.rejected == 1


@given(st.integers(0, 2**16 - 1), st.sets(st.integers(1, 48)), st.lists(st.integers(0, 50), max_size=4))
def test_numbers_go_on_rising_through_rounds_and_losses(first, lost, cuts):
    kept = [i for i in range(50) if i not in lost]
    sent = encode_packets(np.zeros((150, 3)), ACC_UNIT_MPS2, first_number=first)
    left = [sent[i] for i in kept]
    decoder = MuseDecoder({})
    bounds = [0, *sorted(min(cut, len(left)) for cut in cuts), len(left)]
    ticks = np.concatenate([decoder.feed(left[a:b]).ticks for a, b in pairwise(bounds)])
    assert ticks.tolist() == [3 * (first + i) for i in kept]


def test_a_head_that_bounces_beyond_two_g_is_marked_as_clipped():
    acc = np.array([[0, 0, 2.5 * G], [0, 0, G], [0, -2 * G, 0]])
    assert MuseDecoder({}).feed(encode_packets(acc, ACC_UNIT_MPS2)).clipped.tolist() == [True, False, True]


@given(st.lists(st.one_of(st.binary(max_size=24), st.just(PACKET)), max_size=8))
def test_arbitrary_bytes_are_decoded_or_counted(notifications):
    decoder = MuseDecoder({})
    assert len(decoder.feed(notifications).count) + decoder.rejected == len(notifications)


def test_it_chooses_starts_keeps_alive_and_halts():
    driver = SimpleDriver(52, CONVERSATION)
    writes = (*driver.start(0), *driver.poll(), *driver.stop())
    assert [w.data.hex() for w in writes] == ["047032310a", "02640a", "026b0a", "02680a"]
    assert {w.characteristic for w in writes} == {CONTROL_UUID}


@given(st.binary(max_size=24))
def test_acceleration_alone_is_the_stream(payload):
    driver = SimpleDriver(52, CONVERSATION)
    assert driver.notify_characteristics == (ACC_UUID, GYR_UUID, CONTROL_UUID)
    assert driver.receive(ACC_UUID, payload) == (StreamPacket(),)
    assert driver.receive(GYR_UUID, payload) == driver.receive(CONTROL_UUID, payload) == ()


def test_there_is_no_other_rate():
    with pytest.raises(ValueError, match="100 Hz"):
        SimpleDriver(100, CONVERSATION)
