"""Quantiles beside those of printed tables and of scipy's distributions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.maths.quantiles import normal_quantile, student_t_quantile, student_t_quantiles


def test_quantiles_are_those_of_printed_tables() -> None:
    assert student_t_quantile(0.975, 4) == pytest.approx(2.776, abs=5e-4)
    assert student_t_quantiles(0.975, np.array([1.0, 10.0])) == pytest.approx([12.706, 2.228], abs=5e-4)
    assert normal_quantile(0.975) == pytest.approx(1.95996, abs=5e-6)


def test_no_degree_of_freedom_is_unknown_and_endlessly_many_are_the_normal_distribution() -> None:
    assert math.isnan(student_t_quantile(0.975, 0))
    assert student_t_quantile(0.975, math.inf) == pytest.approx(normal_quantile(0.975), rel=1e-12)


@given(st.floats(0.01, 0.99), st.floats(0.5, 1e4))
def test_quantiles_are_those_of_scipys_distributions(share: float, freedom: float) -> None:
    assert student_t_quantile(share, freedom) == pytest.approx(stats.t.ppf(share, freedom), rel=1e-12)
    assert normal_quantile(share) == pytest.approx(stats.norm.ppf(share), rel=1e-12, abs=1e-15)
