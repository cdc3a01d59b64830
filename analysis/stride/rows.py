"""The stride table of a session, from the motion of every sensor worn; distance and flags come later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.config import AnalysisConfig
from analysis.maths.angles import flexion_of
from analysis.maths.between_rows import mean_between
from analysis.records import StrideTable
from analysis.signal.motion import Motion
from analysis.signal.records import EvenStream, Strides
from analysis.signal.speed import typed_value
from analysis.signal.strides import longest_loss
from analysis.stride.config import PostureConfig
from analysis.stride.dynamics import dynamics_columns
from analysis.stride.head import head_columns
from analysis.stride.posture import posture_columns
from analysis.stride.usable import beside_a_stop, usable_columns
from analysis.words import Activity, UnusableReason, ZeroSource
from sensor.samples import FloatArray

_NEEDS_GYROSCOPE = (
    "trunk_flexion_rom_deg",
    "trunk_lateral_deg",
    "lateral_left_deg",
    "lateral_right_deg",
    "trunk_rotation_rom_deg",
)
_MEASURED = ("trunk_flexion_deg", *_NEEDS_GYROSCOPE, "vertical_oscillation_cm", "contact_time_ms")
_ONE_PER_SIDE = ("lateral_left_deg", "lateral_right_deg")


def stride_table(
    trunk: Motion,
    others: Mapping[str, Motion],
    *,
    speed_known: bool,
    context: Mapping[str, Any],
    config: AnalysisConfig,
) -> StrideTable:
    """Put one row per stride of the trunk sensor together.

    Parameters
    ----------
    trunk
        Motion of the trunk sensor, whose strides these are.
    others
        Motion of further sensors by placement: ``sacrum`` and ``head`` are used.
    speed_known
        Whether a speed was measured, so that corners and bursts are accounted for.
    context
        ``stature_m`` is read.
    config
        All numbers.

    Returns
    -------
    StrideTable
        Distance, speed, grade, adjusted flexion and flags are still empty.
    """
    stream, strides = trunk.stream, trunk.strides
    angles = posture_columns(
        stream, trunk.up_sensor, trunk_from_sensor=trunk.axes.trunk_from_sensor, strides=strides
    )
    usable, because = usable_columns(
        stream,
        strides,
        path=trunk.path,
        flexion_rom_deg=angles["trunk_flexion_rom_deg"],
        speed_known=speed_known,
        config=config.posture,
    )
    reliable = trunk.path is not None
    if not reliable:
        edge = usable & beside_a_stop(stream, strides, config.posture)
        usable, because = usable & ~edge, np.where(edge, UnusableReason.BURST, because)
    decided = trunk.side[strides.bout] > 0 if len(strides) else np.zeros(0, dtype=bool)
    columns: dict[str, npt.NDArray[Any]] = {
        **{k: v if reliable or k not in _NEEDS_GYROSCOPE else v * np.nan for k, v in angles.items()},
        **dynamics_columns(stream, trunk.up_sensor, strides=strides, config=config.dynamics),
        **_times(stream, strides),
        "activity": np.where(strides.running, Activity.RUN, Activity.WALK).astype(object),
        "side_first": np.where(decided, "left", "").astype(object),
        "usable": usable,
        "usable_because": because,
    }
    for name in _ONE_PER_SIDE:
        columns[name] = np.where(decided, columns[name], np.nan)
    _without_invented(columns)
    sacrum = _pitch_deg(others.get("sacrum"), stream, strides=strides, config=config.posture)
    if sacrum is not None:
        columns["sacrum_pitch_deg"] = sacrum
        columns["upper_trunk_minus_sacrum_deg"] = columns["trunk_flexion_deg"] - sacrum
    if reliable and trunk.calibration.source == ZeroSource.STANDING:
        # Where the head is counts from the runner's standing; without one there is nothing to count from.
        worn = others.get("head")
        measured = (
            worn is not None and worn.path is not None and worn.calibration.source == ZeroSource.STANDING
        )
        head = _pitch_deg(worn, stream, strides=strides, config=config.posture) if measured else None
        stature_m = typed_value(context, "stature_m")
        columns |= head_columns(columns["trunk_flexion_deg"], head, stature_m=stature_m, config=config.head)
    return StrideTable(columns)


def _without_invented(columns: dict[str, npt.NDArray[Any]]) -> None:
    """Leave every figure but the times unknown where the frame was lost."""
    gap = columns["usable_because"] == UnusableReason.GAP
    for name, values in columns.items():
        if name in _MEASURED:
            columns[name] = np.where(gap, np.nan, values)


def _times(stream: EvenStream, strides: Strides) -> dict[str, npt.NDArray[Any]]:
    """Return the number, the times and the cadence of every stride."""
    start_s = stream.start_s + strides.start_row / stream.rate_hz
    end_s = stream.start_s + strides.end_row / stream.rate_hz
    return {
        "stride": np.arange(len(strides)),
        "start_s": start_s,
        "end_s": end_s,
        "cadence_spm": 120.0 / np.maximum(end_s - start_s, 1e-9),
    }


def _pitch_deg(
    motion: Motion | None, stream: EvenStream, *, strides: Strides, config: PostureConfig
) -> FloatArray | None:
    """Return another sensor's stride-mean pitch over the trunk's strides; NaN where it was not recording.

    None without such a sensor, and where its heading is in doubt: its pitch would hold some of its sway.
    """
    if motion is None or motion.axes.heading_doubt:
        return None
    pitch = flexion_of(motion.axes.trunk_from_sensor, motion.up_sensor)
    start = motion.stream.rows_at(stream.start_s + strides.start_row / stream.rate_hz)
    end = motion.stream.rows_at(stream.start_s + strides.end_row / stream.rate_hz)
    inside = (start >= 0) & (end <= len(motion.stream) - 1)
    mean = mean_between(pitch, np.clip(start, 0, len(pitch) - 1), np.clip(end, 0, len(pitch) - 1))
    own = replace(strides, start_row=np.clip(start, 0, None), end_row=np.clip(end, 0, None))
    lost = _mostly_lost(motion.stream, own, config)
    lost |= longest_loss(motion.stream, own) > config.gap_strides
    if motion.path is not None:
        lost |= motion.path.shortest_section_s(own) < config.section_s
    return np.where(inside & ~lost, mean, np.nan)


def _mostly_lost(stream: EvenStream, strides: Strides, config: PostureConfig) -> npt.NDArray[np.bool_]:
    """Tell which strides hold too many lost samples."""
    total = np.concatenate(([0], np.cumsum(~stream.present)))
    first = np.clip(strides.start_row.astype(np.int64), 0, len(stream))
    last = np.clip(strides.end_row.astype(np.int64), 0, len(stream))
    return np.asarray((total[last] - total[first]) > config.other_lost_fraction * np.maximum(last - first, 1))
