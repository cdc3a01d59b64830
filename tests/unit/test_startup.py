"""How light the command line is to start: what it loads, and how long that takes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
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
ALLOWED_S = 0.1


def run(*words: str, environment: Mapping[str, str] | None = None) -> tuple[str, set[str]]:
    """Run a command in an interpreter of its own; return how it ended and the packages it loaded."""
    # A coverage tool that follows child processes would load packages of its own into them.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        env={**inherited, **(environment or {})},
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
    [("--help",), ("--version",), *((name, "--help") for name in ("scan", "record", "report", "demo"))],
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
    end, loaded = run("--home", str(tmp_path), *command.split(), environment=NO_BLUETOOTH)
    assert end == "exit 1"
    assert {"bleak", "numpy"} <= loaded
    assert loaded.isdisjoint({"scipy", "pandas", "matplotlib", "bumble"})


def seconds(*words: str, turns: int = TURNS) -> float:
    """Return the shortest of several runs: noise only ever adds."""
    taken = []
    for _ in range(turns):
        begin = time.perf_counter()
        subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True)
        taken.append(time.perf_counter() - begin)
    return min(taken)


def test_help_is_there_at_once() -> None:
    empty_s = seconds("-c", "pass")
    assert seconds("-m", "analysis.cli.main", "--help") < empty_s + ALLOWED_S


def test_one_heavy_import_would_be_noticed() -> None:
    assert seconds("-c", "import scipy.signal", turns=1) > seconds("-c", "pass") + ALLOWED_S
