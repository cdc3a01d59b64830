"""Polar's file transfer: the maker's own frames, the way back, and hostile bytes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.polar.psftp import (
    Command,
    FolderEntry,
    FrameReader,
    Operation,
    Reply,
    encode_error,
    encode_folder,
    encode_frames,
    encode_operation,
    explain_error,
    parse_folder,
    parse_operation,
)
from tests.support.captures import captures

MAKERS_FRAMES = [bytes.fromhex(frame) for frame in captures("polar")["file_transfer"]["frames"]]
NAMES = st.text(max_size=20)


def read(frames: list[bytes]) -> Reply | None:
    reader = FrameReader()
    replies = [reader.take(frame) for frame in frames]
    assert replies[:-1] == [None] * (len(frames) - 1)
    return replies[-1]


def test_the_makers_frames_are_put_together() -> None:
    reply = read(MAKERS_FRAMES)
    assert reply is not None
    assert reply.error == 0
    assert b"Polar INW3N_B" in reply.content
    assert encode_frames(reply.content, 20) == MAKERS_FRAMES


@given(st.binary(max_size=2000), st.integers(2, 250))
def test_messages_survive_the_way(message: bytes, payload_bytes: int) -> None:
    frames = encode_frames(message, payload_bytes)
    assert max(map(len, frames)) <= payload_bytes
    assert read(frames) == Reply(0, message)


@pytest.mark.parametrize(
    "frames",
    [
        [b""],
        MAKERS_FRAMES[1:],
        [MAKERS_FRAMES[0], MAKERS_FRAMES[2]],
        [MAKERS_FRAMES[0], MAKERS_FRAMES[0]],
        [b"\x00\x67"],
        [b"\x06"],
        [b"\x04abc"],
    ],
)
def test_a_reply_with_a_missing_or_strange_frame_is_refused(frames: list[bytes]) -> None:
    with pytest.raises(PacketError):
        read(frames)


def test_errors_are_told_even_in_the_middle() -> None:
    assert read([encode_error(103)]) == Reply(103)
    assert read([MAKERS_FRAMES[0], encode_error(202)]) == Reply(202)
    assert read([MAKERS_FRAMES[0], encode_error(0)]) == Reply(0, MAKERS_FRAMES[0][1:])
    assert "light is blue" in explain_error(202)
    assert explain_error(999) == "an undocumented error"


def test_a_request_is_a_length_and_a_protocol_buffer() -> None:
    message = encode_operation(Operation(Command.GET, "/U/0/"))
    assert message == bytes.fromhex("0900 0800 1205") + b"/U/0/"
    assert parse_operation(message) == Operation(Command.GET, "/U/0/")


@given(st.sampled_from(Command), NAMES)
def test_requests_survive_the_way(command: Command, path: str) -> None:
    assert parse_operation(encode_operation(Operation(command, path))) == Operation(command, path)


@given(st.lists(st.builds(FolderEntry, NAMES, st.integers(0, 2**63)), max_size=20))
def test_folders_survive_the_way(entries: list[FolderEntry]) -> None:
    assert parse_folder(encode_folder(entries)) == tuple(entries)


def test_what_a_folder_says_besides_is_passed_over() -> None:
    # A date (field 3, a message), a fixed number (field 9), and an unknown field of the folder.
    entry = bytes.fromhex("0a07") + b"ACC.REC" + bytes.fromhex("1090 01 1a020801 4900000000000000ff")
    content = bytes([0x0A, len(entry)]) + entry + bytes.fromhex("1005")
    assert parse_folder(content) == (FolderEntry("ACC.REC", 144),)


@given(st.binary(max_size=80))
def test_arbitrary_bytes_are_read_or_refused(data: bytes) -> None:
    for parse in (parse_folder, parse_operation, FrameReader().take):
        with suppress(PacketError):
            parse(data)


@pytest.mark.parametrize(
    "content", ["0a0510", "0aff", "0a020a80", "0f", "0a03 0a01ff", "ffffffffffffffffffffffff"]
)
def test_damaged_folders_are_refused(content: str) -> None:
    with pytest.raises(PacketError):
        parse_folder(bytes.fromhex(content))
