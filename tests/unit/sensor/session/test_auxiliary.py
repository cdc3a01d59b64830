"""Tracks from raw notifications: odd counters, broken packets, a belt that runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.protocol.auxiliary import BESIDE
from sensor.protocol.standard import (
    HEART_RATE_UUID,
    RUNNING_UUID,
    TREADMILL_UUID,
    HeartRate,
    RunningSpeed,
    Treadmill,
    encode_heart_rate,
    encode_running_speed,
    encode_treadmill,
)
from sensor.samples import Track
from sensor.session.auxiliary import tracks_of, way_m, with_surface
from sensor.session.reader import read_recording
from sensor.session.writer import SessionWriter

SECOND_NS = 1_000_000_000


def running(*told: RunningSpeed) -> list[tuple[str, int, bytes]]:
    """Return notifications of a pod, one a second."""
    return [(RUNNING_UUID, i * SECOND_NS, encode_running_speed(one)) for i, one in enumerate(told)]


def by_quantity(tracks: tuple[Track, ...]) -> dict[str, Track]:
    return {track.quantity: track for track in tracks}


def test_every_quantity_is_a_track_dated_by_arrival() -> None:
    tracks, rejected = tracks_of(
        running(RunningSpeed(3.0, 170, None, 100.0), RunningSpeed(3.5, 172, None, 103.0)), {}
    )
    found = by_quantity(tracks)
    assert rejected == 0
    assert {track.source for track in tracks} == {"foot pod"}
    assert found["speed_mps"].time_s.tolist() == [0.0, 1.0]
    assert found["speed_mps"].value.tolist() == [3.0, 3.5]
    assert found["cadence_spm"].value.tolist() == [170.0, 172.0]
    assert found["distance_m"].value.tolist() == [0.0, 3.0]


def test_a_pod_whose_counter_never_moves_leaves_its_speed_to_speak() -> None:
    still = [RunningSpeed(3.0, 170, None, 0.0)] * 5
    assert set(by_quantity(tracks_of(running(*still), {})[0])) == {"speed_mps", "cadence_spm"}


def test_a_counter_that_restarts_goes_on_from_where_it_was() -> None:
    # 6 m, then the device restarts: 2 m since, 3 m more.
    assert way_m(np.arange(4.0), np.array([500.0, 506.0, 2.0, 5.0])).tolist() == [0.0, 6.0, 8.0, 11.0]


def test_a_step_no_runner_makes_is_left_out() -> None:
    # One zero among thousands is no restart: the way back up is 5 km in a second.
    assert way_m(np.arange(4.0), np.array([5000.0, 0.0, 5003.0, 5006.0])).tolist() == [0.0, 0.0, 0.0, 3.0]


def test_a_long_pause_allows_a_long_step() -> None:
    assert way_m(np.array([0.0, 60.0]), np.array([100.0, 280.0])).tolist() == [0.0, 180.0]


@given(st.lists(st.floats(0.0, 1e6), max_size=30))
def test_the_way_never_falls_whatever_the_counter_does(counter: list[float]) -> None:
    way = way_m(np.arange(float(len(counter))), np.array(counter))
    assert len(way) == len(counter)
    assert (np.diff(way) >= 0).all()


def test_a_broken_notification_is_counted_and_the_others_are_read() -> None:
    told = [(HEART_RATE_UUID, 0, b"\x01"), (HEART_RATE_UUID, SECOND_NS, encode_heart_rate(HeartRate(150)))]
    (track,), rejected = tracks_of(told, {})
    assert rejected == 1
    assert (track.source, track.value.tolist()) == ("heart-rate strap", [150.0])


def test_values_nobody_has_are_left_out() -> None:
    told = [(HEART_RATE_UUID, 0, encode_heart_rate(HeartRate(400)))]
    assert tracks_of(told, {"heart_rate_bpm": (20.0, 260.0)}) == ((), 0)


@pytest.mark.parametrize(("speed_mps", "surface"), [(3.0, "treadmill"), (0.0, None)])
def test_a_belt_that_runs_says_that_the_runner_is_on_it(speed_mps: float, surface: str | None) -> None:
    tracks, _ = tracks_of([(TREADMILL_UUID, 0, encode_treadmill(Treadmill(speed_mps)))], {})
    assert with_surface({}, tracks).get("surface") == surface


def test_what_the_runner_said_of_the_surface_stays() -> None:
    tracks, _ = tracks_of([(TREADMILL_UUID, 0, encode_treadmill(Treadmill(3.0)))], {})
    assert with_surface({"surface": "road"}, tracks) == {"surface": "road"}


def test_the_usual_surface_counts_where_nobody_and_no_belt_tells_otherwise() -> None:
    belt, _ = tracks_of([(TREADMILL_UUID, 0, encode_treadmill(Treadmill(3.0)))], {})
    usual = {"usual_surface": "road"}
    assert with_surface(usual, ()) == {"surface": "road"}
    assert with_surface(usual, belt) == {"surface": "treadmill"}
    assert with_surface({**usual, "surface": "trail"}, belt) == {"surface": "trail"}


def test_a_foot_pod_says_nothing_of_the_surface() -> None:
    assert with_surface({}, tracks_of(running(RunningSpeed(3.0, 170)), {})[0]) == {}


def test_what_the_computer_hands_over_twice_is_one_point_of_a_track(tmp_path: Path) -> None:
    path = tmp_path / "twice.runtall"
    writer = SessionWriter(path, name="twice", started_utc="2026-05-31T06:30:00+00:00")
    sensor_id = writer.add_beside("beside 1", BESIDE.key, name="H7")
    segment_id = writer.start_segment(sensor_id, 0, reason="start")
    beats = [(second * SECOND_NS, bytes([0, 100 + second // 3])) for second in range(12)]
    twice = [(ns + echo * 100_000, payload) for ns, payload in beats for echo in range(2)]
    writer.packets(segment_id, HEART_RATE_UUID, packets=twice)
    writer.close()
    (track,) = read_recording(path).tracks
    # The same heart rate a second later is a reading of its own.
    assert track.time_s.tolist() == [float(second) for second in range(12)]
