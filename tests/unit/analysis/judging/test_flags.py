from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.judging.baseline import fresh_window, with_adjusted_flexion, with_judged
from analysis.judging.flags import Findings, findings_of
from analysis.records import Axis, MountingShift, Standing, StrideTable
from tests.support.stride_tables import STRIDE_M, STRIDE_S, steady_run

CONFIG = AnalysisConfig()


def judge(
    table: StrideTable,
    config: AnalysisConfig = CONFIG,
    *,
    total_m: float | None = None,
    speed_is_measured: bool = True,
    **facts: Any,
) -> Findings:
    total_m = float(table["distance_m"][-1]) + STRIDE_M if total_m is None else total_m
    baseline = fresh_window(table, total_m, config.baseline)
    table = with_judged(table, baseline, config.baseline, speed_is_measured=speed_is_measured)
    return findings_of(with_adjusted_flexion(table, baseline), baseline, config=config, **facts)


def slouching(count: int = 3000, at: int = 2000, until: int | None = None, by: float = 5.0) -> np.ndarray:
    index = np.arange(count)
    return np.where((index >= at) & (index < (until or count)), 6.0 + by, 6.0)


def test_a_slouch_is_found_where_it_is() -> None:
    found = judge(steady_run(3000, trunk_flexion_deg=slouching(until=2500)))
    slouched = [e for e in found.episodes if e.flag == "slouched"]
    assert len(slouched) == 1
    assert (slouched[0].from_m, slouched[0].to_m) == (4000.0, 5000.0)
    assert (slouched[0].from_s, slouched[0].to_s) == pytest.approx((2000 * STRIDE_S, 2500 * STRIDE_S))
    assert slouched[0].depth_deg == 5.0
    assert slouched[0].ended_by == "recovered"
    assert np.isnan(slouched[0].grade_pct)
    assert (found.table["flag"] == "slouched").nonzero()[0].tolist() == list(range(2000, 2500))


def test_slouched_outranks_watch() -> None:
    flexion_deg = 6.0 + np.select([np.arange(3000) < 1500, np.arange(3000) < 2200], [0.0, 3.0], 5.0)
    found = judge(steady_run(3000, trunk_flexion_deg=flexion_deg))
    assert [(e.flag, e.from_m, e.ended_by) for e in found.episodes] == [
        ("watch", 3000.0, "end of run"),
        ("slouched", 4400.0, "end of run"),
    ]
    assert set(found.table["flag"][1500:2200]) == {"watch"}
    assert set(found.table["flag"][2200:]) == {"slouched"}


def test_a_walk_within_an_episode_neither_counts_nor_closes() -> None:
    activity = np.full(3000, "run", dtype=object)
    activity[2100:2300] = "walk"
    flexion_deg = slouching()
    flexion_deg[2100:2300] = -10.0
    found = judge(steady_run(3000, trunk_flexion_deg=flexion_deg, activity=activity))
    assert [e.from_m for e in found.episodes if e.flag == "slouched"] == [4000.0]
    assert set(found.table["flag"][2100:2300]) == {"none"}
    assert found.curve.after_break.nonzero()[0].tolist() == [2100]


def test_unusable_strides_do_not_count_towards_the_three_hundred_metres() -> None:
    # 149 usable strides of 2 m, then 200 unusable ones: 298 m.
    usable = np.ones(3000, dtype=bool)
    usable[2149:2349] = False
    found = judge(steady_run(3000, trunk_flexion_deg=slouching(until=2349), usable=usable))
    assert found.episodes == ()


def test_the_distance_of_a_gap_does_not_count() -> None:
    beyond = np.arange(3000) >= 2100
    start_s = np.arange(3000) * STRIDE_S + np.where(beyond, 70.0, 0.0)
    distance_m = np.arange(3000) * STRIDE_M + np.where(beyond, 200.0, 0.0)
    table = steady_run(
        3000,
        start_s=start_s,
        end_s=start_s + STRIDE_S,
        distance_m=distance_m,
        trunk_flexion_deg=slouching(until=2149),
    )
    assert judge(table).episodes == ()


def test_strides_of_unknown_distance_are_not_flagged() -> None:
    distance_m = np.arange(3000) * STRIDE_M
    distance_m[2500:] = np.nan
    table = steady_run(3000, distance_m=distance_m, trunk_flexion_deg=slouching(by=6.0))
    found = judge(table, total_m=6000.0)
    assert set(found.table["flag"][2500:]) == {"none"}
    assert set(found.table["flag"][2000:2500]) == {"slouched"}


