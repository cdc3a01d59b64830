"""``runtall demo`` as a newcomer runs it."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.support.console import complaint, runtall, success

LONGEST_S = 90.0
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


@pytest.mark.slow
def test_the_demo_finds_the_slouch_says_that_it_is_simulated_and_leaves_the_runners_sessions_alone(
    tmp_path: Path,
) -> None:
    began_s = time.monotonic()
    lines = success(runtall(tmp_path, "demo", timeout_s=300.0))
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

    listed = runtall(tmp_path, "list")
    assert success(listed) == []
    assert "No sessions" in listed.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["demo"]


def test_without_the_extra_the_demo_says_what_to_install_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "blocker").mkdir()
    (tmp_path / "blocker" / "sitecustomize.py").write_text(_NO_BUMBLE)
    done = runtall(tmp_path / "home", "demo", environment={"PYTHONPATH": str(tmp_path / "blocker")})
    assert 'pip install "runtall[virtual]"' in complaint(done)
    assert not (tmp_path / "home").exists()
