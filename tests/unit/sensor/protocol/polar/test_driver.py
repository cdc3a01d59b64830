"""The conversation with a Polar sensor."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.protocol.driver import (
    BATTERY_LEVEL_UUID,
    Accepted,
    BatteryLevel,
    Described,
    Refused,
    StreamPacket,
    Unreadable,
)
from sensor.protocol.polar.control import CONTROL_UUID, DATA_UUID
from sensor.protocol.polar.driver import H10, OH1, VERITY_SENSE, PolarDriver
from tests.support.captures import captures

DOCUMENTED = [bytes.fromhex(request["payload"]) for request in captures("polar")["requests"]]


def written(writes):
    assert {(write.characteristic, write.response) for write in writes} == {(CONTROL_UUID, True)}
    return [write.data for write in writes]


def test_an_h10_is_asked_for_its_accelerometer():
    assert written(PolarDriver(200, H10).start(0)) == [DOCUMENTED[0]]


def test_a_verity_sense_is_asked_for_both_streams():
    assert written(PolarDriver(52, VERITY_SENSE).start(0)) == DOCUMENTED[1:]


def test_fast_rates_of_a_verity_sense_need_sdk_mode_around_them():
    driver = PolarDriver(104, VERITY_SENSE)
    assert written(driver.start(0))[0] == b"\x02\x09"
    assert written(driver.stop()) == [b"\x03\x02", b"\x03\x05", b"\x03\x09"]


def test_every_stream_is_stopped():
    assert written(PolarDriver(50, OH1).stop()) == [b"\x03\x02"]
    assert PolarDriver(50, OH1).poll() == ()


def test_answers_are_told_in_words():
    driver = PolarDriver(52, VERITY_SENSE)
    assert driver.receive(CONTROL_UUID, bytes.fromhex("f002020000")) == (Accepted("start the accelerometer"),)
    assert driver.receive(CONTROL_UUID, bytes.fromhex("f003050600")) == (Accepted("stop the gyroscope"),)
    assert driver.receive(CONTROL_UUID, bytes.fromhex("f002050d00")) == (
        Refused("start the gyroscope", 13, "not while charging"),
    )


def test_streams_the_sensor_ends_by_itself_are_told():
    (event,) = PolarDriver(200, H10).receive(CONTROL_UUID, b"\x01\x02")
    assert event == Refused("go on with the accelerometer", 0, "the sensor stopped by itself")


def started(measurement: int, *factors: float, more: bool = False) -> bytes:
    told = struct.pack(f"<{len(factors)}f", *factors)
    head = bytes([0xF0, 2, measurement, 0, more])
    return head + (bytes([5, len(factors)]) + told if factors else b"")


def test_what_a_count_is_worth_is_taken_from_the_answers_and_told_when_all_have_come():
    driver = PolarDriver(52, VERITY_SENSE)
    usual = dict(driver.settings)
    assert driver.receive(CONTROL_UUID, started(2, 0.00025)) == (Accepted("start the accelerometer"),)
    accepted, described = driver.receive(CONTROL_UUID, started(5, 0.061))
    assert accepted == Accepted("start the gyroscope")
    assert described == Described(usual | {"acc_factor_g": 0.00025, "gyr_factor_dps": 0.061})
    assert driver.settings == described.settings
    assert driver.receive(CONTROL_UUID, started(5, 0.061)) == (Accepted("start the gyroscope"),)


@pytest.mark.parametrize("factors", [(), (1.0,), (0.07,)])
def test_a_count_worth_what_it_usually_is_changes_nothing(factors):
    driver = PolarDriver(52, VERITY_SENSE)
    assert driver.receive(CONTROL_UUID, started(5, *factors)) == (Accepted("start the gyroscope"),)
    assert driver.settings["gyr_factor_dps"] == 0.07


@pytest.mark.parametrize("factor", [0.0, -0.07, 0.14, 1e30, float("nan"), float("inf")])
def test_a_count_worth_what_it_cannot_be_is_told_and_not_believed(factor):
    driver = PolarDriver(52, VERITY_SENSE)
    events = driver.receive(CONTROL_UUID, started(5, factor))
    assert [type(event) for event in events] == [Accepted, Unreadable]
    assert driver.settings["gyr_factor_dps"] == 0.07


def test_an_answer_in_parts_is_told_once_and_whole():
    driver = PolarDriver(52, VERITY_SENSE)
    driver.receive(CONTROL_UUID, started(2))
    assert driver.receive(CONTROL_UUID, bytes.fromhex("f0020500010501")) == ()
    accepted, described = driver.receive(CONTROL_UUID, bytes([0xF0, 2, 5, 0, 0]) + struct.pack("<f", 0.061))
    assert (accepted, described.settings["gyr_factor_dps"]) == (Accepted("start the gyroscope"), 0.061)


def test_a_stream_the_driver_never_asked_for_teaches_nothing():
    driver = PolarDriver(200, H10)
    assert driver.receive(CONTROL_UUID, started(5, 0.061)) == (Accepted("start the gyroscope"),)
    assert "gyr_factor_dps" not in driver.settings


def test_frames_of_the_wanted_measurements_are_the_stream():
    driver = PolarDriver(200, H10)
    assert driver.receive(DATA_UUID, b"\x02" + bytes(20)) == (StreamPacket(),)
    assert driver.receive(DATA_UUID, b"\x05" + bytes(20)) == ()
    assert driver.receive(DATA_UUID, b"") == ()


def test_one_of_two_streams_going_on_alone_is_no_stream():
    driver = PolarDriver(52, VERITY_SENSE)
    alone = [driver.receive(DATA_UUID, b"\x02" + bytes(20)) for _ in range(30)]
    assert alone[0] == (StreamPacket(),)
    assert alone[-1] == ()
    driver.receive(DATA_UUID, b"\x05" + bytes(20))
    assert driver.receive(DATA_UUID, b"\x02" + bytes(20)) == (StreamPacket(),)


def test_answers_are_subscribed_to_besides_the_stream():
    driver = PolarDriver(200, H10)
    assert driver.notify_characteristics == (DATA_UUID, CONTROL_UUID, BATTERY_LEVEL_UUID)
    assert driver.receive(BATTERY_LEVEL_UUID, b"\x0a") == (BatteryLevel(10),)


@given(st.sampled_from([DATA_UUID, CONTROL_UUID, BATTERY_LEVEL_UUID, "other"]), st.binary(max_size=40))
def test_whatever_the_sensor_sends_nothing_is_raised(characteristic, payload):
    for model, rate_hz in ((H10, 100), (VERITY_SENSE, 52)):
        for event in PolarDriver(rate_hz, model).receive(characteristic, payload):
            assert isinstance(
                event, Accepted | Refused | StreamPacket | BatteryLevel | Described | Unreadable
            )


def test_a_rate_the_model_does_not_have_is_refused():
    with pytest.raises(ValueError, match="52 Hz"):
        PolarDriver(52, H10)
