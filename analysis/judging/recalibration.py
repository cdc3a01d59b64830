"""After a step of the strap, the next standing is a new zero, within bounds and never silently.

A standing alone moves nothing: a runner who waits at a light leans on one leg by degrees. But where the angle
has made a step whose cause one sensor cannot tell, the next standing can: what it differs by from the zero is
how the sensor sits since then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.config import AnalysisConfig
from analysis.judging.quality import standing_change_deg
from analysis.records import Axis, MountingShift, Standing, StrideTable
from analysis.signal.config import RestConfig
from analysis.signal.speed import typed_value
from analysis.stride.head import HEAD_SENSOR, head_columns
from analysis.words import StandingRole, ZeroSource
from sensor.samples import FloatArray

_FORWARD = ("trunk_flexion_deg", "trunk_flexion_adj_deg", "upper_trunk_minus_sacrum_deg")
_SIDEWAYS = ("trunk_lateral_deg", "lateral_left_deg", "lateral_right_deg")


def sound_zero(
    zero_source: ZeroSource,
    standings: Sequence[Standing],
    *,
    shifts: Sequence[MountingShift],
    limit_deg: float,
) -> ZeroSource:
    """Return where the zero comes from, once the standing after the run has been seen.

    Standings before and after that differ by more than ``limit_deg`` make no sound zero, unless the angle
    made a step in between, which the recalibration answers for.
    """
    unsound = zero_source == ZeroSource.STANDING and not shifts and standing_change_deg(standings) > limit_deg
    return ZeroSource.OWN_BASELINE if unsound else zero_source


def recalibrated(
    table: StrideTable,
    standings: Sequence[Standing],
    *,
    shifts: Sequence[MountingShift],
    context: Mapping[str, Any],
    config: AnalysisConfig,
) -> tuple[StrideTable, tuple[Standing, ...]]:
    """Count the angles after a strap step from the first standing that follows it.

    Parameters
    ----------
    table
        With flexion against the fresh window.
    standings, shifts
        In order of time; standings are tilts against the first zero.
    context
        ``stature_m`` is read, for the head.
    config
        ``rest.rezero_deg`` bounds how far a zero may move.

    Returns
    -------
    StrideTable, tuple of Standing
        Shifted strides, and the standings against the zero in force, new zeros with the role ``re-zero``.
    """
    if not any(standing.role == StandingRole.ZERO for standing in standings):
        return table, tuple(standings)
    forward, sideways = np.zeros(len(table)), np.zeros(len(table))
    offset, last_zero_s, told = (0.0, 0.0), -np.inf, []
    for standing in standings:
        since = [shift for shift in shifts if last_zero_s < shift.at_s <= standing.start_s]
        if standing.role == StandingRole.ZERO:
            last_zero_s = standing.end_s
        elif (
            standing.role == StandingRole.SEEN
            and since
            and _moved_along(standing, offset, shifts=since, config=config.rest)
        ):
            offset, last_zero_s = (standing.flexion_deg, standing.lateral_deg), standing.end_s
            later = table["start_s"] >= standing.start_s
            forward[later], sideways[later] = offset
            standing = replace(standing, role=StandingRole.RECALIBRATION)
            told.append(standing)
            continue
        told.append(
            replace(
                standing,
                flexion_deg=standing.flexion_deg - offset[0],
                lateral_deg=standing.lateral_deg - offset[1],
            )
        )
    if not forward.any() and not sideways.any():
        return table, tuple(told)
    return _with_head(_shifted(table, forward, sideways), context, config), tuple(told)


def _moved_along(
    standing: Standing,
    offset_deg: tuple[float, float],
    *,
    shifts: Sequence[MountingShift],
    config: RestConfig,
) -> bool:
    """Tell whether a standing has moved by about what the angle has stepped since the zero in force.

    A runner at a light stands on one leg or leans back by degrees, so that a standing which has moved by
    something else shows how they stand, not how the sensor sits.
    """
    moved_deg = standing.flexion_deg - offset_deg[0], standing.lateral_deg - offset_deg[1]
    if max(map(abs, moved_deg)) > config.rezero_deg:
        return False
    stepped_deg = {axis: sum(shift.step_deg for shift in shifts if shift.axis is axis) for axis in Axis}
    return all(
        stepped_deg[axis] == 0.0 or abs(moved - stepped_deg[axis]) <= config.rezero_agreement_deg
        for axis, moved in zip((Axis.FORWARD, Axis.SIDEWAYS), moved_deg, strict=True)
    )


def _shifted(table: StrideTable, forward_deg: FloatArray, sideways_deg: FloatArray) -> StrideTable:
    columns = {name: table[name] - forward_deg for name in _FORWARD}
    return table.with_columns(**columns, **{name: table[name] - sideways_deg for name in _SIDEWAYS})


def _with_head(table: StrideTable, context: Mapping[str, Any], config: AnalysisConfig) -> StrideTable:
    """Place the head anew, since it stands on the trunk."""
    source = next((word for word in table["head_source"] if word), "")
    if not source:
        return table
    pitch_deg = table["head_pitch_deg"] if source == HEAD_SENSOR else None
    stature_m = typed_value(context, "stature_m")
    return table.with_columns(
        **head_columns(table["trunk_flexion_deg"], pitch_deg, stature_m=stature_m, config=config.head)
    )
