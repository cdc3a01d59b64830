"""The method paragraph, written from what was in force: what is measured, what a model, what not claimed."""

from __future__ import annotations

import math
from textwrap import shorten

import numpy as np

from analysis.lengths import LengthUnit
from analysis.report import words
from analysis.report.personal_words import from_when, slope_sentences
from analysis.run_report import RunReport
from analysis.session_facts import WatchFacts
from analysis.words import CADENCE_MODEL, Method, WatchMatch, ZeroSource
from sensor.calibration import Axes

CONTACT_OFF_MS = 20
"""How far a mean contact time may be off: 13 ms at most on the runners over force plates in
``tests/bench/REVALIDATION.md``, about 20 in the trials of others with one sensor on the trunk."""

_MEASURED = (
    "Trunk flexion is the forward tilt of the patch of trunk that carries the sensor, averaged over each "
    "stride (two steps). It is measured: from turning rate and specific force, over whole strides.",
    "Lateral lean is the same tilt to the side; right is positive.",
    "Cadence comes from the steps themselves. Vertical oscillation is the rise and fall of the sensor, some "
    "16 to 18 mm more than that of the centre of mass.",
)

STEADY_WATCH_PER_10_KM = 0.3
"""``watch`` stretches of a runner whose lean only wanders, by one degree: half marathons in
``tests/bench/VERDICTS.md``."""

NOT_CLAIMED = (
    "Head, neck or shoulder posture measured from a trunk sensor alone, or rounded shoulders.",
    "A head moved forward while the eyes stay level.",
    "Slouching told apart from leaning with one sensor, or a slipping strap from a change of posture.",
    "One good angle for everybody. Compare yourself with yourself.",
    "Absolute angles better than your standing pose, or differences below about 3° between two fittings of "
    "the sensor.",
    "A risk of injury, a diagnosis, or the accuracy of an optical laboratory.",
)
"""What no report of this tool ever claims."""

REFERENCES = (
    "Teng and Powers 2014: trunk flexion in stance at 3.4 m/s, 7.3 ± 3.6° (mean ± SD over runners).",
    "Teng and Powers 2015: groups of 10.8 ± 2.2° and 3.6 ± 2.8°.",
    "Koblbauer et al. 2014: about 4° more flexion with fatigue in novices.",
    "Preece et al. 2016: about 4° between elite and recreational runners.",
    "A chest sensor zeroed in standing reads about 6 to 12° in ordinary running. Definitions of the trunk "
    "line differ by 5 to 10°, so these figures are context, never a verdict.",
)
"""Figures of others, as context."""


def method_lines(report: RunReport) -> list[str]:
    """Return the sentences of the method paragraph for this report."""
    return [
        _method(report),
        *_calibrations(report),
        _zero(report),
        _baseline(report),
        *personal_lines(report),
        _flags(report),
        *_second_sensor_flags(report),
        _distance(report),
        *_head(report),
    ]


def measured_lines(report: RunReport) -> list[str]:
    """Return what is measured, in plain words."""
    window_m = report.provenance.config.segments.contact_window_m
    contact = (
        f"Contact time is a median over {words.number(window_m, 0, ' m')} and may be about "
        f"{CONTACT_OFF_MS} ms off."
    )
    return [*_MEASURED, contact]


def _method(report: RunReport) -> str:
    provenance = report.provenance
    width = provenance.flexion_half_width_deg
    error = (
        f" One stride's angle is accurate to ± {words.degrees(width)} (95 %)." if math.isfinite(width) else ""
    )
    if provenance.method == Method.ACCELEROMETER_ONLY:
        excess_deg = provenance.config.orientation.accelerometer_excess_deg
        return (
            "Method: accelerometer only. This sensor has no gyroscope, so flexion is the stride mean of "
            f"gravity's direction, less the {words.degrees(excess_deg)} by which that reads too high "
            "on average while running. Sideways, rotation and head figures are left out, and only changes "
            f"within this run can be flagged.{error}"
        )
    return (
        f"Method: {provenance.method}. Gyroscope and accelerometer are joined over the whole run, forward "
        f"and backward in time, so the angle does not lag behind.{error}"
    )


def _calibrations(report: RunReport) -> list[str]:
    """Return what was taken off the readings of each sensor that was calibrated at home."""
    return [
        f"Calibration: the accelerometer at {sensor.placement} is corrected by what was found on the faces "
        f"of a box on {sensor.calibration.made_on}: bias {_three(sensor.calibration.acc_bias_mps2, 3)} m/s², "
        f"scale {_three(sensor.calibration.acc_scale, 4)} (its axes x, y, z)."
        for sensor in report.session.sensors
        if sensor.calibration is not None
    ]


def _three(values: Axes, decimals: int) -> str:
    return ", ".join(words.number(value, decimals) for value in values)


def _zero(report: RunReport) -> str:
    return {
        ZeroSource.STANDING: "Zero: your own still standing before the run.",
        ZeroSource.OWN_BASELINE: "Zero: none from standing, so angles are told relative to the fresh part of "
        "this run and no absolute angle is shown.",
    }.get(
        report.provenance.zero_source, "Zero: none, neither from standing nor from a fresh part of the run."
    )


def _baseline(report: RunReport) -> str:
    base = report.evidence.baseline
    if base is None:
        return "Baseline: no fresh window with enough usable strides, so nothing is flagged."
    unit = words.unit_of(report)
    where = (
        f"{unit.place} {words.length(base.from_m, unit)} to {words.length(base.to_m, unit)}"
        if math.isfinite(base.from_m)
        else "early in the run"
    )
    return (
        f"Baseline: your usual is read from {base.stride_count} usable strides at {where}, "
        f"at {words.pace(base.speed_mps, unit)} {unit.pace_unit}.{_slope(report)}"
    )


