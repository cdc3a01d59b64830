"""Tables of an export: found by the names of their columns, read as triads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

import numpy as np

from sensor.errors import ImportFileError
from sensor.importers.csv_lines import as_utf8, separator_of
from sensor.importers.csv_table import CsvTable
from sensor.importers.exported_files import ExportedFiles
from sensor.importers.plausibility import check_size
from sensor.samples import FloatArray

Names = tuple[str, ...]
IsHeader = Callable[[Names], bool]

_LINES_LOOKED_AT = 40


def names_in(line: bytes) -> Names:
    """Return the names of columns in a line, in lower case, without quotes and blanks."""
    fields = line.decode("utf-8", errors="replace").lower().split(separator_of(line).decode())
    return tuple(field.strip().strip('"').strip() for field in fields)


def has_columns(*patterns: str) -> IsHeader:
    """Return what tells a header in which every one of some patterns is the whole name of a column."""
    compiled = [re.compile(pattern) for pattern in patterns]
    return lambda names: all(any(one.fullmatch(name) for name in names) for one in compiled)


def header_in(head: bytes, is_header: IsHeader) -> Names | None:
    """Return the names of the columns in the first lines of a text; None where no line has those wanted."""
    try:
        lines = as_utf8(head).splitlines()[:_LINES_LOOKED_AT]
    except UnicodeDecodeError:
        return None
    return next((names for names in map(names_in, lines) if is_header(names)), None)


def members_with(export: ExportedFiles, is_header: IsHeader) -> tuple[str, ...]:
    """Return the members of an export that are such tables, in order of their names."""
    return tuple(
        member for member in sorted(export.members) if header_in(export.head(member), is_header) is not None
    )


def holds(is_header: IsHeader) -> Callable[[ExportedFiles], bool]:
    """Return what tells an export in which some member is such a table."""
    return lambda export: any(header_in(export.head(member), is_header) for member in export.members)


def by_stem(export: ExportedFiles, members: Iterable[str]) -> dict[str, str]:
    """Return members by their names without folder and suffix, in lower case.

    Raises
    ------
    ImportFileError
        Where two have one name: these are recordings of different runs.
    """
    found = {member: PurePosixPath(member).stem.lower() for member in members}
    name, count = Counter(found.values()).most_common(1)[0] if found else ("", 1)
    if count > 1:
        raise ImportFileError(
            f"{export.path}: holds {count} recordings, each with a file {name}; give one of them"
        )
    return {stem: member for member, stem in found.items()}


def open_table(export: ExportedFiles, member: str, is_header: IsHeader) -> CsvTable:
    """Return a member as a table; rows like the one before are kept, for they may be samples."""
    return CsvTable(
        export.label(member),
        export.read(member),
        is_header=lambda line: is_header(names_in(line)),
        keeps_repeated=True,
    )


def refuse_others(export: ExportedFiles, *, accelerometers: int, gyroscopes: int) -> None:
    """Refuse an export that does not hold one accelerometer and at most one gyroscope."""
    if accelerometers != 1 or gyroscopes > 1:
        raise ImportFileError(
            f"{export.path}: holds {accelerometers} accelerometers and {gyroscopes} gyroscopes "
            f"({export.listed()}); give those of one sensor"
        )


def triad_names(table: CsvTable, pattern: str) -> tuple[str, str, str] | None:
    """Return the names of three columns in the order x, y, z; None where one is not there.

    Parameters
    ----------
    table
        Where they are looked for.
    pattern
        Of the whole name, in lower case; ``{axis}`` stands for the axis.
    """
    found = [column_named(table, pattern.replace("{axis}", axis)) for axis in "xyz"]
    x, y, z = found
    return None if x is None or y is None or z is None else (x, y, z)


def column_named(table: CsvTable, pattern: str) -> str | None:
    """Return the first column whose whole name, in lower case, fits a pattern."""
    return next((name for name in table.names if re.fullmatch(pattern, name.lower())), None)


def read_vectors(table: CsvTable, columns: Sequence[str]) -> FloatArray:
    """Return columns as (n, c) numbers, NaN where a cell is empty.

    Raises
    ------
    ImportFileError
        For a cell that is no number, or more than any sensor gives.
    """
    values = table.read(columns, may_be_blank=columns)
    check_size(table.path, np.nan_to_num(values), columns=columns, line_of=table.line_of)
    return values


def left_out_of(table: CsvTable) -> tuple[str, ...]:
    """Return what a table has that belongs to no row, in sentences."""
    return tuple(f"{table.path}: left out, {what}." for what in table.left_out)


def read_column(table: CsvTable, column: str) -> FloatArray:
    """Return one column as (n,) numbers, NaN where a cell is empty."""
    return np.asarray(table.read([column], may_be_blank=[column])[:, 0])


def columns_or_unknown(table: CsvTable, patterns: Sequence[str]) -> list[FloatArray]:
    """Return (n,) numbers of the first column each pattern fits; NaN for what is not there or no number."""
    names = [column_named(table, pattern) for pattern in patterns]
    unknown = np.full(table.row_count, np.nan)
    return [unknown if name is None else table.known_numbers(name) for name in names]
