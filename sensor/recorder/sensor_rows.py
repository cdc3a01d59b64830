"""The rows of one sensor in the session file: itself, its segments, notifications and events."""

from __future__ import annotations

from collections.abc import Mapping

from sensor.link.ble import Sighting
from sensor.protocol.driver import Settings
from sensor.protocol.registry import DeviceKind
from sensor.recorder.clock import SessionClock
from sensor.recorder.limits import EndReason, TokenBucket
from sensor.recorder.plan import AuxiliaryRequest, Wish
from sensor.session.rows import SessionRows
from sensor.session.schema import RATE_SETTING

FIRST_SEGMENT = "start"
"""Reason of a sensor's first segment; any other has the reason why the connection before it ended."""

EVENTS_PER_S, EVENTS_AT_ONCE = 0.2, 60.0
"""How many events of a kind one sensor can cause. Those beyond are counted, and told by the next."""

LEFT_OUT = "events left out"
"""Kind of the event that says how many were."""


class SensorRows:
    """Writes the rows of one sensor, dated by the session's clock.

    Parameters
    ----------
    wish
        The sensor, or the device beside the sensors, and where it is worn.
    rows
        The session file's writer; its methods must not block.
    clock
        The session's time line.

    Attributes
    ----------
    segments
        How many clock segments it has: connections that brought anything.
    """

    def __init__(self, wish: Wish, rows: SessionRows, *, clock: SessionClock) -> None:
        self.segments = 0
        self._wish = wish
        self._rows = rows
        self._clock = clock
        self._sensor_id: int | None = None
        self._segment_id: int | None = None
        self._segment_reason: str = FIRST_SEGMENT
        self._buckets: dict[str, TokenBucket] = {}
        self._untold: dict[str, int] = {}

    @property
    def has_sensor(self) -> bool:
        """Whether it was written down which sensor this is."""
        return self._sensor_id is not None

    def add_sensor(self, sighting: Sighting, kind: DeviceKind, *, settings: Settings) -> None:
        """Write down which sensor this is; to be called once."""
        name, address, place = sighting.name, sighting.address, self._wish.placement
        if isinstance(self._wish, AuxiliaryRequest):
            self._sensor_id = self._rows.add_beside(
                place, kind.key, name=name, address=address, settings=settings
            )
        else:
            facts = _facts(kind, settings)
            self._sensor_id = self._rows.add_sensor(
                place, kind.key, name=name, address=address, settings=facts
            )

    def set_settings(self, kind: DeviceKind, settings: Settings) -> None:
        """Write down what the sensor says its bytes mean, instead of what was asked of it."""
        assert self._sensor_id is not None, "a description before the sensor was added"
        self._rows.set_settings(self._sensor_id, _facts(kind, settings))

    def set_firmware(self, firmware: str) -> None:
        """Write down the sensor's firmware."""
        assert self._sensor_id is not None, "a firmware before the sensor was added"
        self._rows.set_firmware(self._sensor_id, firmware)

    def begin_connection(self) -> None:
        """Have the next notification begin a segment."""
        # A link that was given up may have brought something since, which is of no connection.
        self._segment_id = None

    def end_connection(self, reason: EndReason) -> None:
        """End the segment, if the connection had one; ``reason`` is kept with the gap that follows."""
        if self._segment_id is not None:
            self._segment_id = None
            self._segment_reason = reason

    def packet(self, characteristic: str, payload: bytes) -> None:
        """Write down one notification as it came, dated now."""
        arrival_ns = self._clock.now_ns()
        if self._segment_id is None:
            self._segment_id = self._begin_segment(arrival_ns)
        self._rows.packet(self._segment_id, characteristic, arrival_ns=arrival_ns, payload=payload)

    def event(self, kind: str, detail: str = "") -> None:
        """Write down something that happened to this sensor; before it was ever found, say which is meant."""
        bucket = self._buckets.setdefault(kind, TokenBucket(EVENTS_PER_S, EVENTS_AT_ONCE))
        if not bucket.take(self._clock.now_s()):
            self._untold[kind] = self._untold.get(kind, 0) + 1
            return
        if untold := self._untold.pop(kind, 0):
            self._write_event(LEFT_OUT, f"{untold} of kind {kind}")
        self._write_event(kind, detail)

    def finish(self) -> None:
        """Write down how many events were left out and are still untold."""
        for kind, untold in self._untold.items():
            self._write_event(LEFT_OUT, f"{untold} of kind {kind}")

    def _write_event(self, kind: str, detail: str) -> None:
        if self._sensor_id is None:
            detail = f"{self._wish.placement} {self._wish.name}: {detail}"
        self._rows.event(self._clock.now_ns(), kind, detail=detail, sensor_id=self._sensor_id)

    def _begin_segment(self, start_ns: int) -> int:
        assert self._sensor_id is not None, "a notification before the connection was announced"
        self.segments += 1
        return self._rows.start_segment(self._sensor_id, start_ns, reason=self._segment_reason)


def _facts(kind: DeviceKind, settings: Settings) -> Mapping[str, str | int | float | None]:
    return {**settings, RATE_SETTING: kind.default_rate_hz}
