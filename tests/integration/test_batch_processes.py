"""A batch in processes of its own: some are killed, some end themselves, and somebody stops the whole."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from analysis.batch.mapping import results
from analysis.batch.records import Failure, FailureKind, Source, Summary
from analysis.batch.run import run_batch
from analysis.batch.summarise import attempt
from analysis.batch.workers import ProcessWorkers
from analysis.errors import WorkersError
from tests.support.console import SCRIPT
from tests.support.many_sessions import told_anew, write_run


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with six sessions."""
    folder = tmp_path_factory.mktemp("club")
    original = write_run(folder / "run")
    for number in range(6):
        told_anew(original, folder / f"runner-{number % 2}" / f"{number}.runtall", number)
    return folder


def named(path: str, killer: str = "", once: str = "") -> Summary | Failure:
    """Stand for the work on a session; on the killer's the process ends, the first time or each time."""
    if Path(path).name == killer and not (once and Path(once).exists()):
        if once:
            Path(once).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Summary(Path(path).name, "")


def never() -> bool:
    return False


SOURCES = [Source(f"/club/{number}", "") for number in range(12)]


def found(tmp_path: Path, task: Callable[[str], Summary | Failure]) -> dict[str, Summary | Failure]:
    workers = ProcessWorkers(2, str(tmp_path))
    done = list(results(task, SOURCES, workers=workers, stop=never))
    assert len(done) == len(SOURCES)
    return {Path(source.path).name: result for source, result in done}


def test_a_session_that_ends_its_process_each_time_is_told_and_the_others_are_done(tmp_path: Path) -> None:
    outcome = found(tmp_path, partial(named, killer="5"))
    blamed = outcome.pop("5")
    assert isinstance(blamed, Failure)
    assert blamed.kind is FailureKind.ENDED_THE_PROCESS
    assert {name: Summary(name, "") for name in outcome} == outcome
    assert len(outcome) == 11


def test_a_session_whose_process_was_killed_once_is_done_by_another(tmp_path: Path) -> None:
    outcome = found(tmp_path, partial(named, killer="5", once=str(tmp_path / "was")))
    assert outcome == {str(number): Summary(str(number), "") for number in range(12)}


class NeverBegun(ProcessWorkers):
    """Processes that end before they work."""

    def _pool(self, count: int) -> Executor:
        return ProcessPoolExecutor(
            count, mp_context=get_context("forkserver"), initializer=os._exit, initargs=(1,)
        )


def test_where_no_process_can_begin_no_session_is_blamed(tmp_path: Path) -> None:
    with pytest.raises(WorkersError, match="no process can be started"):
        list(results(named, SOURCES, workers=NeverBegun(2, str(tmp_path)), stop=never))


def test_no_more_sessions_are_taken_than_the_workers_can_hold(tmp_path: Path) -> None:
    taken: list[int] = []

    def sources() -> Iterator[Source]:
        for number in range(40):
            taken.append(number)
            yield Source(f"/club/{number}", "")

    held = []
    for count, _ in enumerate(
        results(named, sources(), workers=ProcessWorkers(1, str(tmp_path)), stop=never)
    ):
        held.append(len(taken) - count)
    assert max(held) <= 2


def children_of(process: int) -> set[int]:
    """Return the processes that one has started, and those that these have."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in table.splitlines()]
    family = {process}
    while more := {pid for pid, parent in pairs if parent in family} - family:
        family |= more
    return family - {process}


def wait_for(what: Callable[[], Any], timeout_s: float = 60.0) -> None:
    end = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def alive(processes: set[int]) -> set[int]:
    return {pid for pid in processes if Path(f"/proc/{pid}").exists()}


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at processes as Linux shows them")
def test_whoever_stops_the_batch_leaves_no_process_behind_and_the_next_goes_on(
    club: Path, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow", reason="the extra [batch-tests] is left out")
    for number in (signal.SIGKILL, signal.SIGTERM):
        words = [SCRIPT, "batch", club, "-o", tmp_path / "out", "--workers", "2"]
        running = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        wait_for(lambda running=running: len(children_of(running.pid)) >= 4)  # type: ignore[misc]
        family = children_of(running.pid)
        running.send_signal(number)
        _, said = running.communicate(timeout=60)
        wait_for(lambda family=family: not alive(family))  # type: ignore[misc]
    assert running.returncode == 1
    assert said.splitlines()[-1].startswith("Stopped; what is done is kept")
    done = run_batch([str(club)], tmp_path / "out", workers=ProcessWorkers(1, str(tmp_path)))
    assert (done.is_complete, done.total, done.failed) == (True, 6, 0)


def test_the_work_can_be_handed_to_another_process(club: Path, tmp_path: Path) -> None:
    path = str(club / "runner-0" / "0.runtall")
    ((_, there),) = results(attempt, [Source(path, "")], workers=ProcessWorkers(1, str(tmp_path)), stop=never)
    here = attempt(path)
    assert isinstance(there, Summary)
    assert isinstance(here, Summary)
    assert there.session == here.session
    assert repr(there.tables["sessions"]) == repr(here.tables["sessions"])
