"""Capture2Go's own recordings: the maker's bytes there and back, and what is none of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.capture2go import memory as files
from sensor.protocol.capture2go.control import ErrorCode, encode_error
from sensor.protocol.capture2go.frames import Package, encode_package, parse_package
from sensor.protocol.memory import LogEntry, Piece

RUN = "72756e" + 62 * "00"
"""The name "run" as the maker's own package writes it."""

KEPT = [
    (files.encode_recording("run"), "0217cbb9264a4001" + 9 * "00" + RUN),
    (Package(files.LIST_FILES), "0270e6b331000005"),
    (files.encode_count(2), "02101805ad0201050200"),
    (files.encode_file(LogEntry(1, 0, 70_000, "run")), "02a2184f9a4702050100" + RUN + "70110100"),
    (
        files.encode_range(files.ByteRange("run", (232, 464))),
        "02a1c017b6490305" + RUN + "e8000000d0010000",
    ),
    (Package(files.STOP_BYTES), "023512c44c000505"),
    (Package(files.START_RECORDING), "0239ba09e8005401"),
    (Package(files.STOP_RECORDING), "02bbd83fda005601"),
    (encode_error(ErrorCode.NO_SUCH_FILE, files.GET_BYTES), "02fce2c03c03fffff00305"),
]
"""What this project writes, and what the maker's package (capture2go 1.0.1) writes for the same."""


@pytest.mark.parametrize(("package", "kept"), KEPT, ids=[f"{p.header:04x}" for p, _ in KEPT])
def test_packages_have_the_makers_bytes(package: Package, kept: str) -> None:
    assert encode_package(package).hex() == kept
    assert parse_package(bytes.fromhex(kept)) == package


NAMES = st.binary(min_size=1, max_size=64).map(lambda b: b.replace(b"\0", b"x"))
U32 = st.integers(0, 2**32 - 1)


@given(NAMES.map(lambda b: b.decode(errors="surrogateescape")), st.integers(0, 65535), U32, U32)
def test_what_is_written_is_read_whatever_the_name(name: str, index: int, start: int, end: int) -> None:
    entry, wanted = LogEntry(index, 0, end, name), files.ByteRange(name, (start, end))
    assert files.parse_file(files.encode_file(entry).payload) == entry
    assert files.parse_range(files.encode_range(wanted).payload) == wanted
    assert files.parse_recording(files.encode_recording(name).payload) == name
    assert files.parse_count(files.encode_count(index).payload) == index


@given(U32, st.binary(min_size=1, max_size=files.MOST_PIECE_BYTES))
def test_bytes_survive_the_way(offset: int, data: bytes) -> None:
    assert files.parse_bytes(files.encode_bytes(Piece(offset, data)).payload) == Piece(offset, data)


PARSERS: list[Callable[[bytes], Any]] = [
    files.parse_file,
    files.parse_range,
    files.parse_recording,
    files.parse_count,
    files.parse_bytes,
]


@pytest.mark.parametrize("parse", PARSERS)
@given(st.binary(max_size=80))
def test_arbitrary_payloads_are_parsed_or_refused(parse: Callable[[bytes], Any], payload: bytes) -> None:
    with suppress(PacketError):
        parse(payload)


@pytest.mark.parametrize("parse", PARSERS)
def test_what_is_empty_is_refused(parse: Callable[[bytes], Any]) -> None:
    with pytest.raises(PacketError):
        parse(b"")


def test_a_file_without_a_name_is_refused() -> None:
    with pytest.raises(PacketError, match="no name"):
        files.parse_file(bytes(71))
    for name in ("", "x" * 65):
        with pytest.raises(ValueError, match="1 to 64 bytes"):
            files.encode_recording(name)
