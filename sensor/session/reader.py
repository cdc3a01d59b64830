"""Read a session file into a `Recording`: the one way in for all that was recorded or imported."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

import numpy as np

from sensor.calibration import AccelerometerCalibration, parse_calibration
from sensor.protocol.auxiliary import SOURCES
from sensor.samples import LinkEvent, Mark, Recording, SensorRecording, StrPath, Track
from sensor.session.auxiliary import read_beside, with_surface
from sensor.session.context import with_remarks
from sensor.session.info import SensorInfo, SessionInfo, fetch_info
from sensor.session.integrity import FIGURES_IN_DOUBT, check_values, shorten
from sensor.session.opening import open_session
from sensor.session.packets import HELD_BYTES, PacketHeads, read_heads, read_payloads
from sensor.session.rows_hash import Rows, RowsHash, fetch_rows
from sensor.session.schema import BATTERY_EVENT, CALIBRATION_EVENT, WATCH_CLOCK_SOURCE
from sensor.session.seal import HASHED_AFTER_PACKETS, has_seal, is_broken
from sensor.session.sensor_decoder import SensorDecoder
from sensor.session.trimmed import trimmed
from sensor.session.watch_rows import watch_of
from sensor.units import NS_PER_S

_SEGMENTS = "SELECT id, sensor_id, reason FROM segment ORDER BY id"
_BROKEN_SEAL = (
    "This file is not as it was when its recording ended: it is damaged or was changed by another program, "
    + FIGURES_IN_DOUBT
)
_RUNS_BACK = (
    "Packets of this file are not in the order they came in: it is damaged or was made by another program, "
    + FIGURES_IN_DOUBT
)

_PERCENT = re.compile(r"[0-9]{1,2}|100")

_BELIEVABLE = {
    "distance_m": (0.0, 1_000_000.0),
    "speed_mps": (0.0, 15.0),
    "altitude_m": (-500.0, 9000.0),
    "heart_rate_bpm": (20.0, 260.0),
    "grade_pct": (-100.0, 100.0),
    "cadence_spm": (0.0, 400.0),
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-180.0, 180.0),
}
"""Quantity of a track to what a runner can have: beyond is a lost satellite or a damaged file."""


def read_recording(path: StrPath) -> Recording:
    """Read and decode a whole session.

    Parameters
    ----------
    path
        A session file. If its recording was killed, its last seconds are recovered first.

    Raises
    ------
    SessionFileError
        When the file cannot be opened as a session, is damaged, or needs a newer version.
    """
    path = Path(path)
    digest = RowsHash()
    with open_session(path) as session:
        connection = session.connection
        info = fetch_info(path, connection, notices=session.notices)
        check_values(connection, ("segment", "packet", "event", "mark", "track", "track_point"))
        tables = [fetch_rows(connection, query) for query in HASHED_AFTER_PACKETS]
        decoders, heads = _decode(path, info, connection=connection, digest=digest)
        for table in tables:
            digest.add_table(table)
        file_hash = digest.hexdigest()
        damage = tuple(_damage(connection, digest, heads=heads))
        tell_beside = any(stream.channel in SOURCES for stream in heads.streams)
        devices = info.beside + info.sensors if tell_beside else ()
        beside, unread = read_beside(connection, devices, limits=_BELIEVABLE)
    events, mark_rows, track_rows, points = tables
    marks = tuple(
        Mark(t / NS_PER_S, shorten(kind), shorten(text))
        for t, kind, text in sorted(mark_rows, key=itemgetter(0))
    )
    tracks = _tracks(track_rows, points)
    calibrations, unread_calibrations = _calibrations(events, info.sensors)
    sensors = tuple(
        decoder.finish(_last_battery_pct(sensor.sensor_id, events), calibrations.get(sensor.sensor_id))
        for sensor, decoder in zip(info.sensors, decoders, strict=True)
    )
    recording = Recording(
        path=path,
        name=info.name,
        started_utc=info.started_utc,
        duration_s=info.duration_s,
        sensors=sensors,
        tracks=tuple(track for track in tracks if track.source != WATCH_CLOCK_SOURCE) + beside,
        marks=marks,
        events=_events(events, info.sensors + info.beside),
        context=with_remarks(with_surface(info.context, beside), marks),
        simulated=info.simulated,
        file_hash=file_hash,
        notices=damage + info.notices + tuple(_notices(sensors)) + unread + unread_calibrations,
        watch=watch_of(tracks, info.context),
    )
    return trimmed(recording, info.trim)


def _damage(connection: sqlite3.Connection, digest: RowsHash, *, heads: PacketHeads) -> Iterator[str]:
    """Yield what tells that the file is not as it was written; ``digest`` has taken in all that is hashed."""
    if not has_seal(connection):
        if not heads.arrive_in_order():
            yield _RUNS_BACK
    elif is_broken(connection, digest):
        yield _BROKEN_SEAL


def _decode(
    path: Path, info: SessionInfo, *, connection: sqlite3.Connection, digest: RowsHash
) -> tuple[list[SensorDecoder], PacketHeads]:
    """Hash all packets and decode every sensor's.

    Returns
    -------
    A decoder per sensor, fed to the end, and all packets but for their payloads.
    """
    segments = fetch_rows(connection, _SEGMENTS)
    heads = read_heads(connection, held_bytes=HELD_BYTES)
    arrivals_ns = heads.arrivals_by_stream()
    decoders = [
        SensorDecoder(path, sensor, segments=segments, arrivals_ns=arrivals_ns) for sensor in info.sensors
    ]
    for stream, payloads in read_payloads(connection, heads, digest=digest):
        for decoder in decoders:
            decoder.feed(stream, payloads)
    return decoders, heads


def _last_battery_pct(sensor_id: int, events: Rows) -> int | None:
    levels = [
        int(detail)
        for _, event_sensor_id, kind, detail in events
        if event_sensor_id == sensor_id and kind == BATTERY_EVENT and _PERCENT.fullmatch(detail)
    ]
    return levels[-1] if levels else None


def _calibrations(
    events: Rows, sensors: tuple[SensorInfo, ...]
) -> tuple[dict[int, AccelerometerCalibration], tuple[str, ...]]:
    """Return the calibration of each sensor that has one, and what is to be said of those not read."""
    placements = {sensor.sensor_id: sensor.placement for sensor in sensors}
    found: dict[int, AccelerometerCalibration] = {}
    unread: dict[str, None] = {}
    for _, sensor_id, kind, detail in events:
        if kind != CALIBRATION_EVENT or sensor_id not in placements:
            continue
        try:
            found[sensor_id] = parse_calibration(detail)
        except ValueError as error:
            unread[
                shorten(f"{placements[sensor_id]}: its calibration cannot be read and is left out: {error}.")
            ] = None
    return found, tuple(unread)


def _events(events: Rows, sensors: tuple[SensorInfo, ...]) -> tuple[LinkEvent, ...]:
    placements = {sensor.sensor_id: sensor.placement for sensor in sensors}
    return tuple(
        LinkEvent(t_ns / NS_PER_S, placements.get(sensor_id, ""), shorten(kind), shorten(detail))
        for t_ns, sensor_id, kind, detail in sorted(events, key=itemgetter(0))
    )


def _tracks(tracks: Rows, points: Rows) -> tuple[Track, ...]:
    found = []
    of_track: dict[int, list[tuple[int, float]]] = {}
    for track_id, t_ns, value in points:
        of_track.setdefault(track_id, []).append((t_ns, value))
    for track_id, quantity, source in tracks:
        table = np.array(sorted(of_track.get(track_id, [])), dtype=np.float64).reshape(-1, 2)
        least, most = _BELIEVABLE.get(quantity, (-math.inf, math.inf))
        table = table[(table[:, 1] >= least) & (table[:, 1] <= most)]
        found.append(Track(shorten(quantity), shorten(source), table[:, 0] / NS_PER_S, table[:, 1]))
    return tuple(found)


def _notices(sensors: tuple[SensorRecording, ...]) -> Iterator[str]:
    for sensor in sensors:
        if sensor.repeated_notifications:
            yield (
                f"{sensor.placement}: this computer's Bluetooth delivered {sensor.repeated_notifications} "
                "notifications twice; the repetitions are left out."
            )
        if sensor.rejected_packets:
            yield (
                f"{sensor.placement}: packets left out because they do not fit the documented layout: "
                f"{sensor.rejected_packets}."
            )
