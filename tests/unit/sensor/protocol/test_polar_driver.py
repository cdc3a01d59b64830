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
    Refused,
    StreamPacket,
    Unreadable,
)
from sensor.protocol.polar import CONTROL_UUID, DATA_UUID
from sensor.protocol.polar_driver import H10, OH1, VERITY_SENSE, PolarDriver
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


@pytest.mark.parametrize(("factor", "is_wrong"), [(8 / 32768, False), (1.0, False), (4 / 32768, True)])
def test_a_count_worth_something_else_than_expected_is_told(factor, is_wrong):
    answer = bytes.fromhex("f002020000 0501") + struct.pack("<f", factor)
    events = PolarDriver(52, VERITY_SENSE).receive(CONTROL_UUID, answer)
    assert [type(event) for event in events] == [Accepted, *([Unreadable] if is_wrong else [])]


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
            assert isinstance(event, Accepted | Refused | StreamPacket | BatteryLevel | Unreadable)


def test_a_rate_the_model_does_not_have_is_refused():
    with pytest.raises(ValueError, match="52 Hz"):
        PolarDriver(52, H10)
