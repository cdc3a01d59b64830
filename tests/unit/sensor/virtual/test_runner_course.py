from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sensor.virtual.runner.course import Course, lay_course, raise_rate, smooth_noise
from sensor.virtual.runner.plan import Leg, RunPlan, corner, run, stand, walk

RATE = 26.0


def lay(*legs: Leg, winding_degps: float = 1.5) -> Course:
    return lay_course(RunPlan(legs, winding_degps=winding_degps), RATE, np.random.default_rng(1))


def test_a_raised_straight_line_stays_straight() -> None:
    coarse = np.stack([3.0 * np.arange(30.0) + 1.0, np.full(30, 2.0)])
    fine = raise_rate(coarse, 16, start=100, stop=300)
    np.testing.assert_allclose(fine[0], 3.0 * np.arange(100, 300) / 16.0 + 1.0, atol=1e-9)
    np.testing.assert_allclose(fine[1], 2.0, atol=1e-12)


def test_pieces_raised_apart_join_without_a_seam() -> None:
    coarse = np.random.default_rng(2).standard_normal((3, 40))
    whole = raise_rate(coarse, 16, start=-4, stop=500)
    parts = [raise_rate(coarse, 16, start=a, stop=b) for a, b in ((-4, 37), (37, 250), (250, 500))]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-12)


def test_smooth_noise_has_unit_variance_and_the_asked_correlation() -> None:
    noise = smooth_noise(np.random.default_rng(3), 200_000, RATE, correlation_s=2.0)
    assert noise.std() == pytest.approx(1.0, rel=0.05)
    far = round(12.0 * RATE)
    assert abs(np.corrcoef(noise[:-far], noise[far:])[0, 1]) < 0.1
    assert np.corrcoef(noise[:-5], noise[5:])[0, 1] > 0.95


def test_a_runner_leans_into_hills_and_speed_as_asked_and_nothing_else_changes() -> None:
    legs = (stand(10.0), run(30.0, 3.0, grade_pct=5.0), run(30.0, 4.0))
    plain = RunPlan(legs, speed_variation=0.0)
    plain_run, leaning = (
        lay_course(plan, RATE, np.random.default_rng(1))
        for plan in (plain, replace(plain, lean_deg_per_pct=0.4, lean_deg_per_mps=0.8))
    )
    more_deg = np.degrees(leaning.flexion_rad - plain_run.flexion_rad)
    # While standing; 5 per cent uphill at 3 m/s; level at 4 m/s.
    assert more_deg[[round(s * RATE) for s in (5.0, 25.0, 60.0)]] == pytest.approx([0.0, 2.0, 0.8], abs=1e-6)
    np.testing.assert_array_equal(leaning.speed_mps, plain_run.speed_mps)


def test_a_standing_runner_does_not_move() -> None:
    course = lay(stand(10.0), run(20.0, 3.0), stand(10.0))
    time_s = np.arange(len(course.speed_mps)) / RATE
    assert not course.speed_mps[time_s < 9.9].any()
    assert not course.speed_mps[time_s > 34.6].any()
    assert course.running[(time_s > 16.0) & (time_s < 29.0)] == pytest.approx(1.0)


def test_a_corner_turns_by_its_angle_to_the_left_when_positive() -> None:
    course = lay(stand(2.0), run(10.0, 3.0), corner(90.0, 3.0, 3.0), run(10.0, 3.0), winding_degps=0.0)
    assert np.degrees(course.heading_rad[-1]) == pytest.approx(90.0, abs=0.5)


def test_corners_and_starts_are_marked_and_straight_running_is_not() -> None:
    course = lay(stand(5.0), run(30.0, 3.0), corner(90.0, 3.0, 3.0), run(30.0, 3.0))
    time_s = np.arange(len(course.speed_mps)) / RATE
    assert course.accelerating[(time_s > 6.5) & (time_s < 8.5)].all()
    assert course.accelerating[(time_s > 38.0) & (time_s < 40.0)].all()
    assert not course.accelerating[(time_s > 15.0) & (time_s < 32.0)].any()


def test_a_walk_break_walks_and_a_stop_keeps_the_gait_beside_it() -> None:
    course = lay(run(20.0, 3.0), walk(20.0), stand(10.0), run(20.0, 3.0))
    time_s = np.arange(len(course.speed_mps)) / RATE
    assert course.walking[(time_s > 26.0) & (time_s < 38.0)] == pytest.approx(1.0)
    assert course.running[(time_s > 26.0) & (time_s < 38.0)].max() < 1e-9
    standing = (time_s > 45.0) & (time_s < 49.0)
    assert course.walking[standing].max() == 0.0


def test_phase_only_ever_grows() -> None:
    course = lay(stand(5.0), run(20.0, 3.0), walk(20.0), stand(5.0))
    assert np.diff(course.phase_rad).min() > 0.0
