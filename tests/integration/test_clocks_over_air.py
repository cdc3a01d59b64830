"""Two sensors at once over the simulated radio: their time lines, and what shared knocks make of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.pipeline import analyse_session
from analysis.signal.clock_alignment import on_trunk_clock
from sensor.samples import FloatArray, ImuSignal, Recording, SensorRecording
from sensor.session.reader import read_recording
from sensor.units import STANDARD_GRAVITY_MPS2
from sensor.virtual.devices.movesense import GYR_STEP_RADPS, VirtualMovesense
from sensor.virtual.runner.plan import UPRIGHT_STERNUM, RunPlan, Worn, run, stand
from sensor.virtual.runner.simulation import simulate
from tests.support.knocks import tap_mps2, three_from, with_taps
from tests.support.recordings_over_air import CAP, CHEST, Scene, record_over_air

CONFIG = AnalysisConfig().knocks
RATE_HZ = 104.0
INTERVAL_S = 8 / RATE_HZ / 5
"""Five connection events a packet: every packet of a link waits equally long, and none shows the delay."""

DURATION_S = 50.0
TAPS_S = np.concatenate((three_from(12.0, 0.8), three_from(40.0, 0.7)))
_WRAP = 1000


@dataclass(frozen=True, slots=True)
class Made:
    """A sensor of software: when its motion began, how much too fast it samples and its clock runs."""

    begun_s: float
    rate_ppm: float
    clock_ppm: float

    def true_s(self, index: FloatArray) -> FloatArray:
        return self.begun_s + index / (RATE_HZ * (1 + self.rate_ppm * 1e-6))

    def signal(self, taps_s: FloatArray, direction: tuple[float, float, float], seed: int) -> ImuSignal:
        """Return standing with taps at true times; the rate says which sample it is."""
        index = np.arange(round((DURATION_S + 20.0) * RATE_HZ))
        quiet = np.random.default_rng(seed).normal(0.0, 0.1, (len(index), 3))
        push = tap_mps2(self.true_s(index), taps_s)[:, None] * np.array(direction)
        numbered = np.stack((index % _WRAP, index // _WRAP, 0 * index), axis=1) * GYR_STEP_RADPS
        return ImuSignal(RATE_HZ, quiet + push + (0.0, 0.0, STANDARD_GRAVITY_MPS2), numbered)


def recorded(
    path: Path,
    seed: int,
    *,
    taps_s: FloatArray = TAPS_S,
    lose: Callable[[VirtualMovesense, VirtualMovesense], None] = lambda chest, cap: None,
) -> tuple[Recording, Made, Made]:
    """Record chest and head; ``lose`` schedules what goes wrong."""
    rng = np.random.default_rng(seed)
    made: list[Made] = []

    async def play(scene: Scene) -> None:
        sensors = []
        for name, direction in ((CHEST, (0.0, 0.6, 0.8)), (CAP, (0.8, -0.6, 0.0))):
            await asyncio.sleep(rng.uniform(0.0, 0.02))
            own = Made(asyncio.get_running_loop().time(), 0.0, rng.uniform(-40.0, 40.0))
            sensors.append(
                VirtualMovesense(
                    name,
                    signal=own.signal(taps_s, direction, seed + len(made)),
                    clock_ppm=own.clock_ppm,
                    rate_ppm=own.rate_ppm,
                    start_ticks_ms=int(rng.integers(2**32)),
                )
            )
            made.append(own)
            await scene.radio.add(sensors[-1])
        lose(*sensors)

    wishes = {"sternum": CHEST, "head": CAP}
    record_over_air(
        path, play, sensors=wishes, duration_s=DURATION_S, seed=seed, connection_interval_s=INTERVAL_S
    )
    return read_recording(path), made[0], made[1]


def late_s(sensor: SensorRecording, made: Made) -> tuple[FloatArray, FloatArray]:
    """Return the true times of a sensor's samples, and how much later the session has them."""
    assert sensor.gyr_sensor_radps is not None
    low, high = np.rint(sensor.gyr_sensor_radps[:, :2].T / GYR_STEP_RADPS)
    true_s = made.true_s(low + _WRAP * high)
    return true_s, sensor.time_s - true_s


def apart_s(trunk: SensorRecording, other: SensorRecording, chest: Made, cap: Made) -> FloatArray:
    """Return (n,) by how much the other sensor's time line is later than the trunk's, at its samples."""
    true_s, late = late_s(other, cap)
    return late - np.interp(true_s, *late_s(trunk, chest))


@pytest.mark.parametrize("seed", [1, 3, 4, 7])
def test_two_clocks_agree_within_an_interval_and_after_shared_taps_within_five_ms(
    tmp_path: Path, seed: int
) -> None:
    session, chest, cap = recorded(tmp_path / "taps.runtall", seed)
    trunk, other = session.sensors
    assert np.abs(apart_s(trunk, other, chest, cap)).max() < INTERVAL_S
    moved, events = on_trunk_clock(trunk, other, CONFIG)
    assert [event.knocks for event in events] == [3, 3]
    rest_s = np.abs(apart_s(trunk, moved, chest, cap)).max()
    assert rest_s < 0.005
    assert rest_s < max(event.within_s for event in events)


def test_without_taps_a_recorded_session_is_left_as_it_is(tmp_path: Path) -> None:
    session, _, _ = recorded(tmp_path / "quiet.runtall", 4, taps_s=np.zeros(0))
    trunk, other = session.sensors
    assert on_trunk_clock(trunk, other, CONFIG) == (other, ())


def test_after_a_lost_link_every_connection_with_taps_is_within_five_ms(tmp_path: Path) -> None:
    def lose(_: VirtualMovesense, cap: VirtualMovesense) -> None:
        loop = asyncio.get_running_loop()
        for at_s in (20.0, 28.0):
            loop.call_at(at_s, cap.lose_link)

    session, chest, cap = recorded(tmp_path / "lost.runtall", 6, lose=lose)
    trunk, other = session.sensors
    assert len(other.segment_start) == 3
    moved, _ = on_trunk_clock(trunk, other, CONFIG)
    first, middle, last = np.split(apart_s(trunk, moved, chest, cap), moved.segment_start[1:])
    assert np.abs(first).max() < 0.005
    assert np.abs(last).max() < 0.005
    # Nothing was felt in the connection in between: its delay was drawn anew, within an interval.
    assert np.abs(middle).max() < INTERVAL_S
    assert (np.diff(moved.time_s) > 0.0).all()


def test_a_run_with_chest_and_head_sensor_and_taps_says_how_well_their_clocks_agree(tmp_path: Path) -> None:
    plan = RunPlan((stand(10.0), run(30.0, 3.0), stand(10.0)), wear=(UPRIGHT_STERNUM, Worn("head")))
    taps_s = np.concatenate((three_from(3.0, 0.8), three_from(45.0, 0.8)))

    async def play(scene: Scene) -> None:
        for name, worn in zip((CHEST, CAP), simulate(plan, seed=1).sensors, strict=True):
            await scene.radio.add(VirtualMovesense(name, signal=with_taps(worn.measured, taps_s)))

    path = tmp_path / "run.runtall"
    sensors = {"sternum": CHEST, "head": CAP}
    record_over_air(path, play, sensors=sensors, duration_s=49.0, connection_interval_s=INTERVAL_S)
    report = analyse_session(path)
    (line,) = (line for line in report.evidence.quality if line.what == "Clocks of sternum and head")
    assert line.value == "agree within 3 ms (taps at start and end)"
    assert report.totals.stride_count > 35
