"""Rows of the table over distance and medians over distance, at every edge they have."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.judging.config import FindingsConfig, SegmentConfig
from analysis.judging.segments import median_over_distance, segments_of
from analysis.records import Segment, StrideTable
from sensor.samples import FloatArray
from tests.support.stride_tables import steady_run

CONFIG, FINDINGS = SegmentConfig(), FindingsConfig()


def rows(table: StrideTable, total_m: float) -> tuple[Segment, ...]:
    return segments_of(table, total_m, config=CONFIG, findings=FINDINGS)


@pytest.mark.parametrize(
    ("total_m", "edges_m"),
    [
        (10.0, [0.0, 10.0]),
        (1000.0, [0.0, 1000.0]),
        (1019.9, [0.0, 1019.9]),
        (1020.0, [0.0, 1000.0, 1020.0]),
        (2000.0, [0.0, 1000.0, 2000.0]),
        (2500.0, [0.0, 1000.0, 2000.0, 2500.0]),
    ],
)
def test_a_row_is_a_kilometre_and_the_last_part_at_least_twenty_metres(
    total_m: float, edges_m: list[float]
) -> None:
    found = rows(steady_run(round(total_m / 2.0)), total_m)
    assert [row.from_m for row in found] == edges_m[:-1]
    assert [row.to_m for row in found] == edges_m[1:]


@pytest.mark.parametrize("total_m", [0.0, -1.0, float("nan")])
def test_a_run_of_no_length_has_no_rows(total_m: float) -> None:
    assert rows(steady_run(10), total_m) == ()


def test_a_stride_at_an_edge_belongs_to_the_row_that_begins_there() -> None:
    table = steady_run(
        5,
        distance_m=[0.0, 999.9, 1000.0, 1999.9, 2000.0],
        start_s=10.0 * np.arange(5),
        end_s=10.0 * np.arange(5) + 4.0,
    )
    found = rows(table, 2100.0)
    assert [row.stride_count for row in found] == [2, 2, 1]
    # Between strides time runs evenly over the way; the last stride ends at 44 s.
    assert [row.duration_s for row in found] == pytest.approx([20.0, 20.0, 4.0])


def test_what_a_row_tells_is_read_from_the_strides_that_count_for_it() -> None:
    judged = np.array([True, True, False, True])
    table = steady_run(
        4,
        usable=np.array([True, True, True, False]),
        judged=judged,
        trunk_flexion_adj_deg=np.array([1.0, 3.0, 50.0, 9.0]),
        trunk_flexion_deg=np.array([7.0, 8.0, 12.0, 90.0]),
        speed_mps=np.array([2.0, 3.0, 4.0, 90.0]),
        vertical_oscillation_cm=np.array([6.0, np.nan, 8.0, 90.0]),
    )
    (row,) = rows(table, 8.0)
    assert (row.stride_count, row.usable_fraction) == (4, 0.75)
    assert (row.flexion_deg, row.adj_deg, row.speed_mps, row.vertical_oscillation_cm) == (8.0, 3.0, 3.0, 7.0)


def plain(distance_m: FloatArray, value: FloatArray, window_m: float) -> list[float]:
    """Return the medians by a loop: each stride takes that of the nearest point of a grid."""
    kept = np.isfinite(distance_m) & np.isfinite(value)
    at = distance_m[kept]
    found = []
    for here in distance_m:
        step = round((here - at[0]) / (window_m / 10.0)) if np.isfinite(here) else 0
        centre = at[0] + step * window_m / 10.0
        near = kept & (np.abs(distance_m - centre) <= window_m / 2.0)
        # The grid goes from the first stride that counts up to the last, or a step beyond it.
        known = np.isfinite(here) and 0 <= step <= int(
            np.ceil(np.round((at[-1] - at[0]) / (window_m / 10.0), 9))
        )
        found.append(float(np.median(value[near])) if known and near.any() else float("nan"))
    return found


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_median_over_distance_is_that_around_the_nearest_tenth_of_its_window(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Eighths of a metre are exact, so that a stride half a window away is just that.
    distance_m = 3.75 + rng.integers(4, 72, 60).cumsum() / 8.0
    value = rng.normal(size=60)
    value[rng.random(60) < 0.2] = np.nan
    value[[0, -1]] = 0.0
    distance_m[30] = np.nan
    found = median_over_distance(distance_m, value, counted=np.ones(60, dtype=bool), window_m=40.0)
    np.testing.assert_allclose(found, plain(distance_m, value, 40.0))


def test_a_stride_exactly_half_a_window_away_counts_on_either_side() -> None:
    distance_m = np.array([0.0, 50.0, 100.0])
    value = np.array([1.0, 5.0, 30.0])
    found = median_over_distance(distance_m, value, counted=np.ones(3, dtype=bool), window_m=100.0)
    assert found.tolist() == [3.0, 5.0, 17.5]


def test_strides_far_from_any_that_counts_have_no_median() -> None:
    distance_m = np.array([0.0, 100.0, 105.0, 200.0])
    counted = np.array([False, True, True, False])
    found = median_over_distance(distance_m, np.array([1.0, 2.0, 4.0, 8.0]), counted=counted, window_m=20.0)
    np.testing.assert_array_equal(found, [np.nan, 3.0, 3.0, np.nan])
