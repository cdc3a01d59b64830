from __future__ import annotations

import numpy as np
import pytest

from analysis.judging.config import FindingsConfig, SegmentConfig
from analysis.judging.segments import held_back, median_over_distance, segments_of
from analysis.records import Baseline
from tests.support.stride_tables import STRIDE_S, steady_run

CONFIG, FINDINGS = SegmentConfig(), FindingsConfig()


def test_each_kilometre_and_the_last_part_get_a_row() -> None:
    rows = segments_of(steady_run(1250), 2500.0, config=CONFIG, findings=FINDINGS)
    assert [(row.from_m, row.to_m) for row in rows] == [(0, 1000), (1000, 2000), (2000, 2500)]
    assert [row.stride_count for row in rows] == [500, 500, 250]
    assert [row.duration_s for row in rows] == pytest.approx([500 * STRIDE_S, 500 * STRIDE_S, 250 * STRIDE_S])


def test_a_last_part_of_a_few_metres_joins_the_row_before() -> None:
    rows = segments_of(steady_run(1005), 2010.0, config=CONFIG, findings=FINDINGS)
    assert [row.to_m for row in rows] == [1000.0, 2010.0]
    assert sum(row.stride_count for row in rows) == 1005


def test_strides_at_and_beyond_the_end_belong_to_the_last_row() -> None:
    # The last two strides begin at 2496 and 2498 m.
    rows = segments_of(steady_run(1250), 2496.0, config=CONFIG, findings=FINDINGS)
    assert [row.stride_count for row in rows] == [500, 500, 250]


def test_a_stop_belongs_to_the_time_of_its_kilometre() -> None:
    start_s = np.arange(1000) * STRIDE_S + np.where(np.arange(1000) >= 700, 60.0, 0.0)
    rows = segments_of(
        steady_run(1000, start_s=start_s, end_s=start_s + STRIDE_S), 2000.0, config=CONFIG, findings=FINDINGS
    )
    assert [row.duration_s for row in rows] == pytest.approx([350.0, 410.0])


def test_figures_are_medians_over_usable_running() -> None:
    index = np.arange(500)
    table = steady_run(
        500,
        trunk_flexion_deg=np.where(index < 100, 50.0, 7.0),
        usable=index >= 100,
        head_forward_lo_cm=np.full(500, -1.0),
        head_pitch_deg=np.full(500, 4.0),
        neck_flexion_deg=np.where(index < 300, -3.0, -2.0),
        lateral_left_deg=np.where(index < 300, 1.0, 3.0),
    )
    (row,) = segments_of(table, 1000.0, config=CONFIG, findings=FINDINGS)
    assert row.flexion_deg == 7.0
    assert row.usable_fraction == 0.8
    assert row.head_forward_lo_cm == -1.0
    assert (row.head_pitch_deg, row.neck_flexion_deg) == (4.0, -2.5)
    assert row.lateral_left_deg == 2.0
    assert np.isnan(row.contact_time_ms)


def test_a_kilometre_lost_in_a_gap_is_a_row_of_unknowns() -> None:
    distance_m = np.concatenate([np.arange(500) * 2.0, 2000.0 + np.arange(500) * 2.0])
    rows = segments_of(steady_run(1000, distance_m=distance_m), 3000.0, config=CONFIG, findings=FINDINGS)
    assert [row.stride_count for row in rows] == [500, 0, 500]
    assert np.isnan(rows[1].flexion_deg)
    assert np.isnan(rows[1].usable_fraction)
    assert rows[1].flag == "none"


def test_a_walked_kilometre_has_no_usable_fraction() -> None:
    table = steady_run(500, activity=np.full(500, "walk", dtype=object))
    (row,) = segments_of(table, 1000.0, config=CONFIG, findings=FINDINGS)
    assert np.isnan(row.usable_fraction)


@pytest.mark.parametrize(
    ("adj_deg", "flag"),
    [(-3.0, "none"), (1.9, "none"), (2.0, "watch"), (3.9, "watch"), (4.0, "slouched"), (9.0, "slouched")],
)
def test_the_flag_of_a_kilometre_is_the_zone_of_its_number(adj_deg: float, flag: str) -> None:
    table = steady_run(500, trunk_flexion_adj_deg=np.full(500, adj_deg))
    (row,) = segments_of(table, 1000.0, config=CONFIG, findings=FINDINGS)
    assert (row.adj_deg, row.flag) == (adj_deg, flag)


