"""A sensor's own recordings from the terminal: list them, fetch one, start and stop."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from analysis.cli.home import file_name
from analysis.cli.text import text_table
from sensor.download.memories import find_memory
from sensor.download.memory import DeviceMemory
from sensor.errors import LinkError
from sensor.link.radio import Radio
from sensor.protocol.memory import LogEntry

_STEP = 0.05
_STEP_BYTES = 1_000_000

_CLOCK_SET_S = (1_451_606_400, 4_000_000_000)
"""From 2016 to 2096: a sensor that was never told the time counts from 2015."""

Say = Callable[[str], None]
"""Tells the runner one line."""


async def memory_of(radio: Radio, name: str) -> DeviceMemory:
    """Return the memory of a sensor; its clock is set to this computer's time of day.

    Raises
    ------
    LinkError
        When it is not in reach.
    UnknownSensorError
        When nothing can be fetched from such a sensor.
    """
    return await find_memory(radio, name, utc_us=lambda: round(datetime.now(UTC).timestamp() * 1e6))


async def list_logs(memory: DeviceMemory) -> str:
    """Return the table of what a sensor has recorded, the oldest first.

    Raises
    ------
    LinkError
        When there is nothing, or as `DeviceMemory.list`.
    """
    entries = _not_empty(memory, await memory.list())
    named = any(entry.name for entry in entries)
    rows = [(*_row(entry), entry.name) if named else _row(entry) for entry in entries]
    return text_table(("LOG", "CHANGED", "SIZE", "NAME") if named else ("LOG", "CHANGED", "SIZE"), rows)


async def fetch_log(memory: DeviceMemory, log_id: int | None, *, folder: Path, say: Say) -> Path:
    """Fetch a recording into a file of its own and return the file.

    Parameters
    ----------
    memory
        The sensor's.
    log_id
        Which; None for the newest.
    folder
        Where it goes. What an interrupted download left there is gone on with.
    say
        Told how far it is.

    Raises
    ------
    LinkError
        When there is nothing to fetch, or as `DeviceMemory.download`.
    SessionFileError
        When the file cannot be written.
    """
    if log_id is not None:
        entry = await memory.find(log_id)
    else:
        entry = _not_empty(memory, await memory.list())[-1]
    stem = file_name(f"{memory.name}_{entry.name or f'log-{entry.log_id}'}")
    target = _free_path(folder, stem, memory.suffix)
    say(f"Fetching recording {entry.log_id} of {memory.name}, {_size_text(entry.size_bytes)}.")
    await memory.download(entry, target, on_progress=progress(say))
    if _is_dated(entry):
        # A recording that does not tell the time of day is dated by its file.
        os.utime(target, (entry.modified_s, entry.modified_s))
    return target


def progress(say: Say) -> Callable[[int, int], None]:
    """Return what a download reports to: it says every twentieth part; every megabyte, if that is all."""
    said = 0.0

    def report(received: int, size: int) -> None:
        nonlocal said
        step = size * _STEP if size else _STEP_BYTES
        if received >= said + step:
            said = received // step * step
            share = f" of {_size_text(size)}, {received / size:.0%}" if size else ""
            say(f"{_size_text(received)}{share}")

    return report


def _not_empty(memory: DeviceMemory, entries: Sequence[LogEntry]) -> Sequence[LogEntry]:
    if not entries:
        raise LinkError(
            f"{memory.name} has recorded nothing; begin with `runtall download --sensor ... --start`, "
            "and end with --stop"
        )
    return entries


def _free_path(folder: Path, stem: str, suffix: str) -> Path:
    path = folder / f"{stem}{suffix}"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"{stem}_{number}{suffix}"
    return path


def _row(entry: LogEntry) -> tuple[str, str, str]:
    changed = "?"
    if _is_dated(entry):
        changed = f"{datetime.fromtimestamp(entry.modified_s, UTC).astimezone():%Y-%m-%d %H:%M}"
    return str(entry.log_id), changed, _size_text(entry.size_bytes)


def _is_dated(entry: LogEntry) -> bool:
    return _CLOCK_SET_S[0] <= entry.modified_s <= _CLOCK_SET_S[1]


def _size_text(size_bytes: int) -> str:
    if not size_bytes:
        return "size unknown"
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1e6 else f"{size_bytes / 1e3:.1f} kB"
