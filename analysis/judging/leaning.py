"""A lean of the whole body, told from a slouch by the sacrum sensor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.judging.config import FindingsConfig
from analysis.judging.episodes import episode_over, stride_length_m
from analysis.judging.hysteresis import stretches_above
from analysis.records import Episode, StrideTable
from analysis.words import EpisodeEnd, Flag
from sensor.samples import BoolArray, FloatArray


def told_apart(
    table: StrideTable,
    slouches: Sequence[Episode],
    *,
    quantity_deg: FloatArray,
    bend_deg: FloatArray,
    inside: BoolArray,
    config: FindingsConfig,
) -> tuple[Episode, ...]:
    """Call `Flag.LEANING` what of the slouched stretches was run with a straight back.

    The back counts as bent by the rule of every other flag, at `FindingsConfig.leaning_bend_deg`. A straight
    part shorter than `FindingsConfig.open_after_m` beside a bent one is no stretch of its own, and where the
    sacrum is not known nothing shows that the back was straight: both stay slouched.

    Parameters
    ----------
    table
        Times and distances of the strides.
    slouches
        What would be slouched with the trunk sensor alone.
    quantity_deg
        (strides,) what the depth is read from.
    bend_deg
        (strides,) smoothed bend of the upper trunk against the sacrum beyond the fresh window, NaN where not
        known.
    inside
        (strides,) true for the judged strides in ``slouches``.
    config
        Limits of the rule.

    Returns
    -------
    tuple
        Episodes of either flag, in order.
    """
    if np.isnan(bend_deg[inside]).all():
        return tuple(slouches)
    return tuple(
        part
        for episode in slouches
        for part in _parts(
            table, episode, quantity_deg=quantity_deg, bend_deg=bend_deg, inside=inside, config=config
        )
    )


def _parts(
    table: StrideTable,
    episode: Episode,
    *,
    quantity_deg: FloatArray,
    bend_deg: FloatArray,
    inside: BoolArray,
    config: FindingsConfig,
) -> list[Episode]:
    rows = np.flatnonzero(inside & (table["start_s"] >= episode.from_s) & (table["end_s"] <= episode.to_s))
    length_m = stride_length_m(table)[rows]
    bent = _bent(np.where(np.isnan(bend_deg[rows]), np.inf, bend_deg[rows]), length_m, config)
    pieces = np.split(np.arange(len(rows)), np.flatnonzero(np.diff(bent)) + 1)
    parts = []
    for number, piece in enumerate(pieces, 1):
        turned = EpisodeEnd.BACK_STRAIGHTENED if bent[piece[0]] else EpisodeEnd.BACK_ROUNDED
        parts.append(
            episode_over(
                table,
                rows[piece],
                last_m=float(length_m[piece[-1]]),
                flag=Flag.SLOUCHED if bent[piece[0]] else Flag.LEANING,
                depth_deg=float(np.median(quantity_deg[rows[piece]])),
                ended_by=episode.ended_by if number == len(pieces) else turned,
            )
        )
    return parts


def _bent(bend_deg: FloatArray, length_m: FloatArray, config: FindingsConfig) -> BoolArray:
    """Return (n,) true where the back is bent for long enough, and between such parts that lie close."""
    bent = np.zeros(len(bend_deg), dtype=bool)
    for part in stretches_above(bend_deg, length_m, threshold=config.leaning_bend_deg, config=config):
        bent[part.first : part.stop] = True
    if not bent.any():
        return bent
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ~bent, [False]]).astype(np.int8)))
    for first, stop in edges.reshape(-1, 2).tolist():
        if length_m[first:stop].sum() < config.open_after_m:
            bent[first:stop] = True
    return bent
