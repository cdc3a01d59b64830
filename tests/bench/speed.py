"""What a runner waits for, beside what was aimed at: ``python -m tests.bench.speed`` writes SPEED.md.

Seconds of the processor, because other programs only ever make a clock's larger. Whole processes are started
in turns and the least is told; ratios are those of turns in one process, ours and offlineVQF's in
alternation, so that a busy machine slows both.
"""

from __future__ import annotations

import gc
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np

from analysis.cli.memory import GARBAGE_THRESHOLDS
from analysis.config import AnalysisConfig
from analysis.library.facts_json import facts_from_json, facts_to_json
from analysis.library.index import Index
from analysis.library.library import Library
from analysis.library.places import sessions_folder
from analysis.pipeline import analyse
from analysis.signal.motion import motion_of
from analysis.stride.rows import stride_table
from sensor.session.reader import read_recording
from tests.bench.hours import Hour, severe_hours
from tests.bench.long_session import PEER, write_long_session
from tests.bench.ours import orientation_alone
from tests.bench.peers import PEERS
from tests.bench.tables import markdown
from tests.support.many_sessions import write_run

WRITTEN = Path(__file__).with_name("SPEED.md")
TURNS = 7
INDEXED, MANY = 1_000, 10_000
HEADER = ("what", "measured", "aimed at", "")

