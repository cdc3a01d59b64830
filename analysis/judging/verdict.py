"""One sentence, and how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.errors import NotEnoughRunningError
from analysis.judging.baseline import usable_running
from analysis.judging.config import VerdictConfig
from analysis.judging.distance import is_estimated
from analysis.judging.episodes import stride_length_m
from analysis.judging.headline import found_sentence
from analysis.judging.quality import REASONS, standing_change_deg, unusable_shares, usable_fraction
from analysis.lengths import LengthUnit
from analysis.records import Baseline, Episode, MountingShift, Standing, StrideTable
from analysis.run_report import Outcome
from analysis.words import Activity, Confidence, Flag, StandingRole, UnusableReason, Verdict, ZeroSource

_GRAVEST_FIRST = {
    Flag.SLOUCHED: Verdict.SLOUCHED,
    Flag.ROUNDED: Verdict.SLOUCHED,
    Flag.LEANING: Verdict.LEANING,
    Flag.WATCH: Verdict.WATCH,
    Flag.HEAD: Verdict.WATCH,
}
"""What each flag makes of the verdict. A back that rounds has slouched, however far the trunk leans; a lean
with a straight back, and a head that drops over an upright trunk, are worth watching and no slouch."""


def require_running(table: StrideTable, config: VerdictConfig) -> None:
    """Refuse a session with too little running for any figure.

    Raises
    ------
    NotEnoughRunningError
        Below `VerdictConfig.min_running_s` or `VerdictConfig.min_strides` of running.
    """
    running = table["activity"] == Activity.RUN
    running_s = float(np.sum((table["end_s"] - table["start_s"])[running]))
    if running_s < config.min_running_s or running.sum() < config.min_strides:
        raise NotEnoughRunningError(
            f"only {running_s:.1f} s and {running.sum()} strides of running found, "
            f"{config.min_running_s:g} s and {config.min_strides} strides are needed; "
            "record a longer run, the sensor worn on the trunk"
        )


def judge(
    table: StrideTable,
    baseline: Baseline | None,
    *,
    episodes: Sequence[Episode],
    shifts: Sequence[MountingShift],
    standings: Sequence[Standing],
    total_m: float,
    distance_source: str,
    zero_source: ZeroSource,
    config: VerdictConfig,
    doubts: Sequence[str] = (),
    lost_share: float = 0.0,
    unit: LengthUnit = LengthUnit.KILOMETRE,
) -> Outcome:
    """Give the verdict, the headline and the confidence; advice comes later.

    Parameters
    ----------
    table
        Complete stride table.
    baseline, episodes, shifts, standings
        From the stages before.
    total_m, distance_source
        Distance of the session and where it comes from.
    zero_source
        ``standing``, ``own baseline`` or ``none``.
    config
        Limits.
    doubts
        Further reasons, each a sentence, why confidence is at most fair: no gyroscope, an unsure axis.
    lost_share
        Share (0 to 1) of the running that was lost, so that no stride of it is in the table.
    unit
        In which the headline tells distances.
    """
    because = _no_verdict_because(table, baseline, config=config, lost_share=lost_share)
    confidence, reasons = confidence_of(
        table,
        baseline,
        shifts=shifts,
        standings=standings,
        distance_source=distance_source,
        zero_source=zero_source,
        config=config,
        doubts=doubts,
        lost_share=lost_share,
    )
    verdict = Verdict.NONE if because else _verdict(episodes)
    headline = (
        f"No verdict: {because}."
        if because
        else _headline(
            verdict, episodes, table=table, total_m=total_m, standings=standings, config=config, unit=unit
        )
    )
    return Outcome(
        verdict=verdict,
        no_verdict_because=because,
        headline=headline,
        confidence=confidence,
        confidence_because=reasons,
    )


def confidence_of(
    table: StrideTable,
    baseline: Baseline | None,
    *,
    shifts: Sequence[MountingShift],
    standings: Sequence[Standing],
    distance_source: str,
    zero_source: ZeroSource,
    config: VerdictConfig,
    doubts: Sequence[str] = (),
    lost_share: float = 0.0,
) -> tuple[Confidence, tuple[str, ...]]:
    """Return ``good``, ``fair`` or ``do not trust``, and every reason against ``good``."""
    usable, loose = usable_fraction(table), unusable_shares(table).get(UnusableReason.LOOSE, 0.0)
    grave, slight = [], list(doubts)
    if lost_share > 0.0 and usable * (1.0 - lost_share) < config.distrust_usable <= usable:
        grave.append(f"Only {usable * (1.0 - lost_share):.0%} of the running was received and is usable.")
    if not usable >= config.distrust_usable:
        share = _share_of_strides(usable)
        grave.append(f"{share[0].upper()}{share[1:]} usable.")
    elif usable < config.good_usable:
        slight.append(f"Only {usable:.0%} of the strides are usable.")
    if lost_share > 1.0 - config.good_usable:
        slight.append(f"{lost_share:.0%} of the running was lost on the way from the sensor.")
    judged = judged_fraction(table)
    if baseline is not None and judged < config.good_judged:
        slight.append(f"Only {judged:.0%} of the running could be judged.")
    if baseline is not None and baseline.is_short:
        slight.append("The run was short: what is usual was read from its first few hundred metres.")
    if loose >= config.loose_share:
        grave.append("The sensor was loose.")
    if zero_source != ZeroSource.STANDING and baseline is None:
        grave.append("No standing pose and no fresh part to compare with.")
    slight += _standing_doubt(table, standings, zero_source=zero_source, config=config)
    if shifts:
        slight.append("The angle made a step that a slipping strap would make too.")
    if is_estimated(distance_source):
        slight.append("The distance is estimated from cadence, not measured.")
    word = Confidence.DO_NOT_TRUST if grave else Confidence.FAIR if slight else Confidence.GOOD
    return word, (*grave, *slight)


def _standing_doubt(
    table: StrideTable, standings: Sequence[Standing], *, zero_source: ZeroSource, config: VerdictConfig
) -> list[str]:
    if zero_source != ZeroSource.STANDING:
        return [_why_no_zero(standings)]
    doubts = []
    age_s = _zero_age_s(table, standings)
    if age_s > config.standing_age_s:
        doubts.append(
            f"The standing was {age_s / 60:.0f} min before the run: the strap may have moved since."
        )
    change_deg = standing_change_deg(standings)
    if np.isnan(change_deg):
        doubts.append("No standing after the run: a creeping strap would look like a slow slouch.")
    elif change_deg > config.standing_agreement_deg:
        doubts.append(f"The standings before and after differ by {change_deg:.1f}°.")
    return doubts


def _why_no_zero(standings: Sequence[Standing]) -> str:
    relative = "the lean is only relative to your own start"
    change_deg = standing_change_deg(standings)
    if np.isfinite(change_deg):
        apart = f"The standings before and after differ by {change_deg:.1f}°"
        return f"{apart}, so neither is a sound zero: {relative}."
    if any(standing.role == StandingRole.BENT for standing in standings):
        return f"You stood bent before the run, or leaned back all the way: {relative}."
    return f"No standing before the run: {relative}."


def _zero_age_s(table: StrideTable, standings: Sequence[Standing]) -> float:
    """Return how long before the first running the standing ended that is the zero; 0 where unknown."""
    running_s = table["start_s"][table["activity"] == Activity.RUN]
    ended_s = [standing.end_s for standing in standings if standing.role == StandingRole.ZERO]
    return float(running_s[0]) - ended_s[0] if ended_s and len(running_s) else 0.0


def _no_verdict_because(
    table: StrideTable, baseline: Baseline | None, *, config: VerdictConfig, lost_share: float
) -> str:
    usable = usable_fraction(table)
    if not usable >= config.min_usable:
        main = next(iter(unusable_shares(table)), "")
        why = f" (mostly: {REASONS.get(main, main)})" if main else ""
        return f"{_share_of_strides(usable)} usable{why}"
    received = usable * (1.0 - lost_share)
    if received < config.min_usable:
        return f"only {received:.0%} of the running was received and is usable"
    count = int(usable_running(table).sum())
    if count < config.min_usable_strides:
        return f"only {count} usable strides of running, {config.min_usable_strides} are needed"
    if baseline is None:
        return "the run is too short, or too broken early on, to tell what is usual for you today"
    judged = int(table["judged"].sum())
    if judged < config.min_usable_strides:
        return f"only {judged} strides were at the pace and slope of your start, too few to judge"
    return ""


def _share_of_strides(usable: float) -> str:
    """Say how many strides are meant, up to the word usable."""
    if usable >= 0.005:
        return f"only {usable:.0%} of the strides are"
    return "hardly any stride is" if usable > 0.0 else "no stride is"


def _verdict(episodes: Sequence[Episode]) -> Verdict:
    flags = {episode.flag for episode in episodes}
    return next((verdict for flag, verdict in _GRAVEST_FIRST.items() if flag in flags), Verdict.USUAL)


def judged_m(table: StrideTable) -> float:
    """Return the metres that the judged strides cover."""
    return float(stride_length_m(table)[table["judged"]].sum())


def judged_fraction(table: StrideTable) -> float:
    """Return the share of the running strides that were judged; 0 without running."""
    return float(table["judged"].sum() / max((table["activity"] == Activity.RUN).sum(), 1))


def _headline(
    verdict: Verdict,
    episodes: Sequence[Episode],
    *,
    table: StrideTable,
    total_m: float,
    standings: Sequence[Standing],
    config: VerdictConfig,
    unit: LengthUnit,
) -> str:
    """Say what was found, what speaks against it, and of how much of the way, where not nearly all of it."""
    partly = judged_fraction(table) < config.all_judged
    judged, total = f"{unit.of(judged_m(table)):.1f}", f"{unit.of(total_m):.1f} {unit}"
    if verdict == Verdict.USUAL:
        over = f"the {judged} of {total} that could be judged" if partly else total
        return f"Your posture stayed as usual over {over}."
    sentences = [found_sentence(verdict, episodes, unit=unit), _creep_doubt(standings, config)]
    sentences += [f"Only {judged} of {total} could be judged."] if partly else []
    return " ".join(sentence for sentence in sentences if sentence)


def _creep_doubt(standings: Sequence[Standing], config: VerdictConfig) -> str:
    """Say that the strap may have crept, where the standings before and after do not agree."""
    change_deg = standing_change_deg(standings)
    if not change_deg > config.standing_agreement_deg:
        return ""
    return (
        f"Your standings before and after differ by {change_deg:.0f}°, so the strap may have moved instead."
    )
