"""Standard services: documented bytes, the way back, wrong bytes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.standard import (
    HeartRate,
    RunningSpeed,
    Treadmill,
    encode_heart_rate,
    encode_running_speed,
    encode_treadmill,
    parse_heart_rate,
    parse_running_speed,
    parse_text,
    parse_treadmill,
    steps_per_minute,
)

HEART_RATE = bytes.fromhex("16 98 9001 9a01")
RUNNING = bytes.fromhex("07 8003 ac 7a00 39300000")
TREADMILL = bytes.fromhex("0c00 e204 290900 0a00 0600")


def test_a_heart_rate_has_the_documented_bytes():
    measured = parse_heart_rate(HEART_RATE)
    assert measured == HeartRate(152, has_contact=True, rr_s=(0.390625, 410 / 1024))
    assert encode_heart_rate(measured) == HEART_RATE


def test_a_foot_pods_measurement_has_the_documented_bytes():
    measured = parse_running_speed(RUNNING)
    assert measured == RunningSpeed(3.5, 172, 1.22, 1234.5, is_running=True)
    assert encode_running_speed(measured) == RUNNING


def test_a_treadmills_reading_has_the_documented_bytes():
    shown, has_more = parse_treadmill(TREADMILL)
    assert shown == Treadmill(pytest.approx(12.5 / 3.6), 2345, 1.0, 0.6)
    assert not has_more
    assert encode_treadmill(shown) == TREADMILL


def test_a_strap_that_cannot_feel_skin_says_nothing_about_it():
    assert parse_heart_rate(b"\x00\x40") == HeartRate(64)
    assert parse_heart_rate(b"\x04\x40") == HeartRate(64, has_contact=False)


@given(
    st.builds(
        HeartRate,
        bpm=st.integers(0, 0xFFFF),
        has_contact=st.none() | st.booleans(),
        energy_kj=st.none() | st.integers(0, 0xFFFF),
        rr_s=st.lists(st.integers(0, 0xFFFF).map(lambda v: v / 1024), max_size=8).map(tuple),
    )
)
def test_heart_rates_survive_the_way(measured):
    assert parse_heart_rate(encode_heart_rate(measured)) == measured


@given(
    st.builds(
        RunningSpeed,
        speed_mps=st.integers(0, 0xFFFF).map(lambda v: v / 256),
        cadence=st.integers(0, 255),
        stride_length_m=st.none() | st.integers(0, 0xFFFF).map(lambda v: v / 100),
        distance_m=st.none() | st.integers(0, 2**32 - 1).map(lambda v: v / 10),
        is_running=st.booleans(),
    )
)
def test_running_speeds_survive_the_way(measured):
    assert parse_running_speed(encode_running_speed(measured)) == measured


@given(
    st.builds(
        Treadmill,
        speed_mps=st.integers(0, 0xFFFF).map(lambda v: v / 100 / 3.6),
        distance_m=st.none() | st.integers(0, 2**24 - 1),
        heart_rate_bpm=st.none() | st.integers(0, 255),
        elapsed_s=st.none() | st.integers(0, 0xFFFF),
    ),
    st.none() | st.integers(-1000, 1000),
)
def test_treadmill_readings_survive_the_way(shown, tenths):
    if tenths is not None:
        shown = replace(shown, inclination_pct=tenths / 10, ramp_deg=-tenths / 10)
    found, has_more = parse_treadmill(encode_treadmill(shown))
    assert found == shown
    assert not has_more


@pytest.mark.parametrize("pace_bit", [5, 6])
def test_what_lies_behind_a_pace_of_unknown_width_is_left_out(pace_bit):
    flags = (1 << pace_bit | 1 << 2 | 1 << 8).to_bytes(2, "little")
    shown, _ = parse_treadmill(flags + bytes.fromhex("e803 290900") + b"\x07\x50")
    assert shown == Treadmill(pytest.approx(10 / 3.6), 2345)


def test_fields_in_between_are_stepped_over():
    flags = (1 << 1 | 1 << 4 | 1 << 7 | 1 << 8 | 1 << 9 | 1 << 10).to_bytes(2, "little")
    between = bytes(2) + bytes(2) + bytes(4) + bytes(5)
    shown, _ = parse_treadmill(flags + between + b"\x96" + b"\x01" + b"\x3c\x00")
    assert shown == Treadmill(0.0, heart_rate_bpm=150, elapsed_s=60)


@pytest.mark.parametrize(
    ("cadence", "is_running", "steps"), [(86, True, 172), (172, True, 172), (60, False, 60), (0, True, 0)]
)
def test_a_pod_that_counts_strides_is_doubled(cadence, is_running, steps):
    assert steps_per_minute(RunningSpeed(3.0, cadence, is_running=is_running)) == steps


@pytest.mark.parametrize("parse", [parse_heart_rate, parse_running_speed, parse_treadmill])
@pytest.mark.parametrize("data", [b"", b"\x1f", b"\xff\xff", b"\x10\x50\x01"])
def test_flags_that_promise_more_than_there_is_are_refused(parse, data):
    with pytest.raises(PacketError, match="promise"):
        parse(data)


@given(st.binary(max_size=30))
def test_arbitrary_bytes_are_parsed_or_refused(data):
    for parse in (parse_heart_rate, parse_running_speed, parse_treadmill):
        with suppress(PacketError):
            parse(data)


@given(st.binary(max_size=30))
def test_device_information_holds_nothing_that_a_terminal_would_obey(data):
    assert all(letter.isprintable() for letter in parse_text(data))


def test_device_information_is_text():
    assert parse_text(b"Movesense\0") == "Movesense"
    assert parse_text(b"\x1b[2J") == "�[2J"
