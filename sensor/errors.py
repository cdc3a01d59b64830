"""Errors of the ``sensor`` package: what, where, the offending value, what to do.

Every one derives from `SensorError` and from the built-in a stranger would catch.
"""

from __future__ import annotations


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


class SessionFileError(SensorError, ValueError):
    """A session file that cannot be opened, read or written."""


class ImportFileError(SensorError, ValueError):
    """A file of another tool that cannot be taken in."""


class LinkError(SensorError, ConnectionError):
    """No radio, no sensor, or a sensor that refuses."""


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
        super().__init__(message)


class UnknownSensorError(SensorError, LookupError):
    """A sensor or placement that no driver or definition knows."""


class RecordingPlanError(UnknownSensorError, ValueError):
    """A recording plan without a motion sensor, or with a placement or a sensor named twice."""


class PlanError(SensorError, ValueError):
    """A plan that no virtual runner can follow."""


class MissingExtraError(SensorError, ImportError):
    """An optional part of the installation that is needed here and absent."""
