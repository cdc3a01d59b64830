"""``runtall demo`` as a newcomer runs it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from analysis.cli.demo.demo_run import run_demo
from analysis.words import Verdict
from sensor.virtual.runner.plan import PosturePoint, RunPlan, run, stand
from sensor.virtual.runner.scenarios import EVERYDAY, OPENING
from tests.support.console import complaint, runtall, success

LONGEST_S = 60.0
NEAR_ENOUGH_KM = 0.3

_FOUND = re.compile(r"Slouch found from km ([0-9.]+); the simulated truth crosses at km ([0-9.]+)\.")

_NO_BUMBLE = """
import sys


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "bumble":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Absent())
"""


def no_bumble(folder: Path) -> dict[str, str]:
    """Return the variables of a process that cannot import bumble."""
    (folder / "blocker").mkdir()
    (folder / "blocker" / "sitecustomize.py").write_text(_NO_BUMBLE)
    return {"PYTHONPATH": str(folder / "blocker")}


@pytest.mark.slow
def test_the_demo_finds_the_slouch_says_that_it_is_simulated_and_leaves_the_runners_sessions_alone(
    tmp_path: Path,
) -> None:
    began_s = time.monotonic()
    lines = success(runtall(tmp_path / "home", "demo", environment=no_bumble(tmp_path), timeout_s=300.0))
    took_s = time.monotonic() - began_s

    assert took_s < LONGEST_S
    assert "simulated" in lines[0]
    assert "slouched" in lines[1]
    found = _FOUND.fullmatch(lines[2])
    assert found
    found_km, true_km = map(float, found.groups())
    assert 3.2 < true_km < 3.8
    assert abs(found_km - true_km) <= NEAR_ENOUGH_KM
    page = Path(lines[-1].removeprefix("Report:").strip())
    content = page.read_text(encoding="utf-8")
    assert content.startswith("<!doctype html>")
    assert "imulated" in content
    assert len(content) < 1_000_000

    listed = runtall(tmp_path / "home", "list")
    assert success(listed) == []
    assert "No sessions" in listed.stderr
    assert [entry.name for entry in (tmp_path / "home").iterdir()] == ["demo"]


def test_without_the_extra_the_whole_radio_says_what_to_install_and_leaves_nothing(tmp_path: Path) -> None:
    done = runtall(tmp_path / "home", "demo", "--radio", environment=no_bumble(tmp_path))
    assert 'pip install "runtall[virtual]"' in complaint(done)
    assert not (tmp_path / "home").exists()


SHORT = RunPlan(
    (*OPENING, run(900.0, 2.9), stand(20.0)),
    posture=(PosturePoint(0.0, 7.5), PosturePoint(1.4, 7.5), PosturePoint(1.7, 14.0)),
    style=EVERYDAY,
)
"""A quarter of an hour with a slouch in its second half; the link is lost once on the way."""


@pytest.mark.slow
def test_the_small_radio_and_the_whole_one_tell_of_the_same_run(tmp_path: Path) -> None:
    small = run_demo(tmp_path / "small", 1, plan=SHORT).report
    whole = run_demo(tmp_path / "whole", 1, plan=SHORT, whole_radio=True).report

    assert small.outcome.verdict is whole.outcome.verdict is Verdict.SLOUCHED
    assert small.outcome.confidence is whole.outcome.confidence
    assert [one.flag for one in small.evidence.episodes] == [one.flag for one in whole.evidence.episodes]
    # Clocks are fitted to the arrivals of each radio, so strides may be a few milliseconds apart.
    for ours, theirs in zip(small.evidence.episodes, whole.evidence.episodes, strict=True):
        assert ours.from_m == pytest.approx(theirs.from_m, abs=15.0)
