"""Recordings built straight from arrays, as the session reader would hand them to the analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sensor.samples import BoolArray, FloatArray, Gap, ImuSignal, Mark, Recording, SensorRecording, Track

NO_FILE = Path("in-memory.runtall")
"""Stands where a session read from a file names its path."""


def _gaps(time_s: FloatArray, lost: BoolArray, reason: str = "lost") -> tuple[Gap, ...]:
    """Return the runs of lost samples between the first and the last kept one, edge sample to edge sample."""
    kept = np.flatnonzero(~lost)
    before = kept[:-1][np.diff(kept) > 1]
    after = kept[1:][np.diff(kept) > 1]
    return tuple(Gap(float(time_s[b]), float(time_s[a]), reason) for b, a in zip(before, after, strict=True))


def sensor_recording(
    time_s: FloatArray,
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray | None,
    *,
    placement: str = "sternum",
    lost: BoolArray | None = None,
    acc_range_mps2: float | None = None,
    gyr_range_radps: float | None = None,
    gyr_late_s: float = 0.0,
    nominal_rate_hz: float | None = None,
    device: str = "arrays",
) -> SensorRecording:
    """Return one sensor's samples as the session reader would.

    Parameters
    ----------
    time_s
        (n,) seconds from the start of the session, strictly increasing.
    acc_sensor_mps2, gyr_sensor_radps
        (n, 3), sensor axes; the second None without a gyroscope.
    placement, device
        What the recording says of the sensor.
    lost
        (n,) true where the sample never arrived: it is left out, and the hole listed as a gap.
    acc_range_mps2, gyr_range_radps
        Full scales; samples that reach one are marked as clipped.
    gyr_late_s
        How much later the gyroscope row was taken.
    nominal_rate_hz
        The rate that was asked for, where the sensor was recorded on one clock with others; None for a file.
    """
    missing = np.zeros(len(time_s), dtype=bool) if lost is None else lost
    clipped = np.zeros(len(time_s), dtype=bool)
    for values, full_scale in ((acc_sensor_mps2, acc_range_mps2), (gyr_sensor_radps, gyr_range_radps)):
        if values is not None and full_scale is not None:
            clipped |= (np.abs(values) >= 0.999 * full_scale).any(axis=1)
    keep = ~missing
    return SensorRecording(
        placement=placement,
        device=device,
        name=f"{device} {placement}",
        nominal_rate_hz=nominal_rate_hz,
        acc_range_mps2=acc_range_mps2,
        gyr_range_radps=gyr_range_radps,
        gyr_late_s=gyr_late_s,
        time_s=time_s[keep],
        acc_sensor_mps2=acc_sensor_mps2[keep],
        gyr_sensor_radps=None if gyr_sensor_radps is None else gyr_sensor_radps[keep],
        clipped=clipped[keep],
        gaps=_gaps(time_s, missing),
        segment_start=np.array([0], dtype=np.int64),
    )


def recording(
    *sensors: SensorRecording,
    tracks: Sequence[Track] = (),
    marks: Sequence[Mark] = (),
    context: Mapping[str, Any] | None = None,
    name: str = "arrays",
) -> Recording:
    """Return a session of these sensors on one time line."""
    return Recording(
        path=NO_FILE,
        name=name,
        started_utc="2024-05-01T07:00:00Z",
        duration_s=max(float(s.time_s[-1]) for s in sensors),
        sensors=sensors,
        tracks=tuple(tracks),
        marks=tuple(marks),
        context=dict(context or {}),
        file_hash="0" * 64,
    )


def recording_from_signal(
    *signals: ImuSignal,
    placements: Sequence[str] = ("sternum", "head", "sacrum"),
    lost: BoolArray | None = None,
    acc_range_mps2: float | None = None,
    gyr_range_radps: float | None = None,
    gyr_late_s: float = 0.0,
    nominal_rate_hz: float | None = None,
    tracks: Sequence[Track] = (),
    marks: Sequence[Mark] = (),
    context: Mapping[str, Any] | None = None,
) -> Recording:
    """Return a session of evenly sampled signals that all start at second 0.

    Parameters
    ----------
    signals
        One per sensor; worn, in order, at `placements`.
    lost
        (n,) mask of samples of the first sensor that never arrived.
    acc_range_mps2, gyr_range_radps, gyr_late_s, nominal_rate_hz
        As for `sensor_recording`, the same for every sensor.
    tracks, marks, context
        What lies beside the samples.
    """
    worn = [
        sensor_recording(
            np.arange(len(signal.acc_sensor_mps2)) / signal.rate_hz,
            signal.acc_sensor_mps2,
            signal.gyr_sensor_radps,
            placement=placement,
            lost=lost if index == 0 else None,
            acc_range_mps2=acc_range_mps2,
            gyr_range_radps=gyr_range_radps,
            gyr_late_s=gyr_late_s,
            nominal_rate_hz=nominal_rate_hz,
        )
        for index, (signal, placement) in enumerate(zip(signals, placements, strict=False))
    ]
    return recording(*worn, tracks=tracks, marks=marks, context=context)
