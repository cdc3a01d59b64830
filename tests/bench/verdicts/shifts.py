"""Slips of the mounting: how many are found, and how many gentle folds are taken for one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analysis.records import Axis, StrideTable
from sensor.virtual.runner.plan import PosturePoint
from tests.bench.tables import markdown
from tests.bench.verdicts.made_up import Asked, Slip, Wander, make_run
from tests.bench.verdicts.rule import judged

ANGLES_DEG = (3.0, 4.0, 5.0, 6.0, 8.0)
WANDERS = tuple(
    Wander(sd_deg, correlation_strides, is_rough)
    for sd_deg, correlation_strides in (
        (1.0, 200.0),
        (1.0, 100.0),
        (1.0, 50.0),
        (1.0, 15.0),
        (1.3, 50.0),
        (1.3, 15.0),
    )
    for is_rough in (True, False)
)
SLOW = Wander(1.0, 50.0)
"""Wander that is no larger and no quicker than this is slow."""
NEAR_M = 20.0
FOLDS_M = (17.0, 21.0, 42.0)
"""Eight, ten and twenty strides."""

HEADER = ("wander, degrees, forgotten over", "runs each", *(f"slip of {angle:g}°" for angle in ANGLES_DEG))
STOPS_M = (-120.0, -60.0, -30.0, 30.0, 60.0, 120.0)
LENGTH_M = 6000.0
STOP_HEADER = ("m from a stop", "runs", "slips of 6° found")
FOLD_HEADER = ("folds over, m", "runs each", "by 3°", "by 6°")


def is_found(wander: Wander, angle_deg: float, seed: int) -> bool:
    """Tell whether a slip is reported where it was: forward or back, over one to three strides."""
    signed_deg = angle_deg if seed % 4 < 2 else -angle_deg
    slip = Slip(signed_deg, over_strides=1 + seed % 3)
    run = make_run(Asked(wander, length_m=LENGTH_M, is_track=seed % 2 == 0, slip=slip), seed)
    return _reported(run.measured, float(run.measured["distance_m"][run.slip_row]), NEAR_M)


def fold_is_called_a_shift(wander: Wander, depth_deg: float, within_m: float, seed: int) -> bool:
    """Tell whether a runner's quick fold at km 3 is taken for a slip."""
    posture = (PosturePoint(3.0, 0.0), PosturePoint(3.0 + within_m / 1e3, depth_deg))
    run = make_run(Asked(wander, length_m=LENGTH_M, is_track=seed % 2 == 0, posture=posture), seed)
    return _reported(run.measured, 3000.0 + within_m / 2.0, NEAR_M + within_m)


def _reported(table: StrideTable, at_m: float, near_m: float) -> bool:
    shifts = judged(table, seeks_shifts=True).shifts
    return any(shift.axis is Axis.FORWARD and abs(shift.at_m - at_m) < near_m for shift in shifts)


def table(seeds: range, progress: Callable[[str], None]) -> str:
    """Return the Markdown table of slips, so many runs per wander and angle as there are seeds."""
    rows = []
    slow: list[list[bool]] = []
    for index, wander in enumerate(WANDERS):
        progress(f"mounting shifts, {index + 1} of {len(WANDERS)} wanders")
        found = [
            [is_found(wander, angle_deg, _seed(seed, 400 + 10 * index + k)) for seed in seeds]
            for k, angle_deg in enumerate(ANGLES_DEG)
        ]
        if wander.sd_deg <= SLOW.sd_deg and wander.correlation_strides >= SLOW.correlation_strides:
            slow.append(found[0])
        kind = "rough" if wander.is_rough else "smooth"
        name = f"{wander.sd_deg:g}, {wander.correlation_strides:.0f} strides, {kind}"
        rows.append((name, str(len(seeds)), *(f"{np.mean(one):.0%}" for one in found)))
    share = f"{np.mean(slow):.1%}"
    summary = (
        f"\nOf slips by {ANGLES_DEG[0]:g}° at {SLOW.sd_deg:g}° over {SLOW.correlation_strides:.0f} strides"
    )
    return markdown(HEADER, rows) + f"{summary} and more, {share} are found.\n"


def fold_table(seeds: range, progress: Callable[[str], None]) -> str:
    """Return the Markdown table of quick folds that are called shifts, over all wanders of one degree."""
    rows = []
    for index, within_m in enumerate(FOLDS_M):
        progress(f"quick folds, {index + 1} of {len(FOLDS_M)} lengths")
        called = [
            [
                fold_is_called_a_shift(wander, depth_deg, within_m, _seed(seed, 600 + 20 * index + k))
                for k, wander in enumerate(WANDERS)
                for seed in seeds
            ]
            for depth_deg in (3.0, 6.0)
        ]
        rows.append((f"{within_m:.0f}", str(len(called[0])), *(f"{np.mean(one):.0%}" for one in called)))
    return markdown(FOLD_HEADER, rows)


def is_found_near_a_stop(wander: Wander, off_m: float, seed: int) -> bool:
    """Tell whether a slip of six degrees is reported so far after the second stop, or before it."""
    slip = Slip(6.0 if seed % 4 < 2 else -6.0, 2.0 / 3.0 + off_m / LENGTH_M, over_strides=1 + seed % 3)
    run = make_run(Asked(wander, length_m=LENGTH_M, is_track=seed % 2 == 0, slip=slip), seed)
    return _reported(run.measured, float(run.measured["distance_m"][run.slip_row]), NEAR_M)


def stop_table(seeds: range, progress: Callable[[str], None]) -> str:
    """Return the Markdown table of slips near a stop, over all wanders of one degree."""
    wanders = [wander for wander in WANDERS if wander.sd_deg <= SLOW.sd_deg]
    rows = []
    for index, off_m in enumerate(STOPS_M):
        progress(f"slips near a stop, {index + 1} of {len(STOPS_M)} places")
        found = [
            is_found_near_a_stop(wander, off_m, _seed(seed, 800 + 20 * index + k))
            for k, wander in enumerate(wanders)
            for seed in seeds
        ]
        where = f"{abs(off_m):.0f} {'before' if off_m < 0 else 'after'}"
        rows.append((where, str(len(found)), f"{np.mean(found):.0%}"))
    return markdown(STOP_HEADER, rows)


def _seed(seed: int, row: int) -> int:
    """Return a seed that no two rows share and that keeps the remainders by 12 of ``seed``."""
    return 12 * (1000 * (seed // 12) + row) + seed % 12
