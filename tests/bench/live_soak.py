"""The live estimator for hours on end: ``python -m tests.bench.live_soak [HOURS]`` writes LIVE_SOAK.md.

Severe hours one after the other: does memory grow, and does what is told live drift from what the report
finds afterwards? Six hours take some minutes.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.live.replay import replay
from analysis.pipeline import analyse
from analysis.words import Activity
from sensor.virtual.runner.gait import SEVERE
from sensor.virtual.runner.scenarios import severe_hour_plan
from tests.bench.hours import make_hour, mounting
from tests.bench.live import apart_deg
from tests.bench.memory import status_mb
from tests.bench.tables import markdown

WRITTEN = Path(__file__).with_name("LIVE_SOAK.md")
HOURS = 6
RATE_HZ = 52.0
"""Half the rate of the benchmark, for half the time; many sensors have no more."""

MOST_STRIDES_PER_HOUR = 10_000
HEADER = ("hour", "strides", "live minus report, mean", "95th percentile", "memory since the first hour")


def soak(hours: int) -> str:
    """Feed hours on end; return the table with a row for each."""
    plan = severe_hour_plan(SEVERE, (mounting(1),))
    plan = replace(plan, legs=plan.legs * hours, rate_hz=RATE_HZ)
    recording = make_hour(plan, 0, f"{hours} hours").recording(speed="none")
    # Room for all, taken beforehand: what grows is the estimator.
    told, count = np.zeros((hours * MOST_STRIDES_PER_HOUR, 3)), 0
    memory_mb: list[float] = []
    for state in replay(recording):
        for one in state.strides:
            if one.usable and one.activity == Activity.RUN:
                told[count] = one.start_s, one.end_s, one.trunk_flexion_deg
                count += 1
        if state.time_s >= min((len(memory_mb) + 1) * 3600.0, recording.duration_s):
            memory_mb.append(status_mb("VmRSS"))
    table = analyse(recording).strides
    rows = []
    for number, used_mb in enumerate(memory_mb):
        inside = (told[:count, 0] >= 3600.0 * number) & (told[:count, 0] < 3600.0 * (number + 1))
        apart = apart_deg(told[:count][inside], table)
        rows.append(
            (
                str(number + 1),
                str(len(apart)),
                f"{np.mean(apart):+.2f}°",
                f"{np.percentile(np.abs(apart), 95):.2f}°",
                f"{used_mb - memory_mb[0]:+.1f} MB",
            )
        )
    return markdown(HEADER, rows)


def main() -> None:
    """Measure, and write the page."""
    hours = int(sys.argv[1]) if len(sys.argv) > 1 else HOURS
    title = f"# Posture live, {hours} severe hours on end\n\nOne sensor at {RATE_HZ:.0f} Hz, by "
    WRITTEN.write_text(
        f"{title}`python -m tests.bench.live_soak {hours}`.\n\n{soak(hours)}", encoding="utf-8"
    )
    print(WRITTEN.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
