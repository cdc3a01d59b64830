"""What can be written into a session, as rows: the vocabulary both writers share."""

from __future__ import annotations

import itertools
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from sensor.samples import placement_of
from sensor.session.schema import CONTEXT_PREFIX

Row = tuple[Any, ...]

_META = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
_SENSOR = "INSERT INTO sensor VALUES (?, ?, ?, ?, ?, ?, ?)"
_FIRMWARE = "UPDATE sensor SET firmware = ? WHERE id = ?"
_SETTINGS = "UPDATE sensor SET settings = ? WHERE id = ?"
_SEGMENT = "INSERT INTO segment VALUES (?, ?, ?, ?)"
PACKET = "INSERT INTO packet (segment_id, channel, arrival_ns, payload) VALUES (?, ?, ?, ?)"
"""The statement of notifications: nearly all of a session, and what a writer may be forced to leave out."""
_EVENT = "INSERT INTO event (t_ns, sensor_id, kind, detail) VALUES (?, ?, ?, ?)"
_MARK = "INSERT INTO mark (t_ns, kind, text) VALUES (?, ?, ?)"
_REMOVE_MARKS = "DELETE FROM mark WHERE kind = ?"
_TRACK = "INSERT INTO track VALUES (?, ?, ?)"
_TRACK_POINT = "INSERT INTO track_point (track_id, t_ns, value) VALUES (?, ?, ?)"
_REMOVE_POINTS = "DELETE FROM track_point WHERE track_id IN (SELECT id FROM track WHERE source = ?)"
_REMOVE_TRACKS = "DELETE FROM track WHERE source = ?"
_SOURCE_FILE = "INSERT INTO source_file VALUES (?, ?, ?, ?)"


