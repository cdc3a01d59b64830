"""Lasting changes, and wandering that is none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from analysis.comparison.change_points import change_points
from analysis.judging.personal_config import HistoryConfig
from sensor.samples import FloatArray
from tests.support.past_runs import wander

CONFIG = replace(HistoryConfig(), shuffles=199)
"""p-values down to half a per cent are fine enough here."""


def alike(rng: np.random.Generator, count: int, likeness: float) -> FloatArray:
    return wander(rng, count, sd=1.0, length=-1.0 / math.log(likeness))


@pytest.mark.parametrize("likeness", [0.01, 0.3, 0.6])
def test_runs_that_only_wander_seem_to_change_in_at_most_one_history_of_twenty(likeness: float) -> None:
    told = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        told += bool(change_points(alike(rng, 25, likeness), config=CONFIG, seed=seed))
    # Of 100 histories at a rate of 4 % at most 8 seem to change in 97 of 100 trials.
    assert told <= 8


def test_a_lasting_change_is_found_where_it_is() -> None:
    value = np.random.default_rng(1).normal(size=40) * 0.5 + 3.0 * (np.arange(40) >= 22)
    (change,) = change_points(value, config=CONFIG)
    assert change.index == 22
    assert change.before == pytest.approx(value[:22].mean())
    assert change.after == pytest.approx(value[22:].mean())
    assert change.p_value <= CONFIG.change_level


def test_two_changes_are_both_found() -> None:
    value = np.random.default_rng(2).normal(size=120)
    value += 3.0 * (np.arange(120) >= 40) + 3.0 * (np.arange(120) >= 80)
    assert [change.index for change in change_points(value, config=CONFIG)] == [40, 80]


def test_few_or_equal_runs_are_not_searched() -> None:
    step = np.repeat([0.0, 9.0], 5) + np.random.default_rng(3).normal(size=10) * 0.01
    assert change_points(step, config=CONFIG) == ()
    assert change_points(np.full(40, 7.0), config=CONFIG) == ()
