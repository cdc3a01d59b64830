"""The order of the stages, from a session to the report of a run, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from analysis.config import AnalysisConfig
from analysis.cues.log import cues_of
from analysis.errors import NoLapsError, SignalError
from analysis.judging.average_stride import average_stride_of
from analysis.judging.baseline import (
    fresh_window,
    read_at_its_effort,
    relative_to_window,
    usable_running,
    with_adjusted_flexion,
    with_judged,
)
from analysis.judging.cue_effect import cue_findings
from analysis.judging.distance import DistanceResult, distance_of, lost_running_share
from analysis.judging.distance_doubts import source_doubts, typed_doubts
from analysis.judging.facts import clock_facts, sensor_facts, standings_of
from analysis.judging.flags import findings_of
from analysis.judging.grade import GradeResult, grade_of
from analysis.judging.judged_run import JudgedRun
from analysis.judging.known_laps import lap_times
from analysis.judging.laps import efforts_of, laps_of
from analysis.judging.mounting_shift import mounting_shifts
from analysis.judging.own_slopes import effort_of, from_the_start
from analysis.judging.quality import quality_of
from analysis.judging.recalibration import recalibrated, sound_zero
from analysis.judging.segments import held_back, median_over_distance, segments_of
from analysis.judging.summary import doubts_about, gap_facts, report_of
from analysis.judging.thirds import thirds_of
from analysis.judging.verdict import judge, require_running
from analysis.judging.walking import walking_beside_running
from analysis.lengths import Split
from analysis.personal import PersonalBaseline
from analysis.records import Baseline, Segment, StrideTable
from analysis.run_report import Evidence, Outcome, RunReport
from analysis.session_facts import ClockFacts, SensorFacts
from analysis.signal.body_clock import tied_clock
from analysis.signal.calibration import calibrated, calibrated_sensor
from analysis.signal.motion import Felt, Motion, gait_of, motion_of
from analysis.signal.speed import SpeedProfile, speed_profile
from analysis.signal.watch_clock import WatchClock, unplaced
from analysis.signal.watch_tracks import lap_starts_s, watch_clock_of, with_watch
from analysis.stride.heart_rate import heart_rate_of
from analysis.stride.rows import stride_table
from analysis.words import ZeroSource
from sensor.samples import TRUNK_PLACEMENTS, FloatArray, Recording, SensorRecording, StrPath
from sensor.session.reader import read_recording


def analyse_session(
    path: StrPath, config: AnalysisConfig | None = None, *, personal: PersonalBaseline | None = None
) -> RunReport:
    """Read a session file and analyse it: one pure, picklable call from path to report.

    Parameters
    ----------
    path
        The session file.
    config, personal
        As of `analyse`.

    Raises
    ------
    SessionFileError
        For a file that cannot be read.
    AnalysisError
        As `analyse`.
    """
    return analyse(read_recording(path), config, personal=personal)


def analyse(
    recording: Recording,
    config: AnalysisConfig | None = None,
    *,
    personal: PersonalBaseline | None = None,
) -> RunReport:
    """Analyse one session.

    Parameters
    ----------
    recording
        At least one trunk sensor.
    config
        Every number; the defaults without it.
    personal
        What earlier runs of the same runner tell; the intercept always comes from this run.

    Raises
    ------
    SignalError
        Without a trunk sensor, or with a signal nothing can be drawn from.
    NotEnoughRunningError
        With less than ten seconds or ten strides of running.
    """
    config = config or AnalysisConfig()
    recording = calibrated(recording)
    sensor = _trunk_sensor(recording)
    felt = gait_of(sensor, config)
    watch = _watch_clock(recording, felt, config)
    recording = with_watch(recording, watch)
    speed = speed_profile(recording.tracks, recording.context, config.distance)
    trunk = motion_of(sensor, speed, config=config, felt=felt)
    if personal is not None and trunk.path is None:
        personal = replace(personal, speed=None, uphill=None, downhill=None, level=None)
    recording, motions, clocks = _beside_the_trunk(recording, sensor, trunk=trunk, speed=speed, config=config)
    measured = speed is not None and speed.measured
    together = {
        place: one for place, one in motions.items() if place not in clocks or not clocks[place].doubt
    }
    table = stride_table(trunk, together, speed_known=measured, context=recording.context, config=config)
    require_running(table, config.verdict)
    lap_s = _lap_starts(recording, watch, config)
    way = distance_of(
        table,
        recording.tracks,
        context=recording.context,
        config=config.distance,
        gaps=sensor.gaps,
        lap_s=lap_s,
        step=personal.step if personal else None,
    )
    slope = grade_of(
        table["start_s"], way, tracks=recording.tracks, context=recording.context, config=config.grade
    )
    table = _along_the_way(table, way, slope, config=config)
    middle_s = 0.5 * (table["start_s"] + table["end_s"])
    table = table.with_columns(heart_rate_bpm=heart_rate_of(recording.tracks, middle_s, config.heart_rate))
    shifts = mounting_shifts(table, config.strap_step, config.baseline)
    standings = standings_of(trunk)
    zero_source = sound_zero(
        trunk.calibration.source, standings, shifts=shifts, limit_deg=config.verdict.unsound_standing_deg
    )
    table, baseline = _against_the_window(
        table, way, zero_source=zero_source, personal=personal, config=config
    )
    table, standings = recalibrated(table, standings, shifts=shifts, context=recording.context, config=config)
    found = findings_of(
        table, baseline, config=config, shifts=shifts, standings=standings, zero_source=zero_source
    )
    return _summed_up(
        JudgedRun(
            recording=recording,
            sensor=sensor,
            motions=motions,
            clocks=clocks,
            watch=watch,
            lap_s=lap_s,
            way=way,
            slope=slope,
            found=found,
            baseline=baseline,
            shifts=shifts,
            standings=standings,
            zero_source=zero_source,
            personal=personal,
            config=config,
        )
    )


def place_watch(recording: Recording, config: AnalysisConfig | None = None) -> WatchClock:
    """Lay the file of a watch under the steps of a session, as `analyse` does.

    Parameters
    ----------
    recording
        With the file of a watch.
    config
        Every number; the defaults without it.
    """
    config = config or AnalysisConfig()
    try:
        felt = gait_of(calibrated_sensor(_trunk_sensor(recording)), config)
    except SignalError as error:
        return unplaced(str(error))
    return _watch_clock(recording, felt, config) or unplaced("there is no file")


def _watch_clock(recording: Recording, felt: Felt, config: AnalysisConfig) -> WatchClock | None:
    """Lay the watch's clock on the session's; None where the session was given no file of one."""
    if recording.watch is None:
        return None
    stream, _, gait = felt
    return watch_clock_of(
        recording.watch, recording.started_utc, stream=stream, gait=gait, config=config.watch_clock
    )


def _beside_the_trunk(
    recording: Recording,
    sensor: SensorRecording,
    *,
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
                tied = tied_clock(sensor, (trunk.stream, trunk.gait), other=worn, config=config)
                other = tied.sensor
                motions[other.placement] = motion_of(other, speed, config=config, trunk=trunk, felt=tied.felt)
                if heading_doubt := motions[other.placement].axes.heading_doubt:
                    notices.append(f"The sensor at {other.placement} gives no angles: {heading_doubt}.")
                clocks[other.placement] = clock_facts(sensor, tied, config.knocks)
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


def _along_the_way(
    table: StrideTable, way: DistanceResult, slope: GradeResult, *, config: AnalysisConfig
) -> StrideTable:
    """Fill distance, speed, grade, and what is only worth showing as a median over distance."""
    table = table.with_columns(distance_m=way.distance_m, speed_mps=way.speed_mps, grade_pct=slope.grade_pct)
    contact_ms = median_over_distance(
        table["distance_m"],
        table["contact_time_ms"],
        counted=usable_running(table),
        window_m=config.segments.contact_window_m,
    )
    return table.with_columns(contact_time_ms=contact_ms)


def _against_the_window(
    table: StrideTable,
    way: DistanceResult,
    *,
    zero_source: ZeroSource,
    personal: PersonalBaseline | None,
    config: AnalysisConfig,
) -> tuple[StrideTable, Baseline | None]:
    """Fill the flexion against the fresh window, and what may be judged by it."""
    baseline = fresh_window(table, way.total_m, config.baseline)
    effort = effort_of(
        table, baseline, personal, speed_is_measured=way.speed_is_measured, config=config.personal
    )
    baseline = read_at_its_effort(table, baseline, effort, config=config.baseline)
    if zero_source == ZeroSource.OWN_BASELINE and baseline is not None:
        table, baseline = relative_to_window(table, baseline)
    table = with_judged(
        table, baseline, config.baseline, speed_is_measured=way.speed_is_measured, effort=effort
    )
    return with_adjusted_flexion(table, baseline, effort.added_deg), baseline


def _lap_starts(recording: Recording, watch: WatchClock | None, config: AnalysisConfig) -> FloatArray:
    """Return (l,) when laps began, s from the start of the session: as marked in it, else the watch's."""
    marked_s = lap_times(recording.marks, config.distance)
    if len(marked_s) or recording.watch is None or watch is None:
        return marked_s
    return lap_starts_s(recording.watch, watch)


