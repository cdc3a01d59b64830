"""The lines of a table as its writer meant them: encoding, separator, decimal sign, and what is no row."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass

_SEPARATORS = (b",", b";", b"\t")
_DECIMAL_COMMA = re.compile(rb'"?[-+]?[0-9]+,[0-9]+(e[-+]?[0-9]+)?"?', re.IGNORECASE)
_QUOTED_DECIMAL_COMMA = re.compile(rb'"([-+]?[0-9]+),([0-9]+)"')
_LOOKED_AT = 200
"""Rows that settle how numbers are written."""


def as_utf8(content: bytes) -> bytes:
    """Return a text's bytes in UTF-8 without a byte order mark, from UTF-8 or UTF-16.

    Raises
    ------
    UnicodeDecodeError
        For a text that begins as UTF-16 and is none.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16").encode()
    for encoding, zeros in (("utf-16-le", content[1:40:2]), ("utf-16-be", content[:40:2])):
        if len(zeros) > 4 and not zeros.strip(b"\x00"):
            return content.decode(encoding).encode()
    return content.removeprefix(codecs.BOM_UTF8)


@dataclass(frozen=True, slots=True)
class TableLines:
    """The rows of a table as bytes, and how to read them.

    Parameters
    ----------
    header
        The line that names the columns, without line end.
    separator
        Between the fields.
    decimal
        ``.`` or ``,``.
    rows
        The rows in their order, each with its fields.
    numbers
        The number of each row's line in the file, from 1.
    left_out
        What was left out and where, in words.
    """

    header: bytes
    separator: bytes
    decimal: str
    rows: list[bytes]
    numbers: list[int]
    left_out: tuple[str, ...]


def read_lines(text: bytes) -> TableLines:
    """Find header and rows; leave out what loggers add: the header again, a row told twice, a torn last line.

    Parameters
    ----------
    text
        UTF-8 with at least one line that is not blank.
    """
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if line.strip())
    if re.fullmatch(rb'"?sep=.?"?', lines[start].strip(), re.IGNORECASE) and len(lines) > start + 1:
        # Excel's own line, which tells the separator.
        start += 1
    header = lines[start].strip()
    separator = max(_SEPARATORS, key=header.count)
    rows: list[bytes] = []
    numbers: list[int] = []
    headers, repeated = [], []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        bare = line.strip(b" \r\n\x0b\x0c")
        if not bare.strip():
            continue
        if bare == header:
            headers.append(number)
        elif rows and bare == rows[-1]:
            repeated.append(number)
        else:
            rows.append(bare)
            numbers.append(number)
    torn = _take_off_torn_end(text, rows, numbers=numbers, separator=separator)
    decimal = _decimal_of(rows[:_LOOKED_AT], separator)
    left_out = (
        *_told(headers, "the header, which stands there again", "the header, which stands again in"),
        *_told(repeated, "a row like the one before", "rows like the one before:"),
        *([f"line {torn}: torn off"] if torn else []),
    )
    return TableLines(
        header=header,
        separator=separator,
        decimal=decimal,
        rows=[_plain(row) for row in rows],
        numbers=numbers,
        left_out=left_out,
    )


def _told(numbers: list[int], one: str, many: str) -> list[str]:
    if not numbers:
        return []
    if len(numbers) == 1:
        return [f"line {numbers[0]}: {one}"]
    return [f"{many} {len(numbers)} lines, the first is {numbers[0]}"]


def _take_off_torn_end(text: bytes, rows: list[bytes], *, numbers: list[int], separator: bytes) -> int:
    """Take a last line off that was never written to its end; return its number, 0 where there is none."""
    if len(rows) < 2 or text.endswith((b"\n", b"\r")):
        return 0
    before = rows[-_LOOKED_AT:-1]
    fields = Counter(row.count(separator) for row in before).most_common(1)[0][0]
    last_digits = min(len(_decimals(row, separator)) for row in before)
    if rows[-1].count(separator) >= fields and len(_decimals(rows[-1], separator)) >= last_digits:
        return 0
    rows.pop()
    return numbers.pop()


def _decimals(row: bytes, separator: bytes) -> bytes:
    """Return the decimals of a row's last number; where numbers have as many each, a torn one has fewer."""
    last = row.rsplit(separator, 1)[-1].strip()
    return last.replace(b",", b".").partition(b".")[2]


def _decimal_of(rows: list[bytes], separator: bytes) -> str:
    if separator == b",":
        return "."
    cells = (cell.strip() for row in rows for cell in row.split(separator))
    return "," if any(_DECIMAL_COMMA.fullmatch(cell) for cell in cells) else "."


def _plain(row: bytes) -> bytes:
    """Return a row without quotes: they hold nothing in a table of numbers but, at times, a decimal comma."""
    if b'"' not in row:
        return row
    return _QUOTED_DECIMAL_COMMA.sub(rb"\1.\2", row).replace(b'"', b"")
