"""The order of the stages, from a session to the report of a run, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from typing import Any

from analysis.config import AnalysisConfig
from analysis.errors import SignalError
from analysis.judging.baseline import (
    fresh_window,
    relative_to_window,
    usable_running,
    with_adjusted_flexion,
    with_judged,
)
from analysis.judging.distance import DistanceResult, distance_of
from analysis.judging.episodes import known_median
from analysis.judging.facts import clock_facts, sensor_facts, standings_of
from analysis.judging.flags import Findings, findings_of
from analysis.judging.mounting_shift import strap_steps
from analysis.judging.quality import quality_of, usable_fraction
from analysis.judging.recalibration import recalibrated, sound_zero
from analysis.judging.segments import median_over_distance, segments_of
from analysis.judging.verdict import Judgement, judge, require_running
from analysis.records import (
    Baseline,
    ClockFacts,
    GapFact,
    RunReport,
    SensorFacts,
    SessionFacts,
    Standing,
    StrapStep,
    StrideTable,
)
from analysis.signal.clock_alignment import on_trunk_clock
from analysis.signal.motion import Motion, motion_of
from analysis.signal.neutral_standing import OWN_BASELINE
from analysis.signal.speed import SpeedProfile, speed_profile
from analysis.stride.rows import stride_table
from sensor.samples import TRUNK_PLACEMENTS, Recording, SensorRecording, StrPath
from sensor.session.reader import read_recording

ZERO_PHASE, ACCELEROMETER_ONLY = "zero-phase", "accelerometer only"


def analyse_session(path: StrPath, config: AnalysisConfig | None = None) -> RunReport:
    """Read a session file and analyse it: one pure, picklable call from path to report.

    Raises
    ------
    SessionFileError
        For a file that cannot be read.
    AnalysisError
        As `analyse`.
    """
    return analyse(read_recording(path), config)


def analyse(recording: Recording, config: AnalysisConfig | None = None) -> RunReport:
    """Analyse one session.

    Parameters
    ----------
    recording
        At least one trunk sensor.
    config
        Every number; the defaults without it.

    Raises
    ------
    SignalError
        Without a trunk sensor, or with a signal nothing can be drawn from.
    NotEnoughRunningError
        With less than ten seconds or ten strides of running.
    """
    config = config or AnalysisConfig()
    sensor = _trunk_sensor(recording)
    speed = speed_profile(recording.tracks, recording.context, config.distance)
    trunk = motion_of(sensor, speed, config)
    recording, motions, clocks = _beside_the_trunk(recording, sensor, trunk, speed, config)
    measured = speed is not None and speed.measured
    table = stride_table(trunk, motions, measured, recording.context, config)
    require_running(table, config.verdict)
    way = distance_of(table, recording.tracks, recording.context, config.distance, sensor.gaps)
    table = _along_the_way(table, way, config)
    steps = strap_steps(table, config.strap_step, config.baseline)
    standings = standings_of(trunk)
    zero_source = sound_zero(trunk.zero.source, standings, steps, config.verdict.unsound_standing_deg)
    table, baseline = _against_the_window(table, way, zero_source, config)
    table, standings = recalibrated(table, standings, steps, recording.context, config)
    found = findings_of(table, baseline, config, steps, standings, zero_source)
    return _judged(
        recording, sensor, motions, clocks, found, baseline, way, steps, standings, zero_source, config
    )


def _beside_the_trunk(
    recording: Recording,
    sensor: SensorRecording,
    trunk: Motion,
    speed: SpeedProfile | None,
    config: AnalysisConfig,
) -> tuple[Recording, dict[str, Motion], dict[str, ClockFacts]]:
    """Return the motion of every sensor worn, on the trunk sensor's clock, and how well clocks agree.

    One that nothing can be drawn from is left out, and said.
    """
    motions, clocks, kept, notices = {sensor.placement: trunk}, {}, [], list(recording.notices)
    for worn in recording.sensors:
        other = worn
        try:
            if worn is not sensor:
                other, events = on_trunk_clock(sensor, worn, config.knocks)
                motions[other.placement] = motion_of(other, speed, config, trunk)
                clocks[other.placement] = clock_facts(sensor, other, events, config.knocks)
            kept.append(other)
        except SignalError as error:
            notices.append(f"The sensor at {other.placement} is left out: {error}.")
    return replace(recording, sensors=tuple(kept), notices=tuple(notices)), motions, clocks


def _trunk_sensor(recording: Recording) -> SensorRecording:
    """Return the sensor whose tilt is trunk flexion."""
    sensor = recording.sensor(*TRUNK_PLACEMENTS)
    if sensor is None:
        worn = ", ".join(s.placement for s in recording.sensors) or "none"
        raise SignalError(
            f"{recording.name}: no trunk sensor (worn: {worn}); wear one as {' or '.join(TRUNK_PLACEMENTS)}"
        )
    return sensor


def _along_the_way(table: StrideTable, way: DistanceResult, config: AnalysisConfig) -> StrideTable:
    """Fill distance, speed, grade, and what is only worth showing as a median over distance."""
    table = table.with_columns(distance_m=way.distance_m, speed_mps=way.speed_mps, grade_pct=way.grade_pct)
    contact_ms = median_over_distance(
        table["distance_m"], table["contact_time_ms"], usable_running(table), config.segments.contact_window_m
    )
    return table.with_columns(contact_time_ms=contact_ms)


def _against_the_window(
    table: StrideTable, way: DistanceResult, zero_source: str, config: AnalysisConfig
) -> tuple[StrideTable, Baseline | None]:
    """Fill the flexion against the fresh window, and what may be judged by it."""
    baseline = fresh_window(table, way.total_m, config.baseline)
    if zero_source == OWN_BASELINE and baseline is not None:
        table, baseline = relative_to_window(table, baseline)
    table = with_judged(table, baseline, config.baseline, speed_is_measured=way.speed_is_measured)
    return with_adjusted_flexion(table, baseline), baseline


def _judged(
    recording: Recording,
    sensor: SensorRecording,
    motions: Mapping[str, Motion],
    clocks: Mapping[str, ClockFacts],
    found: Findings,
    baseline: Baseline | None,
    way: DistanceResult,
    steps: tuple[StrapStep, ...],
    standings: tuple[Standing, ...],
    zero_source: str,
    config: AnalysisConfig,
) -> RunReport:
    """Judge what was found and sum up."""
    trunk, table = motions[sensor.placement], found.table
    gaps = _gaps(sensor, way, config)
    facts = tuple(
        sensor_facts(s, motions[s.placement], config, clocks.get(s.placement)) for s in recording.sensors
    )
    quality = quality_of(facts, table, standings, steps, gaps, config.verdict)
    judgement = _judgement(trunk, found, baseline, steps, standings, way, zero_source, config)
    return RunReport(
        session=_session_facts(recording, facts),
        strides=table,
        curve=found.curve,
        verdict=judgement.verdict,
        no_verdict_because=judgement.no_verdict_because,
        headline=judgement.headline,
        confidence=judgement.confidence,
        confidence_because=judgement.confidence_because,
        method=ACCELEROMETER_ONLY if trunk.path is None else ZERO_PHASE,
        zero_source=zero_source,
        distance_source=way.distance_source,
        speed_source=way.speed_source,
        grade_known=way.grade_known,
        distance_m=way.total_m,
        running_s=_seconds(table, "run"),
        walking_s=_seconds(table, "walk"),
        stride_count=len(table),
        usable_fraction=usable_fraction(table),
        cadence_spm=known_median(table["cadence_spm"][table["activity"] == "run"]),
        speed_mps=known_median(table["speed_mps"][table["activity"] == "run"]),
        flexion_deg=known_median(table["trunk_flexion_deg"][usable_running(table)]),
        flexion_half_width_deg=_half_width_deg(trunk, config),
        head_source=next((word for word in table["head_source"] if word), ""),
        baseline=baseline,
        standings=standings,
        segments=segments_of(table, way.total_m, config.segments),
        episodes=found.episodes,
        strap_steps=steps,
        gaps=gaps,
        zones=found.zones,
        quality=quality,
        notes=found.notes,
        settings=_settings(config),
        config_hash=config.hash(),
        file_hash=recording.file_hash,
        version=version("runtall"),
    )


def _judgement(
    trunk: Motion,
    found: Findings,
    baseline: Baseline | None,
    steps: Sequence[StrapStep],
    standings: Sequence[Standing],
    way: DistanceResult,
    zero_source: str,
    config: AnalysisConfig,
) -> Judgement:
    """Give the verdict on what was found."""
    return judge(
        found.table,
        baseline,
        found.episodes,
        steps,
        standings,
        way.total_m,
        way.distance_source,
        zero_source,
        config.verdict,
        _doubts(trunk),
    )


def _session_facts(recording: Recording, sensors: tuple[SensorFacts, ...]) -> SessionFacts:
    """Return what a report says of the session itself."""
    return SessionFacts(
        recording.name,
        str(recording.path),
        recording.started_utc,
        recording.duration_s,
        recording.simulated,
        sensors,
        recording.context,
        recording.notices,
    )


def _seconds(table: StrideTable, activity: str) -> float:
    """Return the time spent walking or running."""
    return float((table["end_s"] - table["start_s"])[table["activity"] == activity].sum())


def _half_width_deg(trunk: Motion, config: AnalysisConfig) -> float:
    """Return the half width of one stride's interval; only where a zero makes the angle absolute."""
    if trunk.path is None:
        return config.posture.accelerometer_error_deg
    return config.posture.flexion_error_deg


