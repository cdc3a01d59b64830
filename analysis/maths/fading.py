"""The filter of one pole: every value with all before it, each counting less by the same share.

``scipy.signal`` has it too, and takes most of a second of the processor to be imported.
"""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from sensor.samples import FloatArray


def fading_sum(value: FloatArray, kept: float) -> FloatArray:
    """Return (n, …) y with y[i] = value[i] + ``kept`` × y[i - 1], over strides or runs in the first axis.

    Row by row, which is as fast as any filter where rows are long or few: not for samples.
    """
    rows = value.tolist() if value.ndim == 1 else value
    return np.array(list(accumulate(rows, lambda summed, row: row + kept * summed))).reshape(value.shape)
