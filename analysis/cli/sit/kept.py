"""Sittings in the runner's folder, and what of them belongs to the next run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli.home import new_path, start_stamp
from analysis.errors import OutputError, SittingFileError

if TYPE_CHECKING:
    from analysis.live.sitting import Sitting

BEFORE_A_RUN = timedelta(hours=12)
"""Sitting that ended longer ago than this lies behind a night."""

_FOLDER, _SUFFIX = "sitting", ".json"


def new_sitting_path(home: Path, begun: datetime) -> Path:
    """Return where a sitting that begins now is kept; the folder is made.

    Raises
    ------
    SessionFileError
        As `analysis.cli.home.new_path`.
    """
    return new_path(home / _FOLDER, "", started=begun, suffix=_SUFFIX)


def keep_sitting(path: Path, sitting: Sitting) -> None:
    """Write a sitting in place of what was known of it a minute ago.

    Raises
    ------
    OutputError
        Where it cannot be written; what was known a minute ago stays.
    """
    from analysis.live.sitting_json import sitting_to_json
    from sensor.private_files import replace_private

    try:
        replace_private(path, sitting_to_json(sitting))
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror or error}); make room") from error


def sat_before(
    home: Path, runner: str, *, now: datetime, is_simulated: bool, tell: Callable[[str], None]
) -> dict[str, float]:
    """Return what a session that begins now keeps of the sitting before it; nothing where there was none.

    Parameters
    ----------
    home
        The runner's folder.
    runner
        Whose sitting counts.
    now
        With its zone.
    is_simulated
        Whether the session's sensors are made of software: only such sitting counts, else only real.
    tell
        Takes a line about a file that is passed over.
    """
    from analysis.live.sitting import mean_flexion_deg

    sittings = [
        sitting
        for sitting in _recent(home, now, tell)
        if (sitting.runner, sitting.simulated) == (runner, is_simulated) and sitting.sat
    ]
    if not sittings:
        return {}
    flexion_deg = mean_flexion_deg(tuple(minute for sitting in sittings for minute in sitting.sat))
    known = {
        "hours_sat_before": round(sum(sitting.hours_sat for sitting in sittings), 2),
        "longest_sat_min": float(max(max(sitting.bouts) for sitting in sittings)),
        "sat_flexion_deg": round(flexion_deg, 1),
    }
    return {key: value for key, value in known.items() if value == value}


def _recent(home: Path, now: datetime, tell: Callable[[str], None]) -> Iterator[Sitting]:
    """Yield the sittings that ended within `BEFORE_A_RUN` of ``now``."""
    since = now - BEFORE_A_RUN
    for path in _named_since(sorted((home / _FOLDER).glob(f"*{_SUFFIX}")), since - timedelta(days=2)):
        try:
            sitting = _read(path)
        except (OSError, SittingFileError) as error:
            tell(f"{path}: no sitting ({error}); passed over, remove it.")
            continue
        begun = datetime.fromisoformat(sitting.begun_utc)
        if since <= begun + timedelta(minutes=len(sitting.minutes)) and begun <= now:
            yield sitting


def _named_since(paths: Sequence[Path], since: datetime) -> Iterator[Path]:
    """Yield the files whose name is of a day since then: a year of them is not opened before every run."""
    first = start_stamp(since)
    return (path for path in paths if path.name >= first)


def _read(path: Path) -> Sitting:
    from analysis.live.sitting_json import LARGEST_BYTES, sitting_from_json

    with path.open("rb") as file:
        return sitting_from_json(file.read(LARGEST_BYTES + 1))
