from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.comparison.as_json import to_json
from analysis.comparison.compare import compare
from analysis.comparison.records import PairComparison
from analysis.comparison.text import render
from analysis.errors import UsageError
from analysis.judging.config import ComparisonConfig
from analysis.run_report import RunReport
from tests.support import sample_report as samples
from tests.support.sample_report import with_fields

CONFIG = ComparisonConfig()
STEADY = samples.Course(
    distance_m=6000.0, slouch_from_m=None, walk_m=None, gaps_m=(), stop_m=None, hills=False
)


def steady(seed: int = 1, lean_deg: float = 8.0, speed_mps: float = 3.05, **changed: Any) -> RunReport:
    course = replace(STEADY, seed=seed, usual_deg=lean_deg, speed_mps=speed_mps)
    return samples.sample_report(course, **{"distance_source": "watch file", **changed})


def pair(reference: RunReport, other: RunReport) -> PairComparison:
    return compare([reference, other], CONFIG).pairs[0]


def status(found: PairComparison, what: str) -> str:
    return next(line.status for line in found.comparability if line.what == what)


def test_a_lean_further_forward_is_found_with_its_interval() -> None:
    difference = pair(steady(1), steady(2, lean_deg=13.0)).difference
    assert difference is not None
    assert difference.quantity == "forward lean"
    assert difference.value_deg == pytest.approx(5.0, abs=0.3)
    assert difference.low_deg < difference.value_deg < difference.high_deg
    assert not difference.within_refitting


@pytest.mark.parametrize(("lean_deg", "within"), [(10.0, True), (6.0, True), (11.6, False), (4.4, False)])
def test_less_than_three_degrees_is_within_refitting_error(lean_deg: float, within: bool) -> None:
    found = compare([steady(1), steady(1, lean_deg=lean_deg)], CONFIG)
    difference = found.pairs[0].difference
    assert difference is not None
    assert difference.within_refitting is within
    assert ("can come from refitting the sensor" in render(found)) is within


def test_standings_that_disagree_widen_the_interval() -> None:
    reference = steady(1)
    zero, end = reference.evidence.standings
    apart = with_fields(reference, standings=(zero, replace(end, flexion_deg=4.0)))
    narrow, wide = pair(reference, steady(2)).difference, pair(apart, steady(2)).difference
    assert narrow is not None
    assert wide is not None
    assert wide.high_deg - wide.low_deg > narrow.high_deg - narrow.low_deg + 5.0


def test_a_single_standing_counts_with_the_error_of_refitting() -> None:
    reference = steady(1)
    single = with_fields(reference, standings=reference.evidence.standings[:1])
    difference = pair(single, with_fields(steady(2), standings=())).difference
    assert difference is not None
    # 3 degrees between fittings = 1.96 standard deviations of a difference of two of them.
    assert difference.standing_sd_deg == pytest.approx(3.0 / 1.96)


def test_speeds_only_one_of_them_ran_are_left_out() -> None:
    reference = steady(1)
    fast = np.arange(len(reference.strides)) % 2 == 0
    speed_mps = np.where(fast, 4.5, 3.0)
    flexion_deg = np.where(fast, 20.0, 8.0)
    mixed = with_fields(
        reference, strides=reference.strides.with_columns(speed_mps=speed_mps, trunk_flexion_deg=flexion_deg)
    )
    slow = with_fields(
        reference,
        strides=reference.strides.with_columns(
            speed_mps=np.full(len(fast), 3.0), trunk_flexion_deg=np.full(len(fast), 8.0)
        ),
    )
    difference = pair(slow, mixed).difference
    assert difference is not None
    assert difference.value_deg == pytest.approx(0.0)
    assert difference.other_strides < 0.6 * difference.reference_strides


def test_runs_without_a_shared_speed_give_no_difference() -> None:
    found = pair(steady(1, speed_mps=2.5), steady(2, speed_mps=4.5))
    assert found.difference is None
    assert found.no_difference_because == "the runs share no speed"


def test_where_speeds_are_unknown_all_strides_are_taken_and_that_is_said() -> None:
    run = steady(1)
    blind = replace(run, strides=run.strides.with_columns(speed_mps=np.full(len(run.strides), np.nan)))
    found = compare([blind, steady(2)], CONFIG)
    assert found.pairs[0].difference is not None
    assert "all strides, since a speed is unknown" in render(found)


def test_without_standing_only_changes_since_the_start_are_compared() -> None:
    found = pair(steady(1), samples.own_baseline())
    assert found.difference is not None
    assert found.difference.quantity == "change since the start"
    assert found.difference.standing_sd_deg == 0.0
    assert not found.difference.within_refitting
    assert status(found, "zero") == "with care"
    assert all(np.isnan(row.flexion_difference_deg) for row in found.kilometres)
    assert any(np.isfinite(row.adj_difference_deg) for row in found.kilometres)