class SessionRows(ABC):
    """The methods of a session writer. Times are ns from the start of the session, on one monotonic clock.

    The numbers of sensors, segments and tracks are given out here, before any row is written: a writer that
    only queues its rows can return them at once.
    """

    def __init__(self) -> None:
        self._sensor_ids = itertools.count(1)
        self._segment_ids = itertools.count(1)
        self._track_ids = itertools.count(1)

    @abstractmethod
    def put_rows(self, statement: str, rows: Iterable[Row]) -> None:
        """Write rows, or queue them for writing. The methods below are the statements there are."""

    def add_sensor(
        self,
        placement: str,
        device: str,
        *,
        name: str,
        address: str = "",
        firmware: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> int:
        """Add a sensor and return its number.

        Parameters
        ----------
        placement
            A word `sensor.samples.placement_of` knows; one sensor per placement.
        device
            Registry key of the driver.
        name
            What the sensor calls itself, or the imported file's name.
        address, firmware
            As the sensor reports them; empty where unknown.
        settings
            What the driver's decoder must know beside the bytes, and `RATE_SETTING`. Kept as JSON.

        Raises
        ------
        UnknownSensorError
            For a placement nobody defined.
        """
        return self._put_sensor(
            placement_of(placement),
            device,
            name=name,
            address=address,
            firmware=firmware,
            settings=settings or {},
        )

    def add_beside(
        self,
        place: str,
        device: str,
        *,
        name: str,
        address: str = "",
        settings: Mapping[str, Any] | None = None,
    ) -> int:
        """Add a device beside the motion sensors and return its number; words as of `add_sensor`.

        ``place`` is `BESIDE_PREFIX` and a number, each once.
        """
        return self._put_sensor(
            place, device, name=name, address=address, firmware="", settings=settings or {}
        )

    def _put_sensor(
        self,
        placement: str,
        device: str,
        *,
        name: str,
        address: str,
        firmware: str,
        settings: Mapping[str, Any],
    ) -> int:
        sensor_id = next(self._sensor_ids)
        row = (sensor_id, placement, device, name, address, firmware, json.dumps(dict(settings)))
        self.put_rows(_SENSOR, [row])
        return sensor_id

    def set_firmware(self, sensor_id: int, firmware: str) -> None:
        """Keep the firmware a sensor reports once it is asked; the last answer stays."""
        self.put_rows(_FIRMWARE, [(firmware, sensor_id)])

    def set_settings(self, sensor_id: int, settings: Mapping[str, Any]) -> None:
        """Replace the settings of a sensor that says only when asked what its bytes mean."""
        self.put_rows(_SETTINGS, [(json.dumps(dict(settings)), sensor_id)])

    def start_segment(self, sensor_id: int, start_ns: int, *, reason: str) -> int:
        """Begin a clock segment, one per connection, and return its number.

        ``reason`` says why it begins: ``start``, ``link lost``, ``sensor restarted``, ``import`` …; the
        reader gives it to the gap before the segment.
        """
        segment_id = next(self._segment_ids)
        self.put_rows(_SEGMENT, [(segment_id, sensor_id, start_ns, reason)])
        return segment_id

    def packet(self, segment_id: int, channel: str, *, arrival_ns: int, payload: bytes) -> None:
        """Add one notification as it came: its bytes and when the host got it."""
        self.put_rows(PACKET, [(segment_id, channel, arrival_ns, payload)])

    def packets(self, segment_id: int, channel: str, *, packets: Iterable[tuple[int, bytes]]) -> None:
        """Add many notifications of one channel, as (arrival_ns, payload)."""
        self.put_rows(PACKET, ((segment_id, channel, arrival_ns, payload) for arrival_ns, payload in packets))

    def event(self, t_ns: int, kind: str, *, detail: str = "", sensor_id: int | None = None) -> None:
        """Add something that happened to a link. For `BATTERY_EVENT` the detail is the percentage."""
        self.put_rows(_EVENT, [(t_ns, sensor_id, kind, detail)])

    def mark(self, t_ns: int, kind: str, *, text: str = "") -> None:
        """Pin something to a moment: ``standing``, ``bow``, ``lap`` …"""
        self.put_rows(_MARK, [(t_ns, kind, text)])

    def remove_marks(self, kind: str) -> None:
        """Take out every mark of a kind."""
        self.put_rows(_REMOVE_MARKS, [(kind,)])

    def add_track(self, quantity: str, source: str) -> int:
        """Add a quantity from beside the IMU (see `sensor.samples.Track`) and return its number."""
        track_id = next(self._track_ids)
        self.put_rows(_TRACK, [(track_id, quantity, source)])
        return track_id

    def track_points(self, track_id: int, points: Iterable[tuple[int, float]]) -> None:
        """Add values of a track, as (t_ns, value), in the unit its quantity names."""
        self.put_rows(_TRACK_POINT, ((track_id, t_ns, float(value)) for t_ns, value in points))

    def remove_tracks(self, source: str) -> None:
        """Take out every track of a source."""
        self.put_rows(_REMOVE_POINTS, [(source,)])
        self.put_rows(_REMOVE_TRACKS, [(source,)])

    def source_file(self, name: str, size: int, *, sha256: str, sensor_id: int | None = None) -> None:
        """Keep which file a sensor's or track's rows came from: name, bytes, SHA-256 in hex."""
        self.put_rows(_SOURCE_FILE, [(name, size, sha256, sensor_id)])

    def set_context(self, key: str, value: Any) -> None:
        """Keep what was told about the session; a second value for the same key replaces the first."""
        self.set_meta(CONTEXT_PREFIX + key, value)

    def forget_context(self, key: str) -> None:
        """Take back what was told about the session under a key."""
        self.put_rows("DELETE FROM meta WHERE key = ?", [(CONTEXT_PREFIX + key,)])

    def set_meta(self, key: str, value: Any) -> None:
        """Keep a fact about the session itself, as JSON."""
        self.put_rows(_META, [(key, as_json(value))])


def as_json(value: Any) -> str:
    """Return a value as the JSON text that table ``meta`` keeps."""
    return json.dumps(value, allow_nan=False)
