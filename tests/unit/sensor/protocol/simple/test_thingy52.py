"""Nordic Thingy:52: raw motion data, and the conversation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.protocol.driver import BATTERY_LEVEL_UUID, BatteryLevel, StreamPacket, Unreadable
from sensor.protocol.simple.thingy52 import CONFIG_UUID, CONVERSATION, RAW_UUID, ThingyDecoder, encode_samples
from sensor.protocol.simple_driver import SimpleDriver

G = 9.80665
DEGREE = math.pi / 180
PACKET = bytes.fromhex("000400fe0001 800cc0f91000 4001b0ff0000")


def test_a_notification_has_the_documented_bytes():
    block = ThingyDecoder({}).feed([PACKET])
    assert block.acc_sensor_mps2 == pytest.approx(np.array([[1, -0.5, 0.25]]) * G)
    assert block.gyr_sensor_radps == pytest.approx(np.array([[100, -50, 0.5]]) * DEGREE)
    mag = np.array([[20, -5, 0]])
    assert encode_samples(block.acc_sensor_mps2, block.gyr_sensor_radps, mag_ut=mag) == (PACKET,)


@given(n=st.integers(0, 100), seed=st.integers(0, 100))
def test_samples_survive_the_way_within_half_a_count(n, seed):
    rng = np.random.default_rng(seed)
    acc, gyr = rng.uniform(-30 * G, 30 * G, (n, 3)), rng.uniform(-1000, 1000, (n, 3)) * DEGREE
    block = ThingyDecoder({}).feed(encode_samples(acc, gyr))
    assert np.abs(block.acc_sensor_mps2 - acc).max(initial=0) <= G / 2048 * 1.001
    assert np.abs(block.gyr_sensor_radps - gyr).max(initial=0) <= DEGREE / 64 * 1.001


def test_samples_are_counted_across_feeds_and_misfits_left_out():
    decoder = ThingyDecoder({})
    assert decoder.feed([PACKET, PACKET[:-1], PACKET]).ticks.tolist() == [0, 1]
    assert decoder.feed([PACKET]).ticks.tolist() == [2]
    assert decoder.rejected == 1


def test_the_full_scale_is_marked():
    gyr = np.array([[0, 0, 1.0], [0, 1024 * DEGREE, 0]])  # 11 bits before the point
    assert ThingyDecoder({}).feed(encode_samples(np.zeros((2, 3)), gyr)).clipped.tolist() == [False, True]
    acc = np.array([[16 * G, 0, 0], [G, 0, 0]])
    assert ThingyDecoder({}).feed(encode_samples(acc, np.zeros((2, 3)))).clipped.tolist() == [True, False]


@given(st.lists(st.binary(max_size=20), max_size=8))
def test_arbitrary_bytes_are_decoded_or_counted(notifications):
    decoder = ThingyDecoder({})
    assert len(decoder.feed(notifications).count) + decoder.rejected == len(notifications)


def test_it_sets_the_rate():
    (write,) = SimpleDriver(100, CONVERSATION).start(0)
    assert (write.characteristic, write.data.hex()) == (CONFIG_UUID, "f401f401f401640000")
    assert SimpleDriver(100, CONVERSATION).stop() == SimpleDriver(100, CONVERSATION).poll() == ()


@given(st.sampled_from([RAW_UUID, BATTERY_LEVEL_UUID, "other"]), st.binary(max_size=20))
def test_whatever_the_sensor_sends_nothing_is_raised(characteristic, payload):
    for event in SimpleDriver(100, CONVERSATION).receive(characteristic, payload):
        assert isinstance(event, StreamPacket | BatteryLevel | Unreadable)


def test_a_rate_that_does_not_come_through_is_refused():
    with pytest.raises(ValueError, match="200 Hz"):
        SimpleDriver(200, CONVERSATION)
