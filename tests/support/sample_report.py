"""Run reports made from a few parameters, for the tests of whatever lays a report out.

They are consistent in themselves (curve, kilometres, episodes and zones agree with the strides), so that a
picture drawn from one looks like a picture of a run; no stage of the analysis takes part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from analysis.records import (
    Baseline,
    Curve,
    Episode,
    GapFact,
    QualityLine,
    RunReport,
    Segment,
    SensorFacts,
    SessionFacts,
    Standing,
    StrapStep,
    StrideTable,
)
from sensor.samples import BoolArray, FloatArray

SETTINGS: Mapping[str, Any] = {
    "findings.watch_deg": 2.0,
    "findings.slouched_deg": 4.0,
    "findings.taller_deg": -2.0,
    "findings.smoothing_strides": 25,
    "findings.open_after_m": 300.0,
    "findings.close_below_deg": 1.0,
    "findings.close_after_m": 100.0,
    "orientation.smoothing_s": 5.0,
}


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


def sample_report(course: Course | None = None, **changed: Any) -> RunReport:
    """Return the report of a run on ``course``, with some fields replaced."""
    course = course or Course()
    strides = _strides(course)
    judged = (strides["activity"] == "run") & strides["usable"]
    curve = curve_of(strides, judged)
    episodes = _episodes(course, curve)
    end_s = float(strides["end_s"][-1])
    running = strides["activity"] == "run"
    whole = RunReport(
        session=_session(course, end_s),
        strides=strides,
        curve=curve,
        verdict=episodes[0].flag if episodes else "usual",
        no_verdict_because="",
        headline=_headline(course, episodes),
        confidence="fair",
        confidence_because=("The distance is estimated from cadence, not measured.",),
        method="zero-phase",
        zero_source="standing",
        distance_source="cadence model",
        speed_source="cadence model",
        grade_known=course.hills,
        distance_m=course.distance_m,
        running_s=float(np.sum((strides["end_s"] - strides["start_s"])[running])),
        walking_s=float(np.sum((strides["end_s"] - strides["start_s"])[~running])),
        stride_count=int(running.sum()),
        usable_fraction=float(judged.sum() / running.sum()),
        cadence_spm=float(np.median(strides["cadence_spm"][judged])),
        speed_mps=course.speed_mps,
        flexion_deg=float(np.median(strides["trunk_flexion_deg"][judged])),
        flexion_half_width_deg=0.6,
        head_source="trunk model",
        baseline=_baseline(course, strides, judged),
        standings=(
            Standing(4.0, 19.0, 0.0, 0.0, "zero"),
            Standing(end_s + 20, end_s + 31, 0.7, -0.3, "end"),
        ),
        segments=_segments(course, strides, judged, episodes),
        episodes=episodes,
        strap_steps=() if course.step_m is None else (_step(course, strides),),
        gaps=tuple(_gap(course, a, b) for a, b in course.gaps_m),
        zones=_zones(strides["trunk_flexion_adj_deg"][judged]),
        quality=_quality(),
        notes=("At 8.2 to 9.9 km the trunk leaned more than 15° forward: a remark, no fault.",)
        if course.slouch_deg > 6
        else (),
        settings=SETTINGS,
        config_hash="0123456789abcdef",
        file_hash="fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210",
        version="0.1.0",
    )
    return replace(whole, **changed)


def slouching_10k() -> RunReport:
    """Ten kilometres that slouch from km 6.2 on, with two gaps, a walk and a stop."""
    return sample_report()


def steady_run() -> RunReport:
    """Eight hilly kilometres at the usual posture, everything measured well."""
    course = Course(distance_m=8_000, slouch_from_m=None, walk_m=None, gaps_m=(), stop_m=None, hills=True)
    return sample_report(
        course,
        confidence="good",
        confidence_because=(),
        distance_source="watch file",
        speed_source="watch file",
    )


def short_run() -> RunReport:
    """Three hundred metres: figures, but no verdict."""
    course = Course(distance_m=300, slouch_from_m=None, walk_m=None, gaps_m=(), stop_m=None)
    return _without_baseline(
        sample_report(course), "121 usable strides were run; a verdict needs at least 200"
    )


def loose_sensor() -> RunReport:
    """A strap that let go: most strides unusable, no verdict."""
    report = sample_report(Course(distance_m=5_000, slouch_from_m=None, gaps_m=(), step_m=1_500.0))
    count = len(report.strides)
    usable = np.arange(count) < count * 0.3
    strides = report.strides.with_columns(
        usable=usable, usable_because=np.where(usable, "", "loose").astype(object)
    )
    bad = QualityLine(
        "sensor seat",
        "mean force 5.2 % off 1 g",
        "bad",
        "Tighten the strap: it should not slide under two fingers.",
    )
    changed = replace(
        report,
        strides=strides,
        curve=curve_of(strides, usable & (strides["activity"] == "run")),
        usable_fraction=0.3,
        confidence="do not trust",
        confidence_because=("only 30 % of the strides can be trusted", "the sensor moved on the strap"),
        quality=(bad, *report.quality),
        segments=tuple(s if s.to_m <= 1_500 else _empty(s) for s in report.segments),
    )
    return _without_baseline(changed, "more than half of the strides cannot be trusted: the sensor was loose")


def own_baseline() -> RunReport:
    """No standing was found: everything is told relative to the run's own fresh window."""
    return sample_report(
        zero_source="own baseline",
        standings=(),
        confidence_because=("no standing before or after the run",),
        flexion_deg=float("nan"),
        head_source="",
    )


