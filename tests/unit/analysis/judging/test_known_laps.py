"""Laps of a known length, held against ways made up by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.judging.config import DistanceConfig
from analysis.judging.distance import distance_of
from analysis.judging.known_laps import by_known_laps, lap_times
from sensor.samples import Mark
from tests.support.stride_tables import STRIDE_S, steady_run

CONFIG = DistanceConfig()
TIME_S = np.arange(0.0, 1001.0)


def pressed(*lap_s: float) -> np.ndarray:
    return lap_times([Mark(time_s, "lap") for time_s in lap_s], CONFIG)


def marks_at(*lap_s: float, estimated_mps: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance by laps of 400 m along 1000 s, estimated at an even speed."""
    found = by_known_laps(TIME_S, estimated_mps * TIME_S, lap_s=pressed(*lap_s), lap_m=400.0, config=CONFIG)
    assert found is not None
    return found


def at(knots: tuple[np.ndarray, np.ndarray], time_s: float) -> float:
    return float(np.interp(time_s, *knots))


def test_each_mark_is_one_lap_further_and_between_them_the_way_is_shared_out() -> None:
    # The estimate makes 3 m/s of a run at 4 m/s for two laps and 2 m/s for the third.
    found = marks_at(100.0, 200.0, 300.0, 500.0)
    assert [at(found, s) for s in (0.0, 100.0, 200.0, 300.0)] == pytest.approx([0.0, 400.0, 800.0, 1200.0])
    # The last stretch is as long as two laps by the estimate: a mark was forgotten.
    assert at(found, 400.0) == pytest.approx(1600.0)
    assert at(found, 500.0) == pytest.approx(2000.0)
    assert at(found, 150.0) == pytest.approx(600.0)
    # Behind the last mark the way goes on at the mean stretch, 400 m for 300 estimated.
    assert at(found, 1000.0) == pytest.approx(4000.0)


def test_a_way_to_the_track_is_not_taken_for_a_lap() -> None:
    found = marks_at(150.0, 250.0, 350.0)
    # 450 estimated metres at 4/3 are 600 m: one and a half laps.
    assert at(found, 150.0) == pytest.approx(600.0)
    assert at(found, 350.0) == pytest.approx(1400.0)


def test_a_lap_pressed_twice_counts_once() -> None:
    found = marks_at(100.0, 102.0, 200.0, 225.0, 300.0, 400.0, 500.0, 600.0)
    assert [at(found, s) for s in (100.0, 200.0, 300.0)] == pytest.approx([400.0, 800.0, 1200.0])


@pytest.mark.parametrize("lap_s", [(), (200.0,), (200.0, 200.5), (2000.0, 2100.0)])
def test_fewer_than_two_marks_on_the_way_tell_nothing(lap_s: tuple[float, ...]) -> None:
    assert by_known_laps(TIME_S, 3.0 * TIME_S, lap_s=pressed(*lap_s), lap_m=400.0, config=CONFIG) is None


def test_an_empty_way_stays_unknown() -> None:
    assert by_known_laps(np.empty(0), np.empty(0), lap_s=np.ones(3), lap_m=400.0, config=CONFIG) is None


@given(
    st.lists(st.floats(0.0, 1000.0), min_size=2, max_size=30),
    st.floats(50.0, 5000.0),
    st.floats(0.5, 6.0),
)
def test_a_way_by_laps_never_runs_backwards(lap_s: list[float], lap_m: float, estimated_mps: float) -> None:
    found = by_known_laps(TIME_S, estimated_mps * TIME_S, lap_s=pressed(*lap_s), lap_m=lap_m, config=CONFIG)
    if found is not None:
        time_s, way_m = found
        assert (np.diff(time_s) > 0).all()
        assert (np.diff(way_m) >= 0).all()
        assert np.isfinite(way_m).all()


def test_only_marks_of_laps_count_in_order() -> None:
    marks = (Mark(30.0, "lap"), Mark(5.0, "standing"), Mark(10.0, "lap"), Mark(20.0, "pain"))
    assert lap_times(marks, CONFIG).tolist() == [10.0, 30.0]


def test_known_laps_win_over_a_typed_distance_and_count_as_given() -> None:
    table = steady_run(1000)
    lap_s = np.arange(1, 8) * 100.0
    context = {"lap_length_m": 400.0, "typed_distance_m": 2000.0}
    found = distance_of(table, (), context=context, config=CONFIG, lap_s=lap_s)
    assert found.distance_at(lap_s) == pytest.approx(400.0 * np.arange(1, 8))
    assert found.total_m == pytest.approx(400.0 * 1000 * STRIDE_S / 100.0)
    assert found.speed_mps == pytest.approx(np.full(1000, 4.0))
    assert (found.distance_source, found.speed_source) == ("laps", "laps, shared out by cadence")
    assert not found.speed_is_measured


def test_a_lap_length_without_marked_laps_leaves_the_next_source() -> None:
    found = distance_of(steady_run(1000), (), context={"lap_length_m": 400.0}, config=CONFIG)
    assert found.distance_source == "cadence model"
