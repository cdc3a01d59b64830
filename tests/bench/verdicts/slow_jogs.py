"""Slow jogs: are their strides called running, and the walk breaks between them walking?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import binary_erosion

from analysis.maths.intervals import runs_of
from sensor.samples import BoolArray
from sensor.virtual.runner.plan import Leg, run, stand, walk
from tests.bench.tables import markdown
from tests.support.short_runs import EVERYDAY, PLAIN, motion, virtual

JOG_MPS = 1.9
LEGS = (stand(8.0), run(40.0, JOG_MPS), walk(16.0, 1.4), run(30.0, JOG_MPS), stand(6.0))
CADENCES_SPM = (135.0, 140.0, 145.0, 150.0)
DUTIES = (0.85, 0.88, 0.91, 0.95)
EDGE_S = 3.0
"""Left out beside each change of gait."""

HEADER = ("steps a minute", "share of a step on the ground", "force g", "strides lost",
          "walk breaks found", "walking called running")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Jog:
    """What became of one jog: shares from 0 to 1; spread of the specific force's size while running, in g."""

    spread_g: float
    lost: float
    breaks_found: float
    walking_run: float


def jog(cadence_spm: float, duty: float, seed: int, legs: tuple[Leg, ...] = LEGS) -> Jog:
    """Return what became of a jog with so many steps a minute and so little flight."""
    # A virtual runner takes 149 + 7.5 v steps a minute.
    offset_spm = cadence_spm - 149.0 - 7.5 * JOG_MPS
    style = replace(EVERYDAY, duty=duty, impact_g=0.15, cadence_offset_spm=offset_spm)
    true = virtual(replace(PLAIN, legs=legs, style=style), seed)
    found = motion(true)
    row = np.arange(len(true.running))
    stream_row = np.round((row / true.rate_hz - found.stream.start_s) * found.stream.rate_hz)
    called = found.gait.running[np.clip(stream_row.astype(np.int64), 0, len(found.gait.running) - 1)]
    edge = round(EDGE_S * true.rate_hz)
    running, walking = _inner(true.running, edge), _inner(true.walking, edge)
    stride_row = np.round(true.stride_start_s * true.rate_hz).astype(np.int64)
    stride_row = stride_row[running[np.clip(stride_row, 0, len(running) - 1)]]
    breaks = [float(called[first:last].mean()) < 0.5 for first, last in zip(*runs_of(walking), strict=True)]
    acc = np.linalg.norm(true.sensors[0].measured.acc_sensor_mps2, axis=1)
    return Jog(
        float(acc[running].std() / 9.80665),
        float((~called[stride_row]).mean()),
        float(np.mean(breaks)),
        float(called[walking].mean()),
    )


def _inner(flag: BoolArray, edge: int) -> BoolArray:
    return np.asarray(binary_erosion(flag, iterations=edge), dtype=np.bool_)


def table(seeds: range) -> str:
    """Return the Markdown table of all jogs."""
    rows = []
    for spm in CADENCES_SPM:
        for duty in DUTIES:
            jogs = [jog(spm, duty, seed) for seed in seeds]
            values = np.mean([(j.lost, j.breaks_found, j.walking_run) for j in jogs], axis=0)
            force_g = np.mean([j.spread_g for j in jogs])
            rows.append(
                (f"{spm:.0f}", f"{duty:.2f}", f"{force_g:.2f}", *(f"{value:.1%}" for value in values))
            )
    return markdown(HEADER, rows)
