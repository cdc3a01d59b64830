"""The way on the map: lengths, what is hidden, what is joined, and what stays when points are left out."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.report.map_course import (
    BROKEN,
    NOT_JUDGED,
    ZONES,
    MapCourse,
    StridePosture,
    course_of,
    spots_along,
    tangent_plane,
    thinned,
)
from analysis.run_report import Route
from analysis.words import Zone
from sensor.samples import FloatArray, IntArray
from tests.support.sample_ways import SPEED_MPS, around, placed, square

USUAL, SLOUCHED = ZONES.index(Zone.USUAL), ZONES.index(Zone.SLOUCHED)
LONG = 20_000
"""Seconds of strides: longer than any way here."""


def posture(zone: IntArray | int = USUAL) -> StridePosture:
    """Return a stride a second, at the pace of the ways."""
    start_s = np.arange(LONG, dtype=float)
    zones = np.broadcast_to(np.asarray(zone), LONG).copy()
    return StridePosture(start_s=start_s, end_s=start_s + 1.0, zone=zones)


def shown(route: Route, *, zone: IntArray | int = USUAL, hidden_m: float = 0.0) -> MapCourse:
    course = course_of(route, posture(zone), hidden_m=hidden_m)
    assert course is not None
    return course


@pytest.mark.parametrize("latitude_deg", [0.0, 35.0, -35.0, 70.0])
@pytest.mark.parametrize("longitude_deg", [11.5, 179.995])
def test_a_square_kilometre_is_one_on_the_map_at_any_latitude(
    latitude_deg: float, longitude_deg: float
) -> None:
    way = placed(*square(1000.0), latitude_deg=latitude_deg, longitude_deg=longitude_deg)
    course = shown(way)
    assert course.east_m.max() == pytest.approx(1000.0, rel=1e-3)
    assert course.north_m.max() == pytest.approx(1000.0, rel=1e-3)
    assert course.step_m.sum() == pytest.approx(4000.0, rel=1e-3)
    # North is up, east is right: the first side leads north, the second east.
    quarter = len(course.east_m) // 4
    assert course.north_m[quarter] - course.north_m[0] == pytest.approx(1000.0, abs=2 * SPEED_MPS)
    assert course.east_m[2 * quarter] - course.east_m[quarter] == pytest.approx(1000.0, abs=2 * SPEED_MPS)


def test_no_place_gives_no_plane() -> None:
    assert [len(axis_m) for axis_m in tangent_plane(np.zeros(0), np.zeros(0))] == [0, 0]


def test_two_hundred_metres_of_way_are_left_out_at_both_ends() -> None:
    course = shown(placed(*square(1000.0)), hidden_m=200.0)
    assert course.step_m.sum() == pytest.approx(4000.0 - 400.0, abs=2 * SPEED_MPS)
    assert 200.0 <= course.distance_m.min() < 200.0 + 2 * SPEED_MPS
    assert 3800.0 - 2 * SPEED_MPS < course.distance_m.max() <= 3800.0


corners = st.lists(
    st.tuples(st.floats(-1500.0, 1500.0), st.floats(-1500.0, 1500.0)), min_size=2, max_size=6, unique=True
)


@settings(max_examples=30, deadline=None)
@given(corners, st.integers(0, 120))
def test_wherever_a_way_leads_nothing_near_its_ends_is_shown(corners_m, waits):
    east_m, north_m = around(corners_m)
    # Someone waits at the door, and the position jitters by metres meanwhile.
    jitter = np.random.default_rng(waits).normal(0.0, 3.0, (2, waits))
    east_m, north_m = (
        np.concatenate([axis_m[0] + noise, axis_m])
        for axis_m, noise in zip((east_m, north_m), jitter, strict=True)
    )
    course = course_of(placed(east_m, north_m), posture(), hidden_m=200.0)
    if course is None:
        return
    way_m = SPEED_MPS * (len(east_m) - waits - 1)
    run_m = course.distance_m - SPEED_MPS * waits
    assert course.distance_m.max() <= SPEED_MPS * (len(east_m) - 1) - 200.0 + 1.0
    if waits == 0:
        assert run_m.min() >= 200.0 - 1.0
    # What of the way is shown first was a hundred metres away from the door once, however long the wait was.
    assert run_m.min() >= 100.0 - 3 * 4.0
    assert run_m.max() <= way_m - 200.0 + 1.0


def test_a_run_that_never_leaves_its_start_is_not_shown() -> None:
    lap_m = square(50.0)
    laps = placed(np.tile(lap_m[0], 20), np.tile(lap_m[1], 20))
    assert course_of(laps, posture()) is None
    assert shown(laps).step_m.sum() == pytest.approx(20 * 200.0, rel=0.05)


@pytest.mark.parametrize("count", [0, 1])
def test_without_two_fixes_there_is_no_way(count: int) -> None:
    assert course_of(placed(np.zeros(count), np.zeros(count)), posture()) is None


def test_a_run_without_strides_is_grey() -> None:
    none = StridePosture(start_s=np.zeros(0), end_s=np.zeros(0), zone=np.zeros(0, dtype=np.int64))
    course = course_of(placed(*square(1000.0)), none)
    assert course is not None
    assert set(course.zone) == {NOT_JUDGED}


def changed(way: Route, rows: slice, latitude_deg: float) -> Route:
    latitude = way.latitude_deg.copy()
    latitude[rows] = latitude_deg
    return replace(way, latitude_deg=latitude)


@pytest.mark.parametrize("latitude_deg", [np.nan, np.inf, -91.0])
def test_a_loss_of_the_position_is_not_bridged(latitude_deg: float) -> None:
    course = shown(changed(placed(*square(1000.0)), slice(400, 430), latitude_deg))
    (gap,) = np.flatnonzero(course.zone == BROKEN)
    assert course.distance_m[gap : gap + 2].tolist() == [3.0 * 399, 3.0 * 430]


def test_a_second_or_two_without_a_fix_are() -> None:
    course = shown(changed(placed(*square(1000.0)), slice(400, 403), np.nan))
    assert (course.zone == USUAL).all()


@pytest.mark.parametrize("rows", [slice(0, 3), slice(400, 401), slice(400, 420), slice(-2, None)])
def test_fixes_at_nought_degrees_are_left_out_and_blow_nothing_up(rows: slice) -> None:
    """What a receiver without a fix writes."""
    way = placed(*square(1000.0))
    latitude_deg, longitude_deg = way.latitude_deg.copy(), way.longitude_deg.copy()
    latitude_deg[rows] = longitude_deg[rows] = 0.0
    course = shown(replace(way, latitude_deg=latitude_deg, longitude_deg=longitude_deg))
    assert course.north_m.max() == pytest.approx(1000.0, rel=1e-3)
    assert course.step_m.sum() == pytest.approx(4000.0, abs=30 * SPEED_MPS)


def test_every_step_has_the_zone_of_its_stride() -> None:
    zone = np.full(LONG, USUAL)
    zone[500:800] = SLOUCHED
    zone[1000:1100] = NOT_JUDGED
    course = shown(placed(*square(1000.0)), zone=zone)
    metres = {number: course.step_m[course.zone == number].sum() for number in np.unique(course.zone)}
    assert metres[SLOUCHED] == pytest.approx(900.0, abs=SPEED_MPS)
    assert metres[NOT_JUDGED] == pytest.approx(300.0, abs=SPEED_MPS)


def test_a_few_strides_that_are_not_judged_are_drawn_as_what_is_around_them() -> None:
    zone = np.full(LONG, SLOUCHED)
    zone[500:510] = NOT_JUDGED
    zone[:300] = USUAL
    zone[300:310] = NOT_JUDGED
    course = shown(placed(*square(1000.0)), zone=zone)
    grey = np.flatnonzero(course.zone == NOT_JUDGED)
    # The ten between two zones belong to neither.
    assert course.distance_m[grey[[0, -1]]] == pytest.approx([897.0, 926.0], abs=2 * SPEED_MPS)
    assert len(grey) == 10


def off_line(x: FloatArray, y: FloatArray, kept: IntArray) -> float:
    """Return how far the farthest point lies from the line through those kept, the long way."""
    share = np.linspace(0.0, 1.0, 400)
    off = 0.0
    for a, b in itertools.pairwise(kept.tolist()):
        line_x, line_y = x[a] + share * (x[b] - x[a]), y[a] + share * (y[b] - y[a])
        for row in range(a, b + 1):
            off = max(off, float(np.hypot(line_x - x[row], line_y - y[row]).min()))
    return off


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 60), st.integers(0, 1000), st.sampled_from([0.5, 3.0]))
def test_what_is_left_out_lies_within_the_tolerance_of_the_line(count, seed, tolerance):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(0.0, 2.0, (2, count)).cumsum(axis=1)
    zone = rng.integers(-1, 2, count - 1)
    kept = thinned(x, y, zone, tolerance=tolerance, most=1000)
    assert off_line(x, y, kept) <= tolerance + 0.05
    # Every change of zone is kept.
    assert {0, count - 1, *(np.flatnonzero(np.diff(zone)) + 1)} <= set(kept.tolist())


def test_a_straight_line_is_two_points_and_too_many_points_are_thinned_further() -> None:
    x = np.linspace(0.0, 800.0, 5000)
    assert thinned(x, 0.5 * x, np.zeros(4999, dtype=np.int64), tolerance=0.1, most=10).tolist() == [0, 4999]
    noise = np.random.default_rng(1).normal(0.0, 3.0, 5000)
    assert len(thinned(x, noise, np.zeros(4999, dtype=np.int64), tolerance=0.1, most=200)) <= 200


def test_a_spot_lies_between_the_fixes_around_it_and_nowhere_where_the_line_is_lifted() -> None:
    course = MapCourse(
        east_m=np.array([0.0, 30.0, 30.0, 60.0, 90.0]),
        north_m=np.array([0.0, 0.0, 40.0, 40.0, 40.0]),
        distance_m=np.array([300.0, 330.0, 370.0, np.nan, 430.0]),
        zone=np.array([USUAL, BROKEN, USUAL, USUAL]),
    )
    east_m, north_m = spots_along(course, np.array([299.0, 300.0, 310.0, 330.0, 350.0, 400.0, 431.0]))
    np.testing.assert_allclose(east_m, [np.nan, 0.0, 10.0, 30.0, np.nan, np.nan, np.nan])
    np.testing.assert_allclose(north_m, [np.nan, 0.0, 0.0, 0.0, np.nan, np.nan, np.nan])


def test_a_way_of_unknown_distance_has_no_spots() -> None:
    course = shown(placed(*square(300.0)))
    unknown = replace(course, distance_m=np.full(len(course.distance_m), np.nan))
    assert np.isnan(spots_along(unknown, np.array([0.0, 100.0]))).all()
