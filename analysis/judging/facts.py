"""What a report states about sensors and standings, read off their motion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.config import AnalysisConfig
from analysis.maths.angles import inclination_deg
from analysis.records import Standing
from analysis.session_facts import (
    HANDEDNESS,
    WITHIN_RANGE,
    ClockFacts,
    SensorCheck,
    SensorFacts,
    SharedKnocks,
    SharedSteps,
    WatchFacts,
)
from analysis.signal.body_clock import TiedClock
from analysis.signal.motion import Motion
from analysis.signal.strides import longest_loss
from analysis.signal.sync_config import SyncTapConfig
from analysis.signal.tap_lag import SharedEvent
from analysis.signal.watch_clock import WatchClock
from analysis.signal.watch_tracks import expected_start_s
from analysis.stride.usable import mean_force_g
from analysis.words import CheckOutcome, RangeDoubt, StandingRole
from sensor.samples import Recording, SensorRecording, WatchRecord

_MS_PER_S = 1e3
_PER_MILLION = 1e6


def sensor_facts(
    sensor: SensorRecording, motion: Motion, *, config: AnalysisConfig, clock: ClockFacts | None = None
) -> SensorFacts:
    """Sum up one sensor: rate, losses, clipping, mean specific force over its running strides, its clock."""
    whole = longest_loss(motion.stream, motion.strides) <= config.posture.gap_strides
    force_g = mean_force_g(
        motion.stream, motion.path, strides=motion.strides, whole=whole, config=config.posture
    )
    running = motion.strides.running
    clipped = float(sensor.clipped.mean())
    within_range = _range_check(sensor, clipped, most=config.verdict.clipped_share)
    return SensorFacts(
        placement=sensor.placement,
        device=sensor.device,
        name=sensor.name,
        rate_hz=motion.stream.rate_hz,
        sample_count=len(sensor.time_s),
        clipped_fraction=float("nan") if within_range.outcome == CheckOutcome.NOT_JUDGED else clipped,
        missing_fraction=float(1.0 - motion.stream.present.mean()),
        mean_specific_force_g=float(np.median(force_g[running])) if running.any() else float("nan"),
        has_gyroscope=sensor.gyr_sensor_radps is not None,
        mirrored=motion.mirrored,
        rejected_packets=sensor.rejected_packets,
        battery_pct=sensor.battery_pct,
        clock=clock,
        checks=(
            SensorCheck(HANDEDNESS, motion.handedness.outcome, motion.handedness.because),
            within_range,
        ),
        calibration=sensor.calibration,
    )


def _range_check(sensor: SensorRecording, clipped: float, *, most: float) -> SensorCheck:
    """Tell whether the samples stay within range: only a range that is known can be seen to be kept."""
    if clipped > most:
        return SensorCheck(WITHIN_RANGE, CheckOutcome.WRONG)
    doubt = _range_doubt(sensor)
    if doubt is None:
        return SensorCheck(WITHIN_RANGE, CheckOutcome.RIGHT)
    return SensorCheck(WITHIN_RANGE, CheckOutcome.NOT_JUDGED, doubt)


def _range_doubt(sensor: SensorRecording) -> RangeDoubt | None:
    acc_known = sensor.acc_range_mps2 is not None
    gyr_known = sensor.gyr_sensor_radps is None or sensor.gyr_range_radps is not None
    if acc_known and gyr_known:
        return None
    if sensor.nominal_rate_hz is not None:
        return RangeDoubt.SENSOR
    if acc_known:
        return RangeDoubt.FILE_GYROSCOPE
    has_gyr_range = sensor.gyr_sensor_radps is not None and gyr_known
    return RangeDoubt.FILE_ACCELEROMETER if has_gyr_range else RangeDoubt.FILE


def clock_facts(trunk: SensorRecording, tied: TiedClock, config: SyncTapConfig) -> ClockFacts:
    """Say what two sensors felt together, and how far apart their clocks may be now."""
    middle_s = float(trunk.time_s[0] + trunk.time_s[-1]) / 2.0
    knocks = tuple(
        SharedKnocks(
            at_s=event.at_s,
            where="start" if event.at_s < middle_s else "end",
            kind="jumps" if event.is_jump else "taps",
            count=event.knocks,
            lag_ms=_MS_PER_S * event.lag_s,
            within_ms=_MS_PER_S * event.within_s,
            doubt=event.doubt,
        )
        for event in tied.events
    )
    believed = [event for event in tied.events if not event.doubt]
    within_s = _clocks_within_s(trunk, tied.sensor, events=believed, config=config)
    if np.isnan(within_s) and not tied.steps.doubt:
        within_s = tied.steps.within_s
    return ClockFacts(_MS_PER_S * within_s, knocks, _shared_steps(tied), tied.doubt)


def watch_facts(recording: Recording, watch: WatchRecord, *, clock: WatchClock) -> WatchFacts:
    """Say what a watch's file is, where it lies in the session, and how sure that is."""
    line = clock.clock
    expected_s = expected_start_s(watch, recording.started_utc)
    return WatchFacts(
        file=watch.file,
        device=watch.device,
        sha256=watch.sha256,
        match=clock.match,
        start_s=clock.start_s,
        drift_ppm=_PER_MILLION * line.drift,
        within_s=line.within_s,
        ahead_s=float("nan") if expected_s is None else expected_s - clock.start_s,
        likeness=line.likeness,
        doubt=line.doubt,
    )