def test_without_standing_or_fresh_window_there_is_no_difference() -> None:
    found = pair(steady(1), with_fields(samples.own_baseline(), baseline=None))
    assert found.difference is None
    assert "neither" in found.no_difference_because


def worn_at(report: RunReport, placement: str) -> RunReport:
    sensors = tuple(replace(sensor, placement=placement) for sensor in report.session.sensors[:1])
    return with_fields(report, session=replace(report.session, sensors=sensors))


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (worn_at(steady(2), "upper-back"), "placement"),
        (steady(2, method="accelerometer only"), "method"),
        (steady(2, confidence="do not trust"), "confidence"),
    ],
)
def test_what_cannot_be_compared_is_not(other: RunReport, what: str) -> None:
    found = pair(worn_at(steady(1), "sternum") if what == "placement" else steady(1), other)
    assert status(found, what) == "no"
    assert found.difference is None
    assert what in found.no_difference_because
    assert found.kilometres == ()


def test_conditions_that_differ_call_for_care_and_do_not_forbid() -> None:
    taped = steady(2)
    context = {**taped.session.context, "tape": "upper back", "surface": "trail"}
    found = pair(steady(1), replace(taped, session=replace(taped.session, context=context)))
    assert [status(found, what) for what in ("surface", "tape", "pack")] == ["with care", "with care", "yes"]
    assert found.difference is not None


def test_kilometres_are_compared_as_far_as_both_ran() -> None:
    rows = pair(steady(1), samples.slouching_10k()).kilometres
    assert [row.to_m for row in rows] == [1000.0 * k for k in range(1, 7)]
    for row in rows:
        assert row.flexion_difference_deg == pytest.approx(row.other_flexion_deg - row.reference_flexion_deg)


def test_a_slouch_along_the_run_asks_for_the_kilometres() -> None:
    found = compare([steady(1), samples.sample_report(distance_source="watch file")], CONFIG)
    assert "compare the kilometres" in render(found)


def test_too_little_running_gives_no_difference() -> None:
    found = pair(steady(1), samples.short_run())
    assert found.difference is None
    assert "200 are needed" in found.no_difference_because


def test_one_run_alone_is_refused() -> None:
    with pytest.raises(UsageError, match="two or more"):
        compare([steady(1)], CONFIG)


def test_every_run_is_compared_with_the_first() -> None:
    found = compare([steady(1), steady(2), steady(3)], CONFIG)
    assert len(found.runs) == 3
    assert {one.reference for one in found.pairs} == {found.runs[0]}
    assert [one.other for one in found.pairs] == list(found.runs[1:])


def test_the_json_is_strict_and_versioned() -> None:
    text = to_json(compare([steady(1), samples.own_baseline(), samples.loose_sensor()], CONFIG))
    value = json.loads(text, parse_constant=pytest.fail)
    assert value["format_version"] == 1
    assert value["pairs"][0]["difference"]["quantity"] == "change since the start"
    assert value["pairs"][0]["kilometres"][0]["flexion_difference_deg"] is None
    assert value["pairs"][1]["difference"] is None


def test_the_text_speaks_of_pace_never_of_metres_per_second() -> None:
    text = render(compare([steady(1), steady(2, lean_deg=13.0)], CONFIG))
    assert "further forward" in text
    assert "min/km" in text
    assert "m/s" not in text


def test_a_last_kilometre_that_is_none_ends_where_the_run_does() -> None:
    found = compare([steady(1), steady(2)], CONFIG)
    (pair_,) = found.pairs
    last = replace(pair_.kilometres[-1], from_m=2000.0, to_m=2113.0)
    lines = render(replace(found, pairs=(replace(pair_, kilometres=(last,)),))).splitlines()
    assert lines[-1].split()[0] == "2-2.1"


def test_a_name_cannot_steer_the_terminal() -> None:
    odd = steady(2)
    odd = replace(odd, session=replace(odd.session, name="run\x1b[2J"))
    assert "\x1b" not in render(compare([steady(1), odd], CONFIG))


def test_a_lean_with_a_straight_back_is_no_slouching() -> None:
    leaning = samples.three_sensors()
    found = compare([samples.slouching_10k(), leaning], CONFIG)
    slouched, leant = found.runs
    assert (leant.slouched_m, slouched.leaning_m) == (0.0, 0.0)
    assert leant.leaning_m == slouched.slouched_m > 3_000.0
    assert f"no slouching, leaning for {leant.leaning_m / 1000:.1f} km" in render(found)


def test_a_rounded_back_counts_as_slouched_and_each_metre_once() -> None:
    report = samples.slouching_10k()
    slouch = replace(report.evidence.episodes[0], from_m=6_000.0, to_m=8_000.0)
    rounded = replace(slouch, flag="rounded", from_m=7_000.0, to_m=8_500.0)
    both = with_fields(report, episodes=(slouch, rounded))
    assert compare([both, both], CONFIG).runs[0].slouched_m == 2_500.0
