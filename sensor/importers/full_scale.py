"""The full scale of a sensor, where a file does not state it but its samples pile up there."""

from __future__ import annotations

import numpy as np

from sensor.protocol.sample_blocks import at_full_scale
from sensor.samples import FloatArray
from sensor.session.schema import ACC_RANGE_SETTING, GYR_RANGE_SETTING
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

_ACC_RANGES_MPS2 = tuple(g * STANDARD_GRAVITY_MPS2 for g in (2, 4, 8, 16))
_GYR_RANGES_RADPS = tuple(dps * RADPS_PER_DEGPS for dps in (125, 245, 250, 256, 500, 1000, 2000))
_BEYOND_RANGE = 1.01
_LEAST_CLIPPED, _LEAST_CLIPPED_SHARE = 5, 0.001


def full_scale_settings(acc_mps2: FloatArray, gyr_radps: FloatArray | None) -> dict[str, float]:
    """Return the full scales the file shows by samples piling up at one, as settings of its decoder.

    Parameters
    ----------
    acc_mps2, gyr_radps
        (n, 3) specific force and angular rate.
    """
    found = {ACC_RANGE_SETTING: _full_scale(acc_mps2, _ACC_RANGES_MPS2)}
    if gyr_radps is not None:
        found[GYR_RANGE_SETTING] = _full_scale(gyr_radps, _GYR_RANGES_RADPS)
    return {key: value for key, value in found.items() if value is not None}


def _full_scale(vectors: FloatArray, ranges: tuple[float, ...]) -> float | None:
    least = max(_LEAST_CLIPPED, _LEAST_CLIPPED_SHARE * len(vectors))
    largest = float(np.abs(vectors).max())
    for full_scale in ranges:
        if largest <= _BEYOND_RANGE * full_scale:
            clipped = np.count_nonzero(at_full_scale(vectors, full_scale))
            return full_scale if clipped >= least else None
    return None
