"""Forward, left and up of the trunk in sensor axes, for any mounting.

Three cues point along the sideways line, each with its own weakness, and are added up: the part of the
horizontal acceleration that changes sign from step to step lies along it (spoilt at a sternum far in front
of the axis of rotation), the pitch rate that both steps share turns about it, and the roll rate that changes
sign turns across it. Which of the two perpendiculars is forward is put to the vote.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from analysis.maths.angles import integrated_yaw_deg
from analysis.maths.gaussian import gaussian_mean
from analysis.signal import forward_direction as forward
from analysis.signal.config import AxesConfig
from analysis.signal.neutral_standing import StandingCalibration
from analysis.signal.records import EvenStream, StaticPeriods, Strapdown, Strides, TrunkAxes
from analysis.signal.stride_ensemble import even_odd, first_running, phase_average, stride_phase
from sensor.samples import FloatArray, IntArray, RealArray
from sensor.units import STANDARD_GRAVITY_MPS2


def find_axes(
    stream: EvenStream,
    strapdown: Strapdown | None,
    *,
    up_sensor: RealArray,
    strides: Strides,
    calibration: StandingCalibration,
    static_periods: StaticPeriods,
    config: AxesConfig,
) -> TrunkAxes:
    """Find the trunk's axes in the sensor's.

    Parameters
    ----------
    stream, strapdown, strides, calibration, static_periods
        From the earlier stages.
    up_sensor
        (3, n) unaided vertical in sensor axes.
    config
        Bins and votes.

    Returns
    -------
    TrunkAxes
        ``trunk_from_sensor`` maps sensor to trunk vectors. Without running it is the zero pose with an
        arbitrary heading.
    """
    upright = upright_from_sensor(calibration.up_sensor)
    keep = first_running(strides, config.most_strides)
    if int(keep.sum()) < config.min_strides:
        return TrunkAxes(
            trunk_from_sensor=upright, zero_source=calibration.source, sideways_strength=0.0, forward_votes=()
        )
    row, phase = stride_phase(strides, keep, len(stream))
    up = upright @ up_sensor[:, : row[-1] + 1]
    angle, strength = _sideways(
        _cues(stream, upright, up_sensor=up_sensor, row=row, config=config),
        row,
        phase=phase,
        strides=strides,
        config=config,
    )
    trunk_from_upright = turn_about_up(angle - np.pi / 2)
    votes = forward.votes(
        stream,
        strapdown,
        up=trunk_from_upright @ up,
        candidate_from_sensor=trunk_from_upright @ upright,
        strides=strides,
        calibration=calibration,
        static_periods=static_periods,
        config=config,
    )
    if forward.decide(votes, config) < 0:
        trunk_from_upright = turn_about_up(np.pi) @ trunk_from_upright
        votes = tuple((name, -vote) for name, vote in votes)
    return TrunkAxes(
        trunk_from_sensor=trunk_from_upright @ upright,
        zero_source=calibration.source,
        sideways_strength=strength,
        forward_votes=votes,
    )


def upright_from_sensor(up_sensor: RealArray) -> FloatArray:
    """Return a (3, 3) rotation matrix whose third row is ``up_sensor`` (3,); the heading is arbitrary."""
    helper = np.eye(3)[int(np.argmin(np.abs(up_sensor)))]
    x = helper - up_sensor * float(helper @ up_sensor)
    x /= np.linalg.norm(x)
    return np.stack((x, np.cross(up_sensor, x), up_sensor))


def turn_about_up(angle_rad: float) -> FloatArray:
    """Return the (3, 3) matrix of new axes turned by ``angle_rad`` about z against the old ones."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])


def horizontal_acceleration(force: FloatArray, up: FloatArray) -> FloatArray:
    """Return (2, m) acceleration across the vertical along the body's levelled x and y.

    Parameters
    ----------
    force, up
        (3, m) specific force in m/s2 and upward vertical, in the axes of an upright body.
    """
    acceleration = force - STANDARD_GRAVITY_MPS2 * up
    across = acceleration - up * (acceleration * up).sum(axis=0)
    x = np.stack((1.0 - up[0] ** 2, -up[0] * up[1], -up[0] * up[2]))
    x /= np.maximum(np.sqrt((x**2).sum(axis=0)), 1e-6)
    y = np.cross(up, x, axis=0)
    return np.stack(((across * x).sum(axis=0), (across * y).sum(axis=0)))


def _cues(
    stream: EvenStream, upright: FloatArray, *, up_sensor: RealArray, row: IntArray, config: AxesConfig
) -> FloatArray:
    """Return (4, m): horizontal acceleration along the smoothed heading's x and y, roll and pitch rate."""
    ahead, left = horizontal_acceleration(
        upright @ stream.acc_sensor_mps2[row].T, upright @ up_sensor[:, row]
    )
    if stream.gyr_sensor_radps is None:
        return np.stack((ahead, left, np.zeros_like(ahead), np.zeros_like(ahead)))
    seen = slice(0, int(row[-1]) + 1)
    yaw = np.radians(integrated_yaw_deg(stream.gyr_sensor_radps[seen], up_sensor[:, seen], stream.rate_hz))
    swing = (yaw - gaussian_mean(yaw, config.heading_smoothing_s * stream.rate_hz))[row]
    c, s = np.cos(swing), np.sin(swing)
    rate = upright[:2] @ stream.gyr_sensor_radps[row].T
    return np.stack(
        (c * ahead - s * left, s * ahead + c * left, c * rate[0] - s * rate[1], s * rate[0] + c * rate[1])
    )


def _sideways(
    cues: FloatArray, row: IntArray, *, phase: FloatArray, strides: Strides, config: AxesConfig
) -> tuple[float, float]:
    """Return the sideways direction (rad) and how far the cues agree on it (0 to 1).

    Bouts are folded one by one, since which foot opens a stride may differ between them.
    """
    scatter = np.zeros((4, 2, 2))
    first_of_bout = np.flatnonzero(np.diff(strides.bout, prepend=-1))
    edges = np.searchsorted(row, np.append(strides.start_row[first_of_bout], np.inf))
    for a, b in pairwise(edges):
        if b > a:
            even, odd = even_odd(phase_average(cues[:, a:b], phase[a:b], config.phase_bins))
            pitch = even[2:] - even[2:].mean(axis=1, keepdims=True)
            roll = np.stack((-odd[3], odd[2]))
            for k, waveform in enumerate((odd[:2], _first_harmonic(odd[:2]), roll, pitch)):
                scatter[k] += (b - a) * (waveform @ waveform.T)
    size = np.maximum(np.trace(scatter, axis1=1, axis2=2), 1e-12)
    total = (scatter / size[:, None, None] * np.array(config.cue_weights)[:, None, None]).sum(axis=0)
    value, direction = np.linalg.eigh(total)
    main = direction[:, 1]
    return float(np.arctan2(main[1], main[0])), float((value[1] - value[0]) / max(value.sum(), 1e-12))


def _first_harmonic(waveform: FloatArray) -> FloatArray:
    """Return the part of (c, bins) waveforms that swings once per stride."""
    line = np.fft.rfft(waveform, axis=1)
    line[:, 2:] = 0.0
    line[:, 0] = 0.0
    return np.asarray(np.fft.irfft(line, waveform.shape[1], axis=1))
