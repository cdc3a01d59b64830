"""Times as apps write them: dates with or without a zone, times of day, counters, seconds since 1970."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from sensor.clock.fit import unwrap
from sensor.importers.plausibility import LATEST_S, MAX_RATE_HZ, MIN_RATE_HZ
from sensor.samples import FloatArray

_DATED = (
    r"^\D{0,2}(?:(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[T_ ]+)?"
    r"(\d{1,2})[:.](\d{1,2})[:.](\d{1,2})(?:([.:,_])(\d{1,9}))?\d*"
    r"\s*(Z|UTC|GMT)?\s*([+-]\d{2}:?\d{2})?"
)
"""Date, if any, and time of day; after a colon or an underscore come milliseconds, after a point decimals."""

_DAY_S = 86_400.0
EARLIEST_DATE_S = 3e8
"""1979: a smaller number of seconds does not count from 1970."""

_EPOCH_UNITS = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3), (EARLIEST_DATE_S, 1.0))
"""What a number of this size and above counts, s, if it counts from 1970."""

_EPOCH_BEYOND = 4e18
_TICKS_S = (1.0, 1e-3, 1e-6, 1e-9, 1e-4)
"""What counters count, the usual first; tenths of milliseconds are some sensors' own."""

_COUNTER_BITS = (16, 24, 32)


class WrittenTimes(NamedTuple):
    """(n,) seconds, NaN where none is written; whether the date is known, and whether the zone is."""

    time_s: FloatArray
    has_date: bool
    has_zone: bool


def parse_written(cells: Sequence[str]) -> WrittenTimes:
    """Return dates and times of day as seconds since 1970 in UTC, or since midnight without a date.

    Without a zone they are the local time of whoever imports; their offset is that of the first of them.

    Parameters
    ----------
    cells
        (n,) as they are written.
    """
    # The rows of a packet share their time: each is taken apart once.
    row_of, different = pd.factorize(np.array(cells, dtype=object))
    parts = pd.Series(different, dtype="str").str.extract(_DATED)
    year, month, day, hour, minute, second = (
        pd.to_numeric(parts[column], errors="coerce").to_numpy(np.float64) for column in range(6)
    )
    has_date = bool(np.isfinite(year).any())
    days = _days_since_1970(year, month, day) if has_date else np.zeros(len(hour))
    time_s = days * _DAY_S + hour * 3600 + minute * 60 + second + _fractions(parts[6], parts[7])
    time_s[(hour > 24) | (minute > 59) | (second > 60)] = np.nan
    has_zone = bool(parts[8].notna().any() or parts[9].notna().any())
    if has_zone:
        time_s -= _offsets_s(parts[9])
    elif has_date:
        time_s -= _local_offset_s(time_s)
    in_rows = np.asarray(time_s[row_of])
    return WrittenTimes(in_rows if has_date else _past_midnight(in_rows), has_date, has_zone)


def _days_since_1970(year: FloatArray, month: FloatArray, day: FloatArray) -> FloatArray:
    possible = (year >= 1970) & (year < 2200) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = np.where(possible, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = np.asarray(months.astype("datetime64[D]").astype(np.float64) + day - 1)
    return np.asarray(np.where(possible, days, np.nan))


def _fractions(signs: pd.Series, digits: pd.Series) -> FloatArray:
    """Return (n,) seconds: decimals after a point or a comma, whole milliseconds after a colon."""
    number = pd.to_numeric(digits, errors="coerce").to_numpy(np.float64)
    places = pd.to_numeric(digits.str.len(), errors="coerce").to_numpy(np.float64)
    is_decimal = signs.isin([".", ","]).to_numpy()
    return np.nan_to_num(np.where(is_decimal, number / 10.0**places, number / 1000.0))


def _offsets_s(zones: pd.Series) -> FloatArray:
    """Return (n,) seconds east of Greenwich."""
    found = zones.str.extract(r"([+-])(\d{2}):?(\d{2})")
    hours, minutes = (pd.to_numeric(found[column]).to_numpy(np.float64) for column in (1, 2))
    signs = np.where((found[0] == "-").to_numpy(np.bool_), -1.0, 1.0)
    return np.asarray(np.nan_to_num(signs * (hours * 3600 + minutes * 60)))


def _local_offset_s(local_s: FloatArray) -> float:
    """Return seconds east of Greenwich where this computer stands, at the first of these local times."""
    known = local_s[np.isfinite(local_s)]
    if not len(known):
        return 0.0
    wall = datetime.fromisoformat("1970-01-01") + timedelta(seconds=float(known[0]))
    offset = wall.astimezone().utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def _past_midnight(time_s: FloatArray) -> FloatArray:
    """Return times of day that go on rising where a new day begins."""
    known = np.isfinite(time_s)
    risen = time_s.copy()
    back = np.diff(time_s[known], prepend=time_s[known][:1]) < -_DAY_S / 2
    risen[known] += _DAY_S * np.cumsum(back)
    return risen


def epoch_seconds(numbers: FloatArray) -> FloatArray | None:
    """Return numbers that can only count from 1970 as seconds since then; None for others."""
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return None
    size = float(np.median(known))
    if not 0 < size < _EPOCH_BEYOND:
        return None
    unit_s = next((unit for least, unit in _EPOCH_UNITS if size >= least), None)
    return None if unit_s is None or not EARLIEST_DATE_S <= size * unit_s <= LATEST_S else numbers * unit_s


def counter_seconds(ticks: FloatArray, *, tick_s: float | None = None) -> FloatArray | None:
    """Return a counter as seconds: unwrapped, and of the unit that makes it a rate of a sensor.

    Parameters
    ----------
    ticks
        (n,) NaN where nothing is written.
    tick_s
        What it counts, where that is told.

    Returns
    -------
    FloatArray or None
        (n,) None where no unit makes a rate of it.
    """
    risen = unwrapped(ticks)
    steps = np.diff(risen[np.isfinite(risen)])
    step = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    units = _TICKS_S if tick_s is None else (tick_s,)
    fitting = [unit for unit in units if step > 0 and MIN_RATE_HZ <= 1 / (step * unit) <= MAX_RATE_HZ]
    return risen * fitting[0] if fitting else None


def unwrapped(ticks: FloatArray) -> FloatArray:
    """Return a counter that goes on rising where it began anew at 2^16, 2^24 or 2^32; any other as it is."""
    known = np.isfinite(ticks)
    whole = ticks[known]
    back = -np.diff(whole)
    if not len(back) or back.max() <= 0:
        return ticks
    bits = next((bits for bits in _COUNTER_BITS if whole.min() >= 0 and whole.max() < 2**bits), None)
    if bits is None or back.max() < 2 ** (bits - 1) or (whole != np.rint(whole)).any():
        return ticks
    risen = ticks.copy()
    risen[known] = unwrap(whole.astype(np.int64), bits)
    return risen
