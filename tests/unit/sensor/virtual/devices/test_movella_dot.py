"""The DOT of software behaves as the maker's tables and users' reports say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bleak import BleakClient
from bleak.exc import BleakGATTProtocolError

from sensor.protocol.driver import BATTERY_LEVEL_UUID
from sensor.protocol.movella_dot import decoder as wire
from sensor.protocol.movella_dot.control import SET_RATE, encode_control, parse_control
from sensor.protocol.movella_dot.decoder import MovellaDotDecoder
from sensor.samples import ImuSignal
from sensor.session.reader import read_recording
from sensor.virtual.devices.movella_dot import SLEEPS_UNCONNECTED_S, VirtualMovellaDot
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import Scene, noise_signal, record_over_air
from tests.support.virtual_radio import client_of, find

Play = Callable[[VirtualMovellaDot, VirtualRadio, BleakClient, list[bytes]], Coroutine[Any, Any, None]]


def noise(duration_s: float = 20.0, rate_hz: float = 60.0) -> ImuSignal:
    return noise_signal(duration_s, rate_hz=rate_hz)


def with_client(play: Play, **options: Any) -> None:
    """Run ``play`` with a connected client whose medium payloads gather in a list."""

    async def run() -> None:
        async with VirtualRadio() as radio:
            sensor = VirtualMovellaDot(**({"signal": noise()} | options))
            await radio.add(sensor)
            async with client_of(radio, await find(radio, sensor)) as client:
                heard: list[bytes] = []
                await client.start_notify(wire.MEDIUM_UUID, lambda _, data: heard.append(bytes(data)))
                await play(sensor, radio, client, heard)

    run_in_virtual_time(run())


async def measure(client: BleakClient, *, starts: bool = True, mode: int = 21) -> None:
    await client.write_gatt_char(wire.MEASUREMENT_UUID, bytes([1, starts, mode]), response=True)


@pytest.mark.parametrize(("mode", "size"), [(21, 28), (20, 34)])
def test_each_sample_is_a_notification_dated_in_microseconds(mode: int, size: int) -> None:
    async def play(_: Any, __: Any, client: BleakClient, heard: list[bytes]) -> None:
        await measure(client, mode=mode)
        await asyncio.sleep(5.0)
        assert {len(payload) for payload in heard} == {size}
        assert len(heard) == pytest.approx(300, abs=2)
        block = MovellaDotDecoder({"mode": mode}).feed(heard)
        assert np.diff(block.ticks) == pytest.approx(1e6 / 60, abs=1)
        assert await client.read_gatt_char(wire.MEASUREMENT_UUID) == bytes([1, 1, mode])
        await measure(client, starts=False, mode=mode)
        count = len(heard)
        await asyncio.sleep(1.0)
        assert len(heard) <= count + 1

    with_client(play)


def test_the_rate_is_read_and_set_but_not_while_it_measures() -> None:
    async def play(_: Any, __: Any, client: BleakClient, heard: list[bytes]) -> None:
        assert parse_control(bytes(await client.read_gatt_char(wire.CONTROL_UUID)))[1] == 60
        for control in (encode_control(30, SET_RATE), encode_control(15)):
            await client.write_gatt_char(wire.CONTROL_UUID, control, response=True)
        assert parse_control(bytes(await client.read_gatt_char(wire.CONTROL_UUID)))[1] == 30
        await measure(client)
        await asyncio.sleep(1.0)
        assert len(heard) == pytest.approx(30, abs=2)
        with pytest.raises(BleakGATTProtocolError):
            await client.write_gatt_char(wire.CONTROL_UUID, encode_control(60, SET_RATE), response=True)

    with_client(play, signal=noise(rate_hz=30.0))


@pytest.mark.parametrize("bad", [b"", b"\1\1", b"\1\1\5", b"\2\1\x15"])
def test_what_is_no_measurement_it_can_do_is_refused(bad: bytes) -> None:
    async def play(_: Any, __: Any, client: BleakClient, heard: list[bytes]) -> None:
        with pytest.raises(BleakGATTProtocolError):
            await client.write_gatt_char(wire.MEASUREMENT_UUID, bad, response=True)
        with pytest.raises(BleakGATTProtocolError):
            await client.write_gatt_char(wire.CONTROL_UUID, encode_control(119, SET_RATE), response=True)
        await asyncio.sleep(1.0)
        assert heard == []

    with_client(play)


def test_the_battery_is_its_own_and_not_the_standard_one() -> None:
    async def play(sensor: VirtualMovellaDot, _: Any, client: BleakClient, heard: list[bytes]) -> None:
        levels: list[bytes] = []
        await client.start_notify(wire.BATTERY_UUID, lambda _, data: levels.append(bytes(data)))
        assert await client.read_gatt_char(wire.BATTERY_UUID) == bytearray([42, 0])
        sensor.set_battery(41)
        await asyncio.sleep(0.1)
        assert levels == [bytes([41, 0])]
        assert client.services.get_characteristic(BATTERY_LEVEL_UUID) is None

    with_client(play, battery_pct=42)


def test_without_a_link_for_ten_minutes_it_sleeps() -> None:
    async def wait() -> None:
        async with VirtualRadio() as radio:
            sensor = VirtualMovellaDot(signal=noise())
            await radio.add(sensor)
            await asyncio.sleep(SLEEPS_UNCONNECTED_S - 10)
            await find(radio, sensor)
            await asyncio.sleep(60)
            with pytest.raises(AssertionError, match="not advertising"):
                await find(radio, sensor)

    run_in_virtual_time(wait())


def test_without_a_measurement_it_sleeps_within_a_link_too_but_not_while_it_measures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sensor.virtual.devices.movella_dot.SLEEPS_IDLE_S", 300.0)

    async def play(sensor: VirtualMovellaDot, _: Any, client: BleakClient, heard: list[bytes]) -> None:
        await client.write_gatt_char(wire.CONTROL_UUID, encode_control(15, SET_RATE), response=True)
        await measure(client)
        await asyncio.sleep(400.0)
        assert client.is_connected
        await measure(client, starts=False)
        await asyncio.sleep(200.0)
        assert client.is_connected
        await asyncio.sleep(200)
        assert not client.is_connected

    with_client(play, signal=noise(rate_hz=15.0))


def test_a_recording_goes_on_over_the_wrap_of_its_counter(tmp_path: Path) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(VirtualMovellaDot(signal=noise(30.0), start_ticks_us=2**32 - 8_000_000))

    path = tmp_path / "session.runtall"
    record_over_air(path, play, sensors={"sternum": "Movella DOT"}, duration_s=20.0)
    (sensor,) = read_recording(path).sensors
    assert sensor.gaps == ()
    assert len(sensor.time_s) > 60 * 18.5
    assert np.diff(sensor.time_s) == pytest.approx(1 / 60, abs=1e-4)


def test_signals_it_could_not_measure_are_refused() -> None:
    with pytest.raises(ValueError, match="15 Hz, not such a signal"):
        VirtualMovellaDot(signal=noise_signal(1.0))
    with pytest.raises(ValueError, match="angular rate"):
        VirtualMovellaDot(signal=ImuSignal(60.0, np.zeros((10, 3)), None))
