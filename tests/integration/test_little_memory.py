"""A computer, or a limit, that leaves too little memory for an analysis is told in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.sessions import write_session

resource = pytest.importorskip("resource", reason="limits the memory of a process")


@pytest.mark.parametrize("megabytes", [60, 150, 265])
def test_a_report_without_the_memory_for_it_says_so_in_one_line(megabytes: int, tmp_path: Path) -> None:
    (tmp_path / "sessions").mkdir()
    session = write_session(tmp_path / "sessions" / "evening.runtall")
    limit = megabytes * 10**6
    done = subprocess.run(
        [sys.executable, "-m", "analysis.cli.main", "--home", str(tmp_path), "report", str(session)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60.0,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("runtall: not enough memory")
    assert [path.name for path in session.parent.iterdir()] == [session.name]
