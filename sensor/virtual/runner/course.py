"""From a plan to what changes slowly: speed, heading, cadence, posture, and how much of each gait there is.

The slow quantities live on a coarse grid (about 26 Hz) and are raised to any finer grid by quintic
B-splines, which makes each of them four times continuously differentiable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline

from sensor.samples import BoolArray, FloatArray, IntArray
from sensor.units import STANDARD_GRAVITY_MPS2
from sensor.virtual.runner.gait import CHANNELS, cadence_spm
from sensor.virtual.runner.plan import Leg, RunPlan

SPEED_CHANGE_S = 4.5
"""How long a runner takes to reach a new speed or to come to a stand."""

_TURN_CHANGE_S = 1.0
_SWAY_DEG = 0.15
_EASY_MPS = 3.0
"""At this speed, on level ground, runners lean as their plan says."""
_ACCELERATING_MPS2 = 0.5
_ACCELERATING_MARGIN_S = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """The slow side of a virtual run on an even grid of ``rate_hz`` that starts at 0 s; all arrays (n,).

    Parameters
    ----------
    rate_hz
        Grid points per second.
    speed_mps, distance_m, heading_rad, grade
        Of the path; grade is rise over run. Heading left positive.
    running, walking
        How much of each gait there is, 0 to 1; both 0 in standing.
    phase_rad
        Stride phase, 0 at left contacts, increasing.
    stride_rate_radps
        Its rate.
    amplitude
        (6, n) factor on each gait channel while running.
    flexion_rad, lateral_rad, head_pitch_rad, sacrum_pitch_rad
        Mean posture, without the movement within strides.
    slip_rad
        For each placement with a slip, the turn of the sensor on the body.
    accelerating
        True where the path itself is accelerated: corners, bursts, starts and stops.
    """

    rate_hz: float
    speed_mps: FloatArray
    distance_m: FloatArray
    heading_rad: FloatArray
    grade: FloatArray
    running: FloatArray
    walking: FloatArray
    phase_rad: FloatArray
    stride_rate_radps: FloatArray
    amplitude: FloatArray
    flexion_rad: FloatArray
    lateral_rad: FloatArray
    head_pitch_rad: FloatArray
    sacrum_pitch_rad: FloatArray
    slip_rad: dict[str, FloatArray]
    accelerating: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class _Path:
    """Where the runner goes: speed, share of running among the gaits, how much they move, turning, forces."""

    speed_mps: FloatArray
    run_share: FloatArray
    moving: FloatArray
    turn_radps: FloatArray
    grade: FloatArray
    forwards_mps2: FloatArray
    sideways_mps2: FloatArray


def lay_course(plan: RunPlan, rate_hz: float, rng: np.random.Generator) -> Course:
    """Return the slow side of ``plan`` on a grid of ``rate_hz``; ``rng`` draws its variations."""
    time_s = np.arange(int(np.ceil(plan.duration_s * rate_hz)) + 1) / rate_hz
    path = _path(plan, time_s, rate_hz=rate_hz, rng=rng)
    distance_m = _integrate(path.speed_mps, rate_hz)
    stride_rate = _stride_rate(plan, path, rate_hz=rate_hz, rng=rng)
    flexion, head_pitch, sacrum_pitch, lateral = _postures(
        plan, path, distance_m=distance_m, rate_hz=rate_hz, rng=rng
    )
    bow_rad = np.radians(_bow_deg(plan.legs, time_s, rate_hz))
    pushing = np.hypot(path.forwards_mps2, path.sideways_mps2) > _ACCELERATING_MPS2
    return Course(
        rate_hz=rate_hz,
        speed_mps=path.speed_mps,
        distance_m=distance_m,
        heading_rad=_integrate(path.turn_radps, rate_hz),
        grade=path.grade,
        running=path.moving * path.run_share,
        walking=path.moving * (1.0 - path.run_share),
        phase_rad=_integrate(stride_rate, rate_hz),
        stride_rate_radps=stride_rate,
        amplitude=_amplitudes(plan, path.speed_mps, rate_hz=rate_hz, rng=rng),
        flexion_rad=flexion + bow_rad,
        lateral_rad=lateral,
        head_pitch_rad=head_pitch + bow_rad,
        sacrum_pitch_rad=sacrum_pitch + 0.8 * bow_rad,
        slip_rad=_slips(plan, distance_m, rate_hz),
        accelerating=_widen(pushing, _ACCELERATING_MARGIN_S, rate_hz),
    )


def smooth_noise(rng: np.random.Generator, n: int, rate_hz: float, *, correlation_s: float) -> FloatArray:
    """Return (n,) smooth noise of zero mean and unit variance with knots every ``correlation_s``."""
    knots = int(n / rate_hz / correlation_s) + 12
    spline = BSpline(np.arange(-5.0, knots + 1), rng.standard_normal(knots), 5)
    # A quintic B-spline through white coefficients has this variance (mean square of the basis).
    return np.asarray(
        spline(np.arange(n) / rate_hz / correlation_s + 2.0) / np.sqrt(0.3939), dtype=np.float64
    )


def raise_rate(coarse: FloatArray, factor: int, *, start: int, stop: int) -> FloatArray:
    """Return the quintic-B-spline curves of ``coarse`` on a grid ``factor`` times as fine.

    Parameters
    ----------
    coarse
        (channels, n) values on the coarse grid.
    factor
        Fine points per coarse point.
    start, stop
        Range of fine indices wanted; beyond the ends the last value holds.
    """
    first, last = start // factor, (stop - 1) // factor
    index = np.clip(np.arange(first - 2, last + 4), 0, coarse.shape[1] - 1)
    taps = np.lib.stride_tricks.sliding_window_view(coarse[:, index], 6, axis=1)
    basis = BSpline.basis_element(np.arange(-3.0, 4.0), extrapolate=False)
    offsets = np.arange(factor) / factor - np.arange(-2.0, 4.0)[:, None]
    weights = np.nan_to_num(basis(offsets))
    fine = (taps @ weights).reshape(len(coarse), -1)
    return np.asarray(fine[:, start - first * factor : stop - first * factor], dtype=np.float64)


def _leg_index(legs: tuple[Leg, ...], time_s: FloatArray) -> IntArray:
    ends = np.cumsum([leg.duration_s for leg in legs])
    index = np.searchsorted(ends, time_s, side="right")
    return np.asarray(np.minimum(index, len(legs) - 1), dtype=np.int64)


def _per_leg(legs: tuple[Leg, ...], name: str, leg: IntArray) -> FloatArray:
    values: FloatArray = np.array([getattr(item, name) for item in legs], dtype=np.float64)
    return values[leg]


def _run_share(legs: tuple[Leg, ...]) -> FloatArray:
    """Return 1 for each leg that is run, 0 for walked; a standing leg keeps the gait beside it."""
    gaits = [leg.activity for leg in legs if leg.activity != "stand"]
    share, gait = [], gaits[0] if gaits else "run"
    for leg in legs:
        gait = gait if leg.activity == "stand" else leg.activity
        share.append(float(gait == "run"))
    return np.array(share)


def _path(plan: RunPlan, time_s: FloatArray, *, rate_hz: float, rng: np.random.Generator) -> _Path:
    # A change of speed is centred on the moment the smoothing reaches it, so the first leg keeps its full
    # length of stillness and the last one gives it up.
    leg = _leg_index(plan.legs, time_s - SPEED_CHANGE_S / 2.0)
    wander = 1.0 + plan.speed_variation * smooth_noise(rng, len(leg), rate_hz, correlation_s=20.0)
    speed = _smooth(_per_leg(plan.legs, "speed_mps", leg) * wander, SPEED_CHANGE_S, rate_hz)
    moving = _smoothstep((speed - 0.02) / 0.6)
    turn = _turn_rate(plan, leg, moving=moving, rate_hz=rate_hz, rng=rng)
    in_room = 0.0 if plan.treadmill else 1.0
    return _Path(
        speed_mps=speed,
        run_share=_smooth(_run_share(plan.legs)[leg], 2.0, rate_hz),
        moving=moving,
        turn_radps=turn,
        grade=_smooth(_per_leg(plan.legs, "grade_pct", leg) / 100.0, SPEED_CHANGE_S, rate_hz),
        forwards_mps2=in_room * np.gradient(speed) * rate_hz,
        sideways_mps2=in_room * speed * turn,
    )


def _stride_rate(plan: RunPlan, path: _Path, *, rate_hz: float, rng: np.random.Generator) -> FloatArray:
    """Return the stride frequency in radians per second, with its jitter."""
    steps_spm = cadence_spm(path.speed_mps, path.run_share, plan.style)
    jitter = smooth_noise(rng, len(steps_spm), rate_hz, correlation_s=0.7)
    return np.asarray(np.pi / 60.0 * steps_spm * (1.0 + plan.style.cadence_variability * jitter))


def _turn_rate(
    plan: RunPlan, leg: IntArray, *, moving: FloatArray, rate_hz: float, rng: np.random.Generator
) -> FloatArray:
    turns: FloatArray = np.array([np.radians(item.turn_deg) / item.duration_s for item in plan.legs])[leg]
    wander = np.radians(plan.winding_degps) * smooth_noise(rng, len(leg), rate_hz, correlation_s=5.0)
    room = 0.3 if plan.treadmill else 1.0
    return np.asarray(_smooth(turns, _TURN_CHANGE_S, rate_hz) + room * wander * moving, dtype=np.float64)


def _bow_deg(legs: tuple[Leg, ...], time_s: FloatArray, rate_hz: float) -> FloatArray:
    ends = np.cumsum([leg.duration_s for leg in legs])
    angle = np.zeros(len(time_s))
    for leg, end in zip(legs, ends, strict=True):
        if leg.bow_deg:
            held = np.abs(time_s - (end - leg.duration_s / 2.0)) < leg.duration_s / 4.0
            angle[held] = leg.bow_deg
    return _smooth(angle, 1.5, rate_hz)


def _postures(
    plan: RunPlan, path: _Path, *, distance_m: FloatArray, rate_hz: float, rng: np.random.Generator
) -> FloatArray:
    """Return the (4, n) mean trunk flexion, head pitch, sacrum pitch and right lean of the trunk, radians."""
    km = [point.km for point in plan.posture]
    meant = [
        np.interp(distance_m / 1000.0, km, [getattr(point, name) for point in plan.posture])
        for name in ("trunk_flexion_deg", "head_pitch_deg", "sacrum_pitch_deg")
    ]
    n = len(distance_m)
    wander = np.stack([smooth_noise(rng, n, rate_hz, correlation_s=12.0) for _ in range(4)])
    sway = np.stack([smooth_noise(rng, n, rate_hz, correlation_s=0.8) for _ in range(4)])
    in_run = np.stack([*meant, np.zeros(n)]) + plan.posture_wander_deg * wander
    posture = np.radians(path.moving * in_run + (1.0 - path.moving) * _SWAY_DEG * sway)
    posture[0] += path.moving * np.radians(_leant_deg(plan, path.speed_mps, path.grade))
    posture[0] += plan.lean_share * np.arctan(path.forwards_mps2 / STANDARD_GRAVITY_MPS2)
    # A runner leans into the bend; left turns are positive, left lean negative.
    posture[3] -= plan.lean_share * np.arctan(path.sideways_mps2 / STANDARD_GRAVITY_MPS2)
    return np.asarray(posture, dtype=np.float64)


def _leant_deg(plan: RunPlan, speed_mps: FloatArray, grade: FloatArray) -> FloatArray:
    """Return how much further forward than meant a runner leans uphill and at speed."""
    uphill_deg = plan.lean_deg_per_pct * 100.0 * grade
    return np.asarray(uphill_deg + plan.lean_deg_per_mps * (speed_mps - _EASY_MPS))


def _amplitudes(
    plan: RunPlan, speed_mps: FloatArray, *, rate_hz: float, rng: np.random.Generator
) -> FloatArray:
    """Return the (6, n) factors on the gait channels: stride to stride, and greater at greater speed."""
    n = len(speed_mps)
    noise = np.stack([smooth_noise(rng, n, rate_hz, correlation_s=0.7) for _ in CHANNELS])
    with_speed = np.clip(speed_mps / 3.2, 0.5, 2.0) ** np.array([[0.2], [0.4], [0.3], [0.2], [0.2], [0.2]])
    return np.asarray(with_speed * (1.0 + plan.style.variability * noise), dtype=np.float64)


def _slips(plan: RunPlan, distance_m: FloatArray, rate_hz: float) -> dict[str, FloatArray]:
    slips: dict[str, FloatArray] = {}
    for slip in plan.slips:
        step = np.where(distance_m >= slip.km * 1000.0, np.radians(slip.angle_deg), 0.0)
        slips[slip.placement] = slips.get(slip.placement, 0.0) + _smooth(step, 0.6, rate_hz)
    return slips


def _smooth(values: FloatArray, width_s: float, rate_hz: float) -> FloatArray:
    """Return ``values`` averaged by a Hann window of ``width_s``: nothing leaks further than half of it."""
    half = max(1, round(width_s * rate_hz / 2.0))
    kernel = np.hanning(2 * half + 1)
    return np.convolve(np.pad(values, half, mode="edge"), kernel / kernel.sum(), mode="valid")


def _smoothstep(x: FloatArray) -> FloatArray:
    """Return 0 below 0, 1 above 1, and the quintic with flat ends and no curvature there between."""
    x = np.clip(x, 0.0, 1.0)
    return np.asarray(x**3 * (10.0 - 15.0 * x + 6.0 * x**2), dtype=np.float64)


def _integrate(rate: FloatArray, rate_hz: float) -> FloatArray:
    return np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]))]) / rate_hz


def _widen(mask: BoolArray, margin_s: float, rate_hz: float) -> BoolArray:
    width = 2 * round(margin_s * rate_hz) + 1
    return np.convolve(mask, np.ones(width), mode="same") > 0.5
