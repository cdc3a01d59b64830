"""Sensors with a memory are found by what they are asked for, whatever is heard of them first."""

from __future__ import annotations

import asyncio

import pytest

from sensor.download.connect import find
from sensor.download.policy import DownloadPolicy
from sensor.errors import LinkError
from sensor.protocol.movella_dot import decoder as movella_dot
from sensor.virtual.devices.movella_dot_memory import VirtualDotMemory
from sensor.virtual.radio.peripheral import VirtualPeripheral
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import noise_signal

ADDRESS = "C0:00:00:00:00:01"


def at_address(sensor: VirtualPeripheral) -> VirtualPeripheral:
    sensor.address = ADDRESS
    return sensor


def test_a_sensor_asked_for_by_its_address_may_be_heard_without_its_name_first() -> None:
    async def look() -> str:
        async with VirtualRadio(seed=1) as radio:
            nameless = at_address(VirtualPeripheral(""))
            await radio.add(nameless)
            finding = asyncio.create_task(find(radio.bleak, ADDRESS, policy=DownloadPolicy()))
            await asyncio.sleep(2.0)
            await nameless.power_off()
            await radio.add(at_address(VirtualDotMemory(signal=noise_signal(10.0, rate_hz=60.0))))
            kind = (await finding).kind
            return kind.key if kind else "none"

    assert run_in_virtual_time(look()) == movella_dot.KEY


def test_what_no_driver_knows_is_found_where_nothing_else_comes() -> None:
    async def look() -> str:
        async with VirtualRadio(seed=1) as radio:
            await radio.add(VirtualPeripheral("Toothbrush"))
            return (await find(radio.bleak, "toothbrush", policy=DownloadPolicy())).name

    assert run_in_virtual_time(look()) == "Toothbrush"


def test_what_is_not_there_is_not_in_reach() -> None:
    async def look() -> None:
        async with VirtualRadio(seed=1) as radio:
            await find(radio.bleak, "Toothbrush", policy=DownloadPolicy())

    with pytest.raises(LinkError, match="Toothbrush is not in reach"):
        run_in_virtual_time(look())
