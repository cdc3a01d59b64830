"""The benchmark of record: ``python -m tests.bench.run_bench [--quick | --sensors] [-o FILE]``.

Simulates running hours with known truth and sends the same samples through the project's method and through
other people's filters; measures what decoding and recording cost. Writes one Markdown file, and the verdicts
into another. Takes some minutes; ``--quick`` uses one seed and mounting, ``--sensors`` renews the last two
tables alone.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from sensor.virtual.runner.gait import SEVERE
from sensor.virtual.runner.imu_errors import CONSUMER, ImuErrors
from sensor.virtual.runner.scenarios import constant_posture_laps_plan, severe_hour_plan
from tests.bench import decode_rate, long_session, recorder_load
from tests.bench.experiments import axes_and_strides, neck_error, score_all
from tests.bench.hours import (
    SEEDS,
    Hour,
    independent_hour,
    make_hour,
    mounting,
    severe_hours,
    treadmill_hours,
    two_sensor_hours,
)
from tests.bench.memory import ORIENTATION, WHOLE_REPORT, measure
from tests.bench.ours import WATCH_FILE
from tests.bench.peers import PEERS, Peer
from tests.bench.tables import HEADER, Scored, markdown, method_rows
from tests.bench.tuning import tuned_peers
from tests.bench.verdicts.page import PAGE as VERDICTS
from tests.bench.verdicts.page import sections as verdict_sections

PACKAGES = ("numpy", "scipy", "vqf", "imufusion", "ahrs")

FAULTS: dict[str, ImuErrors] = {
    "as everywhere": CONSUMER,
    "gyroscope 5 ms late, and known to be": replace(CONSUMER, gyr_late_s=0.005),
    "accelerometer bias 60 mg": replace(CONSUMER, acc_bias_g=0.06),
    "accelerometer clips at 4 g": replace(CONSUMER, acc_range_g=4.0),
    "accelerometer clips at 2 g": replace(CONSUMER, acc_range_g=2.0),
    "gyroscope bias 1°/s, scale 2 %": replace(CONSUMER, gyr_bias_degps=1.0, gyr_scale=0.02),
}

INTRODUCTION = """\
Error of trunk flexion, mean over each true running stride, in degrees, on virtual runs whose truth is
computed from the pose alone (`sensor/virtual`). Medians are over records, "worst" is the worst record,
"max" the worst stride of all, "steady" leaves out strides in corners, bursts, starts and stops. Every
method measures from the same standing; the project's method finds gyroscope bias, axes and zero by
itself, the others are given the axes of a perfect calibration and the rate averaged over each interval
(they would otherwise be half a sample late). Lost samples are bridged by straight lines for the others.
Tuned settings were chosen on an hour of their own. The Python filters of `ahrs` run over the first 10
minutes of each record; their seconds are scaled to the hour. Filters that normalise every acceleration
sample are led astray by flight, where the sensor reads little and not upwards; imufusion turns such
samples into full corrections. The same happens on real chest records: on 10 jogs of FallAllD it settles
26 to 47 degrees from the mean specific force in 5 of them.
"""


def main() -> None:
    """Run everything and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed and one mounting")
    parser.add_argument("--sensors", action="store_true", help="only decoding and recording")
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent / "RESULTS.md")
    options = parser.parse_args()
    if options.sensors:
        kept = options.output.read_text(encoding="utf-8").split(DECODING)[0].rstrip()
        text = "\n".join([f"{kept}\n", *_sensors()])
    else:
        seeds, mountings = ((0,), 1) if options.quick else (SEEDS, 3)
        text = "\n".join([_title(), *_sections(seeds, mountings, tuned_peers()), *_sensors()])
        if not options.quick:
            VERDICTS.write_text("\n".join(verdict_sections()), encoding="utf-8")
    options.output.write_text(text, encoding="utf-8")
    print(text)


def _title() -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    when = datetime.now(UTC).strftime("%Y-%m-%d")
    return (
        f"# Trunk flexion per stride, beside other filters\n\n{when}; Python {platform.python_version()}, "
        f"{versions}; {platform.machine()}.\n\n{INTRODUCTION}"
    )


