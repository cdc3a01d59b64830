"""Fetching over a computer's Bluetooth that delivers each notification twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from sensor.download.memory import DeviceMemory
from sensor.virtual.devices.capture2go_memory import VirtualCapture2GoMemory
from sensor.virtual.devices.movella_dot_memory import VirtualDotMemory
from sensor.virtual.devices.movesense_flash import VirtualFlash
from sensor.virtual.devices.polar_memory import VirtualVeritySense
from sensor.virtual.radio.peripheral import VirtualPeripheral
from tests.support.doubling import calling_twice
from tests.support.memories import on_air
from tests.support.recordings_over_air import CHEST, noise_signal

RECORDED_S = 12.0

SENSORS: dict[str, Callable[[], VirtualPeripheral]] = {
    "capture2go": lambda: VirtualCapture2GoMemory(signal=noise_signal(60.0, rate_hz=100.0)),
    "movella-dot": lambda: VirtualDotMemory(signal=noise_signal(60.0, rate_hz=60.0)),
    "movesense": lambda: VirtualFlash(CHEST, signal=noise_signal(60.0)),
    "polar": lambda: VirtualVeritySense(signal=noise_signal(60.0, rate_hz=52.0), start_ns=83 * 10**16),
}


def fetched(sensor: VirtualPeripheral, target: Path, *, is_doubled: bool) -> bytes:
    """Let a sensor record by itself and fetch what it did."""

    async def action(memory: DeviceMemory) -> None:
        await memory.start()
        await asyncio.sleep(RECORDED_S)
        await memory.stop()
        await memory.download((await memory.list())[-1], target)

    on_air(sensor, action, through=lambda radio: calling_twice(radio, 0 if is_doubled else 99))
    return target.read_bytes()


@pytest.mark.parametrize("make", SENSORS.values(), ids=SENSORS)
def test_a_recording_comes_as_over_any_other(make: Callable[[], VirtualPeripheral], tmp_path: Path) -> None:
    once = fetched(make(), tmp_path / "once.rec", is_doubled=False)
    assert fetched(make(), tmp_path / "twice.rec", is_doubled=True) == once
    assert len(once) > 1000
