"""Sensors made of software in place of real ones: a simulated runner wears them, in real time."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from sensor.link.radio import Radio
from sensor.recorder import RecordingPlan
from sensor.virtual.movesense import VirtualMovesense
from sensor.virtual.plan import UPRIGHT_STERNUM, Worn
from sensor.virtual.radio import VirtualRadio
from sensor.virtual.runner import simulate
from sensor.virtual.scenarios import short_run_plan

_SEED = 1


@asynccontextmanager
async def virtual_runner(plan: RecordingPlan, duration_s: float) -> AsyncIterator[Radio]:
    """Let a runner with the plan's sensors stand, bow and run, for at least ``duration_s``.

    Returns
    -------
    Radio
        The only radio these sensors can be heard on.
    """
    # The stack reports links that a fault took away; the recorder tells the runner itself.
    logging.getLogger("bumble").setLevel(logging.ERROR)
    wear = tuple(
        UPRIGHT_STERNUM if wish.placement == UPRIGHT_STERNUM.placement else Worn(wish.placement)
        for wish in plan.sensors
    )
    run = simulate(replace(short_run_plan(duration_s / 60.0), wear=wear), seed=_SEED)
    async with VirtualRadio(seed=_SEED) as radio:
        for wish in plan.sensors:
            await radio.add(VirtualMovesense(wish.name, signal=run.sensor(wish.placement).measured))
        yield radio.bleak
