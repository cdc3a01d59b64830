"""Sensors of software that send one thing only: what starts and stops them, and what they refuse."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np
import pytest

from sensor.errors import LinkError
from sensor.link.ble import BleLink
from sensor.protocol.driver import Write
from sensor.protocol.simple import adafruit, esense, muse, openearable, thingy52
from sensor.samples import ImuSignal
from sensor.virtual.devices.earables import VirtualESense, VirtualMuse, VirtualOpenEarable
from sensor.virtual.devices.hobby_boards import VirtualAdafruit, VirtualThingy
from sensor.virtual.devices.single_stream_sensor import ThinSensor
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import noise_signal
from tests.support.virtual_radio import client_of, find


@dataclass(frozen=True, slots=True)
class Case:
    """A sensor, the characteristic it sends on, what starts and stops it, and what it should not mind."""

    make: type[ThinSensor]
    rate_hz: float
    data: str
    start: Write
    stop: Write | None
    other: Write
    packets_per_s: float


CASES = {
    "openearable": Case(
        VirtualOpenEarable,
        100.0,
        openearable.DATA_UUID,
        Write(openearable.CONFIG_UUID, bytes.fromhex("000201")),
        Write(openearable.CONFIG_UUID, bytes.fromhex("000200")),
        Write(openearable.CONFIG_UUID, bytes.fromhex("000101")),
        100.0,
    ),
    "esense": Case(
        VirtualESense,
        100.0,
        esense.DATA_UUID,
        Write(esense.WRITE_UUID, bytes.fromhex("5367020164")),
        Write(esense.WRITE_UUID, bytes.fromhex("5302020000")),
        Write(esense.WRITE_UUID, bytes.fromhex("5366020164")),
        100.0,
    ),
    "muse": Case(
        VirtualMuse,
        52.0,
        muse.GYR_UUID,
        Write(muse.CONTROL_UUID, bytes.fromhex("02640a"), response=False),
        Write(muse.CONTROL_UUID, bytes.fromhex("02680a"), response=False),
        Write(muse.CONTROL_UUID, bytes.fromhex("026b0a"), response=False),
        52.0 / 3,
    ),
    "thingy": Case(
        VirtualThingy,
        100.0,
        thingy52.RAW_UUID,
        Write(thingy52.CONFIG_UUID, bytes.fromhex("f401f401f401640000")),
        None,
        Write(thingy52.CONFIG_UUID, bytes.fromhex("f401f401f401c80000")),
        100.0,
    ),
    "adafruit": Case(
        VirtualAdafruit,
        50.0,
        adafruit.GYR_UUID,
        Write(adafruit.PERIOD_UUID, bytes.fromhex("14000000"), service=adafruit.GYR_SERVICE_UUID),
        Write(adafruit.PERIOD_UUID, bytes.fromhex("ffffffff"), service=adafruit.GYR_SERVICE_UUID),
        Write(adafruit.PERIOD_UUID, bytes.fromhex("14000000"), service=adafruit.ACC_SERVICE_UUID),
        50.0,
    ),
}


def heard_after(case: Case, *writes: Write | None, refuses: bool = False) -> int:
    """Write to a connected sensor; return how many notifications come in the two seconds after."""
    heard: list[bytes] = []

    async def talk() -> None:
        async with VirtualRadio() as radio:
            sensor = case.make("sensor", signal=noise_signal(30.0, rate_hz=case.rate_hz))
            await radio.add(sensor)
            async with client_of(radio, await find(radio, sensor)) as client:
                link = BleLink(client, "sensor", adapter=radio.bleak.adapter())
                await client.start_notify(case.data, lambda _, data: heard.append(bytes(data)))
                if refuses:
                    sensor.refuse()
                for write in writes:
                    if write is None:
                        await client.stop_notify(case.data)
                    else:
                        await link.write(
                            write.characteristic,
                            write.data,
                            5.0,
                            response=write.response,
                            service=write.service,
                        )
                await asyncio.sleep(0.05)
                heard.clear()
                await asyncio.sleep(2.0)

    run_in_virtual_time(talk())
    return len(heard)


@pytest.fixture(params=CASES.values(), ids=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    made: Case = request.param
    return made


def test_it_streams_from_its_start_to_its_stop(case: Case) -> None:
    assert heard_after(case) == 0
    assert heard_after(case, case.start) == pytest.approx(2 * case.packets_per_s, abs=3)
    assert heard_after(case, case.start, case.stop) == 0


def test_what_starts_nothing_starts_nothing(case: Case) -> None:
    assert heard_after(case, case.other) == 0


def test_while_it_refuses_nothing_starts_it(case: Case) -> None:
    assert heard_after(case, case.start, refuses=True) == 0


def test_a_signal_it_could_not_sample_is_refused(case: Case) -> None:
    for signal in (noise_signal(1.0, rate_hz=77.0), ImuSignal(case.rate_hz, np.ones((9, 3)), None)):
        with pytest.raises(ValueError, match="samples both kinds at"):
            case.make("sensor", signal=signal)


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("", "Multiple Characteristics"),
        (adafruit.PERIOD_UUID, "lacks what it is to be set up by"),
        ("0000180f-0000-1000-8000-00805f9b34fb", "lacks what it is to be set up by"),
    ],
)
def test_a_characteristic_that_several_services_have_is_never_guessed(service: str, words: str) -> None:
    write = Write(adafruit.PERIOD_UUID, bytes(4), service=service)
    with pytest.raises(LinkError, match=words):
        heard_after(CASES["adafruit"], write)
