"""Flags over distance: where the runner leaned further forward than at the start of this run, and how far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.config import AnalysisConfig
from analysis.judging.baseline import usable_running
from analysis.judging.config import FindingsConfig
from analysis.judging.curve import above_window, curve_of, over_strides
from analysis.judging.episodes import find_episodes
from analysis.judging.leaning import told_apart
from analysis.judging.second_sensor_flags import head_flags, rounded_flags
from analysis.judging.zones import strides_by_zone, zone_shares, zone_times
from analysis.records import Axis, Baseline, Curve, Episode, MountingShift, Standing, StrideTable
from analysis.words import Flag, StandingRole, ZeroSource, Zone
from sensor.samples import BoolArray, FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What stands out in a run.

    Parameters
    ----------
    table
        The stride table with ``flag``, ``flag_rounded`` and ``flag_head`` filled.
    curve
        Smoothed course over the usable running strides.
    episodes
        In order of distance. A ``watch`` episode holds the ``slouched`` ones within it.
    zones
        Share of the usable running strides in each zone, none worse than ``watch`` where they are ``barred``;
        empty without a fresh window.
    zone_s
        Seconds of the same in each zone.
    notes
        Remarks that are no faults.
    barred
        (strides,) true after a strap step, until the runner has stood again: nothing there is called worse
        than ``watch``.
    """

    table: StrideTable
    curve: Curve
    episodes: tuple[Episode, ...]
    zones: Mapping[Zone, float]
    zone_s: Mapping[Zone, float]
    notes: tuple[str, ...]
    barred: BoolArray


def findings_of(
    table: StrideTable,
    baseline: Baseline | None,
    *,
    config: AnalysisConfig,
    shifts: Sequence[MountingShift] = (),
    standings: Sequence[Standing] = (),
    zero_source: ZeroSource = ZeroSource.STANDING,
) -> Findings:
    """Flag the strides and name the episodes.

    Parameters
    ----------
    table
        Complete but for the flags; ``trunk_flexion_adj_deg`` from `with_adjusted_flexion`,
        ``judged`` from `with_judged`.
    baseline
        The fresh window; without one nothing is flagged.
    config
        Thresholds (``findings``).
    shifts, standings
        After a strap step nothing is called slouched, leaning or rounded until the runner has stood again.
    zero_source
        Remarks on the absolute angle are made only for ``standing``.
    """
    rules = config.findings
    curve = curve_of(table, baseline, rules)
    notes = _notes(curve, rules) if zero_source == ZeroSource.STANDING else ()
    barred = _barred(table["start_s"], shifts, standings)
    if baseline is None:
        unflagged = table.with_columns(flag=np.full(len(table), Flag.NONE, dtype=object))
        return Findings(unflagged, curve, episodes=(), zones={}, zone_s={}, notes=notes, barred=barred)
    flagged, slouches = _slouch_flags(table, curve, barred=barred, config=rules)
    flagged, rounded = rounded_flags(flagged, curve, barred=barred, config=rules)
    flagged, head = head_flags(flagged, curve, baseline=baseline, config=rules)
    usable = usable_running(table)
    inside = strides_by_zone(
        table["trunk_flexion_adj_deg"][usable],
        rules,
        bend_change_deg=above_window(table, "upper_trunk_minus_sacrum_deg", baseline)[usable],
        barred=barred[usable],
    )
    episodes = sorted((*slouches, *rounded, *head), key=lambda episode: (episode.from_m, -episode.to_m))
    return Findings(
        table=flagged,
        curve=curve,
        episodes=tuple(episodes),
        zones=zone_shares(inside),
        zone_s=zone_times(inside, (table["end_s"] - table["start_s"])[usable]),
        notes=notes,
        barred=barred,
    )


def _slouch_flags(
    table: StrideTable, curve: Curve, *, barred: BoolArray, config: FindingsConfig
) -> tuple[StrideTable, tuple[Episode, ...]]:
    x_deg, judged = over_strides(table, curve.adj_deg), table["judged"]
    watched, watch = find_episodes(
        table, Flag.WATCH, quantity_deg=x_deg, threshold_deg=config.watch_deg, judged=judged, config=config
    )
    found, inside = find_episodes(
        table,
        Flag.SLOUCHED,
        quantity_deg=x_deg,
        threshold_deg=config.slouched_deg,
        judged=judged,
        config=config,
        barred=barred,
    )
    episodes = told_apart(
        table,
        found,
        quantity_deg=x_deg,
        bend_deg=over_strides(table, curve.bend_change_deg),
        inside=inside,
        config=config,
    )
    flag = np.where(watch, Flag.WATCH, Flag.NONE).astype(object)
    for episode in episodes:
        flag[inside & (table["start_s"] >= episode.from_s) & (table["end_s"] <= episode.to_s)] = episode.flag
    return table.with_columns(flag=flag), (*watched, *episodes)


def _barred(start_s: FloatArray, shifts: Sequence[MountingShift], standings: Sequence[Standing]) -> BoolArray:
    """Return (strides,) true from each step in flexion to the standing that gave a new zero after it."""
    barred = np.zeros(len(start_s), dtype=bool)
    for shift in shifts:
        if shift.axis is not Axis.FORWARD:
            continue
        zeros_s = (
            s.end_s for s in standings if s.role == StandingRole.RECALIBRATION and s.start_s > shift.at_s
        )
        stood_s = min(zeros_s, default=np.inf)
        barred |= (start_s >= shift.at_s) & (start_s < stood_s)
    return barred


def _notes(curve: Curve, config: FindingsConfig) -> tuple[str, ...]:
    low_deg, high_deg = config.note_low_deg, config.note_high_deg
    outside = (curve.flexion_deg < low_deg) | (curve.flexion_deg > high_deg)
    if not len(outside) or outside.mean() < config.note_share:
        return ()
    return (
        f"For {outside.mean():.0%} of the run the trunk was outside {low_deg:g}-{high_deg:g}° of forward "
        "lean, where most runners are (Teng & Powers 2014, mean ± 2 SD). A remark, no fault.",
    )
