"""A CSV file as numbers: header and columns, every complaint with its line."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sensor.errors import ImportFileError
from sensor.importers.source import read_source
from sensor.samples import FloatArray

_SHOWN = 120
_LONGEST_HEADER = 10_000


class CsvTable:
    """A CSV file in memory: commas between the fields, names of the columns in the first line.

    Parameters
    ----------
    path
        UTF-8 text, with or without a byte order mark, any line ends.

    Attributes
    ----------
    path, size, sha256
        The file, its bytes and their hash in hex.
    header
        The first line, without line end.
    names
        Names of the columns, in the order of the file.

    Raises
    ------
    ImportFileError
        When the file cannot be read or is no text.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._content = read_source(path)
        self._lines = self._content.splitlines()
        try:
            self.header = self._first_line().decode("utf-8-sig").strip()
        except UnicodeDecodeError as error:
            raise ImportFileError(
                f"{path}: line 1 is not UTF-8 text; save the table as CSV, UTF-8"
            ) from error
        self.size = len(self._content)
        self.sha256 = hashlib.sha256(self._content).hexdigest()
        self.names = tuple(name.strip().strip('"') for name in self.header.split(","))

    def _first_line(self) -> bytes:
        """Return the line of the header; refuse a file without one."""
        if not self._content.strip():
            raise ImportFileError(f"{self.path}: the file is empty; export it again")
        if len(self._lines[0]) > _LONGEST_HEADER:
            raise ImportFileError(
                f"{self.path}: line 1 has {len(self._lines[0])} bytes, no header of a table; export it again"
            )
        return self._lines[0]

    def complain(self, complaint: str, advice: str) -> ImportFileError:
        """Return the error for a complaint about the header, which it shows."""
        shown = _shown(self.header.encode())
        return ImportFileError(f"{self.path}: line 1 {complaint}, it reads {shown!r}; {advice}")

    def read(self, columns: Sequence[str]) -> FloatArray:
        """Return the named columns as (rows, columns).

        Raises
        ------
        ImportFileError
            Without rows, for a line with more fields than the header, and for the first cell that is not a
            finite number.
        """
        positions = [self.names.index(name) for name in columns]
        self._refuse_no_rows()
        self._refuse_extra_fields()
        try:
            frame = pd.read_csv(
                io.BytesIO(self._content),
                names=range(len(self.names)),
                skiprows=1,
                index_col=False,
                usecols=positions,
                skipinitialspace=True,
                low_memory=False,
            )
        except (pd.errors.ParserError, UnicodeDecodeError) as error:
            reason = str(error).strip().removeprefix("Error tokenizing data. C error: ")
            raise ImportFileError(f"{self.path}: no table ({reason}); export it again") from error
        values: FloatArray = np.column_stack([_numbers(frame[position]) for position in positions])
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            row, column = bad[0].tolist()
            raise ImportFileError(
                f"{self.path}: line {self.line_of(row)}, column {columns[column]}: "
                f"{self._cell(row, positions[column])!r} is not a finite number; "
                "leave out rows without data, they count as gaps"
            )
        return values

    def line_of(self, row: int) -> int:
        """Return the number of the line, from 1, that holds a row, from 0; blank lines hold none."""
        return [n for n, line in enumerate(self._lines, 1) if n > 1 and line.strip()][row]

    def _refuse_no_rows(self) -> None:
        """Refuse a header alone, or with something below it that is no row."""
        rows = ((number, line) for number, line in enumerate(self._lines[1:], 2) if line.strip())
        number, first = next(rows, (0, b""))
        if not number:
            raise ImportFileError(f"{self.path}: no rows below the header; export it again")
        if first.count(b",") == 0 < self.header.count(","):
            raise ImportFileError(
                f"{self.path}: line {number} is no row, it begins with {_shown(first)!r}; export it again"
            )

    def _refuse_extra_fields(self) -> None:
        """Refuse a comma too many, such as a decimal comma: pandas would read shifted columns."""
        fields = len(self.names)
        for number, line in enumerate(self._lines, 1):
            if line.count(b",") >= fields and b'"' not in line and line.rstrip(b", \r").count(b",") >= fields:
                found = line.count(b",") + 1
                raise ImportFileError(
                    f"{self.path}: line {number} has {found} fields, the header {fields}; "
                    "separate fields by commas and write decimals with points"
                )

    def _cell(self, row: int, position: int) -> str:
        cells = self._lines[self.line_of(row) - 1].split(b",")
        return _shown(cells[position].strip()) if position < len(cells) else ""


def _shown(content: bytes) -> str:
    text = content[: 4 * _SHOWN].decode("utf-8", errors="replace")
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _numbers(column: pd.Series) -> FloatArray:
    """Return a column's numbers, NaN for everything else: pandas would take True for 1."""
    if pd.api.types.is_bool_dtype(column):
        return np.full(len(column), np.nan)
    numbers: FloatArray = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
    return numbers
