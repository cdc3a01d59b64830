"""How well the file of a watch is laid under the strides: ``python -m tests.bench.watch_clocks [--runs N]``.

Writes ``WATCHES.md``; takes a quarter of an hour.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from analysis.pipeline import place_watch
from analysis.words import WatchMatch
from sensor.virtual.devices.watch import WatchHabits, watch_file, watch_records
from sensor.virtual.runner.gait import STYLES
from sensor.virtual.runner.plan import Leg, RunPlan, run, stand
from sensor.virtual.runner.scenarios import OPENING
from sensor.virtual.runner.simulation import VirtualRun, simulate
from tests.bench.tables import markdown
from tests.support.short_runs import session
from tests.support.watches import with_watch_file

PAGE = Path(__file__).parent / "WATCHES.md"

RUNS, OTHERS = 200, 50

_RATE_HZ = 52.0
_HOUR_S = 3600.0

KINDS: Mapping[str, WatchHabits] = {
    "hours off": WatchHabits(offset_s=-5.3 * _HOUR_S),
    "another time zone, 50 ppm": WatchHabits(offset_s=9.0 * _HOUR_S, drift_ppm=50.0),
    "stops by itself": WatchHabits(offset_s=41.0, drift_ppm=-50.0, auto_pause=True),
    "satellites late": WatchHabits(offset_s=2.0, fix_after_s=90.0),
    "a point every 1 to 7 s": WatchHabits(offset_s=-700.0, is_smart=True),
    "second half only": WatchHabits(offset_s=300.0, drift_ppm=20.0),
    "first half only": WatchHabits(offset_s=-300.0, drift_ppm=-20.0),
    "treadmill, no satellites": WatchHabits(offset_s=77.0),
    "no cadence": WatchHabits(offset_s=15.0, has_cadence=False),
    "no cadence, stops by itself": WatchHabits(offset_s=4000.0, has_cadence=False, auto_pause=True),
}
"""What is the matter with the watch, by name."""

INTRODUCTION = """\
Seeded virtual runs wear a chest sensor and a watch whose clock is off in every way that users report; the
watch's FIT file is read and held against the session as `runtall track` does. It tells whole seconds and half
strides a minute and averages cadence over its last 1 to 8 s.

Error: the largest of a whole file, against the known truth. Aimed at: with cadence every second 0.5 s in 95 %
of the accepted and 90 % accepted, otherwise 3 s, never more than 5 s, and none of another run.
"""

_AVERAGES_S = (1.0, 3.0, 5.0, 8.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one watch: the largest error of its times within the session, s."""

    kind: str
    has_cadence: bool
    is_each_second: bool
    match: WatchMatch
    error_s: float
    told_within_s: float


def main() -> None:
    """Run everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--others", type=int, default=OTHERS)
    parser.add_argument("-o", "--output", type=Path, default=PAGE)
    options = parser.parse_args()
    with ProcessPoolExecutor(2) as pool:
        own = list(pool.map(own_watch, range(options.runs)))
        others = list(pool.map(watch_of_another_run, range(options.others)))
    text = page(own, others)
    options.output.write_text(text, encoding="utf-8")
    print(text)


def plan_of(seed: int, *, treadmill: bool) -> RunPlan:
    """Return 12 to 30 minutes of running at the runner's usual pace, with stops and walks in two of three."""
    rng = np.random.default_rng([17, seed])
    style = STYLES[str(rng.choice(list(STYLES)))]
    legs: list[Leg] = [*OPENING]
    left_s = 60.0 * rng.uniform(12.0, 30.0)
    habit = seed % 3
    while left_s > 0.0:
        lasts_s = rng.uniform(120.0, 600.0)
        legs.append(run(lasts_s, 3.0 if treadmill else 3.0 * rng.uniform(0.96, 1.04)))
        left_s -= lasts_s
        if not treadmill and habit and rng.random() < 0.6:
            legs.append(stand(rng.uniform(8, 60)) if habit == 1 else Leg("walk", rng.uniform(20, 90), 1.4))
    return RunPlan((*legs, stand(15.0)), style=style, rate_hz=_RATE_HZ, treadmill=treadmill)


