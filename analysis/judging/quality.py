"""How good the data are, line by line, each with what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from analysis.judging.config import VerdictConfig
from analysis.lengths import LengthUnit
from analysis.records import GapFact, MountingShift, QualityLine, Standing, StrideTable
from analysis.session_facts import HANDEDNESS, WITHIN_RANGE, ClockFacts, SensorFacts, SharedKnocks
from analysis.words import Activity, CheckOutcome, Grade, RangeDoubt, StandingRole, UnusableReason

REASONS: Mapping[str, str] = {
    UnusableReason.GAP: "samples missing",
    UnusableReason.CLIPPED: "range of the sensor exceeded",
    UnusableReason.LOOSE: "sensor loose",
    UnusableReason.TURN: "bend, speed not measured",
    UnusableReason.BURST: "speeding up, speed not measured",
    UnusableReason.SLIP: "sensor slipped",
}
"""What the words of ``usable_because`` mean to a runner."""

_MEASURE_SPEED = "Record the speed too, with a foot pod beside the sensor; a typed mean is not enough."
"""In corners a typed mean leaves the angle as unsure as none does: what counts is the speed of the moment."""

REMEDIES: Mapping[str, str] = {
    UnusableReason.GAP: "Carry the receiver on the front, close to the sensor.",
    UnusableReason.CLIPPED: "Choose a larger range, ±8 g or more.",
    UnusableReason.LOOSE: "Tighten the strap.",
    UnusableReason.TURN: _MEASURE_SPEED,
    UnusableReason.BURST: _MEASURE_SPEED,
}
"""What to do about the commonest reason."""

KNOCK_ADVICE = "Stand still, then tap the sensors against each other three times, or jump three times."
CHECK_ADVICE = "Record more samples per second, without losses; until then sideways lean may be mirrored."
RANGE_ADVICE = (
    "Look up the sensor's range in its program and import the file again with --range and --gyro-range, "
    "such as --range 16g --gyro-range 2000dps."
)
CLOCK_ADVICE = (
    "Record all sensors with one program, or tap them against each other three times, "
    "at the start and at the end."
)


def quality_of(
    sensors: Sequence[SensorFacts],
    table: StrideTable,
    *,
    standings: Sequence[Standing],
    shifts: Sequence[MountingShift],
    gaps: Sequence[GapFact],
    config: VerdictConfig,
    unit: LengthUnit = LengthUnit.KILOMETRE,
) -> tuple[QualityLine, ...]:
    """Judge the recording: its sensors, its standings, the fit of the strap, the usable share.

    Parameters
    ----------
    sensors
        Facts of every sensor worn.
    table
        Complete stride table.
    standings
        Every standing found, with its role.
    shifts
        Strap steps.
    gaps
        Stretches without data.
    config
        Limits between good, fair and bad.
    unit
        In which places are told.

    Returns
    -------
    tuple of QualityLine
        Advice is empty where the grade is ``good``.
    """
    lines: list[QualityLine] = []
    for facts in sensors:
        lines += _sensor_lines(facts, f" ({facts.placement})" if len(sensors) > 1 else "", config)
    lines += _clock_lines(sensors)
    lines += [_usable_line(table, config), _fit_line(table, shifts, config, unit), _gap_line(gaps)]
    lines.append(_standing_line(standings, config))
    return tuple(lines)


def standing_change_deg(standings: Sequence[Standing]) -> float:
    """Return by how much the standing at the end tilts away from the zero (degrees), NaN without both."""
    zero = next((s for s in standings if s.role == StandingRole.ZERO), None)
    end = next((s for s in reversed(standings) if s.role == StandingRole.END), None)
    if zero is None or end is None:
        return float("nan")
    return float(np.hypot(end.flexion_deg - zero.flexion_deg, end.lateral_deg - zero.lateral_deg))


def usable_fraction(table: StrideTable) -> float:
    """Return the usable share (0 to 1) of the running strides, NaN without any."""
    running = table["activity"] == Activity.RUN
    return float(table["usable"][running].mean()) if running.any() else float("nan")


def unusable_shares(table: StrideTable) -> dict[str, float]:
    """Return the share (0 to 1) of the running strides each reason makes unusable, the largest first.

    A stride with several reasons, separated by commas or blanks, counts for each.
    """
    running = table["activity"] == Activity.RUN
    texts = table["usable_because"][running & ~table["usable"]]
    counts = Counter(word for text in texts for word in set(text.replace(",", " ").split()))
    return {word: count / int(running.sum()) for word, count in counts.most_common()}


def _graded(what: str, value: str, *, grade: Grade, advice: str) -> QualityLine:
    return QualityLine(what, value, grade, "" if grade == Grade.GOOD else advice)


def _sensor_lines(facts: SensorFacts, suffix: str, config: VerdictConfig) -> list[QualityLine]:
    one_g = abs(facts.mean_specific_force_g - 1.0) <= config.force_tolerance
    lines = [
        _graded(
            f"Sampling rate{suffix}",
            f"{facts.rate_hz:.1f} per second",
            grade=Grade.GOOD if facts.rate_hz >= config.min_rate_hz else Grade.BAD,
            advice=f"Choose at least {config.min_rate_hz:g} samples per second.",
        ),
        _graded(
            f"Samples lost{suffix}",
            f"{facts.missing_fraction:.1%}",
            grade=Grade.GOOD if facts.missing_fraction <= config.missing_share else Grade.FAIR,
            advice="Carry the receiver on the front, close to the sensor, and charge both.",
        ),
        _range_line(f"Range exceeded{suffix}", facts),
        _graded(
            f"Mean specific force{suffix}",
            f"{facts.mean_specific_force_g:.3f} g",
            grade=Grade.GOOD if one_g else Grade.BAD,
            advice="Wear the sensor tighter; if it sits tight, check its range and scale. "
            "Over whole strides it must read 1 g.",
        ),
    ]
    return lines + _device_lines(facts, suffix, config)


def _range_line(what: str, facts: SensorFacts) -> QualityLine:
    check = facts.check(WITHIN_RANGE)
    if check.outcome == CheckOutcome.NOT_JUDGED:
        advice = (
            "Only another kind of sensor can tell." if check.because == RangeDoubt.SENSOR else RANGE_ADVICE
        )
        return QualityLine(what, f"not judged: {check.because}", Grade.FAIR, advice)
    return _graded(
        what,
        f"{facts.clipped_fraction:.1%} of samples",
        grade=Grade.GOOD if check.outcome == CheckOutcome.RIGHT else Grade.BAD,
        advice="Choose a larger range, ±8 g or more, or wear the sensor tighter.",
    )


def _device_lines(facts: SensorFacts, suffix: str, config: VerdictConfig) -> list[QualityLine]:
    """Return the lines that stand only where there is something to say."""
    lines = []
    if not facts.has_gyroscope:
        advice = "Angles are rough and sideways lean is unknown: use a sensor with a gyroscope."
        lines.append(QualityLine(f"Gyroscope{suffix}", "none", Grade.FAIR, advice))
    if facts.mirrored:
        advice = "Mended by mirroring one axis; tell the maker."
        lines.append(QualityLine(f"Axes{suffix}", "left-handed", Grade.FAIR, advice))
    lines += [
        QualityLine(
            f"Check of {check.what}{suffix}", f"not judged: {check.because}", Grade.FAIR, CHECK_ADVICE
        )
        for check in facts.checks
        if check.what == HANDEDNESS and check.outcome == CheckOutcome.NOT_JUDGED and facts.has_gyroscope
    ]
    if facts.rejected_packets:
        advice = "They were left out; update the sensor's firmware if it happens again."
        value = str(facts.rejected_packets)
        lines.append(QualityLine(f"Packets not understood{suffix}", value, Grade.FAIR, advice))
    if facts.battery_pct is not None:
        low = facts.battery_pct < config.low_battery_pct
        value = f"{facts.battery_pct} %"
        lines.append(
            _graded(
                f"Battery{suffix}",
                value,
                grade=Grade.FAIR if low else Grade.GOOD,
                advice="Charge it before the next run.",
            )
        )
    return lines


def _clock_lines(sensors: Sequence[SensorFacts]) -> list[QualityLine]:
    """Say for every further sensor how well its clock agrees with that of the first, the trunk's."""
    trunk = next((facts.placement for facts in sensors if facts.clock is None), "")
    return [
        _clock_line(f"Clocks of {trunk} and {facts.placement}", facts.clock)
        for facts in sensors
        if facts.clock is not None
    ]


