"""What the columns of a stranger's table hold, by their names: quantity, axis and unit, or a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Quantity(StrEnum):
    """What a column can hold."""

    TIME = "time"
    ACC = "acc"
    USER_ACC = "user acc"
    GRAVITY = "gravity"
    GYR = "gyr"
    VECTOR = "vector"
    """x, y or z and nothing more: the unit, the file's name or the values must tell of what."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Parameters
    ----------
    name
        As in the file.
    quantity, axis
        What it holds; axis is ``x``, ``y``, ``z``, and empty for a time.
    unit
        A key of `ACC_UNITS`, `GYR_UNITS` or `TIME_UNITS_S`, None where the name tells none.
    """

    name: str
    quantity: Quantity
    axis: str
    unit: str | None


TIME_UNITS_S = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
"""Words of units of time, and their size in seconds."""

_UNIT_WORDS: dict[str, tuple[str, ...]] = {
    "m/s²": ("mps2", "ms2", "ms-2", "m/s2", "m/s^2", "m/s²", "m/s/s", "m/sec2", "m_s2"),
    "g": ("g", "gs", "g0", "gee"),
    "milli-g": ("mg", "milli-g", "millig", "milli_g"),
    "rad/s": ("radps", "rad/s", "rads", "rad/sec", "rad_s", "r/s"),
    "deg/s": ("dps", "degps", "deg/s", "°/s", "deg/sec", "degs", "deg_s", "d/s", "º/s", "degrees/s"),
    "milli-deg/s": ("mdps", "mdeg/s"),
    "ms": ("ms", "msec", "millis", "milliseconds", "millisecond"),
    "us": ("us", "µs", "μs", "usec", "micros", "microseconds", "microsecond"),
    "ns": ("ns", "nsec", "nanos", "nanoseconds", "nanosecond"),
    "s": ("s", "sec", "secs", "seconds", "second"),
}
_UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in words}

_VECTOR_NAMES = (
    (Quantity.GRAVITY, r"grav(?:ity)?"),
    (Quantity.USER_ACC, r"(?:lin(?:ear)?|user|free)(?:acc(?:el(?:eration|erometer)?)?|a)"),
    (
        Quantity.ACC,
        r"(?:imu|raw|total|sensor|accelerometer)?(?:acc(?:el(?:eration|erometer|ero)?s?)?|a)(?:raw|data|value|cal)?",
    ),
    (
        Quantity.GYR,
        r"(?:imu|raw|sensor|gyro|motion)?(?:gyr(?:o(?:scope)?s?)?|g|w|omega|rot(?:ation)?(?:rate)?|ang(?:ular)?(?:vel(?:ocity)?|rate)|as)"
        r"(?:raw|data|value|cal)?",
    ),
    (Quantity.VECTOR, r""),
)
_TIMES = re.compile(
    r"(?:(?:unix|epoch?|utc|sample|device|sensor|phone|system|elapsed|date|local|log|logging)*"
    r"(?:time(?:stamp)?s?|zeit(?:stempel)?|temps|tiempo|tempo)(?:elapsed|utc|fine)?"
    r"|t|ts|epoch?|elapsed|seconds?(?:elapsed)?|millis|micros|nanos|datetime|date|timestamps?)"
)
_BRACKETED = re.compile(r"^(.*?)[\s_]*[(\[{]([^)\]}]*)[)\]}]\s*$")
_SUFFIXED = re.compile(r"^(.*[\s_.-])([^\s_.-]+|m[/_]s[-^]?2|ms-2)$")


def understand(names: Sequence[str]) -> list[Column]:
    """Return the columns whose names tell what they hold, in the order of the table."""
    return [column for name in names if (column := _column(name)) is not None]


def unit_named(word: str) -> str | None:
    """Return the unit that a word means; None where it means none."""
    return _UNITS.get(word.strip().lower().replace(" ", ""))


def _column(name: str) -> Column | None:
    stem, unit = _split(name)
    bare = re.sub(r"[\s_.\-:/]+", "", stem)
    if _TIMES.fullmatch(bare):
        own = unit if unit in TIME_UNITS_S else unit_named(bare)
        return Column(name, Quantity.TIME, "", own if own in TIME_UNITS_S else None)
    bare = bare.replace("axis", "")
    for quantity, pattern in _VECTOR_NAMES:
        for shape in (rf"(?:{pattern})([xyz])", rf"([xyz])(?:{pattern})"):
            if found := re.fullmatch(shape, bare):
                return Column(name, _by_unit(quantity, unit), found[1], unit)
    return None


def _split(name: str) -> tuple[str, str | None]:
    """Return a name without its unit, in lower case, and the unit where one is written."""
    lower = name.strip().lower()
    if found := _BRACKETED.match(lower):
        return found[1], unit_named(found[2])
    found = _SUFFIXED.match(lower)
    unit = unit_named(found[2]) if found else None
    return (found[1], unit) if found and unit else (lower, None)


def _by_unit(quantity: Quantity, unit: str | None) -> Quantity:
    """Return what a bare x, y or z is of by its unit."""
    if quantity is not Quantity.VECTOR or unit is None:
        return quantity
    return Quantity.GYR if unit in ("rad/s", "deg/s", "milli-deg/s") else Quantity.ACC
