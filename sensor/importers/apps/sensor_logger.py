"""The phone app Sensor Logger: a CSV file for each sensor, in a zip or a folder.

Facts from the app's public notes (README, UNITS, COORDINATES and CROSSPLATFORM of
``tszheichoi/awesome-sensor-logger``), see `firmware_notes/other-apps.md`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import NamedTuple

from sensor.errors import ImportFileError
from sensor.importers.apps.recording import AppRecording, Triad
from sensor.importers.apps.settling import is_level, settle_acc, settle_gyr, with_gravity
from sensor.importers.apps.tables import (
    by_stem,
    column_named,
    columns_or_unknown,
    has_columns,
    holds,
    left_out_of,
    members_with,
    open_table,
    read_column,
    read_vectors,
)
from sensor.importers.apps.written_times import epoch_seconds
from sensor.importers.csv_lines import separator_of
from sensor.importers.exported_files import ExportedFiles
from sensor.importers.phone_track import PhoneTrack, phone_track

_IS_TABLE = has_columns("time", "seconds_elapsed")
_IS_METADATA = has_columns("platform")
_IS_MOTION = has_columns("time", "seconds_elapsed", "x", "y", "z")

_TOTAL, _USER, _GRAVITY, _RAW = "totalacceleration", "accelerometer", "gravity", "accelerometeruncalibrated"
_FIX = ("time", "latitude", "longitude", "altitude", "speed", "horizontalaccuracy")
_GYROSCOPES = ("gyroscope", "gyroscopeuncalibrated")
_METADATA_LINES = 20
_NAMES = (
    "TotalAcceleration.csv",
    "Accelerometer.csv",
    "Gravity.csv",
    "AccelerometerUncalibrated.csv",
    "Gyroscope.csv",
    "GyroscopeUncalibrated.csv",
    "Location.csv",
    "Metadata.csv",
)
"""What the app calls its files: a single one is read with those beside it."""

_NO_GRAVITY = (
    "only acceleration without gravity is in it: switch Gravity (iPhone) or TotalAcceleration (Android) on "
    "in the app, too"
)


class _Platform(NamedTuple):
    """Which phone, in words; the factor that makes its accelerations point upwards; whether that is told."""

    name: str
    sign: float
    is_told: bool


is_sensor_logger = holds(_IS_MOTION)
"""Tells whether an export holds motion as this app writes it."""


def read_sensor_logger(export: ExportedFiles) -> AppRecording:
    """Read a recording of the app; its phone's fixes with it.

    Raises
    ------
    ImportFileError
        When it holds no acceleration with gravity, or several recordings.
    """
    export = export.beside(_NAMES)
    found = by_stem(export, members_with(export, _IS_TABLE))
    platform = _platform(export, found)
    acc, gravity_words, used = _specific_force(export, found)
    gyr_stem = next((stem for stem in _GYROSCOPES if stem in found), None)
    gyr = None if gyr_stem is None else _triad(export, found[gyr_stem])
    gyr_words = "no gyroscope"
    if gyr is not None:
        gyr, gyr_words = settle_gyr(gyr, "rad/s")
        used += (gyr_stem or "",)
    return AppRecording(
        taken_for=f"Sensor Logger ({platform.name}): m/s², {gyr_words}, {gravity_words}",
        acc=acc.scaled(platform.sign),
        gyr=gyr,
        members=tuple(found[stem] for stem in used),
        phone=_fixes(export, found),
        notices=() if platform.is_told else (_unknown_platform(platform),),
        is_sign_known=platform.is_told,
    )


def _unknown_platform(platform: _Platform) -> str:
    other = "an iPhone" if platform.sign > 0 else "an Android phone"
    return (
        f"Metadata.csv is not there, so the phone is guessed: {platform.name}; if it was {other}, left "
        "and right come out swapped. Give the whole zip."
    )


def _platform(export: ExportedFiles, found: Mapping[str, str]) -> _Platform:
    """Return which phone wrote this: iPhones read gravity downwards, unless the app was told to mend that."""
    metadata = by_stem(export, members_with(export, _IS_METADATA)).get("metadata")
    if metadata is not None:
        told = _metadata(export.read(metadata))
        is_ios = told.get("platform", "").startswith(("ios", "iphone", "ipad"))
        if is_ios or told.get("platform"):
            is_mended = told.get("standardisation", "") in ("true", "1", "yes")
            words = "iPhone" if is_ios else "Android"
            return _Platform(words, -1.0 if is_ios and not is_mended else 1.0, is_told=True)
    if _TOTAL in found:
        return _Platform("Android", 1.0, is_told=True)
    location = found.get("location")
    is_ios = location is not None and _has_column(export, location, "altitudeabovemeansealevel")
    return _Platform("iPhone" if is_ios else "Android", -1.0 if is_ios else 1.0, is_told=False)


def _metadata(content: bytes) -> dict[str, str]:
    """Return what the app tells of the phone, in lower case; the owner's name of it may hold anything."""
    lines = content.decode("utf-8-sig", errors="replace").lower().splitlines()[:_METADATA_LINES]
    try:
        names, cells = list(csv.reader(lines, delimiter=separator_of(lines[0].encode()).decode()))[:2]
    except (csv.Error, ValueError, IndexError):
        return {}
    return {name.strip(): cell.strip() for name, cell in zip(names, cells, strict=False)}


