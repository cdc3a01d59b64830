"""The record of one sensor: how it is doing, what is written of it, and what the live line shows of it."""

from __future__ import annotations

from sensor.calibration import CalibratedSensor
from sensor.link.ble import Sighting
from sensor.protocol.driver import Identity, Settings
from sensor.protocol.registry import DeviceKind
from sensor.recorder.clock import SessionClock
from sensor.recorder.limits import EndReason, LeftOut
from sensor.recorder.live_preview import LivePreview, MotionPreview, ReadingsPreview
from sensor.recorder.live_tap import NOT_LIVE, RATES_APART, LiveTap, ReadingsTap
from sensor.recorder.plan import AuxiliaryRequest, Wish
from sensor.recorder.sensor_rows import SensorRows
from sensor.recorder.status import LinkState, SensorStatus
from sensor.samples import FloatArray
from sensor.session.rows import SessionRows
from sensor.session.schema import BATTERY_EVENT, CALIBRATION_EVENT
from sensor.text import printable

FLOOD_EVENT = "flood"
"""Kind of the events that tell of a flood."""

MISTAKES = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What a mistake of ours in dealing with one sensor raises. It must not end the recording of all."""

LONGEST_WORD = 100
"""Letters that are kept of what a sensor says of itself."""


class SensorLog:
    """Takes down everything one sensor sends, untouched, and how it is doing.

    Parameters
    ----------
    wish
        The sensor, or the device beside the sensors, and where it is worn.
    rows
        The session file's writer; its methods must not block.
    clock
        The session's time line.
    calibrated
        Sensors of which a calibration is known.
    tap
        Is given what the sensor sends, decoded; None where nobody follows live.
    readings
        The same of a device beside the sensors.

    Attributes
    ----------
    link
        What is being done with the sensor; set by whoever does it.
    message
        The last thing worth telling the runner; empty while all is well.
    failure
        Why the last connection failed, in one line; empty while none did.
    serial
        Its serial number as it said first; empty before.
    is_identified
        Whether it has said who it is.
    """

    def __init__(
        self,
        wish: Wish,
        rows: SessionRows,
        *,
        clock: SessionClock,
        calibrated: tuple[CalibratedSensor, ...] = (),
        tap: LiveTap | None = None,
        readings: ReadingsTap | None = None,
    ) -> None:
        self.wish = wish
        self.link = LinkState.SEARCHING
        self.message = ""
        self.failure = ""
        self.serial = ""
        self.is_identified = False
        self._rows = SensorRows(wish, rows, clock=clock)
        is_beside = isinstance(wish, AuxiliaryRequest)
        self._preview: LivePreview = ReadingsPreview() if is_beside else MotionPreview(tap)
        self._tap = tap
        self._readings = readings
        self._clock = clock
        self._kind: DeviceKind | None = None
        self._described: Settings | None = None
        self._firmware = ""
        self._address = ""
        self._silences = 0
        self._battery_pct: int | None = None
        self._calibrated = calibrated

    @property
    def has_data(self) -> bool:
        """Whether anything was ever received."""
        return self._rows.segments > 0

    def connected(self, sighting: Sighting, kind: DeviceKind, *, settings: Settings) -> None:
        """Begin a connection; its clock segment begins with its first notification."""
        if not self._rows.has_sensor:
            self._rows.add_sensor(sighting, kind, settings=settings)
            self._address = sighting.address
        strength = "" if sighting.rssi_dbm is None else f", {sighting.rssi_dbm} dBm"
        address = "" if sighting.address == self._address else f", now at {sighting.address}"
        self._address = sighting.address
        self.event("connected", (sighting.name or self.wish.name) + strength + address)
        self._kind = kind
        self._preview.leave_out(kind.numbering.new_filter(kind.default_rate_hz))
        self._preview.decode_with(kind.make_decoder(settings))
        self._preview.clear()
        self._rows.begin_connection()
        if self._tap is not None and not self._tap.begin(kind):
            self.event(NOT_LIVE, RATES_APART)
        self._calibrate()

    def _calibrate(self) -> None:
        """Write down the sensor's calibration once it is sure whose it is."""
        own = next((one for one in self._calibrated if one.is_of(self._address, self.serial)), None)
        if own is not None:
            self.event(CALIBRATION_EVENT, own.calibration.as_text())
            if self._tap is not None:
                self._tap.calibration = own.calibration
            self._calibrated = ()

    def described(self, settings: Settings) -> None:
        """Write down what the sensor says its bytes mean; what it said first stays."""
        assert self._kind is not None, "a description before the connection was announced"
        self._preview.decode_with(self._kind.make_decoder(settings))
        if self._described is None:
            self._described = settings
            self._rows.set_settings(self._kind, settings)
        elif settings != self._described:
            self.event("described otherwise", f"as {dict(settings)}, kept are {dict(self._described)}")

    def disconnected(self, reason: EndReason) -> None:
        """End a connection; ``reason`` is kept with the gap that follows."""
        self.link = LinkState.SEARCHING
        self._rows.end_connection(reason)

    def finish(self, flood: LeftOut | None) -> None:
        """Write down what is still untold at the end of the session; ``flood`` is one that goes on."""
        self.link = LinkState.STOPPED
        self.left_out(flood)
        self._rows.finish()

    def packet(self, characteristic: str, payload: bytes) -> None:
        """Write down one notification as it came, dated now."""
        self._rows.packet(characteristic, payload)

    def stream(self, payload: bytes, characteristic: str = "") -> None:
        """Note that the sample stream lives; ``payload`` is decoded later, for the live figures only."""
        self.link = LinkState.STREAMING
        self.message = ""
        self._preview.add(payload, self._clock.now_s())
        if self._readings is not None:
            self._readings.add(characteristic, payload, self._clock.now_s())

    def drain(self) -> FloatArray | None:
        """Decode what came since the last call; return (n, 3) specific force, m/s2, sensor axes, if any."""
        try:
            return self._preview.drain(self._clock.now_s())
        except MISTAKES as error:
            self.event("not shown", f"a fault in this program ({error!r}); the bytes are kept")
            return None

    def left_out(self, flood: LeftOut | None) -> None:
        """Write down what a flood had too much."""
        if flood is not None:
            much = f"{flood.notifications} notifications, {flood.size} bytes"
            self.event(FLOOD_EVENT, f"{much}, left out in {flood.until_s - flood.since_s:.1f} s")

    def event(self, kind: str, detail: str = "") -> None:
        """Write down something that happened to this sensor, unless too much of its kind did."""
        self._rows.event(kind, detail)

    def identity(self, identity: Identity) -> None:
        """Write down who the sensor says it is."""
        self.is_identified = True
        said = (identity.product, identity.serial, identity.firmware)
        product, serial, firmware = (printable(word[:LONGEST_WORD]) for word in said)
        self.serial = self.serial or identity.serial
        self._calibrate()
        self.event("identity", f"{product} serial {serial} firmware {firmware}")
        if firmware and firmware != self._firmware and self._rows.has_sensor:
            self._firmware = firmware
            self._rows.set_firmware(firmware)

    def battery(self, percent: int) -> None:
        """Write down the battery's level."""
        self._battery_pct = percent
        self.event(BATTERY_EVENT, str(percent))

    def silence(self, detail: str) -> None:
        """Write down an interruption within a connection."""
        self._silences += 1
        self.link = LinkState.SILENT
        self.event("watchdog", detail)

    def refused(self, detail: str) -> None:
        """Write down that the sensor refuses something, and tell the runner."""
        self.message = f"{self.wish.name} refuses to {detail}"
        self.event("refused", detail)

    def status(self) -> SensorStatus:
        """Return how this sensor is doing."""
        counter = self._preview.counter
        return SensorStatus(
            placement=self.wish.placement,
            name=self.wish.name,
            link=self.link,
            samples=counter.samples,
            rate_hz=counter.rate_hz(self._clock.now_s()),
            gaps=max(0, self._rows.segments - 1) + self._silences,
            battery_pct=self._battery_pct,
            address=self._address,
            serial=self.serial,
        )
