"""What an ideal IMU on a moving body would read: the pose first, then its derivatives, never drawn apart.

A pose is a smooth curve through samples (quintic splines of position and of the quaternion, which is then
normalised). Specific force and angular rate are the exact derivatives of that curve, so they agree with each
other and with the truth, which is read off the same curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.interpolate import BSpline, make_interp_spline
from scipy.spatial.transform import Rotation

from sensor.samples import FloatArray, ImuSignal, freeze_arrays
from sensor.units import STANDARD_GRAVITY_MPS2
from tests.support.rotations import rotation_of

UP = np.array([0.0, 0.0, 1.0])
HORIZONTAL = np.array([1.0, 1.0, 0.0])
UPRIGHT_WXYZ = np.array([1.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """A body over time: `position_earth_m` (n, 3) of the sensor, `earth_from_body_wxyz` (n, 4)."""

    time_s: FloatArray
    position_earth_m: FloatArray
    earth_from_body_wxyz: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def earth_from_body(self) -> FloatArray:
        """Rotation matrices (n, 3, 3)."""
        return np.asarray(to_rotation(self.earth_from_body_wxyz).as_matrix(), dtype=np.float64)


def to_rotation(wxyz: FloatArray) -> Rotation:
    """Return scipy's rotation of quaternions (n, 4), w first."""
    return rotation_of(wxyz)


def continuous_wxyz(rotation: Rotation) -> FloatArray:
    """Return quaternions (n, 4), w first, whose sign never jumps from one to the next."""
    wxyz = np.roll(rotation.as_quat(), 1, axis=-1)
    flips = np.sum(wxyz[1:] * wxyz[:-1], axis=1) < 0.0
    return np.asarray(wxyz * np.concatenate([[1.0], np.cumprod(np.where(flips, -1.0, 1.0))])[:, None])


def pose_from_matrices(time_s: FloatArray, position_earth_m: FloatArray, earth_from_body: FloatArray) -> Pose:
    """Return the pose given by positions (n, 3) and rotation matrices (n, 3, 3)."""
    return Pose(time_s, position_earth_m, continuous_wxyz(Rotation.from_matrix(earth_from_body)))


@lru_cache(maxsize=4)
def _splines(pose: Pose) -> tuple[BSpline, BSpline]:
    return (
        make_interp_spline(pose.time_s, pose.position_earth_m, k=5),
        make_interp_spline(pose.time_s, pose.earth_from_body_wxyz, k=5),
    )


def sample_pose(pose: Pose, time_s: FloatArray) -> Pose:
    """Return the curve through a pose, read at other times (m,) within its span."""
    position, quaternion = _splines(pose)
    wxyz = quaternion(time_s)
    return Pose(time_s, position(time_s), wxyz / np.linalg.norm(wxyz, axis=1, keepdims=True))


def angular_rate_body_radps(wxyz: FloatArray, wxyz_rate: FloatArray) -> FloatArray:
    """Return 2 q* ⊗ dq/dt (n, 3) of a curve of quaternions; its length does not matter."""
    w, v = wxyz[:, :1], wxyz[:, 1:]
    w_rate, v_rate = wxyz_rate[:, :1], wxyz_rate[:, 1:]
    product = w * v_rate - w_rate * v - np.cross(v, v_rate)
    return np.asarray(2.0 * product / np.sum(wxyz**2, axis=1, keepdims=True))


def synthesise(pose: Pose, rate_hz: float, sensor_from_body_wxyz: FloatArray = UPRIGHT_WXYZ) -> ImuSignal:
    """Return what a sensor fixed to the body at the pose's position reads, sampled evenly from its start.

    Parameters
    ----------
    pose
        At any even or uneven rate well above twice the motion's bandwidth.
    rate_hz
        Of the signal.
    sensor_from_body_wxyz
        (4,) how the case is turned on the body; identity by default.
    """
    time_s = signal_times_s(pose, rate_hz)
    position, quaternion = _splines(pose)
    wxyz = quaternion(time_s)
    force_earth = position.derivative(2)(time_s) + STANDARD_GRAVITY_MPS2 * UP
    force_body = to_rotation(wxyz).inv().apply(force_earth)
    rate_body = angular_rate_body_radps(wxyz, quaternion.derivative(1)(time_s))
    turn = to_rotation(sensor_from_body_wxyz)
    return ImuSignal(rate_hz, turn.apply(force_body), turn.apply(rate_body))


