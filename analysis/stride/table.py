"""The stride table: one row per stride, the same columns in every export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

STRIDE_COLUMNS: dict[str, str] = {
    "stride": "int",
    "start_s": "float",
    "end_s": "float",
    "distance_m": "float",
    "speed_mps": "float",
    "grade_pct": "float",
    "activity": "text",
    "side_first": "text",
    "cadence_spm": "float",
    "trunk_flexion_deg": "float",
    "trunk_flexion_rom_deg": "float",
    "trunk_lateral_deg": "float",
    "lateral_left_deg": "float",
    "lateral_right_deg": "float",
    "trunk_rotation_rom_deg": "float",
    "trunk_flexion_adj_deg": "float",
    "sacrum_pitch_deg": "float",
    "upper_trunk_minus_sacrum_deg": "float",
    "head_pitch_deg": "float",
    "neck_flexion_deg": "float",
    "head_forward_cm": "float",
    "head_forward_lo_cm": "float",
    "head_forward_hi_cm": "float",
    "head_source": "text",
    "vertical_oscillation_cm": "float",
    "contact_time_ms": "float",
    "heart_rate_bpm": "float",
    "usable": "bool",
    "usable_because": "text",
    "flag": "text",
    "flag_rounded": "maybe",
    "flag_head": "maybe",
    "judged": "bool",
    "judged_because": "text",
}
"""Columns of the stride table, in order, in every export, and their kind.

``maybe`` holds true, false or, where not measurable, empty (None).
"""

STRIDE_TABLE_VERSION = 1
"""Raised when a column is removed or changes its meaning; a new one at the end leaves it as it is."""

_UNITS = {
    "_s": "s",
    "_m": "m",
    "_mps": "m/s",
    "_pct": "%",
    "_spm": "1/min",
    "_deg": "°",
    "_cm": "cm",
    "_ms": "ms",
    "_bpm": "1/min",
}


def units_of(names: Iterable[str]) -> dict[str, str]:
    """Return the unit of every name that ends in one; shares, counts and words have none."""
    ends = {name: f"_{name.rsplit('_', 1)[-1]}" for name in names if "_" in name}
    return {name: _UNITS[end] for name, end in ends.items() if end in _UNITS}


_DTYPES: dict[str, npt.DTypeLike] = {
    "int": np.int64,
    "float": np.float64,
    "text": np.object_,
    "bool": np.bool_,
    "maybe": np.object_,
}
_EMPTY: dict[str, Any] = {"int": 0, "float": np.nan, "text": "", "bool": False, "maybe": None}


@dataclass(frozen=True, slots=True, eq=False)
class StrideTable:
    """One row per stride, exactly the columns of `STRIDE_COLUMNS`; what is not measured is NaN or empty.

    Parameters
    ----------
    columns
        Column name to array of shape (strides,).

    Raises
    ------
    ValueError
        For an unknown column, or columns of different lengths.
    """

    columns: Mapping[str, npt.NDArray[Any]]

    def __post_init__(self) -> None:
        unknown = set(self.columns) - set(STRIDE_COLUMNS)
        lengths = {len(v) for v in self.columns.values()}
        if unknown or len(lengths) > 1:
            raise ValueError(f"stride table: unknown columns {sorted(unknown)} or lengths {sorted(lengths)}")
        count = lengths.pop() if lengths else 0
        full: dict[str, npt.NDArray[Any]] = {}
        for name, kind in STRIDE_COLUMNS.items():
            array = np.array(self.columns.get(name, [_EMPTY[kind]] * count), dtype=_DTYPES[kind])
            array.flags.writeable = False
            full[name] = array
        object.__setattr__(self, "columns", full)

    def __len__(self) -> int:
        return len(self.columns["stride"])

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self.columns[name]

    def with_columns(self, **changed: npt.NDArray[Any]) -> StrideTable:
        """Return a copy with some columns replaced."""
        return StrideTable({**self.columns, **changed})

    def to_frame(self) -> pd.DataFrame:
        """Return the table as a pandas data frame, columns in the defined order."""
        import pandas as pd

        return pd.DataFrame(dict(self.columns))
