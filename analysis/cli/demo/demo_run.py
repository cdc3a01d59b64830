"""The demo: a simulated run over the simulated radio into the recorder, a report, and the truth beside it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from analysis.cli.demo.crossing import crossing_of
from analysis.cli.home import new_session_path
from analysis.cli.report import write_private, write_text
from analysis.cli.track import give_track, read_track
from analysis.config import AnalysisConfig
from analysis.maths.between_rows import mean_between
from analysis.pipeline import analyse_session
from analysis.report import page
from analysis.run_report import RunReport
from analysis.words import Flag
from sensor.recorder import RecordingPlan, SensorRequest, record_session
from sensor.recorder.policy import RecorderPolicy
from sensor.virtual.devices.faults import Fault, FaultKind, play_faults
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.devices.watch import WatchHabits, watch_file
from sensor.virtual.radio.direct.radio import DirectRadio
from sensor.virtual.radio.medium import SimulatedRadio
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.runner.plan import RunPlan
from sensor.virtual.runner.scenarios import demo_plan
from sensor.virtual.runner.simulation import VirtualRun, simulate

SENSOR_NAME = "Movesense 000000000001"
CLOCK_PPM, RATE_PPM = 38.0, -120.0
"""How wrong the virtual sensor's clock and sampling rate are: ordinary crystals and oscillators."""
LINK_LOSSES = (Fault(421.0, FaultKind.OUT_OF_RANGE, 9.0), Fault(1303.0, FaultKind.LINK_LOSS))
WATCH_AHEAD_S, WATCH_PPM = 41.0, 25.0
"""How far ahead the clock of the runner's watch is, and how fast it gains."""
AT_SEA_DEG = (47.0, -30.0)
"""Where the made-up course lies: nobody runs there."""
UNWATCHED = RecorderPolicy(status_interval_s=10.0)
"""Nobody looks at the live line of a demo, and what it shows takes a quarter of the recording's time."""
TAIL_S = 2.0
"""Recorded beyond the end of the run, for connecting took a moment at its start."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo made, and what it should have found."""

    page_path: Path
    session_path: Path
    watch_path: Path
    report: RunReport
    found_m: float | None
    true_m: float | None

    def lines(self) -> list[str]:
        """Return what to tell: that it is simulated, the headline, found beside true, the page last."""
        return [
            "The runner, sensor and watch are simulated; recorder, session file, analysis and report are the "
            "real ones.",
            self.report.outcome.headline,
            f"Slouch found from {_km(self.found_m)}; the simulated truth crosses at {_km(self.true_m)}.",
            f"Session: {self.session_path}",
            f"Watch:   {self.watch_path}",
            f"Report:  {self.page_path}",
        ]


def run_demo(home: Path, seed: int, *, whole_radio: bool = False, plan: RunPlan | None = None) -> DemoResult:
    """Run the whole demo in its own home folder.

    Parameters
    ----------
    home
        Where its sessions are kept.
    seed
        Of everything that is drawn.
    whole_radio
        Send every packet through a whole Bluetooth stack; needs an extra.
    plan
        What the runner does; the demo's own run if not given.

    Raises
    ------
    MissingExtraError
        Where that stack is not installed; nothing is written then.
    SensorError, AnalysisError
        When a part of the way fails.
    """
    open_radio = _radio_maker(whole_radio)
    run = simulate(plan or demo_plan(), seed=seed)
    began = datetime.now(UTC)
    path = new_session_path(home, "demo", began)
    duration_s = len(run.true_flexion_deg) / run.rate_hz + TAIL_S
    with _progress(duration_s) as show:
        run_in_virtual_time(
            _record(run, path, open_radio(seed), began=began, duration_s=duration_s, seed=seed),
            on_progress=show,
        )
    watch_path = path.with_suffix(".fit")
    write_private(watch_path, _watch(run, began, seed))
    give_track(path, read_track(watch_path))
    config = AnalysisConfig()
    report = analyse_session(path, config)
    page_path = path.with_suffix(".html").resolve()
    write_text(page_path, page.render(report))
    found = next((e.from_m for e in report.evidence.episodes if e.flag == Flag.SLOUCHED), None)
    return DemoResult(
        page_path=page_path,
        session_path=path.resolve(),
        watch_path=watch_path.resolve(),
        report=report,
        found_m=found,
        true_m=true_crossing_m(run, config),
    )


def true_crossing_m(run: VirtualRun, config: AnalysisConfig) -> float | None:
    """Return where the true flexion, stride by stride, crosses by the rule the report applies."""
    row = run.stride_start_s * run.rate_hz
    start, end = row[:-1], row[1:]
    running = mean_between(run.running.astype(np.float64), start, end) > 0.999
    flexion_deg = mean_between(run.true_flexion_deg, start, end)
    distance_m = np.interp(start, np.arange(len(run.distance_m)), run.distance_m)
    speed_mps = np.interp(start, np.arange(len(run.speed_mps)), run.speed_mps)
    grade_pct = np.interp(start, np.arange(len(run.grade_pct)), run.grade_pct)
    return crossing_of(
        distance_m[running],
        flexion_deg[running],
        config=config,
        speed_mps=speed_mps[running],
        grade_pct=grade_pct[running],
    )


def _watch(run: VirtualRun, began: datetime, seed: int) -> bytes:
    """Return the FIT file of the watch that the runner wears, whose clock is wrong."""
    habits = WatchHabits(
        started_s=began.timestamp(), offset_s=WATCH_AHEAD_S, drift_ppm=WATCH_PPM, home_deg=AT_SEA_DEG
    )
    return watch_file(run, habits, seed=seed)


def _radio_maker(is_whole: bool) -> Callable[[int], SimulatedRadio]:
    """Return what makes a radio from a seed: the direct one, or the one with a Bluetooth stack."""
    if not is_whole:
        return lambda seed: DirectRadio(seed=seed)
    from sensor.virtual.radio.virtual_radio import VirtualRadio

    # The stack reports links that a fault took away; the recorder tells of them itself.
    logging.getLogger("bumble").setLevel(logging.ERROR)
    return lambda seed: VirtualRadio(seed=seed)


async def _record(
    run: VirtualRun,
    path: Path,
    radio: SimulatedRadio,
    *,
    began: datetime,
    duration_s: float,
    seed: int,
) -> None:
    """Let the runner run past the recorder, and lose the link twice."""
    signal = run.sensors[0].measured
    async with radio:
        sensor = VirtualMovesense(
            SENSOR_NAME, signal=signal, clock_ppm=CLOCK_PPM, rate_ppm=RATE_PPM, battery_pct=87
        )
        await radio.add(sensor)
        trouble = asyncio.create_task(play_faults(LINK_LOSSES, sensor))
        await record_session(
            RecordingPlan((SensorRequest(run.sensors[0].placement, SENSOR_NAME),)),
            path,
            radio.bleak,
            name="demo",
            started_utc=began,
            duration_s=duration_s,
            rng=random.Random(seed),
            simulated=True,
            policy=UNWATCHED,
        )
        await trouble


@contextmanager
def _progress(total_s: float) -> Iterator[Callable[[float], None]]:
    """Show a bar on stderr over the virtual seconds; yield what moves it."""
    columns = (
        TextColumn("A virtual runner runs …"),
        BarColumn(),
        TextColumn("{task.fields[minute]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total_s, minute="")
        yield lambda now_s: bar.update(task, completed=now_s, minute=f"minute {now_s / 60:.0f}")


def _km(distance_m: float | None) -> str:
    return "nowhere" if distance_m is None else f"km {distance_m / 1000:.2f}"
