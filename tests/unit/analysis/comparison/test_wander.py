from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.comparison.course import course_change
from analysis.comparison.isotonic import monotone, rising
from analysis.comparison.onset import onset_difference, onset_evidence
from analysis.comparison.records import OnsetKind
from analysis.comparison.stages import stage_edges, stage_medians
from analysis.comparison.wander import Wander, wander_of
from analysis.judging.config import ComparisonConfig
from sensor.samples import FloatArray
from tests.support.compared_runs import wander

CONFIG = ComparisonConfig()
VALUES = arrays(np.float64, st.integers(1, 30), elements=st.floats(-20, 20))


def test_the_nearest_rising_series_by_hand() -> None:
    # 3 and 1 pool to 2, 6 and 4 and 2 to 4.
    np.testing.assert_allclose(rising(np.array([0.0, 3.0, 1.0, 6.0, 4.0, 2.0])), [0, 2, 2, 4, 4, 4])
    np.testing.assert_allclose(monotone(np.array([4.0, 5.0, 1.0])), [4.5, 4.5, 1.0])


@given(VALUES)
def test_a_rising_series_keeps_the_mean_and_no_other_rising_one_is_nearer(value: FloatArray) -> None:
    found = rising(value)
    assert np.all(np.diff(found) >= -1e-9)
    assert found.mean() == pytest.approx(value.mean(), abs=1e-9)
    assert np.sum((value - found) ** 2) <= np.sum((value - np.maximum.accumulate(value)) ** 2) + 1e-9
    np.testing.assert_allclose(rising(found), found, atol=1e-9)


@given(VALUES, st.integers(1, 8))
def test_stage_medians_are_those_of_numpy(value: FloatArray, count: int) -> None:
    edges_m = np.linspace(0.0, 100.0, count + 1)
    distance_m = np.linspace(0.0, 100.0, len(value))
    found = stage_medians(distance_m, value, edges_m, min_strides=2)
    for number, (from_m, to_m) in enumerate(pairwise(edges_m)):
        inside = value[(distance_m >= from_m) & ((distance_m < to_m) | (number == count - 1))]
        expected = np.median(inside) if len(inside) >= 2 else np.nan
        np.testing.assert_allclose(found[number], expected)


def test_stages_are_equal_end_with_the_run_and_never_too_many() -> None:
    np.testing.assert_allclose(stage_edges(250.0, CONFIG), [0.0, 125.0, 250.0])
    assert len(stage_edges(160_000.0, CONFIG)) == CONFIG.max_stages + 1


def stages(rng: np.random.Generator, count: int, memory_strides: float) -> FloatArray:
    per_stage = 45
    return np.asarray(wander(rng, count * per_stage, memory_strides).reshape(count, per_stage).mean(axis=1))


@pytest.mark.parametrize("memory_strides", [0.0, 10.0, 50.0])
def test_the_variance_of_a_mean_is_what_means_really_scatter(memory_strides: float) -> None:
    rng = np.random.default_rng(5)
    series = [stages(rng, 100, memory_strides) for _ in range(60)]
    told = np.median([wander_of(one, 100.0, CONFIG).of_mean(100) for one in series])
    # Means of n strides with memory m scatter with variance 2 m / n, or 1 / n without memory.
    assert told == pytest.approx(max(2 * memory_strides, 1.0) / 4_500, rel=0.35)


def test_a_sudden_slouch_is_course_and_no_wander() -> None:
    rng = np.random.default_rng(6)
    plain = stages(rng, 100, 10.0)
    slouched = plain + np.where(np.arange(100) >= 60, 6.0, 0.0)
    told = [wander_of(one, 100.0, CONFIG).of_mean(10) for one in (plain, slouched)]
    assert told[1] == pytest.approx(told[0], rel=0.5)


def test_a_run_without_any_scatter_has_none() -> None:
    assert wander_of(np.zeros(40), 100.0, CONFIG).of_mean(10) == 0.0


def test_the_block_bootstrap_of_others_gives_the_same_interval() -> None:
    bootstrap = pytest.importorskip("arch.bootstrap", reason="arch is not installed")
    stage_deg = stages(np.random.default_rng(7), 150, 25.0) * np.sqrt(2)
    edges_m = stage_edges(15_000.0, CONFIG)
    ours = course_change(stage_deg, edges_m, CONFIG, sensors=0)
    assert ours is not None
    found = ours.late_minus_early_deg
    thirds = [stage_deg[:50], stage_deg[-50:]]
    errors = [
        bootstrap.StationaryBootstrap(4, third, seed=1).conf_int(np.mean, 400, method="basic")
        for third in thirds
    ]
    half = float(np.hypot(*[np.ptp(ends) / 2 for ends in errors]))
    assert found.detectable == pytest.approx(half, rel=0.4)


SCATTER = Wander(100.0, (0.0,), np.array([0.04]), 20.0)


def evidence(stage_deg: FloatArray, at_m: float, kind: OnsetKind = OnsetKind.TALL):  # type: ignore[no-untyped-def]
    return onset_evidence(
        kind,
        at_m=at_m,
        within_m=len(stage_deg) * 100.0,
        stage_deg=stage_deg,
        edges_m=stage_edges(len(stage_deg) * 100.0, CONFIG),
        threshold_deg=2.0,
        wander=SCATTER,
        window_sd_deg=0.05,
        config=CONFIG,
    )


def test_an_onset_is_bounded_by_the_stages_that_clearly_lie_on_either_side() -> None:
    stage_deg = np.array([0.0, 0.0, 0.0, 1.9, 2.1, 5.0, 5.0, 5.0])
    onset = evidence(stage_deg, 400.0).onset
    assert (onset.low_m, onset.high_m) == (300.0, 500.0)


def test_where_the_lean_hardly_passes_the_threshold_it_may_never_have_begun() -> None:
    assert evidence(np.array([0.0, 0.0, 0.0, 2.1, 2.1]), 300.0).onset.high_m == np.inf
    assert evidence(np.zeros(5), np.nan).onset.high_m == np.inf


def test_two_onsets_differ_by_their_places_and_the_interval_holds_that() -> None:
    early = evidence(np.repeat([0.0, 5.0], [3, 7]), 300.0)
    late = evidence(np.repeat([0.0, 5.0], [7, 3]), 700.0)
    found = onset_difference(early, late, CONFIG)
    assert found.difference_m.value == 400.0
    assert found.difference_m.low <= 400.0 <= found.difference_m.high
    assert not onset_difference(early, early, CONFIG).difference_m.is_shown
