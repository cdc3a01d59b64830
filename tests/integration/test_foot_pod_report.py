"""From a foot pod on the simulated radio to the distance in the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.cli.recording import Order, record
from analysis.cli.virtual_sensors import virtual_runner
from analysis.config import AnalysisConfig
from analysis.pipeline import analyse_session
from sensor.recorder import BesideWish, RecorderStatus, RecordingPlan, SensorWish
from sensor.virtual.timeloop import run_in_virtual_time

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
    plan = RecordingPlan((SensorWish("sternum", "Movesense 000000000001"),), (BesideWish(1, "Foot Pod 1"),))
    order = Order(plan, "pod", RUN_S, is_guided=False, is_simulated=True)

    async def outing() -> None:
        async with virtual_runner(plan, RUN_S) as radio:
            await record(order, radio, lambda _: path, Silent())

    run_in_virtual_time(outing())
    report = analyse_session(path, AnalysisConfig())

    assert report.distance_source == "foot pod"
    strides = report.strides
    middle = (strides["start_s"] > 30.0) & (strides["start_s"] < 90.0)
    speed_mps = strides["speed_mps"][middle]
    assert speed_mps.mean() == pytest.approx(SPEED_MPS, rel=0.03)
