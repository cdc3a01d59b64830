"""The packets of a session in parts: a day of them, as Python values, would take gigabytes.

Those of a long session are read twice. First everything but the payloads, which says how many there are,
whose they are and when they came; then the payloads, part by part, each forgotten when it has been hashed and
decoded. Those of a few hours are read once and held.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sensor.samples import IntArray, freeze_arrays
from sensor.session.integrity import UnsoundSessionError
from sensor.session.rows_hash import RowsHash

PACKETS_PER_PART = 16_384
"""Many enough for whole-array decoding, few enough for the processor's cache."""

HELD_BYTES = 64 * 2**20
"""Of a file of at most this size all payloads are held: four hours of one sensor."""

_HEADS = "SELECT id, segment_id, channel, arrival_ns, length(payload) FROM packet ORDER BY id"
_WHOLE = "SELECT id, segment_id, channel, arrival_ns, payload FROM packet ORDER BY id"
_PAYLOADS = "SELECT payload FROM packet ORDER BY id"


class Stream(NamedTuple):
    """What one connection brought on one channel."""

    segment_id: int
    channel: str


@dataclass(frozen=True, slots=True, eq=False)
class PacketHeads:
    """All packets of a session but for their payloads, in the order they were written.

    Parameters
    ----------
    streams
        Every stream that has a packet.
    stream
        (n,) index into ``streams``.
    arrival_ns
        (n,) when the host got it, ns from the start of the session.
    payload_bytes
        (n,) length of its payload.
    held
        All payloads, in parts, where the session is small enough; else None.
    """

    streams: tuple[Stream, ...]
    stream: IntArray
    arrival_ns: IntArray
    payload_bytes: IntArray
    held: tuple[list[bytes], ...] | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def arrivals_by_stream(self) -> dict[Stream, IntArray]:
        """Return the (p,) arrivals of every stream's packets, ns, in the order they were written."""
        order = np.argsort(self.stream, kind="stable")
        counts = np.bincount(self.stream, minlength=len(self.streams))
        return {
            stream: self.arrival_ns[order[end - count : end]]
            for stream, count, end in zip(self.streams, counts, np.cumsum(counts), strict=True)
        }

    def arrive_in_order(self) -> bool:
        """Tell whether no stream has a packet that came before the one written ahead of it."""
        return all((own[:-1] <= own[1:]).all() for own in self.arrivals_by_stream().values())


class _Numbers(dict[tuple[int, str], int]):
    """Numbers what it is asked for as it comes."""

    def __missing__(self, key: tuple[int, str]) -> int:
        self[key] = len(self)
        return self[key]


def read_heads(connection: sqlite3.Connection, *, held_bytes: int = 0) -> PacketHeads:
    """Read all packets but for their payloads, and these too where the whole file is small enough.

    Parameters
    ----------
    connection
        Of a session.
    held_bytes
        Of a file of at most this size all payloads are held.

    Raises
    ------
    UnsoundSessionError
        Where the numbers of the rows run backwards: pages of the file lie in each other's place.
    """
    numbers = _Numbers()
    parts = [np.empty((4, 0), np.int64)]
    held: list[list[bytes]] | None = [] if _file_bytes(connection) <= held_bytes else None
    cursor = connection.execute(_HEADS if held is None else _WHOLE)
    while rows := cursor.fetchmany(PACKETS_PER_PART):
        ids, segment_ids, channels, arrivals_ns, payloads = zip(*rows, strict=True)
        stream = _streams_of(segment_ids, channels, numbers)
        sizes = payloads if held is None else list(map(len, payloads))
        parts.append(np.array([ids, stream, arrivals_ns, sizes], np.int64))
        if held is not None:
            held.append(list(payloads))
    row_ids, stream_of, arrival_ns, payload_bytes = np.concatenate(parts, axis=1)
    _check_order(row_ids)
    streams = tuple(Stream(*key) for key in numbers)
    return PacketHeads(
        streams, stream_of, arrival_ns, payload_bytes, held=None if held is None else tuple(held)
    )


def _streams_of(segment_ids: Sequence[int], channels: Sequence[str], numbers: _Numbers) -> Sequence[int]:
    """Return the number of each packet's stream; most parts of a session hold but one."""
    if len(set(segment_ids)) == len(set(channels)) == 1:
        return [numbers[segment_ids[0], channels[0]]] * len(channels)
    return list(map(numbers.__getitem__, zip(segment_ids, channels, strict=True)))


def _file_bytes(connection: sqlite3.Connection) -> int:
    (pages,), (page_bytes,) = (
        connection.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "page_size")
    )
    return int(pages) * int(page_bytes)


def _check_order(row_ids: IntArray) -> None:
    """Refuse rows out of order: SQLite believes that pages lie in the order of the numbers in them."""
    backwards = np.flatnonzero(np.diff(row_ids) <= 0)
    if len(backwards):
        raise UnsoundSessionError(f"table packet: after row {row_ids[backwards[0]]} the rows run backwards")


def read_payloads(
    connection: sqlite3.Connection, heads: PacketHeads, *, digest: RowsHash
) -> Iterator[tuple[Stream, list[bytes]]]:
    """Yield the payloads of each stream, some at a time, in the order they were written.

    Parameters
    ----------
    connection
        Of the session that ``heads`` was read from, in the same transaction.
    heads
        Tells whose each payload is.
    digest
        Takes in the packet table on the way, as `RowsHash.add_table` would.
    """
    _add_heads(digest, heads)
    start = 0
    for payloads in _parts_read(connection) if heads.held is None else heads.held:
        digest.add_bytes(b"".join(payloads))
        of_stream = heads.stream[start : start + len(payloads)]
        start += len(payloads)
        for number in np.unique(of_stream).tolist():
            own = np.flatnonzero(of_stream == number).tolist()
            yield heads.streams[number], [payloads[i] for i in own]


def _parts_read(connection: sqlite3.Connection) -> Iterator[list[bytes]]:
    cursor = connection.execute(_PAYLOADS)
    while rows := cursor.fetchmany(PACKETS_PER_PART):
        yield [payload for (payload,) in rows]


def _add_heads(digest: RowsHash, heads: PacketHeads) -> None:
    """Take in the columns of the packet table up to the payloads' lengths; their bytes are to follow."""
    channels = [stream.channel.encode() for stream in heads.streams]
    digest.add_integers([len(heads.stream)])
    if not len(heads.stream):
        return
    digest.add_integers(np.array([stream.segment_id for stream in heads.streams])[heads.stream])
    digest.add_integers(np.array([len(channel) for channel in channels])[heads.stream])
    for start in range(0, len(heads.stream), PACKETS_PER_PART):
        part = heads.stream[start : start + PACKETS_PER_PART].tolist()
        digest.add_bytes(b"".join([channels[number] for number in part]))
    digest.add_integers(heads.arrival_ns)
    digest.add_integers(heads.payload_bytes)
