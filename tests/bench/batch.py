"""What a batch costs: ``python -m tests.bench.batch`` writes BATCH.md.

Ends with status 1 where two workers are not 1.6 times as fast as one.
"""

from __future__ import annotations

import os
import pickle
import shutil
import sys
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from analysis.batch.dataset import open_data_set
from analysis.batch.records import Entry, Source, Summary
from analysis.batch.run import PART_STRIDES, run_batch
from analysis.batch.schema import TABLES
from analysis.batch.summarise import summarise
from analysis.batch.workers import ProcessWorkers
from tests.bench.long_session import write_long_session
from tests.bench.tables import markdown
from tests.support.many_sessions import told_anew, write_run

SESSIONS, TURNS = 1000, 8
LEAST_GAIN = 1.6
HOURS_IN_A_PART = 40
TEN_MILLION = 10_000_000
WRITTEN = Path(__file__).with_name("BATCH.md")

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of one batch: by the clock, of the processor in this process, and in all its workers."""

    workers: int
    clock_s: float
    parent_s: float
    workers_s: float
    load: float


class Watched(ProcessWorkers):
    """Workers whose time on the processor is read before they end."""

    used_s = 0.0

    def end(self, executor: Executor) -> None:
        """Read what each process has used, then end them."""
        for process in (getattr(executor, "_processes", None) or {}).values():
            told = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            self.used_s += (int(told[11]) + int(told[12])) / _TICKS_PER_S
        super().end(executor)


@dataclass(frozen=True, slots=True)
class HourCost:
    """What a session of one hour costs."""

    analysis_s: float
    handed_over_bytes: int
    kept_s: float
    kept_bytes: int
    stride_count: int


def main() -> int:
    """Measure, write down; return the exit status."""
    with TemporaryDirectory(prefix="runtall-bench-") as name:
        folder = Path(name)
        shares = _club(folder)
        costs = _in_turns(shares, folder)
        hour = _hour(folder)
    gain = costs[0].clock_s / costs[1].clock_s
    WRITTEN.write_text(_page(costs, gain, hour=hour), encoding="utf-8")
    print(f"{gain:.2f} times as fast by two; wrote {WRITTEN}")
    return int(gain < LEAST_GAIN)


def _club(folder: Path) -> list[Path]:
    """Return the folders of the sessions, a share of them in each."""
    originals = [write_run(folder / f"run-{seed}", seed) for seed in range(4)]
    shares = [folder / f"club-{share}" for share in range(TURNS)]
    for number in range(SESSIONS):
        place = shares[number % TURNS] / f"runner-{number % 20}"
        told_anew(originals[number // TURNS % 4], place / f"{number}.runtall", number)
    return shares


def _in_turns(shares: list[Path], folder: Path) -> list[Cost]:
    """Return what all shares cost by one worker and by two; what else the machine does falls upon both."""
    turns = {
        (number, workers): _batch(share, folder / f"out-{number}-{workers}", workers)
        for number, share in enumerate(shares)
        for workers in ((1, 2) if number % 2 else (2, 1))
    }
    return [_sum([turns[number, workers] for number in range(TURNS)]) for workers in (1, 2)]


def _sum(costs: list[Cost]) -> Cost:
    totals = (sum(getattr(cost, name) for cost in costs) for name in ("clock_s", "parent_s", "workers_s"))
    return Cost(costs[0].workers, *totals, load=sum(cost.load for cost in costs) / len(costs))


def _batch(club: Path, out: Path, workers: int) -> Cost:
    crew = Watched(workers, str(out.parent))
    load = os.getloadavg()[0]
    begin, begin_here = perf_counter(), process_time()
    done = run_batch([str(club)], out, workers=crew)
    assert (done.done, done.failed) == (SESSIONS // TURNS, 0)
    return Cost(workers, perf_counter() - begin, process_time() - begin_here, crew.used_s, load)


def _hour(folder: Path) -> HourCost:
    path = write_long_session(folder / "hour.runtall", 1)
    summarise(str(path))
    begin = process_time()
    summary = summarise(str(path))
    analysis_s = process_time() - begin
    begin = process_time()
    handed_over = pickle.dumps(summary)
    entries = [_again(pickle.loads(handed_over), number) for number in range(HOURS_IN_A_PART)]
    with open_data_set(folder / "hours", "") as data:
        data.commit(entries)
    kept_s = process_time() - begin
    parts = [path for table in TABLES for path in (folder / "hours" / table).glob("part-00000001*")]
    kept_bytes = sum(path.stat().st_size for path in parts)
    shutil.rmtree(folder / "hours")
    return HourCost(
        analysis_s,
        len(handed_over),
        kept_s / HOURS_IN_A_PART,
        kept_bytes // HOURS_IN_A_PART,
        summary.stride_count,
    )


def _again(summary: Summary, number: int) -> Entry:
    return Entry(Source(f"/{number}", ""), replace(summary, session=f"{number:064}"))


def _page(costs: list[Cost], gain: float, *, hour: HourCost) -> str:
    two = costs[-1]
    rows = [
        (
            str(cost.workers), f"{cost.clock_s:.0f}", f"{cost.workers_s:.0f}", f"{cost.parent_s:.1f}",
            f"{SESSIONS / cost.clock_s:.1f}", f"{cost.load:.1f}",
        )
        for cost in costs
    ]  # fmt: skip
    header = ("workers", "s by the clock", "processor s of the workers", "processor s beside them",
              "sessions a second", "mean load before")  # fmt: skip
    share = two.parent_s / (two.workers_s + two.parent_s)
    free = two.workers_s / max((two.workers_s + two.parent_s) / 2, two.parent_s)
    core_h = TEN_MILLION * hour.analysis_s / 3600
    fed = hour.analysis_s / hour.kept_s
    parts = TEN_MILLION * hour.stride_count / PART_STRIDES
    part_mb = PART_STRIDES / hour.stride_count * hour.kept_bytes / 1e6
    worker_mb = 2 * hour.handed_over_bytes / 1e6
    return f"""# What a batch costs