def accelerometer_only() -> RunReport:
    """A heart-rate strap without gyroscope: no sideways, rotation or head figures."""
    report = sample_report()
    nan = np.full(len(report.strides), np.nan)
    strides = report.strides.with_columns(
        trunk_lateral_deg=nan,
        lateral_left_deg=nan,
        lateral_right_deg=nan,
        head_forward_cm=nan,
        head_forward_lo_cm=nan,
        head_forward_hi_cm=nan,
        head_source=np.full(len(nan), "", dtype=object),
    )
    none = float("nan")
    segments = tuple(
        replace(
            s,
            lateral_deg=none,
            lateral_left_deg=none,
            lateral_right_deg=none,
            head_forward_cm=none,
            head_forward_lo_cm=none,
            head_forward_hi_cm=none,
            contact_time_ms=none,
        )
        for s in report.segments
    )
    return replace(
        report,
        strides=strides,
        segments=segments,
        method="accelerometer only",
        flexion_half_width_deg=4.0,
        head_source="",
    )


def three_hours() -> RunReport:
    """A marathon of three hours and more than fifteen thousand strides."""
    course = Course(
        distance_m=42_195.0, speed_mps=3.9, slouch_from_m=31_000.0, gaps_m=((12_000.0, 12_100.0),), hills=True
    )
    return sample_report(course)


def _time_s(course: Course, distance_m: Any) -> Any:
    """Return when the runner passes ``distance_m``: 30 s of standing, an even speed, one stop."""
    moving = 30.0 + np.asarray(distance_m, dtype=float) / course.speed_mps
    stop = np.inf if course.stop_m is None else course.stop_m
    return moving + np.where(np.asarray(distance_m) >= stop, course.stop_s, 0.0)


def _lean_deg(course: Course, distance_m: FloatArray) -> FloatArray:
    if course.slouch_from_m is None:
        return np.zeros_like(distance_m)
    begin = course.slouch_from_m - course.ramp_m * 4 / course.slouch_deg
    return course.slouch_deg * np.clip((distance_m - begin) / course.ramp_m, 0, 1)


def _strides(course: Course) -> StrideTable:
    rng = np.random.default_rng(course.seed)
    cadence = 169.0
    step_m = course.speed_mps * 120.0 / cadence
    distance = np.arange(0, course.distance_m - step_m, step_m)
    kept = np.ones(len(distance), dtype=bool)
    for a, b in course.gaps_m:
        kept &= (distance < a) | (distance > b)
    distance = distance[kept]
    n = len(distance)
    walk = np.zeros(n, dtype=bool) if course.walk_m is None else _between(distance, *course.walk_m)
    sway = 0.5 * np.sin(distance / 410) + 0.3 * np.sin(distance / 97)
    adj = _lean_deg(course, distance) + sway + rng.normal(0, 0.7, n) - np.where(walk, 5.0, 0.0)
    adj = adj + np.where(distance >= (course.step_m or np.inf), 6.0, 0.0)
    usable = rng.random(n) > 0.02
    start = np.asarray(_time_s(course, distance))
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
            "head_forward_lo_cm": head - 4.6,
            "head_forward_hi_cm": head + 4.6,
            "head_source": np.full(n, "trunk model", dtype=object),
            "vertical_oscillation_cm": 9.1 + rng.normal(0, 0.3, n),
            "contact_time_ms": np.full(n, 248.0),
            "usable": usable,
            "usable_because": np.where(usable, "", "turn").astype(object),
            "flag": np.full(n, "none", dtype=object),
        }
    )


def _between(x: FloatArray, low: float, high: float) -> BoolArray:
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


def _episodes(course: Course, curve: Curve) -> tuple[Episode, ...]:
    found = []
    for flag, threshold in (("slouched", 4.0), ("watch", 2.0)):
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
                ended_by="end of run",
            )
        )
    return tuple(found)


def _headline(course: Course, episodes: tuple[Episode, ...]) -> str:
    if not episodes:
        return f"You ran tall: over {course.distance_m / 1000:.1f} km your trunk stayed where it usually is."
    worst = episodes[0]
    return (
        f"From km {worst.from_m / 1000:.1f} you leaned {worst.depth_deg:.1f}° further forward than usual, "
        "to the end of the run."
    )