def _doubts(trunk: Motion) -> Sequence[str]:
    """Say what else keeps confidence from being good."""
    doubts = []
    if trunk.path is None:
        doubts.append("The sensor has no gyroscope: the angle may be wrong by 4°.")
    votes = [vote for _, vote in trunk.axes.forward_votes]
    bowed = any(name == "bow" for name, _ in trunk.axes.forward_votes)
    if not votes or (not bowed and abs(sum(votes)) < 0.5):
        doubts.append("It is not certain which way is forward: bow once after standing.")
    return doubts


def _gaps(sensor: SensorRecording, way: DistanceResult, config: AnalysisConfig) -> tuple[GapFact, ...]:
    """Place the losses worth telling on the way."""
    return tuple(
        GapFact(
            g.start_s, g.end_s, float(way.distance_at(g.start_s)), float(way.distance_at(g.end_s)), g.reason
        )
        for g in sensor.gaps
        if g.end_s - g.start_s >= config.posture.min_gap_s
    )


def _settings(config: AnalysisConfig) -> dict[str, Any]:
    """Return every number a finding depends on, as ``group.name``."""
    groups = ("baseline", "findings", "strap_step", "segments", "verdict", "posture")
    every = asdict(config)
    return {f"{group}.{name}": value for group in groups for name, value in every[group].items()}
