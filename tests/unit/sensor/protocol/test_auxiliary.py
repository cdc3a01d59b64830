"""What straps, pods and treadmills tell, quantity by quantity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.auxiliary import BESIDE, SOURCES, BesideDriver, parse_readings
from sensor.protocol.driver import BATTERY_LEVEL_UUID, BatteryLevel, StreamPacket, Unreadable
from sensor.protocol.standard import HEART_RATE_UUID, RUNNING_UUID, TREADMILL_UUID


def test_a_foot_pod_tells_speed_steps_and_way() -> None:
    # Flags 7; 0x0380 / 256 = 3.5 m/s; 0xac = 172; 122 cm; 0x3039 = 12345 dm.
    readings = parse_readings(RUNNING_UUID, bytes.fromhex("078003ac7a0039300000"))
    assert readings == (("speed_mps", 3.5), ("cadence_spm", 172.0), ("distance_m", 1234.5))


def test_a_pod_without_a_way_tells_none_and_strides_become_steps() -> None:
    # Flags 4: running, nothing else; 84 in a minute are strides.
    assert parse_readings(RUNNING_UUID, bytes.fromhex("04800354")) == (
        ("speed_mps", 3.5),
        ("cadence_spm", 168.0),
    )


def test_a_treadmill_tells_speed_way_and_slope() -> None:
    # 0x04e2 = 1250: 12.5 km/h; 0x000929 = 2345 m; 10: 1 %; 6: 0.6 degrees.
    readings = dict(parse_readings(TREADMILL_UUID, bytes.fromhex("0c00e2042909000a000600")))
    assert readings == {"speed_mps": pytest.approx(12.5 / 3.6), "distance_m": 2345.0, "grade_pct": 1.0}


def test_a_part_of_a_treadmill_reading_tells_what_it_holds() -> None:
    # Bit 0: more follows, so no speed; bit 2: way.
    assert parse_readings(TREADMILL_UUID, bytes.fromhex("0500290900")) == (("distance_m", 2345.0),)


def test_a_strap_off_the_skin_tells_nothing() -> None:
    # Flags: 4 it can feel skin, 2 it does. 0x98 = 152.
    assert parse_readings(HEART_RATE_UUID, bytes.fromhex("0698")) == (("heart_rate_bpm", 152.0),)
    assert parse_readings(HEART_RATE_UUID, bytes.fromhex("0498")) == ()
    assert parse_readings(HEART_RATE_UUID, bytes.fromhex("0000")) == ()


def test_a_channel_of_another_service_tells_nothing() -> None:
    assert parse_readings("0000fff1-0000-1000-8000-00805f9b34fb", b"\x01\x02\x03") == ()


def test_nothing_is_ever_written_to_such_a_device() -> None:
    assert BESIDE.make_driver is not None
    driver = BESIDE.make_driver(1.0)
    assert (driver.start(0), driver.poll(), driver.stop()) == ((), (), ())


def test_a_notification_keeps_the_stream_alive_and_a_broken_one_is_said() -> None:
    driver = BesideDriver()
    assert driver.receive(HEART_RATE_UUID, bytes.fromhex("0698")) == (StreamPacket(),)
    assert driver.receive(BATTERY_LEVEL_UUID, b"\x57") == (BatteryLevel(87),)
    (event,) = driver.receive(RUNNING_UUID, b"\x07\x80")
    assert isinstance(event, Unreadable)


@given(st.sampled_from([*SOURCES, BATTERY_LEVEL_UUID, ""]), st.binary(max_size=40))
def test_no_notification_whatever_stumbles(channel: str, payload: bytes) -> None:
    assert len(BesideDriver().receive(channel, payload)) == 1
    try:
        readings = parse_readings(channel, payload)
    except PacketError:
        return
    assert all(value == value for _, value in readings)
