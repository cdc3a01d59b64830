"""Averages weighted by a Gaussian, of long records and wide Gaussians too."""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.ndimage import gaussian_filter1d

from analysis.maths.intervals import CHUNK_ROWS, chunks
from sensor.samples import FloatArray

_WIDE = 64
"""From this half width on, in rows, a transform takes less time than the sum over all rows within reach."""

_BLOCK = 16
"""Rows transformed at a time, in half widths: few enough for the cache, few enough done twice."""

_REACH = 4.0
"""Where scipy ends the Gaussian, in its standard deviations."""


def gaussian_mean(
    values: FloatArray,
    spread_rows: float,
    *,
    beyond: Literal["reflect", "constant"] = "reflect",
    reach: float = _REACH,
) -> FloatArray:
    """Return (…, n) values averaged along the last axis, as `scipy.ndimage.gaussian_filter1d` does.

    Wide Gaussians are multiplied in the frequency domain, block by block (overlap-save), which differs from
    the sum only by rounding: by 1e-14 of the largest value around.

    Parameters
    ----------
    values
        (…, n) finite values.
    spread_rows
        Standard deviation of the Gaussian.
    beyond
        What lies beyond the ends: the values mirrored, the last one twice, or nought.
    reach
        Where the Gaussian ends, in standard deviations.
    """
    radius = int(reach * spread_rows + 0.5)
    if radius < _WIDE or values.shape[-1] <= 2 * radius:
        return np.asarray(gaussian_filter1d(values, spread_rows, mode=beyond, truncate=reach))
    weight = np.exp(-0.5 * (np.arange(-radius, radius + 1) / spread_rows) ** 2)
    size = 1 << (_BLOCK * radius).bit_length()
    step = size - 2 * radius
    blocks = -(-values.shape[-1] // step)
    mode = {"reflect": "symmetric", "constant": "constant"}[beyond]
    ends = [(0, 0)] * (values.ndim - 1)
    padded = np.pad(values, [*ends, (radius, radius)], mode=mode)  # type: ignore[call-overload]
    padded = np.pad(padded, [*ends, (0, blocks * step + 2 * radius - padded.shape[-1])])
    parts = np.lib.stride_tricks.sliding_window_view(padded, size, axis=-1)[..., ::step, :]
    transfer = np.fft.rfft(weight / weight.sum(), size)
    means = np.empty((*values.shape[:-1], blocks, step))
    for some in chunks(blocks, max(CHUNK_ROWS // size, 1)):
        spectrum = np.fft.rfft(parts[..., some, :], axis=-1) * transfer
        means[..., some, :] = np.fft.irfft(spectrum, size, axis=-1)[..., 2 * radius :]
    return np.ascontiguousarray(means.reshape(*values.shape[:-1], -1)[..., : values.shape[-1]])
