"""What a live view is handed while virtual sensors are recorded over the simulated radio."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sensor.protocol.registry import device
from sensor.recorder.live_tap import NOT_LIVE, LiveTap
from sensor.samples import LiveBlock, LiveReading
from sensor.session.reader import read_recording
from sensor.virtual.devices.standard import heart_rate_strap, treadmill
from tests.support.recordings_over_air import (
    CAP,
    CHEST,
    PAYLOADS,
    Scene,
    alone,
    call_at,
    kinds,
    movesense,
    record_over_air,
    rows,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.runtall"


async def losing(scene: Scene) -> None:
    """Play two sensors, one of which is lost twice and comes back."""
    chest = movesense(CHEST)
    await scene.radio.add(chest)
    await scene.radio.add(movesense(CAP))
    call_at(10.0, chest.lose_link)
    call_at(20.0, chest.lose_link)


def test_what_is_handed_on_is_what_the_file_holds_at_nearly_the_same_times(path: Path) -> None:
    blocks: list[LiveBlock] = []
    record_over_air(path, losing, sensors={"sternum": CHEST, "head": CAP}, on_live=blocks.append)
    recording = read_recording(path)
    for sensor in recording.sensors:
        own = [block for block in blocks if block.placement == sensor.placement]
        time_s = np.concatenate([block.time_s for block in own])
        np.testing.assert_array_equal(
            np.concatenate([block.acc_sensor_mps2 for block in own]), sensor.acc_sensor_mps2
        )
        np.testing.assert_array_equal(
            np.concatenate([block.gyr_sensor_radps for block in own]), sensor.gyr_sensor_radps
        )
        assert (np.diff(time_s) > 0.0).all()
        # A connection interval is 15 ms; the fit of the whole knows the quickest packets beforehand.
        assert np.abs(time_s - sensor.time_s).max() < 0.03
        assert [block.connection for block in own] == sorted(block.connection for block in own)
    assert {block.connection for block in blocks if block.placement == "sternum"} == {0, 1, 2}


def test_a_mistake_of_the_live_view_is_told_once_and_costs_no_packet(path: Path) -> None:
    calls = []

    def fail(block: LiveBlock) -> None:
        calls.append(block)
        raise RuntimeError("the terminal went away")

    scene = record_over_air(path, alone(), duration_s=6.0, on_live=fail)
    assert len(calls) == 1
    assert kinds(path).count("live view stopped") == 1
    assert [row[0] for row in rows(path, PAYLOADS)] == scene.delivered
    told = "the live view has stopped (RuntimeError('the terminal went away')); the recording goes on"
    assert scene.statuses[-1].message == told


def test_a_sensor_whose_rates_come_apart_is_said_not_to_be_live() -> None:
    tap = LiveTap("sternum")
    assert tap.begin(device("movesense"))
    assert not tap.begin(device("muse"))
    assert NOT_LIVE == "not live"
    assert tap.take() is None


def test_what_devices_beside_the_sensors_tell_is_handed_on_in_its_unit(path: Path) -> None:
    belt = treadmill(lambda _: 2.5, lambda time_s: 2.5 * time_s, grade_pct=1.0)
    strap = heart_rate_strap(lambda _: 140.0)
    readings: list[LiveReading] = []

    async def play(scene: Scene) -> None:
        for one in (movesense(), belt, strap):
            await scene.radio.add(one)

    record_over_air(path, play, beside=(belt.name, strap.name), duration_s=10.0, on_reading=readings.append)
    told = {(one.source, one.quantity): one.value for one in readings}
    assert told["treadmill", "speed_mps"] == 2.5
    assert told["treadmill", "grade_pct"] == 1.0
    assert told["heart-rate strap", "heart_rate_bpm"] == 140.0
    speeds = [one.time_s for one in readings if one.quantity == "speed_mps"]
    assert len(speeds) > 5
    assert speeds == sorted(speeds)
