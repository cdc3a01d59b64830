"""FIT files of watches, by way of fitdecode, whose own errors end here."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import fitdecode

from sensor.errors import ImportFileError
from sensor.fit.profile import FIT_EPOCH_S
from sensor.fit.walking import HEAD_SIZES, is_fit
from sensor.importers.watch.activity import (
    STEPS_PER_STRIDE,
    Lap,
    Point,
    WatchActivity,
    activity_of,
    refuse_more_points,
)

KIND = "FIT"
_CRC_BYTES = 2
_DEGREES_PER_SEMICIRCLE = 180.0 / 2**31
_RUNNING = ("running", "walking", "hiking", "generic", None)
"""Sports of a session that may hold a run; a file of other sports alone is refused."""

_NO_MAKER = "development"
"""The maker that those without a number of their own put."""

_WHOLE_STEPS_SPM = 130.0
"""A mean cadence above this is steps already: nobody runs 130 strides a minute."""


@dataclass(slots=True)
class _Read:
    """What one pass over a file found."""

    points: list[dict[str, float]] = field(default_factory=list)
    laps: list[Lap] = field(default_factory=list)
    sessions: list[Mapping[str, Any]] = field(default_factory=list)
    stops_s: list[tuple[float, str]] = field(default_factory=list)
    device: str = ""
    ended: str = ""


def read_fit(content: bytes) -> WatchActivity:
    """Read the run in a FIT file; a torn one as far as it goes.

    Raises
    ------
    ImportFileError
        When it holds no run.
    """
    content, told = _mended(content)
    found = _pass_over(content, is_strict=True)
    if found.ended:
        found = _pass_over(content, is_strict=False)
        told.append(f"The file is damaged or torn: {len(found.points):,} records could be saved.")
    first_s, last_s, also = _of_the_run(found.sessions)
    told += also
    records = [one for one in found.points if first_s <= one["time_s"] <= last_s]
    factor = _steps_factor(records)
    return activity_of(
        KIND,
        (_point(one, factor) for one in records),
        device=found.device,
        laps=[lap for lap in found.laps if first_s <= lap.start_s <= last_s],
        pauses_s=list(_pauses(found.stops_s)),
        notices=told,
    )


def _mended(content: bytes) -> tuple[bytes, list[str]]:
    """Return the file with a header that tells its true length, as a watch that crashed leaves none."""
    head_bytes = content[0]
    told_bytes = struct.unpack_from("<I", content, 4)[0]
    there_bytes = len(content) - head_bytes
    follows = content[head_bytes + told_bytes + _CRC_BYTES :]
    if told_bytes + _CRC_BYTES == there_bytes or (told_bytes and is_fit(follows)):
        return content, []
    size = struct.pack("<I", max(there_bytes - _CRC_BYTES, 0))
    # The checksum of the head covers the size; nought says that there is none.
    tail = content[8:12] + (b"\0\0" if head_bytes == HEAD_SIZES[1] else b"")
    mended = content[:4] + size + tail + content[head_bytes:]
    return mended, ["Its header told another length than the file has."]


def _pass_over(content: bytes, *, is_strict: bool) -> _Read:
    """Read all messages until the end or, where it is not sound, until that shows."""
    found = _Read()
    handling = fitdecode.ErrorHandling.RAISE if is_strict else fitdecode.ErrorHandling.IGNORE
    crc = fitdecode.CrcCheck.RAISE if is_strict else fitdecode.CrcCheck.DISABLED
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with fitdecode.FitReader(content, check_crc=crc, error_handling=handling) as reader:
                for frame in reader:
                    if isinstance(frame, fitdecode.FitDataMessage):
                        _take(found, frame)
        except ImportFileError:
            raise
        except Exception as error:
            # Damaged files end in errors of every kind within the library: struct, index, value, its own.
            found.ended = f"{type(error).__name__}: {error}"
    return found


def _take(found: _Read, frame: Any) -> None:
    name = frame.name
    if name == "record":
        numbers = _numbers(frame)
        if "time_s" in numbers:
            found.points.append(numbers)
            refuse_more_points(len(found.points))
    elif name == "lap":
        values = _values(frame)
        start_s = _seconds(values.get("start_time"))
        end_s = values.get("time_s")
        if start_s is not None and end_s is not None:
            found.laps.append(Lap(start_s, end_s))
    elif name == "session":
        found.sessions.append(_values(frame))
    elif name == "event":
        values = _values(frame)
        if values.get("event") == "timer" and "time_s" in values:
            found.stops_s.append((values["time_s"], str(values.get("event_type"))))
    elif name == "file_id" and not found.device:
        values = _values(frame)
        product = values.get("garmin_product") or values.get("product_name") or values.get("product")
        named = (values.get("manufacturer"), product)
        found.device = " ".join(str(part) for part in named if part not in (None, _NO_MAKER))


def _numbers(frame: Any) -> dict[str, float]:
    """Return the numbers of a record by their names: a long run has tens of thousands of records."""
    numbers: dict[str, float] = {}
    for one in frame.fields:
        value = one.value
        if isinstance(value, int | float):
            numbers.setdefault(one.name, value)
        elif one.name == "timestamp" and isinstance(value, datetime):
            numbers.setdefault("time_s", value.timestamp())
    if "timestamp" in numbers:
        numbers.setdefault("time_s", FIT_EPOCH_S + numbers["timestamp"])
    return numbers


def _values(frame: Any) -> dict[str, Any]:
    """Return the values of a message by their names; of one given twice the first that is known."""
    values: dict[str, Any] = {}
    for one in frame.fields:
        # A damaged definition makes lists of numbers; no field that is read here is one.
        if isinstance(one.value, str | int | float | datetime):
            values.setdefault(one.name, one.value)
    time_s = _seconds(values.get("timestamp"))
    if time_s is not None:
        values["time_s"] = time_s
    return values


def _seconds(value: Any) -> float | None:
    """Return a time of a message in seconds since 1970; one of a watch without a date counts from 1989."""
    if isinstance(value, datetime):
        return value.timestamp()
    return FIT_EPOCH_S + float(value) if isinstance(value, int | float) else None


def _of_the_run(sessions: Sequence[Mapping[str, Any]]) -> tuple[float, float, list[str]]:
    """Return from when to when the run goes: of several sports in one file the longest that is a run."""
    timed = [one for one in sessions if _seconds(one.get("start_time")) is not None and "time_s" in one]
    if not timed:
        return float("-inf"), float("inf"), []
    runs = [one for one in timed if one.get("sport") in _RUNNING]
    if not runs:
        sports = ", ".join(sorted({str(one.get("sport")) for one in timed}))
        raise ImportFileError(f"no run in it but {sports}; give the file of the run")
    if len(timed) == 1:
        return float("-inf"), float("inf"), []
    longest = max(runs, key=lambda one: one["time_s"] - (_seconds(one["start_time"]) or 0.0))
    told = f"It holds {len(timed)} sports; the longest run in it is taken."
    return _seconds(longest["start_time"]) or 0.0, longest["time_s"], [told]


def _steps_factor(records: Sequence[Mapping[str, float]]) -> float:
    """Return what makes steps a minute of the cadence: FIT counts strides, some makers steps."""
    cadences = sorted(one["cadence"] for one in records if one.get("cadence"))
    usual = cadences[len(cadences) // 2] if cadences else 0.0
    return 1.0 if usual > _WHOLE_STEPS_SPM else STEPS_PER_STRIDE


def _point(one: Mapping[str, float], steps_factor: float) -> Point:
    told = one.get
    cadence, latitude, longitude = told("cadence"), told("position_lat"), told("position_long")
    return Point(
        one["time_s"],
        distance_m=told("distance"),
        speed_mps=told("enhanced_speed", told("speed")),
        altitude_m=told("enhanced_altitude", told("altitude")),
        heart_rate_bpm=told("heart_rate"),
        cadence_spm=None if cadence is None else steps_factor * (cadence + told("fractional_cadence", 0.0)),
        latitude_deg=None if latitude is None else latitude * _DEGREES_PER_SEMICIRCLE,
        longitude_deg=None if longitude is None else longitude * _DEGREES_PER_SEMICIRCLE,
    )


def _pauses(stops_s: Sequence[tuple[float, str]]) -> Iterator[tuple[float, float]]:
    """Yield the stretches from each stop of the timer to its next start."""
    stopped_s = None
    for time_s, what in stops_s:
        if what.startswith("stop"):
            stopped_s = time_s if stopped_s is None else stopped_s
        elif what == "start" and stopped_s is not None:
            yield stopped_s, time_s
            stopped_s = None
