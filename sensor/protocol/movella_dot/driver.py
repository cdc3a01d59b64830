"""The conversation with one Movella DOT: set its rate, start and stop a measurement."""

from __future__ import annotations

from sensor.errors import PacketError
from sensor.protocol.driver import DriverEvent, Settings, StreamPacket, Unreadable, Write
from sensor.protocol.movella_dot.control import (
    SET_RATE,
    Measurement,
    encode_control,
    encode_measurement,
    parse_battery,
)
from sensor.protocol.movella_dot.decoder import (
    BATTERY_UUID,
    CONTROL_UUID,
    LAYOUTS,
    MEASUREMENT_UUID,
    MEDIUM_UUID,
    RATE_QUANTITIES,
    RATES_HZ,
)


class MovellaDotDriver:
    """Streams acceleration and angular rate.

    Parameters
    ----------
    rate_hz
        One of `sensor.protocol.movella_dot.decoder.RATES_HZ`; 120 Hz exists in the sensor's memory only.
    mode
        21, or 20 for the magnetic field as well.

    Raises
    ------
    ValueError
        When there is no such rate or mode.
    """

    def __init__(self, rate_hz: float, mode: int = RATE_QUANTITIES) -> None:
        if rate_hz not in RATES_HZ or mode not in LAYOUTS:
            known = ", ".join(map(str, RATES_HZ))
            raise ValueError(f"movella-dot: no mode {mode} at {rate_hz:g} Hz; there are 20 and 21 at {known}")
        self._rate_hz = int(rate_hz)
        self._mode = mode

    @property
    def notify_characteristics(self) -> tuple[str, ...]:
        """The stream and the battery, which has a characteristic of its own here."""
        return (MEDIUM_UUID, BATTERY_UUID)

    @property
    def settings(self) -> Settings:
        """The mode, which tells the layout."""
        return {"mode": self._mode}

    def start(self, utc_us: int) -> tuple[Write, ...]:
        """Stop what a killed recording may have left running, set the rate and start.

        There is no wall clock to set.
        """
        # While it measures the sensor refuses another rate: so it is stopped first, even where nothing is
        # known to run.
        set_rate = Write(CONTROL_UUID, encode_control(self._rate_hz, SET_RATE))
        return (self._measure(starts=False), set_rate, self._measure(starts=True))

    def poll(self) -> tuple[Write, ...]:
        """Ask nothing: the battery tells by itself."""
        return ()

    def stop(self) -> tuple[Write, ...]:
        """Stop the measurement."""
        return (self._measure(starts=False),)

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification."""
        if characteristic.lower() == MEDIUM_UUID:
            return (StreamPacket(),)
        if characteristic.lower() != BATTERY_UUID:
            return ()
        try:
            return (parse_battery(payload),)
        except PacketError as error:
            return (Unreadable(error),)

    def _measure(self, *, starts: bool) -> Write:
        return Write(MEASUREMENT_UUID, encode_measurement(Measurement(starts, self._mode)))
