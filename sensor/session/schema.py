"""The tables of a session file, and how an empty one is made.

One session is one SQLite file that any tool can open: what the sensors sent, byte for byte, and what happened
around it. ``data/FORMAT.md`` explains every column to strangers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

APPLICATION_ID = 0x52544C31
"""``RTL1`` in the file's header: tells a session from any other SQLite file."""

USER_VERSION = 1
"""Version of the tables below. A reader refuses a newer one and keeps reading the older ones."""

SUFFIX = ".runtall"
"""What the name of a session file ends in."""

CONTEXT_PREFIX = "context."
"""Keys of table ``meta`` that hold what was told about the session start with this."""

EARLIER_PREFIX = "earlier."
"""Keys of table ``meta`` that hold what was told before under a key of the context, a list, oldest first."""

ENDED_KEY = "ended"
"""Key of table ``meta`` that is there, and true, once the session was ended properly."""

BESIDE_PREFIX = "beside "
"""Before a number: what stands as placement of a device that is no motion sensor."""

BATTERY_EVENT = "battery"
"""Kind of event whose detail is a battery level in percent, digits only."""

CALIBRATION_EVENT = "calibration"
"""Kind of event whose detail is a sensor's `sensor.calibration.AccelerometerCalibration` as text."""

WATCH_CLOCK_SOURCE = "watch file, by its own clock"
"""Source of the tracks whose times are a watch's own, from its first point on."""

RATE_SETTING = "rate_hz"
"""Setting of a sensor that holds the nominal rate it was asked for."""

ACC_RANGE_SETTING, GYR_RANGE_SETTING = "acc_range_mps2", "gyr_range_radps"
"""Settings of a sensor that hold its full scale, where it is not always the same for the kind of sensor."""

# Before 3.37 SQLite knows no STRICT; the files are the same, only mistakes of other writers pass unseen.
_STRICT = "STRICT" if sqlite3.sqlite_version_info >= (3, 37) else ""

TABLES = f"""
CREATE TABLE meta (
  key   TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL CHECK (json_valid(value))
) {_STRICT};
CREATE TABLE sensor (
  id        INTEGER PRIMARY KEY,
  placement TEXT NOT NULL UNIQUE CHECK (placement <> ''),
  device    TEXT NOT NULL,
  name      TEXT NOT NULL,
  address   TEXT NOT NULL,
  firmware  TEXT NOT NULL,
  settings  TEXT NOT NULL CHECK (json_valid(settings))
) {_STRICT};
CREATE TABLE segment (
  id        INTEGER PRIMARY KEY,
  sensor_id INTEGER NOT NULL REFERENCES sensor (id),
  start_ns  INTEGER NOT NULL,
  reason    TEXT NOT NULL
) {_STRICT};
CREATE TABLE packet (
  id         INTEGER PRIMARY KEY,
  segment_id INTEGER NOT NULL REFERENCES segment (id),
  channel    TEXT NOT NULL,
  arrival_ns INTEGER NOT NULL,
  payload    BLOB NOT NULL
) {_STRICT};
CREATE TABLE event (
  id        INTEGER PRIMARY KEY,
  t_ns      INTEGER NOT NULL,
  sensor_id INTEGER REFERENCES sensor (id),
  kind      TEXT NOT NULL CHECK (kind <> ''),
  detail    TEXT NOT NULL
) {_STRICT};
CREATE TABLE mark (
  id   INTEGER PRIMARY KEY,
  t_ns INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind <> ''),
  text TEXT NOT NULL
) {_STRICT};
CREATE TABLE track (
  id       INTEGER PRIMARY KEY,
  quantity TEXT NOT NULL CHECK (quantity <> ''),
  source   TEXT NOT NULL
) {_STRICT};
CREATE TABLE track_point (
  id       INTEGER PRIMARY KEY,
  track_id INTEGER NOT NULL REFERENCES track (id),
  t_ns     INTEGER NOT NULL,
  value    REAL NOT NULL
) {_STRICT};
CREATE TABLE source_file (
  name      TEXT NOT NULL,
  size      INTEGER NOT NULL CHECK (size >= 0),
  sha256    TEXT NOT NULL CHECK (length(sha256) = 64),
  sensor_id INTEGER REFERENCES sensor (id)
) {_STRICT};
"""


def new_session_bytes(meta: Mapping[str, str]) -> bytes:
    """Return the bytes of a session file that holds all tables, these facts and no other row.

    Built in memory, so that a file can be put in place by a single write: no moment exists at which a killed
    recording leaves a file that does not know what it is.

    Parameters
    ----------
    meta
        Rows of table ``meta``: key to JSON text.
    """
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(TABLES)
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        connection.commit()
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {USER_VERSION}")
        return connection.serialize()
    finally:
        connection.close()
