"""Points of an activity in order, and nothing that cannot be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import ImportFileError
from sensor.importers.watch.activity import Lap, Point, activity_of

NOON_S = 1_767_268_800.0
"""2026-01-01 12:00 UTC."""


def test_distance_along_a_meridian_is_its_arc() -> None:
    degrees = [50.0, 50.01, 50.02]
    points = [Point(NOON_S + i, latitude_deg=d, longitude_deg=8.0) for i, d in enumerate(degrees)]
    # One degree of a great circle of the mean Earth: 111.195 km.
    assert activity_of("GPX", points).distance_m == pytest.approx([0.0, 1111.95, 2223.90], abs=0.01)


def test_distance_along_a_parallel_shrinks_by_the_cosine_of_the_latitude() -> None:
    points = [Point(NOON_S + i, latitude_deg=60.0, longitude_deg=8.0 + 0.001 * i) for i in range(3)]
    assert activity_of("GPX", points).distance_m[-1] == pytest.approx(2 * 111.195 * 0.5, abs=0.01)


def test_a_point_without_a_position_is_passed_over() -> None:
    points = [
        Point(NOON_S, latitude_deg=0.0, longitude_deg=0.0),
        Point(NOON_S + 1, latitude_deg=50.0, longitude_deg=8.0),
        Point(NOON_S + 2, latitude_deg=50.0),
        Point(NOON_S + 3, latitude_deg=50.001, longitude_deg=8.0),
    ]
    distance_m = activity_of("GPX", points).distance_m
    assert np.isnan(distance_m[[0, 2]]).all()
    assert distance_m[3] == pytest.approx(111.195, abs=0.01)


def test_a_distance_that_was_measured_wins_over_positions_and_never_falls() -> None:
    measured_m = [0.0, 5.0, 3.0, 8.0]
    points = [
        Point(NOON_S + i, distance_m=m, latitude_deg=50.0 + i, longitude_deg=8.0)
        for i, m in enumerate(measured_m)
    ]
    activity = activity_of("FIT", points)
    assert activity.distance_m.tolist() == [0.0, 5.0, 5.0, 8.0]
    assert any("fell by 2 m" in notice for notice in activity.notices)


def test_times_that_repeat_or_go_back_and_those_of_other_years_are_left_out_and_told() -> None:
    times_s = [NOON_S, NOON_S + 1, NOON_S + 1, NOON_S - 5, NOON_S + 2, NOON_S + 3.2e9]
    activity = activity_of("FIT", [Point(t, speed_mps=3.0) for t in times_s])
    assert activity.time_s.tolist() == [NOON_S, NOON_S + 1, NOON_S + 2]
    assert len(activity.notices) == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [("speed_mps", 400.0), ("heart_rate_bpm", 0.0), ("altitude_m", 1e5), ("distance_m", -3.0)],
)
def test_what_cannot_be_is_left_out(field: str, value: float) -> None:
    points = [Point(NOON_S, **{field: value}), Point(NOON_S + 1, **{field: 30.0})]
    column = getattr(activity_of("FIT", points), field)
    assert np.isnan(column[0])
    assert np.isfinite(column[1])


def test_a_clock_that_was_never_set_has_no_date() -> None:
    assert activity_of("FIT", [Point(631_065_600.0 + i) for i in range(3)]).has_date is False
    assert activity_of("GPX", [Point(NOON_S + i) for i in range(3)], has_zone=False).has_date is False
    assert activity_of("GPX", [Point(NOON_S + i) for i in range(3)]).has_date is True


def test_laps_and_pauses_without_length_are_left_out() -> None:
    activity = activity_of(
        "FIT",
        [Point(NOON_S), Point(NOON_S + 9)],
        laps=[Lap(0.0, 0.0), Lap(0.0, 4.0)],
        pauses_s=[(5.0, 5.0), (5.0, 6.0)],
    )
    assert activity.laps == (Lap(0.0, 4.0),)
    assert activity.pauses_s == ((5.0, 6.0),)


@pytest.mark.parametrize("points", [[], [Point(NOON_S)], [Point(float("nan"))] * 3, [Point(NOON_S)] * 9])
def test_without_points_there_is_no_run(points: list[Point]) -> None:
    with pytest.raises(ImportFileError, match=r"points|times"):
        activity_of("GPX", points)


@given(
    st.lists(
        st.builds(
            Point,
            st.floats(allow_nan=True, allow_infinity=True),
            *[st.none() | st.floats(allow_nan=True, allow_infinity=True)] * 7,
        ),
        max_size=30,
    )
)
def test_whatever_points_hold_the_result_is_in_order_or_refused(points: list[Point]) -> None:
    try:
        activity = activity_of("FIT", points)
    except ImportFileError:
        return
    assert (np.diff(activity.time_s) > 0).all()
    known = activity.distance_m[np.isfinite(activity.distance_m)]
    assert (np.diff(known) >= 0).all()
    assert not (np.abs(activity.latitude_deg) > 90).any()
