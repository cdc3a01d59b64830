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
    HeartRate,
    Hello,
    encode_heart_rate,
    encode_hello,
    encode_log_entries,
    encode_time_answer,
    parse_heart_rate,
    parse_hello,
    parse_log_entries,
    parse_time_answer,
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


def test_the_captured_heart_rate_has_one_interval():
    capture = CAPTURED["heart_rate"]
    heart_rate = parse_heart_rate(bytes.fromhex(capture["payload"]))
    assert heart_rate.mean_bpm == pytest.approx(capture["mean_bpm"], abs=5e-4)
    assert heart_rate.rr_ms == (406,)
    assert encode_heart_rate(heart_rate) == bytes.fromhex(capture["payload"])


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
def test_times_survive_the_way(relative_ms, utc_us):
    reading = ClockReading(relative_ms, utc_us)
    assert parse_time_answer(encode_time_answer(reading)) == reading


@given(st.floats(0, 300, width=32), st.lists(st.integers(0, 2**16 - 1), max_size=20).map(tuple))
def test_heart_rates_survive_the_way(mean_bpm, rr_ms):
    heart_rate = HeartRate(mean_bpm, rr_ms)
    assert parse_heart_rate(encode_heart_rate(heart_rate)) == heart_rate


@given(st.lists(st.builds(LogEntry, U32, U32, U64), max_size=6).map(tuple))
def test_log_entries_survive_the_way(entries):
    assert parse_log_entries(encode_log_entries(entries)) == entries


PARSERS = [
    parse_hello,
    parse_time_answer,
    parse_heart_rate,
    parse_log_entries,
]


@given(st.sampled_from(PARSERS), st.binary(max_size=60))
def test_arbitrary_answers_are_parsed_or_refused(parse, payload):
    with suppress(PacketError):
        assert parse(payload) is not None


@pytest.mark.parametrize(
    ("parse", "size"),
    [
        (parse_time_answer, 19),
        (parse_heart_rate, 5),
        (parse_log_entries, 0),
        (parse_log_entries, 2),
    ],
)
def test_answers_of_the_wrong_size_are_refused(parse, size):
    with pytest.raises(PacketError):
        parse(bytes(size))
