"""The conversation with one Movella DOT: set its rate, start and stop a measurement."""

from __future__ import annotations

import struct

from sensor.errors import PacketError
from sensor.protocol import movella_dot
from sensor.protocol.driver import BatteryLevel, DriverEvent, Settings, StreamPacket, Unreadable, Write

_CONTROL_BYTES = 32
_SET_RATE = 0x10
_RATE_AT = 24
_MEASURE = 1


class MovellaDotDriver:
    """Streams acceleration and angular rate.

    Parameters
    ----------
    rate_hz
        One of `movella_dot.RATES_HZ`; 120 Hz exists in the sensor's memory only.
    mode
        21, or 20 for the magnetic field as well.

    Raises
    ------
    ValueError
        When there is no such rate or mode.
    """

    def __init__(self, rate_hz: float, mode: int = movella_dot.RATE_QUANTITIES) -> None:
        if rate_hz not in movella_dot.RATES_HZ or mode not in movella_dot.LAYOUTS:
            known = ", ".join(map(str, movella_dot.RATES_HZ))
            raise ValueError(f"movella-dot: no mode {mode} at {rate_hz:g} Hz; there are 20 and 21 at {known}")
        self._rate_hz = int(rate_hz)
        self._mode = mode

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """The stream and the battery, which has a characteristic of its own here."""
        return (movella_dot.MEDIUM_UUID, movella_dot.BATTERY_UUID)

    @property
    def settings(self) -> Settings:
        """The mode, which tells the layout."""
        return {"mode": self._mode}

    def start(self, utc_us: int) -> tuple[Write, ...]:
        """Set the rate and start; there is no wall clock to set."""
        control = bytearray(_CONTROL_BYTES)
        control[0] = _SET_RATE  # marks which of the fields count
        struct.pack_into("<H", control, _RATE_AT, self._rate_hz)
        return (
            Write(movella_dot.CONTROL_UUID, bytes(control)),
            Write(movella_dot.MEASUREMENT_UUID, bytes([_MEASURE, 1, self._mode])),
        )

    def poll(self) -> tuple[Write, ...]:
        """Ask nothing: the battery tells by itself."""
        return ()

    def stop(self) -> tuple[Write, ...]:
        """Stop the measurement."""
        return (Write(movella_dot.MEASUREMENT_UUID, bytes([_MEASURE, 0, self._mode])),)

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification."""
        if characteristic.lower() == movella_dot.MEDIUM_UUID:
            return (StreamPacket(),)
        if characteristic.lower() != movella_dot.BATTERY_UUID:
            return ()
        if not 1 <= len(payload) <= 2 or payload[0] > 100:
            reason = "a battery is a level of at most 100 % and whether it charges"
            return (Unreadable(PacketError(movella_dot.KEY, reason, payload)),)
        return (BatteryLevel(payload[0]),)