def signal_times_s(pose: Pose, rate_hz: float) -> FloatArray:
    """Return the sample times of `synthesise`, on the pose's own time axis."""
    span_s = pose.time_s[-1] - pose.time_s[0]
    return np.asarray(pose.time_s[0] + np.arange(int(span_s * rate_hz) + 1) / rate_hz)


def smoothstep(x: FloatArray) -> FloatArray:
    """Return the quintic step: 0 below 0, 1 above 1, two continuous derivatives."""
    x = np.clip(x, 0.0, 1.0)
    return x**3 * (10.0 - 15.0 * x + 6.0 * x**2)


def blend_rotations(first: Rotation, second: Rotation, weight: FloatArray) -> Rotation:
    """Return `first` (one or n) turned towards `second` (n) by `weight` (n,) along the shortest way."""
    return first * Rotation.from_rotvec(weight[:, None] * (first.inv() * second).as_rotvec())


@dataclass(frozen=True, slots=True)
class Bend:
    """A circle run at constant speed: its radius, and the rate of turning, positive to the left."""

    radius_m: float
    turn_radps: float

    @property
    def centre_m(self) -> FloatArray:
        """Where its middle lies (3,) for a body that sets off along x from the origin."""
        return np.array([0.0, self.radius_m * np.sign(self.turn_radps), 0.0])


def on_bend(pose: Pose, bend: Bend, run_s: FloatArray) -> Pose:
    """Return a body that runs on the spot, carried along a bend; `run_s` (n,) is its time under way."""
    return _carried(pose, bend.turn_radps * run_s, bend.centre_m, bend.centre_m)


def off_bend(pose: Pose, bend: Bend, centre_m: FloatArray) -> Pose:
    """Return a recorded bend as running on the spot along x: the inverse of `on_bend`.

    Parameters
    ----------
    pose
        Heading along x in the middle of the record.
    bend, centre_m
        Circle and its middle (3,).
    """
    turned = bend.turn_radps * (pose.time_s - pose.time_s.mean())
    return _carried(pose, -turned, centre_m, bend.centre_m)


def _carried(pose: Pose, angle_rad: FloatArray, about_m: FloatArray, centre_m: FloatArray) -> Pose:
    """Return the pose turned about the vertical through one point, which then lies at another."""
    turn = Rotation.from_rotvec(angle_rad[:, None] * UP)
    position = turn.apply(pose.position_earth_m - about_m) + centre_m
    return Pose(pose.time_s, position, continuous_wxyz(turn * to_rotation(pose.earth_from_body_wxyz)))


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """A stretch of running whose end joins its start: evenly sampled, the end point left out.

    `advance_m` (3,) is how far one round carries the body, which the positions do not hold.
    """

    period_s: float
    position_m: FloatArray
    earth_from_body_wxyz: FloatArray
    advance_m: FloatArray
    start_s: float

    def __post_init__(self) -> None:
        freeze_arrays(self)


def close_loop(pose: Pose, start_s: float, period_s: float, join_s: float) -> Loop:
    """Cut whole strides out of a pose and make them join.

    The mean velocity is taken out (it carries no acceleration); over the last `join_s` the pose is blended
    into what it was just before the start, so position, velocity and acceleration all meet.

    Parameters
    ----------
    pose
        Must reach from `start_s - join_s` to `start_s + period_s`.
    start_s, period_s
        The stretch: a whole number of strides.
    join_s
        Length of the blend.
    """
    count = round(period_s * 200.0)
    time_s = start_s + np.arange(count) / count * period_s
    inside, before = (
        sample_pose(pose, time_s),
        sample_pose(pose, np.maximum(time_s - period_s, pose.time_s[0])),
    )
    ends = sample_pose(pose, np.array([start_s, start_s + period_s])).position_earth_m
    advance = ends[1] - ends[0]
    drift = (time_s - start_s)[:, None] / period_s * advance
    weight = smoothstep((time_s - (start_s + period_s - join_s)) / join_s)
    position = inside.position_earth_m - drift
    position_before = before.position_earth_m - drift + advance
    rotation = blend_rotations(
        to_rotation(inside.earth_from_body_wxyz), to_rotation(before.earth_from_body_wxyz), weight
    )
    blended = position + weight[:, None] * (position_before - position)
    return Loop(period_s, blended - blended.mean(axis=0), continuous_wxyz(rotation), advance, start_s)


