"""A watch's file of any records: refused in words, or copied with a field more and nothing lost.

In a file of its own because fuzzing and a property test both ask it.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from sensor.errors import ImportFileError
from sensor.fit.developer import APPLICATION_ID, Quantity
from sensor.fit.merging import record_times_s, with_quantities
from sensor.fit.profile import Number
from sensor.fit.walking import FitPart, split_fit
from tests.support.fit_bytes import every_kind, fit_file

_HEAD_BYTES, _CRC_BYTES = 14, 2
_INTRODUCED = 4
"""Records that introduce one field: its developer and its description, each defined and told."""


def check_watch_file(body: bytes) -> None:
    """Take a file apart, its checksums right, and add a field to its records."""
    with suppress(ImportFileError):
        (before,) = split_fit(fit_file(body))
        time_s = record_times_s([before])
        value = np.arange(len(time_s), dtype=np.float64)
        copy = with_quantities([before], [Quantity("lean", "deg", value)])
        (after,) = split_fit(copy)
        np.testing.assert_array_equal(record_times_s([after]), time_s)
        assert _without_field(after) == [one.raw for one in before.records if not one.is_definition]


def _without_field(part: FitPart) -> list[bytes]:
    """Return the messages of a copy as they were before."""
    records = list(part.records)
    introduced = [i for i, one in enumerate(records) if one.octets(1) == APPLICATION_ID]
    if introduced:
        del records[introduced[0] - 1 : introduced[0] - 1 + _INTRODUCED]
    return [
        one.raw[:-4] if one.layout.message == Number.RECORD else one.raw
        for one in records
        if not one.is_definition
    ]


def watch_file_seeds() -> list[bytes]:
    """Return the records of files as they are meant to be."""
    return [every_kind(is_big_endian=big)[_HEAD_BYTES:-_CRC_BYTES] for big in (False, True)]
