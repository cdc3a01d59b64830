"""Polar sensors of software, recorded: what is odd about them costs nothing, or what it must."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sensor.protocol.polar.control import Measurement
from sensor.samples import ImuSignal
from sensor.session.info import read_info
from sensor.session.reader import read_recording
from sensor.virtual.devices.polar import CLOCK_AFTER_RESET_NS, VirtualPolar
from sensor.virtual.devices.polar_hardware import VERITY_SENSE, PolarHardware
from tests.support.recordings_over_air import Scene, noise_signal, record_over_air, rows
from tests.support.virtual_makers import MAKERS, felt_samples
from tests.support.virtual_polar import polar

ACC, GYRO = Measurement.ACC, Measurement.GYRO


def record(
    path: Path,
    sensor: VirtualPolar,
    at: dict[float, Callable[[], None]] | None = None,
    duration_s: float = 30.0,
) -> Scene:
    async def play(scene: Scene) -> None:
        await scene.radio.add(sensor)
        for time_s, action in (at or {}).items():
            asyncio.get_running_loop().call_at(time_s, action)

    return record_over_air(path, play, sensors={"sternum": sensor.name}, duration_s=duration_s)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.runtall"


def test_a_factor_told_while_recording_is_kept_and_decodes_the_session_later(path: Path) -> None:
    odd: PolarHardware = replace(VERITY_SENSE, steps={ACC: 0.00025, GYRO: 0.061})
    turning = ImuSignal(52.0, np.tile([0.0, 0.0, 9.80665], (3000, 1)), np.full((3000, 3), 1.0))
    record(path, polar(hardware=odd, signal=turning))

    settings = read_info(path).sensors[0].settings
    assert (settings["acc_factor_g"], settings["gyr_factor_dps"]) == (0.00025, 0.061)
    (sensor,) = read_recording(path).sensors
    assert sensor.gyr_sensor_radps is not None
    assert sensor.gyr_sensor_radps == pytest.approx(1.0, abs=0.5 * math.radians(0.061))
    assert sensor.acc_sensor_mps2[:, 2] == pytest.approx(9.80665, abs=0.5 * 0.00025 * 9.81)


def test_subscriptions_that_fail_right_after_connecting_are_tried_again_on_the_same_link(path: Path) -> None:
    record(path, polar(deaf_s=0.6))

    events = [kind for (kind,) in rows(path, "SELECT kind FROM event ORDER BY id")]
    assert events.count("connected") == 1
    assert len(read_recording(path).sensors[0].time_s) > 26 * 52


@pytest.mark.parametrize("measurement", [ACC, GYRO])
def test_one_stream_that_dies_alone_is_asked_for_again_before_much_is_lost(
    path: Path, measurement: Measurement
) -> None:
    sensor = polar()
    record(path, sensor, {10.0: lambda: sensor.drop_stream(measurement)})

    (recorded,) = read_recording(path).sensors
    (gap,) = recorded.gaps
    assert gap.end_s - gap.start_s < 12.0
    assert recorded.time_s[-1] > 28.0


def test_streams_the_sensor_ends_by_itself_are_started_again(path: Path) -> None:
    sensor = polar()
    scene = record(path, sensor, {10.0: sensor.stop_streams})

    assert any("stopped by itself" in detail for (detail,) in rows(path, "SELECT detail FROM event"))
    assert scene.statuses[-3].sensors[0].link == "streaming"
    assert len(read_recording(path).sensors[0].time_s) > 24 * 52


def test_a_strap_taken_off_and_put_on_again_goes_on_in_the_same_session(path: Path) -> None:
    loud_mps2 = 10.0 * noise_signal(200.0, rate_hz=100.0).acc_sensor_mps2 - np.array([0.0, 0.0, 88.3])
    signal = ImuSignal(100.0, loud_mps2, None)
    sensor = polar("H10", signal=signal, start_ns=CLOCK_AFTER_RESET_NS + 10**17)
    record(path, sensor, {5.0: sensor.take_off_strap, 130.0: sensor.put_on_strap}, 160.0)

    (recorded,) = read_recording(path).sensors
    (gap,) = recorded.gaps
    assert (gap.start_s, gap.end_s) == pytest.approx((50.0, 131.0), abs=2.0)
    late_s = recorded.time_s - felt_samples(MAKERS["polar-h10"], signal, recorded) / 100.0
    assert np.ptp(late_s) < 0.02


@pytest.mark.parametrize("model", ["H10", "OH1", "Sense"])
def test_the_heart_rate_of_the_same_sensor_is_recorded_beside_its_motion(path: Path, model: str) -> None:
    sensor = polar(model, bpm=143)
    record(path, sensor, {10.0: sensor.lose_link})

    recording = read_recording(path)
    (heart,) = recording.tracks
    assert (heart.quantity, set(heart.value)) == ("heart_rate_bpm", {143.0})
    assert 25 <= len(heart.value) <= 30
    assert recording.notices == ()
