from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
segment_id = writer.start_segment(writer.add_sensor("sternum", "movesense", name="M 1"), 0, reason="start")
start_ns = time.monotonic_ns()
print(start_ns, flush=True)
while True:
    writer.packet(segment_id, "data", arrival_ns=time.monotonic_ns() - start_ns, payload=bytes(198))
    time.sleep(0.02)
"""


def _new(path: Path) -> ThreadedWriter:
    return ThreadedWriter(path, name="tempo", started_utc=STARTED_UTC)


def test_numbers_are_given_out_at_once_and_rows_are_there_after_closing(tmp_path: Path) -> None:
    writer = _new(tmp_path / "a.runtall")
    assert add_movesense(writer, "sternum") == 1
    assert add_movesense(writer, "head") == 2
    assert [writer.start_segment(2, 0, reason="start"), writer.start_segment(1, 0, reason="start")] == [1, 2]
    for i in range(1000):
        writer.packet(1, "data", arrival_ns=i, payload=b"x")
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
    writer.packet(404, "data", arrival_ns=0, payload=b"a segment that does not exist")
    assert failed.wait(30)
    with pytest.raises(SessionFileError, match=r"a\.runtall: cannot be written") as caught:
        writer.close()
    assert told == [writer.failure] == [caught.value]
    writer.packet(1, "data", arrival_ns=0, payload=b"too late, dropped")


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


@contextmanager
def locked_by_another_process(path: Path) -> Iterator[None]:
    """Have another program write to the file, and keep it from everybody else."""
    process = subprocess.Popen(
        [sys.executable, "-c", _LOCKER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "locked\n"
        yield
    finally:
        process.communicate("let go\n", timeout=30)
    assert process.returncode == 0


_LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("INSERT INTO meta VALUES ('context.notes', '\\"of another program\\"')")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("COMMIT")
connection.close()
"""


def test_a_file_that_another_program_has_locked_is_waited_for_and_loses_no_row(tmp_path: Path) -> None:
    writer = _new(tmp_path / "a.runtall")
    segment_id = writer.start_segment(add_movesense(writer), 0, reason="start")
    for packet in range(20):
        writer.packet(segment_id, "data", arrival_ns=packet, payload=b"before")
    longest_s, deadline = 0.0, time.monotonic() + 30
    with locked_by_another_process(writer.path):
        while not writer.is_locked and time.monotonic() < deadline:
            began = time.monotonic()
            writer.packet(segment_id, "data", arrival_ns=20, payload=b"meanwhile")
            longest_s = max(longest_s, time.monotonic() - began)
            time.sleep(0.05)
        assert writer.is_locked
    while writer.is_locked and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not writer.is_locked
    writer.packet(segment_id, "data", arrival_ns=30, payload=b"after")
    writer.close()
    with open_session(writer.path) as session:
        payloads = [row[0] for row in session.connection.execute("SELECT payload FROM packet ORDER BY id")]
        notes = session.connection.execute("SELECT value FROM meta WHERE key = 'context.notes'").fetchall()
    assert payloads[:20] == [b"before"] * 20
    assert set(payloads[20:-1]) == {b"meanwhile"}
    assert payloads[-1] == b"after"
    assert notes == [('"of another program"',)]
    assert longest_s < 0.5


def test_a_file_that_stays_locked_is_given_up_after_the_end_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sensor.session.threaded.END_PATIENCE_S", 1.0)
    writer = _new(tmp_path / "a.runtall")
    writer.mark(1, "lap")
    time.sleep(2 * COMMIT_INTERVAL_S)
    with locked_by_another_process(writer.path):
        writer.mark(2, "lap")
        with pytest.raises(SessionFileError, match=r"a\.runtall: another program .*close it"):
            writer.close()
    with open_session(writer.path) as session:
        assert session.connection.execute("SELECT t_ns FROM mark").fetchall() == [(1,)]
