"""A table in a text file as numbers: header and columns, every complaint with its line."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sensor.errors import ImportFileError
from sensor.importers.csv_lines import TableLines, as_utf8, read_lines
from sensor.importers.foreign import name_foreign
from sensor.importers.source import read_source
from sensor.samples import FloatArray

_SHOWN = 120
_LONGEST_HEADER = 10_000


class CsvTable:
    """A table in memory: names of the columns in the first line, one row in each other.

    Parameters
    ----------
    path
        UTF-8 or UTF-16 text, any line ends; commas, semicolons or tabs between the fields, points or (where
        commas do not separate) commas as decimal signs. GB 18030 and Latin-1 are read as well.
    content
        Of the file where it was read already: then the path is only for messages.
    is_header, keeps_repeated
        As for `read_lines`.

    Attributes
    ----------
    path, size, sha256
        The file, its bytes and their hash in hex.
    header
        The line of the names, without line end.
    names
        Names of the columns, in the order of the file.
    left_out
        What belongs to no row and was left out, in words.

    Raises
    ------
    ImportFileError
        When the file cannot be read, is of another kind, or is no text.
    """

    def __init__(
        self,
        path: Path,
        content: bytes | None = None,
        *,
        is_header: Callable[[bytes], bool] | None = None,
        keeps_repeated: bool = False,
    ) -> None:
        self.path = path
        content = read_source(path) if content is None else content
        if not content.strip():
            raise ImportFileError(f"{path}: the file is empty; export it again")
        self.size = len(content)
        self.sha256 = hashlib.sha256(content).hexdigest()
        self._lines = self._read_lines(content, is_header, keeps_repeated)
        try:
            self.header = self._lines.header.decode()
        except UnicodeDecodeError as error:
            raise ImportFileError(
                f"{path}: line 1 is not UTF-8 text; save the table as CSV, UTF-8"
            ) from error
        separator = self._lines.separator.decode()
        # Some headers end in a separator though their rows do not.
        names = self.header.rstrip(separator + " \t").split(separator)
        self.names = tuple(name.strip().strip('"').strip() for name in names)
        self.left_out = self._lines.left_out

    def _read_lines(
        self, content: bytes, is_header: Callable[[bytes], bool] | None, keeps_repeated: bool
    ) -> TableLines:
        """Return the lines of the table; refuse what is none."""
        try:
            text = as_utf8(content)
        except UnicodeDecodeError as error:
            raise ImportFileError(
                f"{self.path}: no whole UTF-16 text; save the table as CSV, UTF-8"
            ) from error
        if kind := name_foreign(text):
            raise ImportFileError(f"{self.path}: this is {kind}")
        lines = read_lines(text, is_header=is_header, keeps_repeated=keeps_repeated)
        if len(lines.header) > _LONGEST_HEADER:
            raise ImportFileError(
                f"{self.path}: line 1 has {len(lines.header)} bytes, no header of a table; export it again"
            )
        return lines

    @property
    def row_count(self) -> int:
        """Rows below the header."""
        return len(self._lines.rows)

    def complain(self, complaint: str, advice: str) -> ImportFileError:
        """Return the error for a complaint about the header, which it shows."""
        shown = _shown(self.header.encode())
        return ImportFileError(f"{self.path}: line 1 {complaint}, it reads {shown!r}; {advice}")

    def read(self, columns: Sequence[str], *, may_be_blank: Sequence[str] = ()) -> FloatArray:
        """Return the named columns as (rows, columns).

        Parameters
        ----------
        columns
            Names.
        may_be_blank
            Those whose cells may be empty; an empty cell gives NaN.

        Raises
        ------
        ImportFileError
            Without rows, for a line with more fields than the header, and for the first cell that is not a
            finite number.
        """
        positions = [self.names.index(name) for name in columns]
        self._refuse_no_rows()
        self._refuse_extra_fields()
        values = self._numbers(positions)
        for row, column in np.argwhere(~np.isfinite(values)).tolist():
            if columns[column] in may_be_blank and not self._cell(row, positions[column]):
                continue
            raise self.not_finite(row, columns[column])
        return values

    def known_numbers(self, column: str) -> FloatArray:
        """Return a column as (n,) numbers, NaN for every cell that is none.

        Raises
        ------
        ImportFileError
            Without rows, and for a line with more fields than the header.
        """
        self._refuse_no_rows()
        self._refuse_extra_fields()
        numbers = self._numbers([self.names.index(column)])[:, 0]
        return np.asarray(np.where(np.isfinite(numbers), numbers, np.nan))

    def texts(self, column: str) -> list[str]:
        """Return the cells of a column as they are written; empty where a row ends before it.

        Raises
        ------
        ImportFileError
            Without rows, and for a line with more fields than the header.
        """
        position = self.names.index(column)
        self._refuse_no_rows()
        self._refuse_extra_fields()
        rows = (row.split(self._lines.separator) for row in self._lines.rows)
        return [
            row[position].strip().decode("utf-8", errors="replace") if position < len(row) else ""
            for row in rows
        ]

    def not_finite(self, row: int, column: str) -> ImportFileError:
        """Return the error for a cell that is no finite number."""
        cell = self._cell(row, self.names.index(column))
        return ImportFileError(
            f"{self.path}: line {self.line_of(row)}, column {column}: {cell!r} is not a finite number; "
            "leave out rows without data, they count as gaps"
        )

    def line_of(self, row: int) -> int:
        """Return the number of the line, from 1, that holds a row, from 0."""
        return self._lines.numbers[row]

    def _numbers(self, positions: Sequence[int]) -> FloatArray:
        try:
            frame = pd.read_csv(
                io.BytesIO(b"\n".join(self._lines.rows)),
                sep=self._lines.separator.decode(),
                decimal=self._lines.decimal,
                quoting=csv.QUOTE_NONE,
                header=None,
                names=range(max(positions) + 1),
                index_col=False,
                usecols=sorted(positions),
                skipinitialspace=True,
                low_memory=False,
            )
        except (pd.errors.ParserError, UnicodeDecodeError) as error:
            reason = str(error).strip().removeprefix("Error tokenizing data. C error: ")
            raise ImportFileError(f"{self.path}: no table ({reason}); export it again") from error
        return np.column_stack([_numbers(frame[position]) for position in positions])

    def _refuse_no_rows(self) -> None:
        """Refuse a header alone, or with something below it that is no row."""
        if not self._lines.rows:
            raise ImportFileError(f"{self.path}: no rows below the header; export it again")
        first, separator = self._lines.rows[0], self._lines.separator
        if first.count(separator) == 0 < self._lines.header.count(separator):
            raise ImportFileError(
                f"{self.path}: line {self.line_of(0)} is no row, it begins with {_shown(first)!r}; "
                "export it again"
            )

    def _refuse_extra_fields(self) -> None:
        """Refuse a separator too many, such as a decimal comma: pandas would read shifted columns."""
        fields, separator = len(self.names), self._lines.separator
        trailing = separator + b" \r\t"
        for row, line in enumerate(self._lines.rows):
            if line.count(separator) >= fields and line.rstrip(trailing).count(separator) >= fields:
                found = line.count(separator) + 1
                raise ImportFileError(
                    f"{self.path}: line {self.line_of(row)} has {found} fields, the header {fields}; "
                    "separate fields by commas and write decimals with points"
                )

    def _cell(self, row: int, position: int) -> str:
        cells = self._lines.rows[row].split(self._lines.separator)
        return _shown(cells[position].strip()) if position < len(cells) else ""


def _shown(content: bytes) -> str:
    text = content[: 4 * _SHOWN].decode("utf-8", errors="replace")
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _numbers(column: pd.Series) -> FloatArray:
    """Return a column's numbers, NaN for everything else: pandas would take True for 1."""
    if pd.api.types.is_bool_dtype(column):
        return np.full(len(column), np.nan)
    try:
        numbers: FloatArray = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
    except (OverflowError, ValueError):
        # A whole number of hundreds of digits.
        numbers = np.array([_number(cell) for cell in column], np.float64)
    return numbers


def _number(cell: object) -> float:
    try:
        return float(str(cell))
    except ValueError:
        return np.nan
