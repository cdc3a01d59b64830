"""One sentence, and how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import NotEnoughRunningError
from analysis.judging.baseline import usable_running
from analysis.judging.config import VerdictConfig
from analysis.judging.distance import CADENCE_MODEL
from analysis.judging.quality import REASONS, standing_change_deg, unusable_shares, usable_fraction
from analysis.records import Baseline, Episode, Standing, StrapStep, StrideTable

USUAL, WATCH, SLOUCHED, NO_VERDICT = "usual", "watch", "slouched", "none"
GOOD, FAIR, DO_NOT_TRUST = "good", "fair", "do not trust"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the report leads with; the fields are those of `RunReport`."""

    verdict: str
    no_verdict_because: str
    headline: str
    confidence: str
    confidence_because: tuple[str, ...]


def require_running(table: StrideTable, config: VerdictConfig) -> None:
    """Refuse a session with too little running for any figure.

    Raises
    ------
    NotEnoughRunningError
        Below `VerdictConfig.min_running_s` or `VerdictConfig.min_strides` of running.
    """
    running = table["activity"] == "run"
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
    episodes: Sequence[Episode],
    steps: Sequence[StrapStep],
    standings: Sequence[Standing],
    total_m: float,
    distance_source: str,
    zero_source: str,
    config: VerdictConfig,
    doubts: Sequence[str] = (),
) -> Judgement:
    """Give the verdict, the headline and the confidence.

    Parameters
    ----------
    table
        Complete stride table.
    baseline, episodes, steps, standings
        From the stages before.
    total_m, distance_source
        Distance of the session and where it comes from.
    zero_source
        ``standing``, ``own baseline`` or ``none``.
    config
        Limits.
    doubts
        Further reasons, each a sentence, why confidence is at most fair: no gyroscope, an unsure axis.
    """
    because = _no_verdict_because(table, baseline, config)
    confidence, reasons = confidence_of(
        table, baseline, steps, standings, distance_source, zero_source, config, doubts
    )
    verdict = NO_VERDICT if because else _verdict(episodes)
    headline = f"No verdict: {because}." if because else _headline(verdict, episodes, total_m)
    return Judgement(verdict, because, headline, confidence, reasons)


def confidence_of(
    table: StrideTable,
    baseline: Baseline | None,
    steps: Sequence[StrapStep],
    standings: Sequence[Standing],
    distance_source: str,
    zero_source: str,
    config: VerdictConfig,
    doubts: Sequence[str] = (),
) -> tuple[str, tuple[str, ...]]:
    """Return ``good``, ``fair`` or ``do not trust``, and every reason against ``good``."""
    usable, loose = usable_fraction(table), unusable_shares(table).get("loose", 0.0)
    grave, slight = [], list(doubts)
    if not usable >= config.distrust_usable:
        share = _share_of_strides(usable)
        grave.append(f"{share[0].upper()}{share[1:]} usable.")
    elif usable < config.good_usable:
        slight.append(f"Only {usable:.0%} of the strides are usable.")
    if loose >= config.loose_share:
        grave.append("The sensor was loose.")
    if zero_source != "standing" and baseline is None:
        grave.append("There is neither a standing before the run nor a fresh window to compare with.")
    slight += _standing_doubt(standings, zero_source, config)
    if steps:
        slight.append("The angle made a step that a slipping strap would make too.")
    if distance_source == CADENCE_MODEL:
        slight.append("The distance is estimated from cadence, not measured.")
    word = DO_NOT_TRUST if grave else FAIR if slight else GOOD
    return word, (*grave, *slight)


def _standing_doubt(standings: Sequence[Standing], zero_source: str, config: VerdictConfig) -> list[str]:
    if zero_source != "standing":
        return ["No standing before the run: the lean is only relative to the run's own start."]
    change_deg = standing_change_deg(standings)
    if np.isnan(change_deg):
        return ["No standing after the run: a creeping strap would look like a slow slouch."]
    if change_deg > config.standing_agreement_deg:
        return [f"The standings before and after differ by {change_deg:.1f}°."]
    return []


def _no_verdict_because(table: StrideTable, baseline: Baseline | None, config: VerdictConfig) -> str:
    usable = usable_fraction(table)
    if not usable >= config.min_usable:
        main = next(iter(unusable_shares(table)), "")
        why = f", mostly: {REASONS.get(main, main)}" if main else ""
        return f"{_share_of_strides(usable)} usable{why}"
    count = int(usable_running(table).sum())
    if count < config.min_usable_strides:
        return f"only {count} usable strides of running, {config.min_usable_strides} are needed"
    if baseline is None:
        return "the run is too short, or too broken early on, to tell what is usual for you today"
    return ""


def _share_of_strides(usable: float) -> str:
    """Say how many strides are meant, up to the word usable."""
    return f"only {usable:.0%} of the strides are" if usable >= 0.005 else "no stride is"


def _verdict(episodes: Sequence[Episode]) -> str:
    flags = {episode.flag for episode in episodes}
    return next((word for word in (SLOUCHED, WATCH) if word in flags), USUAL)


def _headline(verdict: str, episodes: Sequence[Episode], total_m: float) -> str:
    if verdict == USUAL:
        return f"Your posture stayed as usual over {total_m / 1000:.1f} km."
    found = [episode for episode in episodes if episode.flag == verdict]
    length_m = [episode.to_m - episode.from_m for episode in found]
    depth_deg = float(np.average([episode.depth_deg for episode in found], weights=length_m))
    stretches = f" in {len(found)} stretches" if len(found) > 1 else ""
    start, how_long = f"{found[0].from_m / 1000:.1f} km", f"{sum(length_m) / 1000:.1f} km{stretches}"
    if verdict == SLOUCHED:
        return f"You ran tall until {start}, then slouched by about {depth_deg:.0f}° for {how_long}."
    return (
        f"From {start} on you leaned about {depth_deg:.0f}° further forward than at your start, "
        f"for {how_long}: worth watching."
    )
