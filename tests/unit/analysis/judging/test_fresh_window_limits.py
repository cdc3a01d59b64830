"""Where the fresh window begins and ends, to the metre and the stride, and what lies just outside it."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.judging.baseline import (
    fresh_window,
    in_window,
    relative_to_window,
    usable_running,
    with_adjusted_flexion,
    with_judged,
)
from analysis.judging.config import BaselineConfig
from analysis.records import Baseline
from tests.support.stride_tables import steady_run

CONFIG = BaselineConfig()
WINDOW = Baseline(500.0, 1000.0, flexion_deg=6.0, sd_deg=1.0, speed_mps=4.0, stride_count=250, is_short=False)


@pytest.mark.parametrize(
    ("total_m", "limits_m"),
    [
        pytest.param(2000.0, (250.0, 652.0), id="shortest: the strides that are needed end it"),
        pytest.param(2400.0, (300.0, 702.0), id="an eighth"),
        pytest.param(3600.0, (450.0, 900.0), id="a quarter is later than those strides"),
        pytest.param(3999.0, (499.875, 999.75), id="just short"),
        pytest.param(4000.0, (500.0, 1000.0), id="just long"),
        pytest.param(6000.0, (500.0, 1500.0), id="a quarter"),
        pytest.param(9000.0, (500.0, 2000.0), id="two kilometres at the latest"),
    ],
)
def test_the_window_begins_and_ends_where_the_definitions_say(
    total_m: float, limits_m: tuple[float, float]
) -> None:
    # Strides begin at 1, 3, 5 … metres, so that none lies on a limit.
    count = round(total_m / 2.0)
    found = fresh_window(steady_run(count, distance_m=1.0 + 2.0 * np.arange(count)), total_m, CONFIG)
    assert found is not None
    assert found.from_m == pytest.approx(limits_m[0])
    assert found.to_m == pytest.approx(limits_m[1], abs=1.01)
    assert found.is_short == (total_m < 4000.0)
    assert found.stride_count == pytest.approx((limits_m[1] - limits_m[0]) / 2.0, abs=1.0)


def test_below_two_kilometres_or_over_an_unknown_distance_there_is_no_window() -> None:
    table = steady_run(2000)
    assert fresh_window(table, 2000.0, CONFIG) is not None
    assert fresh_window(table, 1999.9, CONFIG) is None
    assert fresh_window(table, float("nan"), CONFIG) is None


@pytest.mark.parametrize(("usable", "is_enough"), [(199, False), (200, True)])
def test_two_hundred_strides_are_enough(usable: int, is_enough: bool) -> None:
    kept = np.zeros(3000, dtype=bool)
    kept[250 : 250 + usable] = True
    found = fresh_window(steady_run(3000, usable=kept), 6000.0, CONFIG)
    assert (found is not None) == is_enough


def test_a_short_run_without_a_stride_beyond_those_needed_ends_its_window_at_a_quarter() -> None:
    # 200 strides from 250 m on, and none behind them that could say where they are over.
    kept = np.zeros(1000, dtype=bool)
    kept[125:325] = True
    assert fresh_window(steady_run(1000, usable=kept), 2000.0, CONFIG) is None
    kept[325] = True
    found = fresh_window(steady_run(1000, usable=kept), 2000.0, CONFIG)
    assert found is not None
    assert (found.to_m, found.stride_count) == (650.0, 200)


def test_a_stride_at_the_windows_beginning_is_in_it_and_one_at_its_end_is_not() -> None:
    table = steady_run(6, distance_m=np.array([499.9, 500.0, 999.9, 1000.0, np.nan, 700.0]))
    assert in_window(table, WINDOW).tolist() == [False, True, True, False, False, True]


def test_what_the_window_holds_is_its_median_its_sample_spread_and_its_median_speed() -> None:
    flexion_deg = np.where(np.arange(2000) % 2 == 0, 5.0, 8.0)
    flexion_deg[:250] = 90.0
    speed_mps = np.where(np.arange(2000) % 3 == 0, np.nan, 3.0)
    found = fresh_window(steady_run(2000, trunk_flexion_deg=flexion_deg, speed_mps=speed_mps), 4000.0, CONFIG)
    assert found is not None
    # 250 strides, half of them 1.5 below the mean and half above.
    assert found.stride_count == 250
    assert found.flexion_deg == 6.5
    assert found.sd_deg == pytest.approx(1.5 * np.sqrt(250.0 / 249.0), rel=1e-9)
    assert found.speed_mps == 3.0


def test_a_window_without_any_known_speed_has_none() -> None:
    found = fresh_window(steady_run(2000, speed_mps=np.full(2000, np.nan)), 4000.0, CONFIG)
    assert found is not None
    assert np.isnan(found.speed_mps)


def test_only_running_usable_strides_with_an_angle_and_a_place_count() -> None:
    table = steady_run(
        5,
        activity=np.array(["run", "walk", "run", "run", "run"], dtype=object),
        usable=np.array([True, True, False, True, True]),
        trunk_flexion_deg=np.array([1.0, 1.0, 1.0, np.nan, 1.0]),
        distance_m=np.array([0.0, 1.0, 2.0, 3.0, np.nan]),
    )
    assert usable_running(table).tolist() == [True, False, False, False, False]


def test_flexion_is_told_against_the_window_while_running_only() -> None:
    table = steady_run(
        3, activity=np.array(["run", "walk", "run"], dtype=object), trunk_flexion_deg=[9.0, 9.0, 5.0]
    )
    np.testing.assert_array_equal(
        with_adjusted_flexion(table, WINDOW)["trunk_flexion_adj_deg"], [3.0, np.nan, -1.0]
    )
    assert np.isnan(with_adjusted_flexion(table, None)["trunk_flexion_adj_deg"]).all()


def test_without_a_standing_the_window_becomes_the_zero() -> None:
    table, window = relative_to_window(steady_run(2, trunk_flexion_deg=[9.0, 5.0]), WINDOW)
    assert table["trunk_flexion_deg"].tolist() == [3.0, -1.0]
    assert (window.flexion_deg, window.sd_deg, window.from_m) == (0.0, 1.0, 500.0)


@pytest.mark.parametrize(
    ("column", "value", "because"),
    [
        pytest.param("grade_pct", 2.0, "", id="steepest up"),
        pytest.param("grade_pct", 2.01, "grade", id="steeper up"),
        pytest.param("grade_pct", -2.0, "", id="steepest down"),
        pytest.param("grade_pct", -2.01, "grade", id="steeper down"),
        pytest.param("grade_pct", np.nan, "", id="unknown grade"),
        pytest.param("speed_mps", 4.6, "", id="fastest"),
        pytest.param("speed_mps", 4.61, "speed", id="faster"),
        pytest.param("speed_mps", 3.41, "", id="slowest"),
        pytest.param("speed_mps", 3.39, "speed", id="slower"),
        pytest.param("speed_mps", np.nan, "", id="unknown speed"),
        pytest.param("usable", False, "unusable", id="unusable"),
        pytest.param("activity", "walk", "walk", id="walk"),
    ],
)
def test_what_keeps_a_stride_from_being_judged(column: str, value: float | str, because: str) -> None:
    kind = object if isinstance(value, str) else type(value)
    columns = {"speed_mps": np.full(1, 4.0), "grade_pct": np.zeros(1), column: np.full(1, value, dtype=kind)}
    judged = with_judged(steady_run(1, **columns), WINDOW, CONFIG, speed_is_measured=True)
    assert (judged["judged_because"][0], bool(judged["judged"][0])) == (because, because == "")


def test_the_first_of_several_reasons_is_told() -> None:
    table = steady_run(
        1, activity=np.array(["walk"], dtype=object), usable=[False], grade_pct=[9.0], speed_mps=[9.0]
    )
    told = [
        with_judged(given, WINDOW, CONFIG, speed_is_measured=True)["judged_because"][0]
        for given in (
            table,
            table.with_columns(activity=np.array(["run"], dtype=object)),
            steady_run(1, grade_pct=[9.0], speed_mps=[9.0]),
        )
    ]
    assert told == ["walk", "unusable", "grade"]
    without = with_judged(steady_run(1), None, CONFIG, speed_is_measured=True)
    assert without["judged_because"].tolist() == ["no baseline"]


def test_a_guessed_speed_keeps_no_stride_from_being_judged() -> None:
    judged = with_judged(steady_run(1, speed_mps=[9.0]), WINDOW, CONFIG, speed_is_measured=False)
    assert judged["judged"].tolist() == [True]