def _sections(seeds: Sequence[int], mountings: int, peers: Sequence[Peer]) -> list[str]:
    fast = [peer for peer in peers if peer.seconds is None and "default" in peer.name and "VQF" in peer.name]
    chosen = tuple(seeds)
    count = f"{len(chosen)} seeds × {mountings} mountings"
    speeds = ("no speed", "nominal", "GPS")
    lossy = score_all(severe_hours(chosen, mountings, loss=0.05), speeds, fast)
    return [
        _table(
            f"Severe hours, {count}",
            score_all(severe_hours(chosen, mountings), (*speeds, WATCH_FILE), peers),
        ),
        _table(f"The same with 5 % lost in gaps of 100 ms, {count}", lossy),
        _table(f"Treadmill, {count}", score_all(treadmill_hours(chosen, mountings), ("treadmill",), fast)),
        _table("Laps of a track at constant posture", score_all(_laps(chosen), speeds, fast)),
        _table("An hour simulated by others", score_all([independent_hour()], speeds, fast)),
        _table("The same hour with 5 % lost", score_all([independent_hour(with_loss=True)], speeds, fast)),
        _faults(fast),
        _neck(chosen, fast),
        _axes(chosen, mountings),
        _costs(),
        _long_sessions(),
    ]


def _table(title: str, scores: Sequence[Scored]) -> str:
    return f"## {title}\n\n" + markdown(HEADER, method_rows(scores))


def _laps(seeds: Sequence[int]) -> list[Hour]:
    plan = replace(constant_posture_laps_plan(15), wear=(mounting(7),))
    return [make_hour(plan, seed, f"laps, seed {seed}") for seed in seeds]


def _faults(peers: Sequence[Peer]) -> str:
    rows = []
    for name, errors in FAULTS.items():
        plan = replace(severe_hour_plan(SEVERE, (mounting(2),)), errors=errors)
        scores = score_all([make_hour(plan, 0, name)], ("nominal", "GPS"), peers[:1])
        rows.append((name, *(f"{s.all_strides.rmse:.2f} ({s.all_strides.bias:+.2f})" for s in scores)))
    header = ("one thing changed, RMSE (bias)", "**runtall, nominal**", "**runtall, GPS**", peers[0].name)
    return "## Sensors with one fault more\n\n" + markdown(header, rows)


def _neck(seeds: Sequence[int], peers: Sequence[Peer]) -> str:
    hours = list(two_sensor_hours(tuple(seeds)))
    ours = [neck_error(hour, "nominal", None) for hour in hours]
    rows = [("**runtall, nominal**", f"{np.median(ours):.2f}", f"{max(ours):.2f}")]
    for peer in peers:
        errors = [neck_error(hour, None, peer) for hour in hours]
        rows.append((peer.name, f"{np.median(errors):.2f}", f"{max(errors):.2f}"))
    header = ("method", "RMSE median", "RMSE worst")
    return "## Head minus trunk, two sensors\n\n" + markdown(header, rows)


def _axes(seeds: Sequence[int], mountings: int) -> str:
    rows = [
        (name, f"{error:.2f}", "yes" if forward else "NO", str(found), str(true))
        for name, error, forward, found, true in axes_and_strides(
            severe_hours(tuple(seeds), mountings), "nominal"
        )
    ]
    header = ("record", "sideways axis error", "forward right", "strides found", "strides true")
    return "## Axes and strides\n\nStrides in unbroken running, ten seconds in from its ends.\n\n" + markdown(
        header, rows
    )


def _costs() -> str:
    rows = []
    for method in (
        WHOLE_REPORT,
        ORIENTATION,
        "no speed",
        "nominal",
        "GPS",
        *(peer.name for peer in PEERS if peer.seconds is None),
    ):
        seconds, megabytes = measure(method)
        rows.append((method, f"{seconds:.2f}", f"{megabytes:.0f}"))
    header = ("method", "seconds", "peak memory, MB above the record")
    return (
        "## Cost of one hour at 104 Hz, each in a process of its own\n\n"
        "The project's figures include time base, rests, gait, gap filling and axes; the whole report "
        "everything from decoded samples to findings.\n\n" + markdown(header, rows)
    )


def _long_sessions() -> str:
    return (
        "## From a stored session to its report, each in a process of its own\n\n"
        "Movesense packets, 104 Hz. Peak memory is that of the whole process, libraries included.\n\n"
        + long_session.costs()
    )


DECODING = "## Decoding what sensors sent"
RECORDING = "## Recording five sensors"


def _sensors() -> list[str]:
    """Return the tables that tell of sensors, the last ones of the file."""
    return [
        f"{DECODING}\n\nSeconds of the processor; a sample is one row of accelerometer and gyroscope, where "
        "there is one. At least one million samples a second are aimed at where packets hold several.\n\n"
        + decode_rate.table(),
        f"{RECORDING}\n\nFed where bleak hands over notifications, in real time for a minute, in a process "
        "of its own. Aimed at are less than 10 % of one core, less than 120 MB, and a file that lacks "
        "nothing.\n\n" + recorder_load.table(),
    ]


if __name__ == "__main__":
    main()
