"""Polar sensors made of software: their conversation, their streams, and what is odd about them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
import pytest
from bleak import BleakClient
from bleak.exc import BleakGATTProtocolError

from sensor.protocol.polar import control as wire
from sensor.protocol.polar.control import Answer, Measurement, Operation, Request, Status, StreamsStopped
from sensor.protocol.polar.driver import PolarDriver
from sensor.protocol.polar.frames import HEADER_BYTES, decode_frames
from sensor.protocol.polar.settings import Setting, SettingValues, parse_settings
from sensor.protocol.standard import HEART_RATE_UUID, parse_heart_rate
from sensor.virtual.devices.polar import CLOCK_AFTER_RESET_NS, VirtualPolar
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.virtual_polar import RATES_HZ, polar
from tests.support.virtual_radio import client_of, find

ACC, GYRO, SDK_MODE = Measurement.ACC, Measurement.GYRO, Measurement.SDK_MODE
OF_ACC: SettingValues = {
    Setting.RATE: (52,),
    Setting.RESOLUTION: (16,),
    Setting.RANGE: (8,),
    Setting.CHANNELS: (3,),
}


class Talk:
    """A connected client; what it hears gathers by characteristic."""

    def __init__(self, sensor: VirtualPolar, radio: VirtualRadio, client: BleakClient) -> None:
        self.sensor = sensor
        self.radio = radio
        self.client = client
        self.heard: dict[str, list[bytes]] = {}

    async def listen(self, *characteristics: str) -> None:
        for uuid in characteristics:
            take = self.heard.setdefault(uuid, []).append
            await self.client.start_notify(uuid, lambda _, data, take=take: take(bytes(data)))

    async def parts(self, request: bytes) -> list[Answer]:
        """Write a request; return the parts of its answer."""
        before = len(self.heard[wire.CONTROL_UUID])
        await self.client.write_gatt_char(wire.CONTROL_UUID, request, response=True)
        await asyncio.sleep(0.5)
        told = [wire.parse_control(one) for one in self.heard[wire.CONTROL_UUID][before:]]
        return [answer for answer in told if isinstance(answer, Answer)]

    async def ask(self, *request: Any, **more: Any) -> tuple[int, bytes]:
        (answer,) = await self.parts(wire.encode_request(Request(*request, **more)))
        assert (answer.operation, answer.measurement) == (request[0], request[1] if request[1:] else 0)
        return answer.status, answer.parameters

    async def start(self) -> None:
        for write in PolarDriver(self.sensor.hardware.model.rates_hz[-1], self.sensor.hardware.model).start(
            0
        ):
            await self.parts(write.data)


def talk(
    play: Callable[[Talk], Coroutine[Any, Any, None]], sensor: VirtualPolar, *, listens: bool = True
) -> None:
    async def run() -> None:
        async with VirtualRadio() as radio:
            await radio.add(sensor)
            async with client_of(radio, await find(radio, sensor)) as client:
                talking = Talk(sensor, radio, client)
                if listens:
                    await talking.listen(wire.DATA_UUID, wire.CONTROL_UUID)
                await play(talking)

    run_in_virtual_time(run())


@pytest.mark.parametrize(("model", "features"), [("H10", "0f0500"), ("OH1", "0f0e00"), ("Sense", "0f6e22")])
def test_the_control_point_reads_what_the_sensor_can_do(model: str, features: str) -> None:
    async def play(talking: Talk) -> None:
        assert (await talking.client.read_gatt_char(wire.CONTROL_UUID)).hex() == features

    talk(play, polar(model))


def test_nothing_is_accepted_before_answers_and_data_are_both_listened_to() -> None:
    async def play(talking: Talk) -> None:
        for uuid in (None, wire.CONTROL_UUID):
            if uuid is not None:
                await talking.listen(uuid)
            with pytest.raises(BleakGATTProtocolError, match=r"(?i)cccd"):
                await talking.client.write_gatt_char(wire.CONTROL_UUID, b"\x01\x02", response=True)
        await talking.listen(wire.DATA_UUID)
        assert (await talking.ask(Operation.GET_SETTINGS, ACC))[0] == Status.DONE

    talk(play, polar(), listens=False)


@pytest.mark.parametrize("model", ["H10", "OH1", "Sense"])
def test_what_the_driver_asks_for_is_offered(model: str) -> None:
    async def play(talking: Talk) -> None:
        for write in PolarDriver(RATES_HZ[model], talking.sensor.hardware.model).start(0):
            request = wire.parse_request(write.data)
            status, parameters = await talking.ask(Operation.GET_SETTINGS, request.measurement)
            offered = parse_settings(parameters)
            assert status == Status.DONE
            assert request.settings.keys() == offered.keys()
            assert all(set(values) <= set(offered[key]) for key, values in request.settings.items())

    talk(play, polar(model))


def test_sdk_mode_offers_more_and_is_entered_and_left_only_while_nothing_streams() -> None:
    async def play(talking: Talk) -> None:
        for operation in (Operation.GET_SETTINGS, Operation.GET_SDK_SETTINGS):
            offered = parse_settings((await talking.ask(operation, ACC))[1])
            assert (104 in offered[Setting.RATE]) is (operation is Operation.GET_SDK_SETTINGS)
        fast = dict(OF_ACC) | {Setting.RATE: (104,)}
        assert await talking.ask(Operation.START, ACC, fast) == (Status.NO_SUCH_RATE, b"")
        assert await talking.ask(Operation.GET_SDK_STATUS) == (Status.DONE, b"\x00")
        assert await talking.ask(Operation.START, SDK_MODE) == (Status.DONE, b"")
        assert await talking.ask(Operation.START, SDK_MODE) == (Status.ALREADY_SO, b"")
        assert await talking.ask(Operation.GET_SDK_STATUS) == (Status.DONE, b"\x01")
        assert (await talking.ask(Operation.START, ACC, fast))[0] == Status.DONE
        assert (await talking.ask(Operation.STOP, SDK_MODE))[0] == Status.WRONG_STATE
        assert (await talking.ask(Operation.STOP, ACC))[0] == Status.DONE
        assert (await talking.ask(Operation.STOP, SDK_MODE))[0] == Status.DONE

    talk(play, polar(rate_hz=104.0))


def test_long_answers_come_in_parts() -> None:
    async def play(talking: Talk) -> None:
        parts = await talking.parts(wire.encode_request(Request(Operation.GET_SDK_SETTINGS, GYRO)))
        assert [part.has_more for part in parts] == [True] * (len(parts) - 1) + [False]
        assert len(parts) > 1
        whole = parse_settings(b"".join(part.parameters for part in parts))
        assert whole[Setting.RANGE] == (250, 500, 1000, 2000)

    talk(play, polar(mtu=23))


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("", Status.UNKNOWN_OPERATION),
        ("6302", Status.UNKNOWN_OPERATION),
        ("0204", Status.UNKNOWN_MEASUREMENT),
        ("0200", Status.UNKNOWN_MEASUREMENT),
        ("0201", Status.NOT_SUPPORTED),
        ("0202", Status.WRONG_PARAMETER),
        ("0202 000134", Status.WRONG_PARAMETER),
        ("0202 00013300 01011000 02010800 040103", Status.NO_SUCH_RATE),
        ("0202 00013400 01010f00 02010800 040103", Status.NO_SUCH_RESOLUTION),
        ("0202 00013400 01011000 02010900 040103", Status.NO_SUCH_RANGE),
        ("0202 00013400 01011000 02010800 040102", Status.NO_SUCH_CHANNELS),
        ("0302", Status.ALREADY_SO),
    ],
)
def test_requests_it_cannot_fulfil_are_refused_with_the_reason(request_: str, status: Status) -> None:
    async def play(talking: Talk) -> None:
        (answer,) = await talking.parts(bytes.fromhex(request_))
        assert answer.status == status

    talk(play, polar())


def test_streams_need_larger_packets_than_the_smallest() -> None:
    async def play(talking: Talk) -> None:
        assert (await talking.ask(Operation.START, ACC, OF_ACC))[0] == Status.MTU_TOO_SMALL

    talk(play, polar(mtu=wire.SMALLEST_MTU - 1))


def test_the_answer_to_a_start_tells_what_a_count_is_worth() -> None:
    async def play(talking: Talk) -> None:
        status, parameters = await talking.ask(Operation.START, ACC, OF_ACC)
        assert status == Status.DONE
        assert parse_settings(parameters) == {Setting.FACTOR: (np.float32(0.000244),)}
        assert (await talking.ask(Operation.START, ACC, OF_ACC))[0] == Status.ALREADY_SO

    talk(play, polar())


@pytest.mark.parametrize(
    ("model", "mtu", "frame_types"), [("H10", 247, {(2, 1)}), ("Sense", 100, {(2, 0x80), (5, 0x80)})]
)
def test_frames_are_of_the_models_kind_fit_and_end_with_the_time_of_their_last_sample(
    model: str, mtu: int, frame_types: set[tuple[int, int]]
) -> None:
    async def play(talking: Talk) -> None:
        await talking.start()
        await asyncio.sleep(5.0)
        data = talking.heard[wire.DATA_UUID]
        assert {(one[0], one[9]) for one in data} == frame_types
        assert max(map(len, data)) <= mtu - 3
        assert min(map(len, data)) > HEADER_BYTES + 30
        frames = decode_frames(data, ACC)
        steps_ns = np.diff(frames.time_ns) / frames.count[1:]
        assert steps_ns == pytest.approx(1e9 / talking.sensor.hardware.model.rates_hz[-1], abs=1)
        assert 0 < frames.time_ns[0] - CLOCK_AFTER_RESET_NS < 10e9

    talk(play, polar(model, rate_hz=200.0 if model == "H10" else 0.0, mtu=mtu))


def test_the_heart_beats_once_a_second_but_not_in_sdk_mode() -> None:
    async def play(talking: Talk) -> None:
        await talking.listen(HEART_RATE_UUID)
        await asyncio.sleep(10.0)
        beats = talking.heard[HEART_RATE_UUID]
        assert len(beats) == pytest.approx(10, abs=1)
        assert parse_heart_rate(beats[-1]).bpm == 143
        await talking.ask(Operation.START, SDK_MODE)
        told = len(beats)
        await asyncio.sleep(10.0)
        assert len(beats) == told

    talk(play, polar(bpm=143))


def test_streams_it_ends_by_itself_are_told() -> None:
    async def play(talking: Talk) -> None:
        await talking.start()
        talking.sensor.stop_streams()
        await asyncio.sleep(0.5)
        assert wire.parse_control(talking.heard[wire.CONTROL_UUID][-1]) == StreamsStopped((ACC, GYRO))
        count = len(talking.heard[wire.DATA_UUID])
        await asyncio.sleep(5.0)
        assert len(talking.heard[wire.DATA_UUID]) == count

    talk(play, polar())


def test_off_its_strap_it_drops_the_link_then_forgets_the_time_and_can_be_found_again_on_it() -> None:
    start_ns = CLOCK_AFTER_RESET_NS + 10**17

    async def first_frame(radio: VirtualRadio, sensor: VirtualPolar) -> int:
        async with client_of(radio, await find(radio, sensor)) as client:
            talking = Talk(sensor, radio, client)
            await talking.listen(wire.DATA_UUID, wire.CONTROL_UUID)
            await talking.start()
            await asyncio.sleep(2.0)
            return int(decode_frames(talking.heard[wire.DATA_UUID], ACC).time_ns[0])

    async def run() -> None:
        async with VirtualRadio() as radio:
            sensor = polar("H10", rate_hz=200.0, start_ns=start_ns)
            await radio.add(sensor)
            client = client_of(radio, await find(radio, sensor))
            await client.connect()
            sensor.take_off_strap()
            await asyncio.sleep(44.0)
            assert client.is_connected
            await asyncio.sleep(2.0)
            assert not client.is_connected
            with pytest.raises(AssertionError, match="not advertising"):
                await find(radio, sensor)
            sensor.put_on_strap()
            assert await first_frame(radio, sensor) > start_ns
            sensor.take_off_strap()
            await asyncio.sleep(110.0)
            sensor.put_on_strap()
            assert await first_frame(radio, sensor) < start_ns

    run_in_virtual_time(run())


def test_a_rate_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="OH1 does not sample at 52 Hz; it has 50 Hz"):
        polar("OH1", rate_hz=52.0)
