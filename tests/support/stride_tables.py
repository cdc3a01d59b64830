"""Stride tables made by hand: a straight, steady run whose every column is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.records import StrideTable

STRIDE_M = 2.0
STRIDE_S = 0.7


def steady_run(count: int, **columns: npt.ArrayLike) -> StrideTable:
    """Return ``count`` usable running strides of 2 m and 0.7 s each; columns given replace the defaults."""
    index = np.arange(count)
    default: dict[str, npt.NDArray[Any]] = {
        "stride": index,
        "start_s": index * STRIDE_S,
        "end_s": (index + 1) * STRIDE_S,
        "distance_m": index * STRIDE_M,
        "speed_mps": np.full(count, STRIDE_M / STRIDE_S),
        "cadence_spm": np.full(count, 120.0 / STRIDE_S),
        "activity": np.full(count, "run", dtype=object),
        "trunk_flexion_deg": np.full(count, 6.0),
        "trunk_lateral_deg": np.zeros(count),
        "usable": np.ones(count, dtype=bool),
        "judged": np.ones(count, dtype=bool),
        "flag": np.full(count, "none", dtype=object),
    }
    return StrideTable({**default, **{name: np.asarray(value) for name, value in columns.items()}})
