"""Steady runs: what is told of runners whose lean only wanders.

Nothing there is to be found: no slouched stretch that the rule does not find on the truth, no mounting shift.
A ``watch`` may be true, for a wander of one degree crosses two degrees now and then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from analysis.records import Axis
from tests.bench.tables import markdown
from tests.bench.verdicts.made_up import Asked, Wander, make_run
from tests.bench.verdicts.rule import judged, unmatched

WANDERS = tuple(
    Wander(sd_deg, correlation_strides, is_rough)
    for is_rough in (True, False)
    for sd_deg in (1.0, 1.3)
    for correlation_strides in (15.0, 50.0, 100.0, 200.0)
)
LONG_WANDERS = tuple(
    Wander(1.0, strides, is_rough) for is_rough in (True, False) for strides in (200.0, 1000.0)
)
LONG_M = 21_100.0

HEADER = ("wander, degrees", "runs", "slouched: false", "missed", "watch: false", "missed",
          "shifts: false forward", "false sideways")  # fmt: skip
WATCH_HEADER = ("wander of 1°, forgotten over", "runs", "with watch on the truth", "with watch as measured",
                "watch stretches per 10 km")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Steady:
    """What was told of one steady run, as numbers of stretches and shifts; and its length."""

    slouched_false: int
    slouched_missed: int
    watch_false: int
    watch_missed: int
    watch_found: int
    watch_true: int
    shifts_forward: int
    shifts_sideways: int
    length_m: float


def steady(asked: Asked, seed: int) -> Steady:
    """Return what was told of one run without any change, beside the same rule on the truth."""
    run = make_run(asked, seed)
    told, truth = judged(run.measured, seeks_shifts=True), judged(run.truth, seeks_shifts=False)
    return Steady(
        *(
            len(unmatched(one.of(flag), other.of(flag)))
            for flag in ("slouched", "watch")
            for one, other in ((told, truth), (truth, told))
        ),
        len(told.of("watch")),
        len(truth.of("watch")),
        *(sum(shift.axis is axis for shift in told.shifts) for axis in (Axis.FORWARD, Axis.SIDEWAYS)),
        asked.length_m,
    )


def table(seeds: range, progress: Callable[[str], None]) -> str:
    """Return the Markdown table of runs of 10 km, one of each wander on a track and on a road per seed."""
    told = {
        wander: [
            steady(Asked(wander, is_track=is_track), _seed(seed, 2 * index + is_track))
            for is_track in (True, False)
            for seed in seeds
        ]
        for index, wander in _said(WANDERS, progress)
    }
    rows = [
        _row(f"{sd_deg:g}, {_kind(is_rough)}",
             [run for wander, runs in told.items()
              if (wander.sd_deg, wander.is_rough) == (sd_deg, is_rough) for run in runs])
        for is_rough in (True, False)
        for sd_deg in (1.0, 1.3)
    ]  # fmt: skip
    return markdown(HEADER, [*rows, _row("all", [run for runs in told.values() for run in runs])])


def watch_table(seeds: range, progress: Callable[[str], None]) -> str:
    """Return the Markdown table of ``watch`` stretches in long steady runs on a flat, even course."""
    rows, every = [], []
    for index, wander in _said(LONG_WANDERS, progress):
        runs = [
            steady(Asked(wander, length_m=LONG_M, is_track=True), _seed(seed, 100 + index)) for seed in seeds
        ]
        every += runs
        rows.append(_watch_row(f"{wander.correlation_strides:.0f} strides, {_kind(wander.is_rough)}", runs))
    return markdown(WATCH_HEADER, [*rows, _watch_row("all", every)])


def watch_per_10_km(runs: Iterable[Steady]) -> float:
    """Return the ``watch`` stretches per 10 km over some runs."""
    runs = list(runs)
    return 1e4 * sum(run.watch_found for run in runs) / sum(run.length_m for run in runs)


def _said(wanders: tuple[Wander, ...], progress: Callable[[str], None]) -> Iterable[tuple[int, Wander]]:
    for index, wander in enumerate(wanders):
        progress(f"steady runs, {index + 1} of {len(wanders)} wanders")
        yield index, wander


def _kind(is_rough: bool) -> str:
    return "rough" if is_rough else "smooth"


def _seed(seed: int, row: int) -> int:
    """Return a seed that no two rows share."""
    return 1000 * seed + row


def _row(name: str, runs: list[Steady]) -> tuple[str, ...]:
    counts = (
        sum(getattr(run, field) for run in runs)
        for field in (
            "slouched_false", "slouched_missed", "watch_false", "watch_missed", "shifts_forward",
            "shifts_sideways",
        )
    )  # fmt: skip
    return (name, str(len(runs)), *(str(count) for count in counts))


def _watch_row(name: str, runs: list[Steady]) -> tuple[str, ...]:
    true, told = (
        sum(bool(n) for n in ns) for ns in zip(*((r.watch_true, r.watch_found) for r in runs), strict=True)
    )
    count = len(runs)
    return name, str(count), f"{true / count:.0%}", f"{told / count:.0%}", f"{watch_per_10_km(runs):.2f}"
