"""A batch on a Dask cluster of several processes, some of which are killed while it runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analysis.batch.run import Progress, run_batch
from analysis.batch.schema import TABLES
from analysis.batch.workers import ClusterWorkers, ProcessWorkers
from sensor.errors import LinkError
from tests.support.many_sessions import told_anew, write_run

pq = pytest.importorskip("pyarrow.parquet", reason="the extra [batch-tests] is left out")
pytest.importorskip("distributed", reason="the extra [batch-tests] is left out")

SESSIONS = 24
WORKERS = 3


def start(*words: object) -> subprocess.Popen[bytes]:
    module, *rest = map(str, words)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-m", f"distributed.cli.{module}", *rest], **quiet)


class Cluster:
    """A scheduler and its workers, each a process of its own, on this computer only."""

    def __init__(self, folder: Path) -> None:
        told = folder / "scheduler.json"
        common = ("--scheduler-file", told, "--no-dashboard")
        self.processes = [start("dask_scheduler", "--host", "127.0.0.1", "--port", 0, *common)]
        for number in range(WORKERS):
            place = folder / f"worker-{number}"
            place.mkdir()
            words = ("--host", "127.0.0.1", "--nthreads", 1, "--no-nanny", "--local-directory", place)
            self.processes.append(start("dask_worker", *words, *common))
        self.address = self._address(told)

    def _address(self, told: Path) -> str:

        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                return str(json.loads(told.read_text())["address"])
            except (OSError, ValueError, KeyError):
                time.sleep(0.05)
        raise AssertionError("the scheduler never told its address")

    def kill(self, number: int) -> None:
        os.kill(self.processes[number].pid, signal.SIGKILL)

    def end(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.end()


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("club")
    original = write_run(folder / "run")
    for number in range(SESSIONS):
        told_anew(original, folder / f"runner-{number % 3}" / f"{number}.runtall", number)
    (folder / "runner-0" / "torn.runtall").write_bytes(original.read_bytes()[:3000])
    return folder


def table(out: Path, name: str) -> list[dict[str, Any]]:
    """Return all rows but for the pseudonyms, which differ from one data set to the next."""
    frame = pq.read_table(out / name).to_pandas().drop(columns="runner", errors="ignore")
    ordered: list[dict[str, Any]] = frame.sort_values(list(frame.columns[:2])).to_dict("records")
    return ordered


def test_killed_workers_change_no_row(club: Path, cluster: Cluster, tmp_path: Path) -> None:
    crew = ClusterWorkers(cluster.address)
    wait_until(lambda: crew.count == WORKERS)
    killed: list[int] = []

    def kill_two(progress: Progress) -> None:
        for number, after in ((1, 3), (2, 9)):
            if progress.done >= after and number not in killed:
                cluster.kill(number)
                killed.append(number)

    try:
        done = run_batch([str(club)], tmp_path / "cluster", workers=crew, tell=kill_two)
    finally:
        crew.close()
    assert killed == [1, 2]
    assert (done.done, done.failed) == (SESSIONS + 1, 1)
    run_batch([str(club)], tmp_path / "serial", workers=ProcessWorkers(1, str(tmp_path)))
    for name in TABLES:
        assert repr(table(tmp_path / "cluster", name)) == repr(table(tmp_path / "serial", name))
    assert len(table(tmp_path / "serial", "sessions")) == SESSIONS


def test_a_lost_scheduler_is_told_and_what_was_done_is_kept(
    club: Path, cluster: Cluster, tmp_path: Path
) -> None:
    crew = ClusterWorkers(cluster.address)

    def kill_the_scheduler(progress: Progress) -> None:
        if progress.done == 2:
            cluster.kill(0)

    try:
        with pytest.raises(LinkError, match="the cluster is lost, what was done is kept"):
            run_batch([str(club)], tmp_path / "out", workers=crew, tell=kill_the_scheduler)
    finally:
        crew.close()
    assert len(table(tmp_path / "out", "sessions")) + len(table(tmp_path / "out", "errors")) >= 2


def wait_until(what: Any, timeout_s: float = 60.0) -> None:
    end = time.monotonic() + timeout_s
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_where_no_scheduler_answers_a_line_says_so() -> None:
    with pytest.raises(LinkError, match="no scheduler answers"):
        ClusterWorkers("tcp://127.0.0.1:9", timeout_s=0.5)
