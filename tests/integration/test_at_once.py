"""Two of one name in one second: both become sessions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from sensor.session.reader import read_recording
from tests.support.csv_export import write_imu_csv

TOGETHER = 2


def run_together(home: Path, *arguments: str) -> set[Path]:
    """Run the same command twice at once; return the sessions both say they made."""
    command = [sys.executable, "-m", "analysis.cli.main", "--home", str(home), *arguments]
    processes = [
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(TOGETHER)
    ]
    made = set()
    for process in processes:
        stdout, stderr = process.communicate(timeout=120.0)
        assert process.returncode == 0, stderr
        made.add(Path(stdout.splitlines()[-1]))
    return made


def test_two_imports_of_one_start_both_succeed(tmp_path: Path) -> None:
    time_s = np.arange(2080) / 104
    acc = np.column_stack([np.sin(8.5 * time_s), np.cos(17 * time_s), 9.81 + 8 * np.sin(17 * time_s)])
    chest = write_imu_csv(tmp_path / "chest.csv", time_s, acc, None)
    started = "2025-05-31 07:30"
    made = run_together(tmp_path / "home", "import", f"sternum={chest}", "--started", started)
    assert len(made) == TOGETHER
    assert {len(read_recording(path).sensors[0].time_s) for path in made} == {2080}
    assert {path.name for path in (tmp_path / "home" / "sessions").iterdir()} == {p.name for p in made}


def test_two_recordings_that_begin_together_both_succeed(tmp_path: Path) -> None:
    made = run_together(tmp_path, "record", "--sensor", "sternum=virtual", "--duration", "2s", "--name", "x")
    assert len(made) == TOGETHER
    assert all(read_recording(path).sensors for path in made)
