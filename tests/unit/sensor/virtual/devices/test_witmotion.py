"""The WitMotion made of software: locked registers, hasty requests, and recordings of its bare stream."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bleak import BleakClient

from sensor.protocol.witmotion import decoder as wire
from sensor.protocol.witmotion.control import UNLOCK_VALUE, Register, Request, encode_request
from sensor.samples import ImuSignal, SensorRecording
from sensor.session.reader import read_recording
from sensor.virtual.devices.witmotion import VirtualWitMotion
from sensor.virtual.radio.gatt import Characteristic
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import Scene, noise_signal, record_over_air, rows
from tests.support.virtual_makers import MAKERS, felt_samples
from tests.support.virtual_radio import client_of, find

UNLOCK = Request(Register.LOCK, UNLOCK_VALUE)
FIFTY_HZ = Request(Register.RATE, 0x08)
SAVE = Request(Register.SAVE, 0)
READ_RATE = Request(Register.READ, Register.RATE)


class Talk:
    """A connected client that hears everything."""

    def __init__(self, sensor: VirtualWitMotion, radio: VirtualRadio, client: BleakClient) -> None:
        self.sensor = sensor
        self.radio = radio
        self.client = client
        self.heard: list[bytes] = []

    async def listen(self) -> None:
        await self.client.start_notify(wire.NOTIFY_UUID, lambda _, data: self.heard.append(bytes(data)))

    async def write(self, *requests: Request, pause_s: float = 0.15) -> None:
        for request in requests:
            await self.client.write_gatt_char(wire.WRITE_UUID, encode_request(request), response=False)
            await asyncio.sleep(pause_s)

    async def rate_code(self) -> int:
        """Return what the rate register holds."""
        self.heard.clear()
        await self.write(READ_RATE)
        frames = wire.FrameFinder().feed([*self.heard, wire.encode_frames(*np.zeros((2, 9, 3)))]).data
        (answer,) = frames[frames[:, 1] == wire.ANSWER]
        return int(answer[4])


def talk(play: Callable[[Talk], Coroutine[Any, Any, None]], **options: Any) -> None:
    async def run() -> None:
        async with VirtualRadio() as radio:
            sensor = VirtualWitMotion(signal=noise_signal(100.0, rate_hz=100.0), **options)
            await radio.add(sensor)
            async with client_of(radio, await find(radio, sensor)) as client:
                talking = Talk(sensor, radio, client)
                await talking.listen()
                await play(talking)

    run_in_virtual_time(run())


def test_a_register_is_written_only_while_it_is_unlocked() -> None:
    async def play(talking: Talk) -> None:
        await talking.write(FIFTY_HZ)
        assert await talking.rate_code() == 0x09
        await talking.write(UNLOCK)
        await asyncio.sleep(9.0)
        await talking.write(FIFTY_HZ)
        assert await talking.rate_code() == 0x08
        await talking.write(UNLOCK)
        await asyncio.sleep(10.0)
        await talking.write(Request(Register.RATE, 0x09))
        assert await talking.rate_code() == 0x08

    talk(play)


def test_a_request_that_comes_too_soon_after_another_gets_lost() -> None:
    async def play(talking: Talk) -> None:
        await talking.write(UNLOCK, FIFTY_HZ, pause_s=0.05)
        await asyncio.sleep(0.1)
        assert await talking.rate_code() == 0x09

    talk(play)


@pytest.mark.parametrize(("requests", "code"), [((), 0x09), ((SAVE,), 0x08)])
def test_what_was_not_saved_is_forgotten_at_a_restart(requests: tuple[Request, ...], code: int) -> None:
    async def play(talking: Talk) -> None:
        await talking.write(UNLOCK, FIFTY_HZ, *requests)
        talking.sensor.reboot()
        await asyncio.sleep(5.0)
        async with client_of(talking.radio, await find(talking.radio, talking.sensor)) as client:
            talking.client = client
            await talking.listen()
            assert await talking.rate_code() == code

    talk(play)


@pytest.mark.parametrize("data", [b"", b"\xff\xaa\x27", b"\x00" * 5, bytes(20)])
def test_what_is_no_request_changes_nothing(data: bytes) -> None:
    async def play(talking: Talk) -> None:
        await talking.client.write_gatt_char(wire.WRITE_UUID, data, response=False)
        await asyncio.sleep(0.2)
        assert await talking.rate_code() == 0x09

    talk(play)


@pytest.mark.parametrize(
    "signal", [noise_signal(1.0, rate_hz=104.0), ImuSignal(100.0, np.ones((9, 3)), None)]
)
def test_a_signal_it_could_not_stream_is_refused(signal: ImuSignal) -> None:
    with pytest.raises(ValueError, match="cannot stream"):
        VirtualWitMotion(signal=signal)


def recorded(path: Path, sensor: VirtualWitMotion, duration_s: float = 30.0) -> SensorRecording:
    async def play(scene: Scene) -> None:
        await scene.radio.add(sensor)

    record_over_air(path, play, sensors={"sternum": sensor.name}, duration_s=duration_s)
    (recording,) = read_recording(path).sensors
    return recording


def test_a_sensor_as_it_comes_is_set_to_the_rate_at_once(tmp_path: Path) -> None:
    signal = noise_signal(40.0, rate_hz=100.0)
    sensor = recorded(tmp_path / "s.runtall", VirtualWitMotion(signal=signal, saved_rate_hz=10))
    number = felt_samples(MAKERS["witmotion"], signal, sensor)
    (few,) = np.flatnonzero(np.diff(number) != 1)
    # One sample at ten a second, then a hundred.
    assert few == 0
    assert number[1] - number[0] < 11
    assert np.ptp(sensor.time_s - number / 100) < 0.12
    events = rows(tmp_path / "s.runtall", "SELECT detail FROM event WHERE kind = 'refused'")
    assert events == []


def test_the_battery_is_read_from_its_register(tmp_path: Path) -> None:
    signal = noise_signal(80.0, rate_hz=100.0)
    sensor = recorded(tmp_path / "s.runtall", VirtualWitMotion(signal=signal, battery_pct=60), 70.0)
    assert sensor.battery_pct == 60


class Losing(VirtualWitMotion):
    """Loses one notification, as a full queue does."""

    lost = 500

    def notify(self, characteristic: Characteristic, value: bytes) -> None:
        self.lost -= 1
        if self.lost:
            super().notify(characteristic, value)


@pytest.mark.parametrize("notification_bytes", [100, 150])
def test_a_lost_notification_is_a_gap_of_its_samples(tmp_path: Path, notification_bytes: int) -> None:
    signal = noise_signal(140.0, rate_hz=100.0)
    losing = Losing(signal=signal, notification_bytes=notification_bytes)
    sensor = recorded(tmp_path / "s.runtall", losing, 120.0)
    number = felt_samples(MAKERS["witmotion"], signal, sensor)
    missing = int((np.diff(number) - 1).sum())
    # Frames that the loss cut in two are lost with it.
    assert notification_bytes / 20 <= missing <= notification_bytes / 20 + 1.5
    (gap,) = sensor.gaps
    assert (gap.end_s - gap.start_s) * 100 == pytest.approx(missing + 1, abs=0.5)
    assert np.abs(sensor.time_s - number / 100).max() < 0.02
