"""Read a session file into a `Recording`: the one way in for all that was recorded or imported."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

import numpy as np

from sensor.errors import SessionFileError, UnknownSensorError
from sensor.protocol import registry
from sensor.samples import LinkEvent, Mark, Recording, SensorRecording, Track
from sensor.session.decoding import decode_segment, join_segments
from sensor.session.info import SensorInfo, SessionInfo, fetch_info
from sensor.session.opening import open_session
from sensor.session.rows_hash import Rows, hash_rows
from sensor.session.schema import ACC_RANGE_SETTING, BATTERY_EVENT, GYR_RANGE_SETTING, RATE_SETTING
from sensor.session.soundness import check_values, shorten
from sensor.units import NS_PER_S

_PACKETS = "SELECT segment_id, channel, arrival_ns, payload FROM packet ORDER BY id"
_EVENTS = "SELECT t_ns, coalesce(sensor_id, 0), kind, detail FROM event ORDER BY id"
_MARKS = "SELECT t_ns, kind, text FROM mark ORDER BY id"
_TRACKS = "SELECT id, quantity, source FROM track ORDER BY id"
_POINTS = "SELECT track_id, t_ns, value FROM track_point ORDER BY id"

_PERCENT = re.compile(r"[0-9]{1,2}|100")

_BELIEVABLE = {
    "distance_m": (0.0, 1_000_000.0),
    "speed_mps": (0.0, 15.0),
    "altitude_m": (-500.0, 9000.0),
    "heart_rate_bpm": (20.0, 260.0),
    "grade_pct": (-100.0, 100.0),
    "cadence_spm": (0.0, 400.0),
}
"""Quantity of a track to what a runner can have: beyond is a lost satellite or a damaged file."""


def read_recording(path: Path) -> Recording:
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
    with open_session(path) as session:
        info = fetch_info(path, session.connection, session.notices)
        check_values(session.connection, ("segment", "packet", "event", "mark", "track", "track_point"))
        segments = session.connection.execute(
            "SELECT id, sensor_id, reason FROM segment ORDER BY id"
        ).fetchall()
        tables = [
            _fetch(session.connection, query) for query in (_PACKETS, _EVENTS, _MARKS, _TRACKS, _POINTS)
        ]
    packets, events, marks, tracks, points = tables
    by_channel = _group_packets(packets)
    sensors = tuple(_sensor(info, sensor, segments, by_channel, events) for sensor in info.sensors)
    return Recording(
        path=path,
        name=info.name,
        started_utc=info.started_utc,
        duration_s=info.duration_s,
        sensors=sensors,
        tracks=_tracks(tracks, points),
        marks=tuple(
            Mark(t / NS_PER_S, shorten(kind), shorten(text))
            for t, kind, text in sorted(marks, key=itemgetter(0))
        ),
        events=_events(events, info.sensors),
        context=info.context,
        simulated=info.simulated,
        file_hash=hash_rows(tables),
        notices=info.notices + tuple(_notices(sensors)),
    )


def _fetch(connection: sqlite3.Connection, query: str) -> Rows:
    return connection.execute(query).fetchall()


_Packets = dict[tuple[int, str], tuple[list[int], list[bytes]]]
"""(segment, channel) to arrivals in ns and payloads, both in order of arrival."""

_NO_PACKETS: tuple[list[int], list[bytes]] = ([], [])


def _group_packets(packets: Rows) -> _Packets:
    grouped: _Packets = {}
    for segment_id, channel, arrival_ns, payload in packets:
        key = (segment_id, channel)
        if key not in grouped:
            grouped[key] = ([], [])
        arrivals, payloads = grouped[key]
        arrivals.append(arrival_ns)
        payloads.append(payload)
    return grouped


def _sensor(
    info: SessionInfo, sensor: SensorInfo, segments: Rows, packets: _Packets, events: Rows
) -> SensorRecording:
    try:
        kind = registry.device(sensor.device)
        parts = [
            (
                kind.make_decoder(sensor.settings),
                shorten(reason),
                *packets.get((segment_id, kind.data_characteristic), _NO_PACKETS),
            )
            for segment_id, sensor_id, reason in segments
            if sensor_id == sensor.sensor_id
        ]
    except (UnknownSensorError, ValueError) as error:
        raise SessionFileError(f"{info.path}: {sensor.placement}: {error}; update runtall") from error
    nominal_rate_hz = sensor.settings.get(RATE_SETTING, kind.default_rate_hz)
    joined = join_segments(
        [
            decode_segment(decoder, kind.clock, nominal_rate_hz, reason, arrival_ns, payloads)
            for decoder, reason, arrival_ns, payloads in parts
        ],
        kind.has_gyroscope,
    )
    return SensorRecording(
        placement=sensor.placement,
        device=sensor.device,
        name=sensor.name,
        nominal_rate_hz=nominal_rate_hz,
        acc_range_mps2=sensor.settings.get(ACC_RANGE_SETTING, kind.acc_range_mps2),
        gyr_range_radps=sensor.settings.get(GYR_RANGE_SETTING, kind.gyr_range_radps),
        gyr_late_s=kind.gyr_late_s,
        time_s=joined.time_s,
        acc_sensor_mps2=joined.acc_sensor_mps2,
        gyr_sensor_radps=joined.gyr_sensor_radps,
        clipped=joined.clipped,
        gaps=joined.gaps,
        segment_start=joined.segment_start,
        rejected_packets=joined.rejected_packets,
        battery_pct=_last_battery_pct(sensor.sensor_id, events),
    )


def _last_battery_pct(sensor_id: int, events: Rows) -> int | None:
    levels = [
        int(detail)
        for _, event_sensor_id, kind, detail in events
        if event_sensor_id == sensor_id and kind == BATTERY_EVENT and _PERCENT.fullmatch(detail)
    ]
    return levels[-1] if levels else None


def _events(events: Rows, sensors: tuple[SensorInfo, ...]) -> tuple[LinkEvent, ...]:
    placements = {sensor.sensor_id: sensor.placement for sensor in sensors}
    return tuple(
        LinkEvent(t_ns / NS_PER_S, placements.get(sensor_id, ""), shorten(kind), shorten(detail))
        for t_ns, sensor_id, kind, detail in sorted(events, key=itemgetter(0))
    )


def _tracks(tracks: Rows, points: Rows) -> tuple[Track, ...]:
    found = []
    for track_id, quantity, source in tracks:
        own = sorted((t_ns, value) for point_track_id, t_ns, value in points if point_track_id == track_id)
        table = np.array(own, dtype=np.float64).reshape(-1, 2)
        least, most = _BELIEVABLE.get(quantity, (-math.inf, math.inf))
        table = table[(table[:, 1] >= least) & (table[:, 1] <= most)]
        found.append(Track(shorten(quantity), shorten(source), table[:, 0] / NS_PER_S, table[:, 1]))
    return tuple(found)


def _notices(sensors: tuple[SensorRecording, ...]) -> Iterator[str]:
    for sensor in sensors:
        if sensor.rejected_packets:
            yield (
                f"{sensor.placement}: packets left out because they do not fit the documented layout: "
                f"{sensor.rejected_packets}."
            )
