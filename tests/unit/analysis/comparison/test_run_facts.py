"""A run in a few figures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analysis.comparison.run_facts import BIN_M
from analysis.comparison.summing_up import facts_of
from tests.support.sample_report import slouching_10k, steady_run


def test_a_run_is_tall_until_its_first_flag_of_either_kind() -> None:
    report = slouching_10k()
    first_m = min(episode.from_m for episode in report.evidence.episodes)

    facts = facts_of(report)

    assert facts.tall_until_m == first_m
    assert facts.tall_until_m <= min(facts.watch_from_m, facts.slouched_from_m)


def test_a_run_without_a_flag_has_no_place_where_one_begins() -> None:
    assert math.isnan(facts_of(steady_run()).tall_until_m)


def test_the_bins_hold_every_usable_running_stride_once() -> None:
    report = slouching_10k()
    strides = report.strides
    counted = (strides["activity"] == "run") & strides["usable"]

    bins = facts_of(report).bins

    assert sum(one.stride_count for one in bins) == counted.sum()
    inside = counted & (strides["distance_m"] < BIN_M)
    assert bins[0].flexion_deg == pytest.approx(float(np.median(strides["trunk_flexion_deg"][inside])))
