"""Look at one session: what it says of itself, and its run in a few figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from analysis.config import AnalysisConfig
from analysis.errors import AnalysisError
from analysis.library.kept_report import report_of_session
from analysis.library.places import is_text
from analysis.library.row import IndexRow
from analysis.library.state import LOGS, FileState, program_hash, state_of
from sensor.errors import SensorError, SessionFileError
from sensor.session.context import RUNNER_KEY, tags_of
from sensor.session.info import read_info

_RECORDING = "it is still being recorded"


@dataclass(frozen=True, slots=True)
class Job:
    """A session to look at.

    Parameters
    ----------
    path
        Its file.
    home
        The runner's folder.
    config, config_hash
        Every number; their hash, which takes a millisecond.
    anew
        Analyse it whatever is kept.
    """

    path: Path
    home: Path
    config: AnalysisConfig
    config_hash: str
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of a session.

    Parameters
    ----------
    row
        For the index.
    is_lasting
        Whether it holds until the file changes; not so where rights or memory were missing.
    said
        Lines for the person at the terminal.
    """

    row: IndexRow
    is_lasting: bool = True
    said: tuple[str, ...] = ()


def told(job: Job) -> Examined:
    """Return what a session says of itself, without its samples."""
    before, is_lasting = state_of(job.path), True
    words: Mapping[str, Any]
    try:
        words = _words(job.path)
    except SessionFileError as error:
        words = {"is_readable": False, "trouble": _reason(error, job.path)}
        is_lasting = not isinstance(error.__cause__, OSError)
    state = state_of(job.path)
    is_settled = state is not None and before in (state, None)
    row = IndexRow(
        file=job.path.name,
        state=state or _state_now(job.path),
        program=program_hash(),
        config_hash=job.config_hash,
        **words,
    )
    return Examined(row, is_lasting and is_settled and is_text(job.path.name))


def examine(job: Job) -> Examined:
    """Return what there is to know of a session: its words, and figures or the reason why there are none."""
    found = told(job)
    if not found.row.is_readable:
        return replace(found, row=replace(found.row, is_analysed=True))
    if any(Path(f"{job.path}{log}").exists() for log in LOGS):
        return Examined(replace(found.row, trouble=_RECORDING), is_lasting=False)
    said: list[str] = []
    figures, is_lasting = _figures(job, found.row.name, said)
    row = replace(found.row, is_analysed=True, **figures)
    return Examined(row, found.is_lasting and is_lasting and state_of(job.path) == row.state, tuple(said))


def _words(path: Path) -> dict[str, Any]:
    info = read_info(path)
    return {
        "name": info.name,
        "started_utc": _plain(info.started_utc),
        "duration_s": info.trim.lasting_s(info.duration_s),
        "simulated": info.simulated,
        "sensors": tuple(sensor.placement for sensor in info.sensors),
        "tags": tags_of(info.context),
        "runner": str(info.context.get(RUNNER_KEY, "")),
    }


def _plain(started_utc: str) -> str:
    """Return a start in plain letters: what stands between date and time may be any."""
    return started_utc if started_utc.isascii() else datetime.fromisoformat(started_utc).isoformat()


def _figures(job: Job, name: str, said: list[str]) -> tuple[dict[str, Any], bool]:
    """Return the figures of a run, or why there are none, and whether that lasts."""
    try:
        report = report_of_session(job.path, job.config, home=job.home, say=said.append, anew=job.anew)
    except (SensorError, AnalysisError) as error:
        return {"trouble": _reason(error, job.path, name)}, not isinstance(error.__cause__, OSError)
    except (MemoryError, OSError) as error:
        return {"trouble": _reason(error, job.path) or "not enough memory"}, False
    except Exception as error:  # of a list of a thousand, one session that meets a bug hides no other
        return {"trouble": f"a fault of runtall ({error!r:.200}); see `runtall --debug report`"}, True
    from analysis.comparison.summing_up import facts_of
    from analysis.library.facts_json import facts_to_json

    facts = facts_of(report)
    return {
        "distance_m": facts.distance_m,
        "verdict": facts.verdict.value,
        "confidence": facts.confidence.value,
        "placement": facts.placement,
        "facts": facts_to_json(facts),
    }, True


def _reason(error: BaseException, *beginnings: object) -> str:
    """Return what an error says, without the session it begins with."""
    said = str(error)
    for beginning in beginnings:
        said = said.removeprefix(f"{beginning}: ")
    return said


def _state_now(path: Path) -> FileState:
    """Return size and time of what lies there, be it a link to nowhere; only to be shown."""
    try:
        status = path.lstat()
    except OSError:
        return FileState(0, 0)
    return FileState(status.st_size, status.st_mtime_ns)
