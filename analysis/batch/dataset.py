"""The data set of a batch: parts that appear whole or not at all, and a ledger of what is done.

A part counts once its ledger lies there, which is written last. What a killed batch left without one is
removed by the next.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from analysis.batch import part
from analysis.batch.keys import Pseudonyms, key_of, key_of_source
from analysis.batch.ledger import Ledger, Lookup, Outcome
from analysis.batch.part import LEDGER_NAME, PRIVATE
from analysis.batch.records import PASSING, Column, Entry, Failure, Source
from analysis.batch.schema import SCHEMA_VERSION, TABLES
from analysis.errors import AnalysisError, DataSetError, OutputError
from sensor.private_files import make_private_folder, open_private, replace_private
from sensor.samples import IntArray
from sensor.text import printable

FORMAT = "runtall-batch"
MANIFEST = "manifest.json"
_LOCK = "lock"
_SUFFIX = ".parquet"
_FIRST = "part-00000000"
"""Holds no rows: with it every table can be read before it has any."""


class DataSet:
    """The data set in a folder, open for writing by this process alone; made by `open_data_set`.

    Parameters
    ----------
    folder
        Where it lies.
    terms
        What else than the file a session's rows depend on; when it changes, every session is done again.
    """

    def __init__(self, folder: Path, terms: str) -> None:
        self._folder, self._terms = folder, terms
        _heal(folder)
        self._number = max(_numbers_in(folder / LEDGER_NAME), default=0)
        self._ledger = _read_ledger(folder)
        self._by_source = Lookup(self._ledger.source_key)
        self._by_path = Lookup(self._ledger.path_key)
        self._by_content = Lookup(np.where(self._ledger.is_session, self._ledger.content_key, -1))
        self._brought: set[int] = set()
        self._people = Pseudonyms.read(folder / PRIVATE)

    def pending(self, sources: Sequence[Source]) -> tuple[list[Source], int]:
        """Return those that are not held as they are now, and how many of the others are held as errors."""
        rows = self._by_source.rows(_integers(key_of_source(one, self._terms) for one in sources))
        left = [one for one, row in zip(sources, rows.tolist(), strict=True) if row < 0]
        return left, int(self._ledger.is_error[rows[rows >= 0]].sum())

    def commit(self, entries: Sequence[Entry]) -> None:
        """Write a part, and take what it replaces out of older ones.

        Parameters
        ----------
        entries
            Files that were looked at; none twice in one run of a batch.

        Raises
        ------
        OutputError
            Where it cannot be written; then it does not count.
        """
        if entries:
            with _told(self._folder):
                self._write(entries)

    def _write(self, entries: Sequence[Entry]) -> None:
        ledger = [self._ledger_row(entry) for entry in entries]
        self._number = number = self._number + 1
        tables = self._blocks(entries, ledger)
        self._people.write()
        for table, blocks in tables.items():
            if blocks:
                part.write(_path(self._folder, table, number), table, blocks)
        columns = {name: [row[name] for row in ledger] for name in ledger[0]}
        part.write(_path(self._folder, LEDGER_NAME, number), LEDGER_NAME, [columns])
        own = {row["content_key"] for row in ledger if row["outcome"] is Outcome.SESSION}
        self._replace({row["path_key"] for row in ledger}, own)

    def _ledger_row(self, entry: Entry) -> dict[str, Any]:
        result, path_key = entry.result, key_of(entry.source.path)
        row = {"path": printable(entry.source.path), "path_key": path_key, "session": "", "content_key": 0}
        if isinstance(result, Failure):
            # Nothing has this key: what passes is tried again.
            source_key = 0 if result.kind in PASSING else key_of_source(entry.source, self._terms)
            return row | {"outcome": Outcome.ERROR, "source_key": source_key}
        content_key = key_of(result.session)
        is_copy = content_key in self._brought
        self._brought.add(content_key)
        return row | {
            "outcome": Outcome.COPY if is_copy else Outcome.SESSION,
            "session": result.session,
            "content_key": content_key,
            "source_key": key_of_source(entry.source, self._terms),
        }

    def _blocks(
        self, entries: Sequence[Entry], ledger: Sequence[Mapping[str, Any]]
    ) -> dict[str, list[Mapping[str, Column]]]:
        """Return the rows of each table, a block for each file."""
        blocks: dict[str, list[Mapping[str, Column]]] = {table: [] for table in TABLES}
        for entry, row in zip(entries, ledger, strict=True):
            result = entry.result
            if isinstance(result, Failure):
                told = (row["path"], result.kind, result.message, version("runtall"))
                blocks["errors"].append(dict(zip(TABLES["errors"], ([value] for value in told), strict=True)))
            elif row["outcome"] is Outcome.SESSION:
                runner = {"runner": [self._people.of(result.runner)]}
                for table, columns in result.tables.items():
                    count = len(next(iter(columns.values())))
                    known = {"session": [result.session] * count, **columns}
                    blocks[table].append(known | (runner if table == "sessions" else {}))
        return blocks

    def _replace(self, path_keys: set[int], content_keys: set[int]) -> None:
        """Take out what earlier runs wrote of these files, and of these sessions from other files."""
        rows = np.concatenate(
            [self._by_path.rows(_integers(path_keys)), self._by_content.rows(_integers(content_keys))]
        )
        for number in np.unique(self._ledger.part[rows[rows >= 0]]).tolist():
            _take_out(self._folder, number, path_keys, content_keys)


@contextmanager
def open_data_set(folder: Path, terms: str) -> Iterator[DataSet]:
    """Open a data set for writing, or make one.

    Raises
    ------
    DataSetError
        Where something else lies there, or a data set of a newer version.
    OutputError
        Where another batch writes to it, or the disk refuses.
    MissingExtraError
        Without the package that writes Parquet.
    """
    part.require_parquet()
    with ExitStack() as open_until_done:
        with _told(folder):
            _require_ours(folder)
            make_private_folder(folder / PRIVATE)
            open_until_done.enter_context(_locked(folder))
            _make_tables(folder)
            data = DataSet(folder, terms)
        yield data


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Tell in one line what the disk refuses, and which data set is damaged."""
    pa, _ = part.require_parquet()
    try:
        yield
    except AnalysisError:
        raise
    except OSError as error:
        raise OutputError(
            f"{folder}: the data set cannot be written ({error.strerror or error}); make room, "
            "or choose another place"
        ) from error
    except pa.ArrowException as error:
        said = " ".join(str(error).split())
        raise DataSetError(f"{folder}: damaged ({said:.200}); delete it, and run the batch again") from error


