"""What a file is that is no table of samples, told from its first bytes, and what to do with it."""

from __future__ import annotations

import re

_PACKED = "unpack it and give the folder"

_KINDS: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), said)
    for pattern, said in (
        (rb"SQLite format 3\x00", "a database (SQLite), maybe a session already: see `runtall list`"),
        (
            rb".{8}\.FIT",
            "a FIT file of a watch: it holds no motion of the trunk; give the file of the sensor",
        ),
        (rb"PK\x03\x04", f"a zip archive: {_PACKED}"),
        (rb"\x1f\x8b", "packed with gzip: unpack it first"),
        (rb"7z\xbc\xaf|Rar!", f"a packed archive: {_PACKED}"),
        (rb"%PDF", "a PDF: export the table itself as CSV"),
        (rb"\xd0\xcf\x11\xe0", "an old Excel workbook: save the table as CSV"),
        (rb"\x89HDF", "an HDF5 file: export the table as CSV"),
        (rb"PAR1", "a Parquet file: export the table as CSV"),
        (rb"\s*<(\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<?gpx\b", "a GPX track: it holds no motion of the trunk"),
        (
            rb"\s*<(\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<?TrainingCenterDatabase\b",
            "a TCX file of a watch: it holds no motion of the trunk",
        ),
        (rb"\s*<(!doctype )?html\b", "a web page, not the file behind it: download the file itself"),
        (rb"\s*<\?xml|\s*<[A-Za-z]", "an XML file: export the samples as CSV"),
        (rb"\s*[\[{]", "a JSON file: export the samples as CSV"),
    )
)
_FIRST_BYTES = 4096


def name_foreign(content: bytes) -> str | None:
    """Return what a file is and what to do with it, None where it may be a table of samples.

    Parameters
    ----------
    content
        Of the file, from its beginning, without a byte order mark.
    """
    start = content[:_FIRST_BYTES]
    return next((said for pattern, said in _KINDS if pattern.match(start)), None)