def _clock_line(what: str, clock: ClockFacts) -> QualityLine:
    if clock.doubt:
        value = f"do not agree: {clock.doubt}; nothing is said of the two together"
        return QualityLine(what, value, Grade.BAD, CLOCK_ADVICE)
    if clock.steps is not None and clock.steps.moved:
        rate = f" and {clock.steps.drift_ppm:+.0f} ppm" if abs(clock.steps.drift_ppm) >= 1.0 else ""
        value = (
            f"laid over each other by {clock.steps.count} steps, {clock.steps.offset_s:+.2f} s{rate} apart"
        )
        return QualityLine(what, f"{value}, now within {clock.within_ms:.0f} ms", Grade.GOOD, "")
    used = [knocks for knocks in clock.knocks if not knocks.doubt]
    is_known = not np.isnan(clock.within_ms)
    if used:
        at_ms = max(knocks.within_ms for knocks in used)
        value = f"agree within {at_ms:.0f} ms ({_felt(used)})"
        if not is_known:
            value += ", elsewhere as their files say"
        elif clock.within_ms >= at_ms + 1.0:
            value += f", within {clock.within_ms:.0f} ms elsewhere"
        return QualityLine(what, value, Grade.GOOD, "")
    interval = f"within about {clock.within_ms:.0f} ms"
    value = f"agree {interval if is_known else 'as their files say'}"
    if clock.knocks:
        why = f"{_felt(clock.knocks[:1])} not used: {clock.knocks[0].doubt}"
        return QualityLine(what, f"{value} ({why})", Grade.FAIR, KNOCK_ADVICE)
    return QualityLine(what, f"{value} (no shared tap found)", Grade.GOOD, "")


