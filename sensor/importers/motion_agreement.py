"""Do accelerometer and gyroscope tell of one motion? Mixed-up axes and a wrong unit say otherwise.

Turned back by the gyroscope, the specific force of eight seconds is gravity, which stays put, and changes of
velocity. Averaged over strides little is left but gravity and, in a bend, the centripetal acceleration: the
angular rate times a speed that is fitted. What the best such fit leaves is small where both sensors have the
same axes and the right units, and grows where they have not.

The sign of the whole accelerometer is not seen so: gravity turned round stays put as well. It is that of a
mirrored runner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np
from scipy.ndimage import gaussian_filter1d

from sensor.samples import BoolArray, FloatArray

MIN_RATE_HZ = 50.0
"""With fewer samples per second nothing is judged: what a runner turns between two is lost."""

_WINDOW_S = 8.0
_MOST_WINDOWS = 60
"""Those in which gravity moves most about the sensor are looked at: they know most."""

_STRIDE_S = 0.5
"""Standard deviation of the average that takes the strides out: of 1.4 Hz it leaves nothing."""

_SPREAD_MPS2 = 0.3
_SPEED_MPS = 4.0
"""What is usually left, and how fast people run: together they keep a fitted speed one of a runner."""

_MOST_PAUSE = 1.02
"""Time from the first to the last sample of a window over what it should be: longer, and samples are lost."""

_MOST_CLIPPED = 0.01
_FULL = 0.999
"""Share of a window's samples at the largest reading of all, up to which it is looked at."""

_LEAST_DROP = 0.3
"""A window counts by how much more than this what is left falls (natural logarithm: by a quarter)."""

DECIDED = 1.0
"""Sum over the windows from which axes are decided. Of 80 sound records (jogs, walks, simulated runs) none
reaches 0.3; of the same with axes mixed up those longer than 90 s reach it 17 times in 20."""


@dataclass(frozen=True, slots=True, eq=False)
class MotionWindows:
    """Stretches of eight seconds without a loss.

    Parameters
    ----------
    rate_hz
        Samples per second.
    acc_sensor_mps2, gyr_sensor_radps
        (m, n, 3) specific force, and angular rate as it was read.
    """

    rate_hz: float
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray

    def __len__(self) -> int:
        """Return m."""
        return len(self.acc_sensor_mps2)


def signed_axes() -> FloatArray:
    """Return (48, 3, 3) all ways to permute and to turn round three axes; the first changes nothing."""
    ways = [
        np.eye(3)[list(order)] * np.array(signs)[:, None]
        for order in permutations(range(3))
        for signs in product((1.0, -1.0), repeat=3)
    ]
    return np.array(ways)


def motion_windows(
    time_s: FloatArray, acc_sensor_mps2: FloatArray, gyr_sensor_radps: FloatArray, *, rate_hz: float
) -> MotionWindows | None:
    """Return the stretches that know most of how the axes lie; None where none can be judged.

    Parameters
    ----------
    time_s
        (n,) seconds.
    acc_sensor_mps2, gyr_sensor_radps
        (n, 3) specific force and angular rate.
    rate_hz
        Samples per second.
    """
    rows = round(_WINDOW_S * rate_hz)
    count = len(time_s) // rows
    if rate_hz < MIN_RATE_HZ or not count:
        return None
    acc, gyr = (v[: count * rows].reshape(count, rows, 3) for v in (acc_sensor_mps2, gyr_sensor_radps))
    times = time_s[: count * rows].reshape(count, rows)
    is_whole = times[:, -1] - times[:, 0] < _MOST_PAUSE * _WINDOW_S
    whole = is_whole & ~_is_clipped(acc) & ~_is_clipped(gyr)
    if not whole.any():
        return None
    every = max(1, int(rate_hz / MIN_RATE_HZ))
    acc, gyr = _thinned(acc[whole], every), _thinned(gyr[whole], every)
    kept = np.argsort(-_tilting(acc, gyr, rate_hz / every))[:_MOST_WINDOWS]
    return MotionWindows(rate_hz / every, acc[kept], gyr[kept])


def _is_clipped(vectors: FloatArray) -> BoolArray:
    size = np.abs(vectors)
    return np.asarray((size >= _FULL * size.max()).any(axis=2).mean(axis=1) > _MOST_CLIPPED)


def _thinned(vectors: FloatArray, every: int) -> FloatArray:
    """Return (m, n // every, 3) means of so many rows."""
    whole = vectors.shape[1] // every * every
    return np.asarray(vectors[:, :whole].reshape(len(vectors), -1, every, 3).mean(axis=2))


def _tilting(acc: FloatArray, gyr: FloatArray, rate_hz: float) -> FloatArray:
    """Return (m,) how fast gravity moves about the sensor on average, rad/s."""
    slow_acc, slow_gyr = (gaussian_filter1d(v, _STRIDE_S * rate_hz, axis=1) for v in (acc, gyr))
    up = slow_acc / np.maximum(np.linalg.norm(slow_acc, axis=2, keepdims=True), 1e-9)
    return np.asarray(np.linalg.norm(np.cross(slow_gyr, up), axis=2).mean(axis=1))


