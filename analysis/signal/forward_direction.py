"""Which way along the fore-aft line is forward: a vote of four signs."""

from __future__ import annotations

import numpy as np

from analysis.maths import quaternion
from analysis.maths.between_rows import mean_between
from analysis.signal.config import AxesConfig
from analysis.signal.neutral_standing import StandingCalibration
from analysis.signal.records import EvenStream, StaticPeriods, Strapdown, Strides
from analysis.signal.stride_ensemble import even_odd, first_running, phase_average, stride_phase
from sensor.samples import FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2

Votes = tuple[tuple[str, float], ...]

BOW, START, PITCH, LEAN = "bow", "standing start", "pitch with bounce", "lean of the run"


def votes(
    stream: EvenStream,
    strapdown: Strapdown | None,
    *,
    up: FloatArray,
    candidate_from_sensor: FloatArray,
    strides: Strides,
    calibration: StandingCalibration,
    static_periods: StaticPeriods,
    config: AxesConfig,
) -> Votes:
    """Ask each sign whether the candidate's x axis points forward: +1 yes to -1 no; silent ones are left out.

    Parameters
    ----------
    stream, strapdown, strides, calibration, static_periods
        From the earlier stages.
    up
        (3, n) vertical in candidate axes.
    candidate_from_sensor
        (3, 3) candidate axes: z up in the zero pose, x along the fore-aft line.
    config
        What counts as a bow, a start, a swing.
    """
    found = (
        (
            BOW,
            _bow(
                stream,
                up,
                strides=strides,
                calibration=calibration,
                static_periods=static_periods,
                config=config,
            ),
        ),
        (
            START,
            0.0
            if strapdown is None
            else _start(
                stream, strapdown, candidate_from_sensor=candidate_from_sensor, strides=strides, config=config
            ),
        ),
        (
            PITCH,
            _pitch(stream, up, candidate_from_sensor=candidate_from_sensor, strides=strides, config=config),
        ),
        (LEAN, _lean(up, strides, calibration=calibration, static_periods=static_periods, config=config)),
    )
    return tuple((name, vote) for name, vote in found if vote != 0.0)


def decide(found: Votes, config: AxesConfig) -> float:
    """Return the weighted sum of the votes; negative: turn the candidate round."""
    weight = _weights(config)
    return sum(weight[name] * vote for name, vote in found)


def contradicts_running(found: Votes, config: AxesConfig) -> bool:
    """Tell whether start and pitch, which need no upright standing, both say that the axes are turned round.

    Bow and lean are read from the standing. Where they outvote both others, the runner stood bent: coming up
    from there looks like a bow backwards, and running upright like a lean backwards.
    """
    running = decide(tuple((name, vote) for name, vote in found if name in (START, PITCH)), config)
    return running <= -config.contradiction


def _weights(config: AxesConfig) -> dict[str, float]:
    """Return what each sign counts, by its name."""
    return {
        BOW: config.bow_weight,
        START: config.start_weight,
        PITCH: config.pitch_weight,
        LEAN: config.lean_weight,
    }


def bow_rows(
    strides: Strides,
    *,
    calibration: StandingCalibration,
    static_periods: StaticPeriods,
    rate_hz: float,
    config: AxesConfig,
) -> slice:
    """Return the rows in which a bow may be made: from before the standing until running begins."""
    standing = int(static_periods.first[calibration.static_period])
    first_row = int(strides.start_row[np.flatnonzero(strides.running)[0]] - config.bow_before_run_s * rate_hz)
    begin = max(int(standing - config.bow_window_s * rate_hz), 0)
    return slice(begin, max(first_row, begin))


def _bow(
    stream: EvenStream,
    up: FloatArray,
    *,
    strides: Strides,
    calibration: StandingCalibration,
    static_periods: StaticPeriods,
    config: AxesConfig,
) -> float:
    """Look for the deepest lean between standing and running; it must be fore-aft more than sideways.

    Without a standing there is no upright to bow from.
    """
    if calibration.static_period < 0:
        return 0.0
    lean = up[
        :,
        bow_rows(
            strides,
            calibration=calibration,
            static_periods=static_periods,
            rate_hz=stream.rate_hz,
            config=config,
        ),
    ]
    if lean.shape[1] == 0:
        return 0.0
    deepest = int(np.argmin(lean[2]))
    forward, sideways, upward = lean[:, deepest]
    angle_deg = np.degrees(np.arctan2(np.hypot(forward, sideways), upward))
    straight = config.bow_straightness * abs(sideways)
    if not config.bow_deg <= angle_deg <= config.bow_most_deg or abs(forward) < straight:
        return 0.0
    # Bending forward carries the upward vertical backwards in trunk axes.
    return float(-np.sign(forward))


