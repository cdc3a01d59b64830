"""What one connection brings: every notification written down first, and only then understood."""

from __future__ import annotations

from collections.abc import Callable

from sensor.errors import PacketError
from sensor.protocol.driver import (
    BatteryLevel,
    Described,
    Driver,
    DriverEvent,
    Identity,
    Refused,
    StreamPacket,
    Stuck,
    Unreadable,
    Write,
)
from sensor.protocol.repetition import Echo
from sensor.recorder.clock import SessionClock
from sensor.recorder.context import SensorContext
from sensor.recorder.limits import ConnectionEnd, EndReason
from sensor.recorder.sensor_log import FLOOD_EVENT, MISTAKES
from sensor.recorder.watchdog import Watchdog

_FLOODS = "it sends more than any sensor means to; what is too much is left out"


class NotificationHandler:
    """Takes in the notifications of one connection.

    Parameters
    ----------
    driver
        Understands them.
    context
        Where they go, when that is, and how many may come.
    watchdog
        Is told of every packet of the stream.
    ending
        Is told of what ends the connection.
    wanted_serial
        The serial number it must have, empty where nothing is in doubt.

    Attributes
    ----------
    remedy
        What to write before the connection ends, so that the sensor recovers.
    """

    def __init__(
        self,
        driver: Driver,
        context: SensorContext,
        *,
        watchdog: Watchdog,
        ending: ConnectionEnd,
        wanted_serial: str,
    ) -> None:
        self.remedy: tuple[Write, ...] = ()
        self._driver = driver
        self._log = context.log
        self._clock = context.clock
        self._limits = context.limits
        self._watchdog = watchdog
        self._ending = ending
        self._wanted_serial = wanted_serial
        self._unreadable = 0

    def receiver(self, characteristic: str) -> Callable[[bytes], None]:
        """Return what to call with every notification of a characteristic."""
        once = _OnceTold(self._clock)

        def receive(payload: bytes) -> None:
            if self._ending.reason is EndReason.ANOTHER_SENSOR or not self._is_admitted(payload):
                return
            if self._wanted_serial:
                # In doubt whose words these are, they are understood before they are written down.
                events = once.events_of(payload, lambda: self._understand(characteristic, payload))
                if any(isinstance(event, Identity) and self._is_another(event) for event in events):
                    return
                self._log.packet(characteristic, payload)
            else:
                # Written down first: whatever understanding it may run into, the bytes are safe.
                self._log.packet(characteristic, payload)
                events = once.events_of(payload, lambda: self._understand(characteristic, payload))
            for event in events:
                self._take(event, characteristic, payload)

        return receive

    def meet(self, identity: Identity) -> None:
        """Take note of who the sensor is; one that is not the wanted one ends the connection."""
        if not self._is_another(identity):
            self._log.identity(identity)

    def _is_another(self, identity: Identity) -> bool:
        is_another = bool(identity.serial) and identity.serial != (self._wanted_serial or identity.serial)
        if is_another:
            self._ending.because(EndReason.ANOTHER_SENSOR)
        return is_another

    def close(self) -> None:
        """Write down what is still to be said."""
        if self._unreadable > 1:
            self._log.event("unreadable", f"{self._unreadable} notifications over this connection")

    def _understand(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        if characteristic not in self._driver.notify_characteristics:
            # What a sensor measures besides is understood on reading.
            return ()
        try:
            return self._driver.receive(characteristic, payload)
        except MISTAKES as error:
            return (Unreadable(PacketError("driver", f"a fault in this program ({error!r})", payload)),)

    def _is_admitted(self, payload: bytes) -> bool:
        now_s = self._clock.now_s()
        is_admitted = self._limits.gate.admits(now_s, len(payload))
        if is_admitted:
            self._log.left_out(self._limits.gate.finished(now_s))
        elif self._limits.gate.has_just_begun:
            self._log.event(FLOOD_EVENT, _FLOODS)
        elif self._limits.gate.is_endless:
            self._ending.because(EndReason.FLOOD)
        return is_admitted

    def _take(self, event: DriverEvent, characteristic: str, payload: bytes) -> None:
        match event:
            case StreamPacket():
                self._watchdog.packet(self._clock.now_s())
                self._log.stream(payload, characteristic)
            case BatteryLevel(percent):
                self._log.battery(percent)
            case Identity():
                self.meet(event)
            case Described(settings):
                self._log.described(settings)
            case Refused(what, status, reason):
                self._log.refused(f"{what}: {reason} (status {status})")
            case Stuck(reason, remedy):
                self._restart(reason, remedy)
            case Unreadable(error):
                # The bytes are in the file anyway; one line each would let a broken sensor flood it.
                self._unreadable += 1
                if self._unreadable == 1:
                    self._log.event("unreadable", str(error))

    def _restart(self, reason: str, remedy: tuple[Write, ...]) -> None:
        if self._limits.restarts.take(self._clock.now_s()):
            self._log.event("restarting", reason)
            self.remedy = remedy
            self._ending.because(EndReason.RESTARTED)


class _OnceTold:
    """Keeps a driver from being told anything twice that the computer hands over twice.

    A driver puts the parts of a message together: one part again would spoil it.
    """

    def __init__(self, clock: SessionClock) -> None:
        self._clock = clock
        self._echo = Echo()
        self._lives = False

    def events_of(
        self, payload: bytes, understand: Callable[[], tuple[DriverEvent, ...]]
    ) -> tuple[DriverEvent, ...]:
        """Return what ``understand`` does; of a repetition only that the stream lives, if it did."""
        if self._echo.is_heard(payload, self._clock.now_s()):
            return (StreamPacket(),) if self._lives else ()
        events = understand()
        self._lives = any(isinstance(event, StreamPacket) for event in events)
        return events
