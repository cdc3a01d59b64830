"""Sensors made of software in place of real ones: a simulated runner wears them, in real time."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from sensor.link.radio import Radio
from sensor.recorder import RecordingPlan
from sensor.samples import FloatArray
from sensor.virtual.devices.catalogue import advertising_as
from sensor.virtual.devices.standard import foot_pod
from sensor.virtual.radio.virtual_radio import VirtualRadio
from sensor.virtual.runner.plan import UPRIGHT_STERNUM, Worn
from sensor.virtual.runner.scenarios import short_run_plan
from sensor.virtual.runner.simulation import VirtualRun, simulate

_SEED = 1


@asynccontextmanager
async def virtual_runner(plan: RecordingPlan, duration_s: float) -> AsyncIterator[Radio]:
    """Let a runner with the plan's sensors stand, bow and run, for at least ``duration_s``.

    Whatever the plan has beside the sensors is a foot pod.

    Returns
    -------
    Radio
        The only radio these sensors can be heard on.
    """
    # The stack reports links that a fault took away; the recorder tells the runner itself.
    logging.getLogger("bumble").setLevel(logging.ERROR)
    wear = tuple(
        UPRIGHT_STERNUM if request.placement == UPRIGHT_STERNUM.placement else Worn(request.placement)
        for request in plan.sensors
    )
    run = simulate(replace(short_run_plan(duration_s / 60.0), wear=wear), seed=_SEED)
    async with VirtualRadio(seed=_SEED) as radio:
        for request in plan.sensors:
            made = advertising_as(request.name).make(request.name, run.sensor(request.placement).measured)
            await radio.add(made)
        for companion in plan.beside:
            await radio.add(foot_pod(_told(run.speed_mps, run), _told(run.distance_m, run), companion.name))
        yield radio.bleak


def _told(truth: FloatArray, run: VirtualRun) -> Callable[[float], float]:
    """Return what a device tells of one row of the truth at a time, s, the last one for ever after."""
    return lambda time_s: float(truth[min(round(time_s * run.rate_hz), len(truth) - 1)])
