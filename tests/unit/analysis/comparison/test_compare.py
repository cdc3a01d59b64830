from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.comparison.as_json import to_json
from analysis.comparison.compare import compare
from analysis.comparison.records import OnsetKind, PairComparison
from analysis.errors import UsageError
from analysis.records import MountingShift
from analysis.run_report import RunReport
from tests.support.compared_runs import Course, report_of
from tests.support.comparison_trials import ASKED, Kind, draw, shares
from tests.support.sample_report import own_baseline, short_run, with_fields


def pair(reference: RunReport, other: RunReport) -> PairComparison:
    return compare([reference, other]).pairs[0]


def status(found: PairComparison, what: str) -> str:
    return next(line.status for line in found.comparability if line.what == what)


def test_a_slouch_that_comes_later_is_that_much_later(runs: Any) -> None:
    tall = pair(runs(runs.early), runs(runs.late, 2)).onsets[OnsetKind.TALL]
    assert tall.difference_m.value == pytest.approx(1_500.0, abs=150.0)
    assert 0 < tall.difference_m.low < 1_500.0 < tall.difference_m.high
    assert not tall.is_bound


def test_the_other_way_round_everything_changes_its_sign(runs: Any) -> None:
    there, back = pair(runs(runs.early), runs(runs.late, 2)), pair(runs(runs.late, 2), runs(runs.early))
    for name in ("level_deg", "drift_deg_per_km", "late_minus_early_deg"):
        one, other = getattr(there, name), getattr(back, name)
        assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))
    one, other = (found.onsets[OnsetKind.TALL].difference_m for found in (there, back))
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_a_run_without_a_flag_is_tall_for_at_least_its_length(runs: Any) -> None:
    found = pair(runs(runs.early), runs())
    tall = found.onsets[OnsetKind.TALL]
    assert tall.is_bound
    assert tall.difference_m.high == np.inf
    assert tall.difference_m.value == pytest.approx(3_000.0, abs=150.0)
    assert tall.difference_m.is_shown


def test_two_runs_without_a_flag_show_no_difference(runs: Any) -> None:
    tall = pair(runs(), runs(seed=2)).onsets[OnsetKind.TALL]
    assert np.isnan(tall.difference_m.value)
    assert not tall.difference_m.is_shown


def test_a_run_too_short_to_have_reached_the_other_ones_slouch_shows_nothing(runs: Any) -> None:
    short = runs(Course(length_m=3_500.0))
    for found in (pair(runs(runs.late), short), pair(short, runs(runs.late))):
        assert not found.onsets[OnsetKind.TALL].difference_m.is_shown
        assert found.onsets[OnsetKind.TALL].is_bound


def test_what_each_run_did_over_the_shared_way_adds_up_to_the_difference(runs: Any) -> None:
    found = pair(runs(runs.late), runs(Course(length_m=3_500.0), 2))
    for number, name in enumerate(("drift_deg_per_km", "late_minus_early_deg")):
        apart = found.other_change[number] - found.reference_change[number]
        assert getattr(found, name).value == pytest.approx(apart)
    assert abs(found.reference_change[1]) < 1.0


def test_six_degrees_when_fresh_are_found_and_two_are_within_refitting(runs: Any) -> None:
    reference = runs()
    for turned_deg, shown in ((6.0, True), (2.0, False)):
        found = pair(reference, runs(replace(runs.steady, level_deg=8.0 + turned_deg))).level_deg
        assert found is not None
        assert found.value == pytest.approx(turned_deg)
        assert found.is_shown is shown
        assert 3.0 < found.detectable < 3.5


def test_a_constant_added_to_one_run_moves_its_level_alone(runs: Any) -> None:
    plain = pair(runs(), runs(runs.late, 2))
    turned = pair(runs(), runs(replace(runs.late, level_deg=14.0), 2))
    assert plain.level_deg is not None
    assert turned.level_deg is not None
    assert turned.level_deg.value - plain.level_deg.value == pytest.approx(6.0)
    for name in ("drift_deg_per_km", "late_minus_early_deg"):
        assert getattr(turned, name).value == pytest.approx(getattr(plain, name).value)
    assert turned.onsets[OnsetKind.TALL].difference_m == plain.onsets[OnsetKind.TALL].difference_m


def test_a_drift_that_both_share_cancels_and_one_of_its_own_is_found_by_hand() -> None:
    shared = Course(length_m=6_000.0, drift_deg_per_km=0.3)
    more = replace(shared, drift_deg_per_km=0.5)
    found = pair(report_of(shared), report_of(more))
    assert found.drift_deg_per_km is not None
    assert found.late_minus_early_deg is not None
    # 0.2 °/km more; the middles of first and last third lie 4 km apart.
    assert found.drift_deg_per_km.value == pytest.approx(0.2, abs=0.005)
    assert found.late_minus_early_deg.value == pytest.approx(0.8, abs=0.02)


def test_stages_reach_to_the_end_of_the_shorter_run(runs: Any) -> None:
    found = pair(runs(), runs(Course(length_m=4_250.0)))
    assert found.stages[-1].to_m == pytest.approx(found.common_m)
    assert found.common_m == pytest.approx(4_250.0, abs=5.0)
    widths = {round(stage.to_m - stage.from_m, 6) for stage in found.stages}
    assert len(widths) == 1


def measured(report: RunReport, speed_mps: Any) -> RunReport:
    table = report.strides.with_columns(speed_mps=np.broadcast_to(speed_mps, len(report.strides)).copy())
    return with_fields(report, strides=table, speed_source="watch file", distance_source="watch file")


