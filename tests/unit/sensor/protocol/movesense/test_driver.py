"""The conversation with a Movesense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.protocol.driver import (
    BATTERY_LEVEL_UUID,
    Accepted,
    BatteryLevel,
    ClockReading,
    Identity,
    Refused,
    StreamPacket,
    Stuck,
    Unreadable,
)
from sensor.protocol.movesense.control import (
    CommandCode,
    Response,
    encode_response,
    parse_command,
    parse_path,
)
from sensor.protocol.movesense.driver import STREAM_REFERENCE, MovesenseDriver
from sensor.protocol.movesense.frames import COMMAND_UUID, DATA_UUID
from sensor.protocol.movesense.objects import Hello, encode_hello, encode_time_answer

UTC_US = 1_787_161_151_527_000


def started() -> tuple[MovesenseDriver, dict[CommandCode, int]]:
    """A driver that has just started, and the reference of each of its requests."""
    driver = MovesenseDriver(104)
    commands = [parse_command(write.data) for write in driver.start(UTC_US)]
    return driver, {command.code: command.reference for command in commands}


def answered(driver: MovesenseDriver, reference: int, status: int = 200, payload: bytes = b""):
    return driver.receive(DATA_UUID, encode_response(Response(reference, status, payload)))


def test_it_greets_sets_the_clock_reads_it_and_subscribes_in_this_order():
    writes = MovesenseDriver(104).start(UTC_US)
    commands = [parse_command(write.data) for write in writes]
    assert [command.code.name for command in commands] == ["HELLO", "PUT_UTCTIME", "GET", "SUBSCRIBE"]
    assert {(write.characteristic, write.response) for write in writes} == {(COMMAND_UUID, True)}
    assert commands[1].payload == UTC_US.to_bytes(8, "little")
    assert [parse_path(c.payload) for c in commands[2:]] == ["/Time/Detailed", "/Meas/IMU6/104"]
    assert len({command.reference for command in commands}) == 4


def test_notifications_are_wanted_of_data_and_battery():
    assert MovesenseDriver(104).notify_characteristics == (DATA_UUID, BATTERY_LEVEL_UUID)


def test_settings_name_the_stream_that_was_subscribed_to():
    driver = MovesenseDriver(52, kind="IMU9")
    subscribe = parse_command(driver.start(UTC_US)[-1].data)
    assert driver.settings == {"path": "/Meas/IMU9/52", "reference": subscribe.reference}


def test_the_greeting_tells_who_it_is():
    driver, references = started()
    who = Identity("204030000123", "Movesense HR+", "2.3.1")
    assert driver.receive(DATA_UUID, encode_hello(references[CommandCode.HELLO], Hello(1, who))) == (who,)


def test_a_greeting_that_is_not_marked_as_a_response_is_understood():
    driver, references = started()
    greeting = bytes([0, references[CommandCode.HELLO]]) + b"\x01204030000123\0Movesense Flash\0"
    assert driver.receive(DATA_UUID, greeting) == (Identity("204030000123", "Movesense Flash", ""),)


def test_the_clocks_reading_is_handed_on():
    driver, references = started()
    reading = ClockReading(relative_ms=2394576, utc_us=UTC_US)
    events = answered(driver, references[CommandCode.GET], payload=encode_time_answer(reading))
    assert events == (Accepted("read the clock"), reading)


def test_a_refusal_says_what_and_why():
    driver, references = started()
    assert answered(driver, references[CommandCode.SUBSCRIBE], 429) == (
        Refused("subscribe /Meas/IMU6/104", 429, "the sensor's request slots are used up; restart it"),
    )


def test_three_refusals_for_want_of_a_slot_in_a_row_call_for_a_restart():
    driver, references = started()
    for code in (CommandCode.HELLO, CommandCode.PUT_UTCTIME):
        (refused,) = answered(driver, references[code], 429)
        assert isinstance(refused, Refused)
    refused, stuck = answered(driver, references[CommandCode.GET], 429)
    assert isinstance(refused, Refused)
    assert isinstance(stuck, Stuck)
    (write,) = stuck.remedy
    command = parse_command(write.data)
    assert (command.code, command.payload) == (CommandCode.PUT_SYSTEMMODE, b"\x05")


@pytest.mark.parametrize(
    "between", [encode_response(Response(42, 200)), bytes([2, STREAM_REFERENCE]) + bytes(150)]
)
def test_a_sensor_that_still_does_something_is_not_restarted(between: bytes):
    driver, references = started()
    answered(driver, references[CommandCode.PUT_UTCTIME], 429)
    answered(driver, references[CommandCode.GET], 429)
    driver.receive(DATA_UUID, between)
    assert len(answered(driver, references[CommandCode.SUBSCRIBE], 429)) == 1


def test_refusals_for_other_reasons_call_for_no_restart():
    driver, references = started()
    for reference in references.values():
        assert not any(isinstance(event, Stuck) for event in answered(driver, reference, 409))


def test_a_second_subscription_to_a_stream_that_flows_is_no_refusal_worth_telling():
    driver, references = started()
    subscribe = references[CommandCode.SUBSCRIBE]
    assert isinstance(answered(driver, subscribe, 409)[0], Refused)
    driver.start(0)
    driver.receive(DATA_UUID, bytes([2, STREAM_REFERENCE]))
    assert isinstance(answered(driver, subscribe, 409)[0], Accepted)
    assert isinstance(answered(driver, subscribe, 429)[0], Refused)


def test_parts_of_the_stream_are_told_from_other_data():
    driver, _ = started()
    assert driver.receive(DATA_UUID, bytes([2, STREAM_REFERENCE]) + bytes(150)) == (StreamPacket(),)
    assert driver.receive(DATA_UUID, bytes([3, STREAM_REFERENCE]) + bytes(46)) == (StreamPacket(),)
    assert driver.receive(DATA_UUID, bytes([2, STREAM_REFERENCE - 1]) + bytes(6)) == ()


def test_the_battery_level_is_understood():
    assert MovesenseDriver(104).receive(BATTERY_LEVEL_UUID.upper(), b"\x57") == (BatteryLevel(87),)


def test_it_asks_no_more_while_two_questions_are_unanswered():
    driver, references = started()
    assert driver.poll() == ()
    for code in (CommandCode.HELLO, CommandCode.PUT_UTCTIME, CommandCode.SUBSCRIBE):
        answered(driver, references[code])
    (write,) = driver.poll()
    assert parse_path(parse_command(write.data).payload) == "/Time/Detailed"
    assert driver.poll() == ()


def test_a_stream_that_flows_answers_the_subscription():
    driver, references = started()
    for code in (CommandCode.HELLO, CommandCode.PUT_UTCTIME):
        answered(driver, references[code])
    assert driver.poll() == ()
    driver.receive(DATA_UUID, bytes([2, STREAM_REFERENCE]) + bytes(150))
    assert len(driver.poll()) == 1


def test_references_stay_below_the_streams_however_often_it_asks():
    driver, references = started()
    for reference in references.values():
        answered(driver, reference)
    used = set()
    for _ in range(300):
        (write,) = driver.poll()
        reference = parse_command(write.data).reference
        used.add(reference)
        answered(driver, reference, payload=encode_time_answer(ClockReading(1, 1)))
    assert used == set(range(1, STREAM_REFERENCE))


def test_it_stops_by_unsubscribing():
    (write,) = MovesenseDriver(104).stop()
    command = parse_command(write.data)
    assert (command.code, command.reference) == (CommandCode.UNSUBSCRIBE, STREAM_REFERENCE)


def test_an_answer_nobody_asked_for_is_told_as_such():
    assert answered(MovesenseDriver(104), 42) == (Accepted("an unknown request"),)


@given(st.sampled_from([DATA_UUID, BATTERY_LEVEL_UUID]), st.binary(max_size=60))
def test_whatever_the_sensor_sends_nothing_is_raised(characteristic, payload):
    driver, _ = started()
    for event in driver.receive(characteristic, payload):
        assert isinstance(
            event, Accepted | Refused | StreamPacket | Identity | ClockReading | BatteryLevel | Unreadable
        )


def test_a_malformed_notification_is_told_with_its_reason():
    (event,) = MovesenseDriver(104).receive(DATA_UUID, b"\x01")
    assert isinstance(event, Unreadable)
    assert "at least two bytes" in str(event.error)


def test_a_rate_the_sensor_does_not_have_is_refused():
    with pytest.raises(ValueError, match="100 Hz"):
        MovesenseDriver(100)
