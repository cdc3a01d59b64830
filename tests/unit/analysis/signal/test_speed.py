"""Speed from beside the motion sensor: which source is taken, and what is made of it."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.signal.speed import best_track, smoothed_speed, speed_profile, track_speed, typed_value
from sensor.samples import Track

CONFIG = AnalysisConfig().distance


def track(value: list[float], *, quantity: str = "speed_mps", source: str = "watch file") -> Track:
    """Return a track with one value every ten seconds."""
    return Track(quantity, source, 10.0 * np.arange(len(value)), np.array(value))


@pytest.mark.parametrize(
    ("sources", "best"),
    [
        (["something else", "treadmill", "foot pod", "phone", "watch file"], "watch file"),
        (["something else", "treadmill", "foot pod", "phone"], "phone"),
        (["something else", "treadmill", "foot pod"], "foot pod"),
        (["something else", "treadmill"], "treadmill"),
        (["something else"], "something else"),
    ],
)
def test_the_best_source_wins_whatever_its_place(sources: list[str], best: str) -> None:
    tracks = [track([3.0, 3.0], source=source) for source in sources]
    for order in (tracks, tracks[::-1]):
        found = best_track(order, "speed_mps")
        assert found is not None
        assert found.source == best


def test_a_track_needs_two_values_that_are_finite() -> None:
    two = best_track([track([3.0, np.nan, 4.0])], "speed_mps")
    assert two is not None
    assert (two.time_s.tolist(), two.value.tolist()) == ([0.0, 20.0], [3.0, 4.0])
    assert best_track([track([3.0, np.nan, np.inf])], "speed_mps") is None
    timeless = Track("speed_mps", "watch file", np.array([0.0, np.nan]), np.array([3.0, 3.0]))
    assert best_track([timeless], "speed_mps") is None


def test_a_recorded_speed_is_taken_before_one_made_of_distance() -> None:
    distance = track([0.0, 50.0], quantity="distance_m")
    found = track_speed([distance, track([3.0, 3.0], source="treadmill")], CONFIG)
    assert found is not None
    assert found.value.tolist() == [3.0, 3.0]


def test_speed_from_distance_is_the_way_across_the_window_over_its_time() -> None:
    found = track_speed([track([0.0, 20.0, 60.0, 60.0, 50.0], quantity="distance_m")], CONFIG)
    assert found is not None
    # Window of 10 s, samples every 10 s: half of the steps on either side; at the ends, of the one there is.
    # Way does not shrink: the last one, backwards, is a stop.
    assert found.value.tolist() == [2.0, 3.0, 2.0, 0.0, 0.0]
    assert found.time_s.tolist() == [0.0, 10.0, 20.0, 30.0, 40.0]


@pytest.mark.parametrize(
    ("typed", "value"),
    [(0.5, 0.5), (1.0, 1.0), (0.0, None), (-2.0, None), (np.nan, None), (np.inf, None), (None, None)],
)
def test_a_typed_value_is_believed_if_it_is_a_positive_number(
    typed: float | None, value: float | None
) -> None:
    assert typed_value({"typed_speed_mps": typed}, "typed_speed_mps") == value
    assert typed_value({}, "typed_speed_mps") is None


def test_a_treadmill_stands_still_whatever_else_was_recorded_or_typed() -> None:
    profile = speed_profile([track([3.0, 3.0])], {"surface": "treadmill", "typed_speed_mps": 3.0}, CONFIG)
    assert profile is not None
    assert (profile.speed_mps.tolist(), profile.measured) == ([0.0], True)


def test_a_track_is_taken_before_what_was_typed() -> None:
    profile = speed_profile([track([3.0, 3.0])], {"typed_speed_mps": 2.0}, CONFIG)
    assert profile is not None
    assert profile.speed_mps == pytest.approx(3.0)
    assert profile.measured


def test_a_spike_of_two_seconds_is_no_speed_and_nothing_comes_late() -> None:
    time_s = np.arange(61.0)
    rising = np.clip((time_s - 20.0) / 10.0, 0.0, 2.0)
    spiked = rising.copy()
    spiked[[10, 11, 50]] = [25.0, 25.0, 0.0]
    smooth = smoothed_speed(Track("speed_mps", "watch file", time_s, spiked), CONFIG)
    assert np.abs(smooth.value[[10, 11, 50]] - rising[[10, 11, 50]]).max() < 1e-9
    # A ramp comes out as it was, neither late nor early.
    assert np.abs(smooth.value[24:37] - rising[24:37]).max() < 0.01


def test_points_seconds_apart_become_even_seconds_with_straight_lines_between() -> None:
    uneven = Track(
        "speed_mps", "watch file", np.array([0.0, 7.0, 10.0, 30.0]), np.array([2.0, 2.0, 2.0, 4.0])
    )
    smooth = smoothed_speed(uneven, CONFIG)
    assert smooth.time_s.tolist() == list(range(31))
    assert smooth.value[20] == pytest.approx(3.0, abs=1e-9)


def test_a_typed_speed_is_one_value_that_nobody_measured() -> None:
    profile = speed_profile([], {"typed_speed_mps": 2.5}, CONFIG)
    assert profile is not None
    assert (profile.speed_mps.tolist(), profile.measured) == ([2.5], False)
