"""How light the command line is to start: what it loads, and how long that takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOADED = """
import sys
from analysis.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print("exit", end.code, file=sys.stderr)
print(*sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""
"""Runs a command and tells on the last two lines of stderr how it ended and what it loaded."""

NO_BLUETOOTH = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent"}
"""A Linux machine without a Bluetooth service, whatever this one has."""

TURNS = 9
ALLOWED_S = 0.08


def environment(**more: str) -> dict[str, str]:
    """Return the variables for a child; coverage tools that follow children load packages too."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("COV")}, **more}


def run(*words: str, **variables: str) -> tuple[str, set[str]]:
    """Run a command in an interpreter of its own; return how it ended and the packages it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    end, loaded = done.stderr.splitlines()[-2:]
    return end, set(loaded.split())


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("--version",),
        *((name, "--help") for name in ("scan", "record", "report", "export", "doctor", "demo")),
    ],
    ids=" ".join,
)
def test_help_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    end, loaded = run(*words)
    assert end == "exit 0"
    assert "click" in loaded
    assert loaded.isdisjoint({"numpy", "scipy", "pandas", "matplotlib", "bleak", "rich", "bumble", "sqlite3"})


@pytest.mark.skipif(sys.platform != "linux", reason="takes the Bluetooth service away, which only Linux has")
@pytest.mark.parametrize("command", ["scan --listen 0.5", "record --no-guide --sensor sternum=Movesense"])
def test_recording_loads_neither_scipy_nor_pandas_nor_matplotlib(command: str, tmp_path: Path) -> None:
    end, loaded = run("--home", str(tmp_path), *command.split(), **NO_BLUETOOTH)
    assert end == "exit 1"
    assert {"bleak", "numpy"} <= loaded
    assert loaded.isdisjoint({"scipy", "pandas", "matplotlib", "bumble"})


def test_a_history_is_told_without_scipy_or_templates(tmp_path: Path) -> None:
    end, loaded = run("--home", str(tmp_path), "history")
    assert end == "exit 0"
    assert "numpy" in loaded
    assert loaded.isdisjoint({"scipy", "pandas", "jinja2"})


@pytest.mark.parametrize("heavy", ["scipy.signal", "scipy.stats", "scipy.interpolate", "pandas"])
def test_an_analysis_loads_only_the_light_parts_of_scipy(heavy: str) -> None:
    told = f"import sys, analysis.pipeline, analysis.report.page; print({heavy!r} in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", told], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def seconds(*words: str, turns: int = TURNS) -> float:
    """Return the processor's time for a child, the least of several: what else the machine does only adds."""
    usage = pytest.importorskip("resource", reason="the processor's time of a child is not told here")
    taken: list[float] = []
    for _ in range(turns):
        before = usage.getrusage(usage.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *words], env=environment(), stdout=subprocess.DEVNULL, timeout=60, check=True
        )
        after = usage.getrusage(usage.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(taken)


def test_help_is_there_at_once() -> None:
    assert seconds("-m", "analysis", "--help") < seconds("-c", "pass") + ALLOWED_S


def test_one_heavy_import_would_be_noticed() -> None:
    assert seconds("-c", "import scipy.signal", turns=1) > seconds("-c", "pass") + ALLOWED_S
