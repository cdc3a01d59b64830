"""Which standing is the zero."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.signal.config import RestConfig
from analysis.signal.neutral_standing import StandingCalibration, calibrate_standing, calibration_with
from analysis.signal.records import EvenStream, StaticPeriods, Strides
from analysis.signal.static_periods import find_static_periods
from sensor.samples import FloatArray
from tests.support.streams import RATE_HZ, even_strides, joined, no_static_periods, still

CONFIG = RestConfig()
RUN_UP = np.array([0.10, 0.0, 1.0]) / np.hypot(0.10, 1.0)
"""Mean vertical of a run that leans 5.7 degrees, in sensor axes."""


def leaning(forward_deg: float, sideways_deg: float = 0.0) -> tuple[float, float, float]:
    """Return an upward vertical this far from the sensor's z axis."""
    return (np.tan(np.radians(forward_deg)), np.tan(np.radians(sideways_deg)), 1.0)


def shaken(seconds: float) -> EvenStream:
    """Return a sensor that is handled: no rest, no steps."""
    part = still(seconds)
    noise = np.random.default_rng(1).normal(0.0, 3.0, (len(part), 3))
    return joined_like(part, part.acc_sensor_mps2 + noise)


def joined_like(part: EvenStream, acc: FloatArray) -> EvenStream:
    return EvenStream(
        start_s=0.0,
        rate_hz=part.rate_hz,
        acc_sensor_mps2=acc,
        gyr_sensor_radps=part.gyr_sensor_radps,
        present=part.present,
        clipped=part.clipped,
    )


def zero_of(
    *before: EvenStream, run_s: float = 60.0, after: tuple[EvenStream, ...] = (), bent_count: int = 0
) -> tuple[StandingCalibration, StaticPeriods]:
    """Return the zero of some minutes of preparation and a run."""
    opening = joined(*before)
    running = shaken(run_s)
    whole = joined(opening, running, *after)
    strides = even_strides(len(opening) + 10.0, 75.0, int(len(running) / 75) - 1)
    static_periods = find_static_periods(whole, CONFIG)
    up = np.repeat(RUN_UP[:, None], len(whole), axis=1)
    return calibrate_standing(
        whole, static_periods, strides=strides, up_sensor=up, config=CONFIG, bent_count=bent_count
    ), static_periods


def angle_deg(calibration: StandingCalibration, direction: tuple[float, float, float]) -> float:
    unit = np.array(direction) / np.linalg.norm(direction)
    return float(np.degrees(np.arccos(np.clip(calibration.up_sensor @ unit, -1.0, 1.0))))


def test_the_standing_before_the_run_is_the_zero_read_from_the_raw_accelerometer() -> None:
    calibration, _ = zero_of(still(10.0, leaning(2.0)), shaken(1.0))
    assert calibration.source == "standing"
    assert angle_deg(calibration, leaning(2.0)) < 1e-6


def test_of_two_standings_before_the_run_the_last_one_counts() -> None:
    calibration, static_periods = zero_of(
        still(10.0, leaning(-4.0)), shaken(4.0), still(6.0, leaning(1.0)), shaken(2.0)
    )
    assert angle_deg(calibration, leaning(1.0)) < 1e-6
    assert (len(static_periods), calibration.static_period) == (2, 1)


@pytest.mark.parametrize(
    "direction",
    [(1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, -1.0)],
    ids=["on edge", "on side", "face down"],
)
def test_a_sensor_lying_on_a_table_is_not_standing(direction: tuple[float, float, float]) -> None:
    calibration, _ = zero_of(still(10.0, leaning(1.0)), shaken(3.0), still(30.0, direction), shaken(2.0))
    assert calibration.source == "standing"
    assert angle_deg(calibration, leaning(1.0)) < 1e-6


def test_hands_on_knees_are_not_standing() -> None:
    calibration, _ = zero_of(still(8.0, leaning(0.0)), shaken(3.0), still(12.0, leaning(45.0)), shaken(2.0))
    assert angle_deg(calibration, leaning(0.0)) < 1e-6


@pytest.mark.parametrize(("lean_deg", "serves"), [(-19.0, True), (-20.0, False), (30.0, True), (31.5, False)])
def test_a_standing_lies_within_25_degrees_of_the_run(lean_deg: float, serves: bool) -> None:
    # The run leans 5.7 degrees: 24.7, 25.7, 24.3 and 25.8 degrees away.
    calibration, _ = zero_of(still(10.0, leaning(lean_deg)), shaken(2.0))
    assert calibration.source == ("standing" if serves else "own baseline")


