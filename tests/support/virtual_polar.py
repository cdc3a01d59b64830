"""Polar sensors of software that read noise."""

from __future__ import annotations

from typing import Any

from sensor.virtual.devices.polar import VirtualPolar
from sensor.virtual.devices.polar_hardware import H10, OH1, VERITY_SENSE
from tests.support.recordings_over_air import noise_signal

RATES_HZ = {"H10": 100.0, "OH1": 50.0, "Sense": 52.0}


def polar(model: str = "Sense", rate_hz: float = 0.0, **options: Any) -> VirtualPolar:
    """Return a sensor of a model, at its usual rate unless told otherwise."""
    hardware = {"H10": H10, "OH1": OH1, "Sense": VERITY_SENSE}[model]
    told: dict[str, Any] = {
        "hardware": hardware,
        "signal": noise_signal(200.0, rate_hz=rate_hz or RATES_HZ[model]),
    }
    return VirtualPolar(f"Polar {model} 0A1B2C3D", **told | options)
