"""Where the head is carried: signs, scaling, the interval, and its coverage on recorded styles."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.stride.config import HeadConfig
from analysis.stride.head import head_columns
from sensor.samples import FloatArray
from tests.bench.fit_head_model import (
    Postures,
    coverage,
    fit,
    half_width_cm,
    held_out_errors_cm,
    read_postures,
)
from tests.bench.revalidation import head_position

CONFIG = HeadConfig()
SIMPLE = HeadConfig(
    trunk_link=0.3,
    neck_link=0.1,
    trunk_line_per_flexion=0.5,
    neck_per_pitch=0.5,
    neck_per_flexion=0.25,
    neck_per_flexion_alone=1.0,
    half_width_cm=4.0,
    default_stature_m=2.0,
    stature_spread_m=0.2,
)
"""Round numbers, for values worked out by hand."""

flexions_deg = st.floats(-20.0, 45.0)
pitches_deg = st.floats(-40.0, 60.0)
statures_m = st.none() | st.floats(1.2, 2.2)


def _array(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float64)


def _forward_cm(flexion: float, pitch: float | None = None, stature_m: float | None = 1.70) -> float:
    head = None if pitch is None else _array(pitch)
    return float(
        head_columns(_array(flexion), head, stature_m=stature_m, config=CONFIG)["head_forward_cm"][0]
    )


def _width_cm(columns: dict[str, npt.NDArray[np.float64]]) -> FloatArray:
    return columns["head_forward_hi_cm"] - columns["head_forward_lo_cm"]


def test_without_a_head_sensor_the_neck_follows_the_trunk() -> None:
    found = head_columns(_array(30.0), None, stature_m=2.0, config=SIMPLE)

    by_hand = 60.0 * math.sin(math.radians(15.0)) + 20.0 * 0.5
    assert found["head_forward_cm"] == pytest.approx([by_hand])
    assert found["head_forward_lo_cm"] == pytest.approx([by_hand - 4.0])
    assert found["head_forward_hi_cm"] == pytest.approx([by_hand + 4.0])
    assert found["head_source"].tolist() == ["trunk model"]
    assert np.isnan(found["head_pitch_deg"]).all()
    assert np.isnan(found["neck_flexion_deg"]).all()


def test_with_a_head_sensor_the_neck_link_turns_with_head_and_trunk() -> None:
    found = head_columns(_array(20.0), _array(50.0), stature_m=2.0, config=SIMPLE)

    by_hand = 60.0 * math.sin(math.radians(10.0)) + 20.0 * 0.5
    assert found["head_forward_cm"] == pytest.approx([by_hand])
    assert found["head_forward_lo_cm"] == pytest.approx([by_hand - 4.0])
    assert found["head_forward_hi_cm"] == pytest.approx([by_hand + 4.0])
    assert found["head_source"].tolist() == ["head sensor"]
    assert found["head_pitch_deg"].tolist() == [50.0]
    assert found["neck_flexion_deg"].tolist() == [30.0]


def test_an_unknown_stature_widens_the_interval_with_the_estimate() -> None:
    found = head_columns(_array(30.0, 0.0), None, stature_m=None, config=SIMPLE)

    forward_cm = 60.0 * math.sin(math.radians(15.0)) + 10.0
    unknown_cm = 1.96 * 0.1 * forward_cm
    assert found["head_forward_cm"] == pytest.approx([forward_cm, 0.0])
    assert _width_cm(found) == pytest.approx([2.0 * math.hypot(4.0, unknown_cm), 8.0])


@pytest.mark.parametrize("pitch", [None, 0.0])
def test_the_head_is_in_its_place_when_nothing_has_turned(pitch: float | None) -> None:
    assert _forward_cm(0.0, pitch) == 0.0


def test_leaning_forward_and_looking_down_bring_the_head_forward_and_back_is_behind() -> None:
    assert _forward_cm(5.0) > 0.0 > _forward_cm(-5.0)
    assert _forward_cm(0.0, 10.0) > 0.0 > _forward_cm(0.0, -10.0)
    assert _forward_cm(5.0, 0.0) > 0.0


def test_a_head_held_level_is_less_far_forward_than_one_that_hangs() -> None:
    assert _forward_cm(12.0, 0.0) < _forward_cm(12.0) < _forward_cm(12.0, 50.0)


@pytest.mark.parametrize("pitch", [None, 15.0])
def test_more_flexion_is_always_further_forward(pitch: float | None) -> None:
    flexion = np.linspace(-20.0, 45.0, 131)
    head = None if pitch is None else np.full(131, pitch)

    assert (
        np.diff(head_columns(flexion, head, stature_m=1.70, config=CONFIG)["head_forward_cm"]) > 0.0
    ).all()


@given(flexion=flexions_deg, pitch=st.none() | pitches_deg, stature_m=statures_m)
def test_the_interval_contains_its_estimate(
    flexion: float, pitch: float | None, stature_m: float | None
) -> None:
    head = None if pitch is None else _array(pitch)
    found = head_columns(_array(flexion), head, stature_m=stature_m, config=CONFIG)

    assert found["head_forward_lo_cm"][0] < found["head_forward_cm"][0] < found["head_forward_hi_cm"][0]


@given(flexion=flexions_deg, pitch=st.none() | pitches_deg)
def test_estimate_and_interval_grow_in_proportion_to_stature(flexion: float, pitch: float | None) -> None:
    head = None if pitch is None else _array(pitch)
    small, tall = (
        head_columns(_array(flexion), head, stature_m=stature_m, config=CONFIG) for stature_m in (1.5, 1.8)
    )

    for bound in ("head_forward_cm", "head_forward_lo_cm", "head_forward_hi_cm"):
        assert tall[bound] == pytest.approx(1.2 * small[bound])


def test_a_missing_angle_leaves_its_stride_without_a_position_and_others_alone() -> None:
    nan = math.nan
    found = head_columns(_array(nan, 8.0, 8.0), _array(4.0, nan, 4.0), stature_m=1.70, config=CONFIG)

    for name in ("head_forward_cm", "head_forward_lo_cm", "head_forward_hi_cm", "neck_flexion_deg"):
        assert np.isnan(found[name]).tolist() == [True, True, False], name
    assert set(found["head_source"]) == {"head sensor"}


@pytest.mark.parametrize("head", [None, np.zeros(0)])
def test_no_strides_make_empty_columns(head: FloatArray | None) -> None:
    assert {
        len(column) for column in head_columns(np.zeros(0), head, stature_m=None, config=CONFIG).values()
    } == {0}


@lru_cache(maxsize=1)
def _postures() -> Postures:
    return read_postures(CONFIG)


def test_the_ratios_in_force_are_those_the_recorded_styles_give() -> None:
    postures = _postures()
    fitted = fit(
        postures,
        np.ones(len(postures.name), dtype=np.bool_),
        replace(SIMPLE, trunk_link=0.330, neck_link=0.076),
    )

    for name in ("trunk_line_per_flexion", "neck_per_pitch", "neck_per_flexion", "neck_per_flexion_alone"):
        assert getattr(fitted, name) == pytest.approx(getattr(CONFIG, name), abs=2e-3), name


@pytest.mark.parametrize(("with_sensor", "half_cm"), [(False, 5.2), (True, 5.4)])
def test_a_style_the_fit_never_saw_is_within_half_the_interval(with_sensor: bool, half_cm: float) -> None:
    postures = _postures()
    every = np.ones(len(postures.name), dtype=np.bool_)
    errors = held_out_errors_cm(postures, CONFIG, with_sensor=with_sensor, zero=every)

    assert half_width_cm(errors) == pytest.approx(half_cm, abs=0.051)
    assert coverage(errors, CONFIG.half_width_cm) == 1.0


def test_the_interval_is_what_people_recorded_standing_and_running_allow() -> None:
    people = head_position.standing_to_run(CONFIG)
    assert head_position.half_width_cm(people) == pytest.approx(CONFIG.half_width_cm, abs=0.1)
    assert max(abs(one.beyond_link_cm) for one in people) < CONFIG.half_width_cm


def test_from_walk_to_run_the_model_is_within_two_centimetres() -> None:
    changes = [head_position.walk_to_run(name, CONFIG) for name in head_position.runs()]
    assert len(changes) == 9
    for change in changes:
        assert change.trunk_model_cm == pytest.approx(change.ahead_cm, abs=1.0), change.name
        assert change.head_sensor_cm == pytest.approx(change.ahead_cm, abs=2.0), change.name
        # The trunk leans further forward while the head comes up.
        assert change.flexion_deg > 1.0 > 0.0 > change.pitch_deg, change.name
