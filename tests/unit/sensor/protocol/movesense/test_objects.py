"""Movesense answers and small measurements."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.driver import ClockReading, Identity
from sensor.protocol.memory import LogEntry
from sensor.protocol.movesense.objects import (
    INFO_RANGES,
    HeartRate,
    Hello,
    MeasurementInfo,
    Temperature,
    encode_heart_rate,
    encode_hello,
    encode_log_entries,
    encode_measurement_info,
    encode_temperature,
    encode_time_answer,
    encode_time_measurement,
    parse_heart_rate,
    parse_hello,
    parse_log_entries,
    parse_measurement_info,
    parse_temperature,
    parse_time_answer,
    parse_time_measurement,
)
from tests.support.captures import captures

CAPTURED = captures("movesense")
U8, U32, U64 = st.integers(0, 2**8 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def test_the_captured_time_says_utc_first_and_counts_milliseconds():
    capture = CAPTURED["time_answer"]
    reading = parse_time_answer(bytes.fromhex(capture["payload"]))
    assert reading == ClockReading(relative_ms=capture["relative_ms"], utc_us=capture["utc_us"])
    assert encode_time_answer(reading) == bytes.fromhex(capture["payload"])


def test_a_subscribed_time_says_the_relative_time_first():
    reading = parse_time_measurement(bytes.fromhex("d0892400 58d897e169590600"))
    assert reading == ClockReading(relative_ms=2394576, utc_us=1787161151527000)


def test_the_captured_heart_rate_has_one_interval():
    capture = CAPTURED["heart_rate"]
    heart_rate = parse_heart_rate(bytes.fromhex(capture["payload"]))
    assert heart_rate.mean_bpm == pytest.approx(capture["mean_bpm"], abs=5e-4)
    assert heart_rate.rr_ms == (406,)
    assert encode_heart_rate(heart_rate) == bytes.fromhex(capture["payload"])


def test_the_captured_temperature_is_that_of_a_room():
    capture = CAPTURED["temperature"]
    temperature = parse_temperature(bytes.fromhex(capture["payload"]))
    assert temperature.timestamp_ms == 156046
    assert temperature.kelvin == pytest.approx(299.525, abs=5e-4)
    assert encode_temperature(temperature) == bytes.fromhex(capture["payload"])


@pytest.mark.parametrize("capture", CAPTURED["infos"], ids=[c["path"] for c in CAPTURED["infos"]])
def test_captured_infos_list_the_rates_and_ranges(capture):
    payload = bytes.fromhex(capture["payload"])
    info = parse_measurement_info(capture["path"], payload)
    assert info.rates_hz == (13, 26, 52, 104, 208, 416, 833, 1666)
    assert info.ranges == tuple(map(tuple, capture["ranges"]))
    assert encode_measurement_info(capture["path"], info) == payload


def test_hello_names_the_sensor():
    body = b"\x01" + b"204030000123\0Movesense HR+\x000C8CDC000001\0Movesense default\x002.3.1\0"
    hello = parse_hello(body)
    assert hello == Hello(
        1, Identity("204030000123", "Movesense HR+", "2.3.1"), "0C8CDC000001", "Movesense default"
    )
    assert encode_hello(9, hello) == b"\x01\x09" + body


def test_the_bare_greeting_of_old_firmware_is_understood():
    assert parse_hello(b"Hello").identity.product == "Movesense sample firmware"


def test_a_hello_that_lacks_texts_leaves_them_empty():
    assert parse_hello(b"\x01204030000123") == Hello(1, Identity("204030000123", "", ""))


def test_an_empty_hello_is_refused():
    with pytest.raises(PacketError, match="empty"):
        parse_hello(b"")


@given(U8, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS)
def test_hello_survives_the_way(protocol, serial, product, firmware, dfu_mac, app):
    hello = Hello(protocol, Identity(serial, product, firmware), dfu_mac, app)
    assert parse_hello(encode_hello(1, hello)[2:]) == hello


@given(U32, U64)
def test_times_survive_both_ways(relative_ms, utc_us):
    reading = ClockReading(relative_ms, utc_us)
    assert parse_time_answer(encode_time_answer(reading)) == reading
    assert parse_time_measurement(encode_time_measurement(reading)) == reading


@given(st.floats(0, 300, width=32), st.lists(st.integers(0, 2**16 - 1), max_size=20).map(tuple))
def test_heart_rates_survive_the_way(mean_bpm, rr_ms):
    heart_rate = HeartRate(mean_bpm, rr_ms)
    assert parse_heart_rate(encode_heart_rate(heart_rate)) == heart_rate


@given(U32, st.floats(200, 400, width=32))
def test_temperatures_survive_the_way(timestamp_ms, kelvin):
    temperature = Temperature(timestamp_ms, kelvin)
    assert parse_temperature(encode_temperature(temperature)) == temperature


@given(st.lists(st.builds(LogEntry, U32, U32, U64), max_size=6).map(tuple))
def test_log_entries_survive_the_way(entries):
    assert parse_log_entries(encode_log_entries(entries)) == entries


@given(st.lists(U8, max_size=5).map(tuple), st.lists(U8, max_size=5).map(tuple))
def test_infos_of_three_quantities_survive_the_way(first, second):
    info = MeasurementInfo((13, 26), (first, second, (400,)))
    assert parse_measurement_info("/Meas/IMU/Info", encode_measurement_info("/Meas/IMU/Info", info)) == info


PARSERS = [
    parse_hello,
    parse_time_answer,
    parse_time_measurement,
    parse_heart_rate,
    parse_temperature,
    parse_log_entries,
    *(lambda payload, path=path: parse_measurement_info(path, payload) for path in INFO_RANGES),
]


@given(st.sampled_from(PARSERS), st.binary(max_size=60))
def test_arbitrary_answers_are_parsed_or_refused(parse, payload):
    with suppress(PacketError):
        assert parse(payload) is not None


@pytest.mark.parametrize(
    ("parse", "size"),
    [
        (parse_time_answer, 19),
        (parse_time_measurement, 13),
        (parse_heart_rate, 5),
        (parse_temperature, 7),
        (parse_log_entries, 0),
        (parse_log_entries, 2),
    ],
)
def test_answers_of_the_wrong_size_are_refused(parse, size):
    with pytest.raises(PacketError):
        parse(bytes(size))


@pytest.mark.parametrize("payload", ["", "01", "010d00", "010d000102aa", "010d000202"])
def test_infos_whose_counts_do_not_fit_are_refused(payload):
    with pytest.raises(PacketError, match="arrays"):
        parse_measurement_info("/Meas/Acc/Info", bytes.fromhex(payload))
