"""What a driver owes whose sensor sends accelerations and angular rates apart: both have to live."""

from __future__ import annotations

from sensor.protocol.driver import DriverEvent, StreamPacket

MOST_ALONE = 60
"""So many packets of accelerations may come without one of angular rates: one to four seconds of them."""


class BothStreams:
    """Tells a stream that lives; accelerations that go on alone are none, so that a watchdog takes care."""

    def __init__(self) -> None:
        self._alone = 0

    def restart(self) -> None:
        """Give both time again, because they were just asked for."""
        self._alone = 0

    def acceleration(self) -> tuple[DriverEvent, ...]:
        """Take note of a packet of accelerations; return what it tells."""
        self._alone += 1
        return (StreamPacket(),) if self._alone <= MOST_ALONE else ()

    def angular_rate(self) -> None:
        """Take note of a packet of angular rates."""
        self._alone = 0