def require_data_set(folder: Path) -> None:
    """Refuse a folder that holds no data set of this version.

    Raises
    ------
    DataSetError
        For any other.
    """
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataSetError(f"{folder}: no data set ({error}); make one with `runtall batch`") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise DataSetError(f"{folder}: no data set of runtall; make one with `runtall batch`")
    if told.get(part.VERSION_KEY) != SCHEMA_VERSION:
        raise DataSetError(
            f"{folder}: schema version {told.get(part.VERSION_KEY)!r}, known is {SCHEMA_VERSION}; "
            "update runtall, or choose another folder"
        )


def _require_ours(folder: Path) -> None:
    if folder.is_dir() and any(one.name != PRIVATE for one in folder.iterdir()):
        require_data_set(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other batches out of a data set; the system lets go when this process ends, however it does."""
    with open_private(folder / PRIVATE / _LOCK) as lock:
        try:
            import fcntl
        except ImportError:  # as on Windows, where one has to look out oneself
            yield
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(
                f"{folder}: another batch writes to it; wait for it, or name another folder"
            ) from error
        yield


def _make_tables(folder: Path) -> None:
    told = {
        "format": FORMAT,
        part.VERSION_KEY: SCHEMA_VERSION,
        "tables": {table: dict(columns) for table, columns in TABLES.items()},
    }
    replace_private(folder / MANIFEST, (json.dumps(told, indent=2) + "\n").encode())
    for table in (*TABLES, LEDGER_NAME):
        make_private_folder(folder / table)
        part.write(folder / table / f"{_FIRST}{_SUFFIX}", table, [])


def _path(folder: Path, table: str, number: int) -> Path:
    return folder / table / f"part-{number:08}{_SUFFIX}"


def _numbers_in(folder: Path) -> set[int]:
    stems = (Path(name).stem for name in os.listdir(folder) if name.endswith(_SUFFIX))
    return {int(stem.removeprefix("part-")) for stem in stems if stem != _FIRST}


def _heal(folder: Path) -> None:
    """Remove what killed batches left, and what they had written again without taking out the old."""
    counted = _numbers_in(folder / LEDGER_NAME)
    for table in (*TABLES, LEDGER_NAME):
        for number in _numbers_in(folder / table) - counted:
            _path(folder, table, number).unlink()
        for unfinished in (folder / table).glob(".*.part"):
            unfinished.unlink()
    ledger = _read_ledger(folder)
    for number, keys in ledger.by_part(ledger.path_key, ledger.replaced()).items():
        _take_out(folder, number, keys, set())
    ledger = _read_ledger(folder)
    for number, keys in ledger.by_part(ledger.content_key, ledger.yielding()).items():
        _take_out(folder, number, set(), keys)
    for number, keys in ledger.by_part(ledger.path_key, ledger.orphaned_copies()).items():
        _take_out(folder, number, keys, set())


def _integers(keys: Iterable[int]) -> IntArray:
    return np.array(list(keys), dtype=np.int64)


def _read_ledger(folder: Path) -> Ledger:
    pa, parquet = part.require_parquet()
    numbers = sorted(_numbers_in(folder / LEDGER_NAME))
    names = ["path_key", "source_key", "content_key", "outcome"]
    tables = [
        parquet.read_table(_path(folder, LEDGER_NAME, n), columns=names, partitioning=None) for n in numbers
    ]
    rows = pa.concat_tables(tables or [part.schema_of(LEDGER_NAME).empty_table().select(names)])
    outcome = rows["outcome"].to_pandas()
    return Ledger(
        **{name: rows[name].to_numpy() for name in names[:3]},
        part=np.repeat(np.array(numbers, dtype=np.int64), [len(table) for table in tables]),
        is_session=np.asarray(outcome == Outcome.SESSION, dtype=np.bool_),
        is_copy=np.asarray(outcome == Outcome.COPY, dtype=np.bool_),
    )


def _take_out(folder: Path, number: int, path_keys: set[int], content_keys: set[int]) -> None:
    """Take some files out of a part, and make others copies whose session has come anew; its ledger last."""
    _, parquet = part.require_parquet()
    ledger_path = _path(folder, LEDGER_NAME, number)
    if not ledger_path.exists():
        return
    ledger = parquet.read_table(ledger_path, partitioning=None).to_pandas()
    is_session = ledger["outcome"] == Outcome.SESSION
    leaving = ledger["path_key"].isin(list(path_keys))
    yielding = is_session & ~leaving & ledger["content_key"].isin(list(content_keys))
    sessions = part.without(set(ledger.loc[is_session & leaving | yielding, "session"]))
    for table in TABLES.keys() - {"errors"}:
        part.keep_rows(_path(folder, table, number), "session", sessions)
    part.keep_rows(_path(folder, "errors", number), "path", part.without(set(ledger.loc[leaving, "path"])))
    ledger.loc[yielding, "outcome"] = Outcome.COPY
    if leaving.all():
        ledger_path.unlink()
    else:
        kept = ledger[~leaving]
        part.write(ledger_path, LEDGER_NAME, [{name: kept[name].to_numpy() for name in kept}])
