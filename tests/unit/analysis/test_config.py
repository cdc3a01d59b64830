"""Every tunable number in one place, hashed."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import fields, replace

import pytest

from analysis.config import AnalysisConfig
from analysis.signal.config import GaitConfig, RestConfig, SignalConfig
from analysis.stride.config import PostureConfig

CONFIG = AnalysisConfig()


def test_the_same_numbers_have_the_same_hash() -> None:
    assert AnalysisConfig().hash() == CONFIG.hash()
    assert len(CONFIG.hash()) == 16
    int(CONFIG.hash(), 16)


@pytest.mark.parametrize("group", [f.name for f in fields(AnalysisConfig)])
def test_changing_any_single_number_changes_the_hash(group: str) -> None:
    numbers = getattr(CONFIG, group)
    for field in fields(numbers):
        value = getattr(numbers, field.name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            other = replace(numbers, **{field.name: value + 1})
            assert replace(CONFIG, **{group: other}).hash() != CONFIG.hash(), field.name


def test_no_number_can_be_changed_in_place() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        CONFIG.gait.window_s = 3.0  # type: ignore[misc]  # that it is refused is what is tested


def test_every_number_is_finite() -> None:
    for group in fields(CONFIG):
        for value in dataclasses.asdict(getattr(CONFIG, group.name)).values():
            assert not isinstance(value, float) or math.isfinite(value)


def test_numbers_of_the_definitions_are_those_of_the_definitions() -> None:
    rest, posture = RestConfig(), PostureConfig()
    assert (rest.standing_s, rest.bent_deg, rest.standing_tilt_deg) == (5.0, 3.0, 25.0)
    assert (posture.gap_strides, posture.clipped_fraction) == (0.5, 0.02)
    assert (posture.force_strides, posture.force_off, posture.accelerometer_error_deg) == (25, 0.03, 4.5)


def test_numbers_that_depend_on_each_other_agree() -> None:
    signal, gait = SignalConfig(), GaitConfig()
    fastest_stride_s = 2.0 / gait.max_step_hz
    assert gait.min_step_hz < gait.max_step_hz < signal.min_rate_hz / 2.0
    assert gait.walk_spread_g < gait.run_spread_fast_g < gait.run_spread_slow_g
    # A run at 220 steps a minute still has every gap filled that does not break its frame.
    assert signal.max_fill_strides * 120.0 / 220.0 >= signal.broken_s
    assert fastest_stride_s > 0.4
