"""Sensors made of software in place of real ones: a simulated runner wears them, in real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from sensor.link.radio import Radio
from sensor.recorder import RecordingPlan
from sensor.recorder.walkthrough import GuideStep
from sensor.samples import FloatArray, ImuSignal
from sensor.virtual.devices.catalogue import advertising_as
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.devices.standard import foot_pod
from sensor.virtual.radio.direct.radio import DirectRadio
from sensor.virtual.runner.box import box_on_faces
from sensor.virtual.runner.cued_run import CuedRun, cued_run_plan
from sensor.virtual.runner.desk import DeskPlan, at_desk
from sensor.virtual.runner.imu_errors import CONSUMER, apply_errors
from sensor.virtual.runner.plan import UPRIGHT_STERNUM, RunPlan, Worn
from sensor.virtual.runner.scenarios import short_run_plan
from sensor.virtual.runner.simulation import VirtualRun, sensor_chance, simulate

_SEED = 1
_STILL_LIFE_RATE_HZ = 104.0


@asynccontextmanager
async def virtual_runner(plan: RecordingPlan, duration_s: float) -> AsyncIterator[Radio]:
    """Let a runner with the plan's sensors stand, bow and run, unasked, for at least ``duration_s``.

    Whatever the plan has beside the sensors is a foot pod.

    Returns
    -------
    Radio
        The only radio these sensors can be heard on.
    """
    run = _simulated(short_run_plan(duration_s / 60.0), plan)
    speed_mps, distance_m = _told(run.speed_mps, run), _told(run.distance_m, run)
    async with _worn(plan, run, speed_mps=speed_mps, distance_m=distance_m) as (radio, _):
        yield radio


@asynccontextmanager
async def guided_virtual_runner(
    plan: RecordingPlan, run_s: float
) -> AsyncIterator[tuple[Radio, Callable[[GuideStep], None]]]:
    """Let a runner with the plan's sensors do what the guide asks for, and run for at most ``run_s``.

    Whatever the plan has beside the sensors is a foot pod.

    Returns
    -------
    Radio
        The only radio these sensors can be heard on.
    Callable
        To be called with every step of the guide.
    """
    run = _simulated(cued_run_plan(run_s), plan)
    now_s = asyncio.get_running_loop().time
    begun_s = now_s()
    cued = CuedRun(run, run_s, now_s=now_s)
    answers = {
        GuideStep.BOW: cued.bow,
        GuideStep.RUN: cued.run,
        GuideStep.STAND_AGAIN: cued.stop,
    }

    def hear(step: GuideStep) -> None:
        if step in answers:
            answers[step]()

    def speed_mps(time_s: float) -> float:
        return cued.speed_mps(begun_s + time_s)

    def distance_m(time_s: float) -> float:
        return cued.distance_m(begun_s + time_s)

    async with _worn(plan, run, speed_mps=speed_mps, distance_m=distance_m) as (radio, sensors):
        for sensor in sensors:
            sensor.follow(cued.run_time_s)
        yield radio, hear


@asynccontextmanager
async def virtual_box(plan: RecordingPlan, lean_deg: float) -> AsyncIterator[Radio]:
    """Lay the plan's sensors on the faces of a box, lean it by ``lean_deg`` and turn it about, unasked.

    Each sensor has the errors that it has on the runner.

    Returns
    -------
    Radio
        The only radio these sensors can be heard on.
    """
    async with _exposed(plan, box_on_faces(lean_deg, _STILL_LIFE_RATE_HZ)) as radio:
        yield radio


@asynccontextmanager
async def virtual_desk(plan: RecordingPlan, desk: DeskPlan | None = None) -> AsyncIterator[Radio]:
    """Let somebody with the plan's sensor sit tall, lean forward and work at a desk, unasked.

    The sensor has the errors that it has on the runner.

    Returns
    -------
    Radio
        The only radio it can be heard on.
    """
    async with _exposed(plan, at_desk(desk or DeskPlan(), _STILL_LIFE_RATE_HZ)) as radio:
        yield radio


@asynccontextmanager
async def _exposed(plan: RecordingPlan, clean: ImuSignal) -> AsyncIterator[Radio]:
    """Switch on the plan's sensors, all of which make one motion."""
    async with DirectRadio(seed=_SEED) as radio:
        for request in plan.sensors:
            chance = sensor_chance(request.placement, seed=_SEED)
            read = apply_errors(clean, CONSUMER, chance)
            await radio.add(advertising_as(request.name).make(request.name, read))
        yield radio.bleak


def _simulated(run_plan: RunPlan, plan: RecordingPlan) -> VirtualRun:
    wear = tuple(
        UPRIGHT_STERNUM if request.placement == UPRIGHT_STERNUM.placement else Worn(request.placement)
        for request in plan.sensors
    )
    return simulate(replace(run_plan, wear=wear), seed=_SEED)


@asynccontextmanager
async def _worn(
    plan: RecordingPlan,
    run: VirtualRun,
    *,
    speed_mps: Callable[[float], float],
    distance_m: Callable[[float], float],
) -> AsyncIterator[tuple[Radio, list[VirtualMotionSensor]]]:
    """Switch the plan's sensors on; ``speed_mps`` and ``distance_m`` are what a foot pod tells at a time."""
    sensors = []
    async with DirectRadio(seed=_SEED) as radio:
        for request in plan.sensors:
            made = advertising_as(request.name).make(request.name, run.sensor(request.placement).measured)
            sensors.append(made)
            await radio.add(made)
        for companion in plan.beside:
            await radio.add(foot_pod(speed_mps, distance_m, companion.name))
        yield radio.bleak, sensors


def _told(truth: FloatArray, run: VirtualRun) -> Callable[[float], float]:
    """Return what a device tells of one row of the truth at a time, s, the last one for ever after."""
    return lambda time_s: float(truth[min(round(time_s * run.rate_hz), len(truth) - 1)])