def left_by_axes(windows: MotionWindows, ways: FloatArray) -> FloatArray:
    """Return (m, w) what the best fit leaves with the angular rate's axes in each of ``ways``, m2/s4.

    Parameters
    ----------
    windows
        What to look at.
    ways
        (w, 3, 3) from the gyroscope's axes to those of the accelerometer: permuted, turned round.
    """
    hand = np.linalg.det(ways)
    turned = ways * hand[:, None, None]
    left = np.empty((len(windows), len(ways)))
    for sign in (1.0, -1.0):
        # Rotating by a turned rate and turning what is rotated are the same: two integrals serve all ways.
        form, chosen = _left_over(windows, sign), hand * sign > 0
        columns = turned[chosen].transpose(0, 2, 1).reshape(-1, 9)
        left[:, chosen] = np.einsum("wi,mij,wj->mw", columns, form, columns)
    return left


def left_by_scale(windows: MotionWindows, factors: Sequence[float]) -> FloatArray:
    """Return (m, f) what the best fit leaves with the angular rate times each of ``factors``, m2/s4."""
    same = np.eye(3).ravel()
    return np.stack([_left_over(windows, factor) @ same @ same for factor in factors], axis=1)


def gains(left: FloatArray, reference: int) -> FloatArray:
    """Return (h,) how much better than the reference each hypothesis explains the motion; `DECIDED` is much.

    The sum over windows of how the root of what is left falls, small changes left out: they come of what the
    model does not know.

    Parameters
    ----------
    left
        (m, h) what the best fit leaves.
    reference
        Which column to compare with.
    """
    size = np.log(np.maximum(left, np.finfo(float).tiny))
    drop = 0.5 * (size[:, [reference]] - size)
    return np.asarray((np.sign(drop) * np.maximum(np.abs(drop) - _LEAST_DROP, 0)).sum(axis=0))


def _left_over(windows: MotionWindows, factor: float) -> FloatArray:
    """Return (m, 9, 9) what the best fit leaves, m2/s4, as a form of the matrix that turns the accelerometer.

    Parameters
    ----------
    windows
        What to look at.
    factor
        By which the angular rate is multiplied before it is integrated.
    """
    gyr = windows.gyr_sensor_radps * factor
    turn = _integrated(gyr / windows.rate_hz)
    count, rows = gyr.shape[:2]
    force = np.einsum("mnij,mnk->mnijk", turn, windows.acc_sensor_mps2).reshape(count, rows, 3, 9)
    bend = np.einsum(
        "mnij,mnjk->mnik", turn, _crossing(gaussian_filter1d(gyr, _STRIDE_S * windows.rate_hz, axis=1))
    )
    both = _without_course(np.concatenate([force, bend], axis=3), windows.rate_hz)
    form = np.einsum("mnia,mnib->mab", both, both) / both.shape[1]
    mixed, speed = form[:, :9, 9:], form[:, 9:, 9:] + (_SPREAD_MPS2 / _SPEED_MPS) ** 2 * np.eye(3)
    return np.asarray(form[:, :9, :9] - mixed @ np.linalg.solve(speed, mixed.transpose(0, 2, 1)))


def _without_course(vectors: FloatArray, rate_hz: float) -> FloatArray:
    """Return (m, n', 3, c) averages over strides, without their mean and steady change."""
    weight = _stride_weights(vectors.shape[1], _STRIDE_S * rate_hz, every=max(1, round(rate_hz / 10)))
    slow = np.tensordot(weight, vectors, axes=(1, 1)).swapaxes(0, 1)
    slow = slow - slow.mean(axis=1, keepdims=True)
    course = np.linspace(-1, 1, slow.shape[1])
    slope = np.einsum("n,mnic->mic", course, slow) / (course**2).sum()
    return np.asarray(slow - course[:, None, None] * slope[:, None])


def _stride_weights(count: int, sigma: float, *, every: int) -> FloatArray:
    """Return (n', n) what rows 0, every, … of `gaussian_filter1d` take of each, mirrored at the ends."""
    reach = int(4.0 * sigma + 0.5)
    offset = np.arange(-reach, reach + 1)
    bell = np.exp(-0.5 * (offset / sigma) ** 2)
    middle = np.arange(0, count, every)
    taken = np.mod(middle[:, None] + offset, 2 * count)
    weight = np.zeros((len(middle), count))
    np.add.at(
        weight,
        (np.arange(len(middle))[:, None], np.where(taken < count, taken, 2 * count - 1 - taken)),
        bell / bell.sum(),
    )
    return weight


def _crossing(vectors: FloatArray) -> FloatArray:
    """Return (m, n, 3, 3) matrices that take the cross product of each vector with another."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    none = np.zeros_like(x)
    return np.moveaxis(np.array([[none, -z, y], [z, none, -x], [-y, x, none]]), (0, 1), (-2, -1))


def _integrated(steps_rad: FloatArray) -> FloatArray:
    """Return (m, n, 3, 3) rotations from the sensor at each sample to the sensor at the first."""
    angle = np.linalg.norm(steps_rad, axis=2)[..., None, None]
    axis = _crossing(steps_rad)
    # Rodrigues' formula; sin(a)/a and (1 - cos(a))/a² as numpy's sinc, which knows them at nought.
    one = np.sinc(angle / np.pi) * axis + 0.5 * np.sinc(angle / (2 * np.pi)) ** 2 * (axis @ axis)
    turn = np.concatenate([np.zeros_like(one[:, :1]), one[:, :-1]], axis=1) + np.eye(3)
    span = 1
    while span < turn.shape[1]:
        turn = np.concatenate([turn[:, :span], turn[:, :-span] @ turn[:, span:]], axis=1)
        span *= 2
    return np.asarray(turn)
