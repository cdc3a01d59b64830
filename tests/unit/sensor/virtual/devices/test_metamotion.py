"""The MetaMotion made of software: each step of switching on, and a recording of both streams."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from sensor.protocol.metamotion import control as wire
from sensor.protocol.metamotion.control import ACC_MODULE, GYR_MODULE, Chip
from sensor.samples import ImuSignal
from sensor.session.reader import read_recording
from sensor.virtual.devices.metamotion import VirtualMetaMotion
from sensor.virtual.radio.gatt import Characteristic
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import Scene, noise_signal, record_over_air, rows
from tests.support.virtual_radio import client_of, find


def heard_after(*commands: bytes, chip: Chip = Chip.BMI160) -> list[bytes]:
    """Write commands to a connected sensor; return what it sends in the second after them."""
    heard: list[bytes] = []

    async def talk() -> None:
        async with VirtualRadio() as radio:
            sensor = VirtualMetaMotion(signal=noise_signal(20.0, rate_hz=100.0), chip=chip)
            await radio.add(sensor)
            async with client_of(radio, await find(radio, sensor)) as client:
                await client.start_notify(wire.NOTIFY_UUID, lambda _, data: heard.append(bytes(data)))
                for command in commands:
                    await client.write_gatt_char(wire.COMMAND_UUID, command, response=False)
                await asyncio.sleep(1.0)

    run_in_virtual_time(talk())
    return heard


@pytest.mark.parametrize("chip", Chip)
def test_it_says_which_chip_it_has(chip: Chip) -> None:
    (answer,) = heard_after(wire.ASK_MODULE, chip=chip)
    assert wire.parse_module(answer) is chip


@pytest.mark.parametrize("chip", Chip)
def test_both_modules_send_once_each_step_was_taken(chip: Chip) -> None:
    heard = heard_after(*wire.start_commands(chip, 100, acc_range_g=16, gyr_range_dps=2000), chip=chip)
    by_module = {module: [one for one in heard if one[0] == module] for module in (ACC_MODULE, GYR_MODULE)}
    for module, register in wire.packed_registers(chip).items():
        assert 30 <= len(by_module[module]) <= 34
        assert {(one[1], len(one)) for one in by_module[module]} == {(register, 20)}


@pytest.mark.parametrize("missing", range(8))
def test_a_module_with_a_step_missing_is_silent(missing: int) -> None:
    commands = wire.start_commands(Chip.BMI160, 100, acc_range_g=16, gyr_range_dps=2000)
    heard = heard_after(*commands[:missing], *commands[missing + 1 :])
    assert commands[missing][0] not in {one[0] for one in heard}
    assert len(heard) >= 30


def test_what_the_other_chip_understands_starts_nothing() -> None:
    assert heard_after(*wire.start_commands(Chip.BMI270, 100, acc_range_g=16, gyr_range_dps=2000)) == []


def test_a_stopped_sensor_is_silent() -> None:
    started, stopped = (
        wire.start_commands(Chip.BMI160, 100, acc_range_g=16, gyr_range_dps=2000),
        wire.stop_commands(Chip.BMI160),
    )
    assert len(heard_after(*started, *stopped)) <= 2


@pytest.mark.parametrize(
    "signal", [noise_signal(1.0, rate_hz=104.0), ImuSignal(100.0, np.ones((9, 3)), None)]
)
def test_a_signal_it_could_not_sample_is_refused(signal: ImuSignal) -> None:
    with pytest.raises(ValueError, match="50, 100 Hz"):
        VirtualMetaMotion(signal=signal)


class LosingRates(VirtualMetaMotion):
    """Loses ten packets of angular rates, and sends them one sample later than the accelerations."""

    packets = 0

    def notify(self, characteristic: Characteristic, value: bytes) -> None:
        if value[0] != GYR_MODULE:
            super().notify(characteristic, value)
            return
        self.packets += 1
        if not 500 <= self.packets < 510:
            late = super().notify
            asyncio.get_running_loop().call_later(0.01, late, characteristic, value)


def test_lost_rates_leave_a_gap_and_move_no_others(tmp_path: Path) -> None:
    path = tmp_path / "s.runtall"
    time_s = np.arange(8000) / 100.0
    swing = np.stack([np.sin(2 * np.pi * f * time_s) for f in (1.4, 0.9, 0.5)], axis=1)

    async def play(scene: Scene) -> None:
        await scene.radio.add(LosingRates(signal=ImuSignal(100.0, swing + 9.81, swing)))

    record_over_air(path, play, sensors={"sternum": "MetaWear"}, duration_s=70.0)
    (sensor,) = read_recording(path).sensors
    assert sensor.gyr_sensor_radps is not None
    (gap,) = sensor.gaps
    assert gap.reason == "angular rates missing"
    assert gap.end_s - gap.start_s == pytest.approx(0.31, abs=0.025)
    # Dated 10 ms late as they were sent, which the decoder cannot know: 2 pi 1.4 Hz of 1 rad/s.
    apart = sensor.gyr_sensor_radps - (sensor.acc_sensor_mps2 - 9.81)
    assert np.abs(apart).max() < 2 * np.pi * 1.4 * 0.02 + 0.01
    assert len(rows(path, "SELECT 1 FROM packet WHERE hex(substr(payload, 1, 1)) = '13'")) > 2000


class DyingRates(VirtualMetaMotion):
    """Sends no angular rates from 10 s to 16 s."""

    def notify(self, characteristic: Characteristic, value: bytes) -> None:
        if value[0] != GYR_MODULE or not 10.0 < asyncio.get_running_loop().time() < 16.0:
            super().notify(characteristic, value)


def test_rates_that_stop_alone_are_asked_for_again(tmp_path: Path) -> None:
    path = tmp_path / "s.runtall"

    async def play(scene: Scene) -> None:
        await scene.radio.add(DyingRates(signal=noise_signal(50.0, rate_hz=100.0)))

    record_over_air(path, play, sensors={"sternum": "MetaWear"}, duration_s=40.0)
    asked_s = [at_ns / 1e9 for (at_ns,) in rows(path, "SELECT t_ns FROM event WHERE kind = 'watchdog'")]
    assert 13.0 < asked_s[0] < 16.0
    (sensor,) = read_recording(path).sensors
    assert sensor.time_s[-1] > 39.0
    assert {gap.reason for gap in sensor.gaps if gap.end_s - gap.start_s > 5.0} == {"angular rates missing"}


def test_a_sensor_that_never_says_its_chip_is_asked_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "s.runtall"

    async def play(scene: Scene) -> None:
        sensor = VirtualMetaMotion(signal=noise_signal(60.0, rate_hz=100.0))
        await scene.radio.add(sensor)
        sensor.refuse(10.0)

    scene = record_over_air(path, play, sensors={"sternum": "MetaWear"}, duration_s=40.0)
    assert scene.statuses[-2].sensors[0].link == "streaming"
    assert scene.statuses[-2].sensors[0].samples > 100 * 15
