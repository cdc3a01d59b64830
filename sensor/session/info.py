"""What a session is, without its samples: light enough for a list of many."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sensor.session.context import is_plausible, plausible_part
from sensor.session.integrity import FIGURES_IN_DOUBT, UnsoundSessionError, check_values, parse_json, shorten
from sensor.session.opening import open_session
from sensor.session.schema import (
    ACC_RANGE_SETTING,
    BESIDE_PREFIX,
    CONTEXT_PREFIX,
    EARLIER_PREFIX,
    ENDED_KEY,
    GYR_RANGE_SETTING,
    RATE_SETTING,
    WATCH_CLOCK_SOURCE,
)
from sensor.session.trim import TRIM_END, TRIM_START, UNCUT, Trim, trim_of
from sensor.units import NS_PER_S

_NOT_ENDED = "The recording was not ended properly; its last second may be missing."
_NAMELESS = (
    "The file does not say what it is called and when it began: it is damaged or was made by another "
    "program, " + FIGURES_IN_DOUBT
)

_ABOVE_ZERO = (RATE_SETTING, ACC_RANGE_SETTING, GYR_RANGE_SETTING)
_LARGEST_SETTING = 1e15
_LEAST_ABOVE_ZERO = 1e-6

_LAST_NS = f"""
SELECT CAST(max(t) AS INTEGER) FROM (
  SELECT arrival_ns AS t FROM (SELECT arrival_ns FROM packet ORDER BY id DESC LIMIT 1)
  UNION ALL SELECT max(t_ns) FROM event
  UNION ALL SELECT max(t_ns) FROM mark
  UNION ALL SELECT max(t_ns) FROM track_point WHERE track_id NOT IN (
    SELECT id FROM track WHERE source = '{WATCH_CLOCK_SOURCE}'))
"""
# Packets are in order of arrival; asking for their maximum would read the whole file.

_TRIM_MARKS = "SELECT CAST(t_ns AS INTEGER), kind FROM mark WHERE kind IN (?, ?) ORDER BY id"


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
    beside
        Devices beside the sensors: heart-rate straps, foot pods, treadmills.
    earlier
        Key of the context to what was told before under it, oldest first; what cannot be true is left out.
    trim
        What of the session counts, where the runner cut it; ``duration_s`` is that of the whole.
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
    beside: tuple[SensorInfo, ...] = ()
    earlier: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    trim: Trim = UNCUT


def read_info(path: Path) -> SessionInfo:
    """Read what a session is, without its samples.

    Raises
    ------
    SessionFileError
        When the file cannot be opened as a session.
    """
    with open_session(path) as session:
        return fetch_info(path, session.connection, notices=session.notices)


def read_marks(path: Path) -> tuple[tuple[int, str, str], ...]:
    """Read what was pinned to a moment, as (t_ns, kind, text) in order of time, the trims among them.

    Raises
    ------
    SessionFileError
        When the file cannot be opened as a session.
    """
    with open_session(path) as session:
        check_values(session.connection, ["mark"])
        rows = session.connection.execute("SELECT t_ns, kind, text FROM mark ORDER BY t_ns, id")
        return tuple((t_ns, shorten(kind), shorten(text)) for t_ns, kind, text in rows)


def fetch_info(path: Path, connection: sqlite3.Connection, *, notices: tuple[str, ...]) -> SessionInfo:
    """Read what a session is from its open file.

    Facts that cannot be read or cannot be true are left out, and said.

    Raises
    ------
    UnsoundSessionError
        When its sensors cannot be read; `open_session` adds the path.
    """
    meta, unreadable = _meta(connection.execute("SELECT key, value FROM meta ORDER BY key"))
    context, doubtful = plausible_part(_under(CONTEXT_PREFIX, meta))
    check_values(connection, ["sensor"])
    rows = connection.execute(
        "SELECT id, placement, device, name, address, firmware, settings FROM sensor ORDER BY id"
    )
    sensors = tuple(_sensor(row) for row in rows)
    ended = bool(meta.get(ENDED_KEY, False))
    name = meta.get("name")
    return SessionInfo(
        path=path,
        name=shorten(name) if isinstance(name, str) else path.stem,
        started_utc=_start(meta.get("started_utc")),
        duration_s=(connection.execute(_LAST_NS).fetchone()[0] or 0) / NS_PER_S,
        sensors=tuple(sensor for sensor in sensors if not sensor.placement.startswith(BESIDE_PREFIX)),
        beside=tuple(sensor for sensor in sensors if sensor.placement.startswith(BESIDE_PREFIX)),
        context=context,
        earlier={
            key: _believed(key, values)
            for key, values in _under(EARLIER_PREFIX, meta).items()
            if isinstance(values, list)
        },
        simulated=meta.get("simulated") is True,
        trim=trim_of(connection.execute(_TRIM_MARKS, (TRIM_START, TRIM_END))),
        ended=ended,
        notices=(
            *(notices if notices or ended else (_NOT_ENDED,)),
            *(() if {"name", "started_utc"} <= meta.keys() else (_NAMELESS,)),
            *_left_out((*unreadable, *doubtful)),
        ),
    )


def _meta(rows: Iterable[tuple[object, object]]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the facts that can be read, and the keys of the others."""
    facts: dict[str, Any] = {}
    unreadable = []
    for key, text in rows:
        try:
            facts[str(key)] = parse_json(text)
        except ValueError:
            unreadable.append(shorten(str(key)))
    return facts, tuple(unreadable)


def _under(prefix: str, meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts whose keys begin with a prefix, without it."""
    return {key.removeprefix(prefix): value for key, value in meta.items() if key.startswith(prefix)}


def _believed(key: str, values: list[Any]) -> tuple[Any, ...]:
    return tuple(shorten(v) if isinstance(v, str) else v for v in values if is_plausible(key, v))


def _left_out(keys: tuple[str, ...]) -> tuple[str, ...]:
    if not keys:
        return ()
    return (shorten(f"What the session says about {', '.join(keys)} cannot be true and is left out."),)


def _start(value: object) -> str:
    """Return a start as it stands, nothing where it is no moment or gives no difference to UTC."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return ""
    # Years that every system can turn into local time, whichever way it differs.
    return str(value) if moment.tzinfo is not None and 1970 < moment.year < 9999 else ""


def _sensor(row: tuple[Any, ...]) -> SensorInfo:
    sensor_id, *words, text = row
    placement, device, name, address, firmware = map(shorten, words)
    try:
        settings = parse_json(text)
        _check_settings(settings)
    except ValueError as error:
        raise UnsoundSessionError(f"sensor {placement!r}: settings: {error}") from error
    return SensorInfo(
        sensor_id=sensor_id,
        placement=placement,
        device=device,
        name=name,
        address=address,
        firmware=firmware,
        settings=settings,
    )


def _check_settings(settings: object) -> None:
    """Refuse settings no decoder could use: no table of plain values, or a range that is none."""
    if not isinstance(settings, dict):
        raise ValueError("no table")
    for key, value in settings.items():
        least = _LEAST_ABOVE_ZERO if key in _ABOVE_ZERO else -_LARGEST_SETTING
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        is_right = least <= value <= _LARGEST_SETTING if is_number else _is_word(value)
        if not is_right or (key in _ABOVE_ZERO and not is_number):
            raise ValueError(f"{shorten(key)} is {shorten(repr(value))}")


def _is_word(value: object) -> bool:
    """Tell a text from a number written as one, which may be infinite or none."""
    try:
        float(str(value))
    except ValueError:
        return isinstance(value, str)
    return False
