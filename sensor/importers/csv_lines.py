"""The lines of a table as its writer meant them: encoding, separator, decimal sign, and what is no row."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

_SEPARATORS = (b",", b";", b"\t")
_DECIMAL_COMMA = re.compile(rb'"?[-+]?[0-9]+,[0-9]+(e[-+]?[0-9]+)?"?', re.IGNORECASE)
_QUOTED_DECIMAL_COMMA = re.compile(rb'"([-+]?[0-9]+),([0-9]+)"')
_LOOKED_AT = 200
"""Rows that settle how numbers are written."""

_HEADER_WITHIN = 40
"""Lines that an app may write before the names of its columns."""

_HEAD_BYTES = 65_536
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_OLDER_ENCODINGS = ("gb18030", "cp1252", "latin-1")
"""In which a degree sign is written where it is not UTF-8. The first is strict enough to say no."""


def as_utf8(content: bytes) -> bytes:
    """Return a text's bytes in UTF-8 without a byte order mark, from UTF-8, UTF-16, GB 18030 or Latin-1.

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
    return _from_older(content.removeprefix(codecs.BOM_UTF8))


def _from_older(content: bytes) -> bytes:
    """Return the text in UTF-8 where its beginning is one of another encoding; anything else as it is."""
    head = content[:_HEAD_BYTES].rpartition(b"\n")[0] or content[:_HEAD_BYTES]
    if head.isascii() or _decodes(head, "utf-8") or _NO_TEXT.search(head):
        return content
    encoding = next(one for one in _OLDER_ENCODINGS if _decodes(head, one))
    return content.decode(encoding, errors="replace").encode()


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


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


def separator_of(header: bytes) -> bytes:
    """Return what stands between the fields of a header: comma, semicolon or tab."""
    return max(_SEPARATORS, key=header.count)


def read_lines(
    text: bytes, *, is_header: Callable[[bytes], bool] | None = None, keeps_repeated: bool = False
) -> TableLines:
    """Find header and rows; leave out what loggers add: the header again, a row told twice, a torn last line.

    Parameters
    ----------
    text
        UTF-8 with at least one line that is not blank.
    is_header
        Tells the line that names the columns where others may stand before it; without it the first.
    keeps_repeated
        True where a row like the one before is a sample of its own: of two with one time.
    """
    lines = text.splitlines()
    start = _header_line(lines, is_header)
    header = lines[start].strip(b" \r\n\x0b\x0c")
    separator = separator_of(header)
    rows: list[bytes] = []
    numbers: list[int] = []
    headers, repeated = [], []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        bare = line.strip(b" \r\n\x0b\x0c")
        if not bare.strip():
            continue
        if bare == header:
            headers.append(number)
        elif rows and bare == rows[-1] and not keeps_repeated:
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


def _header_line(lines: list[bytes], is_header: Callable[[bytes], bool] | None) -> int:
    """Return which line names the columns; the first with anything in it where none is told."""
    start = next(number for number, line in enumerate(lines) if line.strip())
    if is_header is not None:
        told = (number for number in range(start, min(len(lines), start + _HEADER_WITHIN)))
        return next((number for number in told if is_header(lines[number])), start)
    # Excel's own line tells the separator.
    is_excels = re.fullmatch(rb'"?sep=.?"?', lines[start].strip(), re.IGNORECASE)
    return start + 1 if is_excels and len(lines) > start + 1 else start


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
