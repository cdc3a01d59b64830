"""The recorder against every maker's virtual sensor, and every fault against each."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sensor.samples import ImuSignal, SensorRecording
from sensor.session.reader import read_recording
from sensor.virtual.devices.faults import Fault, FaultKind, draw_faults, play_faults
from tests.support.recordings_over_air import Scene, noise_signal, record_over_air, stored
from tests.support.virtual_makers import MAKERS, Maker, felt_samples

INTERVAL_S = 0.015
"""Connection interval of the simulated radio."""

SOON_OVER = {FaultKind.LINK_LOSS, FaultKind.STALL, FaultKind.REBOOT, FaultKind.NOT_ADVERTISING}
"""Faults after which the stream is back within seconds."""


@pytest.fixture(params=MAKERS.values(), ids=MAKERS)
def maker(request: pytest.FixtureRequest) -> Maker:
    made: Maker = request.param
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.runtall"


def signal_of(maker: Maker, duration_s: float) -> ImuSignal:
    noise = noise_signal(duration_s, rate_hz=maker.rate_hz)
    if maker.gyr_step_radps is not None:
        assert noise.gyr_sensor_radps is not None
        gyr_radps = np.clip(noise.gyr_sensor_radps, -maker.most_gyr_radps, maker.most_gyr_radps)
        return ImuSignal(maker.rate_hz, noise.acc_sensor_mps2, gyr_radps)
    # Three values alone must tell a sample from all others.
    return ImuSignal(maker.rate_hz, 10.0 * noise.acc_sensor_mps2 - np.array([0.0, 0.0, 88.3]), None)


def record(
    path: Path, maker: Maker, signal: ImuSignal, *faults: Fault, duration_s: float, **options: Any
) -> Scene:
    """Record one virtual sensor while faults happen to it; check that all they brought about has happened."""
    playing: list[asyncio.Task[None]] = []

    async def play(scene: Scene) -> None:
        sensor = maker.make(maker.name, signal=signal, **options)
        await scene.radio.add(sensor)
        playing.append(asyncio.create_task(play_faults(faults, sensor)))

    scene = record_over_air(path, play, sensors={"sternum": maker.name}, duration_s=duration_s)
    assert all(task.done() and task.exception() is None for task in playing)
    return scene


def only_sensor(path: Path) -> SensorRecording:
    (sensor,) = read_recording(path).sensors
    return sensor


def check_kept(path: Path, scene: Scene) -> None:
    """Check that whatever was delivered is in the file, in order."""
    assert stored(path) == scene.delivered


def check_streams_at_the_end(scene: Scene, since_s: float) -> None:
    last = [status for status in scene.statuses if since_s < status.time_s]
    assert {status.sensors[0].link for status in last[:-1]} == {"streaming"}
    assert {status.message for status in last[:-1]} == {""}
    assert last[-1].sensors[0].samples > last[0].sensors[0].samples


def check_true(maker: Maker, signal: ImuSignal, path: Path, rate_ppm: float = 0.0) -> None:
    """Check that every sample is one the sensor felt, at the time it felt it, none twice."""
    recorded = only_sensor(path)
    number = felt_samples(maker, signal, recorded)
    assert len(np.unique(number)) == len(number)
    true_s = number / (maker.rate_hz * (1 + rate_ppm * 1e-6))
    late_s = recorded.time_s - true_s
    # The motion begins when the sensor is switched on, a few ms before the session.
    assert np.abs(late_s - np.median(late_s)).max() < INTERVAL_S + 0.005


def test_what_is_recorded_is_what_the_sensor_felt(maker: Maker, path: Path) -> None:
    signal = signal_of(maker, 30.0)
    scene = record(path, maker, signal, duration_s=15.0)

    check_kept(path, scene)
    check_true(maker, signal, path)
    recorded = only_sensor(path)
    assert recorded.rejected_packets == 0
    assert recorded.gaps == ()
    assert len(recorded.time_s) > 13.5 * maker.rate_hz
    assert not recorded.clipped.any()


def test_packets_cut_over_notifications_are_put_together(maker: Maker, path: Path) -> None:
    signal = signal_of(maker, 30.0)
    record(path, maker, signal, duration_s=10.0, mtu=maker.small_mtu)

    check_true(maker, signal, path)
    assert len(only_sensor(path).time_s) > 8.5 * maker.rate_hz


def test_its_clocks_are_found_out(maker: Maker, path: Path) -> None:
    signal = signal_of(maker, 110.0)
    errors = {"rate_ppm": -500.0} | ({"clock_ppm": 40.0} if maker.has_clock else {})
    record(path, maker, signal, duration_s=80.0, **errors)

    recorded = only_sensor(path)
    number = felt_samples(maker, signal, recorded)
    true_s = number / (maker.rate_hz * (1 - 500e-6))
    slope = np.polyfit(true_s, recorded.time_s, 1)[0]
    assert (slope - 1) * 1e6 == pytest.approx(0.0, abs=10.0)


@pytest.mark.parametrize("kind", FaultKind, ids=lambda kind: kind.name.lower())
def test_after_a_fault_the_stream_comes_back_and_nothing_delivered_is_lost(
    maker: Maker, kind: FaultKind, path: Path
) -> None:
    signal = signal_of(maker, 30.0)
    fault = Fault(4.0, kind, 2.0 if kind is FaultKind.STALL else 6.0)
    end_s = 13.0 if kind in SOON_OVER else 22.0
    scene = record(path, maker, signal, fault, duration_s=end_s)

    check_kept(path, scene)
    check_true(maker, signal, path)
    check_streams_at_the_end(scene, since_s=end_s - 3.0)


def test_in_a_storm_of_faults_nothing_delivered_is_lost_or_invented(maker: Maker, path: Path) -> None:
    signal = signal_of(maker, 150.0)
    # Another storm for every maker.
    faults = draw_faults(list(MAKERS).index(maker.virtual.name), within_s=(0.0, 60.0), count=10)
    scene = record(path, maker, signal, *faults, duration_s=130.0)

    check_kept(path, scene)
    check_true(maker, signal, path)
    check_streams_at_the_end(scene, since_s=115.0)
