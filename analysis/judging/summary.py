"""Sum up a judged run: doubts, gaps on the way, totals, medians, thresholds in force, as a report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

import numpy as np

from analysis.config import AnalysisConfig
from analysis.judging.advice import advise
from analysis.judging.baseline import usable_running
from analysis.judging.distance import UNKNOWN, DistanceResult
from analysis.judging.episodes import known_median
from analysis.judging.facts import watch_facts
from analysis.judging.grade import GradeResult
from analysis.judging.judged_run import JudgedRun
from analysis.judging.quality import usable_fraction
from analysis.records import Advice, GapFact, StrideTable
from analysis.run_report import Evidence, Outcome, Provenance, Route, RunReport, Totals
from analysis.session_facts import HANDEDNESS, WITHIN_RANGE, SensorCheck, SensorFacts, SessionFacts
from analysis.signal.motion import Motion
from analysis.signal.speed import best_track
from analysis.signal.watch_clock import WatchClock
from analysis.stride.config import PostureConfig
from analysis.words import Activity, CheckOutcome, Method, NotJudgedReason
from sensor.samples import Recording, SensorRecording

_UNJUDGED = {HANDEDNESS: "axes are right-handed", WITHIN_RANGE: "range was exceeded"}


def report_of(
    run: JudgedRun, facts: tuple[SensorFacts, ...], *, evidence: Evidence, outcome: Outcome
) -> RunReport:
    """Return the report of a run whose strides are flagged and judged.

    Parameters
    ----------
    run
        All that was found.
    facts
        What was seen of each sensor.
    evidence, outcome
        What speaks for it, and what is concluded; advice is added.
    """
    return RunReport(
        session=_session_facts(run.recording, facts, run.watch),
        outcome=replace(outcome, advice=_advice(run, outcome, evidence)),
        totals=_totals(run.table, run.way, run.slope),
        evidence=evidence,
        provenance=_provenance(run),
        strides=run.table,
        curve=run.found.curve,
        route=_route(run.recording, run.way),
    )


def _provenance(run: JudgedRun) -> Provenance:
    trunk, way, slope, config = run.trunk, run.way, run.slope, run.config
    return Provenance(
        method=Method.ACCELEROMETER_ONLY if trunk.path is None else Method.ZERO_PHASE,
        zero_source=run.zero_source,
        distance_source=way.distance_source,
        speed_source=way.speed_source,
        grade_known=slope.is_known,
        grade_half_width_pct=slope.usual_half_width_pct,
        flexion_half_width_deg=_half_width_deg(trunk, config.posture),
        head_source=next((word for word in run.table["head_source"] if word), ""),
        config=config,
        config_hash=config.hash(run.personal),
        personal=run.personal,
        file_hash=run.recording.file_hash,
        version=version("runtall"),
    )


def _totals(table: StrideTable, way: DistanceResult, slope: GradeResult) -> Totals:
    running = table["activity"] == Activity.RUN
    return Totals(
        distance_m=way.total_m,
        running_s=_seconds(table, Activity.RUN),
        walking_s=_seconds(table, Activity.WALK),
        stride_count=len(table),
        usable_fraction=usable_fraction(table),
        cadence_spm=known_median(table["cadence_spm"][running]),
        speed_mps=known_median(table["speed_mps"][running]),
        flexion_deg=known_median(table["trunk_flexion_deg"][usable_running(table)]),
        heart_rate_bpm=known_median(table["heart_rate_bpm"][running]),
        ascent_m=slope.ascent_m,
        descent_m=slope.descent_m,
        too_steep_m=_length_m(table, NotJudgedReason.GRADE),
        other_pace_m=_length_m(table, NotJudgedReason.SPEED),
    )


def _length_m(table: StrideTable, reason: NotJudgedReason) -> float:
    """Return how far was run in strides that are not judged for a reason."""
    way_m = table["speed_mps"] * (table["end_s"] - table["start_s"])
    return float(np.nansum(way_m[table["judged_because"] == reason]))


def _advice(run: JudgedRun, outcome: Outcome, evidence: Evidence) -> tuple[Advice, ...]:
    return advise(
        verdict=outcome.verdict,
        episodes=evidence.episodes,
        quality=evidence.quality,
        context=run.recording.context,
        distance_m=math.nan if run.way.distance_source == UNKNOWN else run.way.total_m,
        barred_s=run.table["start_s"][run.found.barred],
        config=run.config.advice,
    )


def doubts_about(trunk: Motion, config: AnalysisConfig, *, checks: Sequence[SensorCheck]) -> Sequence[str]:
    """Say what about the trunk sensor's motion, and its checks, keeps confidence from being good."""
    doubts = []
    if trunk.path is None:
        error_deg = config.posture.accelerometer_error_deg
        doubts.append(f"The sensor has no gyroscope: the angle may be wrong by {error_deg:g}°.")
    doubts += [
        f"Whether the sensor's {_UNJUDGED[check.what]} was not judged: {check.because}."
        for check in checks
        if check.outcome == CheckOutcome.NOT_JUDGED and (check.what != HANDEDNESS or trunk.path is not None)
    ]
    votes = [vote for _, vote in trunk.axes.forward_votes]
    bowed = any(name == "bow" for name, _ in trunk.axes.forward_votes)
    if not votes or (not bowed and abs(sum(votes)) < config.axes.certain_votes):
        doubts.append("It is not certain which way is forward: bow once after standing.")
    return doubts


def gap_facts(sensor: SensorRecording, way: DistanceResult, config: PostureConfig) -> tuple[GapFact, ...]:
    """Place the losses worth telling on the way."""
    return tuple(
        GapFact(
            from_s=g.start_s,
            to_s=g.end_s,
            from_m=float(way.distance_at(g.start_s)),
            to_m=float(way.distance_at(g.end_s)),
            reason=g.reason,
        )
        for g in sensor.gaps
        if g.end_s - g.start_s >= config.min_gap_s
    )


def _route(recording: Recording, way: DistanceResult) -> Route | None:
    """Return where the run went, at the points that have both coordinates."""
    latitude, longitude = (best_track(recording.tracks, name) for name in ("latitude_deg", "longitude_deg"))
    if latitude is None or longitude is None:
        return None
    time_s, north, east = np.intersect1d(latitude.time_s, longitude.time_s, return_indices=True)
    return Route(time_s, latitude.value[north], longitude.value[east], way.distance_at(time_s))


def _session_facts(
    recording: Recording, sensors: tuple[SensorFacts, ...], watch: WatchClock | None
) -> SessionFacts:
    """Return what a report says of the session itself."""
    return SessionFacts(
        name=recording.name,
        path=str(recording.path),
        started_utc=recording.started_utc,
        duration_s=recording.duration_s,
        simulated=recording.simulated,
        sensors=sensors,
        context=recording.context,
        notices=recording.notices,
        watch=None
        if watch is None or recording.watch is None
        else watch_facts(recording, recording.watch, clock=watch),
    )


def _seconds(table: StrideTable, activity: Activity) -> float:
    """Return the time spent walking or running."""
    return float((table["end_s"] - table["start_s"])[table["activity"] == activity].sum())


def _half_width_deg(trunk: Motion, config: PostureConfig) -> float:
    """Return the half width of one stride's interval; only where a zero makes the angle absolute."""
    if trunk.path is None:
        return config.accelerometer_error_deg
    return config.flexion_error_deg
