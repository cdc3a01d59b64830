"""When a sensor counts as still."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.signal.config import RestConfig
from analysis.signal.static_periods import find_static_periods
from tests.support.short_runs import PLAIN, motion, virtual
from tests.support.streams import RATE_HZ, even, joined, still

CONFIG = RestConfig()
SECOND = round(RATE_HZ)


def test_a_still_sensor_rests_all_the_time_whatever_it_points_at() -> None:
    static_periods = find_static_periods(still(20.0, (0.3, -0.8, 0.2)), CONFIG)
    assert (static_periods.first.tolist(), static_periods.last.tolist()) == ([0], [20 * SECOND])
    np.testing.assert_allclose(np.linalg.norm(static_periods.acc_sensor_mps2[0]), 9.80665)


def test_shaking_ends_a_rest_and_stillness_begins_another() -> None:
    rng = np.random.default_rng(1)
    shaken = even(rng.normal([0.0, 0.0, 9.8], 2.0, (5 * SECOND, 3)), np.zeros((5 * SECOND, 3)))
    static_periods = find_static_periods(joined(still(10.0), shaken, still(10.0, (0.0, 1.0, 0.0))), CONFIG)
    assert static_periods.first.tolist() == [0, 15 * SECOND]
    assert static_periods.last.tolist() == [10 * SECOND, 25 * SECOND]
    np.testing.assert_allclose(
        static_periods.acc_sensor_mps2, [[0.0, 0.0, 9.80665], [0.0, 9.80665, 0.0]], atol=1e-9
    )


def test_turning_is_no_rest_though_the_specific_force_stays_one_g() -> None:
    turning = still(10.0)
    gyr = np.tile([0.0, 0.0, np.radians(20.0)], (len(turning), 1))
    assert len(find_static_periods(replace(turning, gyr_sensor_radps=gyr), CONFIG)) == 0


def test_the_bias_of_a_gyroscope_does_not_hide_a_rest() -> None:
    biased = replace(still(10.0), gyr_sensor_radps=np.tile(np.radians([1.0, -1.0, 1.0]), (10 * SECOND, 1)))
    static_periods = find_static_periods(biased, CONFIG)
    assert len(static_periods) == 1
    np.testing.assert_allclose(static_periods.gyr_sensor_radps[0], np.radians([1.0, -1.0, 1.0]))


def test_rows_that_were_never_received_are_no_rest() -> None:
    present = np.ones(10 * SECOND, dtype=bool)
    present[4 * SECOND : 6 * SECOND] = False
    static_periods = find_static_periods(replace(still(10.0), present=present), CONFIG)
    assert static_periods.last.tolist() == [4 * SECOND, 10 * SECOND]


def test_without_a_gyroscope_stillness_is_read_from_the_accelerometer_alone() -> None:
    static_periods = find_static_periods(replace(still(10.0), gyr_sensor_radps=None), CONFIG)
    assert len(static_periods) == 1
    np.testing.assert_array_equal(static_periods.gyr_sensor_radps, np.zeros((1, 3)))


@pytest.mark.parametrize("count", [2, 103])
def test_less_than_a_second_is_never_a_rest(count: int) -> None:
    assert len(find_static_periods(even(np.ones((count, 3)), np.zeros((count, 3))), CONFIG)) == 0


def test_nobody_rests_while_running_and_every_standing_is_found() -> None:
    run = virtual(PLAIN)
    found = motion(run).static_periods
    truly_still = run.speed_mps < 0.05
    inside = np.concatenate([np.arange(a, b) for a, b in zip(found.first, found.last, strict=True)])
    assert truly_still[inside].mean() > 0.99
    # Ten seconds, eight seconds and ten seconds of standing, less what the bow and the steps touch.
    assert (found.last - found.first).sum() / run.rate_hz > 22.0


@pytest.mark.parametrize("gyroscope", [True, False])
def test_a_bow_ends_a_rest_with_or_without_a_gyroscope(gyroscope: bool) -> None:
    """The specific force of a slow bow stays at one g; only its direction moves."""
    found = motion(virtual(PLAIN), gyroscope=gyroscope)
    static_periods = found.static_periods
    bowed = (static_periods.first < 13.5 * RATE_HZ) & (static_periods.last > 12.5 * RATE_HZ)
    upright = found.stream.acc_sensor_mps2[: 8 * SECOND].mean(axis=0)
    cosine = static_periods.acc_sensor_mps2 @ upright / np.linalg.norm(upright)
    lean_deg = np.degrees(np.arccos(cosine / np.linalg.norm(static_periods.acc_sensor_mps2, axis=1)))
    assert (lean_deg[~bowed] < 1.5).all()
    assert (lean_deg[bowed] > 30.0).all()


def test_a_turn_of_the_sensor_under_gravity_is_no_rest_without_a_gyroscope() -> None:
    tilt = np.radians(20.0) * np.arange(4 * SECOND) / SECOND
    acc = 9.80665 * np.stack((np.sin(tilt), np.zeros_like(tilt), np.cos(tilt)), axis=1)
    assert len(find_static_periods(even(acc, None), CONFIG)) == 0
