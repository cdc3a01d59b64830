"""Whether "did the cue help?" is answered truly: ``python -m tests.bench.cues``.

Writes ``CUES.md``; takes about a quarter of an hour.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from analysis.cues.settings import CueSettings
from tests.bench.tables import markdown
from tests.support.cue_trials import Reaction, pooled

PAGE = Path(__file__).with_name("CUES.md")
FIRST_SEED = 7_000
"""Seeds from here on were never looked at while a number was chosen."""
TRIALS = 300
TALLER_DEG = (0.0, 1.0, 2.0)

INTRODUCTION = """# Did the cue help?

Thirty cues pooled over as many runs of 40 to 80 minutes as they take. Each runner slouches in bouts of some
minutes, up to 4.5° and more above the usual, wanders by 0.5 to 1.2°, forgotten over 1 to 50 strides, and by
0.5° from stride to stride. The policy of the program watches angles that err by 0.4° a stride, three seconds
late; the report knows them to 0.3°. A cue makes the runner taller by so many degrees for a minute, or does
nothing. Cues come at the worst moments, so posture is better after them in any case.

*Helped* is the share of trials in which the 95 % interval of the effect lies below zero. Aims: a cue that
does nothing is called a help in 5 % or less; one of 2° is found in 80 % or more. `python -m tests.bench.cues`
renews this page.
"""


def main() -> None:
    """Run all trials and write the page."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--trials", type=int, default=TRIALS)
    arguments.add_argument("--output", type=Path, default=PAGE)
    options = arguments.parse_args()
    rows = [_row(deg, withhold, options.trials) for withhold in (True, False) for deg in TALLER_DEG]
    heads = (
        "against",
        "a cue does",
        "trials",
        "helped %",
        "harmed %",
        "found",
        "half interval",
        "cues",
        "others",
    )
    options.output.write_text(f"{INTRODUCTION}\n{markdown(heads, rows)}\n", "utf-8")


def _row(taller_deg: float, withhold: bool, trials: int) -> tuple[str, ...]:
    settings = CueSettings(withhold=withhold)
    found = [
        pooled(np.random.default_rng(FIRST_SEED + seed), Reaction(taller_deg), settings)
        for seed in range(trials)
    ]
    half_deg = [(one.hi_deg - one.lo_deg) / 2.0 for one in found]
    return (
        "withheld cues" if withhold else "uncued moments",
        f"{taller_deg:g}°",
        str(trials),
        f"{100 * np.mean([one.helped for one in found]):.1f}",
        f"{100 * np.mean([one.harmed for one in found]):.1f}",
        f"{np.nanmean([one.effect_deg for one in found]):+.2f}°",
        f"{np.nanmedian(half_deg):.2f}°",
        f"{np.mean([one.given_count for one in found]):.0f}",
        f"{np.mean([one.other_count for one in found]):.0f}",
    )


if __name__ == "__main__":
    main()
