"""Run reports made from a few parameters, for the tests of whatever lays a report out.

They are consistent in themselves (curve, kilometres, episodes and zones agree with the strides), so that a
picture drawn from one looks like a picture of a run; no stage of the analysis takes part.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from analysis.config import AnalysisConfig
from analysis.records import (
    Advice,
    AdviceKind,
    Baseline,
    Curve,
    Episode,
    GapFact,
    MountingShift,
    QualityLine,
    Standing,
    StrideTable,
)
from analysis.run_report import Evidence, Outcome, Provenance, RunReport, Totals
from analysis.session_facts import SensorFacts, SessionFacts
from analysis.words import Confidence, Flag, Grade, Method, StandingRole, Verdict, ZeroSource, Zone
from sensor.samples import BoolArray
from tests.support.sample_course import (
    Course,
    average_stride_of,
    between,
    curve_of,
    empty_segment,
    episodes_of,
    segments_of,
    strides_of,
    thirds_of,
    time_s,
    walking_of,
    zones_of,
)


def sample_report(course: Course | None = None, **changed: Any) -> RunReport:
    """Return the report of a run on ``course``, with some fields replaced."""
    course = course or Course()
    strides = strides_of(course)
    judged = (strides["activity"] == "run") & strides["usable"]
    curve = curve_of(strides, judged)
    episodes = episodes_of(course, curve)
    end_s = float(strides["end_s"][-1])
    running = strides["activity"] == "run"
    running_s = float(np.sum((strides["end_s"] - strides["start_s"])[running]))
    zones = zones_of(strides["trunk_flexion_adj_deg"][judged])
    whole = RunReport(
        session=_session(course, end_s),
        strides=strides,
        curve=curve,
        outcome=Outcome(
            verdict=Verdict(episodes[0].flag) if episodes else Verdict.USUAL,
            no_verdict_because="",
            headline=_headline(course, episodes),
            confidence=Confidence.FAIR,
            confidence_because=("The distance is estimated from cadence, not measured.",),
            advice=_advice(course, episodes),
        ),
        totals=Totals(
            distance_m=course.distance_m,
            running_s=running_s,
            walking_s=float(np.sum((strides["end_s"] - strides["start_s"])[~running])),
            stride_count=int(running.sum()),
            usable_fraction=float(judged.sum() / running.sum()),
            cadence_spm=float(np.median(strides["cadence_spm"][judged])),
            speed_mps=course.speed_mps,
            flexion_deg=float(np.median(strides["trunk_flexion_deg"][judged])),
        ),
        evidence=Evidence(
            baseline=_baseline(course, strides, judged),
            standings=(
                Standing(4.0, 19.0, 0.0, 0.0, StandingRole.ZERO),
                Standing(end_s + 20, end_s + 31, 0.7, -0.3, StandingRole.END),
            ),
            segments=segments_of(course, strides, judged),
            episodes=episodes,
            mounting_shifts=() if course.step_m is None else (_step(course, strides),),
            gaps=tuple(_gap(course, a, b) for a, b in course.gaps_m),
            zones=zones,
            zone_s={zone: share * running_s for zone, share in zones.items()},
            thirds=thirds_of(course, strides, judged),
            walking=walking_of(strides, judged),
            average_stride=average_stride_of(3.0),
            quality=_quality(),
            notes=("At 8.2 to 9.9 km the trunk leaned more than 15° forward: a remark, no fault.",)
            if course.slouch_deg > 6
            else (),
        ),
        provenance=Provenance(
            method=Method.ZERO_PHASE,
            zero_source=ZeroSource.STANDING,
            distance_source="cadence model",
            speed_source="cadence model",
            grade_known=course.hills,
            flexion_half_width_deg=0.6,
            head_source="trunk model",
            config=AnalysisConfig(),
            config_hash="0123456789abcdef",
            file_hash="fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210",
            version="0.1.0",
        ),
    )
    return with_fields(whole, **changed)


def with_fields(report: RunReport, **changed: Any) -> RunReport:
    """Return the report with some fields replaced, in whichever of its parts they are."""
    parts = {name: getattr(report, name) for name in ("outcome", "totals", "evidence", "provenance")}
    for name, part in parts.items():
        inside = {field.name: changed.pop(field.name) for field in fields(part) if field.name in changed}
        parts[name] = replace(part, **inside)
    return replace(report, **(parts | changed))


def _advice(course: Course, episodes: tuple[Episode, ...]) -> tuple[Advice, ...]:
    if course.distance_m < 2_000:
        return (Advice(AdviceKind.IMPROVE_RECORDING, "there is no verdict"),)
    if not episodes:
        return (Advice(AdviceKind.KEEP, "nothing was flagged"),)
    late = "the slouch came late in the run"
    return (
        Advice(AdviceKind.REMIND_LATE, late, at_m=episodes[0].from_m),
        Advice(AdviceKind.STRENGTHEN_BACK, late),
    )


def slouching_10k() -> RunReport:
    """Ten kilometres that slouch from km 6.2 on, with two gaps, a walk and a stop."""
    return sample_report()


def steady_run() -> RunReport:
    """Eight hilly kilometres at the usual posture, everything measured well."""
    course = Course(distance_m=8_000, slouch_from_m=None, walk_m=None, gaps_m=(), stop_m=None, hills=True)
    return sample_report(
        course,
        confidence=Confidence.GOOD,
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
        Grade.BAD,
        "Tighten the strap: it should not slide under two fingers.",
    )
    changed = with_fields(
        report,
        strides=strides,
        curve=curve_of(strides, usable & (strides["activity"] == "run")),
        usable_fraction=0.3,
        confidence=Confidence.DO_NOT_TRUST,
        confidence_because=("only 30 % of the strides can be trusted", "the sensor moved on the strap"),
        quality=(bad, *report.evidence.quality),
        advice=(Advice(AdviceKind.IMPROVE_RECORDING, bad.value, how=bad.advice),),
        segments=tuple(s if s.to_m <= 1_500 else empty_segment(s) for s in report.evidence.segments),
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


def head_sensor() -> RunReport:
    """A sensor on the head beside the trunk's: pitch and neck are measured."""
    report = slouching_10k()
    segments = tuple(replace(s, head_pitch_deg=6.0, neck_flexion_deg=-3.0) for s in report.evidence.segments)
    return with_fields(report, segments=segments, head_source="head sensor")