`make batch` renews this page.

## {SESSIONS:,} short sessions

Each a minute of a virtual runner, half of it running; by one worker and by two, in {TURNS} turns each, on
{os.cpu_count()} processors.

{markdown(header, rows)}

Two workers are **{gain:.2f} times** as fast as one (aim: {LEAST_GAIN}). Where the load was high others had
the processors too, and seconds by the clock say little; processor time tells more: {share:.0%} of it is spent
beside the workers (listing, taking in, writing), so two processors that nobody else uses would give
{free:.2f} times one worker's rate.

## A session of one hour

{hour.analysis_s:.1f} processor seconds to read, analyse and sum up; {hour.stride_count:,} strides;
{hour.handed_over_bytes / 1e6:.2f} MB from the worker; {1000 * hour.kept_s:.0f} ms to take in and write;
{hour.kept_bytes / 1e3:.0f} kB in the data set.

## Ten million sessions, on paper

Ten million hours of running, by the figures above:

| what | how much |
| --- | --- |
| processor time | {core_h:,.0f} core hours: {core_h / 1000:.1f} h on 1,000 cores |
| data set | {TEN_MILLION * hour.kept_bytes / 1e12:.1f} TB |
| parts of {PART_STRIDES:,} strides | {parts:,.0f} of {part_mb:.0f} MB, about {5 * parts:,.0f} files |
| cores that one batch can feed | {fed:,.0f}: beyond, taking in and writing is what takes time |
| its memory | 2 GB for what is known of the files, 0.3 GB for the part, {worker_mb:.1f} MB a worker |

More cores are fed by more batches, each with its share of the folders and a data set of its own: nothing is
shared, and queries take several data sets by one pattern (`'*/sessions/*.parquet'`). Copies of a session are
known within a data set only. Each batch has a key of its own, and so pseudonyms of its own: copy
`private/pseudonym.key` of the first into the others before they begin, and they are the same.
"""


if __name__ == "__main__":
    sys.exit(main())
