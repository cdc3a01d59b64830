"""The Capture2Go of software behaves as the maker's document says: states, errors, buffer, packages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bleak import BleakClient

from sensor.protocol.capture2go import frames as wire
from sensor.protocol.capture2go.control import ErrorCode, Mode, State, encode_mode, parse_error, parse_status
from sensor.protocol.capture2go.frames import Package, PackageReader, encode_package
from sensor.protocol.capture2go.memory import START_RECORDING, STOP_RECORDING, encode_recording
from sensor.samples import ImuSignal
from sensor.session.reader import read_recording
from sensor.virtual.devices.capture2go import BUFFER_BYTES, VirtualCapture2Go
from sensor.virtual.devices.capture2go_memory import VirtualCapture2GoMemory
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import Scene, noise_signal, record_over_air
from tests.support.virtual_makers import MAKERS, felt_samples
from tests.support.virtual_radio import client_of, find

T0 = 1_700_000_000_000_000_000
SET_TIME = Package(wire.SET_TIME, T0.to_bytes(8, "little"))
MEASUREMENT = wire.measurement_header(100)


class Central:
    """One connection to a sensor, and the packages it sends."""

    def __init__(self, client: BleakClient) -> None:
        self.client = client
        self.notifications: list[bytes] = []

    async def listen(self) -> None:
        await self.client.start_notify(
            wire.NOTIFY_UUID, lambda _, data: self.notifications.append(bytes(data))
        )

    async def ask(self, request: Package) -> Package:
        """Write a request and return what was sent next."""
        count = len(self.packages())
        await self.client.write_gatt_char(wire.WRITE_UUID, encode_package(request), response=True)
        await asyncio.sleep(0.05)
        return self.packages()[count]

    async def refusal(self, request: Package) -> int:
        answer = await self.ask(request)
        assert answer.header == wire.ERROR
        code, refused = parse_error(answer.payload)
        assert refused == request.header
        return code

    def packages(self) -> list[Package]:
        return [received.package for received in PackageReader().feed(self.notifications)]

    def times_ns(self) -> list[int]:
        rows = [package.payload for package in self.packages() if package.header == MEASUREMENT]
        return np.frombuffer(b"".join(rows), wire.MEASUREMENT)["time_ns"].tolist()


Play = Callable[[VirtualCapture2Go, VirtualRadio, Central], Coroutine[Any, Any, None]]


def with_central(
    play: Play,
    signal: ImuSignal | None = None,
    make: type[VirtualCapture2Go] = VirtualCapture2Go,
    **options: Any,
) -> None:
    async def run() -> None:
        async with VirtualRadio() as radio:
            sensor = make(signal=signal or noise_signal(60.0, rate_hz=100.0), **options)
            await radio.add(sensor)
            async with client_of(radio, await find(radio, sensor)) as client:
                central = Central(client)
                await central.listen()
                await play(sensor, radio, central)

    run_in_virtual_time(run())


async def start(central: Central) -> None:
    for request in (SET_TIME, encode_mode(Mode(100.0)), Package(wire.START)):
        await central.ask(request)


def test_a_package_a_tenth_of_a_second_or_less_dated_by_its_first_sample() -> None:
    async def play(sensor: VirtualCapture2Go, _: Any, central: Central) -> None:
        await start(central)
        await asyncio.sleep(5.0)
        times_ns = central.times_ns()
        assert len(times_ns) == pytest.approx(5.0 * 100 / 8, abs=2)
        assert set(np.diff(times_ns)) <= {79_999_999, 80_000_000, 80_000_001}
        assert 0 <= times_ns[0] - T0 < 1e9
        assert {notification[0] for notification in central.notifications} == {0xFF}

    with_central(play)


def test_while_it_streams_mode_and_clock_cannot_be_set() -> None:
    async def play(sensor: VirtualCapture2Go, _: Any, central: Central) -> None:
        await start(central)
        for request in (SET_TIME, encode_mode(Mode(100.0)), Package(wire.START)):
            assert await central.refusal(request) == ErrorCode.WRONG_STATE
        assert sensor.state is State.STREAMING
        assert (await central.ask(Package(wire.STOP))).header == wire.STOPPED
        assert sensor.state is State.IDLE
        assert (await central.ask(SET_TIME)).header == wire.TIME_SET

    with_central(play, signal=noise_signal(1.0, rate_hz=25.0))


def test_what_it_does_not_know_or_cannot_read_is_refused_for_that() -> None:
    async def play(_: Any, __: Any, central: Central) -> None:
        assert await central.refusal(Package(0x0999)) == ErrorCode.UNKNOWN_REQUEST
        for request in (Package(wire.SET_TIME, b"\0"), Package(wire.SET_MODE, b"\0")):
            assert await central.refusal(request) == ErrorCode.UNREADABLE_REQUEST

    with_central(play)


def test_of_a_damaged_request_it_cannot_say_which_it_was() -> None:
    async def play(_: Any, __: Any, central: Central) -> None:
        damaged = bytearray(encode_package(Package(wire.GET_STATUS)))
        damaged[-1] ^= 1
        await central.client.write_gatt_char(wire.WRITE_UUID, damaged, response=True)
        await asyncio.sleep(1.0)
        (answer,) = central.packages()
        assert parse_error(answer.payload) == (ErrorCode.UNREADABLE_REQUEST, wire.ERROR)

    with_central(play)


def test_it_tells_how_it_is_doing_when_asked_and_as_often_as_the_mode_says() -> None:
    async def play(sensor: VirtualCapture2Go, _: Any, central: Central) -> None:
        asked = parse_status((await central.ask(Package(wire.GET_STATUS))).payload)
        assert (asked.state, asked.battery_pct, asked.free_pct) == (State.IDLE, 42, 100)
        await central.ask(SET_TIME)
        await central.ask(encode_mode(Mode(100.0, status_interval_s=2)))
        await central.ask(Package(wire.START))
        await asyncio.sleep(9.0)
        told = [parse_status(p.payload) for p in central.packages()[1:] if p.header == wire.STATUS]
        assert [status.state for status in told] == [State.STREAMING] * 4
        assert np.diff([status.time_ns for status in told]) == pytest.approx(2e9, abs=2)

    with_central(play, battery_pct=42)


def test_a_rate_it_does_not_measure_at_gives_no_measurements() -> None:
    async def play(_: Any, __: Any, central: Central) -> None:
        await central.ask(encode_mode(Mode(50.0)))
        assert (await central.ask(Package(wire.START))).header == wire.STARTED
        await asyncio.sleep(2.0)
        assert {p.header for p in central.packages()[2:]} == {wire.STATUS}

    with_central(play)


@pytest.mark.parametrize(
    ("mode", "is_measured"),
    [(Mode(100.0), True), (Mode(50.0), False), (Mode(100.0, has_magnetometer=True), False)],
)
def test_a_recording_holds_what_a_stream_in_the_same_mode_would(mode: Mode, is_measured: bool) -> None:
    async def play(sensor: VirtualCapture2Go, _: Any, central: Central) -> None:
        assert isinstance(sensor, VirtualCapture2GoMemory)
        await central.ask(encode_mode(mode))
        for begin, end in ((wire.START, wire.STOP), (START_RECORDING, STOP_RECORDING)):
            await central.ask(Package(begin))
            await asyncio.sleep(2.0)
            await central.ask(Package(end))
            if begin == wire.START:
                await central.ask(encode_recording("run"))
        assert bool(central.times_ns()) is bool(sensor.files["run"]) is is_measured

    with_central(play, make=VirtualCapture2GoMemory)


async def reconnect(sensor: VirtualCapture2Go, radio: VirtualRadio, away_s: float) -> Central:
    sensor.lose_link()
    await asyncio.sleep(away_s)
    client = client_of(radio, await find(radio, sensor))
    await client.connect()
    again = Central(client)
    await again.listen()
    return again


def test_what_it_measured_without_a_link_comes_over_the_next_one() -> None:
    async def play(sensor: VirtualCapture2Go, radio: VirtualRadio, central: Central) -> None:
        await start(central)
        await asyncio.sleep(2.0)
        last_ns = central.times_ns()[-1]
        again = await reconnect(sensor, radio, away_s=10.0)
        await asyncio.sleep(3.0)
        times_ns = again.times_ns()
        # What was on its way when the link broke is lost.
        assert 80_000_000 <= times_ns[0] - last_ns <= 240_000_001
        assert np.diff(times_ns) == pytest.approx(80_000_000, abs=1)

    with_central(play)


def test_what_finds_no_room_in_the_buffer_is_lost_and_the_next_package_is_flagged() -> None:
    async def play(sensor: VirtualCapture2Go, radio: VirtualRadio, central: Central) -> None:
        await start(central)
        again = await reconnect(sensor, radio, away_s=40.0)
        await asyncio.sleep(4.0)
        steps = np.diff(again.times_ns())
        flags = [p.payload[-1] for p in again.packages() if p.header == MEASUREMENT]
        (lost,) = np.flatnonzero(steps > 81_000_000)
        assert [at for at, flag in enumerate(flags) if flag & wire.TIME_GAP] == [lost + 1]
        assert lost * 123 == pytest.approx(BUFFER_BYTES, rel=0.1)

    with_central(play)


def test_clearing_ends_the_stream_but_not_a_package_that_is_partly_sent() -> None:
    async def play(sensor: VirtualCapture2Go, radio: VirtualRadio, central: Central) -> None:
        await start(central)
        again = await reconnect(sensor, radio, away_s=20.0)
        await asyncio.sleep(0.3)
        await again.client.write_gatt_char(
            wire.WRITE_UUID, encode_package(Package(wire.CLEAR)), response=True
        )
        await asyncio.sleep(2.0)
        answer = again.packages()[-1]
        assert answer.header == wire.CLEARED
        assert 0 < len(again.times_ns()) < 20.0 * 100 / 8
        stream = b"".join(notification[1:] for notification in again.notifications)
        assert stream.endswith(encode_package(answer))
        assert sensor.state is State.IDLE

    with_central(play, mtu=80)


def test_a_restart_forgets_mode_clock_and_buffer() -> None:
    async def play(sensor: VirtualCapture2Go, radio: VirtualRadio, central: Central) -> None:
        await start(central)
        sensor.reboot()
        again = await reconnect(sensor, radio, away_s=3.0)
        status = parse_status((await again.ask(Package(wire.GET_STATUS))).payload)
        assert status.state == State.IDLE
        assert status.time_ns < 10e9
        await again.ask(Package(wire.START))
        await asyncio.sleep(2.0)
        assert again.times_ns() == []

    with_central(play)


def test_a_refusing_sensor_says_so_to_everything() -> None:
    async def play(sensor: VirtualCapture2Go, _: Any, central: Central) -> None:
        await start(central)
        sensor.refuse(5.0)
        assert await central.refusal(Package(wire.START)) == ErrorCode.WRONG_STATE
        await asyncio.sleep(5.0)
        assert (await central.ask(Package(wire.START))).header == wire.STARTED

    with_central(play)


def test_a_real_time_channel_that_another_program_left_on_does_not_disturb_a_recording(
    tmp_path: Path,
) -> None:
    signal = noise_signal(30.0, rate_hz=100.0)

    async def play(scene: Scene) -> None:
        sensor = VirtualCapture2Go(signal=signal)
        await scene.radio.add(sensor)
        sensor._on_write(encode_package(Package(wire.START_REAL_TIME, b"\2\0")))

    path = tmp_path / "session.runtall"
    scene = record_over_air(path, play, sensors={"sternum": "IMU_0a1b2c"}, duration_s=10.0)
    assert sum(notification[0] == 0xFE for notification in scene.delivered) > 400
    (recorded,) = read_recording(path).sensors
    numbers = felt_samples(MAKERS["capture2go"], signal, recorded)
    assert np.diff(numbers).tolist() == [1] * (len(numbers) - 1)
    assert len(numbers) > 850
    assert recorded.rejected_packets == 0


def test_the_real_time_channel_is_started_and_stopped() -> None:
    async def play(_: Any, __: Any, central: Central) -> None:
        await central.client.write_gatt_char(
            wire.WRITE_UUID, encode_package(Package(wire.START_REAL_TIME, b"\2\0")), response=True
        )
        await asyncio.sleep(2.0)
        assert len([n for n in central.notifications if n[0] == 0xFE]) == pytest.approx(100, abs=4)
        await central.ask(Package(wire.STOP_REAL_TIME))
        central.notifications.clear()
        await asyncio.sleep(1.0)
        assert central.notifications == []

    with_central(play)


def test_signals_it_could_not_measure_are_refused() -> None:
    with pytest.raises(ValueError, match="104 Hz"):
        VirtualCapture2Go(signal=noise_signal(1.0))
    with pytest.raises(ValueError, match="has a gyroscope"):
        VirtualCapture2Go(signal=ImuSignal(100.0, np.zeros((10, 3)), None))
