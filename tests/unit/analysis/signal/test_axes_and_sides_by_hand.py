"""Sideways, forward and which foot comes first, from strides whose every course is written down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from analysis.signal.alignment import OrientedSensor, aligned_axes
from analysis.signal.anatomical_axes import (
    find_axes,
    horizontal_acceleration,
    turn_about_up,
    upright_from_sensor,
)
from analysis.signal.config import AlignmentConfig, AxesConfig
from analysis.signal.neutral_standing import StandingCalibration
from analysis.signal.records import EvenStream, Strides, TrunkAxes
from analysis.signal.sides import opening_side
from analysis.signal.stride_ensemble import even_odd, first_running, phase_average, stride_phase
from analysis.words import ZeroSource
from sensor.samples import FloatArray
from tests.support.streams import even, even_strides, no_static_periods

CONFIG = AxesConfig()
G = 9.80665
ROWS = 50
STRIDES = 24
COUNT = ROWS * STRIDES + 10
RATE_HZ = 60.0
PHASE = (np.arange(COUNT) + 0.5) / ROWS % 1.0
"""Strides begin half a row before their first, so that each row lies in the middle of its bin."""


def strides(bouts: int = 1) -> Strides:
    found = even_strides(-0.5, float(ROWS), STRIDES)
    # The very first bout was too short for a stride.
    return replace(found, bout=1 + np.arange(STRIDES) * bouts // STRIDES)


def direction(deg: float) -> FloatArray:
    return np.array([np.cos(np.radians(deg)), np.sin(np.radians(deg))])


def swing(times: int, size: float, deg: float, lag: float = 0.0) -> FloatArray:
    """Return (n, 2) a swing of so many times a stride along a direction."""
    return size * np.cos(2.0 * np.pi * (times * PHASE - lag))[:, None] * direction(deg)


def zero(up: FloatArray, rest: int = -1) -> StandingCalibration:
    none = np.zeros(0, dtype=np.int64)
    return StandingCalibration(
        up_sensor=up, source=ZeroSource.STANDING, static_period=rest, standing=none, bent=none
    )


def axes_of(
    across: FloatArray,
    rate: FloatArray | None,
    some: Strides | None = None,
    yaw_radps: FloatArray | None = None,
) -> TrunkAxes:
    """Return the axes found from horizontal acceleration, roll and pitch rate of an upright sensor."""
    acc = np.column_stack((across, np.full(COUNT, G)))
    gyr = (
        None if rate is None else np.column_stack((rate, np.zeros(COUNT) if yaw_radps is None else yaw_radps))
    )
    up = np.repeat([[0.0], [0.0], [1.0]], COUNT, axis=1)
    stream = even(acc, gyr, rate_hz=RATE_HZ)
    given = strides() if some is None else some
    return find_axes(
        stream,
        None,
        up_sensor=up,
        strides=given,
        calibration=zero(np.array([0.0, 0.0, 1.0])),
        static_periods=no_static_periods(),
        config=CONFIG,
    )


def scatter(*parts: tuple[float, float]) -> FloatArray:
    """Return the scatter, of size one, of swings of given sizes along given directions."""
    total = sum(size**2 * np.outer(direction(deg), direction(deg)) for size, deg in parts)
    return np.asarray(total / np.trace(total))


def agrees(found: TrunkAxes, total: FloatArray, within: float = 1e-6) -> None:
    """Assert that the sideways axis and its strength are those of a sum of scatters."""
    value, vector = np.linalg.eigh(total)
    left = found.trunk_from_sensor[1]
    assert abs(float(left[:2] @ vector[:, 1])) == pytest.approx(1.0, abs=within)
    assert found.sideways_strength == pytest.approx((value[1] - value[0]) / value.sum(), abs=within)


FIRST, THIRD, ROLL, PITCH = (2.0, 70.0), (1.5, 20.0), (0.7, 150.0), (0.4, 110.0)
ACROSS = (
    swing(1, *FIRST) + swing(3, *THIRD, lag=0.1) + swing(2, 5.0, 45.0) + swing(4, 3.0, 10.0) + [1.0, -2.0]
)
"""Odd parts point sideways, each a little differently; even ones and what is constant say nothing."""
RATE = swing(1, *ROLL, lag=0.2) + swing(2, *PITCH, lag=0.3) + [0.3, 0.1]


@pytest.mark.parametrize("bouts", [1, 2])
def test_four_cues_are_weighed_as_the_definitions_say(bouts: int) -> None:
    # The second of two bouts opens with the other foot: all that is odd is turned round there.
    some = strides(bouts)
    flipped = np.where(np.arange(COUNT) // ROWS >= STRIDES // 2, -1.0, 1.0)[:, None] if bouts == 2 else 1.0
    odd_across = swing(1, *FIRST) + swing(3, *THIRD, lag=0.1)
    odd_rate = swing(1, *ROLL, lag=0.2)
    found = axes_of(ACROSS + (flipped - 1.0) * odd_across, RATE + (flipped - 1.0) * odd_rate, some)
    roll_turned = (ROLL[0], ROLL[1] + 90.0)
    total = 0.5 * scatter(FIRST, THIRD) + 0.2 * scatter(FIRST) + scatter(roll_turned) + scatter(PITCH)
    agrees(found, total)


def test_without_a_gyroscope_acceleration_alone_tells_sideways() -> None:
    agrees(axes_of(ACROSS, None), 0.5 * scatter(FIRST, THIRD) + 0.2 * scatter(FIRST))


def test_the_swing_of_the_shoulders_is_taken_out_and_the_turn_of_the_path_is_not() -> None:
    yaw_radps = 3.0 * np.cos(2.0 * np.pi * (PHASE - 0.07)) + 0.4
    yaw = np.cumsum(yaw_radps) / RATE_HZ
    turned = yaw - gaussian_filter1d(yaw, 0.5 * RATE_HZ)
    c, s = np.cos(turned), np.sin(turned)

    def seen(vectors: FloatArray) -> FloatArray:
        """Return what a sensor feels that is turned to the left by the swing."""
        return np.column_stack((c * vectors[:, 0] + s * vectors[:, 1], c * vectors[:, 1] - s * vectors[:, 0]))

    agrees(
        axes_of(seen(ACROSS), seen(RATE), yaw_radps=yaw_radps),
        0.5 * scatter(FIRST, THIRD)
        + 0.2 * scatter(FIRST)
        + scatter((ROLL[0], ROLL[1] + 90.0))
        + scatter(PITCH),
        within=0.01,  # the smoothing is cut off at both ends
    )


@pytest.mark.parametrize(("running", "is_told"), [(9, False), (10, True)])
def test_ten_running_strides_are_needed(running: int, is_told: bool) -> None:
    some = replace(strides(), running=np.arange(STRIDES) < running)
    found = axes_of(ACROSS, RATE, some)
    assert (found.sideways_strength > 0.0) == is_told
    if not is_told:
        assert found.forward_votes == ()
        np.testing.assert_allclose(found.trunk_from_sensor, upright_from_sensor(np.array([0.0, 0.0, 1.0])))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_axes_are_right_handed_and_turned_the_way_the_votes_say(sign: float) -> None:
    # The body bends forward, along its axis at 20 degrees or against it, as the bounce pushes it.
    acc = np.column_stack((swing(1, 3.0, 110.0), G + 5.0 * np.cos(4.0 * np.pi * PHASE)))
    flexion = np.radians(2.0) * np.cos(4.0 * np.pi * PHASE)
    back = -sign * np.sin(flexion)[:, None] * direction(20.0)
    up = np.column_stack((back, np.cos(flexion))).T
    stream = even(acc, None, rate_hz=RATE_HZ)
    found = find_axes(
        stream,
        None,
        up_sensor=up,
        strides=strides(),
        calibration=zero(np.array([0.0, 0.0, 1.0])),
        static_periods=no_static_periods(),
        config=CONFIG,
    )
    expected = np.array([*direction(20.0), 0.0]) * sign
    np.testing.assert_allclose(found.trunk_from_sensor[0], expected, atol=0.02)
    assert np.linalg.det(found.trunk_from_sensor) == pytest.approx(1.0)
    assert [(name, vote > 0.0) for name, vote in found.forward_votes] == [("pitch with bounce", True)]
    assert found.zero_source == ZeroSource.STANDING


@pytest.mark.parametrize("up", [(0.0, 0.0, 1.0), (0.6, 0.0, 0.8), (0.48, 0.6, 0.64), (-1.0, 0.0, 0.0)])
def test_upright_axes_are_a_rotation_whose_last_row_is_up(up: tuple[float, float, float]) -> None:
    found = upright_from_sensor(np.array(up))
    np.testing.assert_allclose(found @ found.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(found) == pytest.approx(1.0)
    np.testing.assert_allclose(found[2], up)
    # The axis that lies least along up is the one that leads ahead.
    assert found[0, int(np.argmin(np.abs(up)))] == pytest.approx(np.sqrt(1.0 - np.min(np.abs(up)) ** 2))


def test_axes_turned_to_the_left_see_what_was_left_ahead() -> None:
    np.testing.assert_allclose(turn_about_up(np.pi / 2.0) @ [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(turn_about_up(0.3) @ [0.0, 0.0, 1.0], [0.0, 0.0, 1.0])


def test_horizontal_acceleration_is_level_ahead_and_to_the_left() -> None:
    lean = np.radians(30.0)
    up = np.array([[-np.sin(lean)], [0.0], [np.cos(lean)]])
    ahead, left = np.array([np.cos(lean), 0.0, np.sin(lean)]), np.array([0.0, 1.0, 0.0])
    force = (2.0 * ahead - 3.0 * left)[:, None] + (G + 7.0) * up
    np.testing.assert_allclose(horizontal_acceleration(force, up), [[2.0], [-3.0]], atol=1e-12)


def test_rows_of_a_stride_have_the_phase_of_their_step_and_none_lies_beyond() -> None:
    some = Strides(
        start_row=np.array([2.5, 30.0]),
        middle_row=np.array([4.5, 32.0]),
        end_row=np.array([8.5, 34.0]),
        bout=np.zeros(2, np.int64),
        running=np.ones(2, bool),
    )
    row, phase = stride_phase(some, np.ones(2, dtype=bool), 33)
    assert row.tolist() == [3, 4, 5, 6, 7, 8, 30, 31, 32]
    np.testing.assert_allclose(phase, [0.125, 0.375, 0.5625, 0.6875, 0.8125, 0.9375, 0.0, 0.25, 0.5])
    before = replace(
        some,
        start_row=np.array([-3.0, 30.0]),
        middle_row=np.array([1.0, 32.0]),
        end_row=np.array([5.0, 34.0]),
    )
    assert stride_phase(before, np.array([True, False]), 33)[0].tolist() == [0, 1, 2, 3, 4]


def test_folding_averages_each_bin_and_leaves_empty_ones_at_nought() -> None:
    values = np.array([[1.0, 3.0, 5.0, 7.0], [2.0, 2.0, 4.0, 4.0]])
    found = phase_average(values, np.array([0.0, 0.24, 0.75, 1.0]), 4)
    np.testing.assert_allclose(found, [[2.0, 0.0, 0.0, 6.0], [2.0, 0.0, 0.0, 4.0]])
    even_part, odd_part = even_odd(np.array([[1.0, 2.0, 5.0, 4.0]]))
    np.testing.assert_allclose(even_part, [[3.0, 3.0, 3.0, 3.0]])
    np.testing.assert_allclose(odd_part, [[-2.0, -1.0, 2.0, 1.0]])


@pytest.mark.parametrize(("most", "kept"), [(0, []), (2, [1, 3]), (9, [1, 3, 4])])
def test_the_first_running_strides_are_counted_without_the_walks(most: int, kept: list[int]) -> None:
    some = replace(even_strides(0.0, 10.0, 5), running=np.array([False, True, False, True, True]))
    assert np.flatnonzero(first_running(some, most)).tolist() == kept


def yawing(yaw_rad: FloatArray) -> EvenStream:
    """Return a stream that turns about an axis askew by a yaw at stride frequency, given as its rate."""
    gyr = np.zeros((COUNT, 3))
    gyr[:, 1], gyr[:, 2] = 0.6 * yaw_rad, 0.8 * yaw_rad
    return even(np.zeros((COUNT, 3)), gyr, rate_hz=RATE_HZ)


def rate_of(
    deg: float | FloatArray, lag_deg: float | FloatArray = 0.0, path_radps: float = 0.0
) -> FloatArray:
    """Return the rate of a yaw of this size, largest to the left so many degrees after the stride begins."""
    pace = 2.0 * np.pi * RATE_HZ / ROWS
    return -np.radians(deg) * pace * np.sin(2.0 * np.pi * PHASE - np.radians(lag_deg)) + path_radps


def side(rate_radps: FloatArray, some: Strides | None = None, config: AxesConfig = CONFIG) -> list[int]:
    up = np.repeat([[0.0], [0.6], [0.8]], COUNT, axis=1)
    given = strides() if some is None else some
    return opening_side(
        yawing(rate_radps), up, strides=given, bouts=int(given.bout.max()) + 1, config=config
    ).tolist()


@pytest.mark.parametrize(
    ("deg", "lag_deg", "expected"),
    [
        pytest.param(4.01, 0.0, 1, id="far-enough"),
        pytest.param(3.99, 0.0, 0, id="hardly"),
        pytest.param(-4.01, 0.0, -1, id="to-the-right"),
        pytest.param(9.0, 59.5, 1, id="late-but-in-time"),
        pytest.param(9.0, 60.5, 0, id="too-late"),
        pytest.param(9.0, -59.5, 1, id="early"),
        pytest.param(9.0, -60.5, 0, id="too-early"),
        pytest.param(9.0, 119.5, 0, id="nearly-the-other-foot"),
        pytest.param(9.0, 120.5, -1, id="the-other-foot"),
    ],
)
@pytest.mark.parametrize("path_radps", [0.0, 1.5])
def test_a_yaw_of_four_degrees_near_the_contact_tells_the_foot(
    deg: float, lag_deg: float, expected: int, path_radps: float
) -> None:
    # A row at the middle of its share of the stride lies as far before the turn as the next one behind it.
    assert side(rate_of(deg, lag_deg, path_radps)) == [0, expected]


@pytest.mark.parametrize(("apart_deg", "expected"), [(25.5, 1), (26.2, 0)])
def test_strides_that_differ_too_much_tell_no_foot(apart_deg: float, expected: int) -> None:
    # The mean of yaws that are early and late by this in turn is its cosine of their size: 0.9 at 25.84.
    lag_deg = np.where(np.arange(COUNT) // ROWS % 2 == 0, apart_deg, -apart_deg)
    assert side(rate_of(9.0, lag_deg)) == [0, expected]


@pytest.mark.parametrize(("running", "expected"), [(9, 0), (10, 1)])
def test_fewer_than_ten_running_strides_tell_no_foot(running: int, expected: int) -> None:
    some = replace(strides(), running=np.arange(STRIDES) < running)
    assert side(rate_of(9.0), some) == [0, expected]


def test_each_bout_has_its_own_foot_read_from_its_first_strides() -> None:
    first_half = np.arange(COUNT) // ROWS < STRIDES // 2
    assert side(rate_of(np.where(first_half, 9.0, -9.0)), strides(2)) == [0, 1, -1]
    assert side(rate_of(np.where(first_half, 9.0, -9.0)), config=replace(CONFIG, most_strides=12)) == [0, 1]


def test_without_a_gyroscope_no_foot_is_told() -> None:
    up = np.repeat([[0.0], [0.0], [1.0]], COUNT, axis=1)
    found = opening_side(even(np.zeros((COUNT, 3)), None), up, strides=strides(2), bouts=2, config=CONFIG)
    assert (found.tolist(), found.dtype) == ([0, 0], np.dtype(np.int64))


def shaken_together(
    integrated_yaw_deg: float, *, late_rows: int = 0, count: int = COUNT, some: Strides | None = None
) -> TrunkAxes | None:
    """Return the axes of a sensor turned to the left against the trunk's, its stream beginning later."""
    row = np.arange(COUNT)
    across = 3.0 * np.column_stack((np.sin(0.31 * row), np.cos(0.17 * row) + np.sin(0.05 * row)))
    trunk = even(np.column_stack((across, np.full(COUNT, G))), None, rate_hz=RATE_HZ)
    c, s = np.cos(np.radians(integrated_yaw_deg)), np.sin(np.radians(integrated_yaw_deg))
    own = across @ np.array([[c, -s], [s, c]])
    acc = np.column_stack((own, np.full(COUNT, G)))[late_rows : late_rows + count]
    stream = replace(even(acc, None, rate_hz=RATE_HZ), start_s=late_rows / RATE_HZ)
    up = np.repeat([[0.0], [0.0], [1.0]], COUNT, axis=1)
    worn = OrientedSensor(trunk, up, np.eye(3))
    given = strides() if some is None else some
    return aligned_axes(
        stream,
        up[:, : len(acc)],
        calibration=zero(up[:, 0], rest=0),
        trunk=worn,
        strides=given,
        bow_rows=slice(0, 0),
        axes=CONFIG,
        config=AlignmentConfig(),
    )