def _has_column(export: ExportedFiles, member: str, name: str) -> bool:
    return column_named(open_table(export, member, _IS_TABLE), name) is not None


def _specific_force(export: ExportedFiles, found: Mapping[str, str]) -> tuple[Triad, str, tuple[str, ...]]:
    """Return the acceleration with gravity as the phone signs it, how it was found, and in which files."""
    triads = {
        stem: triad
        for stem in (_TOTAL, _USER, _GRAVITY, _RAW)
        if stem in found and (triad := _triad(export, found[stem])) is not None
    }
    if _TOTAL in triads:
        return triads[_TOTAL], "gravity included in TotalAcceleration.csv", (_TOTAL,)
    if _USER in triads and is_level(triads[_USER]):
        return triads[_USER], "gravity included in Accelerometer.csv", (_USER,)
    if _USER in triads and _GRAVITY in triads:
        whole = with_gravity(triads[_USER], triads[_GRAVITY])
        return whole, "gravity added from Gravity.csv", (_USER, _GRAVITY)
    if _RAW in triads:
        raw, unit = settle_acc(export.label(found[_RAW]), triads[_RAW])
        return raw, f"gravity included in AccelerometerUncalibrated.csv, which is in {unit}", (_RAW,)
    if _USER in triads:
        raise ImportFileError(f"{export.path}: this is a recording of Sensor Logger; {_NO_GRAVITY}")
    raise ImportFileError(
        f"{export.path}: this is a recording of Sensor Logger without an accelerometer ({export.listed()}); "
        "switch it on in the app"
    )


def _triad(export: ExportedFiles, member: str) -> Triad | None:
    """Return what a file holds, None where it has no rows: a sensor that was on and said nothing."""
    table = open_table(export, member, _IS_MOTION)
    if not table.row_count:
        return None
    columns = [column_named(table, name) or name for name in ("time", "seconds_elapsed", "x", "y", "z")]
    if any(name not in table.names for name in columns):
        raise table.complain("is none of Sensor Logger's", "export the zip again")
    time, elapsed, *axes = columns
    epoch_s = epoch_seconds(read_column(table, time))
    time_s = read_column(table, elapsed) if epoch_s is None else epoch_s
    return Triad(time_s, read_vectors(table, axes), left_out_of(table))


def _fixes(export: ExportedFiles, found: Mapping[str, str]) -> PhoneTrack | None:
    if "location" not in found:
        return None
    table = open_table(export, found["location"], _IS_TABLE)
    if not table.row_count or column_named(table, _FIX[1]) is None or column_named(table, _FIX[2]) is None:
        return None
    time, latitude, longitude, altitude, speed, accuracy = columns_or_unknown(table, _FIX)
    time_s = epoch_seconds(time)
    if time_s is None:
        return None
    return phone_track(time_s, latitude, longitude, altitude_m=altitude, speed_mps=speed, accuracy_m=accuracy)
