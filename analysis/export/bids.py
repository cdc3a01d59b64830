"""The samples of a session as a data set of Motion-BIDS 1.9: raw values, nothing resampled or filled in.

Each sensor is a tracking system of its own, because each has a clock and a rate of its own; a latency channel
tells when every sample was taken, so that losses show. The person has no name in it but ``sub-01``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

from sensor.samples import Recording, SensorRecording

BIDS_VERSION = "1.9.0"
"""The first that has motion."""

_TASK = "running"
_SUBJECT = "sub-01"
_FOLDER = f"{_SUBJECT}/motion"
_FRAME = "sensor"
_CHANNEL_COLUMNS = (
    "name",
    "component",
    "type",
    "tracked_point",
    "units",
    "placement",
    "reference_frame",
    "sampling_frequency",
)
_MISSING = "Samples that were lost have no row; the latency channel shows the gaps."


def bids_files(recording: Recording, *, notes: str = "") -> dict[str, bytes]:
    """Return the files of a data set, by their paths in it.

    Parameters
    ----------
    recording
        The session.
    notes
        For the readme; empty for none.
    """
    files = dict(_of_the_set(notes))
    scans = ["filename\tacq_time"]
    for sensor in recording.sensors:
        stem = f"{_SUBJECT}_task-{_TASK}_tracksys-{sensor.placement.replace('-', '')}"
        files[f"{_FOLDER}/{stem}_motion.tsv"] = _motion(sensor)
        files[f"{_FOLDER}/{stem}_motion.json"] = _json(_sidecar(sensor))
        files[f"{_FOLDER}/{stem}_channels.tsv"] = _channels(sensor)
        files[f"{_FOLDER}/{stem}_channels.json"] = _json(_frames())
        scans.append(f"motion/{stem}_motion.tsv\t{_acquired(recording)}")
    files[f"{_SUBJECT}/{_SUBJECT}_scans.tsv"] = _lines(scans)
    return files


def _of_the_set(notes: str) -> Iterator[tuple[str, bytes]]:
    described = {
        "Name": "A run with motion sensors",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": "runtall", "Version": version("runtall")}],
    }
    readme = "A run, recorded with motion sensors on the body: specific force and angular rate, raw."
    yield "dataset_description.json", _json(described)
    yield "participants.tsv", _lines(["participant_id", _SUBJECT])
    yield "README", _lines([readme, *(["", notes] if notes else [])])


def _acquired(recording: Recording) -> str:
    """Return when second 0 was, as BIDS writes it: UTC without an offset, marked by a Z."""
    if not recording.started_utc:
        return "n/a"
    return f"{datetime.fromisoformat(recording.started_utc).astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _rates_hz(sensor: SensorRecording) -> tuple[float, float]:
    """Return the rate asked for and the one that came, losses aside."""
    steps_s = np.diff(sensor.time_s)
    came_hz = float(1.0 / np.median(steps_s)) if len(steps_s) else 0.0
    return sensor.nominal_rate_hz or came_hz, came_hz


def _sidecar(sensor: SensorRecording) -> dict[str, Any]:
    asked_hz, came_hz = _rates_hz(sensor)
    gyroscopes = 0 if sensor.gyr_sensor_radps is None else 3
    return {
        "TaskName": _TASK,
        "TaskDescription": "Standing, a bow, a run, standing; outdoors or on a treadmill.",
        "SamplingFrequency": round(asked_hz, 4),
        "SamplingFrequencyEffective": round(came_hz, 4),
        "TrackingSystemName": f"inertial sensor at the {sensor.placement}",
        "Manufacturer": sensor.device,
        "ACCELChannelCount": 3,
        "GYROChannelCount": gyroscopes,
        "LATENCYChannelCount": 1,
        "MiscChannelCount": 1,
        "MotionChannelCount": 3 + gyroscopes + 2,
        "TrackedPointsCount": 1,
        "MissingValues": _MISSING,
    }


def _frames() -> dict[str, Any]:
    """Return what the axes mean; where each points is found by the analysis only, so no axes are named."""
    described = "The axes of the sensor as its maker put them; accelerations are specific force."
    frame = {"RotationRule": "right-hand", "RotationOrder": "n/a", "Description": described}
    return {"reference_frame": {"Levels": {_FRAME: frame}}}


def _channels(sensor: SensorRecording) -> bytes:
    rate = f"{_rates_hz(sensor)[0]:.4f}"
    kinds = [("acc", "ACCEL", "m/s^2")]
    kinds += [] if sensor.gyr_sensor_radps is None else [("gyr", "GYRO", "rad/s")]
    rows = [
        (f"{name}_{axis}", axis, kind, sensor.placement, unit, sensor.placement, _FRAME, rate)
        for name, kind, unit in kinds
        for axis in "xyz"
    ]
    rows.append(("latency", "n/a", "LATENCY", "n/a", "s", "n/a", "n/a", rate))
    rows.append(("clipped", "n/a", "MISC", "n/a", "n/a", "n/a", "n/a", rate))
    return _lines(["\t".join(row) for row in (_CHANNEL_COLUMNS, *rows)])


def _motion(sensor: SensorRecording) -> bytes:
    """Return the samples, a row each, in the order of the channels and without a header."""
    import pandas as pd

    columns = [sensor.acc_sensor_mps2]
    columns += [] if sensor.gyr_sensor_radps is None else [sensor.gyr_sensor_radps]
    columns.append(sensor.time_s[:, None])
    frame = pd.DataFrame(np.hstack(columns).round(6))
    frame["clipped"] = sensor.clipped.astype(np.int64)
    text: str = frame.to_csv(sep="\t", header=False, index=False, na_rep="n/a", lineterminator="\n")
    return text.encode()


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2) + "\n").encode()


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