@pytest.mark.parametrize(("bend_deg", "flag"), [(0.0, "leaning"), (1.9, "leaning"), (2.0, "slouched")])
def test_a_kilometre_run_with_a_straight_back_is_leaning(bend_deg: float, flag: str) -> None:
    later = np.arange(1000) >= 500
    table = steady_run(
        1000,
        trunk_flexion_adj_deg=np.where(later, 6.0, 0.0),
        upper_trunk_minus_sacrum_deg=np.where(later, 3.0 + bend_deg, 3.0),
        sacrum_pitch_deg=np.where(later, 9.0 - bend_deg, 3.0),
    )
    window = Baseline(0.0, 1000.0, 6.0, 1.0, 2.9, 500)
    _, row = segments_of(table, 2000.0, config=CONFIG, findings=FINDINGS, baseline=window)
    assert row.flag == flag
    assert row.bend_change_deg == pytest.approx(bend_deg)
    assert (row.sacrum_pitch_deg, row.upper_trunk_minus_sacrum_deg) == (9.0 - bend_deg, 3.0 + bend_deg)
    assert np.isnan(segments_of(table, 2000.0, config=CONFIG, findings=FINDINGS)[1].bend_change_deg)


def test_strides_that_were_not_judged_move_neither_number_nor_flag_of_a_kilometre() -> None:
    judged = np.arange(500) < 200
    table = steady_run(500, trunk_flexion_adj_deg=np.where(judged, 1.0, 8.0), judged=judged)
    (row,) = segments_of(table, 1000.0, config=CONFIG, findings=FINDINGS)
    assert (row.adj_deg, row.flag) == (1.0, "none")
    (row,) = segments_of(
        table.with_columns(judged=np.zeros(500, dtype=bool)), 1000.0, config=CONFIG, findings=FINDINGS
    )
    assert np.isnan(row.adj_deg)
    assert row.flag == "none"


def test_an_unknown_distance_gives_no_rows() -> None:
    assert (
        segments_of(
            steady_run(10, distance_m=np.full(10, np.nan)), float("nan"), config=CONFIG, findings=FINDINGS
        )
        == ()
    )
    assert segments_of(steady_run(0), float("nan"), config=CONFIG, findings=FINDINGS) == ()


def test_the_median_over_a_hundred_metres_ignores_what_does_not_count() -> None:
    distance_m = np.arange(500) * 2.0
    value = np.where(distance_m < 500, 250.0, 300.0)
    value[::3] = 900.0
    counted = np.ones(500, dtype=bool)
    counted[::3] = False
    medians = median_over_distance(distance_m, value, counted=counted, window_m=100.0)
    assert set(medians[distance_m < 440]) == {250.0}
    assert set(medians[distance_m > 560]) == {300.0}


def test_the_median_over_distance_is_unknown_where_nothing_counts() -> None:
    distance_m = np.concatenate([np.arange(100) * 2.0, [np.nan], 1000.0 + np.arange(100) * 2.0])
    value = np.full(201, 250.0)
    counted = distance_m < 500
    medians = median_over_distance(distance_m, value, counted=counted, window_m=100.0)
    assert (medians[:100] == 250.0).all()
    assert np.isnan(medians[100:]).all()
    assert np.isnan(
        median_over_distance(distance_m, value, counted=np.zeros(201, dtype=bool), window_m=100.0)
    ).all()


def test_after_a_strap_step_no_kilometre_is_called_worse_than_watch() -> None:
    table = steady_run(1000, trunk_flexion_adj_deg=np.full(1000, 6.0))
    rows = segments_of(table, 2000.0, config=CONFIG, findings=FINDINGS)
    assert [row.flag for row in rows] == ["slouched", "slouched"]
    after = np.asarray(table["distance_m"] >= 900.0)
    assert [row.flag for row in held_back(rows, table, after)] == ["slouched", "watch"]
