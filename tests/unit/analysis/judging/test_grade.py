"""Slopes of known hills: as they are, to within what is told of them, and unknown where noise hides them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from analysis.judging.config import BaselineConfig, DistanceConfig, GradeConfig
from analysis.judging.distance import distance_of
from analysis.judging.grade import GradeResult, grade_of
from sensor.samples import FloatArray, Track
from tests.support.stride_tables import steady_run

CONFIG = GradeConfig()
SURE = replace(CONFIG, slow_wander_pct=0.0)


def sampled(quantity: str, time_s: FloatArray, value: FloatArray) -> Track:
    return Track(quantity, "watch file", np.asarray(time_s, float), np.asarray(value, float))


def found(
    altitude_m: FloatArray,
    *,
    way_m: FloatArray | None = None,
    at_m: FloatArray | None = None,
    config: GradeConfig = CONFIG,
    context: dict[str, str] | None = None,
) -> GradeResult:
    """Return the grades of a run of 3 m/s with an altitude for every second, at some metres of the way."""
    time_s = np.arange(len(altitude_m), dtype=float)
    way_m = 3.0 * time_s if way_m is None else way_m
    start_s = np.interp(way_m if at_m is None else at_m, way_m, time_s)
    tracks = [sampled("distance_m", time_s, way_m), sampled("altitude_m", time_s, altitude_m)]
    table = steady_run(len(start_s), start_s=start_s, end_s=start_s + 0.01)
    way = distance_of(table, tracks, context={}, config=DistanceConfig())
    return grade_of(start_s, way, tracks=tracks, context=context or {}, config=config)


def way_of(seconds: int) -> FloatArray:
    return 3.0 * np.arange(float(seconds))


def hill_m(way_m: FloatArray) -> FloatArray:
    """Return 1 km flat, 1 km up by 4 %, 1 km down by 3 %."""
    return np.interp(way_m, [0.0, 1000.0, 2000.0, 3000.0], [100.0, 100.0, 140.0, 110.0])


@pytest.mark.parametrize("slope_pct", [-8.0, 0.0, 0.5, 5.0])
def test_an_even_slope_is_told_as_it_is_from_the_first_stride_to_the_last(slope_pct: float) -> None:
    way_m = way_of(600)
    result = found(100.0 + slope_pct / 100.0 * way_m)
    assert result.grade_pct == pytest.approx(np.full(600, slope_pct), abs=0.02)


def test_a_line_through_a_parabola_has_the_slope_of_its_middle() -> None:
    way_m = way_of(1000)
    result = found(way_m**2 / 1e5, at_m=np.array([600.0, 1500.0, 2400.0]), config=SURE)
    np.testing.assert_allclose(result.grade_pct, [1.2, 3.0, 4.8], atol=0.01)


def test_a_known_hill_is_found_within_what_is_told_of_it() -> None:
    """A barometer of steps of 0.2 m with noise of 0.3 m from second to second."""
    way_m = way_of(1001)
    noise_m = np.random.default_rng(1).normal(0.0, 0.3, len(way_m))
    result = found(np.round((hill_m(way_m) + noise_m) / 0.2) * 0.2)
    true_pct = np.select([way_m < 1000.0, way_m < 2000.0], [0.0, 4.0], -3.0)
    # Half a window beside a bend of the way the slope is neither the one nor the other.
    inside = (np.abs(way_m[:, None] - [1000.0, 2000.0]) > 50.0).all(axis=1)
    off_pct = np.abs(result.grade_pct - true_pct)[inside]
    assert np.mean(off_pct <= result.half_width_pct[inside]) > 0.95
    assert result.usual_half_width_pct < 1.5
    assert result.ascent_m == pytest.approx(40.0, abs=1.0)
    assert result.descent_m == pytest.approx(30.0, abs=1.0)


@pytest.mark.parametrize("growth_m", [1e-4, 1e-3])
def test_the_error_of_a_random_walk_is_as_large_as_told(growth_m: float) -> None:
    """Flat ground under an altitude whose variance grows by so many m² a metre."""
    steps_m = np.random.default_rng(2).normal(0.0, np.sqrt(3.0 * growth_m), 20_000)
    result = found(np.cumsum(steps_m), config=replace(SURE, windows_m=(100.0,), most_sd_pct=100.0))
    told_pct = result.usual_half_width_pct / CONFIG.half_width_sds
    assert told_pct == pytest.approx(100.0 * np.sqrt(1.2 * growth_m / 100.0), rel=0.05)
    assert np.std(result.grade_pct) == pytest.approx(told_pct, rel=0.1)


def test_more_noise_asks_for_a_longer_window_and_too_much_makes_the_grade_unknown() -> None:
    noise_m = np.cumsum(np.random.default_rng(3).normal(0.0, 1.0, 4000))
    noise_m -= np.linspace(noise_m[0], noise_m[-1], 4000)
    calm, rough, wild = (found(hill_m(way_of(4000)) + share * noise_m) for share in (0.05, 0.17, 0.6))
    assert calm.is_known
    assert rough.is_known
    assert rough.usual_half_width_pct > calm.usual_half_width_pct
    assert not wild.is_known
    assert wild.usual_half_width_pct > BaselineConfig().max_grade_pct
    assert np.isnan([wild.ascent_m, wild.descent_m]).all()


@pytest.mark.parametrize("seed", range(3))
def test_flat_ground_is_never_steep_by_the_noise_of_satellites_alone(seed: int) -> None:
    # An altitude 3 m off, forgotten within 60 s: between two windows it changes by more than 2 in 100 m.
    keep = np.exp(-1.0 / 60.0)
    draws_m = np.random.default_rng(seed).normal(0.0, 3.0 * np.sqrt(1.0 - keep**2), 3000)
    off_m = lfilter([1.0], [1.0, -keep], draws_m)
    grade_pct = found(off_m).grade_pct
    assert np.mean(np.abs(grade_pct) > BaselineConfig().max_grade_pct) == 0.0


def test_a_single_point_far_off_is_no_hill() -> None:
    altitude_m = np.full(800, 250.0)
    altitude_m[400] = 900.0
    result = found(altitude_m)
    assert np.abs(result.grade_pct).max() < 1e-6
    assert (result.ascent_m, result.descent_m) == (0.0, 0.0)


def test_in_a_tunnel_the_grade_is_unknown_and_beyond_it_right() -> None:
    """No altitude between 900 and 1500 m of a climb by 3 %."""
    way_m = way_of(1000)
    dark = (way_m > 900.0) & (way_m < 1500.0)
    time_s = np.arange(1000.0)
    tracks = [
        sampled("distance_m", time_s, way_m),
        sampled("altitude_m", time_s[~dark], (0.03 * way_m)[~dark]),
    ]
    table = steady_run(1000, start_s=time_s, end_s=time_s + 0.5)
    way = distance_of(table, tracks, context={}, config=DistanceConfig())
    result = grade_of(time_s, way, tracks=tracks, context={}, config=CONFIG)
    assert np.isnan(result.grade_pct[(way_m > 950.0) & (way_m < 1450.0)]).all()
    lit = (way_m < 890.0) | (way_m > 1510.0)
    assert result.grade_pct[lit] == pytest.approx(np.full(int(lit.sum()), 3.0), abs=0.02)
    assert result.ascent_m == pytest.approx(0.03 * way_m[-1], abs=1.0)


def test_an_altitude_that_wanders_in_a_stop_makes_no_slope() -> None:
    time_s = np.arange(1200.0)
    way_m = 3.0 * (time_s - np.clip(time_s - 500.0, 0.0, 200.0))
    wandered_m = np.interp(time_s, [500.0, 600.0, 700.0], [0.0, 2.0, 0.0])
    result = found(50.0 + wandered_m, way_m=way_m)
    assert np.nanmax(np.abs(result.grade_pct)) < BaselineConfig().max_grade_pct


@pytest.mark.parametrize(("rise_m", "told_m"), [(2.0, 0.0), (6.0, 60.0)])
def test_only_a_rise_that_stands_out_from_wavering_is_climbed(rise_m: float, told_m: float) -> None:
    """Ten waves, each so many metres from its lowest to its highest point."""
    way_m = way_of(2000)
    result = found(rise_m / 2.0 * (1.0 - np.cos(2.0 * np.pi * way_m / 600.0)))
    assert result.ascent_m == pytest.approx(told_m, rel=0.05)
    assert result.descent_m == pytest.approx(told_m, rel=0.05)


def test_without_an_altitude_or_on_a_belt_nothing_is_known() -> None:
    table = steady_run(100)
    way = distance_of(table, (), context={}, config=DistanceConfig())
    nothing = grade_of(table["start_s"], way, tracks=(), context={}, config=CONFIG)
    belt = found(hill_m(way_of(1000)), context={"surface": "treadmill"})
    for result in (nothing, belt):
        assert not result.is_known
        assert np.isnan([result.usual_half_width_pct, result.ascent_m, result.descent_m]).all()


def test_a_phones_altitude_makes_no_slope() -> None:
    time_s = np.arange(1000.0)
    way_m = 3.0 * time_s
    tracks = [
        Track("distance_m", "phone", time_s, way_m), Track("altitude_m", "phone", time_s, hill_m(way_m))
    ]  # fmt: skip
    table = steady_run(1000, start_s=time_s, end_s=time_s + 0.5)
    way = distance_of(table, tracks, context={}, config=DistanceConfig())
    assert not grade_of(time_s, way, tracks=tracks, context={}, config=CONFIG).is_known


def test_a_recorded_grade_wins_over_altitude_and_holds_as_long_as_any_track() -> None:
    time_s, start_s = np.array([0.0, 100.0]), np.array([0.0, 50.0, 110.0, 110.1])
    tracks = [sampled("distance_m", time_s, 3.0 * time_s), sampled("altitude_m", time_s, time_s)]
    tracks.append(sampled("grade_pct", time_s, np.array([0.0, 4.0])))
    table = steady_run(4, start_s=start_s, end_s=start_s + 0.01)
    way = distance_of(table, tracks, context={}, config=DistanceConfig())
    result = grade_of(start_s, way, tracks=tracks, context={}, config=CONFIG)
    np.testing.assert_array_equal(result.grade_pct, [0.0, 2.0, 4.0, np.nan])


@pytest.mark.parametrize(("run_m", "is_known"), [(72.0, False), (90.0, True)])
def test_over_less_than_three_blocks_there_is_no_grade(run_m: float, is_known: bool) -> None:
    assert found(np.zeros(1 + round(run_m / 3.0))).is_known is is_known


def test_without_a_stride_there_is_no_grade() -> None:
    assert not found(hill_m(way_of(500)), at_m=np.empty(0)).is_known


@settings(max_examples=30)
@given(
    st.lists(st.floats(-500.0, 9000.0), min_size=2, max_size=300),
    st.floats(0.0, 1e5),
)
def test_whatever_an_altitude_tells_what_is_known_is_sure_enough(
    altitude_m: list[float], step_m: float
) -> None:
    altitude = np.array(altitude_m)
    result = found(altitude, way_m=step_m * np.arange(len(altitude)))
    known = np.isfinite(result.grade_pct)
    assert (result.half_width_pct[known] <= CONFIG.half_width_sds * CONFIG.most_sd_pct).all()
    assert result.is_known == np.isfinite(result.ascent_m)
    if result.is_known:
        # What was climbed and not descended again lies within the altitudes told.
        assert abs(result.ascent_m - result.descent_m) <= np.ptp(altitude) + 1e-6