def test_a_slouch_uphill_is_not_flagged() -> None:
    grade_pct = np.where(np.arange(3000) >= 2000, 5.0, 0.0)
    assert judge(steady_run(3000, trunk_flexion_deg=slouching(), grade_pct=grade_pct)).episodes == ()


def test_quicker_steps_hide_no_slouch_where_speed_is_a_guess_from_them() -> None:
    quicker = np.where(np.arange(3000) >= 2000, 1.25, 1.0)
    run = steady_run(3000, trunk_flexion_deg=slouching(), speed_mps=quicker * STRIDE_M / STRIDE_S)
    assert judge(run, speed_is_measured=True).episodes == ()
    assert {e.flag for e in judge(run, speed_is_measured=False).episodes} == {"watch", "slouched"}


def test_nothing_is_flagged_without_a_fresh_window() -> None:
    found = judge(steady_run(990, trunk_flexion_deg=slouching(990, 500)))
    assert found.episodes == ()
    assert set(found.table["flag"]) == {"none"}
    assert set(found.table["flag_head"]) == {None}
    assert found.zones == {}
    assert np.isnan(found.curve.adj_deg).all()


def test_after_a_strap_step_nothing_is_called_slouched_until_a_standing() -> None:
    step = MountingShift(2200 * STRIDE_S, 4400.0, 3.0)
    table = steady_run(4000, trunk_flexion_deg=slouching(4000))
    barred = judge(table, shifts=(step,))
    slouched = [e for e in barred.episodes if e.flag == "slouched"]
    assert [(e.from_m, e.to_m, e.ended_by) for e in slouched] == [(4000.0, 4400.0, "strap step")]
    assert set(barred.table["flag"][2200:]) == {"watch"}

    standing = Standing(3000 * STRIDE_S, 3000 * STRIDE_S, 0.0, 0.0, "re-zero")
    stood = judge(table, shifts=(step,), standings=(standing,))
    slouched = [e for e in stood.episodes if e.flag == "slouched"]
    assert [(e.from_m, e.ended_by) for e in slouched] == [(4000.0, "strap step"), (6000.0, "end of run")]


def test_a_stricter_preset_flags_more() -> None:
    strict = replace(CONFIG, findings=replace(CONFIG.findings, watch_deg=1.5, slouched_deg=3.0))
    table = steady_run(3000, trunk_flexion_deg=slouching(by=3.5))
    assert [e.flag for e in judge(table).episodes] == ["watch"]
    assert {e.flag for e in judge(table, strict).episodes} == {"watch", "slouched"}


@pytest.mark.parametrize(("lean_deg", "notes"), [(-0.5, 1), (0.5, 0), (14.5, 0), (15.5, 1)])
def test_a_remark_is_made_on_a_lean_that_few_runners_have(lean_deg: float, notes: int) -> None:
    table = steady_run(3000, trunk_flexion_deg=np.full(3000, lean_deg))
    assert len(judge(table, zero_source="standing").notes) == notes


def test_zones_share_out_the_usable_running() -> None:
    flexion_deg = 6.0 + np.repeat([0.0, -2.1, 2.0, 3.9, 4.0], [1000, 250, 250, 250, 250])
    found = judge(steady_run(2000, trunk_flexion_deg=flexion_deg))
    assert found.zones == {"taller": 0.125, "usual": 0.5, "watch": 0.25, "slouched": 0.125}


def test_an_unusual_lean_is_a_remark_only_against_a_standing_zero() -> None:
    table = steady_run(3000, trunk_flexion_deg=np.full(3000, 17.0))
    assert len(judge(table).notes) == 1
    assert "no fault" in judge(table).notes[0]
    assert judge(table, zero_source="own baseline").notes == ()
    assert judge(steady_run(3000)).notes == ()


def test_a_back_that_rounds_over_a_still_sacrum_is_flagged_and_a_lean_is_not() -> None:
    bend_deg = slouching(by=4.5)
    still = judge(
        steady_run(3000, upper_trunk_minus_sacrum_deg=bend_deg, sacrum_pitch_deg=np.full(3000, 8.0))
    )
    assert [(e.flag, e.from_m, e.depth_deg) for e in still.episodes] == [("rounded", 4000.0, 4.5)]
    assert set(still.table["flag_rounded"][2000:]) == {True}
    leaning = judge(
        steady_run(3000, upper_trunk_minus_sacrum_deg=bend_deg, sacrum_pitch_deg=slouching(by=2.0))
    )
    assert leaning.episodes == ()
    assert set(leaning.table["flag_rounded"]) == {False}


