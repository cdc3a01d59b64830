"""Ask the memory of a sensor made of software: real bleak, real GATT, simulated radio, virtual time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from sensor.download.memories import find_memory
from sensor.download.memory import DeviceMemory
from sensor.download.policy import DownloadPolicy
from sensor.link.radio import Radio
from sensor.virtual.radio.peripheral import VirtualPeripheral
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.virtual_radio import UTC_US

T = TypeVar("T")


def on_air(
    sensor: VirtualPeripheral,
    action: Callable[[DeviceMemory], Awaitable[T]],
    policy: DownloadPolicy | None = None,
    through: Callable[[Radio], Radio] = lambda radio: radio,
) -> T:
    """Do something with a sensor's memory in virtual time; ``through`` changes what the radio does."""

    async def play() -> T:
        async with VirtualRadio(seed=1) as radio:
            await radio.add(sensor)
            return await action(
                await find_memory(through(radio.bleak), sensor.name, utc_us=lambda: UTC_US, policy=policy)
            )

    return run_in_virtual_time(play())


def fetch_newest(sensor: VirtualPeripheral, target: Path) -> list[tuple[int, int]]:
    """Download the newest recording; return the progress that was told."""
    progress: list[tuple[int, int]] = []

    async def action(memory: DeviceMemory) -> None:
        entry = (await memory.list())[-1]
        await memory.download(entry, target, on_progress=lambda *told: progress.append(told))

    on_air(sensor, action)
    return progress


def left_over(target: Path) -> list[str]:
    """Return the names of what is in the folder of a download."""
    return sorted(path.name for path in target.parent.iterdir())