def own_watch(seed: int) -> Outcome:
    """Hold the watch of a run against the sensor of the same run."""
    kind, habits = _habits(seed)
    worn = _simulated(seed, kind)
    habits = _halved(habits, kind, worn)
    return _outcome(kind, habits, sensor=worn, watch=worn, seed=seed)


def watch_of_another_run(seed: int) -> Outcome:
    """Hold the watch of another run by the same runner at the same pace against a sensor."""
    kind, habits = _habits(seed)
    other = simulate(replace(_plan(seed + 500, kind), style=_plan(seed, kind).style), seed=seed + 500)
    return _outcome(kind, habits, sensor=_simulated(seed, kind), watch=other, seed=seed)


def _habits(seed: int) -> tuple[str, WatchHabits]:
    kind = list(KINDS)[seed % len(KINDS)]
    averages_s = _AVERAGES_S[(seed // len(KINDS)) % len(_AVERAGES_S)]
    return kind, replace(KINDS[kind], cadence_over_s=averages_s)


def _plan(seed: int, kind: str) -> RunPlan:
    return plan_of(seed, treadmill=kind.startswith("treadmill"))


def _simulated(seed: int, kind: str) -> VirtualRun:
    return simulate(_plan(seed, kind), seed=seed)


def _halved(habits: WatchHabits, kind: str, worn: VirtualRun) -> WatchHabits:
    half_s = float(worn.time_s[-1]) / 2.0
    if kind == "second half only":
        return replace(habits, on_after_s=half_s)
    return replace(habits, off_before_end_s=half_s) if kind == "first half only" else habits


def _outcome(kind: str, habits: WatchHabits, *, sensor: VirtualRun, watch: VirtualRun, seed: int) -> Outcome:
    recording = with_watch_file(session(sensor), watch_file(watch, habits, seed=seed))
    placed = place_watch(recording)
    told = watch_records(watch, habits, seed=seed)
    found_s = placed.clock.reference_s(told.time_s - told.time_s[0])
    return Outcome(
        kind=kind,
        has_cadence=habits.has_cadence,
        is_each_second=not habits.is_smart,
        match=placed.match,
        error_s=float(np.abs(found_s - told.run_s).max()) if sensor is watch else float("nan"),
        told_within_s=placed.clock.within_s,
    )


def page(own: Sequence[Outcome], others: Sequence[Outcome]) -> str:
    """Return the page as Markdown."""
    return "\n".join(
        [
            "# Watches laid under the strides\n",
            INTRODUCTION,
            f"## {len(own)} watches of the same run\n",
            markdown(_HEADER, list(_rows(own))),
            f"\n## {len(others)} watches of another run by the same runner at the same pace\n",
            markdown(("what came of it", "watches"), list(_counted(others))),
        ]
    )


_HEADER = ("watches", "number", "accepted", "within 0.5 s", "within 3 s", "largest error", "told ± held")


def _rows(own: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
    groups = {
        "**with cadence each second**": [o for o in own if o.has_cadence and o.is_each_second],
        "**with cadence, a point every 1 to 7 s**": [
            o for o in own if o.has_cadence and not o.is_each_second
        ],
        "**without cadence**": [o for o in own if not o.has_cadence],
        **{kind: [o for o in own if o.kind == kind] for kind in KINDS},
    }
    for name, outcomes in groups.items():
        sure = [o for o in outcomes if o.match == WatchMatch.SURE]
        error_s = np.array([o.error_s for o in sure])
        held = np.array([o.error_s <= o.told_within_s for o in sure])
        yield (
            name,
            str(len(outcomes)),
            _share(len(sure), len(outcomes)),
            _share(int((error_s <= 0.5).sum()), len(sure)),
            _share(int((error_s <= 3.0).sum()), len(sure)),
            f"{error_s.max():.2f} s" if len(sure) else "",
            _share(int(held.sum()), len(sure)),
        )


def _share(count: int, of: int) -> str:
    return f"{100.0 * count / of:.0f} %" if of else ""


def _counted(others: Sequence[Outcome]) -> Iterator[tuple[str, ...]]:
    for match in (WatchMatch.SURE, WatchMatch.UNDECIDED, WatchMatch.ANOTHER_RUN):
        yield (
            ("accepted" if match == WatchMatch.SURE else str(match)),
            str(sum(o.match == match for o in others)),
        )


if __name__ == "__main__":
    main()