def with_sacrum(flexion_deg: np.ndarray, sacrum_deg: np.ndarray) -> StrideTable:
    return steady_run(
        len(flexion_deg),
        trunk_flexion_deg=flexion_deg,
        sacrum_pitch_deg=sacrum_deg,
        upper_trunk_minus_sacrum_deg=flexion_deg - sacrum_deg,
    )


def flags(found: Findings) -> list[tuple[str, float, float, str]]:
    return [(e.flag, e.from_m, round(e.to_m, 6), e.ended_by) for e in found.episodes if e.flag != "watch"]


def test_a_lean_of_the_whole_body_is_no_slouch() -> None:
    found = judge(with_sacrum(slouching(by=6.0, until=2500), slouching(by=6.0, until=2500) - 4.0))
    assert flags(found) == [("leaning", 4000.0, 5000.0, "recovered")]
    assert [e.depth_deg for e in found.episodes] == [6.0, 6.0]
    assert set(found.table["flag"][2000:2500]) == {"leaning"}
    assert "slouched" not in found.table["flag"]
    assert found.zones == {
        "taller": 0.0,
        "usual": 2500 / 3000,
        "watch": 0.0,
        "leaning": 1 / 6,
        "slouched": 0.0,
    }


@pytest.mark.parametrize(("bend_deg", "flag"), [(-3.0, "leaning"), (1.9, "leaning"), (2.0, "slouched")])
def test_from_two_degrees_of_bend_on_a_lean_is_a_slouch(bend_deg: float, flag: str) -> None:
    found = judge(with_sacrum(slouching(by=6.0), slouching(by=6.0 - bend_deg)))
    assert [name for name, *_ in flags(found)] == [flag]


def test_a_back_that_rounds_within_a_lean_parts_the_stretch() -> None:
    flexion_deg = slouching(4000, at=1500, by=6.0) + slouching(4000, at=2500, until=3200, by=4.0) - 6.0
    found = judge(with_sacrum(flexion_deg, slouching(4000, at=1500, by=6.0)))
    assert flags(found) == [
        ("leaning", 3000.0, 5000.0, "back rounded"),
        ("slouched", 5000.0, 6400.0, "back straightened"),
        ("leaning", 6400.0, 8000.0, "end of run"),
    ]
    assert [e.depth_deg for e in found.episodes if e.flag != "watch"] == [6.0, 10.0, 6.0]


def test_a_short_bend_within_a_lean_or_a_short_straight_part_within_a_slouch_is_no_stretch() -> None:
    lean_deg, short_deg = slouching(by=6.0), slouching(at=2400, until=2540, by=4.0) - 6.0
    assert [name for name, *_ in flags(judge(with_sacrum(lean_deg + short_deg, lean_deg)))] == ["leaning"]
    still_deg = 6.0 + np.where((np.arange(3000) >= 2400) & (np.arange(3000) < 2540), 6.0, 0.0)
    names = [name for name, *_ in flags(judge(with_sacrum(lean_deg, still_deg)))]
    assert names.count("slouched") == 1
    assert "leaning" not in names


def test_where_the_sacrum_is_not_known_a_slouch_stays_one() -> None:
    sacrum_deg = slouching(by=6.0)
    sacrum_deg[2500:] = np.nan
    found = judge(with_sacrum(slouching(by=6.0), sacrum_deg))
    assert [(name, from_m) for name, from_m, *_ in flags(found)] == [
        ("leaning", 4000.0),
        ("slouched", 5000.0),
    ]
    silent = judge(with_sacrum(slouching(by=6.0), np.full(3000, np.nan)))
    assert [name for name, *_ in flags(silent)] == ["slouched"]
    assert "leaning" not in silent.zones


def test_after_a_strap_step_nothing_is_called_leaning_or_rounded() -> None:
    step = MountingShift(2000 * STRIDE_S, 4000.0, 6.0)
    for sacrum_deg in (slouching(by=6.0), np.full(3000, 6.0)):
        table = with_sacrum(slouching(by=6.0), sacrum_deg)
        assert flags(judge(table)) != []
        assert flags(judge(table, shifts=(step,))) == []


