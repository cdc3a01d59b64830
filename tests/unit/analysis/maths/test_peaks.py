"""Peaks by prominence: small landscapes worked out by hand, and scipy's own on random ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import find_peaks

from analysis.maths.peaks import prominent_peaks


def test_a_small_peak_beside_a_high_one_stands_out_by_the_saddle_between_them() -> None:
    height = np.array([0.0, 5.0, 3.0, 4.0, 0.0])
    assert prominent_peaks(height, 1.0).tolist() == [1, 3]
    assert prominent_peaks(height, 1.1).tolist() == [1]
    assert prominent_peaks(height, 5.1).tolist() == []


def test_the_end_of_the_way_bounds_how_far_a_peak_stands_out() -> None:
    assert prominent_peaks(np.array([4.0, 5.0, 0.0]), 1.0).tolist() == [1]
    assert prominent_peaks(np.array([4.0, 5.0, 0.0]), 1.1).tolist() == []


@pytest.mark.parametrize("height", [[1.0], [1.0, 2.0], [2.0, 2.0, 2.0], [3.0, 1.0, 3.0], [1.0, 2.0, 3.0]])
def test_without_a_way_down_on_both_sides_there_is_no_peak(height: list[float]) -> None:
    assert prominent_peaks(np.array(height), 0.0).tolist() == []


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=60), st.integers(0, 6))
def test_peaks_are_those_that_scipy_finds(height: list[int], least: int) -> None:
    values = np.array(height, dtype=np.float64)
    assert prominent_peaks(values, least).tolist() == find_peaks(values, prominence=least)[0].tolist()