INTRODUCTION = """\
Whole processes are started as a person would start them, {turns} times in turns; told are the least seconds
of the processor, and in brackets those of the clock: what else the machine does only adds to both. A ratio is
the median over {turns} turns in one process, each of which does ours and the other filter's once, in seconds
of the processor; all have one thread. What falls short of its aim is written as it is.
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process took: seconds of the processor and of the clock, peak memory (MB)."""

    processor_s: float
    clock_s: float
    peak_mb: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure beside the most it should be."""

    what: str
    measured: float
    most: float
    unit: str = ""
    beside: str = ""

    def row(self) -> tuple[str, ...]:
        """Return it as cells of the table."""
        digits = 0 if self.most >= 100 else 3 if self.most < 0.1 else 2
        told = f"{self.measured:.{digits}f}{self.unit}{self.beside}"
        return (
            self.what, told, f"≤ {self.most:g}{self.unit}", "" if self.measured <= self.most else "missed"
        )  # fmt: skip


def main() -> None:
    """Measure everything, write the page and print it."""
    gc.set_threshold(*GARBAGE_THRESHOLDS)  # as in the program itself
    begun = os.getloadavg()[0]
    with TemporaryDirectory(prefix="runtall-bench-") as folder:
        figures = [figure for part in _PARTS for figure in part(Path(folder))]
    text = _title(begun, os.getloadavg()[0]) + markdown(HEADER, [figure.row() for figure in figures])
    WRITTEN.write_text(text, encoding="utf-8")
    print(text)


def _title(begun: float, ended: float) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "vqf"))
    return (
        f"# What a runner waits for\n\n{datetime.now(UTC):%Y-%m-%d}; Python {platform.python_version()}, "
        f"{versions}; {platform.machine()}, {os.cpu_count()} processors; load {begun:.1f} at the beginning, "
        f"{ended:.1f} at the end.\n\n{INTRODUCTION.format(turns=TURNS)}\n"
    )


def process(*words: object) -> Spent:
    """Run Python with some words and return what that took."""
    begin = perf_counter()
    child = subprocess.Popen(
        [sys.executable, *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{words}: ended with {child.returncode}")
    return Spent(used.ru_utime + used.ru_stime, perf_counter() - begin, used.ru_maxrss / 1024.0)


def in_turns(*actions: Callable[[], Spent]) -> list[Spent]:
    """Return the least that some processes take, each started once a turn."""
    turns = [[action() for action in actions] for _ in range(TURNS)]
    return [min(own, key=attrgetter("processor_s")) for own in zip(*turns, strict=True)]


def _runtall(home: Path, *words: object) -> Spent:
    return process("-m", "analysis", "--home", home, *words)


def _by_clock(spent: Spent) -> str:
    return f" ({spent.clock_s:.2f} s)"


def _start(folder: Path) -> Iterator[Figure]:
    helped, empty = in_turns(partial(process, "-m", "analysis", "--help"), partial(process, "-c", "pass"))
    above_s = helped.processor_s - empty.processor_s
    yield Figure("`--help`, above an empty interpreter", above_s, 0.08, " s", _by_clock(helped))


def _hour(folder: Path) -> Iterator[Figure]:
    path = write_long_session(folder / "1h.runtall", 1)
    homes = iter([folder / f"home{number}" for number in range(TURNS)])

    def cold() -> Spent:
        return _runtall(next(homes), "report", path, "-o", folder / "page.html")

    (first,) = in_turns(cold)
    yield Figure("`report` of one hour, nothing kept", first.processor_s, 3.0, " s", _by_clock(first))
    kept = folder / "kept"
    sessions_folder(kept).mkdir(parents=True)
    own = sessions_folder(kept) / path.name
    own.hardlink_to(path)
    _runtall(kept, "report", own, "-o", folder / "page.html")
    (second,) = in_turns(partial(_runtall, kept, "report", own, "-o", folder / "page.html"))
    yield Figure("the same again, kept", second.processor_s, 0.5, " s", _by_clock(second))


def _ratios(folder: Path) -> Iterator[Figure]:
    path, hour = folder / "1h.runtall", next(severe_hours((0,), 1))
    acc, gyr = hour.received()
    peer = next(peer for peer in PEERS if peer.name.startswith(PEER))
    recording = read_recording(path)
    actions: tuple[Callable[[], object], ...] = (
        lambda: peer.up(acc, gyr, hour.run.rate_hz, **peer.settings),
        lambda: read_recording(path),
        lambda: _to_table(path),
        lambda: analyse(recording),
    )
    turns = np.array([[*map(_processor_s, actions), _orientation_s(hour)] for _ in range(TURNS)])
    _, read, table, report, orientation = (turns / turns[:, :1]).T
    beside = f" × (read {np.median(read):.2f} ×)"
    yield Figure("stored packets to stride table, in times of offlineVQF", _of(table), 2.0, "", beside)
    yield Figure("stored packets to report, likewise", _of(read + report), 2.0, "", " ×")
    yield Figure("orientation alone, likewise", _of(orientation), 0.6, "", " ×")


def _of(values: Sequence[float] | np.ndarray) -> float:
    return float(np.median(values))


def _processor_s(action: Callable[[], object]) -> float:
    begin = process_time()
    action()
    return process_time() - begin


def _orientation_s(hour: Hour) -> float:
    return orientation_alone(hour, process_time)


def _to_table(path: Path) -> object:
    config = AnalysisConfig()
    recording = read_recording(path)
    trunk = motion_of(recording.sensors[0], None, config=config)
    return stride_table(trunk, {}, speed_known=False, context=recording.context, config=config)


def _indexed(folder: Path) -> Iterator[Figure]:
    home = _home_of(folder / "indexed", INDEXED)
    listed, history = in_turns(partial(_runtall, home, "list"), partial(_runtall, home, "history"))
    yield Figure(
        f"`list`, {INDEXED:,} sessions in the index", listed.processor_s, 0.3, " s", _by_clock(listed)
    )
    yield Figure("`history` of them", history.processor_s, 1.0, " s", _by_clock(history))


def _home_of(home: Path, count: int) -> Path:
    """Make a home of sessions that are all one file, known to the index as runs of other days and leans."""
    sessions = sessions_folder(home)
    sessions.mkdir(parents=True)
    original = write_run(sessions / "run.runtall")
    (entry,) = Library.open(home).entries()
    index = Index(home, AnalysisConfig().hash(), say=print)
    rng, facts = np.random.default_rng(0), facts_from_json(entry.row.facts)
    first = datetime(2023, 1, 1, 17, tzinfo=UTC)
    for number in range(count - 1):
        began = first + timedelta(days=number)
        file = sessions / f"{began:%Y-%m-%d_%H-%M-%S}_run.runtall"
        file.hardlink_to(original)
        utc = began.isoformat()
        run = replace(
            facts, started_utc=utc, level_deg=8.0 + rng.normal(), distance_m=1e4 + 1e3 * rng.normal()
        )
        index.put(replace(entry.row, file=file.name, started_utc=utc, facts=facts_to_json(run)))
    index.close()
    return home


def _latest(folder: Path) -> Iterator[Figure]:
    sessions = sessions_folder(folder / "many")
    sessions.mkdir(parents=True)
    original = write_run(folder / "run.runtall")
    # Before the day that the session itself tells, as if it were the latest of all.
    first = datetime(1985, 1, 1, 17)
    for number in range(MANY):
        began = first + timedelta(days=number)
        (sessions / f"{began:%Y-%m-%d_%H-%M-%S}_run.runtall").hardlink_to(original)
    (found,) = in_turns(partial(_runtall, folder / "many", "show", "latest"))
    yield Figure(f"`show latest` of {MANY:,} sessions", found.processor_s, 1.0, " s", _by_clock(found))


def _day(folder: Path) -> Iterator[Figure]:
    path = write_long_session(folder / "24h.runtall", 24)
    page = folder / "day.html"
    spent = _runtall(folder / "day", "report", path, "-o", page)
    beside = f" ({spent.processor_s:.0f} s of the processor)"
    yield Figure("peak memory of `report` of 24 hours", spent.peak_mb, 1200.0, " MB", beside)
    yield Figure("its page", page.stat().st_size / 1000.0, 500.0, " kB")


_PARTS = (_start, _hour, _ratios, _indexed, _latest, _day)

if __name__ == "__main__":
    main()