def test_after_a_strap_step_no_time_is_spent_slouched_or_leaning_until_the_runner_has_stood() -> None:
    # Of 4,000 strides 1,000 are usual, 1,000 bent before the step, 1,200 after it, and 800 after a standing.
    step = MountingShift(2000 * STRIDE_S, 4000.0, 6.0)
    standing = Standing(3200 * STRIDE_S, 3200 * STRIDE_S, 0.0, 0.0, "re-zero")
    facts = {"shifts": (step,), "standings": (standing,)}
    bent_deg = slouching(4000, at=1000, by=6.0)
    alone = judge(steady_run(4000, trunk_flexion_deg=bent_deg), **facts)
    assert alone.zones == {"taller": 0.0, "usual": 0.25, "watch": 0.3, "slouched": 0.45}
    assert alone.zone_s == pytest.approx({zone: 4000 * STRIDE_S * part for zone, part in alone.zones.items()})
    leaning = judge(with_sacrum(bent_deg, bent_deg), **facts)
    assert leaning.zones == {"taller": 0.0, "usual": 0.25, "watch": 0.3, "leaning": 0.45, "slouched": 0.0}


def test_a_gap_of_the_second_sensor_leaves_the_rest_of_its_course() -> None:
    sacrum_deg = np.full(3000, 6.0)
    sacrum_deg[1200:1300] = np.nan
    found = judge(with_sacrum(slouching(by=6.0), sacrum_deg))
    assert ("rounded", 4000.0) in [(name, from_m) for name, from_m, *_ in flags(found)]
    assert np.flatnonzero(np.isnan(found.curve.bend_change_deg)).tolist() == list(range(1200, 1300))
    assert found.curve.bend_change_deg[2500] == 6.0
    assert len(found.curve.head_pitch_deg) == 0


def test_without_a_second_sensor_its_flags_stay_empty() -> None:
    table = judge(steady_run(3000)).table
    assert set(table["flag_rounded"]) == set(table["flag_head"]) == {None}


@pytest.mark.parametrize(
    ("pitch_deg", "neck_deg", "depth_deg"), [(16.0, 5.0, 16.0), (10.0, 13.0, 8.0), (14.0, 12.0, None)]
)
def test_a_head_down_or_a_neck_bent_further_is_flagged(
    pitch_deg: float, neck_deg: float, depth_deg: float | None
) -> None:
    later = np.arange(3000) >= 2000
    found = judge(
        steady_run(
            3000,
            head_pitch_deg=np.where(later, pitch_deg, 5.0),
            neck_flexion_deg=np.where(later, neck_deg, 5.0),
        )
    )
    assert [e.depth_deg for e in found.episodes] == ([] if depth_deg is None else [depth_deg])
    assert all(e.flag == "head" for e in found.episodes)


def wavy(seed: int, count: int = 2500) -> np.ndarray:
    rng = np.random.default_rng(seed)
    wander = np.repeat(rng.choice([0.0, 0.0, 3.0, 5.0], size=count // 125), 125)
    return 6.0 + wander + rng.normal(0, 0.5, count)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-40, 40))
def test_another_zero_leaves_the_flags_unchanged(seed: int, offset_deg: float) -> None:
    flexion_deg = wavy(seed)
    first = judge(steady_run(2500, trunk_flexion_deg=flexion_deg))
    second = judge(steady_run(2500, trunk_flexion_deg=flexion_deg + offset_deg))
    assert first.table["flag"].tolist() == second.table["flag"].tolist()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_every_slouched_stride_lies_in_a_watch_episode(seed: int) -> None:
    found = judge(steady_run(2500, trunk_flexion_deg=wavy(seed)))
    watched = [(e.from_m, e.to_m) for e in found.episodes if e.flag == "watch"]
    for episode in found.episodes:
        assert any(a <= episode.from_m and episode.to_m <= b for a, b in watched)


def test_a_sideways_step_bars_no_slouch() -> None:
    run = steady_run(3000, trunk_flexion_deg=slouching())
    sideways = MountingShift(1500 * STRIDE_S, 3000.0, 4.0, Axis.SIDEWAYS)
    forward = MountingShift(1500 * STRIDE_S, 3000.0, 4.0, Axis.FORWARD)
    assert "slouched" in {e.flag for e in judge(run, shifts=(sideways,)).episodes}
    assert "slouched" not in {e.flag for e in judge(run, shifts=(forward,)).episodes}
