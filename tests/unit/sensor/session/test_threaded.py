from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sensor.errors import SessionFileError
from sensor.session.opening import open_session
from sensor.session.threaded import COMMIT_INTERVAL_S, ThreadedWriter
from tests.support.sessions import STARTED_UTC, add_movesense, count_packets

_RECORDER = """
import sys, time
from pathlib import Path
from sensor.session.threaded import ThreadedWriter
writer = ThreadedWriter(Path(sys.argv[1]), name="x", started_utc="2025-05-31T06:30:00+00:00")
segment_id = writer.start_segment(writer.add_sensor("sternum", "movesense", "M 1"), 0, "start")
start_ns = time.monotonic_ns()
print(start_ns, flush=True)
while True:
    writer.packet(segment_id, "data", time.monotonic_ns() - start_ns, bytes(198))
    time.sleep(0.02)
"""


def _new(path: Path) -> ThreadedWriter:
    return ThreadedWriter(path, name="tempo", started_utc=STARTED_UTC)


def test_numbers_are_given_out_at_once_and_rows_are_there_after_closing(tmp_path: Path) -> None:
    writer = _new(tmp_path / "a.runtall")
    assert add_movesense(writer, "sternum") == 1
    assert add_movesense(writer, "head") == 2
    assert [writer.start_segment(2, 0, "start"), writer.start_segment(1, 0, "start")] == [1, 2]
    for i in range(1000):
        writer.packet(1, "data", i, b"x")
    writer.close()
    assert count_packets(writer.path) == 1000
    assert writer.failure is None
    assert [file.name for file in tmp_path.iterdir()] == ["a.runtall"]


def test_rows_are_on_the_disk_within_a_second_even_when_few_come(tmp_path: Path) -> None:
    writer = _new(tmp_path / "a.runtall")
    writer.mark(1, "lap")
    deadline = time.monotonic() + 30
    found = False
    while not found and time.monotonic() < deadline:
        with open_session(writer.path) as session:
            found = session.connection.execute("SELECT count(*) FROM mark").fetchone() == (1,)
        time.sleep(0.05)
    writer.close()
    assert found
    assert COMMIT_INTERVAL_S <= 0.5


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    writer = _new(tmp_path / "a.runtall")
    writer.close()
    writer.close()


def test_a_file_that_cannot_be_made_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.runtall").touch()
    with pytest.raises(SessionFileError, match="exists already"):
        _new(tmp_path / "a.runtall")


def test_a_failure_of_the_disk_is_told_once_and_again_on_closing(tmp_path: Path) -> None:
    told: list[SessionFileError] = []
    failed = threading.Event()

    def on_failure(error: SessionFileError) -> None:
        told.append(error)
        failed.set()

    writer = ThreadedWriter(
        tmp_path / "a.runtall", name="tempo", started_utc=STARTED_UTC, on_failure=on_failure
    )
    writer.packet(404, "data", 0, b"a segment that does not exist")
    assert failed.wait(30)
    with pytest.raises(SessionFileError, match=r"a\.runtall: cannot be written") as caught:
        writer.close()
    assert told == [writer.failure] == [caught.value]
    writer.packet(1, "data", 0, b"too late, dropped")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_in_the_writing_thread_is_told_like_a_failure_of_the_disk(tmp_path: Path) -> None:
    writer = _new(tmp_path / "a.runtall")
    writer.mark(1, "lap")
    time.sleep(2 * COMMIT_INTERVAL_S)
    writer.put_rows(None, [(1,)])  # type: ignore[arg-type]  # a statement that is none
    with pytest.raises(SessionFileError, match=r"a\.runtall: cannot be written any more"):
        writer.close()
    with open_session(writer.path) as session:
        assert session.connection.execute("SELECT kind FROM mark").fetchall() == [("lap",)]


def test_a_killed_process_loses_at_most_its_last_second(tmp_path: Path) -> None:
    random_delays = random.Random(20250531)
    paths = [tmp_path / f"{i}.runtall" for i in range(5)]
    processes = [
        subprocess.Popen([sys.executable, "-c", _RECORDER, str(path)], stdout=subprocess.PIPE, text=True)
        for path in paths
    ]
    for process, path in zip(processes, paths, strict=True):
        assert process.stdout is not None
        start_ns = int(process.stdout.readline())
        delay_s = random_delays.uniform(0.05, 0.6)
        time.sleep(delay_s)
        process.send_signal(signal.SIGKILL)
        killed_s = (time.monotonic_ns() - start_ns) / 1e9
        process.wait()
        process.stdout.close()
        with open_session(path) as session:
            (last_ns,) = session.connection.execute("SELECT max(arrival_ns) FROM packet").fetchone()
        assert killed_s - (last_ns or 0) / 1e9 <= 1.0, f"killed after {killed_s:.2f} s"
