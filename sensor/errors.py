"""Errors of the ``sensor`` package: what, where, the offending value, what to do.

Every one derives from `SensorError` and from the built-in a stranger would catch.
"""

from __future__ import annotations

from enum import StrEnum


class SensorError(Exception):
    """Base of every expected failure in this package."""


class PacketError(SensorError, ValueError):
    """Bytes from a device that do not fit its documented layout.

    Parameters
    ----------
    device
        Key of the wire format, for example ``movesense``.
    reason
        What does not fit, in words.
    payload
        The offending bytes; at most the first 32 are shown.
    """

    def __init__(self, device: str, reason: str, payload: bytes) -> None:
        self.device = device
        self.reason = reason
        self.payload = bytes(payload)
        shown = self.payload[:32].hex() + ("…" if len(self.payload) > 32 else "")
        super().__init__(f"{device}: {reason}: {shown or 'no bytes'}")

    def __reduce__(self) -> tuple[type[PacketError], tuple[str, str, bytes]]:
        """Return what a copy in another process is made of: ``args`` holds the whole message."""
        return type(self), (self.device, self.reason, self.payload)


class SessionFileError(SensorError, ValueError):
    """A session file that cannot be opened, read or written."""


class ImportFileError(SensorError, ValueError):
    """A file of another tool that cannot be taken in."""


class LinkReason(StrEnum):
    """What kind of trouble a `LinkError` tells of, for programs; its message says it to people."""

    NO_SERVICE = "no service"
    """The system's Bluetooth service is not there or does not answer."""
    NO_ADAPTER = "no adapter"
    OLD_ADAPTER = "old adapter"
    """The adapter is of before Bluetooth 4, which sensors speak."""
    UNPLUGGED = "unplugged"
    """The adapter was there and is gone."""
    STUCK = "stuck"
    """The adapter does not answer."""
    SWITCHED_OFF = "switched off"
    NOT_ALLOWED = "not allowed"
    """This program may not use Bluetooth."""
    NO_SEARCH = "no search"
    """The adapter refuses to search: another program may use it."""
    NOT_IN_REACH = "not in reach"
    """The sensor is away or asleep."""
    HELD = "held"
    """The sensor refuses to be connected to or asked: another phone or computer may hold it."""
    NO_ANSWER = "no answer"
    """The sensor does not answer in time."""
    NO_DATA = "no data"
    """Sensors were waited for in vain."""
    LACKING = "lacking"
    """The sensor has not the services its kind should have."""
    REFUSED = "refused"
    """The sensor understands and says no: a `RefusalError`."""
    OTHER = "other"
    """Anything else; the message says what."""


class LinkError(SensorError, ConnectionError):
    """No radio, no sensor, or a sensor that refuses.

    Parameters
    ----------
    message
        What was being done, what is wrong, what to do.
    reason
        What kind of trouble it is.
    """

    def __init__(self, message: str, *, reason: LinkReason = LinkReason.OTHER) -> None:
        self.reason = reason
        super().__init__(message)


class RefusalError(LinkError):
    """A sensor that can be reached, understands, and says no.

    Parameters
    ----------
    message
        Who refused what, why, and what to do.
    status
        The sensor's own number for it.
    """

    def __init__(self, message: str, status: int) -> None:
        self.status = status
        super().__init__(message, reason=LinkReason.REFUSED)

    def __reduce__(self) -> tuple[type[RefusalError], tuple[str, int]]:
        """Return what a copy in another process is made of: ``args`` holds the message alone."""
        return type(self), (str(self), self.status)


class UnknownSensorError(SensorError, LookupError):
    """A sensor or placement that no driver or definition knows."""


class RecordingPlanError(UnknownSensorError, ValueError):
    """A recording plan without a motion sensor, or with a placement or a sensor named twice."""


class PlanError(SensorError, ValueError):
    """A plan that no virtual runner can follow."""


class MissingExtraError(SensorError, ImportError):
    """An optional part of the installation that is needed here and absent."""
