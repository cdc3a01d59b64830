"""Quantiles of Student's t and of the normal distribution.

``scipy.stats`` has them too, and takes a second of the processor to be imported.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from sensor.samples import FloatArray


def student_t_quantiles(share: float, freedom: FloatArray) -> FloatArray:
    """Return (n,) what the ``share`` of Student's t on each of (n,) degrees of freedom lies below.

    NaN without a degree of freedom; that of the normal distribution on endlessly many.
    """
    # Here, because even this part of scipy is a third of what a list of runs costs, which needs none.
    from scipy.special import stdtrit

    return np.asarray(stdtrit(freedom, share), dtype=np.float64)


def student_t_quantile(share: float, freedom: float) -> float:
    """Return what the ``share`` of Student's t on ``freedom`` degrees of freedom lies below."""
    return float(student_t_quantiles(share, np.array([float(freedom)]))[0])


def normal_quantile(share: float) -> float:
    """Return what the ``share`` of the standard normal distribution lies below, 0 < ``share`` < 1."""
    return NormalDist().inv_cdf(share)
