"""The runs in the home that tell what is usual for a runner."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.home import list_session_paths
from analysis.cli.memory import LIBRARIES_BYTES, require_memory
from sensor.text import printable

if TYPE_CHECKING:
    from analysis.comparison.run_facts import RunFacts
    from analysis.personal import PersonalBaseline
    from sensor.session.info import SessionInfo


def past_runs(home: Path) -> tuple[RunFacts, ...]:
    """Return what is kept of every run in the home that has a report; the others are named."""
    require_memory(LIBRARIES_BYTES)

    from analysis.comparison.run_facts import facts_of
    from analysis.errors import AnalysisError
    from analysis.pipeline import analyse_session
    from sensor.errors import SensorError

    facts = []
    for path in list_session_paths(home):
        try:
            facts.append(facts_of(analyse_session(path)))
        except (SensorError, AnalysisError) as error:
            reason = str(error).removeprefix(f"{path}: ")
            click.echo(printable(f"Left out: {path.name}: {reason}."), err=True)
    return tuple(facts)


def latest_of(past: Sequence[RunFacts], runner: str) -> RunFacts | None:
    """Return the latest run of a runner; None, and why in a line, where there is none."""
    own = [run for run in past if run.runner == runner]
    if not own:
        whose = f"of {runner}" if runner else "of the default runner"
        click.echo(f"No runs {whose} yet: record or import makes one, --runner names another.", err=True)
        return None
    return max(own, key=lambda run: run.started_utc)


def personal_for(home: Path, path: Path) -> PersonalBaseline | None:
    """Return what earlier runs in the home tell of the runner of a session in it; None with too few.

    Sessions elsewhere, and those of others, have no past here.
    """
    from analysis.config import AnalysisConfig
    from sensor.session.info import read_info

    config = AnalysisConfig()
    paths = list_session_paths(home)
    if len(paths) <= config.personal.least_runs or path.resolve() not in map(Path.resolve, paths):
        return None
    info = read_info(path)
    if not info.started_utc or _count_alike(info, paths) < config.personal.least_runs:
        return None
    from analysis.comparison.earlier_runs import Worn, personal_baseline

    worn = Worn(_runner(info), _placement(info), info.simulated, info.started_utc)
    personal = personal_baseline(past_runs(home), worn, config)
    return personal if len(personal.used) >= config.personal.least_runs else None


def _count_alike(info: SessionInfo, paths: list[Path]) -> int:
    """Return how many earlier sessions may be comparable, before any of them is analysed."""
    from sensor.errors import SessionFileError
    from sensor.session.info import read_info

    count = 0
    for path in paths:
        try:
            other = read_info(path)
        except SessionFileError:
            continue
        count += (
            other.started_utc < info.started_utc
            and other.simulated == info.simulated
            and _placement(other) == _placement(info)
            and _runner(other) == _runner(info)
        )
    return count


def _placement(info: SessionInfo) -> str:
    from sensor.samples import TRUNK_PLACEMENTS

    return next((s.placement for s in info.sensors if s.placement in TRUNK_PLACEMENTS), "")


def _runner(info: SessionInfo) -> str:
    from sensor.session.context import RUNNER_KEY

    return str(info.context.get(RUNNER_KEY, ""))
