"""What a session is, without its samples: light enough for a list of many."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensor.session.opening import open_session
from sensor.session.schema import CONTEXT_PREFIX, ENDED_KEY
from sensor.units import NS_PER_S

_NOT_ENDED = "The recording was not ended properly; its last second may be missing."

_LAST_NS = """
SELECT max(t) FROM (
  SELECT arrival_ns AS t FROM (SELECT arrival_ns FROM packet ORDER BY id DESC LIMIT 1)
  UNION ALL SELECT max(t_ns) FROM event
  UNION ALL SELECT max(t_ns) FROM mark
  UNION ALL SELECT max(t_ns) FROM track_point)
"""
# Packets are in order of arrival; asking for their maximum would read the whole file.


@dataclass(frozen=True, slots=True)
class SensorInfo:
    """One sensor of a session, as it is kept in table ``sensor``."""

    sensor_id: int
    placement: str
    device: str
    name: str
    address: str
    firmware: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session without its samples.

    Parameters
    ----------
    path
        The session file.
    name
        The session's name.
    started_utc
        ISO 8601 wall-clock time of second 0.
    duration_s
        From second 0 to the last thing recorded.
    sensors
        In the order they were added.
    context
        What was told about the session.
    simulated
        True where a virtual runner made the session.
    ended
        False where the recording was killed, or still runs.
    notices
        Sentences the reader owes the runner about the file.
    """

    path: Path
    name: str
    started_utc: str
    duration_s: float
    sensors: tuple[SensorInfo, ...]
    context: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False
    ended: bool = True
    notices: tuple[str, ...] = ()


def read_info(path: Path) -> SessionInfo:
    """Read what a session is, without its samples.

    Raises
    ------
    SessionFileError
        When the file cannot be opened as a session.
    """
    with open_session(path) as session:
        return fetch_info(path, session.connection, session.notices)


def fetch_info(path: Path, connection: sqlite3.Connection, notices: tuple[str, ...]) -> SessionInfo:
    """Read what a session is from its open file."""
    meta = {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM meta")}
    sensors = connection.execute(
        "SELECT id, placement, device, name, address, firmware, settings FROM sensor ORDER BY id"
    )
    ended = bool(meta.get(ENDED_KEY, False))
    return SessionInfo(
        path=path,
        name=str(meta.get("name", path.stem)),
        started_utc=str(meta.get("started_utc", "")),
        duration_s=(connection.execute(_LAST_NS).fetchone()[0] or 0) / NS_PER_S,
        sensors=tuple(_sensor(row) for row in sensors),
        context={
            key.removeprefix(CONTEXT_PREFIX): value
            for key, value in sorted(meta.items())
            if key.startswith(CONTEXT_PREFIX)
        },
        simulated=bool(meta.get("simulated", False)),
        ended=ended,
        notices=notices if notices or ended else (_NOT_ENDED,),
    )


def _sensor(row: tuple[Any, ...]) -> SensorInfo:
    sensor_id, placement, device, name, address, firmware, settings = row
    return SensorInfo(sensor_id, placement, device, name, address, firmware, json.loads(settings))
