"""How far a phone went: jitter, poor fixes and jumps add nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sensor.geodesy import EARTH_RADIUS_M
from sensor.importers.phone_track import PhoneTrack, distance_along, phone_track
from sensor.samples import FloatArray

DEG_PER_M = 180 / (np.pi * EARTH_RADIUS_M)
SECONDS = np.arange(61.0)


def _north(way_m: FloatArray, **more: FloatArray) -> PhoneTrack:
    track = phone_track(SECONDS, 52.1 + way_m * DEG_PER_M, np.full(len(way_m), 13.2), **more)
    assert track is not None
    return track


def test_a_straight_way_is_as_long_as_it_is() -> None:
    time_s, distance_m = distance_along(_north(3.0 * SECONDS))
    np.testing.assert_array_equal(time_s, SECONDS)
    assert distance_m[-1] == pytest.approx(180.0, abs=0.01)


def test_eastward_a_degree_is_shorter_by_the_cosine_of_the_latitude() -> None:
    track = phone_track(SECONDS, np.full(61, 60.0), 13.2 + 3.0 * SECONDS * DEG_PER_M)
    assert track is not None
    assert distance_along(track)[1][-1] == pytest.approx(90.0, abs=0.01)


def test_across_the_date_line_nothing_jumps() -> None:
    longitude = (179.999 + 3.0 * SECONDS * DEG_PER_M + 180) % 360 - 180
    track = phone_track(SECONDS, np.zeros(61) + 0.001, longitude)
    assert track is not None
    assert distance_along(track)[1][-1] == pytest.approx(180.0, abs=0.01)


def test_a_standing_phones_jitter_is_no_way() -> None:
    jitter_m = np.random.default_rng(1).normal(0, 2.0, 61)
    assert distance_along(_north(jitter_m, speed_mps=np.zeros(61)))[1][-1] == 0.0


def test_a_poor_fix_and_a_jump_are_passed_over() -> None:
    way_m = 3.0 * SECONDS
    way_m[20], way_m[40] = 500.0, 900.0
    accuracy_m = np.full(61, 5.0)
    accuracy_m[20] = 90.0
    assert distance_along(_north(way_m, accuracy_m=accuracy_m))[1][-1] == pytest.approx(180.0, abs=0.01)


def test_what_a_phone_does_not_know_is_nan_and_what_cannot_be_is_left_out() -> None:
    speed, accuracy, altitude = np.full(61, -1.0), np.full(61, -1.0), np.full(61, 1e7)
    track = _north(3.0 * SECONDS, speed_mps=speed, accuracy_m=accuracy, altitude_m=altitude)
    assert np.isnan([track.speed_mps, track.accuracy_m, track.altitude_m]).all()
    assert distance_along(track)[1][-1] == pytest.approx(180.0, abs=0.01)
    places = np.where(SECONDS < 30, 0.0, 52.0 + SECONDS * DEG_PER_M)
    shorter = phone_track(SECONDS, places, np.where(SECONDS < 30, 0.0, 13.0))
    assert shorter is not None
    assert len(shorter.time_s) == 31


@pytest.mark.parametrize("latitude", [np.full(61, np.nan), np.full(61, 99.0), np.zeros(61)])
def test_without_two_places_there_is_no_track(latitude: FloatArray) -> None:
    assert phone_track(SECONDS, latitude, np.zeros(61)) is None


def test_times_that_come_twice_or_out_of_order_are_put_in_order() -> None:
    time_s = np.concatenate([SECONDS[:10], SECONDS[5:10], SECONDS[10:][::-1]])
    track = phone_track(time_s, 52.0 + 3.0 * time_s * DEG_PER_M, np.full(len(time_s), 13.0))
    assert track is not None
    np.testing.assert_array_equal(track.time_s, SECONDS)
