from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
import pytest
from bleak import BleakClient

from sensor.protocol.driver import BATTERY_LEVEL_UUID, ClockReading, Identity
from sensor.protocol.movesense import control as gsp
from sensor.protocol.movesense import frames as wire
from sensor.protocol.movesense.control import Command, CommandCode
from sensor.protocol.movesense.objects import TIME_PATH, parse_hello, parse_time_answer
from sensor.samples import ImuSignal
from sensor.virtual.devices.movesense import ENERGY_PATH, VirtualMovesense
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.virtual_radio import (
    UTC_US,
    NotificationHandler,
    client_of,
    find,
    numbered_signal,
    numbers,
    receive,
)

Play = Callable[[VirtualMovesense, VirtualRadio, BleakClient, list[bytes]], Coroutine[Any, Any, None]]


def with_client(play: Play, signal: ImuSignal | None = None, **options: Any) -> None:
    """Run ``play`` with a connected client whose data notifications gather in a list."""

    async def run() -> None:
        async with VirtualRadio() as radio:
            sensor = VirtualMovesense(signal=signal or numbered_signal(3000), **options)
            await radio.add(sensor)
            async with client_of(radio, await find(radio, sensor)) as client:
                heard: list[bytes] = []
                await client.start_notify(wire.DATA_UUID, lambda _, data: heard.append(bytes(data)))
                await play(sensor, radio, client, heard)

    run_in_virtual_time(run())


async def ask(
    client: BleakClient, heard: list[bytes], code: CommandCode, reference: int, payload: bytes = b""
) -> gsp.Response:
    """Write a command and return the answer with its reference."""
    await client.write_gatt_char(
        wire.COMMAND_UUID, gsp.encode_command(Command(code, reference, payload)), response=True
    )
    await asyncio.sleep(0.1)
    answers = [data for data in heard if data[0] == 1 and data[1] == reference]
    return gsp.parse_response(gsp.parse_notification(answers[-1]))


def test_hello_tells_the_serial_number_in_the_name() -> None:
    async def play(_: Any, __: Any, client: BleakClient, heard: list[bytes]) -> None:
        await client.write_gatt_char(wire.COMMAND_UUID, b"\0\7", response=True)
        await asyncio.sleep(0.1)
        assert heard[0][:2] == b"\1\7"
        assert parse_hello(heard[0][2:]).identity == Identity("000000000001", "Movesense (virtual)", "2.3.1")

    with_client(play)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/Meas/IMU6/104", 200),
        ("/Meas/Acc/104", 200),
        ("/Meas/IMU6/52", 404),
        ("/Meas/IMU9/104", 404),
        ("/Meas/HR", 404),
        ("/Nothing", 404),
    ],
)
def test_only_what_the_signal_holds_can_be_subscribed_to(path: str, status: int) -> None:
    async def play(_: Any, __: Any, client: BleakClient, heard: list[bytes]) -> None:
        answer = await ask(client, heard, CommandCode.SUBSCRIBE, 9, gsp.encode_path(path))
        assert answer.status == status

    with_client(play)


def test_without_a_gyroscope_only_acceleration_can_be_subscribed_to() -> None:
    async def play(_: Any, __: Any, client: BleakClient, heard: list[bytes]) -> None:
        imu = await ask(client, heard, CommandCode.SUBSCRIBE, 9, gsp.encode_path("/Meas/IMU6/104"))
        acc = await ask(client, heard, CommandCode.SUBSCRIBE, 10, gsp.encode_path("/Meas/Acc/104"))
        assert (imu.status, acc.status) == (404, 200)

    with_client(play, ImuSignal(104.0, np.zeros((10, 3)), None))


def test_a_fifth_subscription_and_a_reference_in_use_are_refused() -> None:
    async def play(_: Any, __: Any, client: BleakClient, heard: list[bytes]) -> None:
        path = gsp.encode_path("/Meas/IMU6/104")
        statuses = [
            (await ask(client, heard, CommandCode.SUBSCRIBE, reference, path)).status
            for reference in (1, 1, 2, 3, 4, 5)
        ]
        assert statuses == [200, 409, 200, 200, 200, 507]

    with_client(play)


def test_an_unsubscribed_stream_ends() -> None:
    async def play(_: Any, __: Any, client: BleakClient, heard: list[bytes]) -> None:
        await ask(client, heard, CommandCode.SUBSCRIBE, 9, gsp.encode_path("/Meas/IMU6/104"))
        assert (await ask(client, heard, CommandCode.UNSUBSCRIBE, 9)).status == 200
        count = len(heard)
        await asyncio.sleep(1)
        assert len(heard) == count
        assert (await ask(client, heard, CommandCode.UNSUBSCRIBE, 9)).status == 404

    with_client(play)


def test_what_this_firmware_does_not_have_is_not_implemented() -> None:
    async def play(_: Any, __: Any, client: BleakClient, heard: list[bytes]) -> None:
        assert (await ask(client, heard, CommandCode.CLEAR_LOGBOOK, 3)).status == 501
        assert (await ask(client, heard, CommandCode.GET, 3, gsp.encode_path("/Info"))).status == 404
        assert (await ask(client, heard, CommandCode.PUT_SYSTEMMODE, 3, b"\x63")).status == 400
        assert (await ask(client, heard, CommandCode.PUT_UTCTIME, 3, b"\0")).status == 400

    with_client(play)


