"""Developer fields added to the records of an existing FIT file; all else stays byte for byte."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

import numpy as np

from sensor.errors import ImportFileError
from sensor.fit.base_types import BaseType, float32_bytes
from sensor.fit.developer import APPLICATION_ID, Quantity, describing
from sensor.fit.encoding import (
    HAS_DEVELOPER_FIELDS,
    LOCAL_TYPES,
    MARK,
    PROTOCOL_2,
    data_of,
    definition_of,
    with_checksum,
)
from sensor.fit.profile import FIELDS, FIT_EPOCH_S, Number
from sensor.fit.walking import HEAD_SIZES, FitPart, RawRecord
from sensor.samples import FloatArray

_MOST_FIELDS = 255
_INDICES = range(255)
_INDEX_FIELD = {
    kind: FIELDS[kind]["developer_data_index"].number
    for kind in (Number.DEVELOPER_DATA_ID, Number.FIELD_DESCRIPTION)
}
_APPLICATION_FIELD = FIELDS[Number.DEVELOPER_DATA_ID]["application_id"].number


def record_times_s(parts: Sequence[FitPart]) -> FloatArray:
    """Return (n,) when each record of the activity was made, seconds since 1970; NaN where not told."""
    told = [one.timestamp for part in parts for one in part.records if _is_record_data(one)]
    return np.array([np.nan if seconds is None else seconds + FIT_EPOCH_S for seconds in told])


def with_quantities(parts: Sequence[FitPart], quantities: Sequence[Quantity]) -> bytes:
    """Return the file with quantities added to its records, its checksums right.

    Parameters
    ----------
    parts
        Of `sensor.fit.walking.split_fit`.
    quantities
        One value for each record, in the order of `record_times_s`.

    Raises
    ------
    ImportFileError
        For a file that has these fields already, or no room for more.
    """
    value = np.stack([one.value for one in quantities], axis=1)
    rows = {
        is_big: [row.tobytes() for row in float32_bytes(value, is_big_endian=is_big)]
        for is_big in (False, True)
    }
    at, whole = count(), b""
    for part in parts:
        if any(map(_is_record, part.records)):
            body = b"".join(_records(part.records, quantities, rows=rows, at=at))
            whole += with_checksum(_head(part.head, len(body)) + body)
        else:
            whole += with_checksum(part.head + b"".join(one.raw for one in part.records))
    return whole


def _is_record(one: RawRecord) -> bool:
    return one.layout.message == Number.RECORD


def _is_record_data(one: RawRecord) -> bool:
    return _is_record(one) and not one.is_definition


def _head(head: bytes, body_bytes: int) -> bytes:
    """Return the header for another length and the version of the protocol that knows developer fields."""
    changed = bytes([head[0], max(head[1], PROTOCOL_2)]) + head[2:4] + struct.pack("<I", body_bytes) + MARK
    return with_checksum(changed) if head[0] == HEAD_SIZES[1] else changed


def _records(
    records: Sequence[RawRecord],
    quantities: Sequence[Quantity],
    *,
    rows: Mapping[bool, Sequence[bytes]],
    at: Iterator[int],
) -> Iterator[bytes]:
    """Yield the raw records of a file, those of the activity with the rows that are next."""
    index = _free_index(records)
    first = _place(records)
    for place, one in enumerate(records):
        if place == first:
            yield _introduction(records[:first], quantities, index)
        if not _is_record(one):
            yield one.raw
        elif one.is_definition:
            yield _extended(one, len(quantities), index)
        else:
            yield one.raw + rows[one.layout.is_big_endian][next(at)]


def _place(records: Sequence[RawRecord]) -> int:
    """Return where the fields are introduced: behind the first message, which says what file this is.

    So early hardly any local type is in use, and whatever comes later has to define its own.
    """
    message = next((i for i, one in enumerate(records) if not one.is_definition), len(records))
    return min(message + 1, next(i for i, one in enumerate(records) if _is_record(one)))


def _introduction(before: Sequence[RawRecord], quantities: Sequence[Quantity], index: int) -> bytes:
    free = set(range(LOCAL_TYPES)) - {one.local_type for one in before}
    if not free:
        raise ImportFileError("defines all 16 kinds of messages at once; there is no room for another field")
    local_type = max(free)
    return b"".join(
        definition_of(one, local_type) + data_of(one, local_type)
        for one in describing(quantities, index=index)
    )


def _extended(one: RawRecord, more: int, index: int) -> bytes:
    """Return a definition of records with our fields at its end."""
    plain_end = 6 + 3 * len(one.layout.fields)
    developer = one.raw[plain_end + 1 :]
    total = one.layout.developer_count + more
    if total > _MOST_FIELDS:
        raise ImportFileError(f"has {one.layout.developer_count} developer fields; there is no room for more")
    ours = b"".join(bytes((number, BaseType.FLOAT32.dtype.itemsize, index)) for number in range(more))
    flagged = bytes([one.raw[0] | HAS_DEVELOPER_FIELDS])
    return flagged + one.raw[1:plain_end] + bytes([total]) + developer + ours


def _free_index(records: Sequence[RawRecord]) -> int:
    """Return a developer data index that nobody has in this file."""
    told = [one for one in records if one.layout.message in _INDEX_FIELD and not one.is_definition]
    if any(one.octets(_APPLICATION_FIELD) == APPLICATION_ID for one in told):
        raise ImportFileError("has the fields of runtall already; give the file as the watch wrote it")
    taken = {one.number(_INDEX_FIELD[Number(one.layout.message)]) for one in told}
    free = [index for index in _INDICES if index not in taken]
    if not free:
        raise ImportFileError("has 255 developers already; there is no room for another field")
    return free[0]
