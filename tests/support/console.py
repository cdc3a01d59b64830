"""The real console script, as a person runs it: in a process of its own, with a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

SCRIPT = Path(sys.executable).with_name("runtall")

Done = subprocess.CompletedProcess[str]


def runtall(
    home: Path,
    *arguments: object,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    timeout_s: float = 60.0,
) -> Done:
    """Run ``runtall ARGUMENTS`` with ``RUNTALL_HOME`` set to ``home``, nothing on stdin.

    Parameters
    ----------
    home
        Value of ``RUNTALL_HOME``.
    arguments
        Words of the command line.
    environment
        More variables.
    folder
        Where to run it.
    timeout_s
        A command that takes longer fails the test.
    """
    return subprocess.run(
        [str(SCRIPT), *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "RUNTALL_HOME": str(home), **(environment or {})},
        cwd=folder,
        timeout=timeout_s,
        check=False,
    )


def complaint(done: Done) -> str:
    """Return the one line of an expected failure; fail the test for anything else a command may say."""
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    line = done.stderr.splitlines()[-1]
    assert line.startswith("runtall: "), done.stderr
    assert done.stdout == ""
    _only_printable(done.stderr)
    return line.removeprefix("runtall: ")


def usage_error(done: Done) -> str:
    """Return what a usage error says; fail the test for anything else a command may say."""
    assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    _only_printable(done.stderr)
    return " ".join(done.stderr.split())


def success(done: Done) -> list[str]:
    """Return the lines on stdout of a command that did what it was asked for."""
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    _only_printable(done.stdout + done.stderr)
    return done.stdout.splitlines()


def _only_printable(text: str) -> None:
    """Nothing a terminal would obey: names come from strangers."""
    assert not [letter for letter in text if ord(letter) < 32 and letter not in "\n\t"]
