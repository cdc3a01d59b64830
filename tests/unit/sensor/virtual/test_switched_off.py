"""A software sensor that is switched off is gone: its address is free for another."""

from __future__ import annotations

import pytest

from sensor.protocol.driver import BATTERY_LEVEL_UUID
from sensor.virtual.radio.peripheral import VirtualPeripheral
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.virtual_radio import client_of, find


@pytest.mark.parametrize("number", range(8))
def test_whoever_takes_the_address_of_one_that_was_switched_off_is_connected_to(number: int) -> None:
    async def run() -> None:
        async with VirtualRadio() as radio:
            first, second = VirtualPeripheral("First"), VirtualPeripheral("Second", battery_pct=7)
            first.address = second.address = f"C0:00:00:00:00:{number:02X}"
            await radio.add(first)
            await find(radio, first)
            await first.power_off()
            await radio.add(second)
            async with client_of(radio, await find(radio, second)) as client:
                assert await client.read_gatt_char(BATTERY_LEVEL_UUID) == b"\x07"

    run_in_virtual_time(run())
