"""A simulated radio with numbered samples: whatever arrives says which sample it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice

from sensor.protocol.movesense import frames as wire
from sensor.protocol.movesense.decoder import MovesenseDecoder
from sensor.protocol.movesense.driver import MovesenseDriver
from sensor.samples import ImuSignal, IntArray, SampleBlock
from sensor.virtual.devices.movesense import ACC_STEP_MPS2, GYR_STEP_RADPS
from sensor.virtual.radio.medium import SimulatedRadio
from sensor.virtual.radio.peripheral import VirtualPeripheral

MakeRadio = Callable[..., SimulatedRadio]
"""The class of a radio: the one with a whole Bluetooth stack, or the direct one."""

UTC_US = 1_700_000_000_000_000


def numbered_signal(samples: int, rate_hz: float = 104.0) -> ImuSignal:
    """A signal whose sample k reads k steps on the accelerometer's x and -k steps on the gyroscope's z."""
    count = np.arange(samples, dtype=float)[:, np.newaxis]
    acc = count * np.array([ACC_STEP_MPS2, 0.0, 0.0])
    return ImuSignal(rate_hz, acc, count * np.array([0.0, 0.0, -GYR_STEP_RADPS]))


def numbers(block: SampleBlock) -> IntArray:
    """Which samples of a numbered signal a block holds."""
    return np.round(block.acc_sensor_mps2[:, 0] / ACC_STEP_MPS2).astype(np.int64)


@dataclass
class NotificationHandler:
    """One connection's data notifications with the loop time of their arrival."""

    client: BleakClient
    driver: MovesenseDriver
    arrivals: list[tuple[float, bytes]] = field(default_factory=list)

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        await self.client.start_notify(
            wire.DATA_UUID, lambda _, data: self.arrivals.append((loop.time(), bytes(data)))
        )
        for write in self.driver.start(UTC_US):
            await self.client.write_gatt_char(write.characteristic, write.data, response=write.response)

    def block(self) -> SampleBlock:
        return MovesenseDecoder(self.driver.settings).feed([data for _, data in self.arrivals])

    def data_times_s(self) -> Sequence[float]:
        return [at_s for at_s, data in self.arrivals if data[0] != 1]

    def statuses(self) -> list[int]:
        return [int.from_bytes(data[2:4], "little") for _, data in self.arrivals if data[0] == 1]


def client_of(radio: SimulatedRadio, device: BLEDevice | str, **options: Any) -> BleakClient:
    return BleakClient(device, **radio.bleak.client_options(), **options)


async def find(radio: SimulatedRadio, peripheral: VirtualPeripheral, timeout_s: float = 5.0) -> BLEDevice:
    options = radio.bleak.scanner_options()
    device = await BleakScanner.find_device_by_name(peripheral.name, timeout=timeout_s, **options)
    assert device is not None, f"{peripheral.name} is not advertising"
    return device


async def receive(
    radio: SimulatedRadio, peripheral: VirtualPeripheral, rate_hz: float = 104.0
) -> NotificationHandler:
    """Find, connect and subscribe."""
    client = client_of(radio, await find(radio, peripheral))
    await client.connect()
    reception = NotificationHandler(client, MovesenseDriver(rate_hz))
    await reception.start()
    return reception
