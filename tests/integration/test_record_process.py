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
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
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
AT_ONCE = 7
LONGEST_LIFE_S = 3.0


IMPATIENT_S = 3.0
_IMPATIENT = (
    "import sensor.session.threaded as threaded\n"
    f"threaded.END_PATIENCE_S = {IMPATIENT_S}\n"
    "from analysis.cli.main import main\n"
    "main()"
)
"""The program, but it waits for room for seconds at the end, not a minute."""


def start(
    home: Path, *arguments: str, file_limit: int | None = None, is_impatient: bool = False
) -> subprocess.Popen[str]:
    """Start recording a software sensor and wait until the session file is there."""

    def limit_files() -> None:
        if file_limit is not None:
            _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, most))

    program = ["-c", _IMPATIENT] if is_impatient else ["-m", "analysis.cli.main"]
    command = [sys.executable, *program, "--home", str(home)]
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
    time.sleep(2.5)
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
    time.sleep(1.0)
    other = sqlite3.connect(path, isolation_level=None, timeout=10.0)
    try:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(2.0)
        other.execute("COMMIT")
    finally:
        other.close()
    time.sleep(1.0)
    process.terminate()
    _, stderr = process.communicate(timeout=30.0)

    assert process.returncode == 0, stderr
    recording = read_recording(path)
    assert recording.notices == ()
    assert recording.sensors[0].gaps == ()
    assert recording.duration_s > 3.5
    assert len(recording.sensors[0].time_s) > 104 * 2


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


def listen(process: subprocess.Popen[str]) -> list[str]:
    """Return the lines of stderr, which grow as they come."""
    lines: list[str] = []
    stream = process.stderr
    assert stream is not None
    threading.Thread(target=lambda: lines.extend(iter(stream.readline, "")), daemon=True).start()
    return lines


def wait_for(what: Callable[[], bool], longest_s: float = 90.0) -> None:
    until_s = time.monotonic() + longest_s
    while not what():
        assert time.monotonic() < until_s
        time.sleep(0.1)


def is_whole(path: Path, from_s: float) -> bool:
    """Tell whether a recording has no notice, no gap, and samples at their full rate since ``from_s``."""
    recording = read_recording(path)
    (sensor,) = recording.sensors
    assert recording.notices == ()
    assert sensor.gaps == ()
    time_s = sensor.time_s[sensor.time_s > from_s]
    return bool(len(time_s) > 0.97 * 104 * (time_s[-1] - time_s[0]))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="lifts the limit of another process")
def test_a_recording_goes_on_when_there_is_room_again(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the same to the writer, without being root."""
    with start(tmp_path, file_limit=60_000) as process:
        lines = listen(process)
        wait_for(
            lambda: any("the disk is full: make room; nothing is lost within 10 min" in s for s in lines)
        )
        time.sleep(2.0)
        assert process.poll() is None
        _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
        time.sleep(2.0)
        process.terminate()
        process.wait(timeout=60.0)

    assert process.returncode == 0, lines
    assert "Traceback" not in "".join(lines)
    path = session_of(tmp_path)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert is_whole(path, from_s=2.0)


@pytest.mark.slow
def test_a_small_disk_that_fills_up_loses_nothing_when_room_is_made(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=3000) as disk, ExitStack() as stack:
        film = disk / "film.mp4"
        film.write_bytes(bytes(2_890_000))
        process = stack.enter_context(start(disk))
        lines = listen(process)
        wait_for(lambda: any("the disk is full" in line for line in lines))
        time.sleep(4.0)
        film.unlink()
        time.sleep(3.0)
        process.terminate()
        process.wait(timeout=60.0)
        assert process.returncode == 0, lines
        assert any(
            line.startswith("Careful: only 0.") and "room for less than a minute" in line for line in lines
        )
        assert is_whole(session_of(disk), from_s=2.0)


@pytest.mark.slow
def test_a_small_disk_that_stays_full_keeps_what_was_committed(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=165) as disk, ExitStack() as stack:
        process = stack.enter_context(start(disk, is_impatient=True))
        lines = listen(process)
        wait_for(lambda: any("the disk is full" in line for line in lines))
        process.terminate()
        process.wait(timeout=120.0)
        assert process.returncode == 1
        wait_for(lambda: lines[-1].startswith("runtall: "))
        assert "disk is full" in lines[-1]
        assert "everything committed before is kept" in lines[-1]
        assert re.search(r"what came in the last [0-9]+ s is lost", lines[-1])
        assert any(
            f"make room within {IMPATIENT_S:.0f} s, or what waits in memory is lost" in line for line in lines
        )
        assert "Traceback" not in "".join(lines)
        time_s = read_recording(session_of(disk)).sensors[0].time_s
        # What came within the last second before the disk was full had no room; all before is there.
        assert time_s[-1] > max(clock_s(line) for line in lines if "disk" not in line) - 1.5
        assert len(time_s) > 104 * 0.95 * (time_s[-1] - time_s[0])


def clock_s(line: str) -> float:
    """Return the time a status line begins with, in seconds; -1 for another line."""
    clock = re.match(r"([0-9]+):([0-9]{2}) · ", line)
    return 60.0 * int(clock[1]) + int(clock[2]) if clock else -1.0
