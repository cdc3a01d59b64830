"""OpenEarable 2: packets of its inertial sensor, and the conversation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.protocol.driver import BATTERY_LEVEL_UUID, BatteryLevel, StreamPacket, Unreadable
from sensor.protocol.simple.openearable import (
    CONFIG_UUID,
    CONVERSATION,
    DATA_UUID,
    OpenEarableDecoder,
    encode_samples,
)
from sensor.protocol.simple_driver import SimpleDriver

DEGREE = math.pi / 180
PACKET = bytes.fromhex(
    "00 24 d202964900000000 0000000000001d410000c0bf 000020410000a0c10000f441 0000803f0000004000004040"
)


def test_a_packet_has_the_documented_bytes():
    block = OpenEarableDecoder({}).feed([PACKET])
    assert (block.ticks.tolist(), block.count.tolist()) == ([1_234_567_890], [1])
    assert block.acc_sensor_mps2.tolist() == [[0, 9.8125, -1.5]]
    assert block.gyr_sensor_radps == pytest.approx(np.array([[10, -20, 30.5]]) * DEGREE)
    mag = np.array([[1, 2, 3]])
    assert encode_samples(
        block.ticks, block.acc_sensor_mps2, gyr_sensor_radps=block.gyr_sensor_radps, mag_ut=mag
    ) == (PACKET,)


@given(n=st.integers(0, 100), seed=st.integers(0, 100))
def test_samples_survive_the_way(n, seed):
    rng = np.random.default_rng(seed)
    time_us = np.cumsum(rng.integers(1, 20_000, n))
    acc, gyr = rng.normal(0, 9, (2, n, 3)).astype(np.float32).astype(np.float64)
    block = OpenEarableDecoder({}).feed(encode_samples(time_us, acc, gyr_sensor_radps=gyr))
    assert np.array_equal(block.ticks, time_us)
    assert np.array_equal(block.acc_sensor_mps2, acc)
    assert block.gyr_sensor_radps == pytest.approx(gyr, rel=1e-6)


def test_a_head_that_bounces_beyond_two_g_is_marked_as_clipped():
    acc = np.array([[0, 9.8, 0], [0, 2 * 9.80665, 0]])
    assert OpenEarableDecoder({}).feed(
        encode_samples(np.arange(2), acc, gyr_sensor_radps=np.zeros((2, 3)))
    ).clipped.tolist() == [False, True]


def test_other_sensors_are_passed_over_and_misfits_counted():
    decoder = OpenEarableDecoder({})
    undated = PACKET[:2] + b"\xff" * 8 + PACKET[10:]
    infinite = PACKET[:10] + np.array([np.inf], "<f4").tobytes() + PACKET[14:]
    block = decoder.feed([b"\x02\x04" + bytes(12), PACKET[:-1], undated, infinite, b"", PACKET])
    assert (block.notification.tolist(), decoder.rejected) == ([5], 4)


@given(st.lists(st.one_of(st.binary(max_size=50), st.just(PACKET)), max_size=8))
def test_arbitrary_bytes_are_decoded_or_left_out(notifications):
    decoder = OpenEarableDecoder({})
    block = decoder.feed(notifications)
    assert len(block.count) + decoder.rejected <= len(notifications)
    assert np.isfinite(block.acc_sensor_mps2).all()


def test_it_turns_the_sensor_on_and_off():
    driver = SimpleDriver(100, CONVERSATION)
    (start,), (stop,) = driver.start(0), driver.stop()
    assert (start.characteristic, start.data, stop.data) == (CONFIG_UUID, b"\x00\x02\x01", b"\x00\x02\x00")
    assert driver.poll() == ()


def test_notifications_are_understood():
    driver = SimpleDriver(50, CONVERSATION)
    assert driver.receive(DATA_UUID, PACKET) == (StreamPacket(),)
    assert driver.receive(DATA_UUID, b"\x02\x04") == ()
    assert driver.receive(BATTERY_LEVEL_UUID, b"\x07") == (BatteryLevel(7),)


@given(st.sampled_from([DATA_UUID, BATTERY_LEVEL_UUID, "other"]), st.binary(max_size=50))
def test_whatever_the_sensor_sends_nothing_is_raised(characteristic, payload):
    for event in SimpleDriver(100, CONVERSATION).receive(characteristic, payload):
        assert isinstance(event, StreamPacket | BatteryLevel | Unreadable)


def test_a_rate_that_exists_in_its_memory_only_is_refused():
    with pytest.raises(ValueError, match="200 Hz"):
        SimpleDriver(200, CONVERSATION)