@pytest.mark.parametrize("integrated_yaw_deg", [0.0, 35.0, -120.0, 180.0])
@pytest.mark.parametrize("late_rows", [0, 37])
def test_a_second_sensor_is_turned_until_it_is_pushed_the_same_way(
    integrated_yaw_deg: float, late_rows: int
) -> None:
    found = shaken_together(integrated_yaw_deg, late_rows=late_rows)
    assert found is not None
    c, s = np.cos(np.radians(integrated_yaw_deg)), np.sin(np.radians(integrated_yaw_deg))
    np.testing.assert_allclose(
        found.trunk_from_sensor, [[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]], atol=1e-6
    )
    assert found.sideways_strength == pytest.approx(1.0, abs=1e-6)
    # Neither turns, so there is no bow to go by.
    assert [name for name, _ in found.forward_votes] == [
        "path shared with the trunk",
        "shaken with the trunk",
    ]


@pytest.mark.parametrize(
    ("running", "first", "count", "is_told"),
    [
        pytest.param(10, 0, COUNT, True, id="ten-strides"),
        pytest.param(9, 0, COUNT, False, id="nine"),
        pytest.param(24, 800, COUNT, True, id="long-enough-together"),
        pytest.param(24, 901, COUNT, False, id="not-long-enough"),
        pytest.param(24, 0, 301, True, id="begun-together"),
        pytest.param(24, 0, 300, False, id="ended-too-soon"),
    ],
)
def test_a_second_sensor_needs_ten_strides_and_half_as_many_seconds_together(
    running: int, first: int, count: int, is_told: bool
) -> None:
    some = replace(strides(), running=np.arange(STRIDES) < running)
    assert (shaken_together(20.0, late_rows=first, count=count, some=some) is not None) == is_told
