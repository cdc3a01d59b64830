"""From stretches of judged strides to episodes a person can find on their route."""

from __future__ import annotations

import numpy as np

from analysis.judging.config import FindingsConfig
from analysis.judging.hysteresis import Stretch, stretches_above
from analysis.records import Episode, StrideTable
from analysis.words import EpisodeEnd, Flag
from sensor.samples import BoolArray, FloatArray, IntArray

_JOINED_S = 0.05
"""Strides closer than this follow each other: nothing lies between them."""


def stride_length_m(table: StrideTable) -> FloatArray:
    """Return (strides,) the metres each stride covers, without any gap after it; 0 where unknown."""
    start_s, end_s, distance_m = table["start_s"], table["end_s"], table["distance_m"]
    length_m = table["speed_mps"] * (end_s - start_s)
    follows = start_s[1:] - end_s[:-1] < _JOINED_S
    step_m = np.diff(distance_m)
    length_m[:-1] = np.where(follows & np.isfinite(step_m), step_m, length_m[:-1])
    return np.asarray(np.nan_to_num(length_m))


def find_episodes(
    table: StrideTable,
    flag: Flag,
    *,
    quantity_deg: FloatArray,
    threshold_deg: float,
    judged: BoolArray,
    config: FindingsConfig,
    barred: BoolArray | None = None,
    depth_deg: FloatArray | None = None,
) -> tuple[tuple[Episode, ...], BoolArray]:
    """Apply the rule to the judged strides.

    Parameters
    ----------
    table
        Times, distances, speeds and grades of the strides.
    flag
        Name of the flag.
    quantity_deg
        (strides,) the smoothed quantity, finite where ``judged``.
    threshold_deg
        Where the flag opens.
    judged
        (strides,) strides that count.
    config
        Distances and hysteresis of the rule.
    barred
        (strides,) strides after a strap step: an open episode ends before them.
    depth_deg
        (strides,) what the depth is read from; ``quantity_deg`` unless given.

    Returns
    -------
    tuple
        The episodes, in order, and (strides,) true for the judged strides inside them.
    """
    barred = np.zeros(len(table), dtype=bool) if barred is None else barred
    depth_deg = quantity_deg if depth_deg is None else depth_deg
    length_m = stride_length_m(table)
    flagged = np.zeros(len(table), dtype=bool)
    episodes = []
    for rows in _blocks(judged & ~barred, barred):
        for stretch in stretches_above(
            quantity_deg[rows], length_m[rows], threshold=threshold_deg, config=config
        ):
            inside = rows[stretch.first : stretch.stop]
            flagged[inside] = True
            last_m = float(length_m[inside[-1]])
            depth = float(np.median(depth_deg[inside]))
            ended_by = _ended_by(stretch, barred[rows[-1] :])
            episodes.append(
                episode_over(table, inside, last_m=last_m, flag=flag, depth_deg=depth, ended_by=ended_by)
            )
    return tuple(episodes), flagged


def _blocks(kept: BoolArray, barred: BoolArray) -> list[IntArray]:
    """Return the indices of the kept strides, split wherever barred strides lie between them."""
    rows = np.flatnonzero(kept)
    barred_before = np.cumsum(barred)[rows]
    return [block for block in np.split(rows, np.flatnonzero(np.diff(barred_before)) + 1) if len(block)]


def _ended_by(stretch: Stretch, barred_after: BoolArray) -> EpisodeEnd:
    if stretch.recovered:
        return EpisodeEnd.RECOVERED
    return EpisodeEnd.MOUNTING_SHIFT if barred_after.any() else EpisodeEnd.END_OF_RUN


def episode_over(
    table: StrideTable, inside: IntArray, *, last_m: float, flag: Flag, depth_deg: float, ended_by: EpisodeEnd
) -> Episode:
    """Return the episode over the rows ``inside``, of which the last one covers ``last_m`` metres."""
    last = inside[-1]
    return Episode(
        flag=flag,
        from_m=float(table["distance_m"][inside[0]]),
        to_m=float(table["distance_m"][last]) + last_m,
        from_s=float(table["start_s"][inside[0]]),
        to_s=float(table["end_s"][last]),
        depth_deg=depth_deg,
        speed_mps=known_median(table["speed_mps"][inside]),
        grade_pct=known_median(table["grade_pct"][inside]),
        ended_by=ended_by,
    )


def known_median(value: FloatArray) -> float:
    """Return the median of the finite values, NaN where there is none."""
    # By hand: numpy's median takes ten times as long over so few values, and is asked a thousand times.
    known = np.sort(value[np.isfinite(value)])
    middle = len(known) // 2
    if not len(known):
        return float("nan")
    return float(known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2)
