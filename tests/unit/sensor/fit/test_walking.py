"""Files taken apart: every byte is in one record, times are right, and what is damaged is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import ImportFileError
from sensor.fit import walking
from sensor.fit.crc import crc16
from sensor.fit.merging import record_times_s
from sensor.fit.walking import split_fit
from tests.support.fit_bytes import (
    EVERY_KIND_S,
    FILE_ID,
    FIT_RUNS,
    definition,
    every_kind,
    first_minutes,
    fit_file,
    watch_bytes,
)
from tests.support.fit_readers import by_fitdecode, column


def joined(content: bytes) -> bytes:
    """Return a file taken apart and joined again."""
    whole = b""
    for part in split_fit(content):
        body = part.head + b"".join(one.raw for one in part.records)
        whole += body + crc16(body).to_bytes(2, "little")
    return whole


@pytest.mark.parametrize("is_big_endian", [False, True], ids=["low-byte-first", "high-byte-first"])
def test_every_kind_of_record_is_found_with_its_time(is_big_endian: bool) -> None:
    content = every_kind(is_big_endian=is_big_endian)
    assert record_times_s(split_fit(content)).tolist() == EVERY_KIND_S
    assert joined(content) == content


@pytest.mark.parametrize("head_bytes", [12, 14])
@pytest.mark.parametrize("has_head_checksum", [False, True])
def test_files_in_a_chain_are_parts_of_their_own(head_bytes: int, has_head_checksum: bool) -> None:
    one = fit_file(FILE_ID, head_bytes=head_bytes, has_head_checksum=has_head_checksum)
    content = one + every_kind(is_big_endian=False) + one
    assert [len(part.records) for part in split_fit(content)] == [2, 13, 2]
    assert joined(content) == content


@pytest.mark.parametrize("name", FIT_RUNS)
def test_files_of_watches_are_whole_again_and_their_times_those_of_another_reader(name: str) -> None:
    whole, short = watch_bytes(name), first_minutes(name)
    assert joined(whole) == whole
    told_s = [at.timestamp() for at in column(by_fitdecode(short), "record", "timestamp")]
    assert record_times_s(split_fit(short)).tolist() == told_s


def refused(content: bytes) -> bool:
    """Tell whether a file is refused, in one line that says what to do."""
    try:
        split_fit(content)
    except ImportFileError as error:
        line = str(error)
    else:
        return False
    assert line.splitlines() == [line]
    assert "give the file" in line or "export the activity" in line
    return True


WHOLE = every_kind(is_big_endian=True)


def test_a_file_cut_anywhere_is_refused() -> None:
    assert all(refused(WHOLE[:length]) for length in range(len(WHOLE)))


def test_a_file_with_any_byte_flipped_is_refused() -> None:
    flipped = (
        WHOLE[:at] + bytes([WHOLE[at] ^ flip]) + WHOLE[at + 1 :]
        for at in range(len(WHOLE))
        for flip in (0x01, 0x10, 0x80, 0xFF)
    )
    assert all(map(refused, flipped))


@given(st.binary(max_size=60))
def test_records_of_any_bytes_are_walked_to_the_end_or_refused(body: bytes) -> None:
    content = fit_file(body)
    assert refused(content) or joined(content) == content


@given(st.binary(min_size=1, max_size=40))
def test_anything_behind_the_end_is_refused(rest: bytes) -> None:
    assert refused(WHOLE + rest)


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\x1f\x8b\x08", b"<gpx></gpx>"])
def test_what_is_no_fit_file_is_named(content: bytes) -> None:
    with pytest.raises(ImportFileError, match="no FIT file"):
        split_fit(content)


def test_more_records_and_bytes_than_any_run_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = fit_file(FILE_ID + definition(1, 20, []) + b"\1" * 200)
    monkeypatch.setattr(walking, "MOST_RECORDS", 100)
    with pytest.raises(ImportFileError, match="more than 100 records"):
        split_fit(empty)
    with pytest.raises(ImportFileError, match="more than 100 records"):
        split_fit(fit_file(FILE_ID) * 40)
    with pytest.raises(ImportFileError, match="more than 100 records"):
        split_fit(fit_file(b"") * 102)
    assert len(split_fit(fit_file(b"") * 100)) == 100
    monkeypatch.setattr(walking, "MOST_BYTES", 100)
    with pytest.raises(ImportFileError, match="more than 0 MB"):
        split_fit(empty)
