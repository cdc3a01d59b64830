"""A long session with many faults: five virtual sensors, each sample of which says which one it is."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np

from sensor.recorder import AuxiliaryRequest, RecordingPlan, SensorRequest, record_session
from sensor.samples import FloatArray, ImuSignal, IntArray
from sensor.units import STANDARD_GRAVITY_MPS2
from sensor.virtual.devices.faults import LINK_FAULTS, Fault, FaultKind, draw_faults, play_faults
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.devices.standard import foot_pod, heart_rate_strap
from sensor.virtual.radio.peripheral import VirtualPeripheral, now_s
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.knocks import tap_mps2, three_from
from tests.support.recordings_over_air import STARTED_UTC, noting
from tests.support.virtual_makers import Maker

CONNECTION_INTERVAL_S = 0.015

QUIET_S = 60.0
"""At both ends nothing goes wrong: there the runner taps the sensors against each other."""

TAPS_FROM_S = 20.0
"""When three taps begin, after the start; three more begin twice as long before the end."""

_AFTER_S = 10.0
"""The motion outlasts the session: a sensor without a motion would repeat itself."""

_DIGITS = 1000
"""Angular rates count samples in steps: units on x, thousands on y, millions on z."""


@dataclass(frozen=True, slots=True)
class Worn:
    """One motion sensor of the session.

    Parameters
    ----------
    placement
        Where it is worn.
    maker
        What it is.
    rate_ppm
        How much faster it samples than it means to.
    clock_ppm
        How much too fast its clock runs, where it has one.
    """

    placement: str
    maker: Maker
    rate_ppm: float
    clock_ppm: float = 0.0

    @property
    def true_rate_hz(self) -> float:
        """Samples per second it really takes."""
        return self.maker.rate_hz * (1.0 + self.rate_ppm * 1e-6)

    @property
    def _gyr_step_radps(self) -> float:
        assert self.maker.gyr_step_radps is not None, "samples are numbered by their angular rates"
        return self.maker.gyr_step_radps

    def make(self, duration_s: float, seed: int) -> VirtualMotionSensor:
        """Make the sensor, exposed to `signal`."""
        errors = {"clock_ppm": self.clock_ppm} if self.maker.has_clock else {}
        signal = self.signal(duration_s, seed)
        return self.maker.make(self.maker.name, signal=signal, rate_ppm=self.rate_ppm, **errors)

    def signal(self, duration_s: float, seed: int) -> ImuSignal:
        """Return a motion that lasts ``duration_s``: standing, tapped at both ends, every sample numbered."""
        number = np.arange(int((duration_s + _AFTER_S) * self.true_rate_hz))
        time_s = number / self.true_rate_hz
        acc = np.random.default_rng(seed).normal(0.0, 0.3, (len(number), 3))
        for knocks_s in taps_s(duration_s).reshape(-1, 3):
            near = slice(*np.searchsorted(time_s, (knocks_s[0] - 1.0, knocks_s[-1] + 1.0)))
            acc[near, 2] += tap_mps2(time_s[near], knocks_s)
        acc[:, 2] += STANDARD_GRAVITY_MPS2
        digits = np.stack((number % _DIGITS, number // _DIGITS % _DIGITS, number // _DIGITS**2), axis=1)
        return ImuSignal(self.maker.rate_hz, acc, self._gyr_step_radps * digits.astype(np.float64))

    def numbers(self, gyr_sensor_radps: FloatArray) -> IntArray:
        """Return (n,) which samples of the motion these are, from their (n, 3) angular rates."""
        digits = np.rint(gyr_sensor_radps / self._gyr_step_radps).astype(np.int64)
        number: IntArray = digits @ np.array([1, _DIGITS, _DIGITS**2])
        return number


def taps_s(duration_s: float) -> FloatArray:
    """Return when the sensors are tapped against each other, seconds after the motion begins."""
    return np.concatenate((three_from(TAPS_FROM_S), three_from(duration_s - 2 * TAPS_FROM_S)))


@dataclass(slots=True)
class Delivered:
    """What bleak handed over, as a count and a sum of digests: hours of it need no memory."""

    count: int = 0
    digest: int = 0

    def add(self, payload: bytes) -> None:
        """Note one notification."""
        self.count += 1
        self.digest = (self.digest + _digest(payload)) % 2**64


def _digest(payload: bytes) -> int:
    return int.from_bytes(blake2b(payload, digest_size=8).digest(), "little")


@dataclass(slots=True)
class Soak:
    """What a long session leaves beside its file.

    Attributes
    ----------
    delivered
        What bleak handed over.
    begun_s
        When the motion began, seconds from the start of the session.
    faults
        What happened to each device, the motion sensors first.
    """

    delivered: Delivered = field(default_factory=Delivered)
    begun_s: float = 0.0
    faults: list[tuple[Fault, ...]] = field(default_factory=list)


def soak(
    path: Path,
    worn: Sequence[Worn],
    *,
    duration_s: float,
    faults_per_hour: float,
    seed: int = 0,
    on_progress: Callable[[float], None] | None = None,
) -> Soak:
    """Record ``worn``, a heart-rate strap and a foot pod in virtual time while faults happen to all of them.

    Parameters
    ----------
    path
        The session file to make.
    worn
        The motion sensors.
    duration_s
        How long.
    faults_per_hour
        How many happen to each device.
    seed
        Of the faults, and of everything else that is drawn.
    on_progress
        Called with the virtual time once a minute of it.
    """
    left = Soak()

    async def record() -> None:
        async with VirtualRadio(seed=seed, connection_interval_s=CONNECTION_INTERVAL_S) as radio:
            sensors = [one.make(duration_s, seed=number) for number, one in enumerate(worn)]
            beside = [heart_rate_strap(lambda t: 140 + t % 20), foot_pod(lambda t: 3.0)]
            for peripheral in (*sensors, *beside):
                await radio.add(peripheral)
            for sensor in sensors:
                sensor.begin()
            left.begun_s = now_s()
            left.faults = _draw(seed, len(sensors), len(beside), duration_s, faults_per_hour)
            playing = [
                asyncio.create_task(play_faults(faults, device))
                for faults, device in zip(left.faults, (*sensors, *beside), strict=True)
            ]
            started_s = now_s()
            await record_session(
                _plan(worn, beside),
                path,
                noting(radio.bleak, left.delivered.add),
                name="soak",
                started_utc=STARTED_UTC,
                duration_s=duration_s,
                rng=random.Random(seed),
                simulated=True,
            )
            left.begun_s -= started_s
            await asyncio.gather(*playing)

    run_in_virtual_time(record(), on_progress=on_progress, progress_every_s=60.0)
    return left


def _plan(worn: Sequence[Worn], beside: Sequence[VirtualPeripheral]) -> RecordingPlan:
    return RecordingPlan(
        tuple(SensorRequest(one.placement, one.maker.name) for one in worn),
        tuple(AuxiliaryRequest(number, device.name) for number, device in enumerate(beside, 1)),
    )


def _draw(
    seed: int, sensors: int, beside: int, duration_s: float, faults_per_hour: float
) -> list[tuple[Fault, ...]]:
    within_s = (QUIET_S, duration_s - 3 * QUIET_S)
    count = round(faults_per_hour * (within_s[1] - within_s[0]) / 3600.0)
    kinds = [tuple(FaultKind)] * sensors + [LINK_FAULTS] * beside
    return [
        draw_faults(100 * seed + device, within_s=within_s, count=count, kinds=possible)
        for device, possible in enumerate(kinds)
    ]
