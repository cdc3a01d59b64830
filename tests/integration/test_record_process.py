"""A real recorder process: ended by signals, killed outright, out of disk."""

from __future__ import annotations

import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from sensor.session.info import read_info
from sensor.session.reader import read_recording
from tests.support.disks import small_disk
from tests.support.forked_console import launch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")

RECORD = ("record", "--sensor", "sternum=virtual", "--duration", "60s")

KILLS = 20
AT_ONCE = 4
LONGEST_LIFE_S = 4.0


def start(home: Path, *arguments: str, file_limit: int | None = None) -> subprocess.Popen[str]:
    """Start recording a software sensor and wait until the session file is there."""

    def limit_files() -> None:
        if file_limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    command = [sys.executable, "-m", "analysis.cli.main", "--home", str(home)]
    process = subprocess.Popen(
        [*command, *RECORD, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit_files,
    )
    await_session(home, lambda: None if process.poll() is None else process.communicate())
    return process


def await_session(home: Path, last_words: Callable[[], object]) -> None:
    """Wait until the session file is there; fail with what the process said if it has ended before."""
    deadline_s = time.monotonic() + 30.0
    while not list((home / "sessions").glob("*.runtall")):
        assert (said := last_words()) is None, said
        assert time.monotonic() < deadline_s, "no session file after 30 s"
        time.sleep(0.02)


def session_of(home: Path) -> Path:
    (path,) = (home / "sessions").glob("*.runtall")
    return path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_recording_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path)
    time.sleep(3.0)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=20.0)

    assert process.returncode == 0, stderr
    path = session_of(tmp_path)
    assert stdout.splitlines()[-1] == str(path)
    assert "Traceback" not in stderr
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    recording = read_recording(path)
    assert recording.notices == ()
    assert recording.events[-1].kind == "ended"
    assert recording.simulated


def test_ctrl_c_pressed_again_and_again_ends_as_cleanly_as_once(tmp_path: Path) -> None:
    process = start(tmp_path)
    time.sleep(2.0)
    deadline_s = time.monotonic() + 20.0
    presses = 0
    while process.poll() is None and presses < 3 and time.monotonic() < deadline_s:
        process.send_signal(signal.SIGINT)
        presses += 1
        time.sleep(0.02)
    stdout, stderr = process.communicate(timeout=20.0)

    assert presses >= 2
    assert process.returncode == 0, stderr
    assert "Traceback" not in stderr
    path = session_of(tmp_path)
    assert stdout.splitlines()[-1] == str(path)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert read_recording(path).notices == ()


def test_a_recording_whose_file_another_program_locks_loses_nothing(tmp_path: Path) -> None:
    process = start(tmp_path)
    path = session_of(tmp_path)
    time.sleep(2.0)
    other = sqlite3.connect(path, isolation_level=None, timeout=10.0)
    try:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(3.0)
        other.execute("COMMIT")
    finally:
        other.close()
    time.sleep(2.0)
    process.terminate()
    _, stderr = process.communicate(timeout=30.0)

    assert process.returncode == 0, stderr
    recording = read_recording(path)
    assert recording.notices == ()
    assert recording.sensors[0].gaps == ()
    assert recording.duration_s > 6.5
    assert len(recording.sensors[0].time_s) > 104 * 5


def test_a_recording_goes_on_when_nobody_listens_any_more(tmp_path: Path) -> None:
    process = start(tmp_path)
    assert process.stderr is not None
    process.stderr.close()
    time.sleep(1.0)
    process.stderr = None
    assert process.poll() is None
    process.terminate()
    process.communicate(timeout=20.0)

    assert process.returncode == 0
    assert read_recording(session_of(tmp_path)).events[-1].kind == "ended"


@dataclass(frozen=True)
class Death:
    """What a killed recording left: how long it lived, and how much of the end is missing."""

    life_s: float
    samples: int
    missing_s: float


def kill(home: Path, life_s: float) -> Death:
    home.mkdir()
    process = launch(home, *RECORD, heard=home)
    try:
        await_session(home, lambda: None if process.is_alive() else (home / "stderr").read_text())
        time.sleep(life_s)
    finally:
        process.kill()
        died_utc_s = time.time()
        process.join(10.0)
    path = session_of(home)
    alone = shutil.copy(path, home / "alone.runtall")
    assert read_info(alone).name == "run"
    recording = read_recording(path)
    if not recording.sensors or not len(recording.sensors[0].time_s):
        return Death(life_s, samples=0, missing_s=0.0)
    time_s = recording.sensors[0].time_s
    died_s = died_utc_s - datetime.fromisoformat(recording.started_utc).timestamp()
    return Death(life_s, len(time_s), died_s - float(time_s[-1]))


@pytest.mark.slow
def test_a_killed_recording_opens_and_misses_at_most_its_last_second(tmp_path: Path) -> None:
    rng = random.Random(20260501)
    lives_s = [rng.uniform(0.0, LONGEST_LIFE_S) for _ in range(KILLS)]
    homes = [tmp_path / str(number) for number in range(KILLS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        deaths = list(pool.map(kill, homes, lives_s))

    streaming = [death for death in deaths if death.samples]
    assert len(streaming) >= KILLS // 2
    # The second, and what was not yet sent: a packet holds 0.08 s, the radio takes 0.02 s.
    late = [death for death in streaming if death.missing_s > 1.1]
    assert not late


def test_a_full_disk_ends_the_recording_with_one_line_and_keeps_what_was_committed(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the same error to the writer, without being root."""
    process = start(tmp_path, file_limit=75_000)
    stdout, stderr = process.communicate(timeout=60.0)

    assert process.returncode == 1
    assert stdout == ""
    assert "Traceback" not in stderr
    last = stderr.splitlines()[-1]
    assert last.startswith("runtall: ")
    assert "cannot be written" in last
    assert "everything committed before is kept" in last
    recording = read_recording(session_of(tmp_path))
    assert len(recording.sensors[0].time_s) > 0


@pytest.mark.slow
def test_a_small_disk_that_fills_up_keeps_what_was_committed(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=200) as disk:
        process = start(disk)
        stdout, stderr = process.communicate(timeout=90.0)
        assert (process.returncode, stdout) == (1, "")
        last = stderr.splitlines()[-1]
        assert "disk is full" in last
        assert "everything committed before is kept" in last
        assert "Traceback" not in stderr
        recording = read_recording(session_of(disk))
        time_s = recording.sensors[0].time_s
        # What came within the last second before the disk was full had no room; all before is there.
        told_s = [status_s for line in stderr.splitlines() if (status_s := clock_s(line)) is not None]
        assert time_s[-1] > max(told_s) - 1.5
        assert len(time_s) > 104 * 0.95 * (time_s[-1] - time_s[0])


def clock_s(line: str) -> float | None:
    """Return the time a status line begins with, in seconds."""
    clock = re.match(r"([0-9]+):([0-9]{2})  \|", line)
    return 60.0 * int(clock[1]) + int(clock[2]) if clock else None