def test_strides_at_a_pace_that_only_one_ran_are_left_out(runs: Any) -> None:
    steady, fast = runs(), np.arange(len(runs().strides)) % 2 == 0
    lean_deg = np.where(fast, 12.0, 0.0) + steady.strides["trunk_flexion_adj_deg"]
    mixed = with_fields(steady, strides=steady.strides.with_columns(trunk_flexion_adj_deg=lean_deg))
    found = pair(measured(steady, 3.0), measured(mixed, np.where(fast, 4.5, 3.0)))
    assert found.from_mps == pytest.approx(3.0 * 0.95)
    assert max(abs(stage.difference_deg) for stage in found.stages) < 2.0


def test_runs_that_share_no_pace_say_so_and_still_tell_how_far_tall(runs: Any) -> None:
    found = pair(measured(runs(), 2.5), measured(runs(runs.late), 4.5))
    assert found.drift_deg_per_km is None
    assert any("speed and slope" in missing for missing in found.missing)
    assert found.onsets


def test_without_a_standing_only_the_level_is_missing(runs: Any) -> None:
    found = pair(runs(), with_fields(runs(runs.late), zero_source="own baseline"))
    assert found.level_deg is None
    assert any("no standing" in missing for missing in found.missing)
    assert found.drift_deg_per_km is not None
    assert status(found, "zero") == "with care"


def test_standings_that_disagree_widen_the_level_and_agreeing_ones_do_not_narrow_it(runs: Any) -> None:
    zero, end = runs().evidence.standings
    widths = []
    for tilt_deg in (0.0, 6.0):
        apart = with_fields(runs(), standings=(zero, replace(end, flexion_deg=tilt_deg)))
        found = pair(apart, runs(seed=2)).level_deg
        assert found is not None
        widths.append(found.high - found.low)
    assert widths[0] == pytest.approx(2 * 3.05, abs=0.3)
    assert widths[1] > widths[0] + 3.0


def test_from_a_strap_step_on_nothing_is_compared(runs: Any) -> None:
    stepped = with_fields(runs(seed=2), mounting_shifts=(MountingShift(1_500.0, 4_000.0, 5.0),))
    found = pair(runs(), stepped)
    assert found.common_m < 4_000.0
    assert status(found, "strap") == "with care"


def worn_at(report: RunReport, placement: str) -> RunReport:
    sensors = tuple(replace(sensor, placement=placement) for sensor in report.session.sensors[:1])
    return replace(report, session=replace(report.session, sensors=sensors))


@pytest.mark.parametrize("what", ["placement", "method", "confidence", "runner"])
def test_what_cannot_be_compared_is_not(runs: Any, what: str) -> None:
    other = {
        "placement": worn_at(runs(seed=2), "upper-back"),
        "method": with_fields(runs(seed=2), method="accelerometer only"),
        "confidence": with_fields(runs(seed=2), confidence="do not trust"),
        "runner": runs(seed=2, context={"runner": "Ben"}),
    }[what]
    found = pair(runs(context={"runner": "Ada"}), other)
    assert status(found, what) == "no"
    assert (found.level_deg, found.drift_deg_per_km, found.onsets, found.stages) == (None, None, {}, ())
    assert what in found.missing[0]


def test_a_run_that_names_no_runner_is_compared(runs: Any) -> None:
    assert status(pair(runs(context={"runner": "Ada"}), runs(seed=2, context={})), "runner") == "yes"


def test_conditions_that_differ_call_for_care_and_do_not_forbid(runs: Any) -> None:
    context = {"surface": "road", "pack": "none"}
    other = runs(seed=2, context={**context, "surface": "trail", "tape": "upper back"})
    found = pair(runs(context=context), other)
    assert [status(found, what) for what in ("surface", "tape", "pack")] == ["with care", "with care", "yes"]
    assert found.level_deg is not None


def test_flags_of_different_thresholds_are_not_held_against_each_other(runs: Any) -> None:
    config = runs().provenance.config
    strict = replace(config, findings=replace(config.findings, watch_deg=1.5))
    found = pair(runs(), with_fields(runs(seed=2), config=strict))
    assert found.onsets == {}
    assert any("thresholds" in missing for missing in found.missing)


def test_runs_too_short_to_compare_say_what_is_missing() -> None:
    found = pair(short_run(), own_baseline())
    assert (found.level_deg, found.drift_deg_per_km, found.onsets) == (None, None, {})
    assert len(found.missing) == 3


def test_one_run_alone_is_refused(runs: Any) -> None:
    with pytest.raises(UsageError, match="two or more"):
        compare([runs()])


def test_the_json_is_strict_versioned_and_holds_each_run_once(runs: Any) -> None:
    text = to_json(compare([runs(runs.early), runs(), short_run()]))
    value = json.loads(text, parse_constant=pytest.fail)
    assert value["format_version"] == 2
    assert [(one["reference"], one["other"]) for one in value["pairs"]] == [(0, 1), (0, 2)]
    assert value["pairs"][0]["onsets"]["tall"]["difference_m"]["high"] is None
    assert value["pairs"][1]["level_deg"] is None


@pytest.mark.parametrize("kind", Kind)
def test_what_a_comparison_says_is_true_of_a_few_made_up_pairs(kind: Kind) -> None:
    # The whole proof, 2000 pairs of each kind, is `tests/bench/COMPARISONS.md`.
    count = 5
    rng = np.random.default_rng([11, *kind.encode()])
    found = shares(kind, [draw(kind, rng) for _ in range(count)])
    assert set(found) == set(ASKED[kind])
    for name, share in found.items():
        assert share <= 1 / count if name == "changed" else share >= 1 - 3 / count, name
