"""Tracks from the notifications of devices beside the motion sensors: parsed on reading, like samples."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from sensor.errors import PacketError
from sensor.protocol.auxiliary import SOURCES, parse_readings
from sensor.protocol.repetition import ECHO_S
from sensor.samples import FloatArray, Track
from sensor.session.context import USUAL_SURFACE_KEY
from sensor.session.info import SensorInfo
from sensor.units import NS_PER_S

_NOTIFICATIONS = """
SELECT sensor_id, channel, arrival_ns, payload
FROM packet CROSS JOIN segment ON segment.id = packet.segment_id
WHERE sensor_id IN (SELECT value FROM json_each(?)) AND channel IN (SELECT value FROM json_each(?))
ORDER BY packet.id
"""
# CROSS keeps the packets the outer loop: they are gone through once, and need no sorting.

FASTEST_MPS = 15.0
"""No runner is faster; a counter that is, was set."""

COUNTER_STEP_M = 10.0
"""What a counter may be ahead of that: some count in laps or show whole tens of metres."""

BELT_RUNS_MPS = 0.5
"""Below the slowest walk a treadmill offers."""

Notification = tuple[str, int, bytes]
"""Channel, arrival in ns from the start of the session, payload."""

Limits = Mapping[str, tuple[float, float]]
"""Quantity to the least and the most that is believable."""


def read_beside(
    connection: sqlite3.Connection, sensors: Sequence[SensorInfo], *, limits: Limits
) -> tuple[tuple[Track, ...], tuple[str, ...]]:
    """Read the tracks of devices beside the motion sensors, and of motion sensors that are such, too.

    Parameters
    ----------
    connection
        Of a session whose values were checked.
    sensors
        The devices.
    limits
        Values beyond them are left out.

    Returns
    -------
    tuple
        One track per device and quantity, dated by arrival, and sentences about what could not be read.
    """
    if not sensors:
        return (), ()
    told: dict[int, list[Notification]] = {sensor.sensor_id: [] for sensor in sensors}
    rows = connection.execute(_NOTIFICATIONS, (json.dumps(list(told)), json.dumps(list(SOURCES))))
    for sensor_id, channel, arrival_ns, payload in rows:
        told[sensor_id].append((channel, arrival_ns, payload))
    tracks: list[Track] = []
    notices = []
    for sensor in sensors:
        once = _without_repetitions(told[sensor.sensor_id])
        found, rejected = tracks_of(once, limits)
        tracks += found
        if rejected:
            notices.append(
                f"{sensor.placement}: notifications left out because they do not fit the documented layout: "
                f"{rejected}."
            )
    return tuple(tracks), tuple(notices)


def _without_repetitions(notifications: Iterable[Notification]) -> list[Notification]:
    """Leave out what the computer handed over again at once: such devices tell once a second."""
    last: dict[str, tuple[int, bytes]] = {}
    once = []
    for channel, arrival_ns, payload in notifications:
        last_ns, last_payload = last.get(channel, (arrival_ns, b""))
        last[channel] = arrival_ns, payload
        if payload != last_payload or arrival_ns - last_ns > ECHO_S * NS_PER_S:
            once.append((channel, arrival_ns, payload))
    return once


def tracks_of(notifications: Iterable[Notification], limits: Limits) -> tuple[tuple[Track, ...], int]:
    """Return the tracks in one device's notifications, and how many of these could not be read.

    Parameters
    ----------
    notifications
        In order of arrival.
    limits
        Values beyond them are left out.
    """
    points: dict[tuple[str, str], list[tuple[float, float]]] = {}
    rejected = 0
    for channel, arrival_ns, payload in notifications:
        try:
            readings = parse_readings(channel, payload)
        except PacketError:
            rejected += 1
            continue
        for quantity, value in readings:
            points.setdefault((quantity, SOURCES[channel]), []).append((arrival_ns / NS_PER_S, value))
    tracks = [
        _track(quantity, source, points=rows, limits=limits) for (quantity, source), rows in points.items()
    ]
    return tuple(track for track in tracks if track is not None), rejected


def _track(quantity: str, source: str, *, points: list[tuple[float, float]], limits: Limits) -> Track | None:
    table = np.array(sorted(points))
    least, most = limits.get(quantity, (-np.inf, np.inf))
    table = table[(table[:, 1] >= least) & (table[:, 1] <= most)]
    time_s, value = table[:, 0], table[:, 1]
    if quantity == "distance_m":
        value = way_m(time_s, value)
        # Some pods have the field and never fill it; their speed says more.
        if not value.any():
            return None
    return Track(quantity, source, time_s, value) if len(value) else None


def way_m(time_s: FloatArray, counter_m: FloatArray) -> FloatArray:
    """Return the way since the first reading, from a counter that may be set back meanwhile.

    Parameters
    ----------
    time_s
        (n,) arrival of each reading.
    counter_m
        (n,) what the device's counter showed. It restarts at nought with the device, at the press of a
        button, or where its field is full; what it shows then is the way since.

    Returns
    -------
    FloatArray
        (n,) metres, never falling, nought at the first reading. Steps no runner makes are left out.
    """
    if not len(counter_m):
        return counter_m
    step_m = np.diff(counter_m)
    step_m = np.where(step_m < 0, counter_m[1:], step_m)
    is_possible = step_m <= FASTEST_MPS * np.diff(time_s) + COUNTER_STEP_M
    return np.concatenate([[0.0], np.cumsum(np.where(is_possible, step_m, 0.0))])


def with_surface(context: Mapping[str, Any], tracks: Sequence[Track]) -> Mapping[str, Any]:
    """Return the context with ``surface``: what was told, a treadmill whose belt ran, or the usual one."""
    runs = any(
        track.source == "treadmill"
        and track.quantity == "speed_mps"
        and bool((track.value > BELT_RUNS_MPS).any())
        for track in tracks
    )
    usual = {"surface": context[USUAL_SURFACE_KEY]} if USUAL_SURFACE_KEY in context else {}
    told = {key: value for key, value in context.items() if key != USUAL_SURFACE_KEY}
    return {**usual, **({"surface": "treadmill"} if runs else {}), **told}
