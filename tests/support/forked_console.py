"""The program as a person runs it, in a process of its own, but without the second that its imports take."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from analysis.cli.main import COMMANDS, main
from tests.support.console import Done

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(
    [module for module, _ in COMMANDS.values()] + ["analysis.pipeline", "sensor.virtual.radio.virtual_radio"]
)


def forked(home: Path, *arguments: object, folder: Path | None = None, timeout_s: float = 60.0) -> Done:
    """Run ``runtall ARGUMENTS`` as `console.runtall` does, in a fork of a process that has imported it.

    For tests of what a command says, writes and leaves alone. How it starts is told by the script itself.

    Parameters
    ----------
    home
        Value of ``RUNTALL_HOME``.
    arguments
        Words of the command line.
    folder
        Where to run it.
    timeout_s
        A command that takes longer fails the test.
    """
    with tempfile.TemporaryDirectory() as name:
        heard = Path(name)
        process = launch(home, *arguments, heard=heard, folder=folder)
        process.join(timeout_s)
        if process.is_alive():
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(list(map(str, arguments)), timeout_s)
        assert process.exitcode is not None
        said, complained = ((heard / stream).read_text("utf-8") for stream in ("stdout", "stderr"))
        return Done(list(map(str, arguments)), process.exitcode, said, complained)


def launch(home: Path, *arguments: object, heard: Path, folder: Path | None = None) -> ForkServerProcess:
    """Start ``runtall ARGUMENTS`` in such a fork; what it says goes to files in ``heard``."""
    words = ["runtall", *map(str, arguments)]
    environment = {**os.environ, "RUNTALL_HOME": str(home)}
    process = _FORKING.Process(target=_run, args=(words, environment, folder or Path.cwd(), heard))
    process.start()
    return process


def _run(words: list[str], environment: Mapping[str, str], folder: Path, heard: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, stream in ((1, "stdout"), (2, "stderr")):
        file = os.open(heard / stream, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.argv = words
    main()
