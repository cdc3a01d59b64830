"""The project's own method, through the same stages as every report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from analysis.config import AnalysisConfig
from analysis.pipeline import place_watch
from analysis.signal.motion import Motion, level_with_axes, motion_of
from analysis.signal.speed import SpeedProfile, speed_profile
from analysis.signal.strapdown import integrate
from analysis.signal.vertical import AveragedForce, unaided_vertical
from analysis.signal.watch_tracks import with_watch
from sensor.samples import FloatArray
from sensor.virtual.devices.watch import WatchHabits, watch_file
from tests.bench.hours import Hour
from tests.support.watches import with_watch_file

WATCH_FILE = "GPS by a watch's file"
"""A watch's speed that went through the bytes of a FIT file and was laid under the strides by the steps."""

SPEEDS = ("no speed", "nominal", "GPS", WATCH_FILE, "treadmill")
"""What is told: not even that people run at 3 m/s; that; a watch's speed; that the room is still."""

_WATCH = WatchHabits(offset_s=-754.3, drift_ppm=30.0)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What the method says of one sensor of one record, on the record's own samples.

    Parameters
    ----------
    up
        (n, 3) upward vertical in sensor axes.
    trunk_from_sensor
        (3, 3) axes it found by itself.
    stride_rows_s
        (s, 2) start and end of the strides it counted while running.
    seconds
        Time from samples to vertical by the whole method.
    """

    up: FloatArray
    trunk_from_sensor: FloatArray
    stride_rows_s: FloatArray
    seconds: float


def estimate(hour: Hour, speed: str, placement: str = "sternum") -> Found:
    """Run the method on one sensor of a record, told what ``speed`` (of `SPEEDS`) says."""
    recording = hour.recording(speed={"GPS": "gps", "treadmill": "treadmill"}.get(speed, "none"))
    trunk_sensor, sensor = recording.sensor("sternum"), recording.sensor(placement)
    assert trunk_sensor is not None
    assert sensor is not None
    config = _config(speed)
    profile = _profile(hour, speed)
    begin = perf_counter()
    motion = motion_of(trunk_sensor, profile, config=config)
    if placement != "sternum":
        motion = motion_of(sensor, profile, config=config, trunk=motion)
    seconds = perf_counter() - begin
    return Found(
        _on_record(motion.up_sensor, motion, hour.run.time_s),
        motion.axes.trunk_from_sensor,
        _stride_rows(motion),
        seconds,
    )


def _profile(hour: Hour, speed: str) -> SpeedProfile | None:
    if speed == "GPS":
        return SpeedProfile(hour.run.gps_time_s, hour.run.gps_speed_mps, measured=True)
    if speed == WATCH_FILE:
        given = with_watch_file(hour.recording(speed="none"), watch_file(hour.run, _WATCH, seed=1))
        laid = with_watch(given, place_watch(given))
        return speed_profile(laid.tracks, laid.context, AnalysisConfig().distance)
    if speed == "treadmill":
        return SpeedProfile(np.zeros(1), np.zeros(1), measured=True)
    return None


def _config(speed: str) -> AnalysisConfig:
    """Return the configuration; without any idea of speed, its nominal values are nought."""
    config = AnalysisConfig()
    if speed != "no speed":
        return config
    clueless = replace(config.orientation, run_speed_mps=0.0, walk_speed_mps=0.0)
    return replace(config, orientation=clueless)


def orientation_alone(hour: Hour, clock: Callable[[], float] = perf_counter) -> float:
    """Return the seconds from an even stream with known axes to the vertical at every sample."""
    config = AnalysisConfig()
    sensor = hour.recording(speed="none").sensors[0]
    motion = motion_of(sensor, None, config=config)
    stream = motion.stream
    broken_rows = round(config.signal.broken_s * stream.rate_hz)
    begin = clock()
    strapdown = integrate(stream, motion.static_periods, broken_rows=broken_rows, config=config.rest)
    force = AveragedForce(stream, strapdown, broken_rows=broken_rows, config=config.orientation)
    first = unaided_vertical(force, strapdown, config.orientation)
    level_with_axes(
        stream,
        motion.static_periods,
        gait=motion.gait,
        strapdown=strapdown,
        force=force,
        first=first,
        axes=motion.axes,
        speed=None,
        config=config,
    )
    return clock() - begin


def _on_record(up: FloatArray, motion: Motion, time_s: FloatArray) -> FloatArray:
    at = motion.stream.time_s
    on = np.stack([np.interp(time_s, at, row) for row in up], axis=1)
    return np.asarray(on / np.linalg.norm(on, axis=1, keepdims=True))


def _stride_rows(motion: Motion) -> FloatArray:
    strides, stream = motion.strides, motion.stream
    rows = np.stack([strides.start_row, strides.end_row], axis=1)[strides.running]
    return np.asarray(stream.start_s + rows / stream.rate_hz)
