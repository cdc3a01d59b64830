"""Integration of angular rate against rotations that are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analysis.errors import SignalError
from analysis.maths.intervals import CHUNK_ROWS
from analysis.maths.quaternion import from_rotation_vector, running_product
from analysis.signal.config import RestConfig
from analysis.signal.records import EvenStream, StaticPeriods, Strapdown
from analysis.signal.static_periods import find_static_periods
from analysis.signal.strapdown import increments, integrate, long_losses
from sensor.samples import BoolArray, FloatArray
from tests.support.rotations import rotation_of

RATE_HZ = 104.0
BROKEN_ROWS = 41
REST = RestConfig()
NO_RESTS = StaticPeriods(
    first=np.zeros(0, dtype=np.int64),
    last=np.zeros(0, dtype=np.int64),
    acc_sensor_mps2=np.zeros((0, 3)),
    gyr_sensor_radps=np.zeros((0, 3)),
)


def stream(gyr: FloatArray, rate_hz: float = RATE_HZ, present: BoolArray | None = None) -> EvenStream:
    count = len(gyr)
    acc = np.tile([0.0, 0.0, 9.80665], (count, 1))
    return EvenStream(
        start_s=0.0,
        rate_hz=rate_hz,
        acc_sensor_mps2=acc,
        gyr_sensor_radps=gyr,
        present=np.ones(count, dtype=bool) if present is None else present,
        clipped=np.zeros(count) > 1,
    )


def rotation(strapdown: Strapdown) -> Rotation:
    return rotation_of(strapdown.inertial_from_sensor.T)


def from_pose(time_s: FloatArray, pose: Rotation, step_s: float) -> FloatArray:
    """Return body rates at every second sample of a finely sampled pose: exact to fourth order."""
    here = pose[2:-2]
    turns = [(here.inv() * pose[2 + k : len(time_s) - 2 + k]).as_rotvec() for k in (-2, -1, 1, 2)]
    return np.asarray((turns[0] - 8 * turns[1] + 8 * turns[2] - turns[3]) / (12 * step_s))


def conic(time_s: FloatArray, tilt_rad: float, swing_hz: float) -> Rotation:
    """Return a tilt of constant size whose direction goes round: coning, without net rotation."""
    angle = 2 * np.pi * swing_hz * time_s
    return Rotation.from_rotvec(
        tilt_rad * np.stack((np.cos(angle), np.sin(angle), np.zeros_like(angle)), axis=1)
    )


def test_a_constant_rate_turns_by_rate_times_time() -> None:
    gyr = np.tile([0.3, -0.8, 0.5], (1041, 1))
    turned = rotation(integrate(stream(gyr), NO_RESTS, broken_rows=BROKEN_ROWS, config=REST))
    expected = Rotation.from_rotvec(np.arange(1041)[:, None] / RATE_HZ * gyr)
    assert (turned * expected.inv()).magnitude().max() < 1e-7


def test_turns_about_different_axes_one_after_the_other_come_in_order() -> None:
    gyr = np.zeros((401, 3))
    gyr[20:180, 0] = np.sin(np.linspace(0, np.pi, 160)) ** 2
    gyr[220:380, 2] = np.sin(np.linspace(0, np.pi, 160)) ** 2
    gyr[20:180, 0] *= np.pi / 2 / (gyr[20:180, 0].sum() / RATE_HZ)
    gyr[220:380, 2] *= np.pi / 2 / (gyr[220:380, 2].sum() / RATE_HZ)
    turned = rotation(integrate(stream(gyr), NO_RESTS, broken_rows=BROKEN_ROWS, config=REST))[-1]
    # A quarter turn about the sensor's x, then a quarter about its z as it then lies.
    expected = Rotation.from_euler("XZ", [90.0, 90.0], degrees=True)
    assert np.degrees((turned * expected.inv()).magnitude()) < 0.01


@pytest.mark.parametrize(("tilt_deg", "swing_hz"), [(5.0, 1.4), (15.0, 1.4), (4.0, 2.8)])
def test_coning_leaves_no_drift(tilt_deg: float, swing_hz: float) -> None:
    fine_s = 1.0 / (8 * RATE_HZ)
    time_s = np.arange(int(60 * 8 * RATE_HZ), dtype=np.float64) * fine_s
    pose = conic(time_s, np.radians(tilt_deg), swing_hz)
    gyr = from_pose(time_s, pose, fine_s)[6::8]
    truth = pose[8::8][: len(gyr)]
    found = rotation(integrate(stream(gyr), NO_RESTS, broken_rows=BROKEN_ROWS, config=REST))
    error = (found[0].inv() * found).inv() * (truth[0].inv() * truth)
    # Summing rates alone would drift by the solid angle of the cone each turn: by more than 100 degrees.
    assert np.degrees(error.magnitude()).max() < 0.05


def test_summing_rates_without_the_order_of_turns_would_drift_by_degrees() -> None:
    fine_s = 1.0 / (8 * RATE_HZ)
    time_s = np.arange(int(60 * 8 * RATE_HZ), dtype=np.float64) * fine_s
    pose = conic(time_s, np.radians(5.0), 1.4)
    gyr = from_pose(time_s, pose, fine_s)[6::8]
    # The mean rate of coning at constant posture, about the axis of the cone: 2π f (cos θ − 1).
    expected_degps = 360.0 * 1.4 * (np.cos(np.radians(5.0)) - 1.0)
    whole = int(RATE_HZ / 1.4 * 70)
    assert abs(np.degrees(gyr[:whole, 2].mean())) == pytest.approx(abs(expected_degps), rel=0.02)


def test_one_step_includes_the_cross_product_of_its_two_rates() -> None:
    rate = np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
    step_s = 0.01
    turn = increments(rate, step_s)
    # Two samples: cubic through ω0, ω0, ω1, ω1 is their mean; ω0 × ω1 = (0, 0, 2).
    np.testing.assert_allclose(turn[:, 0], [0.005, 0.01, step_s**2 / 12 * 2.0])


def test_integration_follows_a_moving_runner_as_exactly_as_small_steps_do() -> None:
    time_s = np.arange(20 * 832) / 832.0
    pose = Rotation.from_euler(
        "YXZ",
        np.stack(
            (
                0.1 + 0.05 * np.sin(2 * np.pi * 2.8 * time_s),
                0.07 * np.sin(2 * np.pi * 1.4 * time_s + 1.0),
                0.25 * np.sin(2 * np.pi * 1.4 * time_s),
            ),
            axis=1,
        ),
    )
    gyr = from_pose(time_s, pose, 1.0 / 832.0)[6::8]
    truth = pose[8::8][: len(gyr)]
    found = rotation(integrate(stream(gyr), NO_RESTS, broken_rows=BROKEN_ROWS, config=REST))
    error = (found[0].inv() * found).inv() * (truth[0].inv() * truth)
    assert np.degrees(error.magnitude()).max() < 0.05


def test_the_bias_seen_in_rests_is_removed_and_changes_linearly_between_them() -> None:
    count = 6240
    bias = np.linspace(0.004, 0.010, count)[:, None] * [1.0, -1.0, 0.5]
    quiet = stream(bias)
    static_periods = StaticPeriods(
        first=np.array([0, count - 520]),
        last=np.array([520, count]),
        acc_sensor_mps2=np.tile([0.0, 0.0, 9.8], (2, 1)),
        gyr_sensor_radps=np.stack((bias[:520].mean(0), bias[-520:].mean(0))),
    )
    turned = rotation(integrate(quiet, static_periods, broken_rows=BROKEN_ROWS, config=REST))
    # Uncorrected, this bias turns by 0.63 rad in the minute.
    assert np.degrees(turned.magnitude()).max() < 0.15


def test_a_still_sensor_with_a_bias_does_not_turn() -> None:
    rng = np.random.default_rng(1)
    still = stream(np.radians([0.5, -0.3, 0.2]) + 0.001 * rng.standard_normal((3120, 3)))
    turned = rotation(
        integrate(still, find_static_periods(still, REST), broken_rows=BROKEN_ROWS, config=REST)
    )
    assert np.degrees(turned.magnitude()).max() < 0.1


@pytest.mark.parametrize(("seconds", "read"), [(3.5, False), (4.5, True)])
def test_a_bias_is_read_only_from_four_seconds_of_rest(seconds: float, read: bool) -> None:
    gyr = np.tile(np.radians([0.5, 0.0, 0.0]), (1040, 1))
    rest = StaticPeriods(
        first=np.array([0]),
        last=np.array([round(seconds * RATE_HZ)]),
        acc_sensor_mps2=np.array([[0.0, 0.0, 9.8]]),
        gyr_sensor_radps=gyr[:1],
    )
    turned = rotation(integrate(stream(gyr), rest, broken_rows=BROKEN_ROWS, config=REST))[-1].magnitude()
    assert np.degrees(turned) == pytest.approx(0.0 if read else 5.0, abs=0.02)


def test_the_frame_is_broken_behind_a_long_loss_and_not_behind_a_short_one() -> None:
    present = np.ones(1000, dtype=bool)
    present[200:241] = False
    present[500:542] = False
    broken = integrate(
        stream(np.zeros((1000, 3)), present=present), NO_RESTS, broken_rows=BROKEN_ROWS, config=REST
    )
    assert broken.section_first.tolist() == [0, 542]


def test_a_long_loss_at_either_end_breaks_nothing() -> None:
    present = np.ones(400, dtype=bool)
    present[:60] = present[340:] = False
    edges = stream(np.zeros((400, 3)), present=present)
    assert integrate(edges, NO_RESTS, broken_rows=BROKEN_ROWS, config=REST).section_first.tolist() == [0]
    first, last = long_losses(edges, BROKEN_ROWS)
    assert (first.tolist(), last.tolist()) == ([0, 340], [60, 400])


def test_without_a_gyroscope_nothing_is_integrated() -> None:
    without = EvenStream(
        start_s=0.0,
        rate_hz=RATE_HZ,
        acc_sensor_mps2=np.ones((5, 3)),
        gyr_sensor_radps=None,
        present=np.ones(5) > 0,
        clipped=np.zeros(5) > 0,
    )
    with pytest.raises(SignalError, match="gyroscope"):
        integrate(without, NO_RESTS, broken_rows=BROKEN_ROWS, config=REST)


def test_a_slow_turn_on_the_spot_is_not_taken_for_bias() -> None:
    bias = np.radians([0.3, -0.2, 0.1])
    gyr = np.tile(bias, (6240, 1))
    gyr[2600:3120, 2] += np.radians(8.0)
    edges = np.array([[0, 1040], [2600, 3120], [5200, 6240]])
    means = np.stack([gyr[a:b].mean(axis=0) for a, b in edges])
    static_periods = StaticPeriods(
        first=edges[:, 0],
        last=edges[:, 1],
        acc_sensor_mps2=np.tile([0.0, 0.0, 9.8], (3, 1)),
        gyr_sensor_radps=means,
    )
    turned = rotation(integrate(stream(gyr), static_periods, broken_rows=BROKEN_ROWS, config=REST))[
        -1
    ].as_rotvec(degrees=True)
    np.testing.assert_allclose(turned, [0.0, 0.0, 40.0], atol=0.1)


def test_long_records_are_worked_on_in_pieces_that_fit_together() -> None:
    count = 2 * CHUNK_ROWS + 5
    time_s = np.arange(count) / RATE_HZ
    gyr = np.stack((0.8 * np.sin(9.0 * time_s), 0.5 * np.cos(17.0 * time_s), np.full(count, 0.02)), axis=1)
    found = integrate(stream(gyr), NO_RESTS, broken_rows=BROKEN_ROWS, config=REST).inertial_from_sensor
    step = from_rotation_vector(increments(gyr.T, 1.0 / RATE_HZ))
    whole = running_product(np.concatenate(([[1.0], [0.0], [0.0], [0.0]], step), axis=1))
    assert np.abs(np.abs((found * whole).sum(axis=0)) - 1.0).max() < 1e-6
    assert np.abs(found - whole).max() < 1e-5
