"""A recording without its beginning or end: cut where its marks say so, every row of the file kept."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from sensor.samples import Recording, SensorRecording
from sensor.session.trim import TRIM_END, TRIM_START, Trim


def trimmed(recording: Recording, trim: Trim) -> Recording:
    """Return a session as if nothing had been recorded outside of what counts; times stay what they are."""
    if not trim:
        return recording
    return replace(
        recording,
        duration_s=trim.lasting_s(recording.duration_s),
        sensors=tuple(_part(sensor, trim) for sensor in recording.sensors),
        tracks=tuple(track.between(trim.start_s, trim.end_s) for track in recording.tracks),
        marks=tuple(
            mark
            for mark in recording.marks
            if mark.kind in (TRIM_START, TRIM_END) or trim.start_s <= mark.time_s <= trim.end_s
        ),
        counts_s=(trim.start_s, trim.end_s),
        notices=(*recording.notices, _notice(trim)),
    )


def _part(sensor: SensorRecording, trim: Trim) -> SensorRecording:
    first = int(np.searchsorted(sensor.time_s, trim.start_s))
    last = int(np.searchsorted(sensor.time_s, trim.end_s, side="right"))
    part, time_s, gyr = slice(first, last), sensor.time_s[first:last], sensor.gyr_sensor_radps
    starts = np.unique(np.maximum(sensor.segment_start - first, 0))
    return replace(
        sensor,
        time_s=time_s,
        acc_sensor_mps2=sensor.acc_sensor_mps2[part],
        gyr_sensor_radps=None if gyr is None else gyr[part],
        clipped=sensor.clipped[part],
        # Before the first sample and after the last one nothing is missing.
        gaps=tuple(g for g in sensor.gaps if len(time_s) and time_s[0] < g.end_s and g.start_s < time_s[-1]),
        segment_start=starts[starts < len(time_s)],
    )


def _notice(trim: Trim) -> str:
    ends = [
        f"{word} {minutes // 60:.0f} h {minutes % 60:.0f} min {seconds:.0f} s"
        for word, at_s in (("from", trim.start_s), ("to", trim.end_s))
        if math.isfinite(at_s)
        for minutes, seconds in [divmod(at_s, 60)]
    ]
    return f"The runner cut this session: it counts {' '.join(ends)}."
