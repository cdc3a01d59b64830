"""The report of a session, from where it was kept or made anew; and the texts that were made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.library.shelf import Shelf, shelf_of

if TYPE_CHECKING:
    from analysis.config import AnalysisConfig
    from analysis.run_report import RunReport

Say = Callable[[str], None]
"""Takes a line for the person at the terminal."""


Analyse = Callable[["Path", "AnalysisConfig"], "RunReport"]
"""Makes the report of a session."""


def report_of_session(
    path: Path,
    config: AnalysisConfig,
    *,
    home: Path | None,
    say: Say,
    anew: bool = False,
    beside: str = "",
    analyse: Analyse | None = None,
) -> RunReport:
    """Return the report of a session file, and keep it where it was not kept.

    Parameters
    ----------
    path
        The session; one outside the home is analysed and not kept.
    config
        Every number.
    home
        The runner's folder; None: nothing is kept.
    say
        Is told, in one line, where nothing can be kept.
    anew
        Analyse it whatever is kept.
    beside
        What the report depends on besides file, numbers and program, such as the hash of other runs.
    analyse
        Makes the report; `analyse_session` without it.

    Raises
    ------
    SessionFileError, AnalysisError
        As `analyse_session`.
    """
    shelf = None if home is None else shelf_of(home, path)
    name = kept_name(config, "report", beside)
    kept = None if shelf is None or anew else _kept(shelf, name, config)
    if kept is not None:
        return kept
    report = (analyse or _analyse)(path, config)
    # Where somebody wrote to the session meanwhile, nobody knows which state of it was read.
    if home is not None and shelf is not None and shelf_of(home, path) == shelf:
        from analysis.library.report_bytes import pack

        put_all(shelf, {name: pack(report)}, say)
    return report


def _analyse(path: Path, config: AnalysisConfig) -> RunReport:
    from analysis.pipeline import analyse_session

    return analyse_session(path, config)


def kept_name(config: AnalysisConfig, kind: str, beside: str = "") -> str:
    """Return the name under which a result of one kind, by these numbers, is kept; words as above."""
    return ".".join(filter(None, [config.hash(), beside, kind]))


def _kept(shelf: Shelf, name: str, config: AnalysisConfig) -> RunReport | None:
    packed = shelf.get(name)
    if packed is None:
        return None
    from analysis.errors import ReportFileError
    from analysis.library.report_bytes import unpack

    try:
        return unpack(packed, config)
    except ReportFileError:
        return None


def kept_texts(shelf: Shelf | None, names: Iterable[str]) -> dict[str, str] | None:
    """Return texts that were kept, by name; None where one of them is missing."""
    if shelf is None:
        return None
    found = {name: shelf.get(name) for name in names}
    if None in found.values():
        return None
    return {
        name: content.decode("utf-8", "replace") for name, content in found.items() if content is not None
    }


def put_all(shelf: Shelf, contents: Mapping[str, bytes], say: Say) -> None:
    """Keep results; where they cannot be kept that costs time later and nothing else, so it is only said."""
    try:
        for name, content in contents.items():
            shelf.put(name, content)
    except OSError as error:
        say(
            f"{shelf.folder.parent}: cannot be written ({error.strerror}); nothing is kept for the next time."
        )
