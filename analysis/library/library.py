"""All sessions of a home, known without being read again: what lists, histories and baselines ask."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from analysis.config import AnalysisConfig
from analysis.library.index import Index
from analysis.library.places import (
    file_in_home,
    index_path,
    list_session_paths,
    sessions_folder,
    shelf_folder,
    shelves_folder,
)
from analysis.library.row import MISSING, NOT_ANALYSED, Entry, IndexRow
from analysis.library.state import FileState, program_hash, state_of

if TYPE_CHECKING:
    from analysis.library.examining import Examined, Job
    from analysis.run_report import RunReport

Progress = Callable[["Iterable[Examined]", int], AbstractContextManager["Iterable[Examined]"]]
"""Shows how far a work of so many parts has come, while they are handed on."""


def _silent(line: str) -> None:
    """Say nothing."""


def _unseen(parts: Iterable[Examined], count: int) -> AbstractContextManager[Iterable[Examined]]:
    """Show nothing."""
    return nullcontext(parts)


class Library:
    """The sessions of a home.

    Parameters
    ----------
    home
        The runner's folder.
    config
        Every number; the defaults without it. Figures by other numbers are kept beside.
    say
        Takes a line for the person at the terminal.
    progress
        Shows how far an analysis of many sessions has come.
    """

    def __init__(
        self,
        home: Path,
        config: AnalysisConfig | None = None,
        *,
        say: Callable[[str], None] = _silent,
        progress: Progress = _unseen,
    ) -> None:
        self._home, self._config = home, config or AnalysisConfig()
        self._config_hash = self._config.hash()
        self._say, self._progress = say, progress
        self._opened: Index | None = None

    @classmethod
    def open(
        cls,
        home: Path,
        config: AnalysisConfig | None = None,
        *,
        say: Callable[[str], None] = _silent,
        progress: Progress = _unseen,
    ) -> Library:
        """Return the library of a home; words as of the class."""
        return cls(home, config, say=say, progress=progress)

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _index(self) -> Index:
        """The index, opened and made only where something is to be found or kept in it."""
        if self._opened is None:
            self._opened = Index(self._home, self._config_hash, say=self._say)
        return self._opened

    def entries(self, *, analyse: bool = True) -> tuple[Entry, ...]:
        """Return all sessions, oldest first.

        Those that are new or have changed are looked at first, by as many processes as there are cores.
        What cannot be read or analysed, and what is gone, is among them with the reason.

        Parameters
        ----------
        analyse
            False: read of new sessions only what they say of themselves, and write nothing.
        """
        states = {path.name: state_of(path) for path in list_session_paths(self._home)}
        is_begun = index_path(self._home).exists()
        rows = self._recognised(states, analyse) if is_begun or (states and analyse) else {}
        todo = [file for file, state in states.items() if not _is_done(rows.get(file), state, analyse)]
        if todo:  # what looks at sessions takes long to load
            rows |= self._looked_at(todo, analyse)
        entries = [self._entry(row, is_there=file in states) for file, row in rows.items()]
        return tuple(sorted(entries, key=_age))

    def report(self, path: Path) -> RunReport:
        """Return the report of a session, as it was kept or made anew.

        Raises
        ------
        SessionFileError, AnalysisError
            As `analyse_session`.
        """
        from analysis.library.kept_report import report_of_session

        return report_of_session(path, self._config, home=self._home, say=self._say)

    def rebuild(self) -> tuple[Entry, ...]:
        """Make everything anew from the sessions, forget those that are gone, and return the others.

        A session whose rows are others than when it was analysed last, while size and time of its file are
        the same, is named.
        """
        paths = list_session_paths(self._home)
        before, files = self._index.rows(), {path.name for path in paths}
        rows = {
            found.row.file: found.row for found in self._examined([self._job(f, anew=True) for f in files])
        }
        for file in before.keys() - files:
            self.forget(sessions_folder(self._home) / file)
        self._sweep(files)
        entries = {file: self._entry(row, is_there=True) for file, row in rows.items()}
        for file, entry in entries.items():
            if file in before and _has_changed_unseen(self._entry(before[file], is_there=True), entry):
                self._say(f"{file}: its rows had changed though size and time of the file had not.")
        return tuple(sorted(entries.values(), key=_age))

    def forget(self, path: Path) -> None:
        """Throw away what is known and kept of a session of the home."""
        file = file_in_home(self._home, path)
        if file is not None:
            self._index.forget(file)
            shutil.rmtree(shelf_folder(self._home, file), ignore_errors=True)

    def _looked_at(self, files: Sequence[str], analyse: bool) -> dict[str, IndexRow]:
        """Return the rows of sessions that are new or have changed, analysed where that was possible."""
        from analysis.library.examining import told

        found = self._examined([self._job(file) for file in files]) if analyse else ()
        rows = {one.row.file: one.row for one in found}
        left = map(told, [self._job(file) for file in files if file not in rows])
        return rows | {one.row.file: one.row for one in left}

    def _job(self, file: str, *, anew: bool = False) -> Job:
        from analysis.library.examining import Job

        return Job(sessions_folder(self._home) / file, self._home, self._config, self._config_hash, anew)

    def _entry(self, row: IndexRow, *, is_there: bool) -> Entry:
        trouble = row.trouble or ("" if row.is_analysed else NOT_ANALYSED)
        return Entry(sessions_folder(self._home) / row.file, row, trouble if is_there else MISSING)

    def _recognised(self, states: Mapping[str, FileState | None], keep: bool) -> dict[str, IndexRow]:
        """Return the rows of the index; those of files that got another name under that one."""
        rows = dict(self._index.rows())
        gone = {row.state: file for file, row in rows.items() if file not in states}
        for file, state in states.items():
            if file in rows or state not in gone:
                continue
            old = gone.pop(state)
            row = replace(rows.pop(old), file=file)
            if row.name != Path(old).stem:  # a session without a name is called after its file
                rows[file] = row
            if keep:
                self._renamed(old, rows.get(file), file)
        return rows

    def _renamed(self, old: str, row: IndexRow | None, file: str) -> None:
        """Keep what is known of a session under its file's new name; what cannot be moved is made again."""
        self._index.forget(old)
        if row is not None:
            self._index.put(row)
        before, after = shelf_folder(self._home, old), shelf_folder(self._home, file)
        shutil.rmtree(after, ignore_errors=True)
        with suppress(OSError):
            before.rename(after)

    def _examined(self, jobs: Sequence[Job]) -> Iterator[Examined]:
        """Look at sessions, and keep each as soon as it is done: what was done before a Ctrl-C stays."""
        if not jobs:
            return
        from concurrent.futures.process import BrokenProcessPool

        from analysis.library.workers import examined

        said: set[str] = set()
        try:
            with self._progress(self._kept(examined(jobs)), len(jobs)) as shown:
                for found in shown:
                    said.update(found.said)
                    yield found
        except BrokenProcessPool:
            said.add("The system ended the analysis, perhaps for want of memory; the rest is left for later.")
        for line in sorted(said):
            self._say(line)

    def _kept(self, parts: Iterable[Examined]) -> Iterator[Examined]:
        for found in parts:
            if found.is_lasting:
                self._index.put(found.row)
            yield found

    def _sweep(self, files: Iterable[str]) -> None:
        """Throw away what is kept of sessions that are not there."""
        known = {shelf_folder(self._home, file).name for file in files}
        shelves = shelves_folder(self._home)
        for folder in shelves.iterdir() if shelves.is_dir() else ():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)


def _is_done(row: IndexRow | None, state: FileState | None, analyse: bool) -> bool:
    is_current = row is not None and row.state == state and row.program == program_hash()
    return is_current and row is not None and (row.is_analysed or not analyse)


def _age(entry: Entry) -> tuple[float, str]:
    """Return when a session began, s since 1970; where it does not tell, when its file was last written."""
    if entry.started_utc:
        return datetime.fromisoformat(entry.started_utc).timestamp(), entry.path.name
    return entry.row.state.mtime_ns / 1e9, entry.path.name


def _has_changed_unseen(before: Entry, after: Entry) -> bool:
    if before.row.state != after.row.state or before.facts is None or after.facts is None:
        return False
    return before.facts.file_hash != after.facts.file_hash