def _summed_up(run: JudgedRun) -> RunReport:
    """Gather what speaks for a verdict, give it, and lay both down in a report."""
    facts = tuple(
        sensor_facts(s, run.motions[s.placement], config=run.config, clock=run.clocks.get(s.placement))
        for s in run.recording.sensors
    )
    evidence = _evidence(run, facts)
    return report_of(run, facts, evidence=evidence, outcome=_outcome(run, facts))


def _evidence(run: JudgedRun, facts: tuple[SensorFacts, ...]) -> Evidence:
    found, table, baseline, config = run.found, run.table, run.baseline, run.config
    way, shifts, standings = run.way, run.shifts, run.standings
    laps = _laps(run)
    gaps = gap_facts(run.sensor, way, config.posture)
    return Evidence(
        baseline=baseline,
        standings=standings,
        segments=held_back(_segments(run, laps), table, found.barred),
        laps=laps,
        efforts=efforts_of(table, laps, findings=config.findings, baseline=baseline),
        episodes=found.episodes,
        mounting_shifts=shifts,
        gaps=gaps,
        zones=found.zones,
        zone_s=found.zone_s,
        average_stride=average_stride_of(run.trunk, table, baseline, shifts=shifts, config=config.thirds),
        thirds=thirds_of(table, speed_is_measured=way.speed_is_measured, shifts=shifts, config=config.thirds),
        walking=walking_beside_running(table, config.thirds),
        cues=cue_findings(table, cues_of(run.recording.marks), config.cues),
        quality=quality_of(
            facts, table, standings=standings, shifts=shifts, gaps=gaps, config=config.verdict, unit=run.unit
        ),
        notes=found.notes,
    )


