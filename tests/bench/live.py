"""The live estimator beside the report and causal filters: ``python -m tests.bench.live`` writes LIVE.md.

Severe virtual hours with known truth are fed as a recording would feed them. A quarter of an hour.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from time import process_time

import numpy as np

from analysis.live.config import LiveConfig
from analysis.live.estimator import WindowedEstimator
from analysis.live.replay import replay
from analysis.pipeline import analyse
from analysis.records import StrideTable
from analysis.words import Activity
from sensor.samples import FloatArray, Recording
from tests.bench.experiments import score_peer
from tests.bench.hours import SEEDS, Hour, severe_hours, two_sensor_hours
from tests.bench.peers import PEERS
from tests.bench.scoring import figures, stride_means
from tests.bench.tables import markdown

WRITTEN = Path(__file__).with_name("LIVE.md")
CAUSAL = ("VQF", "BasicVQF")
PART_S = 600.0
"""How much of an hour the alternatives are fed."""

ALTERNATIVES = {
    "**30 s, 2 s behind**": LiveConfig(),
    "15 s, 2 s behind": LiveConfig(window_s=15.0),
    "45 s, 2 s behind": LiveConfig(window_s=45.0),
    "30 s, 1 s behind": LiveConfig(behind_s=1.0),
    "30 s, 2 s behind, bias not carried on": LiveConfig(bias_share=0.0, bias_spread_radps=0.02),
}

INTRODUCTION = f"""\
Error of trunk flexion, mean over each running stride, in degrees, on the severe virtual hours of
[RESULTS](RESULTS.md), one mounting each, nothing told of the speed. Live strides are told once, as they come,
with axes, zero and bias found by the estimator itself; the filters of others are given the axes of a perfect
calibration. Live and report are scored over the strides each calls usable, the filters over all. "Against
the report" is the difference to what the report finds of the same session afterwards, 95th percentile.
"Late" is from the end of a stride to the state that tells it, states being asked for every quarter of a
second. Processor: this module's own time for one sensor, as a share of one core ({platform.machine()},
shared with others).
"""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What was told live: (s, 5) start, end, flexion, usable running, lateness; and the processor's share."""

    strides: FloatArray
    processor_share: float

    @property
    def of_running(self) -> FloatArray:
        """The usable strides of running."""
        return self.strides[self.strides[:, 3] > 0.0]


def follow(recording: Recording, live: LiveConfig | None = None, until_s: float = np.inf) -> Told:
    """Feed a session to an estimator; its time counts, what a state is asked for included."""
    estimator, rows = WindowedEstimator(live=live), []
    begin, end_s = process_time(), 0.0
    for state in takewhile(lambda one: one.time_s <= until_s, replay(recording, estimator)):
        end_s = state.time_s
        rows += [
            (
                stride.start_s,
                stride.end_s,
                stride.trunk_flexion_deg,
                stride.usable and stride.activity == Activity.RUN,
                state.time_s - stride.end_s,
            )
            for stride in state.strides
        ]
    return Told(np.array(rows, dtype=np.float64), (process_time() - begin) / end_s)


def rmse_deg(hour: Hour, start_end_s: FloatArray, flexion_deg: FloatArray) -> float:
    """Return the root mean square error of strides against the truth of an hour."""
    return figures(flexion_deg - stride_means(hour.truth_deg(), hour.run.rate_hz, start_end_s)).rmse


def apart_deg(told: FloatArray, table: StrideTable) -> FloatArray:
    """Return (s,) by how much strides told live differ from the report's at the same time."""
    return np.asarray(told[:, 2] - np.interp(told[:, 0], table["start_s"], table["trunk_flexion_deg"]))


def hours_table(hours: Iterable[Hour]) -> str:
    """Return the table of whole hours."""
    rows = []
    for hour in hours:
        recording = hour.recording(speed="none")
        told, table = follow(recording), analyse(recording).strides
        own, late_s = told.of_running, told.strides[told.strides[:, 0] > 200.0, 4]
        used = (table["activity"] == Activity.RUN) & table["usable"]
        bounds_s = np.stack((table["start_s"], table["end_s"]), axis=1)[used]
        peers = [score_peer(hour, peer).all_strides.rmse for peer in PEERS if peer.name in CAUSAL]
        rows.append(
            (
                hour.name,
                f"{rmse_deg(hour, own[:, :2], own[:, 2]):.2f}",
                f"{rmse_deg(hour, bounds_s, table['trunk_flexion_deg'][used]):.2f}",
                *(f"{value:.2f}" for value in peers),
                f"{np.percentile(np.abs(apart_deg(own, table)), 95):.2f}",
                f"{np.median(late_s):.2f} / {np.percentile(late_s, 99.9):.2f} s",
                f"{100.0 * told.processor_share:.1f} %",
            )
        )
    names = tuple(f"{name}, default" for name in CAUSAL)
    late = "late, median / 99.9 %"
    header = ("hour", "**live**", "report", *names, "against the report", late, "processor")
    return markdown(header, rows)


def alternatives_table(hours: Sequence[Hour]) -> str:
    """Return the table of other windows and lags, over the first part of some hours."""
    rows = []
    for name, live in ALTERNATIVES.items():
        told = [follow(hour.recording(speed="none"), live, PART_S) for hour in hours]
        error = [
            rmse_deg(hour, one.of_running[:, :2], one.of_running[:, 2])
            for hour, one in zip(hours, told, strict=True)
        ]
        share = np.mean([one.processor_share for one in told])
        rows.append((name, f"{np.median(error):.3f}", f"{100.0 * share:.1f} %"))
    return markdown(("window, lag", "RMSE", "processor"), rows)


def two_sensors_line() -> str:
    """Return what a sensor at the head costs beside the one at the trunk."""
    (hour,) = two_sensor_hours((0,))
    told = follow(hour.recording(speed="none"), until_s=PART_S)
    return f"With a second sensor at the head: {100.0 * told.processor_share:.1f} % of a core.\n"


def main() -> None:
    """Measure, and write the page."""
    parts = list(severe_hours(SEEDS[:1], 1))
    sections = [
        f"# Posture live, beside the report\n\n{INTRODUCTION}",
        f"## Severe hours\n\n{hours_table(severe_hours(SEEDS[:3], 1))}\n{two_sensors_line()}",
        f"## Other windows and lags\n\nThe first {PART_S / 60.0:.0f} minutes of an hour.\n\n"
        + alternatives_table(parts),
    ]
    WRITTEN.write_text("\n".join(sections), encoding="utf-8")
    print(WRITTEN.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
