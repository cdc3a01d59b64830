"""The filter of one pole, by hand and beside scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from analysis.maths.fading import fading_sum


def test_what_was_fades_by_the_same_share_with_every_value() -> None:
    assert fading_sum(np.array([8.0, 0.0, 0.0, 1.0]), 0.5).tolist() == [8.0, 4.0, 2.0, 2.0]


def test_no_value_gives_none() -> None:
    assert fading_sum(np.zeros(0), 0.5).shape == (0,)


@pytest.mark.parametrize("shape", [(200,), (200, 3)])
def test_it_is_scipys_filter_to_the_last_digit(shape: tuple[int, ...]) -> None:
    value = np.random.default_rng(0).standard_normal(shape)
    assert np.array_equal(fading_sum(value, 0.83), lfilter([1.0], [1.0, -0.83], value, axis=0))
