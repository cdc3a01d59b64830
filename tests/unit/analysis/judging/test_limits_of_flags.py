"""When a flag opens and closes, to the metre and the hundredth of a degree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.judging.curve import curve_of
from analysis.judging.episodes import find_episodes, known_median, stride_length_m
from analysis.judging.flags import findings_of
from analysis.judging.hysteresis import Stretch, running_median, stretches_above
from analysis.judging.second_sensor_flags import head_flags, rounded_flags
from analysis.judging.zones import flag_of, strides_by_zone, zone_of, zone_shares
from analysis.records import Axis, Baseline, Episode, MountingShift, Standing, StrideTable
from analysis.words import EpisodeEnd, Flag, StandingRole, ZeroSource, Zone
from sensor.samples import BoolArray, FloatArray
from tests.support.stride_tables import steady_run

CONFIG = AnalysisConfig()
RULES = CONFIG.findings
WINDOW = Baseline(0.0, 400.0, 6.0, 1.0, 2.9, 200)


def levels(*parts: tuple[int, float]) -> FloatArray:
    return np.concatenate([np.full(count, value) for count, value in parts])


def stretches(x: FloatArray, metres: float = 1.0) -> list[tuple[int, int, bool]]:
    found = stretches_above(x, np.full(len(x), metres), threshold=2.0, config=RULES)
    return [(one.first, one.stop, one.recovered) for one in found]


@pytest.mark.parametrize(("metres", "opens"), [(299, False), (300, True)])
@pytest.mark.parametrize(("value", "is_above"), [(2.0, True), (1.99, False)])
def test_an_episode_opens_over_three_hundred_metres_at_its_threshold(
    metres: int, opens: bool, value: float, is_above: bool
) -> None:
    found = stretches(levels((10, 0.0), (metres, value), (500, 0.0)))
    assert found == ([(10, 10 + metres, True)] if opens and is_above else [])


@pytest.mark.parametrize(("metres", "closes"), [(99, False), (100, True)])
@pytest.mark.parametrize(("value", "is_below"), [(1.0, False), (0.99, True)])
def test_it_closes_over_a_hundred_metres_more_than_a_degree_below(
    metres: int, closes: bool, value: float, is_below: bool
) -> None:
    found = stretches(levels((400, 3.0), (metres, value), (50, 1.5)))
    ended = (0, 400, True) if closes and is_below else (0, 450 + metres, False)
    assert found == [ended]


def test_three_hundred_metres_of_thirds_are_three_hundred_metres() -> None:
    # Nine hundred sums of a third fall short of three hundred by rounding.
    assert stretches(levels((900, 3.0), (600, 0.0)), metres=1.0 / 3.0) == [(0, 900, True)]
    assert stretches(levels((899, 3.0), (600, 0.0)), metres=1.0 / 3.0) == []


def test_a_second_rise_opens_anew_only_where_the_first_has_closed() -> None:
    dip = (50, 0.0)
    assert stretches(levels((400, 3.0), dip, (400, 3.0), (200, 0.0))) == [(0, 850, True)]
    assert stretches(levels((400, 3.0), (200, 0.0), (400, 3.0))) == [(0, 400, True), (600, 1000, False)]


def test_a_stretch_is_what_it_is_told() -> None:
    assert stretches_above(levels((300, 2.0)), np.ones(300), threshold=2.0, config=RULES) == (
        Stretch(0, 300, recovered=False),
    )


@settings(max_examples=30)
@given(st.lists(st.floats(-50.0, 50.0), max_size=40), st.sampled_from([1, 3, 5, 25]))
def test_the_running_median_is_that_of_its_window_everywhere(value: list[float], width: int) -> None:
    half = width // 2
    expected = [float(np.median(value[max(0, i - half) : i + half + 1])) for i in range(len(value))]
    assert running_median(np.array(value), width).tolist() == expected


@pytest.mark.parametrize(
    ("change_deg", "zone", "flag"),
    [
        (-2.01, Zone.TALLER, Flag.NONE),
        (-2.0, Zone.USUAL, Flag.NONE),
        (1.99, Zone.USUAL, Flag.NONE),
        (2.0, Zone.WATCH, Flag.WATCH),
        (3.99, Zone.WATCH, Flag.WATCH),
        (4.0, Zone.SLOUCHED, Flag.SLOUCHED),
    ],
)
def test_a_limit_belongs_to_the_zone_above_it(change_deg: float, zone: Zone, flag: Flag) -> None:
    assert zone_of(change_deg, RULES) is zone
    assert flag_of(change_deg, RULES) is flag


def test_an_unknown_change_lies_in_no_zone() -> None:
    assert zone_of(float("nan"), RULES) is None
    assert flag_of(float("nan"), RULES) is Flag.NONE


def shares(changes_deg: list[float]) -> dict[Zone, float]:
    """Return the shares without a sacrum sensor."""
    count = len(changes_deg)
    return zone_shares(
        strides_by_zone(
            np.array(changes_deg),
            RULES,
            bend_change_deg=np.full(count, np.nan),
            barred=np.zeros(count, dtype=bool),
        )
    )


def test_the_shares_of_the_zones_are_those_of_the_changes() -> None:
    assert shares([-3.0, 0.0, 1.0, 5.0]) == {
        Zone.TALLER: 0.25,
        Zone.USUAL: 0.5,
        Zone.WATCH: 0.0,
        Zone.SLOUCHED: 0.25,
    }
    assert set(shares([0.0]).values()) == {0.0, 1.0}
    assert set(shares([]).values()) == {0.0}


def test_a_stride_covers_what_lies_up_to_the_next_unless_something_lies_between() -> None:
    start_s = np.array([0.0, 1.0, 2.04, 3.1])
    table = steady_run(
        4,
        start_s=start_s,
        end_s=np.array([1.0, 2.0, 3.0, 4.0]),
        distance_m=np.array([0.0, 2.5, 5.5, 9.0]),
        speed_mps=np.array([3.0, 3.0, 3.0, 3.0]),
    )
    # The first two are followed at once; the third by a tenth of a second, the last by nothing.
    np.testing.assert_allclose(stride_length_m(table), [2.5, 3.0, 3.0 * 0.96, 2.7])


def test_a_stride_whose_place_and_speed_are_unknown_covers_nothing() -> None:
    unknown = np.full(3, np.nan)
    np.testing.assert_array_equal(stride_length_m(steady_run(3, distance_m=unknown, speed_mps=unknown)), 0.0)
    np.testing.assert_allclose(stride_length_m(steady_run(3, distance_m=unknown)), 2.0)


def test_the_median_of_what_is_known() -> None:
    assert known_median(np.array([1.0, np.nan, 3.0])) == 2.0
    assert np.isnan(known_median(np.array([np.nan])))


def test_an_episode_tells_where_it_lies_and_the_medians_within() -> None:
    count = 1000
    x_deg = np.where(
        (np.arange(count) >= 300) & (np.arange(count) < 600), 3.0 + 0.01 * (np.arange(count) - 300), 0.0
    )
    table = steady_run(count, speed_mps=np.arange(count) / 100.0, grade_pct=np.full(count, np.nan))
    (found,), inside = find_episodes(
        table,
        Flag.WATCH,
        quantity_deg=x_deg,
        threshold_deg=2.0,
        judged=np.ones(count, dtype=bool),
        config=RULES,
    )
    assert (found.flag, found.ended_by) == (Flag.WATCH, EpisodeEnd.RECOVERED)
    assert (found.from_m, found.to_m) == (600.0, 1200.0)
    assert (found.from_s, found.to_s) == (pytest.approx(210.0), pytest.approx(420.0))
    assert found.depth_deg == pytest.approx(3.0 + 0.01 * 149.5)
    assert found.speed_mps == pytest.approx(4.495)
    assert np.isnan(found.grade_pct)
    assert np.flatnonzero(inside).tolist() == list(range(300, 600))


def barred_episodes(barred: BoolArray) -> list[tuple[float, float, EpisodeEnd]]:
    count = len(barred)
    found, _ = find_episodes(
        steady_run(count),
        Flag.SLOUCHED,
        quantity_deg=np.full(count, 5.0),
        threshold_deg=4.0,
        judged=np.ones(count, dtype=bool),
        config=RULES,
        barred=barred,
    )
    return [(one.from_m, one.to_m, one.ended_by) for one in found]


def test_barred_strides_end_an_episode_and_another_begins_behind_them() -> None:
    barred = (np.arange(900) >= 400) & (np.arange(900) < 500)
    assert barred_episodes(barred) == [
        (0.0, 800.0, EpisodeEnd.MOUNTING_SHIFT),
        (1000.0, pytest.approx(1800.0), EpisodeEnd.END_OF_RUN),
    ]


def slouched_from(stride: int, deg: float, count: int = 2000, **columns: object) -> StrideTable:
    lean_deg = np.where(np.arange(count) >= stride, deg, 0.0)
    return steady_run(count, trunk_flexion_deg=6.0 + lean_deg, trunk_flexion_adj_deg=lean_deg, **columns)


@pytest.mark.parametrize(
    ("deg", "flags"),
    [
        (1.99, set()),
        (2.0, {Flag.WATCH}),
        (3.99, {Flag.WATCH}),
        (4.0, {Flag.WATCH, Flag.SLOUCHED}),
    ],
)
def test_two_degrees_are_watched_and_four_are_a_slouch(deg: float, flags: set[Flag]) -> None:
    found = findings_of(slouched_from(1000, deg), WINDOW, config=CONFIG)
    assert {episode.flag for episode in found.episodes} == flags
    assert set(found.table["flag"]) == {Flag.NONE} | ({max(flags, key=list(Flag).index)} if flags else set())
    assert found.table["flag"].dtype == object


def test_episodes_stand_in_order_of_distance() -> None:
    found = findings_of(slouched_from(1000, 5.0), WINDOW, config=CONFIG)
    assert [one.flag for one in found.episodes] == [Flag.WATCH, Flag.SLOUCHED]
    assert [one.from_m for one in found.episodes] == [2000.0, 2000.0]


def test_a_slouch_is_barred_from_a_step_until_the_standing_that_gave_a_new_zero() -> None:
    table = slouched_from(0, 5.0)
    step = MountingShift(float(table["start_s"][500]), 1000.0, 5.0, Axis.FORWARD)
    again = Standing(760.0, float(table["start_s"][1100]), 5.0, 0.0, StandingRole.RECALIBRATION)
    early = replace(again, start_s=step.at_s, end_s=360.0)
    flagged = [
        np.flatnonzero(
            np.diff(
                np.r_[
                    0,
                    findings_of(table, WINDOW, config=CONFIG, shifts=steps, standings=stood).table["flag"]
                    == Flag.SLOUCHED,
                    0,
                ]
            )
        )
        for steps, stood in (
            ((step,), (early, again)),
            ((replace(step, axis=Axis.SIDEWAYS),), ()),
            ((step,), (replace(again, role=StandingRole.SEEN),)),
        )
    ]
    assert [edges.tolist() for edges in flagged] == [[0, 500, 1100, 2000], [0, 2000], [0, 500]]


@pytest.mark.parametrize(("share", "notes"), [(0.099, 0), (0.1, 1)])
@pytest.mark.parametrize(
    ("flexion_deg", "is_outside"), [(-0.01, True), (0.0, False), (15.0, False), (15.01, True)]
)
def test_a_lean_outside_the_usual_is_remarked_from_a_tenth_of_the_run_on(
    share: float, notes: int, flexion_deg: float, is_outside: bool
) -> None:
    lean_deg = np.where(np.arange(1000) < round(1000 * share), flexion_deg, 6.0)
    found = findings_of(steady_run(1000, trunk_flexion_deg=lean_deg), None, config=CONFIG)
    assert len(found.notes) == (notes if is_outside else 0)
    assert (
        findings_of(
            steady_run(1000, trunk_flexion_deg=lean_deg),
            None,
            config=CONFIG,
            zero_source=ZeroSource.OWN_BASELINE,
        ).notes
        == ()
    )


def test_a_run_without_strides_has_no_remark() -> None:
    found = findings_of(steady_run(0), None, config=CONFIG)
    assert (found.notes, found.episodes, found.zones) == ((), (), {})


@pytest.mark.parametrize(("pause_s", "is_break"), [(3.0, False), (3.1, True)])
def test_the_curve_breaks_at_a_pause_and_where_strides_are_left_out(pause_s: float, is_break: bool) -> None:
    later_s = np.where(np.arange(6) >= 2, pause_s, 0.0)
    start_s = np.arange(6.0) + later_s
    usable = np.arange(6) != 4
    curve = curve_of(steady_run(6, start_s=start_s, end_s=start_s + 1.0, usable=usable), None, RULES)
    assert curve.after_break.tolist() == [False, False, is_break, False, True]
    assert np.isnan(curve.adj_deg).all()
    assert curve.time_s.tolist() == start_s[usable].tolist()


def test_a_curve_that_begins_after_unusable_strides_begins_with_a_break() -> None:
    assert curve_of(steady_run(3, usable=[False, True, True]), None, RULES).after_break.tolist() == [
        True,
        False,
    ]
    assert len(curve_of(steady_run(0), None, RULES).after_break) == 0


def test_the_curve_is_a_median_over_twenty_five_strides() -> None:
    bump = np.where((np.arange(100) >= 50) & (np.arange(100) < 62), 9.0, 6.0)
    curve = curve_of(steady_run(100, trunk_flexion_deg=bump, trunk_flexion_adj_deg=bump - 6.0), None, RULES)
    assert set(curve.flexion_deg) == {6.0}
    bump[62] = 9.0
    curve = curve_of(steady_run(100, trunk_flexion_deg=bump, trunk_flexion_adj_deg=bump - 6.0), None, RULES)
    # Thirteen of twenty-five are more than half, wherever the window holds them all.
    assert np.flatnonzero(curve.flexion_deg > 6.0).tolist() == list(range(50, 63))
    assert np.flatnonzero(curve.adj_deg > 0.0).tolist() == list(range(50, 63))


def rounded_of(table: StrideTable) -> tuple[StrideTable, tuple[Episode, ...]]:
    nowhere = np.zeros(len(table), dtype=bool)
    return rounded_flags(table, curve_of(table, WINDOW, RULES), barred=nowhere, config=RULES)


def head_of(table: StrideTable) -> tuple[StrideTable, tuple[Episode, ...]]:
    return head_flags(table, curve_of(table, WINDOW, RULES), baseline=WINDOW, config=RULES)


def second(**from_600: tuple[float, float]) -> StrideTable:
    """Return a run of 1200 strides; each column has one level up to stride 600 and another from there on."""
    columns = {name: np.where(np.arange(1200) < 600, a, b) for name, (a, b) in from_600.items()}
    return steady_run(1200, **columns)


@pytest.mark.parametrize(
    ("bend_deg", "sacrum_deg", "is_rounded"),
    [
        (3.99, 0.0, False),
        (4.0, 0.0, True),
        (5.0, 1.99, True),
        (5.0, 2.0, False),
        (5.0, -1.99, True),
        (5.0, -2.0, False),
    ],
)
def test_a_back_is_rounded_where_it_bends_over_a_sacrum_that_stays(
    bend_deg: float, sacrum_deg: float, is_rounded: bool
) -> None:
    table = second(
        upper_trunk_minus_sacrum_deg=(10.0, 10.0 + bend_deg), sacrum_pitch_deg=(3.0, 3.0 + sacrum_deg)
    )
    flagged, episodes = rounded_of(table)
    assert [one.flag for one in episodes] == [Flag.ROUNDED] * is_rounded
    assert flagged["flag_rounded"][[0, 1100]].tolist() == [False, is_rounded]
    assert [one.depth_deg for one in episodes] == [pytest.approx(bend_deg)] * is_rounded


@pytest.mark.parametrize(
    ("pitch_deg", "neck_deg", "depth_deg"),
    [
        pytest.param(14.99, 0.0, None, id="less than dropped"),
        pytest.param(15.0, 0.0, 15.0, id="dropped"),
        pytest.param(0.0, 7.99, None, id="less than bent"),
        pytest.param(0.0, 8.0, 8.0, id="bent"),
        pytest.param(20.0, 9.0, 20.0, id="more dropped than bent"),
        pytest.param(16.0, 12.0, 12.0, id="more bent than dropped"),
        pytest.param(16.0, 9.0, 9.0, id="as much of either: the neck"),
    ],
)
def test_a_head_is_flagged_by_its_pitch_or_by_the_neck(
    pitch_deg: float, neck_deg: float, depth_deg: float | None
) -> None:
    table = second(head_pitch_deg=(0.0, pitch_deg), neck_flexion_deg=(5.0, 5.0 + neck_deg))
    flagged, episodes = head_of(table)
    assert [one.depth_deg for one in episodes] == ([] if depth_deg is None else [pytest.approx(depth_deg)])
    assert flagged["flag_head"][[0, 1100]].tolist() == [False, depth_deg is not None]


def test_what_a_second_sensor_did_not_measure_is_not_flagged_either_way() -> None:
    measured = np.where(np.arange(1200) < 900, 0.0, np.nan)
    table = steady_run(
        1200,
        head_pitch_deg=20.0 + measured,
        neck_flexion_deg=measured,
        upper_trunk_minus_sacrum_deg=measured,
        sacrum_pitch_deg=measured,
    )
    head, rounded = head_of(table)[0], rounded_of(table)[0]
    assert head["flag_head"][[0, 899, 900, 1199]].tolist() == [True, True, None, None]
    assert rounded["flag_rounded"][[0, 899, 900, 1199]].tolist() == [False, False, None, None]