def _baseline(course: Course, strides: StrideTable, judged: BoolArray) -> Baseline:
    to_m = min(2_000.0, course.distance_m / 4)
    window = judged & _between(strides["distance_m"], 500.0, max(to_m, 501.0))
    spread = float(np.std(strides["trunk_flexion_deg"][window])) if window.any() else float("nan")
    return Baseline(500.0, to_m, course.usual_deg, spread, course.speed_mps, int(window.sum()))


def _segments(
    course: Course, strides: StrideTable, judged: BoolArray, episodes: tuple[Episode, ...]
) -> tuple[Segment, ...]:
    edges = [*np.arange(0, course.distance_m, 1000.0).tolist(), course.distance_m]
    return tuple(_segment(course, strides, judged, episodes, a, b) for a, b in pairwise(edges))


def _segment(
    course: Course, s: StrideTable, judged: BoolArray, episodes: tuple[Episode, ...], a: float, b: float
) -> Segment:
    inside = _between(s["distance_m"], a, b)
    use = inside & judged
    flags = [e.flag for e in episodes if min(e.to_m, b) - max(e.from_m, a) >= 0.25 * (b - a)]

    def middle(column: str) -> float:
        return float(np.median(s[column][use]))

    return Segment(
        from_m=a,
        to_m=b,
        duration_s=float(_time_s(course, b) - _time_s(course, a)),
        stride_count=int(inside.sum()),
        usable_fraction=float(use.sum() / inside.sum()),
        flexion_deg=middle("trunk_flexion_deg"),
        adj_deg=middle("trunk_flexion_adj_deg"),
        lateral_deg=middle("trunk_lateral_deg"),
        head_forward_cm=middle("head_forward_cm"),
        cadence_spm=middle("cadence_spm"),
        speed_mps=course.speed_mps,
        vertical_oscillation_cm=middle("vertical_oscillation_cm"),
        contact_time_ms=middle("contact_time_ms"),
        flag=flags[0] if flags else "none",
        lateral_left_deg=middle("lateral_left_deg"),
        lateral_right_deg=middle("lateral_right_deg"),
        head_forward_lo_cm=middle("head_forward_lo_cm"),
        head_forward_hi_cm=middle("head_forward_hi_cm"),
    )


def _empty(segment: Segment) -> Segment:
    none = float("nan")
    return Segment(
        segment.from_m, segment.to_m, segment.duration_s, segment.stride_count, 0.0,
        none, none, none, none, none, none, none, none, "none",
    )  # fmt: skip


def _zones(adj: FloatArray) -> dict[str, float]:
    edges = np.digitize(adj, [-2.0, 2.0, 4.0])
    names = ("taller", "usual", "watch", "slouched")
    return {name: float(np.mean(edges == i)) for i, name in enumerate(names)}


def _session(course: Course, end_s: float) -> SessionFacts:
    sensor = SensorFacts(
        "sternum", "movesense", "Movesense 224830000123", 104.0, int(end_s * 104), 0.0, 0.012, 1.003, True
    )
    return SessionFacts(
        "Evening by the river",
        "/runs/evening.runtall",
        "2025-05-14T17:31:05Z",
        end_s + 40.0,
        False,
        (sensor,),
        course.context,
    )


def _gap(course: Course, from_m: float, to_m: float) -> GapFact:
    return GapFact(float(_time_s(course, from_m)), float(_time_s(course, to_m)), from_m, to_m, "link lost")


def _step(course: Course, strides: StrideTable) -> StrapStep:
    at_m = course.step_m or 0.0
    return StrapStep(float(_time_s(course, at_m)), at_m, 6.0)


def _quality() -> tuple[QualityLine, ...]:
    return (
        QualityLine("usable strides", "98 %", "good", ""),
        QualityLine("standing before and after", "0.7° apart", "good", ""),
        QualityLine("lost data", "2 gaps, 51 s", "fair", "Wear the recorder on the same side as the sensor."),
        QualityLine(
            "distance", "cadence model, ±10 %", "fair", "Give the distance: runtall import --distance 10km."
        ),
    )


def _without_baseline(report: RunReport, because: str) -> RunReport:
    """Return the report as it reads when no fresh window, hence no flag, could be formed."""
    nan = np.full(len(report.strides), np.nan)
    curve = report.curve
    return replace(
        report,
        verdict="none",
        no_verdict_because=because,
        headline=f"No verdict: {because}.",
        baseline=None,
        episodes=(),
        zones={},
        strides=report.strides.with_columns(trunk_flexion_adj_deg=nan),
        curve=Curve(
            curve.distance_m,
            curve.time_s,
            curve.flexion_deg,
            np.full(len(curve.time_s), np.nan),
            curve.after_break,
        ),
        segments=tuple(replace(s, adj_deg=float("nan"), flag="none") for s in report.segments),
    )
