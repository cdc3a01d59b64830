"""The record of one sensor: what goes into the session file, and what the live line shows of it."""

from __future__ import annotations

from sensor.link.ble import Sighting
from sensor.protocol.driver import Identity, Settings, StreamDecoder
from sensor.protocol.registry import DeviceKind
from sensor.recorder.allowance import TokenBucket
from sensor.recorder.clock import SessionClock
from sensor.recorder.flood import LeftOut
from sensor.recorder.plan import Wish
from sensor.recorder.status import SampleCounter, SensorStatus
from sensor.samples import FloatArray
from sensor.session.rows import SessionRows
from sensor.session.schema import BATTERY_EVENT, RATE_SETTING
from sensor.text import printable

STOPPED = "stopped"
"""Reason of the end that was asked for."""

FLOOD = "flood"
"""Kind of the events that tell of one, and reason of the end of a connection that went on with it."""

EVENTS_PER_S, EVENTS_AT_ONCE = 0.2, 60.0
"""How many events of a kind one sensor can cause. Those beyond are counted, and told by the next."""

MISTAKES = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What a mistake of ours in dealing with one sensor raises. It must not end the recording of all."""

LEFT_OUT = "events left out"
"""Kind of the event that says how many were."""

LONGEST_WORD = 100
"""Letters that are kept of what a sensor says of itself."""


class SensorLog:
    """Writes down everything one sensor sends, untouched, and keeps count.

    Parameters
    ----------
    wish
        The sensor and where it is worn.
    rows
        The session file's writer; its methods must not block.
    clock
        The session's time line.
    """

    def __init__(self, wish: Wish, rows: SessionRows, clock: SessionClock) -> None:
        self.wish = wish
        self.link = "searching"
        self.message = ""
        self.serial = ""
        self.is_identified = False
        self._rows = rows
        self._clock = clock
        self._sensor_id: int | None = None
        self._kind: DeviceKind | None = None
        self._described: Settings | None = None
        self._segment_id: int | None = None
        self._segment_reason = "start"
        self._firmware = ""
        self._address = ""
        self._segments = 0
        self._silences = 0
        self._battery_pct: int | None = None
        self._counter = SampleCounter()
        self._decoder: StreamDecoder | None = None
        self._undecoded: list[bytes] = []
        self._allowances: dict[str, TokenBucket] = {}
        self._untold: dict[str, int] = {}

    @property
    def has_data(self) -> bool:
        """Whether anything was ever received."""
        return self._segments > 0

    def connected(self, sighting: Sighting, kind: DeviceKind, settings: Settings) -> None:
        """Begin a connection; its clock segment begins with its first notification."""
        if self._sensor_id is None:
            self._sensor_id = self._add(sighting, kind, settings)
            self._address = sighting.address
        strength = "" if sighting.rssi_dbm is None else f", {sighting.rssi_dbm} dBm"
        address = "" if sighting.address == self._address else f", now at {sighting.address}"
        self._address = sighting.address
        self.event("connected", (sighting.name or self.wish.name) + strength + address)
        self._kind = kind
        self._decoder = kind.make_decoder(settings)
        self._undecoded.clear()
        # A link that was given up may have brought something since, which is of no connection.
        self._segment_id = None

    def described(self, settings: Settings) -> None:
        """Write down what the sensor says its bytes mean; what it said first stays."""
        assert self._kind is not None, "a description before the connection was announced"
        assert self._sensor_id is not None, "a description before the sensor was added"
        self._decoder = self._kind.make_decoder(settings)
        if self._described is None:
            self._described = settings
            self._rows.set_settings(self._sensor_id, self._facts(self._kind, settings))
        elif settings != self._described:
            self.event("described otherwise", f"as {dict(settings)}, kept are {dict(self._described)}")

    def disconnected(self, reason: str) -> None:
        """End a connection; ``reason`` is kept with the gap that follows."""
        self.link = "searching"
        if self._segment_id is not None:
            self._segment_id = None
            self._segment_reason = reason

    def finish(self, flood: LeftOut | None) -> None:
        """Write down what is still untold at the end of the session; ``flood`` is one that goes on."""
        self.link = "stopped"
        self.left_out(flood)
        for kind, untold in self._untold.items():
            self._write_event(LEFT_OUT, f"{untold} of kind {kind}")

    def packet(self, characteristic: str, payload: bytes) -> None:
        """Write down one notification as it came, dated now."""
        arrival_ns = self._clock.now_ns()
        if self._segment_id is None:
            self._segment_id = self._begin_segment(arrival_ns)
        self._rows.packet(self._segment_id, characteristic, arrival_ns=arrival_ns, payload=payload)

    def stream(self, payload: bytes) -> None:
        """Note that the sample stream lives; ``payload`` is decoded later, for the live figures only."""
        self.link = "streaming"
        self.message = ""
        self._undecoded.append(payload)

    def drain(self) -> FloatArray | None:
        """Decode what came since the last call; return (n, 3) specific force, m/s2, sensor axes, if any."""
        if self._decoder is None or not self._undecoded:
            return None
        notifications, self._undecoded = self._undecoded, []
        try:
            block = self._decoder.feed(notifications)
        except MISTAKES as error:
            self.event("not shown", f"a fault in this program ({error!r}); the bytes are kept")
            return None
        acc_sensor_mps2 = block.acc_sensor_mps2
        self._counter.add(self._clock.now_s(), len(acc_sensor_mps2))
        return acc_sensor_mps2 if len(acc_sensor_mps2) else None

    def left_out(self, flood: LeftOut | None) -> None:
        """Write down what a flood had too much."""
        if flood is not None:
            much = f"{flood.notifications} notifications, {flood.size} bytes"
            self.event(FLOOD, f"{much}, left out in {flood.until_s - flood.since_s:.1f} s")

    def event(self, kind: str, detail: str = "") -> None:
        """Write down something that happened to this sensor; before it was ever found, say which is meant."""
        allowance = self._allowances.setdefault(kind, TokenBucket(EVENTS_PER_S, EVENTS_AT_ONCE))
        if not allowance.take(self._clock.now_s()):
            self._untold[kind] = self._untold.get(kind, 0) + 1
            return
        if untold := self._untold.pop(kind, 0):
            self._write_event(LEFT_OUT, f"{untold} of kind {kind}")
        self._write_event(kind, detail)

    def _write_event(self, kind: str, detail: str) -> None:
        if self._sensor_id is None:
            detail = f"{self.wish.placement} {self.wish.name}: {detail}"
        self._rows.event(self._clock.now_ns(), kind, detail=detail, sensor_id=self._sensor_id)

    def identity(self, identity: Identity) -> None:
        """Write down who the sensor says it is."""
        self.is_identified = True
        said = (identity.product, identity.serial, identity.firmware)
        product, serial, firmware = (printable(word[:LONGEST_WORD]) for word in said)
        self.serial = self.serial or identity.serial
        self.event("identity", f"{product} serial {serial} firmware {firmware}")
        if firmware and firmware != self._firmware and self._sensor_id is not None:
            self._firmware = firmware
            self._rows.set_firmware(self._sensor_id, firmware)

    def battery(self, percent: int) -> None:
        """Write down the battery's level."""
        self._battery_pct = percent
        self.event(BATTERY_EVENT, str(percent))

    def silence(self, detail: str) -> None:
        """Write down an interruption within a connection."""
        self._silences += 1
        self.link = "silent"
        self.event("watchdog", detail)

    def refused(self, detail: str) -> None:
        """Write down that the sensor refuses something, and tell the runner."""
        self.message = f"{self.wish.name} refuses to {detail}"
        self.event("refused", detail)

    def status(self) -> SensorStatus:
        """Return how this sensor is doing."""
        return SensorStatus(
            placement=self.wish.placement,
            name=self.wish.name,
            link=self.link,
            samples=self._counter.samples,
            rate_hz=self._counter.rate_hz(self._clock.now_s()),
            gaps=max(0, self._segments - 1) + self._silences,
            battery_pct=self._battery_pct,
        )

    def _add(self, sighting: Sighting, kind: DeviceKind, settings: Settings) -> int:
        """Write down which sensor this is; return its number."""
        facts = self._facts(kind, settings)
        return self._rows.add_sensor(
            self.wish.placement, kind.key, name=sighting.name, address=sighting.address, settings=facts
        )

    def _facts(self, kind: DeviceKind, settings: Settings) -> dict[str, str | int | float | None]:
        return {**settings, RATE_SETTING: kind.default_rate_hz}

    def _begin_segment(self, start_ns: int) -> int:
        assert self._sensor_id is not None, "a notification before the connection was announced"
        self._segments += 1
        return self._rows.start_segment(self._sensor_id, start_ns, reason=self._segment_reason)
