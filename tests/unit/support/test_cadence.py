from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cadence import step_count, step_rate_spm


def gait(spm: float, seconds: float, rate_hz: float) -> np.ndarray:
    """Steps with a strong second harmonic and a sideways swing at half their rate."""
    phase = 2.0 * np.pi * spm / 60.0 * np.arange(int(seconds * rate_hz)) / rate_hz
    up = 9.81 + 8.0 * np.cos(phase) + 5.0 * np.cos(2.0 * phase + 1.0)
    return np.stack([0.3 * up, 6.0 * np.sin(phase / 2.0), up], axis=1)


@given(st.floats(110.0, 215.0), st.sampled_from([20.0, 50.0, 104.0, 238.0]))
def test_the_rate_of_made_steps_is_found_to_a_fifth_of_a_step(spm, rate_hz):
    assert step_rate_spm(gait(spm, 20.0, rate_hz), rate_hz) == pytest.approx(spm, abs=0.2)


def test_made_steps_are_counted():
    assert step_count(gait(168.0, 60.0, 104.0), 104.0) == pytest.approx(168.0, abs=0.5)