def _start(
    stream: EvenStream,
    strapdown: Strapdown,
    *,
    candidate_from_sensor: FloatArray,
    strides: Strides,
    config: AxesConfig,
) -> float:
    """Integrate acceleration from standing for some seconds, the vertical held by the gyroscope alone."""
    first_row = int(strides.start_row[np.flatnonzero(strides.running)[0]])
    begin = first_row - round(config.start_lead_s * stream.rate_hz)
    end = min(first_row + round(config.start_s * stream.rate_hz), len(stream))
    quiet = slice(max(begin - round(config.start_still_s * stream.rate_hz), 0), max(begin, 0))
    if begin <= 0 or end - first_row < round(config.start_s * stream.rate_hz / 2):
        return 0.0
    # Behind a long loss the frame lies anyhow: nothing can be integrated across it.
    if np.any((strapdown.section_first > quiet.start) & (strapdown.section_first < end)):
        return 0.0
    q = strapdown.inertial_from_sensor[:, quiet.start : end]
    force = quaternion.rotate(q, stream.acc_sensor_mps2[quiet.start : end].T)
    still = quiet.stop - quiet.start
    before = force[:, :still]
    if still < stream.rate_hz or float(before.std(axis=1).max()) > config.start_gain_mps:
        return 0.0
    mean = before.mean(axis=1)
    vertical = mean / np.linalg.norm(mean)
    gained = (force[:, still:] - STANDARD_GRAVITY_MPS2 * vertical[:, None]).sum(axis=1) / stream.rate_hz
    ahead = candidate_from_sensor[0][:, None] * np.ones(end - quiet.start - still)
    heading = quaternion.rotate(q[:, still:], ahead).mean(axis=1)
    heading -= vertical * float(heading @ vertical)
    along = float(gained @ heading) / max(float(np.linalg.norm(heading)), 1e-9)
    across = float(np.linalg.norm(np.cross(gained - vertical * (gained @ vertical), heading)))
    if abs(along) < config.start_gain_mps or abs(along) < across / max(float(np.linalg.norm(heading)), 1e-9):
        return 0.0
    return float(np.sign(along))


def _pitch(
    stream: EvenStream,
    up: FloatArray,
    *,
    candidate_from_sensor: FloatArray,
    strides: Strides,
    config: AxesConfig,
) -> float:
    """Trunk pitch at step frequency swings in phase with the vertical acceleration; faint swings say less."""
    row, phase = stride_phase(strides, first_running(strides, config.most_strides), up.shape[1])
    flexion_deg = np.degrees(np.arctan2(-up[0, row], up[2, row]))
    force = candidate_from_sensor @ stream.acc_sensor_mps2[row].T
    bounce = (force * up[:, row]).sum(axis=0)
    waveform, _ = even_odd(phase_average(np.stack((flexion_deg, bounce)), phase, config.phase_bins))
    swing, bounce_line = np.fft.rfft(waveform, axis=1)[:, 2] * (2.0 / config.phase_bins)
    in_phase_deg = float((swing * np.conj(bounce_line)).real / max(abs(bounce_line), 1e-9))
    if abs(in_phase_deg) < config.pitch_silent_deg:
        return 0.0
    return float(np.clip(in_phase_deg / config.pitch_sure_deg, -1.0, 1.0))


def _lean(
    up: FloatArray,
    strides: Strides,
    *,
    calibration: StandingCalibration,
    static_periods: StaticPeriods,
    config: AxesConfig,
) -> float:
    """Runners lean forward from standing, by 3 to 12 degrees: half a vote; nobody leans back by more.

    That is only sure where all standings agree: one of them may be bent.
    """
    if calibration.static_period < 0:
        return 0.0
    running = first_running(strides, config.most_strides) & (strides.end_row < up.shape[1] - 1)
    mean = mean_between(up, strides.start_row[running], strides.end_row[running]).mean(axis=1)
    forward_deg = float(np.degrees(np.arctan2(-mean[0], mean[2])))
    if abs(forward_deg) < config.lean_deg:
        return 0.0
    sure = abs(forward_deg) > config.lean_sure_deg and _standings_agree(calibration, static_periods, config)
    return float(np.sign(forward_deg)) * (1.0 if sure else config.lean_faint)


def _standings_agree(
    calibration: StandingCalibration, static_periods: StaticPeriods, config: AxesConfig
) -> bool:
    """Tell whether every standing lies near the zero, before and after the run."""
    force = static_periods.acc_sensor_mps2[calibration.standing]
    near = force @ calibration.up_sensor >= np.cos(np.radians(config.standings_agree_deg)) * np.linalg.norm(
        force, axis=1
    )
    return bool(near.all())
