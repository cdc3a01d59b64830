"""FIT files by hand, with what our encoder never writes: big-endian numbers, short times, chains."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from sensor.fit.crc import crc16
from sensor.fit.profile import Number
from sensor.fit.walking import split_fit
from tests.support.datasets import data_dir

FIT_RUNS = (
    "fenix2_run_9km.fit",
    "fenix5_run_short_all_dynamics.fit",
    "fenix6s_run_short.fit",
    "fr310xt_run_7km.fit",
    "fr920xt_hrmrun_12km.fit",
    "stryd_run_57min_developer_fields.fit",
)
"""Files of watches, as their owners published them."""

FIT_EPOCH_S = 631_065_600
BEGAN_S = 1_767_268_800
BEGAN = BEGAN_S - FIT_EPOCH_S
FILE_ID = bytes.fromhex("40 00 00 0000 01 000100  00 04")
"""A definition and a message that says: an activity."""


def fit_file(body: bytes, *, head_bytes: int = 14, has_head_checksum: bool = True) -> bytes:
    """Return a file around records."""
    head = struct.pack("<BBHI4s", head_bytes, 0x10, 2100, len(body), b".FIT")
    if head_bytes == 14:
        head += struct.pack("<H", crc16(head) if has_head_checksum else 0)
    return head + body + struct.pack("<H", crc16(head + body))


def definition(
    local_type: int,
    message: int,
    fields: Sequence[tuple[int, int, int]],
    *,
    is_big_endian: bool = False,
    developer: Sequence[tuple[int, int, int]] = (),
) -> bytes:
    """Return a definition; fields are (number, size, base type), developer fields (number, size, index)."""
    order = ">" if is_big_endian else "<"
    flags = 0x40 | (0x20 if developer else 0)
    head = struct.pack(f"{order}BBBHB", flags | local_type, 0, is_big_endian, message, len(fields))
    layout = b"".join(map(bytes, fields))
    return head + layout + (bytes([len(developer)]) + b"".join(map(bytes, developer)) if developer else b"")


def every_kind(*, is_big_endian: bool) -> bytes:
    """Return a file with records in full and in short, a developer of its own, and a redefinition."""
    order = ">" if is_big_endian else "<"

    def record(local_type: int, time: int, heart: int, more: bytes = b"") -> bytes:
        return struct.pack(f"{order}BIB", local_type, time, heart) + more

    timed = [(253, 4, 0x86), (3, 1, 0x02)]
    developer_id = definition(2, 207, [(3, 1, 0x02)]) + bytes([2, 0])
    described = definition(2, 206, [(0, 1, 2), (1, 1, 2), (2, 1, 2), (3, 6, 7)]) + b"\2\0\0\x84other\0"
    body = FILE_ID + developer_id + described
    body += definition(3, 20, timed, is_big_endian=is_big_endian, developer=[(0, 2, 0)])
    body += record(3, BEGAN, 100, struct.pack(f"{order}H", 700))
    body += definition(1, 20, [(3, 1, 0x02)], is_big_endian=is_big_endian)
    # Two seconds later and then thirty-one, by five bits that roll over.
    body += bytes([0xA0 | (BEGAN + 2) & 0x1F, 101]) + bytes([0xA0 | (BEGAN + 33) & 0x1F, 102])
    body += definition(3, 20, timed, is_big_endian=is_big_endian) + record(3, BEGAN + 40, 103)
    return fit_file(body)


EVERY_KIND_S = [BEGAN_S, BEGAN_S + 2, BEGAN_S + 33, BEGAN_S + 40]
"""When the records of `every_kind` were made."""


def watch_bytes(name: str) -> bytes:
    """Return a file of a watch."""
    return (data_dir() / "fit_runs" / name).read_bytes()


def first_minutes(name: str, records: int = 150) -> bytes:
    """Return a file of a watch with all its messages, but of its records only the first ones.

    Others' readers take seconds for a whole one.
    """
    (part,) = split_fit(watch_bytes(name))
    kept, seen = b"", 0
    for one in part.records:
        is_record = one.layout.message == Number.RECORD and not one.is_definition
        seen += is_record
        kept += b"" if is_record and seen > records else one.raw
    has_checksum = any(part.head[12:14])
    return fit_file(kept, head_bytes=len(part.head), has_head_checksum=has_checksum)
