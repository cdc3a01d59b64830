"""The conversation with a board that speaks the project's own profile."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.protocol.driver import (
    BATTERY_LEVEL_UUID,
    Accepted,
    BatteryLevel,
    Refused,
    StreamPacket,
    Unreadable,
)
from sensor.protocol.open_profile import control as gatt
from sensor.protocol.open_profile.decoder import LiveDecoder
from sensor.protocol.open_profile.driver import OpenProfileDriver
from sensor.protocol.open_profile.frames import encode_live_packets


def test_it_starts_with_one_request_for_rate_and_ranges():
    (write,) = OpenProfileDriver(208).start(0)
    assert (write.characteristic, write.response) == (gatt.CONTROL_UUID, True)
    assert gatt.parse_start(write.data) == gatt.StartRequest(208_000, 16, 2000, 8)


def test_it_stops_with_one_request():
    (write,) = OpenProfileDriver(104).stop()
    assert (write.characteristic, write.data) == (gatt.CONTROL_UUID, b"\x02")


def test_it_asks_nothing_in_between():
    assert OpenProfileDriver(104).poll() == ()


def test_its_settings_are_what_the_decoder_needs():
    driver = OpenProfileDriver(104)
    values = np.full((8, 3), 0.5)
    packets = encode_live_packets(np.array([0]), values, gyr_sensor_radps=values, settings=driver.settings)
    assert LiveDecoder(driver.settings).feed(packets).acc_sensor_mps2 == pytest.approx(values, abs=0.003)
    assert driver.receive(driver.notify_characteristics[0], packets[0]) == (StreamPacket(),)


def test_a_refusal_says_what_and_why():
    answer = gatt.encode_answer(gatt.ControlAnswer(gatt.Operation.START, 3))
    assert OpenProfileDriver(104).receive(gatt.CONTROL_UUID, answer) == (
        Refused("start the stream", 3, "this board has no such rate"),
    )


def test_a_success_is_told():
    driver = OpenProfileDriver(104)
    assert driver.receive(gatt.CONTROL_UUID.upper(), b"\x01\x00") == (Accepted("start the stream"),)
    assert driver.receive(gatt.CONTROL_UUID, b"\x63\x00") == (Accepted("operation 99"),)


def test_the_battery_is_understood_and_a_status_passed_over():
    driver = OpenProfileDriver(104)
    assert driver.receive(BATTERY_LEVEL_UUID, b"\x32") == (BatteryLevel(50),)
    assert driver.receive(gatt.STATUS_UUID, bytes(21)) == ()


@given(
    st.sampled_from([*OpenProfileDriver(104).notify_characteristics, gatt.SYNC_UUID]), st.binary(max_size=40)
)
def test_whatever_the_board_sends_nothing_is_raised(characteristic, payload):
    for event in OpenProfileDriver(104).receive(characteristic, payload):
        assert isinstance(event, Accepted | Refused | StreamPacket | BatteryLevel | Unreadable)


def test_a_rate_the_profile_does_not_have_is_refused():
    with pytest.raises(ValueError, match="100 Hz"):
        OpenProfileDriver(100)
