"""Axes of a second sensor on the body: turned so that it takes part in what the whole body does.

Head and sacrum have no posture of their own that would tell forward from backward. What they share with the
trunk does; where that is too faint, or contradicts itself, the heading stays in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from analysis.signal.anatomical_axes import turn_about_up, upright_from_sensor
from analysis.signal.config import AlignmentConfig, AxesConfig
from analysis.signal.neutral_standing import StandingCalibration
from analysis.signal.records import EvenStream, Strides, TrunkAxes
from analysis.signal.shared_motion import (
    ComplexArray,
    HeadingCue,
    OrientedSensor,
    bow_cue,
    path_cue,
    same_heading,
    shaking_cue,
)
from analysis.signal.stride_ensemble import first_running
from analysis.words import HeadingDoubt
from sensor.samples import FloatArray, RealArray


@dataclass(frozen=True, slots=True)
class Heading:
    """The angle (rad) by which axes must be turned about up, how far (0 to 1) its cues agree, any doubt."""

    angle_rad: float
    agreement: float
    doubt: HeadingDoubt


def aligned_axes(
    stream: EvenStream,
    up_sensor: RealArray,
    *,
    calibration: StandingCalibration,
    trunk: OrientedSensor,
    strides: Strides,
    bow_rows: slice,
    axes: AxesConfig,
    config: AlignmentConfig,
) -> TrunkAxes | None:
    """Find the heading of a sensor by what it does together with the trunk.

    Parameters
    ----------
    stream, up_sensor, calibration
        Of the second sensor; (3, n) vertical in its axes.
    trunk, strides
        The trunk sensor, and the strides seen by it.
    bow_rows
        Rows of the trunk's stream in which a bow may have been made.
    axes
        Fewest and most strides; what counts as a bow.
    config
        Of the cues.

    Returns
    -------
    TrunkAxes or None
        With `heading_doubt` where the cues are too faint or contradict each other. None where the two were
        not recorded together over enough running.
    """
    running = first_running(strides, axes.most_strides)
    if int(running.sum()) < axes.min_strides:
        return None
    rate_hz = trunk.stream.rate_hz
    first, last = strides.start_row[running][0], strides.end_row[running][-1]
    shaken_s = _together_s(stream, trunk.stream, first=first, last=last)
    if len(shaken_s) < axes.min_strides * rate_hz / 2:
        return None
    spare = config.path_spare_s * rate_hz
    upright = OrientedSensor(stream, up_sensor, upright_from_sensor(calibration.up_sensor))
    path = _accelerations(
        trunk,
        upright,
        time_s=_together_s(stream, trunk.stream, first=first - spare, last=last + spare),
        config=config,
    )
    shaken = _accelerations(trunk, upright, time_s=shaken_s, config=config)
    bow_s = _together_s(stream, trunk.stream, first=bow_rows.start, last=bow_rows.stop)
    found = (
        bow_cue(trunk.up_at(bow_s), upright.up_at(bow_s), axes=axes, config=config) if len(bow_s) else None,
        path_cue(*path, rate_hz=rate_hz, config=config),
        shaking_cue(*shaken, rate_hz=rate_hz, config=config),
    )
    cues = tuple(cue for cue in found if cue is not None)
    heading = heading_of(cues, config)
    return TrunkAxes(
        trunk_from_sensor=turn_about_up(heading.angle_rad) @ upright.body_from_sensor,
        zero_source=calibration.source,
        sideways_strength=heading.agreement,
        forward_votes=tuple(
            (cue.name.value, float(np.cos(cue.angle_rad - heading.angle_rad))) for cue in cues
        ),
        heading_doubt=heading.doubt,
    )


def heading_of(cues: tuple[HeadingCue, ...], config: AlignmentConfig) -> Heading:
    """Return the mean of the cues, each weighted by its inverse variance, and whether it can be believed."""
    turn = np.array([np.exp(1j * cue.angle_rad) / cue.error_deg**2 for cue in cues])
    total = complex(turn.sum())
    agreement = abs(total) / max(float(np.abs(turn).sum()), 1e-9)
    return Heading(float(np.angle(total)), agreement, _doubt(cues, config))


def _doubt(cues: tuple[HeadingCue, ...], config: AlignmentConfig) -> HeadingDoubt:
    if not cues:
        return HeadingDoubt.FAINT
    apart_rad = [abs(np.angle(np.exp(1j * (a.angle_rad - b.angle_rad)))) for a, b in combinations(cues, 2)]
    agree = np.degrees(max(apart_rad, default=0.0)) <= config.most_apart_deg
    return HeadingDoubt.NONE if agree else HeadingDoubt.CONTRADICTED


def _accelerations(
    trunk: OrientedSensor, own: OrientedSensor, *, time_s: FloatArray, config: AlignmentConfig
) -> tuple[ComplexArray, ComplexArray]:
    mine = same_heading(
        own.horizontal_at(time_s),
        own_yaw_radps=own.yaw_rate_at(time_s),
        trunk_yaw_radps=trunk.yaw_rate_at(time_s),
        rate_hz=trunk.stream.rate_hz,
        config=config,
    )
    return trunk.horizontal_at(time_s), mine


def _together_s(stream: EvenStream, trunk: EvenStream, *, first: float, last: float) -> FloatArray:
    """Return the times of the trunk's rows between two of them at which the other sensor recorded as well."""
    begin_s = max(trunk.start_s + max(first, 0.0) / trunk.rate_hz, stream.start_s)
    end_s = min(
        trunk.start_s + min(last, len(trunk) - 1) / trunk.rate_hz,
        stream.start_s + (len(stream) - 1) / stream.rate_hz,
    )
    begin, end = trunk.rows_at(np.array([begin_s, end_s]))
    return trunk.time_s[int(np.ceil(begin)) : max(int(end), int(np.ceil(begin)))]
