"""Acquire: bytes, radios, clocks, files, the session. Never imports ``analysis``.

The names below are the package's front door and stay; whatever is not among them is private and may move.
They are loaded when they are first asked for, so that a program pays only for what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sensor.errors import (
        ImportFileError,
        LinkError,
        LinkReason,
        SensorError,
        SessionFileError,
        UnknownSensorError,
    )
    from sensor.link.ble import scan
    from sensor.link.radio import Radio
    from sensor.protocol.registry import DEVICES
    from sensor.recorder import RecordingPlan, SensorRequest, record_session
    from sensor.samples import Gap, Recording, SensorRecording, Track
    from sensor.session.reader import read_recording

__all__ = [
    "DEVICES",
    "Gap",
    "ImportFileError",
    "LinkError",
    "LinkReason",
    "Radio",
    "Recording",
    "RecordingPlan",
    "SensorError",
    "SensorRecording",
    "SensorRequest",
    "SessionFileError",
    "Track",
    "UnknownSensorError",
    "read_recording",
    "record_session",
    "scan",
]

_HOME = {
    "DEVICES": "sensor.protocol.registry",
    "Gap": "sensor.samples",
    "ImportFileError": "sensor.errors",
    "LinkError": "sensor.errors",
    "LinkReason": "sensor.errors",
    "Radio": "sensor.link.radio",
    "Recording": "sensor.samples",
    "RecordingPlan": "sensor.recorder",
    "SensorError": "sensor.errors",
    "SensorRecording": "sensor.samples",
    "SensorRequest": "sensor.recorder",
    "SessionFileError": "sensor.errors",
    "Track": "sensor.samples",
    "UnknownSensorError": "sensor.errors",
    "read_recording": "sensor.session.reader",
    "record_session": "sensor.recorder",
    "scan": "sensor.link.ble",
}
"""Where each public name is defined (PEP 562)."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
