"""Runs of runners who slouch and are reminded, whose true reaction is known."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import lfilter

from analysis.config import AnalysisConfig
from analysis.cues.log import Cue, CueFate
from analysis.cues.records import CueEffect, CueFindings, CuePairs
from analysis.cues.settings import CueSettings
from analysis.judging.cue_effect import cue_findings, pooled_effect
from analysis.live.cues.policy import CuePolicy
from analysis.live.records import LiveState
from analysis.words import ZeroSource
from sensor.samples import FloatArray
from tests.support.live_strides import live_stride
from tests.support.stride_tables import steady_run

STRIDE_S = 0.72
LAG_S = 3.0
"""Of the live estimator."""

LIVE_DEG, AFTERWARDS_DEG = 0.4, 0.3
"""Error of one stride's angle while running, and in the report."""

LASTS_S = 60.0
"""How long a runner stays upright after a cue that works."""

CONFIG = AnalysisConfig().cues


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a cue does: by how much the flexion is less, for a minute."""

    taller_deg: float


def run(rng: np.random.Generator, reaction: Reaction, settings: CueSettings) -> CueFindings | None:
    """Return what the report of one run of 40 to 80 minutes says of its cues; None where there was none."""
    count = int(rng.uniform(40.0, 80.0) * 60.0 / STRIDE_S)
    still_deg = _posture(rng, count)
    taller_deg, cues = _reminded(rng, still_deg, reaction, settings)
    table = steady_run(
        count,
        start_s=np.arange(count) * STRIDE_S,
        end_s=(np.arange(count) + 1) * STRIDE_S,
        trunk_flexion_adj_deg=still_deg - taller_deg + rng.normal(0.0, AFTERWARDS_DEG, count),
    )
    return cue_findings(table, cues, CONFIG)


def _posture(rng: np.random.Generator, count: int) -> FloatArray:
    """Return (count,) flexion above the usual: bouts of slouching, wander, every stride new."""
    slow = np.cumsum(rng.normal(0.0, 1.0, count // 250 + 2))
    bouts = 2.0 + 2.5 * np.interp(np.arange(count) / 250.0, np.arange(len(slow)), np.sin(slow))
    phi = float(np.exp(-1.0 / rng.uniform(1.0, 50.0)))
    noise = rng.normal(0.0, rng.uniform(0.5, 1.2) * np.sqrt(1.0 - phi**2), count)
    return np.asarray(bouts + lfilter([1.0], [1.0, -phi], noise) + rng.normal(0.0, 0.5, count))


def _reminded(
    rng: np.random.Generator, still_deg: FloatArray, reaction: Reaction, settings: CueSettings
) -> tuple[FloatArray, list[Cue]]:
    """Let the policy watch the run stride by stride; return how much taller cues made it, and the cues."""
    policy = CuePolicy(settings, random.Random(int(rng.integers(2**32))).random)
    error_deg = rng.normal(0.0, LIVE_DEG, len(still_deg))
    taller_deg, cues = np.zeros(len(still_deg)), []
    for i, state in enumerate(_states(still_deg + error_deg, taller_deg)):
        cue = policy.take(state)
        if cue is not None:
            cues.append(cue)
            if cue.fate is CueFate.DELIVERED:
                first = i + 1 + round((LAG_S + 1.0) / STRIDE_S)
                taller_deg[first : first + round(LASTS_S / STRIDE_S)] = reaction.taller_deg
    return taller_deg, cues


def _states(still_deg: FloatArray, taller_deg: FloatArray) -> Iterator[LiveState]:
    for i, deg in enumerate(still_deg):
        one = live_stride(i * STRIDE_S, float(deg - taller_deg[i]), stride_s=STRIDE_S)
        yield LiveState(one.end_s + LAG_S, (one,), None, ZeroSource.STANDING, "")


def pooled(
    rng: np.random.Generator, reaction: Reaction, settings: CueSettings, *, cue_count: int = 30
) -> CueEffect:
    """Return what is found of the first so many cues of as many runs as they take."""
    runs: list[CuePairs] = []
    left = cue_count
    while left > 0:
        found = run(rng, reaction, settings)
        if found is not None:
            runs.append(replace(found, moments=found.moments[:left]).pairs)
            left -= len(found.moments)
    return pooled_effect(runs, CONFIG)
