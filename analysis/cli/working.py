"""A sign of life while a large file is read, for the person at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli.memory import LIBRARIES_BYTES, require_memory
from sensor.text import printable

if TYPE_CHECKING:
    from rich.console import Console

LARGE_BYTES = 20_000_000
"""Smaller files are read before anybody wonders."""

MEMORY_PER_BYTE = 8
"""A table of text takes so many times its own size while it is read (measured on 110 MB)."""


@contextmanager
def reading(paths: Iterable[Path], console: Console | None = None) -> Iterator[None]:
    """Make sure of the memory that files need; while large ones are read, show a bar and the time it takes.

    How far it is cannot be told: what takes the time is one call of a library. Nothing is shown where nobody
    looks.

    Parameters
    ----------
    paths
        What is read; a pipe or a folder has no size to tell.
    console
        Where to show it; stderr without it.

    Raises
    ------
    MemoryError
        Where the system does not give it.
    """
    paths = [path for path in paths if path.is_file()]
    size_bytes = sum(path.stat().st_size for path in paths)
    require_memory(LIBRARIES_BYTES + MEMORY_PER_BYTE * size_bytes)
    if size_bytes < LARGE_BYTES or (console is None and not sys.stderr.isatty()):
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console or Console(stderr=True), transient=True) as bar:
        names = ", ".join(printable(path.name) for path in paths)
        bar.add_task(f"Reading {names} ({size_bytes / 1e6:.0f} MB)", total=None)
        yield