def test_a_standing_long_before_the_run_still_serves() -> None:
    calibration, _ = zero_of(still(10.0, leaning(1.0)), shaken(900.0))
    assert calibration.source == "standing"
    assert angle_deg(calibration, leaning(1.0)) < 1e-6


@pytest.mark.parametrize(
    ("passed_over", "lean_deg", "bent"), [(0, 12.0, []), (1, 0.0, [1]), (2, None, [0, 1])], ids=str
)
def test_standings_passed_over_as_bent_leave_the_one_before_them(
    passed_over: int, lean_deg: float | None, bent: list[int]
) -> None:
    calibration, _ = zero_of(
        still(10.0, leaning(0.0)), shaken(3.0), still(8.0, leaning(12.0)), shaken(2.0), bent_count=passed_over
    )
    assert calibration.bent.tolist() == bent
    assert calibration.standing.tolist() == [0, 1]
    if lean_deg is None:
        assert (calibration.source, calibration.static_period) == ("own baseline", -1)
    else:
        assert angle_deg(calibration, leaning(lean_deg)) < 1e-6


@pytest.mark.parametrize(("seconds", "serves"), [(4.0, False), (6.0, True)])
def test_a_standing_lasts_at_least_five_seconds(seconds: float, serves: bool) -> None:
    calibration, _ = zero_of(shaken(5.0), still(seconds, leaning(1.0)), shaken(2.0))
    assert calibration.source == ("standing" if serves else "own baseline")


def test_without_a_standing_the_run_is_its_own_zero() -> None:
    calibration, _ = zero_of(shaken(20.0))
    assert (calibration.source, calibration.static_period, len(calibration.standing)) == (
        "own baseline",
        -1,
        0,
    )
    np.testing.assert_allclose(calibration.up_sensor, RUN_UP)


def test_later_standings_do_not_move_the_zero_and_are_listed() -> None:
    calibration, static_periods = zero_of(
        still(10.0, leaning(0.0)), shaken(2.0), after=(still(10.0, leaning(3.0)), shaken(5.0), still(9.0))
    )
    assert angle_deg(calibration, leaning(0.0)) < 1e-6
    assert calibration.standing.tolist() == list(range(len(static_periods)))
    assert len(static_periods) == 3


def test_a_standing_only_after_the_run_is_no_zero() -> None:
    calibration, _ = zero_of(shaken(10.0), after=(still(10.0),))
    assert calibration.source == "own baseline"
    assert len(calibration.standing) == 1


def test_without_running_there_is_no_zero() -> None:
    stream = still(30.0)
    up = np.repeat(RUN_UP[:, None], len(stream), axis=1)
    walking = even_strides(100.0, 110.0, 12, running=False)
    for strides in (walking, even_strides(0.0, 1.0, 0)):
        calibration = calibrate_standing(
            stream, no_static_periods(), strides=strides, up_sensor=up, config=CONFIG
        )
        assert (calibration.source, calibration.static_period) == ("none", -1)
        assert np.linalg.norm(calibration.up_sensor) == pytest.approx(1.0)


def test_a_walk_before_the_run_does_not_end_the_three_minutes() -> None:
    opening = joined(still(10.0, leaning(1.0)), shaken(120.0))
    whole = joined(opening, shaken(60.0))
    walk = even_strides(12 * RATE_HZ, 110.0, 100, running=False)
    run = even_strides(len(opening) + 10.0, 75.0, 60)
    both = Strides(
        start_row=np.concatenate((walk.start_row, run.start_row)),
        middle_row=np.concatenate((walk.middle_row, run.middle_row)),
        end_row=np.concatenate((walk.end_row, run.end_row)),
        bout=np.repeat([0, 1], [100, 60]),
        running=np.repeat([False, True], [100, 60]),
    )
    up = np.repeat(RUN_UP[:, None], len(whole), axis=1)
    calibration = calibrate_standing(
        whole, find_static_periods(whole, CONFIG), strides=both, up_sensor=up, config=CONFIG
    )
    assert calibration.source == "standing"


def test_a_sensor_beside_the_trunks_takes_its_zero_from_the_trunks_standing():
    hanging = leaning(60.0)
    stream = joined(still(12.0, hanging), shaken(20.0))
    calibration = calibration_with(stream, find_static_periods(stream, RestConfig()), start_s=1.0, end_s=11.0)
    assert calibration is not None
    assert calibration.source == "standing"
    assert angle_deg(calibration, hanging) < 0.5


def test_a_sensor_that_moved_during_the_trunks_standing_has_no_zero_from_it():
    stream = joined(shaken(12.0), still(12.0))
    assert (
        calibration_with(stream, find_static_periods(stream, RestConfig()), start_s=1.0, end_s=11.0) is None
    )
