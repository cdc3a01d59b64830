"""The packets of a session in parts: a day of them, as Python values, would take gigabytes.

They are read twice. First everything but the payloads, which says how many there are, whose they are and when
they came; then the payloads, part by part, each forgotten when it has been hashed and decoded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sensor.samples import IntArray, freeze_arrays
from sensor.session.integrity import UnsoundSessionError
from sensor.session.rows_hash import RowsHash

PACKETS_PER_PART = 16_384
"""Many enough for whole-array decoding, few enough for the processor's cache."""

_HEADS = "SELECT id, segment_id, channel, arrival_ns, length(payload) FROM packet ORDER BY id"
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
    """

    streams: tuple[Stream, ...]
    stream: IntArray
    arrival_ns: IntArray
    payload_bytes: IntArray

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


def read_heads(connection: sqlite3.Connection) -> PacketHeads:
    """Read all packets but for their payloads.

    Raises
    ------
    UnsoundSessionError
        Where the numbers of the rows run backwards: pages of the file lie in each other's place.
    """
    index: dict[tuple[int, str], int] = {}
    parts = [np.empty((4, 0), np.int64)]
    cursor = connection.execute(_HEADS)
    while rows := cursor.fetchmany(PACKETS_PER_PART):
        ids, segment_ids, channels, arrivals_ns, sizes = zip(*rows, strict=True)
        stream = [index.setdefault(key, len(index)) for key in zip(segment_ids, channels, strict=True)]
        parts.append(np.array([ids, stream, arrivals_ns, sizes], np.int64))
    row_ids, stream, arrival_ns, payload_bytes = np.concatenate(parts, axis=1)
    _check_order(row_ids)
    return PacketHeads(tuple(Stream(*key) for key in index), stream, arrival_ns, payload_bytes)


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
    cursor = connection.execute(_PAYLOADS)
    start = 0
    while rows := cursor.fetchmany(PACKETS_PER_PART):
        payloads = [payload for (payload,) in rows]
        digest.add_bytes(b"".join(payloads))
        of_stream = heads.stream[start : start + len(payloads)]
        start += len(payloads)
        for number in np.unique(of_stream).tolist():
            own = np.flatnonzero(of_stream == number).tolist()
            yield heads.streams[number], [payloads[i] for i in own]


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
