"""A stored session once more, as if it were being recorded now."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Protocol

import numpy as np

from analysis.live.estimator import WindowedEstimator
from analysis.live.records import LiveEstimator, LiveState
from sensor.samples import LiveBlock, LiveReading, Recording, SensorRecording, StrPath
from sensor.session.reader import read_recording

BLOCK_S = 0.25
"""As often as a recording hands on what came."""

_LIVE_QUANTITIES = ("speed_mps", "heart_rate_bpm", "grade_pct")


class _Told(LiveEstimator, Protocol):
    def tell(self, reading: LiveReading) -> None:
        """Take in what a device beside the sensors told."""
        ...


def replay(
    session: Recording | StrPath, estimator: _Told | None = None, *, block_s: float = BLOCK_S
) -> Iterator[LiveState]:
    """Feed a stored session to a live estimator, and yield its state after every block of time.

    Parameters
    ----------
    session
        A recording, or the path of a session file.
    estimator
        Who is fed; without it a `WindowedEstimator` that knows what was told about the session.
    block_s
        How much is handed on at once, s.

    Raises
    ------
    SessionFileError
        For a file that cannot be read.
    """
    recording = session if isinstance(session, Recording) else read_recording(session)
    fed = estimator or WindowedEstimator(context=recording.context)
    readings = sorted(_readings(recording), key=lambda one: one.time_s)
    firsts = [sensor.time_s[0] for sensor in recording.sensors if len(sensor.time_s)]
    lasts = [sensor.time_s[-1] for sensor in recording.sensors if len(sensor.time_s)]
    if not firsts:
        return
    start_s = math.floor(min(firsts) / block_s) * block_s
    told = 0
    for number in range(math.floor((max(lasts) - start_s) / block_s) + 1):
        until_s = start_s + (number + 1) * block_s
        while told < len(readings) and readings[told].time_s < until_s:
            fed.tell(readings[told])
            told += 1
        for sensor in recording.sensors:
            for block in blocks_between(sensor, until_s - block_s, until_s):
                fed.add(block)
        yield fed.state(until_s)


def blocks_between(sensor: SensorRecording, from_s: float, until_s: float) -> Iterator[LiveBlock]:
    """Yield what one sensor told from ``from_s`` on and before ``until_s``, by connection."""
    a, b = np.searchsorted(sensor.time_s, (from_s, until_s)).tolist()
    cuts = [int(cut) for cut in sensor.segment_start if a < cut < b]
    for first, last in zip([a, *cuts], [*cuts, b], strict=True):
        if last > first:
            gyr = sensor.gyr_sensor_radps
            yield LiveBlock(
                placement=sensor.placement,
                connection=int(np.searchsorted(sensor.segment_start, first, side="right")) - 1,
                time_s=sensor.time_s[first:last],
                acc_sensor_mps2=sensor.acc_sensor_mps2[first:last],
                gyr_sensor_radps=None if gyr is None else gyr[first:last],
                clipped=sensor.clipped[first:last],
                gyr_late_s=sensor.gyr_late_s,
                calibration=sensor.calibration,
            )


def _readings(recording: Recording) -> Iterator[LiveReading]:
    """Yield what was recorded beside the sensors at the time; a watch's file came afterwards."""
    for track in recording.tracks:
        if track.quantity in _LIVE_QUANTITIES:
            for time_s, value in zip(track.time_s.tolist(), track.value.tolist(), strict=True):
                yield LiveReading(time_s, track.quantity, value, track.source)