def _laps(run: JudgedRun) -> tuple[Segment, ...]:
    laps = laps_of(
        run.table,
        run.way.total_m,
        lap_s=run.lap_s,
        config=run.config.segments,
        findings=run.config.findings,
        baseline=run.baseline,
    )
    return held_back(laps, run.table, run.found.barred)


def _segments(run: JudgedRun, laps: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Return the rows that were asked for."""
    config = run.config
    if config.segments.split != Split.LAP:
        return segments_of(
            run.table,
            run.way.total_m,
            config=config.segments,
            findings=config.findings,
            baseline=run.baseline,
        )
    if not laps:
        raise NoLapsError(
            f"{run.recording.name}: no lap was marked in the run, nor by a watch; "
            f"leave out --split {Split.LAP}"
        )
    return laps


def _outcome(run: JudgedRun, facts: tuple[SensorFacts, ...]) -> Outcome:
    """Give the verdict, and say where the run was slouched from its start."""
    config = run.config
    outcome = judge(
        run.table,
        run.baseline,
        episodes=run.found.episodes,
        shifts=run.shifts,
        standings=run.standings,
        total_m=run.way.total_m,
        distance_source=run.way.distance_source,
        zero_source=run.zero_source,
        config=config.verdict,
        doubts=_doubts(run, facts),
        lost_share=lost_running_share(run.table, run.sensor.gaps, config.distance),
        unit=run.unit,
    )
    if run.zero_source != ZeroSource.STANDING or outcome.no_verdict_because:
        return outcome
    early = from_the_start(
        run.baseline,
        run.personal,
        refit_deg=config.comparison.refit_deg,
        level=config.comparison.level,
        max_grade_pct=config.baseline.max_grade_pct,
    )
    return replace(outcome, headline=f"{outcome.headline} {early}".rstrip())


def _doubts(run: JudgedRun, facts: tuple[SensorFacts, ...]) -> tuple[str, ...]:
    """Return why confidence is at most fair: the trunk sensor, the distance."""
    context, distance = run.recording.context, run.config.distance
    checks = next(f.checks for f in facts if f.placement == run.sensor.placement)
    return (
        *doubts_about(run.trunk, run.config, checks=checks),
        *typed_doubts(run.table, context, distance, unit=run.unit),
        *source_doubts(
            run.table,
            run.recording.tracks,
            context=context,
            counts=run.way.distance_source,
            config=distance,
            gaps=run.sensor.gaps,
            lap_s=run.lap_s,
            unit=run.unit,
        ),
    )
