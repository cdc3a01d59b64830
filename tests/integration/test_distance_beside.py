"""From a foot pod or a treadmill on the simulated radio to the distance in the report."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analysis.cli.record.recording import RecordOptions, record
from analysis.cli.virtual_sensors import virtual_runner
from analysis.config import AnalysisConfig
from analysis.pipeline import analyse_session
from sensor.recorder import AuxiliaryRequest, RecorderStatus, RecordingPlan, SensorRequest, record_session
from sensor.session.reader import read_recording
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.devices.standard import treadmill
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from sensor.virtual.runner.scenarios import treadmill_plan
from sensor.virtual.runner.simulation import simulate

RUN_S = 110.0
SPEED_MPS = 2.9
"""Of the simulated runner."""


class Silent:
    """A live line nobody looks at."""

    hint = ""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, status: RecorderStatus) -> None:
        pass

    def say(self, text: str) -> None:
        pass


def test_the_report_of_a_run_with_a_foot_pod_takes_its_distance_from_it(tmp_path: Path) -> None:
    path = tmp_path / "pod.runtall"
    plan = RecordingPlan(
        (SensorRequest("sternum", "Movesense 000000000001"),), (AuxiliaryRequest(1, "Foot Pod 1"),)
    )
    order = RecordOptions(plan, "pod", RUN_S, is_guided=False, is_simulated=True)

    async def outing() -> None:
        async with virtual_runner(plan, RUN_S) as radio:
            await record(order, radio, new_path=lambda _: path, line=Silent())

    run_in_virtual_time(outing())
    report = analyse_session(path, AnalysisConfig())

    assert report.provenance.distance_source == "foot pod"
    strides = report.strides
    middle = (strides["start_s"] > 30.0) & (strides["start_s"] < 90.0)
    speed_mps = strides["speed_mps"][middle]
    assert speed_mps.mean() == pytest.approx(SPEED_MPS, rel=0.03)


def test_a_treadmill_gives_the_report_its_distance_and_the_session_its_surface(tmp_path: Path) -> None:
    path = tmp_path / "belt.runtall"
    run = simulate(treadmill_plan(minutes=2.5, speed_mps=3.0), seed=1)
    last = len(run.speed_mps) - 1
    belt = treadmill(
        lambda time_s: float(run.speed_mps[min(round(time_s * run.rate_hz), last)]),
        lambda time_s: float(run.distance_m[min(round(time_s * run.rate_hz), last)]),
    )
    chest = VirtualMovesense(signal=run.sensors[0].measured)
    plan = RecordingPlan((SensorRequest("sternum", chest.name),), (AuxiliaryRequest(1, belt.name),))

    async def outing() -> None:
        async with VirtualRadio(seed=1) as radio:
            await radio.add(chest)
            await radio.add(belt)
            await record_session(
                plan,
                path,
                radio.bleak,
                name="belt",
                started_utc=datetime(2026, 5, 1, 7, 30, tzinfo=UTC),
                duration_s=last / run.rate_hz,
                rng=random.Random(1),
            )

    run_in_virtual_time(outing())
    report = analyse_session(path, AnalysisConfig())

    assert read_recording(path).context["surface"] == "treadmill"
    assert report.provenance.distance_source == "treadmill"
    # The belt shows whole metres, and its way is counted from the first reading.
    assert report.strides["distance_m"][-1] == pytest.approx(run.distance_m[-1], rel=0.03)
