"""The way along positions is that of the runner, not of their errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.geodesy import EARTH_RADIUS_M
from sensor.importers.watch.positions import way_along
from sensor.samples import FloatArray


def way(
    north_m: FloatArray, east_m: FloatArray | None = None, time_s: FloatArray | None = None
) -> FloatArray:
    """Return the way along places so many metres from 50° N, 8° E, one a second unless told."""
    east_m = np.zeros_like(north_m) if east_m is None else east_m
    time_s = np.arange(len(north_m), dtype=float) if time_s is None else time_s
    shrunk_m = EARTH_RADIUS_M * np.cos(np.radians(50.0))
    return way_along(time_s, 50.0 + np.degrees(north_m / EARTH_RADIUS_M), 8.0 + np.degrees(east_m / shrunk_m))


STRAIGHT_M = 3.0 * np.arange(200.0)


def test_a_single_place_far_off_adds_no_way_and_has_none() -> None:
    east_m = np.zeros(200)
    east_m[[50, 120]] = [400.0, -60.0]
    found_m = way(STRAIGHT_M, east_m)
    assert np.flatnonzero(np.isnan(found_m)).tolist() == [50, 120]
    assert found_m[-1] == pytest.approx(597.0, abs=0.01)


def test_places_that_are_all_far_apart_are_no_errors() -> None:
    assert way(30.0 * np.arange(10.0))[-1] == pytest.approx(270.0, abs=0.01)


def test_places_that_wander_about_a_standing_runner_add_no_way() -> None:
    """A hundred seconds at a light, in which the place goes to and fro by 2.4 m every 20 s."""
    phase = 2.0 * np.pi * np.arange(100) / 20.0
    north_m = np.concatenate([STRAIGHT_M, 597.0 + 1.2 * np.sin(phase), 597.0 + STRAIGHT_M])
    # Unheeded, the wander would add five times 4.8 m.
    assert way(north_m)[-1] == pytest.approx(1194.0, abs=4.0)


def test_who_turns_round_on_the_spot_is_not_standing() -> None:
    north_m = np.concatenate([STRAIGHT_M, STRAIGHT_M[::-1]])
    assert way(north_m)[-1] == pytest.approx(2.0 * 597.0, abs=0.01)


@pytest.mark.parametrize("speed_mps", [1.0, 3.0, 6.0])
def test_a_slow_walk_and_a_sprint_count_in_full(speed_mps: float) -> None:
    assert way(speed_mps * np.arange(100.0))[-1] == pytest.approx(99.0 * speed_mps, rel=1e-6)


def test_a_tunnel_is_crossed_in_a_straight_line() -> None:
    dark = (STRAIGHT_M > 150.0) & (STRAIGHT_M < 450.0)
    assert way(STRAIGHT_M[~dark], time_s=np.arange(200.0)[~dark])[-1] == pytest.approx(597.0, abs=0.01)


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.floats(0.1, 100.0), st.floats(-90.0, 90.0), st.floats(-180.0, 180.0)),
        max_size=40,
    )
)
def test_whatever_places_are_told_the_way_never_falls(told: list[tuple[float, float, float]]) -> None:
    step_s, latitude_deg, longitude_deg = np.array(told).reshape(-1, 3).T
    found_m = way_along(np.cumsum(step_s), latitude_deg, longitude_deg)
    known_m = found_m[np.isfinite(found_m)]
    assert (np.diff(known_m) >= 0.0).all()
