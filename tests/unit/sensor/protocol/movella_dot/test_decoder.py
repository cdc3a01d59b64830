"""Movella DOT: payloads of modes 20 and 21, and the conversation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.driver import BatteryLevel, StreamPacket, Unreadable
from sensor.protocol.movella_dot import decoder as movella_dot
from sensor.protocol.movella_dot.control import (
    SET_RATE,
    Measurement,
    encode_battery,
    parse_control,
    parse_measurement,
)
from sensor.protocol.movella_dot.decoder import MovellaDotDecoder, encode_samples
from sensor.protocol.movella_dot.driver import MovellaDotDriver
from sensor.protocol.registry import identify

DEGREE = math.pi / 180
MODE_20 = bytes.fromhex(
    "40420f00" "0000003f00001cc10000a03f" "000020410000a0c10000f441" "001000f80000"
)  # fmt: skip
# Captured from a sensor, mode 6: time and free acceleration. The time is laid out alike in every mode.
CAPTURED = ["d8052244af9640406b2aa7405add14c000000000", "f34622440da53c409c13a640f01009c000000000"]


def decoder(mode: int = 21) -> MovellaDotDecoder:
    return MovellaDotDecoder({"mode": mode})


@pytest.mark.parametrize("name", ["Xsens DOT", "Xsens Dot", "Movella Dot", "Movella DOT"])
def test_it_is_known_by_every_name_its_firmware_had(name):
    kind = identify(name)
    assert kind is not None
    assert kind.key == movella_dot.KEY


def test_mode_20_has_the_documented_bytes():
    block = decoder(20).feed([MODE_20])
    assert (block.ticks.tolist(), block.count.tolist()) == ([1_000_000], [1])
    assert block.acc_sensor_mps2.tolist() == [[0.5, -9.75, 1.25]]
    assert block.gyr_sensor_radps == pytest.approx(np.array([[10, -20, 30.5]]) * DEGREE)
    (made,) = encode_samples(
        20,
        block.ticks,
        acc_sensor_mps2=block.acc_sensor_mps2,
        gyr_sensor_radps=block.gyr_sensor_radps,
        mag=np.array([[1, -0.5, 0]]),
    )
    assert made == MODE_20


def test_mode_21_is_mode_20_without_the_magnetic_field():
    assert decoder(21).feed([MODE_20[:28]]).acc_sensor_mps2.tolist() == [[0.5, -9.75, 1.25]]


def test_captured_times_count_microseconds():
    padded = [bytes.fromhex(capture)[:16] + bytes(12) for capture in CAPTURED]
    block = decoder().feed(padded)
    assert block.ticks.tolist() == [1_143_080_408, 1_143_097_075]
    assert np.diff(block.ticks) == pytest.approx(1e6 / 60, abs=1)
    assert block.acc_sensor_mps2[0] == pytest.approx([3.009197, 5.223928, -2.3260102])


@given(n=st.integers(0, 200), mode=st.sampled_from([20, 21]), seed=st.integers(0, 100))
def test_samples_survive_the_way(n, mode, seed):
    rng = np.random.default_rng(seed)
    time_us = np.cumsum(rng.integers(1, 50_000, n)) + 2**32 - 1000
    acc, gyr = rng.normal(0, 30, (2, n, 3)).astype(np.float32).astype(np.float64)
    block = decoder(mode).feed(encode_samples(mode, time_us, acc_sensor_mps2=acc, gyr_sensor_radps=gyr))
    assert block.ticks.tolist() == (time_us % 2**32).tolist()
    assert np.array_equal(block.acc_sensor_mps2, acc)
    assert block.gyr_sensor_radps == pytest.approx(gyr, rel=1e-6)


def test_the_full_scale_is_marked():
    acc, gyr = np.zeros((3, 3)), np.zeros((3, 3))
    acc[0, 1], gyr[2, 0] = -16 * 9.80665, 2000 * DEGREE
    block = decoder().feed(encode_samples(21, np.arange(3), acc_sensor_mps2=acc, gyr_sensor_radps=gyr))
    assert block.clipped.tolist() == [True, False, True]


@pytest.mark.parametrize(
    "bad", [b"", MODE_20, MODE_20[:27], MODE_20[:24] + np.array([np.nan], "<f4").tobytes()]
)
def test_payloads_that_do_not_fit_are_counted(bad):
    stream = decoder()
    block = stream.feed([bad, MODE_20[:28]])
    assert (block.notification.tolist(), stream.rejected) == ([1], 1)


@given(st.lists(st.binary(max_size=40), max_size=8), st.sampled_from([20, 21]))
def test_arbitrary_bytes_are_decoded_or_counted(notifications, mode):
    stream = decoder(mode)
    block = stream.feed(notifications)
    assert len(block.count) + stream.rejected == len(notifications)
    assert np.isfinite(block.acc_sensor_mps2).all()


def test_it_stops_what_may_be_running_sets_the_rate_and_starts():
    stop, rate, start = MovellaDotDriver(60).start(0)
    assert (stop.characteristic, stop.data) == (start.characteristic, b"\x01\x00\x15")
    assert rate.characteristic == "15171002-4947-11e9-8646-d663bd873d93"
    assert rate.data == b"\x10" + bytes(23) + b"\x3c\x00" + bytes(6)
    assert (start.characteristic, start.data) == (
        "15172001-4947-11e9-8646-d663bd873d93",
        b"\x01\x01\x15",
    )
    (stop,) = MovellaDotDriver(60, mode=20).stop()
    assert stop.data == b"\x01\x00\x14"
    assert MovellaDotDriver(60).poll() == ()


def test_what_is_written_is_read_by_the_sensor():
    _, rate, start = MovellaDotDriver(30, mode=20).start(0)
    assert parse_control(rate.data) == (SET_RATE, 30)
    assert parse_measurement(start.data) == Measurement(starts=True, mode=20)
    assert encode_battery(BatteryLevel(80), is_charging=True) == b"\x50\x01"


@pytest.mark.parametrize("bad", [b"", b"\1\1", b"\2\1\x15", b"\1\2\x15"])
def test_what_is_no_measurement_request_is_refused(bad):
    with pytest.raises(PacketError, match="a measurement is"):
        parse_measurement(bad)
    with pytest.raises(PacketError, match="32 bytes"):
        parse_control(bad)


def test_notifications_are_understood():
    driver = MovellaDotDriver(60)
    assert driver.settings == {"mode": 21}
    assert driver.receive(movella_dot.MEDIUM_UUID, MODE_20[:28]) == (StreamPacket(),)
    assert driver.receive(movella_dot.BATTERY_UUID.upper(), b"\x50\x01") == (BatteryLevel(80),)
    (event,) = driver.receive(movella_dot.BATTERY_UUID, b"\xff\x01")
    assert isinstance(event, Unreadable)
    assert driver.receive("other", b"") == ()


@given(st.sampled_from(MovellaDotDriver(60).notify_characteristics), st.binary(max_size=40))
def test_whatever_the_sensor_sends_nothing_is_raised(characteristic, payload):
    for event in MovellaDotDriver(60).receive(characteristic, payload):
        assert isinstance(event, StreamPacket | BatteryLevel | Unreadable)


def test_rates_and_modes_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="120 Hz"):
        MovellaDotDriver(120)
    with pytest.raises(ValueError, match="mode"):
        MovellaDotDecoder({"mode": 6})
