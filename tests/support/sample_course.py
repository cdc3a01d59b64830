"""A made-up run over distance: strides from a few parameters, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from analysis.records import (
    AverageStride,
    Curve,
    Episode,
    Segment,
    StrideEnsemble,
    StrideTable,
    Third,
    Thirds,
    WalkingPosture,
)
from analysis.words import EpisodeEnd, Flag, Zone
from sensor.samples import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class Course:
    """What happens on the way, in metres from the start."""

    distance_m: float = 10_000.0
    speed_mps: float = 3.05
    usual_deg: float = 8.2
    slouch_from_m: float | None = 6_200.0
    slouch_deg: float = 5.5
    ramp_m: float = 700.0
    walk_m: tuple[float, float] | None = (4_050.0, 4_190.0)
    gaps_m: tuple[tuple[float, float], ...] = ((2_480.0, 2_590.0), (7_700.0, 7_745.0))
    stop_m: float | None = 5_200.0
    stop_s: float = 75.0
    hills: bool = False
    seed: int = 7
    step_m: float | None = None
    context: Mapping[str, Any] = field(default_factory=lambda: {"surface": "road", "pack": "none"})


def time_s(course: Course, distance_m: Any) -> Any:
    """Return when the runner passes ``distance_m``: 30 s of standing, an even speed, one stop."""
    moving = 30.0 + np.asarray(distance_m, dtype=float) / course.speed_mps
    stop = np.inf if course.stop_m is None else course.stop_m
    return moving + np.where(np.asarray(distance_m) >= stop, course.stop_s, 0.0)


def _lean_deg(course: Course, distance_m: FloatArray) -> FloatArray:
    if course.slouch_from_m is None:
        return np.zeros_like(distance_m)
    begin = course.slouch_from_m - course.ramp_m * 4 / course.slouch_deg
    return course.slouch_deg * np.clip((distance_m - begin) / course.ramp_m, 0, 1)


def strides_of(course: Course) -> StrideTable:
    rng = np.random.default_rng(course.seed)
    cadence = 169.0
    step_m = course.speed_mps * 120.0 / cadence
    distance = np.arange(0, course.distance_m - step_m, step_m)
    kept = np.ones(len(distance), dtype=bool)
    for a, b in course.gaps_m:
        kept &= (distance < a) | (distance > b)
    distance = distance[kept]
    n = len(distance)
    walk = np.zeros(n, dtype=bool) if course.walk_m is None else between(distance, *course.walk_m)
    sway = 0.5 * np.sin(distance / 410) + 0.3 * np.sin(distance / 97)
    adj = _lean_deg(course, distance) + sway + rng.normal(0, 0.7, n) - np.where(walk, 5.0, 0.0)
    adj = adj + np.where(distance >= (course.step_m or np.inf), 6.0, 0.0)
    usable = rng.random(n) > 0.02
    start = np.asarray(time_s(course, distance))
    side = 0.6 + rng.normal(0, 0.5, n)
    head = 3.2 + 0.42 * adj + rng.normal(0, 0.2, n)
    grade = 3.0 * np.sin(distance / 900) if course.hills else np.full(n, np.nan)
    return StrideTable(
        {
            "stride": np.arange(n),
            "start_s": start,
            "end_s": start + 120.0 / cadence,
            "distance_m": distance,
            "speed_mps": np.where(walk, 1.5, course.speed_mps + rng.normal(0, 0.08, n)),
            "grade_pct": grade,
            "activity": np.where(walk, "walk", "run").astype(object),
            "side_first": np.full(n, "left", dtype=object),
            "cadence_spm": np.where(walk, 112.0, cadence + rng.normal(0, 1.5, n)),
            "trunk_flexion_deg": course.usual_deg + adj,
            "trunk_flexion_rom_deg": 5.1 + rng.normal(0, 0.4, n),
            "trunk_lateral_deg": side,
            "lateral_left_deg": side - 2.1,
            "lateral_right_deg": side + 2.1,
            "trunk_rotation_rom_deg": 24 + rng.normal(0, 2, n),
            "trunk_flexion_adj_deg": adj,
            "head_forward_cm": head,
            "head_forward_lo_cm": head - 11.8,
            "head_forward_hi_cm": head + 11.8,
            "head_source": np.full(n, "trunk model", dtype=object),
            "vertical_oscillation_cm": 9.1 + rng.normal(0, 0.3, n),
            "contact_time_ms": np.full(n, 248.0),
            "usable": usable,
            "usable_because": np.where(usable, "", "turn").astype(object),
            "judged": usable & ~walk,
            "flag": np.full(n, "none", dtype=object),
        }
    )


def between(x: FloatArray, low: float, high: float) -> BoolArray:
    return (x >= low) & (x < high)


def _running_median(x: FloatArray, width: int = 25) -> FloatArray:
    if not len(x):
        return x
    padded = np.pad(x, width // 2, mode="edge")
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1)


def curve_of(strides: StrideTable, judged: BoolArray) -> Curve:
    at = np.flatnonzero(judged)
    return Curve(
        distance_m=strides["distance_m"][at],
        time_s=strides["start_s"][at],
        flexion_deg=_running_median(strides["trunk_flexion_deg"][at]),
        adj_deg=_running_median(strides["trunk_flexion_adj_deg"][at]),
        after_break=np.concatenate([[False], np.diff(strides["distance_m"][at]) > 12.0])[: len(at)],
    )


def episodes_of(course: Course, curve: Curve) -> tuple[Episode, ...]:
    found = []
    for flag, threshold in ((Flag.SLOUCHED, 4.0), (Flag.WATCH, 2.0)):
        over = np.flatnonzero(curve.adj_deg >= threshold)
        if course.slouch_from_m is None or not len(over):
            continue
        near = over[np.abs(curve.distance_m[over] - course.slouch_from_m) < course.ramp_m + 100]
        first = int(near[0])
        found.append(
            Episode(
                flag=flag,
                from_m=float(curve.distance_m[first]),
                to_m=float(curve.distance_m[-1]),
                from_s=float(curve.time_s[first]),
                to_s=float(curve.time_s[-1]),
                depth_deg=float(np.median(curve.adj_deg[first:])),
                speed_mps=course.speed_mps,
                grade_pct=0.4 if course.hills else float("nan"),
                ended_by=EpisodeEnd.END_OF_RUN,
            )
        )
    return tuple(found)


def segments_of(course: Course, strides: StrideTable, judged: BoolArray) -> tuple[Segment, ...]:
    edges = [*np.arange(0, course.distance_m, 1000.0).tolist(), course.distance_m]
    return tuple(_segment(course, strides, judged, a, b) for a, b in pairwise(edges))


def _segment(course: Course, s: StrideTable, judged: BoolArray, a: float, b: float) -> Segment:
    inside = between(s["distance_m"], a, b)
    use = inside & judged

    def middle(column: str) -> float:
        return float(np.median(s[column][use]))

    adj_deg = middle("trunk_flexion_adj_deg")
    return Segment(
        from_m=a,
        to_m=b,
        duration_s=float(time_s(course, b) - time_s(course, a)),
        stride_count=int(inside.sum()),
        usable_fraction=float(use.sum() / inside.sum()),
        flexion_deg=middle("trunk_flexion_deg"),
        adj_deg=adj_deg,
        lateral_deg=middle("trunk_lateral_deg"),
        head_forward_cm=middle("head_forward_cm"),
        cadence_spm=middle("cadence_spm"),
        speed_mps=course.speed_mps,
        vertical_oscillation_cm=middle("vertical_oscillation_cm"),
        contact_time_ms=middle("contact_time_ms"),
        flag=(Flag.NONE, Flag.WATCH, Flag.SLOUCHED)[int(np.digitize(adj_deg, [2.0, 4.0]))],
        lateral_left_deg=middle("lateral_left_deg"),
        lateral_right_deg=middle("lateral_right_deg"),
        head_forward_lo_cm=middle("head_forward_lo_cm"),
        head_forward_hi_cm=middle("head_forward_hi_cm"),
    )


def empty_segment(segment: Segment) -> Segment:
    none = float("nan")
    return Segment(
        segment.from_m, segment.to_m, segment.duration_s, segment.stride_count, 0.0,
        none, none, none, none, none, none, none, none, Flag.NONE,
    )  # fmt: skip


_BY_CHANGE = (Zone.TALLER, Zone.USUAL, Zone.WATCH, Zone.SLOUCHED)
"""Zones that the change of the trunk alone tells apart, from tall to bent."""


def zones_of(adj: FloatArray) -> dict[Zone, float]:
    edges = np.digitize(adj, [-2.0, 2.0, 4.0])
    return {zone: float(np.mean(edges == i)) for i, zone in enumerate(_BY_CHANGE)}


def thirds_of(course: Course, strides: StrideTable, judged: BoolArray) -> Thirds:
    """Return what the last third leaned more than the first; the interval is made up."""
    if course.distance_m < 1_800.0:
        return Thirds(because="the run is too short")
    third_m = course.distance_m / 3
    first, last = (_third(strides, judged, k * third_m, (k + 1) * third_m) for k in (0, 2))
    change_deg = last.angle_deg - first.angle_deg
    return Thirds(
        first=first,
        last=last,
        change_deg=change_deg,
        lo_deg=change_deg - 0.6,
        hi_deg=change_deg + 0.6,
        detectable_deg=0.6,
        matched_by=("pace", "slope") if course.hills else (),
    )


def _third(strides: StrideTable, judged: BoolArray, from_m: float, to_m: float) -> Third:
    inside = judged & between(strides["distance_m"], from_m, to_m)
    return Third(
        from_m=from_m,
        to_m=to_m,
        counted_m=0.97 * (to_m - from_m),
        stride_count=int(inside.sum()),
        angle_deg=float(np.mean(strides["trunk_flexion_adj_deg"][inside])),
        speed_mps=float(np.median(strides["speed_mps"][inside])),
        grade_pct=float(np.median(strides["grade_pct"][inside])),
    )


def walking_of(strides: StrideTable, judged: BoolArray) -> WalkingPosture | None:
    walked = strides["activity"] == "walk"
    if not walked.any():
        return None
    return WalkingPosture(
        walking_deg=float(np.median(strides["trunk_flexion_deg"][walked])),
        running_deg=float(np.median(strides["trunk_flexion_deg"][judged])),
        walking_strides=int(walked.sum()),
        running_strides=int(judged.sum()),
        walking_s=float(np.sum((strides["end_s"] - strides["start_s"])[walked])),
    )


def average_stride_of(late_deg: float = 0.0) -> AverageStride:
    """Return a trunk that swings twice a stride, by 5° in all, and leans further forward late in the run."""
    course_deg = 2.5 * np.sin(4.0 * np.pi * np.linspace(0.0, 1.0, 51))

    def ensemble(more_deg: float) -> StrideEnsemble:
        return StrideEnsemble(
            stride_count=640,
            mean_deg=tuple((course_deg + more_deg).tolist()),
            sd_deg=tuple(np.full(51, 0.75).tolist()),
        )

    return AverageStride(fresh=ensemble(0.0), late=ensemble(late_deg), opens_left=True)
