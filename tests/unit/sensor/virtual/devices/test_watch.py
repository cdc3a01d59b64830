"""The watch of software: what it tells agrees with what the runner did, by a clock that is off as asked."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from sensor.importers.watch.fit import read_fit
from sensor.virtual.devices.watch import STARTED_S, WatchHabits, WatchRecords, watch_file, watch_records
from sensor.virtual.runner.plan import RunPlan, corner, run, stand
from sensor.virtual.runner.simulation import VirtualRun, simulate

HILLY = RunPlan(
    (
        stand(10.0),
        run(60.0, 3.0, grade_pct=4.0),
        stand(20.0),
        corner(90.0, 5.0, 3.0),
        run(60.0, 3.5),
        stand(10.0),
    ),
    rate_hz=26.0,
    winding_degps=0.0,
)


@pytest.fixture(scope="module")
def virtual_run() -> VirtualRun:
    """A minute uphill, a stop at a light, a left corner, a minute on the level."""
    return simulate(HILLY, seed=4)


def heard(virtual_run: VirtualRun, **habits: object) -> WatchRecords:
    return watch_records(virtual_run, replace(WatchHabits(), **habits))  # type: ignore[arg-type]


def during(told: WatchRecords, name: str, from_s: float, to_s: float) -> np.ndarray:
    return told.values[name][(told.run_s >= from_s) & (told.run_s <= to_s)]


def test_speed_and_distance_are_the_runners(virtual_run: VirtualRun) -> None:
    told = heard(virtual_run, distance_error=0.01)
    true_m = np.interp(told.run_s, virtual_run.time_s, virtual_run.distance_m)
    np.testing.assert_allclose(told.values["distance"], 1.01 * true_m, atol=1e-6)
    assert np.median(during(told, "enhanced_speed", 20, 65)) == pytest.approx(3.0, abs=0.15)
    assert np.max(during(told, "enhanced_speed", 80, 88)) < 0.6


def test_cadence_is_half_of_the_steps_and_a_few_seconds_late(virtual_run: VirtualRun) -> None:
    told = heard(virtual_run, cadence_over_s=5.0)
    contact_s = np.sort(np.concatenate([virtual_run.stride_start_s, virtual_run.right_contact_s]))
    step_s = np.mean(np.diff(contact_s[(contact_s > 40.0) & (contact_s <= 60.0)]))
    strides = during(told, "cadence", 45, 60) + during(told, "fractional_cadence", 45, 60)
    assert np.mean(strides) == pytest.approx(30.0 / step_s, abs=0.5)
    assert set(np.unique(told.values["fractional_cadence"])) <= {0.0, 0.5}
    # Standing from about 74 s on, it has forgotten the steps after five seconds more.
    assert during(told, "cadence", 73, 74).min() > 20
    assert during(told, "cadence", 82, 88).max() == 0


def test_height_and_heart_follow_the_run(virtual_run: VirtualRun) -> None:
    told = heard(virtual_run)
    rise_m = (
        during(told, "enhanced_altitude", 100, 155).mean() - during(told, "enhanced_altitude", 0, 8).mean()
    )
    assert rise_m == pytest.approx(0.04 * 180.0, abs=1.5)
    assert during(told, "heart_rate", 60, 70).mean() > during(told, "heart_rate", 0, 8).mean() + 40


def test_positions_lie_along_the_course(virtual_run: VirtualRun) -> None:
    told = heard(virtual_run, home_deg=(60.0, 10.0))
    north_m = np.radians(told.values["position_lat"] - 60.0) * 6_371_008.8
    east_m = np.radians(told.values["position_long"] - 10.0) * 6_371_008.8 * np.cos(np.radians(60.0))
    # Three minutes at about 3 m/s north; then left, so westwards.
    assert north_m[80] == pytest.approx(180.0, abs=15.0)
    assert east_m[-1] == pytest.approx(-210.0, abs=25.0)
    assert "position_lat" not in heard(virtual_run).values


def test_its_clock_is_off_as_much_as_asked(virtual_run: VirtualRun) -> None:
    told = heard(virtual_run, offset_s=12.25, drift_ppm=1000.0)
    assert np.all(told.time_s % 1.0 == 0.0)
    assert np.diff(told.time_s).tolist() == [1.0] * (len(told.time_s) - 1)
    np.testing.assert_allclose(told.time_s, STARTED_S + 12.25 + 1.001 * told.run_s, atol=1e-6)


def test_with_auto_pause_there_are_no_records_of_the_stop_and_no_distance_in_it(
    virtual_run: VirtualRun,
) -> None:
    told = heard(virtual_run, auto_pause=True)
    ((stopped_s, started_s),) = [p for p in told.pauses_s if p[0] > STARTED_S + 20]
    assert 74 < stopped_s - STARTED_S < 80
    assert 87 < started_s - STARTED_S < 95
    assert not np.any((told.time_s > stopped_s) & (told.time_s < started_s))
    activity = read_fit(watch_file(virtual_run, WatchHabits(auto_pause=True)))
    assert (stopped_s, started_s) in activity.pauses_s


def test_before_the_satellites_are_found_there_is_neither_speed_nor_way_nor_place(
    virtual_run: VirtualRun,
) -> None:
    told = heard(virtual_run, fix_after_s=30.0, home_deg=(50.0, 8.0))
    for name in ("enhanced_speed", "position_lat"):
        assert np.isnan(told.values[name]).tolist() == [True] * 30 + [False] * (len(told.time_s) - 30)
    assert told.values["distance"][29] == 0.0


def test_a_smart_watch_keeps_a_point_every_one_to_seven_seconds(virtual_run: VirtualRun) -> None:
    told, every = heard(virtual_run, is_smart=True), heard(virtual_run)
    assert set(np.diff(told.time_s)) <= set(range(1, 8))
    assert len(set(np.diff(told.time_s))) > 3
    kept = np.isin(every.time_s, told.time_s)
    assert told.values["distance"].tolist() == every.values["distance"][kept].tolist()


def test_what_a_watch_cannot_measure_is_left_out(virtual_run: VirtualRun) -> None:
    told = heard(virtual_run, has_cadence=False, has_heart_rate=False)
    assert set(told.values) == {"enhanced_speed", "distance", "enhanced_altitude"}


def test_its_file_is_read_as_what_it_told(virtual_run: VirtualRun) -> None:
    habits = WatchHabits(on_after_s=5.0, off_before_end_s=3.0, home_deg=(50.0, 8.0))
    told = watch_records(virtual_run, habits, seed=2)
    activity = read_fit(watch_file(virtual_run, habits, seed=2))
    assert activity.notices == ()
    assert activity.has_date
    assert activity.time_s.tolist() == told.time_s.tolist()
    np.testing.assert_allclose(activity.distance_m, told.values["distance"], atol=0.006)
    np.testing.assert_allclose(
        activity.cadence_spm, 2 * (told.values["cadence"] + told.values["fractional_cadence"])
    )
    np.testing.assert_allclose(activity.latitude_deg, told.values["position_lat"], atol=1e-6)
    assert (activity.time_s[0] - STARTED_S, activity.time_s[-1] - STARTED_S) == (5.0, 161.0)


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(virtual_run: VirtualRun) -> None:
    assert watch_file(virtual_run) == watch_file(virtual_run)
    assert watch_file(virtual_run) != watch_file(virtual_run, seed=9)


def test_an_hour_takes_less_than_half_a_second(virtual_run: VirtualRun) -> None:
    repeats = 22
    hour = replace(
        virtual_run,
        **{
            name: np.tile(getattr(virtual_run, name), repeats)
            for name in ("speed_mps", "distance_m", "heading_rad", "grade_pct")
        },
        stride_start_s=np.arange(0.0, 3600.0, 0.7),
        right_contact_s=np.arange(0.35, 3600.0, 0.7),
    )
    before = time.process_time()
    content = watch_file(hour, WatchHabits(home_deg=(50.0, 8.0)))
    assert time.process_time() - before < 0.5
    assert len(read_fit(content).time_s) > 3600


def test_altitude_wanders_as_much_as_asked_on_a_level_course_too() -> None:
    level = simulate(RunPlan((run(60.0, 3.0),), rate_hz=26.0), seed=1)
    assert "enhanced_altitude" not in heard(level).values
    calm, rough = (
        heard(level, has_altitude=True, altitude_wander_m=wander_m).values["enhanced_altitude"] - 100.0
        for wander_m in (0.5, 3.0)
    )
    np.testing.assert_allclose(rough, 6.0 * calm)
