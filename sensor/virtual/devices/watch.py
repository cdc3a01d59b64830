"""A watch of software on a virtual runner's wrist: what it tells of the run, by its own clock, as a FIT file.

Pure: the same run, habits and seed give the same file, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.signal import lfilter

from sensor.fit.activity import encode_activity
from sensor.geodesy import EARTH_RADIUS_M
from sensor.samples import BoolArray, FloatArray, freeze_arrays
from sensor.virtual.runner.course import smooth_noise
from sensor.virtual.runner.simulation import GPS_NOISE_MPS, VirtualRun

STARTED_S = 1_767_268_800.0
"""2026-01-01 12:00 UTC, seconds since 1970."""

_STILL_MPS = 0.5
_STILL_FOR_S = 3
"""So long a runner stands before a watch with auto-pause stops its timer."""

_GPS_MEMORY_S = 3.0
_GPS_WANDER_S = 4.0
_POSITION_NOISE_M = 1.5
_POSITION_WANDER_S = 20.0
_LONGEST_STEP_S = 1.2
"""Between contacts that are further apart the runner stood."""

_WHOLE_STEPS = 0.5
"""Watches tell whole steps a minute, as halves of a stride."""

_REST_BPM, _BPM_PER_MPS, _HEART_S = 62.0, 28.0, 35.0
_SMART_S = (1, 7)
_NAME = "runtall virtual watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchHabits:
    """How a watch records, and how far its clock is off.

    At second t of the run the watch's clock tells ``started_s + offset_s + t × (1 + drift_ppm / 10⁶)``.

    Parameters
    ----------
    started_s
        True time of second 0 of the run, since 1970 in UTC.
    offset_s, drift_ppm
        How far its clock was ahead then, and how fast it gains.
    on_after_s, off_before_end_s
        How long after the run's first second it was started, and before its last one stopped.
    cadence_over_s
        The stretch before each record over which it averages cadence.
    has_cadence, has_heart_rate
        Without either it leaves the field out.
    auto_pause
        Whether its timer stops where the runner stands; then there are no records.
    is_smart
        Whether it records a point every 1 to 7 s instead of one a second.
    fix_after_s
        How long after its start the satellites are found: until then neither speed, distance nor position.
    distance_error
        Relative; 0.01 for one that tells 1 % too much.
    has_altitude
        Whether it tells the height on a level course, too.
    altitude_wander_m
        Standard deviation by which that wanders within a minute: half a metre by air pressure, some metres by
        satellites.
    home_deg
        Latitude and longitude of the start; None for a watch that keeps no positions.
    """

    started_s: float = STARTED_S
    offset_s: float = 0.0
    drift_ppm: float = 0.0
    on_after_s: float = 0.0
    off_before_end_s: float = 0.0
    cadence_over_s: float = 5.0
    has_cadence: bool = True
    has_heart_rate: bool = True
    auto_pause: bool = False
    is_smart: bool = False
    fix_after_s: float = 0.0
    distance_error: float = 0.003
    has_altitude: bool = False
    altitude_wander_m: float = 0.5
    home_deg: tuple[float, float] | None = None

    def watch_s(self, run_s: FloatArray) -> FloatArray:
        """Return what its clock tells at seconds of the run."""
        return self.started_s + self.offset_s + run_s * (1.0 + 1e-6 * self.drift_ppm)

    def run_s(self, watch_s: FloatArray) -> FloatArray:
        """Return the seconds of the run at which its clock tells so."""
        return (watch_s - self.started_s - self.offset_s) / (1.0 + 1e-6 * self.drift_ppm)


@dataclass(frozen=True, slots=True, eq=False)
class WatchRecords:
    """What a watch told.

    Parameters
    ----------
    time_s
        (n,) whole seconds since 1970 by its clock.
    run_s
        (n,) the true seconds of the run at which that was.
    values
        Fields of the record message by name, (n,) each, in SI, degrees and strides or beats a minute.
    pauses_s
        Stretches in which its timer stood, by its clock.
    """

    time_s: FloatArray
    run_s: FloatArray
    values: Mapping[str, FloatArray]
    pauses_s: tuple[tuple[float, float], ...] = field(default=())

    def __post_init__(self) -> None:
        freeze_arrays(self)


def watch_file(run: VirtualRun, habits: WatchHabits | None = None, *, seed: int = 1) -> bytes:
    """Return the FIT file of a watch that was worn on a run."""
    told = watch_records(run, habits, seed=seed)
    return encode_activity(told.time_s, told.values, product_name=_NAME, pauses_s=told.pauses_s)


def watch_records(run: VirtualRun, habits: WatchHabits | None = None, *, seed: int = 1) -> WatchRecords:
    """Return what a watch tells of a run.

    Parameters
    ----------
    run
        Its speed, slope, heading and contacts are the truth.
    habits
        The defaults without it: a good clock, a record a second, no positions.
    seed
        Draws the noise of satellites, altitude and heart, and the points of a smart watch.
    """
    habits = habits or WatchHabits()
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    first_s, last_s = habits.watch_s(
        np.array([habits.on_after_s, float(run.time_s[-1]) - habits.off_before_end_s])
    )
    time_s = np.arange(np.ceil(first_s), np.floor(last_s) + 1.0)
    run_s = habits.run_s(time_s)
    timer = ~_standing(run, run_s) if habits.auto_pause else np.ones(len(run_s), dtype=bool)
    values = _values(run, run_s, timer=timer, habits=habits, rng=rng)
    kept = timer & (_smart(len(run_s), rng) if habits.is_smart else True)
    return WatchRecords(
        time_s[kept],
        run_s[kept],
        {name: value[kept] for name, value in values.items()},
        _pauses(time_s, timer),
    )


def _values(
    run: VirtualRun, run_s: FloatArray, *, timer: BoolArray, habits: WatchHabits, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Return every field at every second, also those that no record will hold."""
    fixed = run_s - run_s[0] >= habits.fix_after_s
    speed = np.where(fixed, _satellite_speed(run, run_s, rng), np.nan)
    values = {
        "enhanced_speed": speed,
        "distance": _counted(run, run_s, counting=timer & fixed, error=habits.distance_error),
    }
    if habits.has_cadence:
        strides = np.round(_strides_per_min(run, run_s, habits.cadence_over_s) / _WHOLE_STEPS) * _WHOLE_STEPS
        values |= {"cadence": np.floor(strides), "fractional_cadence": strides % 1.0}
    if habits.has_heart_rate:
        values["heart_rate"] = _heart_rate(run, run_s, rng)
    if habits.has_altitude or run.grade_pct.any():
        values["enhanced_altitude"] = _altitude(run, run_s, rng, wander_m=habits.altitude_wander_m)
    if habits.home_deg is not None:
        places = zip(
            ("position_lat", "position_long"), _places(run, run_s, habits.home_deg, rng), strict=True
        )
        values |= {name: np.where(fixed, place, np.nan) for name, place in places}
    return values


