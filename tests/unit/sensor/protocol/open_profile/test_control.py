"""The project's own GATT profile beside the data packet: documented bytes, the way back, wrong bytes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.open_profile import control as gatt
from sensor.protocol.open_profile.control import BoardInfo, BoardStatus, ControlAnswer, StartRequest, SyncEcho

CASES = [
    # 104 000 mHz, 16 g, 2000 deg/s, 8 samples
    (gatt.encode_start, gatt.parse_start, StartRequest(104_000, 16, 2000, 8), "01 40960100 10 d007 08"),
    (gatt.encode_answer, gatt.parse_answer, ControlAnswer(1, 5), "01 05"),
    (gatt.encode_answer, gatt.parse_answer, ControlAnswer(8, 0, b"\x02"), "08 00 02"),
    (
        gatt.encode_info,
        gatt.parse_info,
        BoardInfo(1, 16, 2000, 104_000, 1_000_000, 0, "ab"),
        "01 01 10 00 d007 40960100 40420f00 0000 6162",
    ),
    (
        gatt.encode_status,
        gatt.parse_status,
        BoardStatus(1, 2, 3, 4, -150, 3700),
        "0100000000000000 02000000 03000000 04 6aff 740e",
    ),
    (
        gatt.encode_sync_echo,
        gatt.parse_sync_echo,
        SyncEcho(7, 0, 2**64 - 1, 1, 2),
        "07 00 ffffffffffffffff 0100000000000000 0200000000000000",
    ),
]


@pytest.mark.parametrize(("encode", "parse", "value", "bytes_hex"), CASES)
def test_every_value_has_the_documented_bytes_and_comes_back(encode, parse, value, bytes_hex):
    assert encode(value) == bytes.fromhex(bytes_hex)
    assert parse(bytes.fromhex(bytes_hex)) == value


@pytest.mark.parametrize(("encode", "parse", "value", "bytes_hex"), CASES)
def test_every_value_cut_too_short_is_refused(encode, parse, value, bytes_hex):
    with pytest.raises(PacketError, match="runtall"):
        parse(bytes.fromhex(bytes_hex)[:1])


def test_a_clock_question_carries_the_hosts_time_untouched():
    assert gatt.encode_sync_question(3, 258) == bytes.fromhex("03 00 0201000000000000")


def test_information_of_another_version_is_refused():
    with pytest.raises(PacketError, match="version 1"):
        gatt.parse_info(b"\x02" + bytes(20))


def test_an_undocumented_answer_is_said_as_such():
    assert gatt.explain_answer(200) == "an undocumented status"


@given(
    st.sampled_from([gatt.parse_start, gatt.parse_answer, gatt.parse_info, gatt.parse_status]),
    st.binary(max_size=40),
)
def test_arbitrary_bytes_are_parsed_or_refused(parse, data):
    with suppress(PacketError):
        parse(data)