def _felt(knocks: Sequence[SharedKnocks]) -> str:
    """Return what both sensors felt, for example ``taps at start and end``."""
    kinds = dict.fromkeys(k.kind for k in knocks)
    places = {kind: " and ".join(dict.fromkeys(k.where for k in knocks if k.kind == kind)) for kind in kinds}
    return ", ".join(f"{kind} at {place}" for kind, place in places.items())


def _usable_line(table: StrideTable, config: VerdictConfig) -> QualityLine:
    usable, shares = usable_fraction(table), unusable_shares(table)
    why = ", ".join(
        f"{REASONS.get(word, word)} {share:.0%}" for word, share in shares.items() if share >= 0.005
    )
    if not usable >= config.distrust_usable:
        grade = Grade.BAD
    else:
        grade = Grade.GOOD if usable >= config.good_usable else Grade.FAIR
    value = ("no running" if np.isnan(usable) else f"{usable:.0%}") + (f" ({why})" if why else "")
    advice = REMEDIES.get(next(iter(shares), ""), "Run for longer, the sensor worn snug on the trunk.")
    return _graded("Usable strides", value, grade=grade, advice=advice)


def _fit_line(
    table: StrideTable, shifts: Sequence[MountingShift], config: VerdictConfig, unit: LengthUnit
) -> QualityLine:
    loose = unusable_shares(table).get(UnusableReason.LOOSE, 0.0)
    if loose >= config.loose_share:
        return QualityLine(
            "Fit of the strap", f"loose in {loose:.0%} of strides", Grade.BAD, "Tighten the strap."
        )
    if shifts:
        told = "; ".join(f"step of {s.step_deg:+.1f}° at {unit.place} {unit.of(s.at_m):.1f}" for s in shifts)
        advice = (
            "Cause unknown: if the strap slipped, tighten it; standing tall for 10 s tells the two apart."
        )
        return QualityLine("Fit of the strap", told, Grade.FAIR, advice)
    return QualityLine("Fit of the strap", "no loosening, no step", Grade.GOOD, "")


def _gap_line(gaps: Sequence[GapFact]) -> QualityLine:
    if not gaps:
        return QualityLine("Gaps", "none", Grade.GOOD, "")
    total_s = sum(gap.to_s - gap.from_s for gap in gaps)
    longest_s = max(gap.to_s - gap.from_s for gap in gaps)
    value = f"{len(gaps)}, together {total_s:.1f} s, the longest {longest_s:.1f} s"
    return QualityLine("Gaps", value, Grade.FAIR, "Carry the receiver closer to the sensor. Gaps stay gaps.")


def _standing_line(standings: Sequence[Standing], config: VerdictConfig) -> QualityLine:
    change_deg = standing_change_deg(standings)
    has_zero = any(s.role == StandingRole.ZERO for s in standings)
    if np.isnan(change_deg):
        missing = "only before the run" if has_zero else "none before the run"
        advice = "Stand tall for 10 s before the start and again at the end."
        return QualityLine("Standing tall", missing, Grade.FAIR if has_zero else Grade.BAD, advice)
    agrees = change_deg <= config.standing_agreement_deg
    advice = "The sensor may have crept: tighten the strap and stand the same way both times."
    return _graded(
        "Standing tall",
        f"before and after, {change_deg:.1f}° apart",
        grade=Grade.GOOD if agrees else Grade.FAIR,
        advice=advice,
    )
