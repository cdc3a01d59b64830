"""Correct an accelerometer by what was found of it at home, before anything else is done."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sensor.calibration import MOST_BIAS_MPS2, MOST_SCALE_ERROR, AccelerometerCalibration
from sensor.samples import FloatArray, Recording, SensorRecording


def calibrated(recording: Recording) -> Recording:
    """Return a session whose specific force is what its sensors felt, as far as they were calibrated.

    A calibration that no sound sensor can have is left out, and said.
    """
    notices = tuple(_refusal(sensor) for sensor in recording.sensors if not _can_be(sensor))
    sensors = tuple(calibrated_sensor(sensor) for sensor in recording.sensors)
    return replace(recording, sensors=sensors, notices=recording.notices + notices)


def calibrated_sensor(sensor: SensorRecording) -> SensorRecording:
    """Return one sensor of `calibrated`; its ``calibration`` is None where none was applied."""
    if sensor.calibration is None:
        return sensor
    if not _can_be(sensor):
        return replace(sensor, calibration=None)
    return replace(sensor, acc_sensor_mps2=specific_force(sensor.acc_sensor_mps2, sensor.calibration))


def specific_force(read_mps2: FloatArray, calibration: AccelerometerCalibration) -> FloatArray:
    """Return the (n, 3) specific force, m/s2, behind (n, 3) readings: less the bias, over the scale."""
    bias_mps2, scale = np.array(calibration.acc_bias_mps2), np.array(calibration.acc_scale)
    return np.asarray((read_mps2 - bias_mps2) / scale, dtype=np.float64)


def _can_be(sensor: SensorRecording) -> bool:
    return sensor.calibration is None or sensor.calibration.is_plausible


def _refusal(sensor: SensorRecording) -> str:
    return (
        f"The calibration of the sensor at {sensor.placement} is not used: no sound sensor has a bias above "
        f"{MOST_BIAS_MPS2:g} m/s² or a scale off by more than {MOST_SCALE_ERROR:.0%}. "
        "Make it again with `runtall doctor --tilt`."
    )
