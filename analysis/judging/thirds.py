"""The first third of the usable running against the last, at matched pace and slope."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.judging.baseline import usable_running
from analysis.judging.config import ThirdsConfig
from analysis.judging.episodes import known_median, stride_length_m
from analysis.maths.dependent_means import mean_change
from analysis.records import Axis, MountingShift, StrideTable, Third, Thirds
from analysis.words import Activity
from sensor.samples import BoolArray, FloatArray

_TOO_SHORT = "the run is too short"
_TOO_FEW = "too few strides could be used"
_UNMATCHED = "too little of the two was run at the same pace and slope"
_STEPPED = "a sudden step of unknown cause lies between them: part of the change may be the strap"


def thirds_of(
    table: StrideTable, *, speed_is_measured: bool, shifts: Sequence[MountingShift], config: ThirdsConfig
) -> Thirds:
    """Compare the first and the last third of the usable running, each as long as the other.

    Of both only what was run at speeds and on slopes that both have counts, where these were measured. What
    is compared are means of stages of some 100 m, because neighbouring strides are not independent.

    Parameters
    ----------
    table
        With ``trunk_flexion_adj_deg``, which counts where it is known, else the flexion itself.
    speed_is_measured
        Whether a watch, a foot pod or a treadmill told the speed.
    shifts
        Sudden steps whose cause nobody knows.
    config
        Lengths and limits.
    """
    inside = usable_running(table)
    strides = StrideTable({name: table[name][inside] for name in table.columns})
    length_m = stride_length_m(table)[inside]
    total_m = float(length_m.sum())
    if total_m < 3 * config.min_stages * config.stage_m:
        return Thirds(because=_TOO_FEW if _is_long(table, config) else _TOO_SHORT)
    parts = _outer_thirds(length_m)
    matched, by = _matched(strides, parts, speed_is_measured=speed_is_measured, config=config)
    first, last = (part & matched for part in parts)
    angle_deg = _angle_deg(strides)
    stages = [_stages(angle_deg[part], length_m[part], config=config) for part in (first, last)]
    if min(map(len, stages)) < config.min_stages:
        return Thirds(because=_UNMATCHED)
    change_deg, half_deg = mean_change(*stages, lag1=config.stage_lag1, level=config.level)
    return Thirds(
        first=_third(strides, angle_deg, length_m=length_m, part=parts[0], counted=first),
        last=_third(strides, angle_deg, length_m=length_m, part=parts[1], counted=last),
        change_deg=change_deg,
        lo_deg=change_deg - half_deg,
        hi_deg=change_deg + half_deg,
        detectable_deg=half_deg,
        matched_by=by,
        doubt=_STEPPED if _stepped(strides, parts, shifts=shifts) else "",
    )


def in_last_third(table: StrideTable) -> BoolArray:
    """Return (strides,) true for the usable running strides of the last third that `thirds_of` compares."""
    inside = usable_running(table)
    found = np.zeros(len(table), dtype=bool)
    found[inside] = _outer_thirds(stride_length_m(table)[inside])[1]
    return found


def _outer_thirds(length_m: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Return (n,) true for the strides that lie wholly in the first and in the last third of their way."""
    come_m = np.cumsum(length_m)
    total_m = float(come_m[-1]) if len(come_m) else 0.0
    return come_m <= total_m / 3, come_m - length_m >= total_m * 2 / 3


def _is_long(table: StrideTable, config: ThirdsConfig) -> bool:
    """Tell whether enough was run, usable or not."""
    running = table["activity"] == Activity.RUN
    return bool(np.nansum(stride_length_m(table)[running]) >= 3 * config.min_stages * config.stage_m)


def _angle_deg(strides: StrideTable) -> FloatArray:
    adjusted_deg = strides["trunk_flexion_adj_deg"]
    known = bool(np.isfinite(adjusted_deg).all())
    return np.asarray(adjusted_deg if known else strides["trunk_flexion_deg"])


def _matched(
    strides: StrideTable,
    parts: tuple[BoolArray, BoolArray],
    *,
    speed_is_measured: bool,
    config: ThirdsConfig,
) -> tuple[BoolArray, tuple[str, ...]]:
    """Return (n,) true at speeds and on slopes that both parts have, and what of these is known."""
    matched, by = np.ones(len(strides), dtype=bool), []
    speed_mps, grade_pct = strides["speed_mps"], strides["grade_pct"]
    if speed_is_measured:
        matched &= _shared(np.log(speed_mps), parts, margin=config.speed_margin, tail=config.tail)
        by.append("pace")
    if all(np.isfinite(grade_pct[part]).mean() >= config.known_grade for part in parts):
        matched &= _shared(grade_pct, parts, margin=config.grade_margin_pct, tail=config.tail)
        by.append("slope")
    return matched, tuple(by)


def _shared(
    values: FloatArray, parts: tuple[BoolArray, BoolArray], *, margin: float, tail: float
) -> BoolArray:
    """Return (n,) true where (n,) values lie in the range that both parts have, tails left out."""
    ranges = [np.nanquantile(values[part], (tail, 1 - tail)) for part in parts]
    low, high = max(r[0] for r in ranges) - margin, min(r[1] for r in ranges) + margin
    return np.asarray((values >= low) & (values <= high))


def _stages(angle_deg: FloatArray, length_m: FloatArray, *, config: ThirdsConfig) -> FloatArray:
    """Return the mean angle of every stage of the strides in order; a last part below half of one is none."""
    number = ((np.cumsum(length_m) - length_m) // config.stage_m).astype(np.int64)
    counts, covered_m = np.bincount(number), np.bincount(number, weights=length_m)
    sums = np.bincount(number, weights=angle_deg)
    kept = (counts >= config.min_stage_strides) & (covered_m >= config.stage_m / 2)
    return np.asarray(sums[kept] / counts[kept])


def _third(
    strides: StrideTable,
    angle_deg: FloatArray,
    *,
    length_m: FloatArray,
    part: BoolArray,
    counted: BoolArray,
) -> Third:
    at_m = strides["distance_m"][part]
    return Third(
        from_m=float(at_m[0]),
        to_m=float(at_m[-1]),
        counted_m=float(length_m[counted].sum()),
        stride_count=int(counted.sum()),
        angle_deg=float(angle_deg[counted].mean()),
        speed_mps=known_median(strides["speed_mps"][counted]),
        grade_pct=known_median(strides["grade_pct"][counted]),
    )


def _stepped(
    strides: StrideTable, parts: tuple[BoolArray, BoolArray], *, shifts: Sequence[MountingShift]
) -> bool:
    """Tell whether a step forward or back lies after the first strides compared and before the last."""
    start_s = strides["start_s"]
    from_s, to_s = float(start_s[parts[0]][0]), float(start_s[parts[1]][-1])
    return any(s.axis is Axis.FORWARD and from_s < s.at_s < to_s for s in shifts)
