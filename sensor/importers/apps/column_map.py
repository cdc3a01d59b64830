"""Which columns of a table hold what, as somebody typed it: ``time=T:ms,acc_x=AX:g``."""

from __future__ import annotations

from collections.abc import Mapping

from sensor.importers.apps.column_names import TIME_UNITS_S, Column, Quantity, unit_named
from sensor.importers.apps.settling import ACC_UNITS, GYR_UNITS

ROLES: Mapping[str, tuple[Quantity, str]] = {
    "time": (Quantity.TIME, ""),
    **{f"acc_{axis}": (Quantity.ACC, axis) for axis in "xyz"},
    **{f"gyr_{axis}": (Quantity.GYR, axis) for axis in "xyz"},
}
"""What can be mapped."""

_UNITS: Mapping[Quantity, tuple[str, ...]] = {
    Quantity.TIME: tuple(TIME_UNITS_S),
    Quantity.ACC: tuple(ACC_UNITS),
    Quantity.GYR: tuple(GYR_UNITS),
}
_SPELT = {"m/s²": "mps2", "milli-g": "mg", "rad/s": "radps", "deg/s": "dps", "milli-deg/s": "mdps"}


def parse_column_map(text: str) -> tuple[Column, ...]:
    """Return the columns a mapping names.

    Parameters
    ----------
    text
        Pairs apart by commas, each ``role=column`` or ``role=column:unit``; roles as in `ROLES`.

    Raises
    ------
    ValueError
        With a sentence for whoever typed it.
    """
    columns: dict[str, Column] = {}
    for pair in text.split(","):
        role, equals, rest = (part.strip() for part in pair.partition("="))
        if role not in ROLES or not equals or not rest:
            raise ValueError(f"{pair.strip()!r} is not ROLE=COLUMN; roles are {', '.join(ROLES)}")
        if role in columns:
            raise ValueError(f"{role} is mapped twice")
        columns[role] = _column(role, rest)
    missing = [role for role in ("time", "acc_x", "acc_y", "acc_z") if role not in columns]
    if missing:
        raise ValueError(f"{missing[0]} is not mapped; time and all of acc_x, acc_y, acc_z are needed")
    rates = [role for role in columns if role.startswith("gyr")]
    if len(rates) not in (0, 3):
        raise ValueError("of gyr_x, gyr_y, gyr_z only some are mapped; map all three or none")
    return tuple(columns.values())


def _column(role: str, rest: str) -> Column:
    quantity, axis = ROLES[role]
    name, colon, word = rest.rpartition(":")
    unit = unit_named(word) if colon else None
    if colon and unit in _UNITS[quantity]:
        return Column(name, quantity, axis, unit)
    if colon and unit is not None:
        spelt = ", ".join(_SPELT.get(one, one) for one in _UNITS[quantity])
        raise ValueError(f"{word!r} is no unit of {role}; write {spelt}")
    return Column(rest, quantity, axis, None)
