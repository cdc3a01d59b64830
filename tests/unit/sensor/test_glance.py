"""A glance at sensors that were left lying: who is in use, and nothing is kept."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import pytest

from sensor.errors import LinkError
from sensor.recorder import RecordingPlan, SensorRequest
from sensor.recorder.activity_probe import PATIENCE_S, PATIENCE_WITH_OTHERS_S, probe_activity
from sensor.samples import FloatArray, ImuSignal
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import CAP, CHEST, movesense

BOTH = RecordingPlan((SensorRequest("sternum", CHEST), SensorRequest("head", CAP)))
DOWN = np.array([0.0, 0.0, 9.81])
LEFT = {"sternum": DOWN, "head": DOWN}


def lying(name: str) -> VirtualMovesense:
    return VirtualMovesense(name, signal=ImuSignal(104.0, DOWN[np.newaxis], np.zeros((1, 3))))


def look(*sensors: VirtualMovesense, resting_mps2: Mapping[str, FloatArray] = LEFT) -> tuple[bool, float]:
    """Return whether one is in use, and how long it took to tell, s."""

    async def run() -> tuple[bool, float]:
        async with VirtualRadio(seed=1) as radio:
            for sensor in sensors:
                await radio.add(sensor)
            began_s = asyncio.get_running_loop().time()
            is_used = await probe_activity(
                BOTH,
                resting_mps2,
                radio.bleak,
                now_utc=datetime(2026, 5, 1, tzinfo=UTC),
                rng=random.Random(1),
            )
            took_s = asyncio.get_running_loop().time() - began_s
            await asyncio.sleep(1.0)
            assert not any(sensor.is_connected for sensor in sensors)
            return is_used, took_s

    return run_in_virtual_time(run())


def test_sensors_that_lie_as_they_were_left_are_not_in_use_and_soon_left_alone() -> None:
    is_used, took_s = look(lying(CHEST), lying(CAP))
    assert not is_used
    assert took_s < PATIENCE_WITH_OTHERS_S


def test_one_that_moves_is_enough() -> None:
    is_used, took_s = look(lying(CHEST), movesense(CAP))
    assert is_used
    assert took_s < PATIENCE_WITH_OTHERS_S


def test_one_that_was_not_left_lying_is_in_use() -> None:
    assert look(lying(CHEST), resting_mps2={"head": DOWN})[0]


def test_one_that_is_not_there_is_not_waited_for_long() -> None:
    is_used, took_s = look(lying(CHEST))
    assert not is_used
    assert took_s < PATIENCE_WITH_OTHERS_S + 3.0


def test_where_nobody_gives_data_that_is_told() -> None:
    with pytest.raises(LinkError, match=f"no data from {CHEST}, {CAP} within {PATIENCE_S:g} s: .*wake"):
        look()
