"""Movella DOT's messages: the examples of the maker's specification, there and back, and what is none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.movella_dot import memory as messages
from sensor.protocol.movella_dot import recording as export
from sensor.protocol.movella_dot.memory import (
    Acknowledgement,
    Message,
    Result,
    What,
    encode_acknowledgement,
    encode_message,
    parse_acknowledgement,
    parse_message,
)

THIRTY_MINUTES = Message(What.START, bytes.fromhex("DF503B5B0807"))
REQUESTS = [
    (Message(What.GET_STATE), "010102FC"),
    (THIRTY_MINUTES, "010740DF503B5B0807E4"),
    (Message(What.STOP), "010141BD"),
    (Message(What.FILE_INFO_WANTED, b"\x01"), "010260019C"),
    (Message(What.FILE_INFO_DONE), "0101629C"),
    (Message(What.DATA_WANTED, b"\x07"), "0102700786"),
    (Message(What.SELECT, bytes.fromhex("000105060708090A")), "010974000105060708090A54"),
]
"""Examples of XD0506P, C, 5.2.1; there the checksum of the second is printed as E0, four too small."""


@pytest.mark.parametrize(("message", "kept"), REQUESTS, ids=[f"{m.what:02x}" for m, _ in REQUESTS])
def test_messages_have_the_makers_bytes(message: Message, kept: str) -> None:
    payload = bytes.fromhex(kept)
    assert encode_message(message) == payload
    assert parse_message(payload) == message
    assert parse_message(payload + bytes(150)) == message


@pytest.mark.parametrize(
    ("result", "request_", "kept"),
    [
        (Result.IDLE, Message(What.GET_STATE), "0103010602F3"),
        (Result.DONE, THIRTY_MINUTES, "0109010040DF503B5B0807E1"),
        (Result.DONE, Message(What.STOP), "0103010041BA"),
        (Result.DONE, Message(What.FILE_INFO_WANTED, b"\x01"), "01040100600199"),
        (Result.DONE, Message(What.DATA_WANTED, b"\x07"), "01040100700783"),
    ],
)
def test_acknowledgements_have_the_makers_bytes(result: Result, request_: Message, kept: str) -> None:
    assert encode_acknowledgement(result, request_) == bytes.fromhex(kept)
    assert parse_acknowledgement(bytes.fromhex(kept)) == Acknowledgement(result, request_.what)


def test_a_recordings_information_begins_as_the_makers_does() -> None:
    made = messages.encode_file_info(0x33C6B8)
    assert encode_message(made)[:16].hex() == "0181616f63655280000000" + "0001" + "b8c633"
    assert messages.parse_file_info(made.data) == 0x33C6B8


def test_the_makers_two_exported_samples_are_a_sixtieth_of_a_second_apart() -> None:
    # Their data: a number of four bytes, then a time of four; 85 bytes of data hold no longer one.
    kept = [bytes.fromhex(text) + bytes(24) for text in ("00000000 75A766A8", "01000000 90E866A8")]
    pieces = [export.parse_sample(Message(What.DATA, data)) for data in kept]
    head = export.encode_head(messages.encode_file_info(7).data)
    _, samples, damaged = export.read_export(b"".join(piece.data for piece in (head, *pieces)))
    assert damaged == 0
    assert samples["time_us"].tolist() == [2825299829, 2825316496]
    assert pieces[1].offset - pieces[0].offset == export.SAMPLE_BYTES


def test_recording_is_asked_for_without_an_end() -> None:
    assert encode_message(messages.start_recording(1_700_000_000)).hex() == "01074000f15365ffff11"
    assert encode_message(messages.select_data()).hex() == "01047400070878"
    assert messages.parse_start(messages.start_recording(1_700_000_000).data) == 1_700_000_000


@given(st.sampled_from(list(What)), st.binary(max_size=156))
def test_messages_survive_the_way_and_no_byte_of_them_may_change(what: What, data: bytes) -> None:
    payload = encode_message(Message(what, data))
    assert parse_message(payload) == Message(what, data)
    assert sum(payload) % 256 == 0
    for at in (2, len(payload) - 1):
        damaged = payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1 :]
        with pytest.raises(PacketError, match="checksum"):
            parse_message(damaged)


PARSERS: list[Callable[[bytes], Any]] = [
    parse_message,
    parse_acknowledgement,
    messages.parse_file_info,
    messages.parse_start,
    export.read_export,
    lambda payload: export.parse_sample(Message(What.DATA, payload)),
]


@pytest.mark.parametrize("parse", PARSERS)
@given(st.binary(max_size=140))
def test_arbitrary_bytes_are_parsed_or_refused(parse: Callable[[bytes], Any], payload: bytes) -> None:
    with suppress(PacketError):
        parse(payload)


@pytest.mark.parametrize("parse", PARSERS)
def test_what_is_empty_is_refused(parse: Callable[[bytes], Any]) -> None:
    with pytest.raises(PacketError):
        parse(b"")


def sample(number: int) -> bytes:
    row = np.zeros(1, export.SAMPLE)
    row["time_us"], row["acc_mps2"] = 1000 * number, number
    return row.tobytes()


def file_of(*numbers: int) -> bytes:
    """A file in which each sample lies where its number says."""
    content = bytearray(export.encode_head(messages.encode_file_info(7).data).data)
    for number in numbers:
        piece = export.parse_sample(export.encode_sample(number, sample(number)))
        content.extend(bytes(max(0, piece.offset + len(piece.data) - len(content))))
        content[piece.offset : piece.offset + len(piece.data)] = piece.data
    return bytes(content)


@given(st.permutations(range(12)))
def test_samples_find_their_places_in_any_order(order: list[int]) -> None:
    began_s, samples, damaged = export.read_export(file_of(*order))
    assert (began_s, damaged) == (7, 0)
    assert samples["acc_mps2"][:, 0].tolist() == list(range(12))


def test_what_is_missing_or_damaged_is_left_out_and_counted() -> None:
    content = bytearray(file_of(0, 1, 2, 4, 5))
    content[export.HEAD_BYTES + 2 * export.SAMPLE_BYTES + 9] ^= 1
    _, samples, damaged = export.read_export(bytes(content[:-1]))
    assert samples["acc_mps2"][:, 0].tolist() == [0, 1, 4]
    assert damaged == 3


@given(st.integers(0, messages.MOST_SAMPLES - 1))
def test_a_place_tells_its_number(number: int) -> None:
    offset = export.parse_sample(export.encode_sample(number, sample(0))).offset
    assert export.number_at(offset) == export.number_at(offset + export.SAMPLE_BYTES - 1) == number
    assert export.number_at(0) == 0


def test_numbers_beyond_any_memory_are_refused() -> None:
    with pytest.raises(PacketError, match="no sample"):
        export.parse_sample(export.encode_sample(messages.MOST_SAMPLES, sample(0)))