def test_its_wall_clock_starts_in_2015_and_runs_on_from_what_it_is_set_to() -> None:
    async def read(client: BleakClient, heard: list[bytes]) -> ClockReading:
        answer = await ask(client, heard, CommandCode.GET, 4, gsp.encode_path(TIME_PATH))
        return parse_time_answer(answer.payload)

    async def play(_: Any, __: Any, client: BleakClient, heard: list[bytes]) -> None:
        in_2015_us = 1_420_070_400_000_000
        first = await read(client, heard)
        assert 0 <= first.utc_us - in_2015_us < 2_000_000
        await ask(client, heard, CommandCode.PUT_UTCTIME, 5, UTC_US.to_bytes(8, "little"))
        await asyncio.sleep(10)
        second = await read(client, heard)
        assert 10_000_000 <= second.utc_us - UTC_US < 10_300_000
        assert 10_000 <= second.relative_ms - first.relative_ms < 10_400

    with_client(play)


def test_the_battery_is_told_three_ways() -> None:
    async def play(sensor: VirtualMovesense, _: Any, client: BleakClient, heard: list[bytes]) -> None:
        levels: list[int] = []
        await client.start_notify(BATTERY_LEVEL_UUID, lambda _, data: levels.append(data[0]))
        sensor.set_battery(41)
        await asyncio.sleep(0.1)
        energy = await ask(client, heard, CommandCode.GET, 6, gsp.encode_path(ENERGY_PATH))
        assert levels == [41]
        assert await client.read_gatt_char(BATTERY_LEVEL_UUID) == bytearray([41])
        assert energy.payload == bytes([41])

    with_client(play, battery_pct=42)


def test_time_stamps_follow_the_sensors_own_counter_and_wrap() -> None:
    async def stream() -> NotificationHandler:
        async with VirtualRadio() as radio:
            sensor = VirtualMovesense(
                signal=numbered_signal(12000), clock_ppm=400.0, start_ticks_ms=2**32 - 30_000
            )
            await radio.add(sensor)
            reception = await receive(radio, sensor)
            await asyncio.sleep(100)
            return reception

    block = run_in_virtual_time(stream()).block()
    # 30 s after power-on the counter wraps; over 100 s it gains 40 ms.
    true_ms = 1000 * numbers(block)[::8] / 104
    read_ms = (block.ticks + 30_000) % 2**32
    assert np.abs(read_ms - 1.0004 * true_ms).max() <= 1.0
    assert block.ticks.max() > 2**31 > block.ticks.min()


def test_a_fast_oscillator_delivers_more_samples() -> None:
    async def count() -> int:
        async with VirtualRadio() as radio:
            sensor = VirtualMovesense(signal=numbered_signal(12000), rate_ppm=20_000.0)
            await radio.add(sensor)
            reception = await receive(radio, sensor)
            await asyncio.sleep(100)
            return len(numbers(reception.block()))

    assert run_in_virtual_time(count()) == pytest.approx(100 * 104 * 1.02, abs=16)


def test_a_signal_begins_when_told_and_its_end_is_standing_still() -> None:
    async def stream() -> NotificationHandler:
        async with VirtualRadio() as radio:
            sensor = VirtualMovesense(signal=numbered_signal(208))
            await radio.add(sensor)
            reception = await receive(radio, sensor)
            await asyncio.sleep(5)
            reception.arrivals.clear()
            sensor.begin()
            await asyncio.sleep(3)
            return reception

    got = numbers(run_in_virtual_time(stream()).block())
    assert np.array_equal(got[:208], np.arange(208))
    # The mean of the last second, 104 samples: (104 + 207) / 2, to the nearest step.
    assert set(got[208:]) == {156}


def test_a_refusing_sensor_answers_429_until_it_is_restarted() -> None:
    async def play(sensor: VirtualMovesense, radio: VirtualRadio, client: Any, heard: list[bytes]) -> None:
        path = gsp.encode_path("/Meas/IMU6/104")
        await ask(client, heard, CommandCode.SUBSCRIBE, 9, path)
        sensor.refuse()
        await asyncio.sleep(0.1)
        count = len(heard)
        await asyncio.sleep(1)
        assert len(heard) == count
        assert client.is_connected
        for code in (CommandCode.HELLO, CommandCode.SUBSCRIBE):
            assert (await ask(client, heard, code, 9, path)).status == 429
        assert (await ask(client, heard, CommandCode.PUT_SYSTEMMODE, 8, b"\5")).status == 202
        await asyncio.sleep(1)
        assert not client.is_connected
        reception = await receive(radio, sensor)
        assert reception.statuses()[1:] == [200, 200, 200]
        # The counter has restarted with it.
        await asyncio.sleep(1)
        assert reception.block().ticks[0] < 6000

    with_client(play)


def test_a_sensor_switched_off_is_gone() -> None:
    async def play(sensor: VirtualMovesense, radio: VirtualRadio, client: Any, heard: list[bytes]) -> None:
        assert (await ask(client, heard, CommandCode.PUT_SYSTEMMODE, 8, b"\1")).status == 202
        await asyncio.sleep(1)
        assert not client.is_connected
        with pytest.raises(AssertionError, match="not advertising"):
            await find(radio, sensor, timeout_s=30)

    with_client(play)


def test_a_rate_no_movesense_has_is_refused() -> None:
    with pytest.raises(ValueError, match="does not sample at 100 Hz"):
        VirtualMovesense(signal=numbered_signal(10, rate_hz=100.0))
