"""The seal of a session: a sum over all its rows, written when it ends, that tells damage apart from data.

SQLite notices damage only where it breaks a page's layout. Two pages in each other's place, or a bit turned
in a payload, read like any other data; against the sum they cannot.
"""

from __future__ import annotations

import json
import sqlite3
from collections import deque

from sensor.session.packets import read_heads, read_payloads
from sensor.session.rows_hash import RowsHash, fetch_rows

SEAL_KEY = "rows_sha256"
"""Key of table ``meta`` that holds the sum."""

HASHED_AFTER_PACKETS = (
    "SELECT t_ns, coalesce(sensor_id, 0), kind, detail FROM event ORDER BY id",
    "SELECT t_ns, kind, text FROM mark ORDER BY id",
    "SELECT id, quantity, source FROM track ORDER BY id",
    "SELECT track_id, t_ns, value FROM track_point ORDER BY id",
)
"""What the hash of a session covers after its packets, in turn: events, marks, tracks and their points."""

# As bytes, whatever is stored: this is read before anything has been checked.
_SEALED_BESIDE = (
    "SELECT CAST(id AS BLOB), CAST(placement AS BLOB), CAST(device AS BLOB), CAST(name AS BLOB), "
    "CAST(address AS BLOB), CAST(firmware AS BLOB), CAST(settings AS BLOB) FROM sensor ORDER BY id",
    "SELECT CAST(id AS BLOB), CAST(sensor_id AS BLOB), CAST(start_ns AS BLOB), CAST(reason AS BLOB) "
    "FROM segment ORDER BY id",
    "SELECT CAST(name AS BLOB), CAST(size AS BLOB), CAST(sha256 AS BLOB), "
    "CAST(coalesce(sensor_id, '') AS BLOB) FROM source_file ORDER BY rowid",
    f"SELECT CAST(key AS BLOB), CAST(value AS BLOB) FROM meta WHERE key <> '{SEAL_KEY}' ORDER BY key",
)


def seal(connection: sqlite3.Connection) -> None:
    """Write the sum over all rows into a session; nothing but `seal` anew may follow a later change."""
    connection.execute(
        "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (SEAL_KEY, json.dumps(_sum_of(connection)))
    )


def has_seal(connection: sqlite3.Connection) -> bool:
    """Tell whether a session was sealed: its recording ended properly, by this version or a later one."""
    return _stored(connection) is not None


def is_sealed(connection: sqlite3.Connection) -> bool:
    """Tell whether a session has a seal and its rows still are what was sealed."""
    stored = _stored(connection)
    return stored is not None and stored == json.dumps(_sum_of(connection))


def is_broken(connection: sqlite3.Connection, digest: RowsHash) -> bool:
    """Tell whether the seal of a session and its rows disagree.

    Parameters
    ----------
    connection
        Of the session, which has a seal.
    digest
        Has taken in the packets and `HASHED_AFTER_PACKETS`; it takes in the other tables here.
    """
    return _stored(connection) != json.dumps(_with_the_rest(connection, digest))


def _stored(connection: sqlite3.Connection) -> object:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (SEAL_KEY,)).fetchone()
    return None if row is None else row[0]


def _sum_of(connection: sqlite3.Connection) -> str:
    digest = RowsHash()
    # Exhausted for what it adds to the sum; the payloads themselves are not kept.
    deque(read_payloads(connection, read_heads(connection), digest=digest), maxlen=0)
    for query in HASHED_AFTER_PACKETS:
        digest.add_table(fetch_rows(connection, query))
    return _with_the_rest(connection, digest)


def _with_the_rest(connection: sqlite3.Connection, digest: RowsHash) -> str:
    for query in _SEALED_BESIDE:
        digest.add_table(fetch_rows(connection, query))
    return digest.hexdigest()
