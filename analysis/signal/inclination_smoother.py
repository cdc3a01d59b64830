"""The vertical once more, with speed, heading and the gyroscope's bias solved for together.

Averaged horizontal force is gravity seen through a wrong vertical, plus the change of the velocity vector:

    f = g·e + d(v·h)/dt,    de/dt = c + A(ψ)·b

e (2,) is the horizontal part of up in the levelled frame, v the speed along the heading h of the trunk, b the
horizontal part of the gyroscope's bias in trunk axes, turned into the frame by the heading ψ, and c the known
turning of the levelled frame. Noise on every equation makes this one least-squares problem over the whole
run, whose normal equations are banded: the smoother of the linear system, solved at once instead of forwards
and backwards. Repeating it with weights of Student's t takes the weight from corners and bursts that the
model does not explain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded

from analysis.maths import quaternion
from analysis.maths.intervals import chunks
from analysis.signal.config import OrientationConfig
from analysis.signal.records import Vertical
from analysis.signal.vertical import AveragedForce, at_nodes
from sensor.samples import BoolArray, FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2

_STATES = 5
_V = 2
"""Where the speed stands among them."""

_NEXT_TO_NOTHING = 1e-6
"""Weight where nothing is known: far below any other, only so that the equations stay solvable."""

_ROWS = 7
"""Equations of an interval between two nodes."""

_NODES_AT_A_TIME = 4096
"""The equations of a day, and all products between neighbouring nodes, would take most of a gigabyte."""


@dataclass(frozen=True, slots=True, eq=False)
class SpeedPrior:
    """What is believed of the speed at every node before the force is looked at.

    Parameters
    ----------
    nominal_mps
        (k,) value an unknown speed returns to.
    measured_mps, measured_weight
        (k,) measured speed, and 1/variance of it (0 where unknown).
    """

    nominal_mps: FloatArray
    measured_mps: FloatArray
    measured_weight: FloatArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Problem:
    """Everything that stays the same from one reweighting to the next; intervals lie between nodes."""

    step_s: float
    force_h: FloatArray
    """(k-1, 2) averaged horizontal force at the middle of each interval, levelled frame."""
    turning: FloatArray
    """(k-1, 2) what the turning of the levelled frame adds to e."""
    heading: FloatArray
    """(k, 2) unit vectors."""
    whole: BoolArray
    """(k-1,) false where the frame breaks inside the interval."""
    speed: SpeedPrior


@dataclass(frozen=True, slots=True, eq=False)
class Smoothed:
    """What was solved for.

    Parameters
    ----------
    vertical
        With path acceleration and gyroscope bias taken out.
    bias_trunk_radps
        (k, 2) what is left of the gyroscope's bias at the nodes, about the trunk's forward and left axes.
    """

    vertical: Vertical
    bias_trunk_radps: FloatArray


def smoothed_vertical(
    force: AveragedForce,
    first: Vertical,
    *,
    forward_inertial: FloatArray,
    speed: SpeedPrior,
    config: OrientationConfig,
) -> Smoothed:
    """Return the vertical with path acceleration and gyroscope bias taken out, and that bias.

    Parameters
    ----------
    force
        Averaged specific force.
    first
        The unaided vertical; the result lies within degrees of it.
    forward_inertial
        (3, m) the trunk's forward axis at the thinned rows of ``force``.
    speed
        Belief about the speed at the nodes of ``first``.
    config
        Noise of every equation.

    Returns
    -------
    Smoothed
        At the nodes of ``first``.
    """
    level = _levelled_frames(first.up_inertial)
    problem = _problem(
        force, first, level=level, forward_inertial=forward_inertial, speed=speed, config=config
    )
    state = _solve_reweighted(problem, config)
    x, y = np.clip(state[:, :_V].T, -config.most_correction, config.most_correction)
    up_level = np.stack((x, y, np.sqrt(1.0 - x**2 - y**2)))
    up = quaternion.rotate(quaternion.conjugate(level), up_level)
    vertical = Vertical(
        node_row=first.node_row, up_inertial=up, section=first.section, section_first=first.section_first
    )
    return Smoothed(vertical, state[:, _V + 1 :])


def _levelled_frames(up_inertial: FloatArray) -> FloatArray:
    """Return (4, k) level_from_inertial, each turned from the one before by the shortest way (no twist)."""
    start = quaternion.shortest(up_inertial[:, :1], np.array([[0.0], [0.0], [1.0]]))
    back = quaternion.shortest(up_inertial[:, 1:], up_inertial[:, :-1])
    return quaternion.running_product(np.concatenate((start, back), axis=1))


def _problem(
    force: AveragedForce,
    first: Vertical,
    *,
    level: FloatArray,
    forward_inertial: FloatArray,
    speed: SpeedPrior,
    config: OrientationConfig,
) -> _Problem:
    """Bring force and heading into the levelled frames."""
    node_row = first.node_row
    step_s = float(node_row[1] - node_row[0]) / (force.rate_hz * force.every)
    whole = first.section[1:] == first.section[:-1]
    middle = (node_row[1:] + node_row[:-1]) / 2.0
    smooth = force.smoothed(force.force, config.force_smoothing_s)
    f = at_nodes(smooth, force, node_row=middle, section=first.section[:-1])
    # q and -q are one rotation: of the same sign, their normalised sum is the frame half-way between.
    half = level[:, :-1] + level[:, 1:] * np.sign((level[:, :-1] * level[:, 1:]).sum(axis=0))
    half /= np.sqrt((half**2).sum(axis=0))
    ahead = force.smoothed(forward_inertial, config.heading_smoothing_s)
    h = quaternion.rotate(level, at_nodes(ahead, force, node_row=node_row, section=first.section))[:2]
    h /= np.maximum(np.sqrt((h**2).sum(axis=0)), 1e-9)
    return _Problem(
        step_s=step_s,
        force_h=quaternion.rotate(half, f)[:2].T,
        turning=quaternion.rotate(level[:, 1:], first.up_inertial[:, :-1])[:2].T,
        heading=h.T,
        whole=whole,
        speed=speed,
    )


def _solve_reweighted(problem: _Problem, config: OrientationConfig) -> FloatArray:
    """Solve, look at what is left over, take weight from outliers, solve again; return (k, 5) states."""
    dt = problem.step_s
    base_force = np.where(problem.whole, dt / config.force_noise_mps2**2, 0.0)
    base_speed = np.where(problem.whole, 1.0 / (config.speed_noise_mps**2 * dt), _NEXT_TO_NOTHING)
    surprise = np.zeros((2, len(base_force)))
    fixed = _fixed_weights(problem, config)
    state = np.zeros((len(problem.heading), _STATES))
    for _ in range(config.passes):
        # A t distribution of ν degrees of freedom weighs a residual r by 1 / (1 + r²/ν), up to a factor
        # (Lange, Little & Taylor 1989); r² is the sum over both components of the force.
        force_weight = base_force / (1.0 + surprise[0] / (config.student_freedom / 2.0))
        speed_weight = base_speed / (1.0 + surprise[1] ** 2 / config.student_freedom)
        weight = np.concatenate(
            (np.repeat(force_weight[:, None], 2, 1), fixed, speed_weight[:, None]), axis=1
        )
        state = _solve(problem, weight, config)
        surprise = _surprise(problem, state, config)
    return state


def _surprise(problem: _Problem, state: FloatArray, config: OrientationConfig) -> FloatArray:
    """Return (2, k-1) what (k, 5) states leave over in units of its noise: of the force squared, of speed."""
    left = _left_over(problem, state, config)
    force = (left[:, :2] ** 2).sum(axis=1) / (2.0 * config.force_noise_mps2**2)
    return np.stack((force, np.abs(left[:, 6]) / (config.speed_noise_mps * np.sqrt(problem.step_s))))


def _left_over(problem: _Problem, state: FloatArray, config: OrientationConfig) -> FloatArray:
    """Return (k-1, 7) what (k, 5) states leave of the known sides."""
    left = np.empty((len(state) - 1, _ROWS))
    for part in chunks(len(left), _NODES_AT_A_TIME):
        rows, known = _rows(problem, part, config)
        after = slice(part.start + 1, part.stop + 1)
        left[part] = known - np.einsum("kri,ki->kr", rows, np.hstack((state[part], state[after])))
    return left


def _rows(problem: _Problem, part: slice, config: OrientationConfig) -> tuple[FloatArray, FloatArray]:
    """Return the (p, 7, 10) equations of a part of the intervals and their (p, 7) known sides.

    Rows: force (2), tilt (2), bias (2), speed (1). Columns: states of the node before, of the node after.
    """
    dt, after = problem.step_s, slice(part.start + 1, part.stop + 1)
    h, h_after = problem.heading[part], problem.heading[after]
    rows = np.zeros((len(h), _ROWS, 2 * _STATES))
    known = np.zeros((len(h), _ROWS))
    # Midpoint rule: the force of an interval is g times the mean of both tilts plus the difference quotient
    # of v·h. Summed over intervals the quotients telescope, so no acceleration is left over in a steady run.
    rows[:, [0, 1], [0, 1]] = rows[:, [0, 1], [5, 6]] = STANDARD_GRAVITY_MPS2 / 2.0
    rows[:, 0:2, _V] = -h / dt
    rows[:, 0:2, _STATES + _V] = h_after / dt
    known[:, 0:2] = problem.force_h[part]
    rows[:, [2, 3], [0, 1]], rows[:, [2, 3], [5, 6]] = -1.0, 1.0
    # Up turns by B × up under a bias B = (forward, left) of the trunk: (B_left, −B_forward).
    rows[:, 2, 3], rows[:, 2, 4] = -h[:, 1] * dt, -h[:, 0] * dt
    rows[:, 3, 3], rows[:, 3, 4] = h[:, 0] * dt, -h[:, 1] * dt
    known[:, 2:4] = problem.turning[part]
    rows[:, [4, 5], [3, 4]], rows[:, [4, 5], [8, 9]] = -1.0, 1.0
    # First-order Gauss-Markov process about the nominal speed: a random walk alone could carry an unknown
    # speed anywhere over an hour.
    keep = np.exp(-dt / config.speed_memory_s)
    rows[:, 6, _V], rows[:, 6, _STATES + _V] = -keep, 1.0
    nominal = problem.speed.nominal_mps
    known[:, 6] = nominal[after] - keep * nominal[part]
    return rows, known


def _fixed_weights(problem: _Problem, config: OrientationConfig) -> FloatArray:
    """Return the (k-1, 4) weights of tilt and bias rows: turning costs tilt, broken frames know nothing."""
    dt, h = problem.step_s, problem.heading
    across = h[:-1, 0] * h[1:, 1] - h[:-1, 1] * h[1:, 0]
    turned = np.abs(np.arctan2(across, (h[:-1] * h[1:]).sum(axis=1)))
    # Noise of a rate grows with √dt, an error of scale with the angle turned; both are independent.
    tilt = 1.0 / (config.tilt_noise_rad**2 * dt + (config.turn_noise * turned) ** 2)
    tilt = np.where(problem.whole, tilt, _NEXT_TO_NOTHING)
    bias = np.full_like(tilt, 1.0 / (config.bias_noise_radps**2 * dt))
    return np.stack((tilt, tilt, bias, bias), axis=1)


def _solve(problem: _Problem, weight: FloatArray, config: OrientationConfig) -> FloatArray:
    """Assemble the banded normal equations, weighted by (k-1, 7), and solve them; return (k, 5)."""
    count, speed = len(problem.heading), problem.speed
    target = np.zeros((count, _STATES))
    # By node, column and distance below the diagonal: transposed, it lies as the solver wants it, uncopied.
    band = np.zeros((count, _STATES, 2 * _STATES))
    for part in chunks(len(weight), _NODES_AT_A_TIME):
        rows, known = _rows(problem, part, config)
        after = slice(part.start + 1, part.stop + 1)
        weighted = (rows * weight[part, :, None]).transpose(0, 2, 1)
        pair = np.matmul(weighted, rows)
        right = np.matmul(weighted, known[:, :, None])[:, :, 0]
        target[part] += right[:, :_STATES]
        target[after] += right[:, _STATES:]
        for i, j in np.ndindex(_STATES, _STATES):
            band[part, j, _STATES + i - j] = pair[:, _STATES + i, j]
        for i, j in zip(*np.tril_indices(_STATES), strict=True):
            band[part, j, i - j] += pair[:, i, j]
            band[after, j, i - j] += pair[:, _STATES + i, _STATES + j]
    band[:, _V, 0] += speed.measured_weight
    target[:, _V] += speed.measured_weight * speed.measured_mps
    # The one prior of a nearly constant bias, shared out among all nodes: their sum weighs 1/spread².
    band[:, :, 0] += [_NEXT_TO_NOTHING] * 3 + [1.0 / (config.bias_spread_radps**2 * count)] * 2
    solution = solveh_banded(
        band.reshape(-1, 2 * _STATES).T, target.ravel(), lower=True, overwrite_ab=True, overwrite_b=True
    )
    return np.asarray(solution).reshape(count, _STATES)
