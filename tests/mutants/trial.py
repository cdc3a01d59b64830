"""One mutant against tests, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile

from tests.mutants.mutations import Mutation
from tests.mutants.nearest import module_name
from tests.mutants.one import NEVER_IMPORTED

FAILED = frozenset({1, 2, 3})
"""pytest's codes for a failed test, a module that cannot be imported, and an error inside."""


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Trial:
    """A mutant, the tests it met, and what became of it."""

    mutation: Mutation
    tests: tuple[str, ...]
    fate: Fate


class UnfitTestsError(Exception):
    """The tests cannot judge a mutant: they fail without one, or never load the module."""


def try_source(root: Path, file: str, source: str, tests: tuple[str, ...], timeout_s: float | None) -> Fate:
    """Run tests against a changed module in a process of its own.

    Parameters
    ----------
    root
        The tree.
    file
        Path of the module, relative to it.
    source
        The module's text, instead of the file's.
    tests
        Test files, relative to the tree.
    timeout_s
        After so long the process is ended.

    Raises
    ------
    UnfitTestsError
        The tests never load the module, or there are none.
    """
    with NamedTemporaryFile("w", prefix="runtall-mutant-", suffix=".py", encoding="utf-8") as mutant:
        mutant.write(source)
        mutant.flush()
        one = Path(__file__).with_name("one.py")
        command = [sys.executable, "-P", str(one), module_name(file), mutant.name, *tests]
        settings = {"PYTHONPATH": str(root), "OPENBLAS_NUM_THREADS": "1"}
        try:
            done = subprocess.run(
                command,
                cwd=root,
                env=os.environ | settings,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=timeout_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Fate.TIMED_OUT
    if done.returncode == NEVER_IMPORTED:
        raise UnfitTestsError(f"{', '.join(tests)}: never load {file}, so they cannot judge it")
    if done.returncode > max(FAILED):
        raise UnfitTestsError(f"{', '.join(tests)}: pytest left with {done.returncode}; run it to see why")
    return Fate.KILLED if done.returncode else Fate.SURVIVED