def _shared_steps(tied: TiedClock) -> SharedSteps:
    steps = tied.steps
    return SharedSteps(
        count=steps.steps,
        offset_s=steps.offset_s,
        drift_ppm=_PER_MILLION * steps.drift,
        within_ms=_MS_PER_S * steps.within_s,
        likeness=steps.likeness,
        moved=tied.moved_by_steps,
        doubt=steps.doubt,
    )


def _clocks_within_s(
    trunk: SensorRecording, other: SensorRecording, *, events: Sequence[SharedEvent], config: SyncTapConfig
) -> float:
    """Return how far two clocks may be apart anywhere; NaN where they were never held against the host's."""
    is_live = None not in (trunk.nominal_rate_hz, other.nominal_rate_hz)
    unrefined_s = config.connection_interval_s if is_live else float("nan")
    if not events or len(trunk.segment_start) > 1 or len(other.segment_start) > 1:
        return max([unrefined_s, *(event.within_s for event in events)])
    before_s, after_s = events[0].at_s - float(trunk.time_s[0]), float(trunk.time_s[-1]) - events[-1].at_s
    rate = config.fitted_rate if is_live else float("nan")
    return max(event.within_s for event in events) + rate * max(before_s, after_s)


def standings_of(motion: Motion) -> tuple[Standing, ...]:
    """Describe every standing by its tilt against the zero, from the raw accelerometer."""
    static_periods, calibration, stream = motion.static_periods, motion.calibration, motion.stream
    running = np.flatnonzero(motion.strides.running)
    if len(running) == 0 or len(calibration.standing) == 0:
        return ()
    last_run_row = motion.strides.end_row[running[-1]]
    first_run_row = motion.strides.start_row[running[0]]
    up = motion.axes.trunk_from_sensor @ static_periods.acc_sensor_mps2[calibration.standing].T
    flexion_deg, lateral_deg = inclination_deg(up)
    found = []
    for k, rest in enumerate(calibration.standing):
        begin, end = int(static_periods.first[rest]), int(static_periods.last[rest])
        if rest == calibration.static_period:
            role = StandingRole.ZERO
        elif rest in calibration.bent:
            role = StandingRole.BENT
        elif (begin + end) / 2 >= last_run_row:
            role = StandingRole.END
        else:
            role = StandingRole.BEFORE if (begin + end) / 2 <= first_run_row else StandingRole.SEEN
        found.append(
            Standing(
                start_s=stream.start_s + begin / stream.rate_hz,
                end_s=stream.start_s + end / stream.rate_hz,
                flexion_deg=float(flexion_deg[k]),
                lateral_deg=float(lateral_deg[k]),
                role=role,
            )
        )
    return tuple(found)