def personal_lines(report: RunReport) -> list[str]:
    """Return what earlier runs added to this report, and how many they are."""
    personal = report.provenance.personal
    if personal is None:
        return []
    because = [
        f"{shorten(f'{run.started_utc[:10]} {run.name}', 40, placeholder='…')} ({run.left_out_because})"
        for run in personal.runs
        if run.left_out_because
    ]
    slopes = "; ".join(slope_sentences(personal))
    used = f"Earlier runs: from {from_when(personal)}, only runs before this one."
    adjusted = f" Your trunk leans {slopes}; that is taken off before judging." * bool(slopes)
    left_out = f" Left out: {'; '.join(because)}." * bool(because)
    return [f"{used}{adjusted}{left_out}"]


def _slope(report: RunReport) -> str:
    """Return how well slopes are known, and what that means for hills."""
    half_pct = report.provenance.grade_half_width_pct
    within = f"± {words.number(half_pct, 1)} %"
    if report.provenance.grade_known:
        return f" Slope is told to within {within}." if math.isfinite(half_pct) else ""
    if math.isfinite(half_pct):
        return (
            f" The altitude wavers too much to tell slopes ({within}), so hills are not taken into account."
        )
    return " Slope is not known, so hills are not taken into account."


def _flags(report: RunReport) -> str:
    found, unit = report.provenance.config.findings, words.unit_of(report)
    per_ten = STEADY_WATCH_PER_10_KM * unit.metres / LengthUnit.KILOMETRE.metres
    return (
        f"Flags: a stretch is “more forward” from +{words.threshold(found.watch_deg)} and “slouched” from "
        f"+{words.threshold(found.slouched_deg)} above your usual, as the median of "
        f"{words.number(found.smoothing_strides)} strides, when it lasts. "
        "“More forward” may be mere wandering: virtual runners who "
        "change nothing, and whose lean wanders by 1°, have about "
        f"{words.number(per_ten, 1)} of them per 10 {unit} at +2°."
    )


def _second_sensor_flags(report: RunReport) -> list[str]:
    """Return the rules of the flags that only a sacrum or head sensor allows, where one was worn."""
    found, lines = report.provenance.config.findings, []
    if np.isfinite(report.strides["sacrum_pitch_deg"]).any():
        lines.append(
            f"Back: “rounded upper back” means the trunk bent "
            f"+{words.threshold(found.rounded_deg)} against the "
            f"pelvis since the fresh part of this run, while the pelvis moved less than "
            f"{words.threshold(found.rounded_sacrum_deg)}. What would be “slouched” is “leaning” where "
            f"it bent less than {words.threshold(found.leaning_bend_deg)}: the whole body leans, the back is "
            "straight."
        )
    if np.isfinite(report.strides["head_pitch_deg"]).any():
        lines.append(
            f"Head sensor: “head down or forward” means the face turned down "
            f"{words.threshold(found.head_pitch_deg)} or more, or the neck bent "
            f"+{words.threshold(found.neck_change_deg)} since the fresh part of this run."
        )
    return lines


def _distance(report: RunReport) -> str:
    provenance = report.provenance
    if not words.has_distance(report):
        return "Distance: not known; places are told in minutes."
    stated = f"Distance: {provenance.distance_source}. Speed: {provenance.speed_source}.{_watch(report)}"
    if provenance.distance_source != CADENCE_MODEL:
        return stated
    numbers = provenance.config.distance
    return (
        f"{stated} On runs of known length or speed the cadence model was off by "
        f"{words.number(numbers.model_error_pct)} % (root mean square), by "
        f"{words.number(numbers.model_worst_pct)} % in the worst."
    )


def _watch(report: RunReport) -> str:
    """Return what the watch's file was, and how its times were laid under the strides."""
    watch = report.session.watch
    if watch is None:
        return ""
    told = (watch.file, watch.device, f"SHA-256 {watch.sha256[:12]}…" if watch.sha256 else "")
    file = ", ".join(part for part in told if part)
    if watch.doubt:
        return f" Watch: {file}; its times are not used: {watch.doubt}."
    if watch.match == WatchMatch.TOLD:
        return f" Watch: {file}, laid under your strides as you said."
    within = f"to within {words.number(max(watch.within_s, 0.1), 1)} s"
    laid = f" Watch: {file}, laid under your strides by the steps that both counted, {within}."
    return laid + _clock_off(watch)


_CLOCK_OFF_S = 2.0
"""A watch that is less far off needs no word."""


def _clock_off(watch: WatchFacts) -> str:
    if not abs(watch.ahead_s) >= _CLOCK_OFF_S:
        return ""
    off = words.duration(abs(watch.ahead_s))
    which = "ahead of" if watch.ahead_s > 0 else "behind"
    return f" Its clock was {off} {which} the recorder's; that does not matter."


def _head(report: RunReport) -> list[str]:
    provenance = report.provenance
    if not provenance.head_source:
        return []
    how = {
        "head sensor": "from the head sensor and the trunk's tilt through two links",
        "trunk model": "from the trunk's tilt alone, through a population model of the neck; people differ "
        "more than the few who made that model",
    }.get(provenance.head_source, "as named")
    half_cm = provenance.config.head.half_width_cm
    return [
        f"Head position: a model's estimate ({provenance.head_source}), {how}. Its 95 % interval is wide, "
        f"about ± {words.number(half_cm, 0, ' cm')}: what the few people recorded standing and running allow "
        "for another. Head pitch and neck flexion, with a head sensor, are measured."
    ]