def three_sensors() -> RunReport:
    """Sensors on sacrum and head too: a lean with a straight back, and a head that drops near the end."""
    report = head_sensor()
    curve, far = report.curve, report.curve.distance_m >= 8_500.0
    lean_deg = curve.adj_deg
    curve = replace(
        curve,
        bend_change_deg=np.where(curve.distance_m < 300.0, np.nan, 0.2 * lean_deg),
        sacrum_change_deg=0.8 * lean_deg,
        head_pitch_deg=np.where(far, 18.0, 6.0),
        neck_flexion_deg=np.where(far, 9.0, -3.0),
    )
    slouch, watch = report.evidence.episodes
    lean = replace(slouch, flag=Flag.LEANING)
    head = replace(slouch, flag=Flag.HEAD, from_m=8_500.0, depth_deg=18.0)
    segments = tuple(
        replace(
            s,
            sacrum_pitch_deg=4.0 + 0.8 * s.adj_deg,
            upper_trunk_minus_sacrum_deg=4.2 + 0.2 * s.adj_deg,
            bend_change_deg=0.2 * s.adj_deg,
            flag=Flag.LEANING if s.flag == Flag.SLOUCHED else s.flag,
        )
        for s in report.evidence.segments
    )
    zones = {**report.evidence.zones, Zone.SLOUCHED: 0.0, Zone.LEANING: report.evidence.zones[Zone.SLOUCHED]}
    return with_fields(
        report,
        strides=report.strides.with_columns(sacrum_pitch_deg=np.full(len(report.strides), 4.0)),
        curve=curve,
        segments=segments,
        episodes=(lean, watch, head),
        zones=zones,
        zone_s={zone: 3_300.0 * share for zone, share in zones.items()},
        verdict=Verdict.LEANING,
        headline="From 6.2 km on you leaned about 5° further forward from the hips, for 3.8 km; "
        "your back stayed straight.",
        advice=(Advice(AdviceKind.CARRY_HIPS_HIGH, "you leaned from the hips with a straight back"),),
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
        for s in report.evidence.segments
    )
    return with_fields(
        report,
        strides=strides,
        segments=segments,
        method=Method.ACCELEROMETER_ONLY,
        flexion_half_width_deg=4.5,
        head_source="",
    )


def three_hours() -> RunReport:
    """A marathon of three hours and more than fifteen thousand strides."""
    course = Course(
        distance_m=42_195.0, speed_mps=3.9, slouch_from_m=31_000.0, gaps_m=((12_000.0, 12_100.0),), hills=True
    )
    return sample_report(course)


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
    window = judged & between(strides["distance_m"], 500.0, max(to_m, 501.0))
    spread = float(np.std(strides["trunk_flexion_deg"][window])) if window.any() else float("nan")
    return Baseline(500.0, to_m, course.usual_deg, spread, course.speed_mps, int(window.sum()))


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
    return GapFact(float(time_s(course, from_m)), float(time_s(course, to_m)), from_m, to_m, "link lost")


def _step(course: Course, strides: StrideTable) -> MountingShift:
    at_m = course.step_m or 0.0
    return MountingShift(float(time_s(course, at_m)), at_m, 6.0)


def _quality() -> tuple[QualityLine, ...]:
    return (
        QualityLine("usable strides", "98 %", Grade.GOOD, ""),
        QualityLine("standing before and after", "0.7° apart", Grade.GOOD, ""),
        QualityLine(
            "lost data", "2 gaps, 51 s", Grade.FAIR, "Wear the recorder on the same side as the sensor."
        ),
        QualityLine(
            "distance",
            "cadence model, ±10 %",
            Grade.FAIR,
            "Give the distance: runtall import --distance 10km.",
        ),
    )


def _without_baseline(report: RunReport, because: str) -> RunReport:
    """Return the report as it reads when no fresh window, hence no flag, could be formed."""
    nan = np.full(len(report.strides), np.nan)
    curve = report.curve
    return with_fields(
        report,
        verdict=Verdict.NONE,
        no_verdict_because=because,
        headline=f"No verdict: {because}.",
        baseline=None,
        episodes=(),
        zones={},
        zone_s={},
        strides=report.strides.with_columns(trunk_flexion_adj_deg=nan),
        curve=Curve(
            curve.distance_m,
            curve.time_s,
            curve.flexion_deg,
            np.full(len(curve.time_s), np.nan),
            curve.after_break,
        ),
        segments=tuple(replace(s, adj_deg=float("nan"), flag=Flag.NONE) for s in report.evidence.segments),
    )
