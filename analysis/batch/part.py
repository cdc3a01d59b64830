"""A part of the data set: the rows of some hundred sessions, one Parquet file for each table that has any."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.batch.records import Column
from analysis.batch.schema import LEDGER, SCHEMA_VERSION, TABLES
from analysis.stride.table import units_of
from sensor.errors import MissingExtraError
from sensor.private_files import replace_private

VERSION_KEY = "runtall_batch_schema"
"""Key in the metadata of every file, and in the manifest."""

PRIVATE = "private"
"""Folder of what tells who is who and where the sessions lie."""

LEDGER_NAME = f"{PRIVATE}/ledger"


def require_parquet() -> tuple[Any, Any]:
    """Return the package that writes Parquet, and its part that does.

    Raises
    ------
    MissingExtraError
        Without it.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError('a data set needs an extra: pip install "runtall[parquet]"') from error
    return pyarrow, parquet


def columns_of(table: str) -> Mapping[str, str]:
    """Return the columns of a table, or of the ledger, and their kinds."""
    return LEDGER if table == LEDGER_NAME else TABLES[table]


def schema_of(table: str) -> Any:
    """Return the Arrow schema of a table: units beside the columns, the version beside the table."""
    pa, _ = require_parquet()
    kinds = {
        "int": pa.int64(),
        "float": pa.float64(),
        "text": pa.string(),
        "bool": pa.bool_(),
        "maybe": pa.bool_(),
    }
    columns = columns_of(table)
    units = units_of(columns)
    fields = [
        pa.field(name, kinds[kind], metadata={"unit": units[name]} if name in units else None)
        for name, kind in columns.items()
    ]
    return pa.schema(fields, metadata={VERSION_KEY: str(SCHEMA_VERSION)})


def write(path: Path, table: str, blocks: Sequence[Mapping[str, Column]]) -> None:
    """Write rows that come in blocks as one file, in one go; what is unknown is null.

    Raises
    ------
    OSError
        Where it cannot be written.
    """
    pa, _ = require_parquet()
    schema = schema_of(table)
    columns = [
        pa.chunked_array([_array(block[field.name], field.type) for block in blocks], type=field.type)
        for field in schema
    ]
    _replace(path, pa.Table.from_arrays(columns, schema=schema))


def keep_rows(path: Path, column: str, wanted: Callable[[Any], Any]) -> None:
    """Leave in a file only the rows whose value is wanted; a file without any goes.

    Parameters
    ----------
    path
        Of the file; it may be missing.
    column
        Whose values decide.
    wanted
        From (rows,) values to (rows,) truths.
    """
    pa, parquet = require_parquet()
    if not path.exists():
        return
    rows = parquet.read_table(path, partitioning=None)
    kept = np.asarray(wanted(rows[column].to_pandas()), dtype=np.bool_)
    if not kept.any():
        path.unlink()
    elif not kept.all():
        _replace(path, rows.filter(pa.array(kept)))


def without(dropped: Collection[Any]) -> Callable[[Any], Any]:
    """Return what wants every value but those."""
    return lambda values: ~values.isin(list(dropped))


def _replace(path: Path, table: Any) -> None:
    _, parquet = require_parquet()
    target = io.BytesIO()
    parquet.write_table(table, target, compression="zstd")
    replace_private(path, target.getvalue())


def _array(values: Column, kind: Any) -> Any:
    pa, _ = require_parquet()
    try:
        return pa.array(values, type=kind, from_pandas=True)
    except UnicodeEncodeError:
        # A stranger's file can hold half a letter, which no file of ours can.
        whole = [str(value).encode("utf-8", "replace").decode("utf-8") for value in values]
        return pa.array(whole, type=kind)