def _at(run: VirtualRun, value: FloatArray, run_s: FloatArray) -> FloatArray:
    return np.interp(run_s, run.time_s, value)


def _standing(run: VirtualRun, run_s: FloatArray) -> BoolArray:
    """Return true where the runner has stood for a while."""
    still = _at(run, run.speed_mps, run_s) < _STILL_MPS
    window = np.concatenate([np.zeros(_STILL_FOR_S, dtype=bool), still])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(window, _STILL_FOR_S + 1).all(axis=1))


def _pauses(time_s: FloatArray, timer: BoolArray) -> tuple[tuple[float, float], ...]:
    """Return from the last second with the timer running to the next one, for each stop between two."""
    kept_s = time_s[timer]
    before = np.flatnonzero(np.diff(kept_s) > 1.0)
    return tuple(zip(kept_s[before].tolist(), kept_s[before + 1].tolist(), strict=True))


def _smart(count: int, rng: np.random.Generator) -> BoolArray:
    """Return which of the seconds a smart watch keeps."""
    least, most = _SMART_S
    at = np.cumsum(np.concatenate([[0], rng.integers(least, most + 1, count)]))
    kept = np.zeros(count, dtype=bool)
    kept[at[at < count]] = True
    return kept


def _satellite_speed(run: VirtualRun, run_s: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return the speed over the last seconds, with the noise that satellites leave."""
    way = _at(run, run.distance_m, run_s) - _at(run, run.distance_m, run_s - _GPS_MEMORY_S)
    over_s = np.minimum(_GPS_MEMORY_S, np.maximum(run_s, 1.0))
    noise = GPS_NOISE_MPS * smooth_noise(rng, len(run_s), 1.0, correlation_s=_GPS_WANDER_S)
    return np.asarray(np.maximum(way / over_s + noise, 0.0))


def _counted(run: VirtualRun, run_s: FloatArray, *, counting: BoolArray, error: float) -> FloatArray:
    """Return the distance that grew while it was counted."""
    steps_m = np.diff(_at(run, run.distance_m, run_s), prepend=0.0)
    steps_m[0] = 0.0
    return np.asarray((1.0 + error) * np.cumsum(np.where(counting, steps_m, 0.0)))


def _strides_per_min(run: VirtualRun, run_s: FloatArray, over_s: float) -> FloatArray:
    contact_s = np.sort(np.concatenate([run.stride_start_s, run.right_contact_s]))
    if len(contact_s) < 2:
        return np.zeros(len(run_s))
    # Within a step the count grows evenly, while the runner stands not at all.
    ends_s = np.minimum(contact_s[1:], contact_s[:-1] + _LONGEST_STEP_S)
    knots_s = np.stack([contact_s[:-1], ends_s], axis=1).ravel()
    steps = np.stack([np.arange(len(ends_s)), np.arange(1, len(ends_s) + 1)], axis=1).ravel()
    told = np.interp(run_s, knots_s, steps) - np.interp(run_s - over_s, knots_s, steps)
    return np.asarray(60.0 * told / over_s / 2.0)


def _heart_rate(run: VirtualRun, run_s: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return a heart that follows the speed with delay."""
    wanted = _REST_BPM + _BPM_PER_MPS * _at(run, run.speed_mps, run_s)
    share = 1.0 - np.exp(-1.0 / _HEART_S)
    followed, _ = lfilter([share], [1.0, share - 1.0], wanted, zi=[(1.0 - share) * wanted[0]])
    return np.asarray(followed + smooth_noise(rng, len(run_s), 1.0, correlation_s=15.0))


def _altitude(run: VirtualRun, run_s: FloatArray, rng: np.random.Generator, *, wander_m: float) -> FloatArray:
    """Return the height, which wanders slowly."""
    rise_m = np.cumsum(0.01 * run.grade_pct * np.diff(run.distance_m, prepend=0.0))
    off_m = wander_m * smooth_noise(rng, len(run_s), 1.0, correlation_s=60.0)
    return np.asarray(100.0 + _at(run, rise_m, run_s) + off_m)


def _places(
    run: VirtualRun, run_s: FloatArray, home_deg: tuple[float, float], rng: np.random.Generator
) -> FloatArray:
    """Return (2, n) latitude and longitude along the made-up course, which begins northwards."""
    step_m = np.diff(run.distance_m, prepend=0.0)
    north_m, west_m = np.cumsum(step_m * np.stack([np.cos(run.heading_rad), np.sin(run.heading_rad)]), axis=1)
    noise = [
        _POSITION_NOISE_M * smooth_noise(rng, len(run_s), 1.0, correlation_s=_POSITION_WANDER_S)
        for _ in range(2)
    ]
    latitude = home_deg[0] + np.degrees((_at(run, north_m, run_s) + noise[0]) / EARTH_RADIUS_M)
    shrunk = EARTH_RADIUS_M * np.cos(np.radians(home_deg[0]))
    longitude = home_deg[1] - np.degrees((_at(run, west_m, run_s) + noise[1]) / shrunk)
    return np.stack([latitude, longitude])
