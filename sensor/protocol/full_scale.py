"""Clipping: telling samples that reached a sensor's full scale."""

from __future__ import annotations

import numpy as np

from sensor.samples import BoolArray, FloatArray

CLIPPED_SHARE = 0.999
"""Share of the full scale from which a value counts as clipped: the last step below it differs by maker."""


def at_full_scale(vectors: FloatArray, full_scale: float) -> BoolArray:
    """Tell which of (n, 3) vectors have a component at the full scale (same unit); returns (n,)."""
    near = np.abs(vectors) >= CLIPPED_SHARE * full_scale
    # Column by column: a reduction over rows of three takes four times as long.
    clipped: BoolArray = near[:, 0] | near[:, 1] | near[:, 2]
    return clipped