def best_period_s(
    pose: Pose, start_s: float, guess_s: float, join_s: float, *, reach_s: float = 0.02
) -> float:
    """Return the period near a guess after which the body's attitude and height repeat themselves best."""
    probe_s = start_s + np.linspace(-join_s, 0.0, 25)
    now = sample_pose(pose, probe_s)

    def mismatch(period_s: float) -> float:
        later = sample_pose(pose, probe_s + period_s)
        turn = to_rotation(now.earth_from_body_wxyz).inv() * to_rotation(later.earth_from_body_wxyz)
        height_m = later.position_earth_m[:, 2] - now.position_earth_m[:, 2]
        # 1 cm of height weighs as much as 1 degree.
        return float(np.mean(turn.magnitude() ** 2) + np.mean((height_m * 1.75) ** 2))

    last_s = pose.time_s[-1] - start_s
    candidates_s = np.arange(guess_s - reach_s, min(guess_s + reach_s, last_s), 0.001)
    return float(min(candidates_s, key=mismatch))


def repeat_loop(loop: Loop, time_s: FloatArray) -> tuple[FloatArray, Rotation]:
    """Return positions (n, 3) without advance, and rotations, of the endlessly repeated loop."""
    count, margin = len(loop.position_m), 40
    index = np.arange(-margin, count + margin + 1)
    grid_s = index / count * loop.period_s
    position = make_interp_spline(grid_s, loop.position_m[index % count], k=5)
    turns = to_rotation(loop.earth_from_body_wxyz)[index % count]
    phase_s = np.mod(time_s, loop.period_s)
    quaternion = make_interp_spline(grid_s, continuous_wxyz(turns), k=5)
    return position(phase_s), to_rotation(quaternion(phase_s))


def standing_then_running(
    loop: Loop,
    *,
    standing_s: float,
    running_s: float,
    start_up_s: float = 3.0,
    standing_wxyz: FloatArray = UPRIGHT_WXYZ,
    standing_height_m: float = 0.0,
    overground: bool = False,
    bend: Bend | None = None,
    rate_hz: float = 208.0,
) -> Pose:
    """Return a pose that stands still, falls into the repeated loop within `start_up_s`, and runs on.

    Parameters
    ----------
    loop
        What to repeat.
    standing_s, running_s
        How long to stand, and to run after that. Without standing the body runs from the first moment.
    start_up_s
        From standing to full running.
    standing_wxyz
        (4,) orientation while standing; upright facing forward by default.
    standing_height_m
        Height of the sensor while standing, above its mean while running.
    overground
        Whether the body travels with the loop's own mean velocity, or stays on a treadmill.
    bend
        A circle along which the body is carried instead.
    rate_hz
        Of the pose.
    """
    time_s = np.arange(int((standing_s + running_s) * rate_hz) + 1) / rate_hz
    weight = smoothstep((time_s - standing_s) / start_up_s) if standing_s else np.ones(len(time_s))
    position, rotation = repeat_loop(loop, np.maximum(time_s - standing_s, 0.0))
    stand = to_rotation(standing_wxyz)
    blended = blend_rotations(stand, rotation, weight)
    position = weight[:, None] * position + (1.0 - weight[:, None]) * standing_height_m * UP
    travelled_s = np.concatenate([[0.0], np.cumsum(0.5 * (weight[1:] + weight[:-1])) / rate_hz])
    if overground:
        position = position + travelled_s[:, None] * loop.advance_m / loop.period_s * HORIZONTAL
    pose = Pose(time_s, position, continuous_wxyz(blended))
    return pose if bend is None else on_bend(pose, bend, travelled_s)
