"""The runs in the home that tell what is usual for a runner."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analysis.cli.list_ import analysis_bar
from analysis.cli.text import tell
from analysis.library.places import list_session_paths

if TYPE_CHECKING:
    from analysis.comparison.run_facts import RunFacts
    from analysis.config import AnalysisConfig
    from analysis.library.row import Entry
    from analysis.personal import PersonalBaseline
    from analysis.records import EarlierRun
    from analysis.run_report import RunReport
    from sensor.session.info import SessionInfo


@dataclass(frozen=True, slots=True)
class Earlier:
    """The earlier sessions that may tell what is usual in a run, and that run.

    Parameters
    ----------
    entries
        Of the library.
    info
        The run's own session.
    config
        The numbers of the runner.
    """

    entries: tuple[Entry, ...]
    info: SessionInfo
    config: AnalysisConfig

    @property
    def key(self) -> str:
        """What a report depends on through them: a sum over all that is known of them."""
        return hashlib.sha256("\n".join(e.row.facts for e in self.entries).encode()).hexdigest()[:16]

    def personal(self) -> PersonalBaseline | None:
        """Return what they tell of the runner; None where too few can be compared."""
        from analysis.comparison.earlier_runs import Worn, personal_baseline

        worn = Worn(_runner(self.info), _placement(self.info), self.info.simulated, self.info.started_utc)
        personal = personal_baseline(self._facts(), worn, self.config)
        return personal if len(personal.used) >= self.config.personal.least_runs else None

    def beside(self, report: RunReport) -> tuple[EarlierRun, ...]:
        """Return the last comparable runs, which stand beside the run in its report."""
        from analysis.comparison.runs_beside import runs_beside
        from analysis.comparison.summing_up import facts_of

        return runs_beside(facts_of(report), self._facts())

    def with_cues(self, report: RunReport) -> RunReport:
        """Return the report, whose cues are pooled with those of earlier runs; as it is where it has none."""
        cues = report.evidence.cues
        if cues is None:
            return report
        from analysis.judging.cue_effect import pooled_effect

        simulated = report.session.simulated
        runs = [cues.pairs, *(run.cues for run in self._facts() if run.simulated == simulated)]
        pooled = replace(cues, effect=pooled_effect(runs, self.config.cues))
        return replace(report, evidence=replace(report.evidence, cues=pooled))

    def _facts(self) -> list[RunFacts]:
        return [entry.facts for entry in self.entries if entry.facts is not None]


def past_runs(home: Path, config: AnalysisConfig) -> tuple[RunFacts, ...]:
    """Return what is kept of every run in the home that has a report; the others are named."""
    entries = _entries(home, config, analyse=True)
    for entry in entries:
        if entry.facts is None:
            tell(f"Left out: {entry.path.name}: {entry.trouble}.")
    return tuple(entry.facts for entry in entries if entry.facts is not None)


def kept_runs(home: Path, config: AnalysisConfig) -> tuple[RunFacts, ...]:
    """Return what is kept already of the runs in the home: at once, whatever is new among them."""
    entries = _entries(home, config, analyse=False)
    return tuple(entry.facts for entry in entries if entry.facts is not None)


def _entries(home: Path, config: AnalysisConfig, *, analyse: bool) -> tuple[Entry, ...]:
    from analysis.library.library import Library

    with Library.open(home, config, say=tell, progress=analysis_bar) as library:
        return library.entries(analyse=analyse)


def latest_of(past: Sequence[RunFacts], runner: str) -> RunFacts | None:
    """Return the latest run of a runner; None, and why in a line, where there is none."""
    own = [run for run in past if run.runner == runner]
    if not own:
        whose = f"of {runner}" if runner else "of the default runner"
        click.echo(f"No runs {whose} yet: record or import makes one, --runner names another.", err=True)
        return None
    return max(own, key=lambda run: run.started_utc)


def earlier_than(home: Path, path: Path, config: AnalysisConfig) -> Earlier | None:
    """Return the earlier sessions in the home of the runner of one of them; None without any.

    Sessions elsewhere, and those of others, have no past here; nor has one that cannot be read, of which
    whoever analyses it will tell.
    """
    from sensor.errors import SessionFileError
    from sensor.session.info import read_info

    paths = list_session_paths(home)
    if len(paths) < 2 or path.resolve() not in map(Path.resolve, paths):
        return None
    try:
        info = read_info(path)
    except SessionFileError:
        return None
    if not info.started_utc or not _alike(info, _entries(home, config, analyse=False)):
        return None
    return Earlier(_alike(info, _entries(home, config, analyse=True)), info, config)


def _alike(info: SessionInfo, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the earlier sessions of the same runner."""
    return tuple(
        entry
        for entry in entries
        if "" < entry.started_utc < info.started_utc and entry.row.runner == _runner(info)
    )


def _placement(info: SessionInfo) -> str:
    from sensor.placements import TRUNK_PLACEMENTS

    return next((s.placement for s in info.sensors if s.placement in TRUNK_PLACEMENTS), "")


def _runner(info: SessionInfo) -> str:
    from sensor.session.context import RUNNER_KEY

    return str(info.context.get(RUNNER_KEY) or "")
