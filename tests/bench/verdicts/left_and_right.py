"""Left and right: in how many runs they are told, and in how many of those rightly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sensor.virtual.runner.gait import STYLES
from sensor.virtual.runner.plan import run, stand
from tests.bench.tables import markdown
from tests.support.short_runs import PLAIN, motion, virtual

LEGS = (stand(8.0), run(36.0, 3.0), stand(4.0))
SHOULDERS_LAG_DEG = (-40.0, -12.0, 20.0)
PELVIS_LAG_DEG = (140.0, 168.0, 200.0)
STYLE_NAMES = ("severe", "forefoot shuffle")

CASES = (
    *((turn_deg, "shoulders", SHOULDERS_LAG_DEG) for turn_deg in (2.0, 6.0, 10.0, 18.0, 26.0, 36.0)),
    *((turn_deg, "pelvis", PELVIS_LAG_DEG) for turn_deg in (2.0, 6.0)),
)
HEADER = ("turn of the trunk, degrees", "led by", "runs", "told", "right where told")


def told_and_right(turn_deg: float, lag_deg: float, style: str, seed: int) -> tuple[bool, bool]:
    """Return whether left and right are told, and whether all but 5 % of strides open with the left foot.

    Parameters
    ----------
    turn_deg
        Of the trunk about its long axis, from side to side.
    lag_deg
        How far behind the left contact, in degrees of the stride, it is turned most to the left.
    style, seed
        How the runner moves otherwise, and its chance.
    """
    moving = replace(STYLES[style], axial_deg=turn_deg / 2.0, axial_lag_deg=lag_deg)
    true = virtual(replace(PLAIN, legs=LEGS, style=moving), seed)
    found = motion(true)
    strides = found.strides
    running = strides.running & (found.side[strides.bout] != 0)
    if not running.any():
        return False, False
    start_s = found.stream.start_s + strides.start_row[running] / found.stream.rate_hz
    to_left, to_right = (
        np.abs(start_s[:, None] - contact_s).min(axis=1)
        for contact_s in (true.stride_start_s, true.right_contact_s)
    )
    return True, bool((to_left < to_right).mean() > 0.95)


def table(seeds: range) -> str:
    """Return the Markdown table of all cases; without any turn, nothing leads."""
    rows = [_row(0.0, "nothing", (0.0,), seeds)]
    rows += [_row(turn_deg, led_by, lags_deg, seeds) for turn_deg, led_by, lags_deg in CASES]
    return markdown(HEADER, rows)


def _row(turn_deg: float, led_by: str, lags_deg: tuple[float, ...], seeds: range) -> tuple[str, ...]:
    found = [
        told_and_right(turn_deg, lag_deg, style, seed)
        for lag_deg in lags_deg
        for style in STYLE_NAMES
        for seed in seeds
    ]
    right = [is_right for is_told, is_right in found if is_told]
    share = f"{np.mean(right):.0%}" if right else "–"
    return f"{turn_deg:.0f}", led_by, str(len(found)), f"{len(right) / len(found):.0%}", share
