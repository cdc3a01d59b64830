"""The records of the benchmark: virtual runs, and their truth measured from one standing for every method."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sensor.samples import BoolArray, FloatArray, ImuSignal, Recording, Track
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from sensor.virtual.runner.gait import STYLES, GaitStyle
from sensor.virtual.runner.imu_errors import CONSUMER, ImuErrors, loss_mask, sample_later
from sensor.virtual.runner.kinematics import matrix
from sensor.virtual.runner.plan import RunPlan, Worn
from sensor.virtual.runner.scenarios import severe_hour_plan, treadmill_plan
from sensor.virtual.runner.simulation import VirtualRun, WornSensor, simulate
from tests.support.datasets import synthetic_hour
from tests.support.recordings import recording_from_signal

SEEDS = (0, 1, 2, 3, 4)
TRAINING_SEED = 100
"""The hour on which peers are tuned; no result is read from it."""

LONGEST_STRIDE_S = 1.2


@dataclass(frozen=True, slots=True, eq=False)
class Hour:
    """One record and what is known of it.

    Parameters
    ----------
    run
        The virtual run.
    name
        Seed, style and mounting in words.
    lost
        (n,) samples that never arrived, or None.
    errors
        What the sensors were given.
    """

    run: VirtualRun
    name: str
    lost: BoolArray | None
    errors: ImuErrors

    @property
    def standing(self) -> BoolArray:
        """(n,) the standing between the bow and the first step: the reference pose of every method."""
        start = int(np.argmax(self.run.speed_mps > 1e-3))
        bowed = np.flatnonzero(np.abs(self.run.true_flexion_deg[:start]) > 2.0)
        rows = np.zeros(len(self.run.speed_mps), dtype=np.bool_)
        margin = round(0.3 * self.run.rate_hz)
        rows[int(bowed[-1]) + margin if bowed.size else 0 : start - margin] = True
        return rows

    def truth_deg(self, placement: str = "sternum") -> FloatArray:
        """(n,) true forward pitch of a body part, zero in the reference pose."""
        pitch = self.run.sensor(placement).pitch_deg
        return np.asarray(pitch - pitch[self.standing].mean())

    def stride_rows(self) -> tuple[FloatArray, BoolArray]:
        """Return (s, 2) start and end times of the true running strides, and which of them are steady."""
        run = self.run
        start, end = run.stride_start_s[:-1], run.stride_start_s[1:]
        rows = np.stack([start, end], axis=1)
        first = np.round(start * run.rate_hz).astype(int)
        last = np.minimum(np.round(end * run.rate_hz).astype(int), len(run.running) - 1)
        keep = (end - start < LONGEST_STRIDE_S) & run.running[first] & run.running[last]
        steady = ~(run.accelerating[first] | run.accelerating[last])
        return rows[keep], np.asarray(steady[keep])

    def received(self, placement: str = "sternum") -> tuple[FloatArray, FloatArray]:
        """Return acc (m/s2) and gyr (rad/s) of the same instants, lost samples bridged by straight lines."""
        signal = self.run.sensor(placement).measured
        assert signal.gyr_sensor_radps is not None
        acc, gyr = signal.acc_sensor_mps2, signal.gyr_sensor_radps
        if self.lost is not None:
            at, kept = np.arange(len(self.lost)), np.flatnonzero(~self.lost)
            both = np.hstack([acc, gyr])
            bridged = np.stack([np.interp(at, kept, column[kept]) for column in both.T], axis=1)
            acc, gyr = bridged[:, :3].copy(), bridged[:, 3:].copy()
        return acc, sample_later(gyr, -self.errors.gyr_late_s * signal.rate_hz)

    def recording(self, *, speed: str) -> Recording:
        """Return the session as the reader would: ``speed`` is ``none``, ``gps`` or ``treadmill``."""
        signals: list[ImuSignal] = [worn.measured for worn in self.run.sensors]
        tracks: list[Track] = []
        if speed == "gps":
            tracks = [Track("speed_mps", "watch file", self.run.gps_time_s, self.run.gps_speed_mps)]
        return recording_from_signal(
            *signals,
            placements=[worn.placement for worn in self.run.sensors],
            lost=self.lost,
            acc_range_mps2=self.errors.acc_range_g * STANDARD_GRAVITY_MPS2,
            gyr_range_radps=self.errors.gyr_range_degps * RADPS_PER_DEGPS,
            gyr_late_s=self.errors.gyr_late_s,
            tracks=tracks,
            context={"surface": "treadmill"} if speed == "treadmill" else {},
        )


def mounting(number: int, placement: str = "sternum") -> Worn:
    """Return one of an endless list of arbitrary mountings; number 0 is along the body."""
    if number == 0:
        return Worn(placement)
    q = np.random.default_rng(1000 + number).standard_normal(4)
    w, x, y, z = (float(value) for value in q / np.linalg.norm(q))
    return Worn(placement, (w, x, y, z))


def severe_hours(seeds: tuple[int, ...], mountings: int, *, loss: float = 0.0) -> Iterator[Hour]:
    """Yield severe hours, every seed with a style of its own and ``mountings`` mountings."""
    for seed in seeds:
        for number in range(mountings):
            name, style = style_of(seed)
            plan = severe_hour_plan(style, (mounting(3 * seed + number + 1),))
            yield make_hour(plan, seed, f"seed {seed}, {name}, mounting {number}", loss=loss)


def treadmill_hours(seeds: tuple[int, ...], mountings: int) -> Iterator[Hour]:
    """Yield hours on a treadmill."""
    for seed in seeds:
        for number in range(mountings):
            name, style = style_of(seed)
            plan = replace(treadmill_plan(60.0, style=style), wear=(mounting(3 * seed + number + 1),))
            yield make_hour(plan, seed, f"seed {seed}, {name}, mounting {number}")


def two_sensor_hours(seeds: tuple[int, ...]) -> Iterator[Hour]:
    """Yield severe hours with a second sensor on the head."""
    for seed in seeds:
        name, style = style_of(seed)
        wear = (mounting(seed + 40), mounting(seed + 60, "head"))
        yield make_hour(severe_hour_plan(style, wear), seed, f"seed {seed}, {name}, head sensor")


def independent_hour(*, with_loss: bool = False) -> Hour:
    """Return the hour made by a simulator that shares nothing with this project."""
    data = synthetic_hour()
    n = len(data.running)
    unknown = np.full((n, 4), np.nan)
    signal = ImuSignal(data.imu.rate_hz, data.imu.acc_sensor_mps2, data.imu.gyr_sensor_radps)
    worn = WornSensor(
        placement="sternum",
        clean=signal,
        measured=signal,
        sensor_from_trunk_wxyz=data.sensor_from_trunk_wxyz,
        pitch_deg=data.true_flexion_deg,
        lateral_deg=data.true_lateral_deg,
        velocity_earth_mps=unknown[:, :3],
        earth_from_seat_wxyz=unknown,
        gyr_late_s=0.0,
    )
    run = VirtualRun(
        rate_hz=signal.rate_hz,
        sensors=(worn,),
        true_flexion_deg=data.true_flexion_deg,
        true_lateral_deg=data.true_lateral_deg,
        speed_mps=data.true_speed_mps,
        distance_m=data.true_distance_m,
        heading_rad=unknown[:, 0],
        grade_pct=unknown[:, 0],
        running=data.running,
        walking=np.zeros(n, dtype=np.bool_),
        accelerating=data.accelerating,
        stride_start_s=data.stride_start_s,
        right_contact_s=np.empty(0),
        gps_time_s=data.gps_time_s,
        gps_speed_mps=data.gps_speed_mps,
    )
    return Hour(run, "independent hour", data.lost if with_loss else None, CONSUMER)


def style_of(seed: int) -> tuple[str, GaitStyle]:
    """Return the running style of a seed."""
    return list(STYLES.items())[seed % len(STYLES)]


def make_hour(plan: RunPlan, seed: int, name: str, *, loss: float = 0.0) -> Hour:
    """Simulate one record; ``loss`` is the share lost in gaps of 100 ms."""
    run = simulate(plan, seed=seed)
    lost = None
    if loss:
        rng = np.random.default_rng([seed, 9])
        lost = loss_mask(len(run.time_s), run.rate_hz, gap_s=0.1, fraction=loss, rng=rng)
    return Hour(run, name, lost, plan.errors)


def trunk_axes(hour: Hour, placement: str = "sternum") -> FloatArray:
    """Return the (3, 3) trunk-from-sensor matrix a perfect calibration in the reference pose would give.

    Up is the mean of the raw accelerometer in standing; the sideways axis is the true one, made square to it.
    """
    worn = hour.run.sensor(placement)
    up = worn.measured.acc_sensor_mps2[hour.standing].mean(axis=0)
    up = up / np.linalg.norm(up)
    left = matrix(worn.sensor_from_trunk_wxyz.tolist()) @ [0.0, 1.0, 0.0]
    left = left - up * (left @ up)
    left = left / np.linalg.norm(left)
    return np.stack([np.cross(left, up), left, up])
