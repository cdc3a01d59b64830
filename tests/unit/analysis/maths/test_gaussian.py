"""Averages by a Gaussian, beside scipy's sums."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from analysis.maths.gaussian import gaussian_mean


def test_a_line_stays_a_line_and_one_value_becomes_a_bell() -> None:
    line = np.linspace(-5.0, 5.0, 4001)
    assert gaussian_mean(line, 50.0)[1000:3000] == pytest.approx(line[1000:3000], abs=1e-12)
    bell = gaussian_mean(np.eye(1, 4001, 2000)[0], 50.0, reach=8.0)
    density = np.exp(-0.5 * ((np.arange(4001) - 2000) / 50.0) ** 2) / (50.0 * np.sqrt(2 * np.pi))
    assert bell == pytest.approx(density, abs=1e-14)


@pytest.mark.parametrize("beyond", ["reflect", "constant"])
@pytest.mark.parametrize("shape", [(1,), (417,), (10_000,), (3, 5000)])
@pytest.mark.parametrize(("spread", "reach"), [(2.0, 4.0), (52.0, 4.0), (39.0, 3.0), (17.3, 4.0)])
def test_it_is_the_sum_that_scipy_makes(
    beyond: Literal["reflect", "constant"], shape: tuple[int, ...], spread: float, reach: float
) -> None:
    values = np.random.default_rng(0).standard_normal(shape) + 9.8
    made = gaussian_mean(values, spread, beyond=beyond, reach=reach)
    assert made.shape == shape
    assert np.abs(made - gaussian_filter1d(values, spread, mode=beyond, truncate=reach)).max() < 1e-13
