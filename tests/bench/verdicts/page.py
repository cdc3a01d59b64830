"""The tables of the verdicts, each with the sentence that says what it counts and aims at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.verdicts import left_and_right, shifts, slouches, slow_jogs, steady, whole_runs

PAGE = Path(__file__).parents[1] / "VERDICTS.md"
HEADING = "# Verdicts on virtual runners with known truth"
FIRST_SEED = 5004
"""Seeds from here on were never looked at while a rule was chosen; a multiple of 12, for `shifts`."""

INTRODUCTION = """
Each table puts virtual runners through the analysis and through the same rule on the truth; distances are
known. Made-up runs are stride tables with the error that [RESULTS](RESULTS.md) shows; whole runs start from
the sensor's samples. Wander is how the runner's lean varies by itself: rough, if it is forgotten
exponentially, else smooth. Seeds are others than those a rule was chosen on.
`python -m tests.bench.verdicts` renews this page.
"""


def silent(_: str) -> None:
    """Say nothing of how far it is."""


def sections(runs: int = 1, progress: Callable[[str], None] = silent) -> Iterator[str]:
    """Yield the tables as Markdown, one after the other.

    Parameters
    ----------
    runs
        How many times as many runs as in the benchmark of record.
    progress
        Is told what is being done.
    """
    yield f"{HEADING}\n{INTRODUCTION}"
    yield (
        "## Steady runs\n\nMade-up runs of 10 km with two stops, on a track or over hills. Numbers of "
        "stretches and shifts. Aim over 200 runs: no slouched stretch that the rule does not find on the "
        "truth, at most one false shift.\n\n" + steady.table(_seeds(7 * runs), progress)
    )
    yield (
        "## Watch on steady half marathons\n\nMade-up runs of 21.1 km without any change but the wander: the "
        "rule calls a part of them watch, rightly by its threshold. Reports state this rate.\n\n"
        + steady.watch_table(_seeds(30 * runs), progress)
    )
    yield (
        "## Slouches\n\nMade-up runs of 12 km, folds by 5 to 8° that stay, wander of 0.5 or 1° over 50 or "
        "200 strides. Aims: onset within the larger of 100 m and the way on which the truth rises by 0.15° "
        "in 95 %; at most 2 % missed.\n\n" + slouches.table(_seeds(5 * runs), progress)
    )
    yield (
        "## Mounting shifts\n\nMade-up runs of 6 km, slips forward or back over one to three strides. Aims: "
        "95 % found from 3° on where the wander is 1° over 50 strides or more, from 6° on elsewhere.\n\n"
        + shifts.table(_seeds(24 * runs), progress)
    )
    yield (
        "## Quick folds taken for shifts\n\nThe same runs, the runner folding within so many metres "
        "instead.\n\n" + shifts.fold_table(_seeds(3 * runs), progress)
    )
    yield (
        "## Slips near a stop\n\nThe same runs with 1° of wander; the slip comes so far before or after the "
        "second stop.\n\n" + shifts.stop_table(_seeds(3 * runs), progress)
    )
    yield (
        "## Whole runs\n\nSamples of a chest sensor and a watch's speed, 1° of wander, three stops. A slip "
        "within ten strides of a stop is not found, and what follows is then called slouched.\n\n"
        + whole_runs.table(_seeds(12 * runs), progress)
    )
    yield (
        "## Slow jogs\n\nTwo jogs with 16 s of walking between them. Strides of the jogs not called "
        "running, 3 s and more from any change of gait.\n\n" + slow_jogs.table(range(2 * runs))
    )
    yield (
        "## Left and right\n\nRuns of 36 s in two styles, the trunk turned most at different moments about "
        "the contact. Told: the run says which foot opens its strides.\n\n"
        + left_and_right.table(range(2 * runs))
    )


def _seeds(count: int) -> range:
    return range(FIRST_SEED, FIRST_SEED + count)
