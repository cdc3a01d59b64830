"""A step of the angle that comes within a few strides and stays: posture or strap, one sensor cannot tell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import median_filter

from analysis.judging.baseline import usable_running
from analysis.judging.config import BaselineConfig, MountingShiftConfig
from analysis.judging.episodes import known_median
from analysis.maths.fading import fading_sum
from analysis.maths.robust import MAD_TO_SD
from analysis.records import Axis, MountingShift, StrideTable
from analysis.words import Activity
from sensor.samples import FloatArray, IntArray

_COLUMN = {Axis.FORWARD: "trunk_flexion_deg", Axis.SIDEWAYS: "trunk_lateral_deg"}


def mounting_shifts(
    table: StrideTable, config: MountingShiftConfig, effort: BaselineConfig
) -> tuple[MountingShift, ...]:
    """Find sudden, lasting changes of flexion, and lasting ones of the sideways lean.

    A step must exceed what this run changes by anyway over so few strides, it must stay, and a change within
    `MountingShiftConfig.within_strides` must explain the strides around it about as well as a slope over more
    of them: a runner who folds within twenty metres has no slipping strap. Strides before and after a stop
    are no neighbours. A sideways step must outlast the bends of a track. A change of speed at the same moment
    explains a step, as does one of grade that is large enough, and it is not reported.

    Parameters
    ----------
    table
        Complete stride table.
    config
        Widths and thresholds.
    effort
        What counts as a change of speed or grade.

    Returns
    -------
    tuple of MountingShift
        In order of time, each with the axis in which it was seen; of steps that flexion and sideways lean
        show at nearly the same stride only the one in flexion.
    """
    rows = np.flatnonzero(usable_running(table))
    forward = _found(table, rows, axis=Axis.FORWARD, config=config, effort=effort)
    sideways = _found(table, rows, axis=Axis.SIDEWAYS, config=config, effort=effort)
    together = [at for at in sideways if any(abs(at - other) < config.stays_strides for other in forward)]
    kept = [(at, step_deg, Axis.FORWARD) for at, step_deg in forward.items()]
    kept += [(at, step_deg, Axis.SIDEWAYS) for at, step_deg in sideways.items() if at not in together]
    return tuple(
        MountingShift(float(table["start_s"][rows[at]]), float(table["distance_m"][rows[at]]), step_deg, axis)
        for at, step_deg, axis in sorted(kept)
    )


def _found(
    table: StrideTable,
    rows: IntArray,
    *,
    axis: Axis,
    config: MountingShiftConfig,
    effort: BaselineConfig,
) -> dict[int, float]:
    """Return place among the usable strides and size of every step along one axis, stop by stop."""
    angle_deg = table[_COLUMN[axis]][rows]
    if not len(rows) or not np.isfinite(angle_deg).all():
        return {}
    stays = config.stays_strides if axis is Axis.FORWARD else config.stays_sideways_strides
    # Beside a stop a bend of the track could pass for a step sideways: it has to be out of the way of both.
    apart = config.stop_strides if axis is Axis.FORWARD else stays
    blocks = np.split(np.arange(len(rows)), np.flatnonzero(np.diff(_stretch(table, config)[rows])) + 1)
    sharp_deg = _sharp_changes([angle_deg[block] for block in blocks], axis, config)
    least_deg = _least_deg(np.abs(np.concatenate(sharp_deg)), axis, config)
    steps = {
        at: step_deg
        for block, sharp in zip(blocks, sharp_deg, strict=True)
        for at, step_deg in _steps(
            angle_deg, sharp, block=block, least_deg=least_deg, stays=stays, apart=apart, config=config
        )
    }
    return {
        at: step_deg
        for at, step_deg in steps.items()
        if not _effort_explains(step_deg, table=table, rows=rows, at=at, config=config, effort=effort)
    }


def _sharp_changes(
    blocks_deg: Sequence[FloatArray], axis: Axis, config: MountingShiftConfig
) -> list[FloatArray]:
    """Return per unbroken stretch (n,) the change at every stride, averaged so that it spreads least.

    Long averages carry less of the scatter from stride to stride, short ones less of the wander: which tells
    a step best depends on the runner. Sideways a runner leans into a bend over some strides, and one length
    serves.
    """
    gains, skip = config.gains, config.skip_strides
    if axis is Axis.SIDEWAYS:
        gains, skip = (config.sideways_gain,), config.within_strides
    tamed_deg = [_without_outliers(block, config) for block in blocks_deg]
    changes = [
        [_mean_change(block, gain, skip, least=config.edge_strides) for block in tamed_deg] for gain in gains
    ]
    spread_deg = [float(np.median(np.abs(np.concatenate(change)))) for change in changes]
    return changes[int(np.argmin(spread_deg))]


def _without_outliers(angle_deg: FloatArray, config: MountingShiftConfig) -> FloatArray:
    """Return (n,) the angle, no stride further from its neighbours than most: a stumble is no step."""
    level_deg = median_filter(angle_deg, config.outlier_strides, mode="nearest")
    off_deg = angle_deg - level_deg
    limit_deg = config.outlier_sd * MAD_TO_SD * float(np.median(np.abs(off_deg)))
    return np.asarray(level_deg + np.clip(off_deg, -limit_deg, limit_deg))


def _mean_change(angle_deg: FloatArray, gain: float, skip: int, *, least: int) -> FloatArray:
    """Return (n,) mean of the strides from ``i + skip`` on, minus that of those before ``i``.

    Both means fade exponentially, the nearest stride counting ``gain``; 0 where either has fewer strides than
    ``least``.
    """
    change_deg = np.zeros(len(angle_deg))
    if len(angle_deg) > 2 * least + skip:
        place = np.arange(least, len(angle_deg) - skip - least)
        behind, ahead = _faded_mean(angle_deg, gain), _faded_mean(angle_deg[::-1], gain)[::-1]
        change_deg[place] = ahead[place + skip] - behind[place - 1]
    return change_deg


def _faded_mean(value: FloatArray, gain: float) -> FloatArray:
    """Return (n,) mean of this value and all before it, the weight of each falling by 1 - ``gain``."""
    return np.asarray(value[0] + fading_sum(gain * (value - value[0]), 1.0 - gain))


def _stretch(table: StrideTable, config: MountingShiftConfig) -> IntArray:
    """Return (strides,) the number of the unbroken stretch of running that each stride belongs to."""
    begins = np.concatenate([[False], table["start_s"][1:] - table["end_s"][:-1] > config.pause_s])
    return np.cumsum(begins[: len(table)] | (table["activity"] != Activity.RUN))


def _least_deg(change_deg: FloatArray, axis: Axis, config: MountingShiftConfig) -> float:
    """Return the smallest step that stands out from (n,) the sizes of all changes of a run.

    A runner on a track leans in and out of every bend, so sideways it must stand out from such changes, too.
    """
    usual_deg = MAD_TO_SD * float(np.median(change_deg))
    least_deg = max(config.sudden_factor * usual_deg, config.min_step_deg)
    if axis is Axis.FORWARD:
        return least_deg
    return max(least_deg, config.bend_factor * float(np.quantile(change_deg, config.bend_quantile)))


def _steps(
    angle_deg: FloatArray,
    sharp_deg: FloatArray,
    *,
    block: IntArray,
    least_deg: float,
    stays: int,
    apart: int,
    config: MountingShiftConfig,
) -> list[tuple[int, float]]:
    """Return position of the first stride after each step of an unbroken stretch, and its size.

    Parameters
    ----------
    angle_deg
        (n,) angle of all usable strides.
    sharp_deg, block
        (k,) changes within the stretch, and the positions of its strides.
    least_deg, stays
        Smallest step, and for how many strides it must stay. That is seen across stops: a mounting that has
        shifted stays so, while a runner who stops or starts again comes back to their old angle.
    apart
        Fewest strides between a step and the ends of the stretch.
    config
        Widths and thresholds.
    """
    skip = config.within_strides
    candidates = np.flatnonzero(np.abs(sharp_deg) > least_deg)
    candidates = candidates[(candidates >= apart) & (candidates + skip + apart <= len(block))]
    placed = candidates + block[0]
    inside = (placed >= stays) & (placed + skip + stays <= len(angle_deg))
    beside = (candidates < stays) | (candidates + skip + stays > len(block))
    inside &= np.abs(sharp_deg[candidates]) > np.where(beside, config.stop_factor, 1.0) * least_deg
    candidates, placed = candidates[inside], placed[inside]
    if not len(candidates):
        return []
    lasting_deg = _lasting_change(angle_deg, placed, block=block, stays=stays, skip=skip)
    flank = config.edge_strides + skip
    nearby_deg = np.lib.stride_tricks.sliding_window_view(np.pad(np.abs(sharp_deg), flank), 2 * flank + 1)
    needed_deg = config.stays_fraction * nearby_deg[candidates].max(axis=1)
    stayed = (lasting_deg * np.sign(sharp_deg[candidates]) > needed_deg).all(axis=0)
    kept = candidates[stayed]
    stretch_deg = angle_deg[block]
    steps = []
    for group in np.split(kept, np.flatnonzero(np.diff(kept) > stays) + 1):
        if len(group):
            sharpest = int(group[np.argmax(np.abs(sharp_deg[group]))])
            at = _best_split(stretch_deg, sharpest, 2 * config.edge_strides)
            if _is_sudden(stretch_deg, at, config):
                steps.append((int(block[0]) + at, float(sharp_deg[sharpest])))
    return steps


def _lasting_change(
    angle_deg: FloatArray, placed: IntArray, *, block: IntArray, stays: int, skip: int
) -> FloatArray:
    """Return (2, k) by how much the median of ``stays`` strides changed at each of the places.

    Once between the strides next to it, and once between those beyond the stops that are nearer than that:
    what began only with slowing down, or ended with starting again, is then seen not to have lasted.
    """
    level_deg = np.median(np.lib.stride_tricks.sliding_window_view(angle_deg, stays), axis=1)
    last = len(level_deg) - 1
    before, after = placed - stays, placed + skip
    beyond_before = np.where(before < block[0], max(int(block[0]) - stays, 0), before)
    beyond_after = np.where(after + stays > block[-1] + 1, min(int(block[-1]) + 1, last), after)
    return np.stack(
        [level_deg[after] - level_deg[before], level_deg[beyond_after] - level_deg[beyond_before]]
    )


def _is_sudden(angle_deg: FloatArray, at: int, config: MountingShiftConfig) -> bool:
    """Tell whether a change within few strides explains those around it about as well as a slope over many.

    Both are fitted as two levels joined by a straight line, the line 0 to ``within_strides`` long or longer.
    The wander of posture adds to either's squared error, so that a slope has to win clearly.
    """
    reach = config.slope_strides
    part = angle_deg[max(at - 2 * reach, 0) : at + 2 * reach]
    lengths = np.arange(reach + 1)
    places = np.arange(min(at, 2 * reach) - reach, min(at, 2 * reach) + reach + 1)
    error = np.array(
        [_joined_levels_error(part, places - length / 2.0, int(length)).min() for length in lengths]
    )
    short = error[: config.within_strides + 1].min()
    return bool(short <= config.slope_advantage * error[config.within_strides + 1 :].min())


def _joined_levels_error(part: FloatArray, first: FloatArray, length: int) -> FloatArray:
    """Return the squared error of two levels, joined from ``first`` (k,) on over ``length`` strides."""
    course = np.clip((np.arange(len(part)) - first[:, None] + 0.5) / max(length, 1), 0.0, 1.0)
    course -= course.mean(axis=1, keepdims=True)
    centred = part - part.mean()
    power = np.maximum((course**2).sum(axis=1), 1e-12)
    return np.asarray(centred @ centred - (course @ centred) ** 2 / power)


def _best_split(angle_deg: FloatArray, near: int, reach: int) -> int:
    """Return the first stride of the new level: where two levels leave the least squared error."""
    part = angle_deg[near - reach : near + reach]
    count = np.arange(1, len(part))
    excess = np.cumsum(part - part.mean())[:-1]
    return near - reach + 1 + int(np.argmax(excess**2 / (count * (len(part) - count))))


def _effort_explains(
    step_deg: float,
    *,
    table: StrideTable,
    rows: IntArray,
    at: int,
    config: MountingShiftConfig,
    effort: BaselineConfig,
) -> bool:
    """Tell whether speed, cadence or grade, where known, changed along with the angle, and enough for it."""
    before, after = rows[max(at - config.stays_strides, 0) : at], rows[at : at + config.stays_strides]
    speed_mps = [known_median(table["speed_mps"][part]) for part in (before, after)]
    grade_pct = [known_median(table["grade_pct"][part]) for part in (before, after)]
    cadence_spm = [known_median(table["cadence_spm"][part]) for part in (before, after)]
    faster = abs(speed_mps[1] - speed_mps[0]) > effort.max_speed_change * speed_mps[0]
    quicker = abs(cadence_spm[1] - cadence_spm[0]) > config.max_cadence_change * cadence_spm[0]
    by_grade_deg = config.most_deg_per_pct * abs(grade_pct[1] - grade_pct[0])
    return bool(faster or quicker or by_grade_deg > abs(step_deg))
