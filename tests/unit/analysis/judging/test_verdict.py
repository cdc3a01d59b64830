from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.errors import NotEnoughRunningError
from analysis.judging.config import VerdictConfig
from analysis.judging.verdict import judge, require_running
from analysis.records import Baseline, Episode, MountingShift, Standing, StrideTable
from analysis.run_report import Outcome
from sensor.samples import BoolArray
from tests.support.stride_tables import steady_run

CONFIG = VerdictConfig()
WINDOW = Baseline(500.0, 1000.0, 6.0, 1.0, 2.9, 250)
ZERO = Standing(5.0, 15.0, 0.0, 0.0, "zero")
END = Standing(900.0, 910.0, 1.0, 0.5, "end")


def episode(flag: str, from_m: float, to_m: float, depth_deg: float) -> Episode:
    return Episode(flag, from_m, to_m, from_m / 3, to_m / 3, depth_deg, 3.0, float("nan"), "recovered")


def verdict(**changed: Any) -> Outcome:
    given: dict[str, Any] = {
        "table": steady_run(2000),
        "baseline": WINDOW,
        "episodes": (),
        "shifts": (),
        "standings": (ZERO, END),
        "total_m": 10_240.0,
        "distance_source": "watch file",
        "zero_source": "standing",
        "config": CONFIG,
    }
    return judge(**{**given, **changed})


def partly(usable: BoolArray, because: str) -> StrideTable:
    return steady_run(len(usable), usable=usable, usable_because=np.where(usable, "", because).astype(object))


def share(usable: float, because: str = "gap", count: int = 2000) -> StrideTable:
    return partly(np.arange(count) < round(usable * count), because)


def test_a_run_without_episodes_stayed_as_usual() -> None:
    found = verdict()
    assert found.verdict == "usual"
    assert found.headline == "Your posture stayed as usual over 10.2 km."
    assert (found.confidence, found.confidence_because) == ("good", ())


def test_the_headline_tells_where_how_deep_and_how_long() -> None:
    found = verdict(episodes=(episode("watch", 3000, 5100, 3.0), episode("slouched", 3400, 5000, 5.2)))
    assert found.verdict == "slouched"
    assert found.headline == (
        "You ran tall until 3.0 km, then leaned further forward, "
        "and slouched from 3.4 km by about 5° for 1.6 km."
    )


def test_a_slouch_without_a_watch_before_it_was_tall_until_then() -> None:
    found = verdict(episodes=(episode("watch", 3400, 5100, 3.0), episode("slouched", 3420, 5000, 5.2)))
    assert found.headline == "You ran tall until 3.4 km, then slouched by about 5° for 1.6 km."


def test_a_slouch_between_standings_that_disagree_carries_the_doubt_in_the_headline() -> None:
    crept = (ZERO, Standing(900.0, 910.0, 4.0, 0.0, "end"))
    found = verdict(episodes=(episode("slouched", 3400, 5000, 5.2),), standings=crept)
    assert (
        "Your standings before and after differ by 4°, so the strap may have moved instead." in found.headline
    )


def test_the_headline_says_how_much_was_judged() -> None:
    judged = np.arange(2000) < 1500
    table = steady_run(2000, judged=judged)
    assert verdict(table=table, total_m=4000.0).headline == (
        "Your posture stayed as usual over the 3.0 of 4.0 km that could be judged."
    )
    slouched = verdict(table=table, total_m=4000.0, episodes=(episode("slouched", 2000, 3000, 5.2),))
    assert slouched.headline.endswith("Only 3.0 of 4.0 km could be judged.")
    assert slouched.confidence == "good"


def test_a_run_of_which_less_than_half_was_judged_is_trusted_less() -> None:
    found = verdict(table=steady_run(2000, judged=np.arange(2000) < 900))
    assert found.confidence == "fair"
    assert "Only 45% of the running" in found.confidence_because[0]


def test_a_run_of_which_hardly_anything_was_judged_has_no_verdict() -> None:
    found = verdict(table=steady_run(2000, judged=np.arange(2000) < 199))
    assert found.verdict == "none"
    assert "only 199 strides" in found.no_verdict_because


@pytest.mark.parametrize(("minutes", "confidence"), [(9.9, "good"), (10.1, "fair")])
def test_a_standing_more_than_ten_minutes_before_the_run_is_trusted_less(
    minutes: float, confidence: str
) -> None:
    later_s = 15.0 + 60.0 * minutes
    table = steady_run(2000)
    table = table.with_columns(start_s=table["start_s"] + later_s, end_s=table["end_s"] + later_s)
    assert verdict(table=table).confidence == confidence


@pytest.mark.parametrize(
    ("standings", "why"),
    [
        ((ZERO, Standing(900.0, 910.0, 6.0, 0.0, "end")), "differ by 6.0°"),
        ((Standing(5.0, 15.0, 9.0, 0.0, "bent"),), "You stood bent"),
        ((), "No standing before the run"),
    ],
)
def test_a_zero_that_is_none_says_why(standings: tuple[Standing, ...], why: str) -> None:
    found = verdict(standings=standings, zero_source="own baseline")
    assert found.confidence == "fair"
    assert why in found.confidence_because[0]


def test_several_slouches_are_added_up_and_weighed_by_their_length() -> None:
    found = verdict(episodes=(episode("slouched", 3400, 4400, 4.0), episode("slouched", 6000, 9000, 6.4)))
    assert "about 6° for 4.0 km in 2 stretches" in found.headline


def test_a_milder_lean_is_worth_watching() -> None:
    found = verdict(episodes=(episode("watch", 3400, 5000, 2.6), episode("head", 1000, 2000, 20.0)))
    assert found.verdict == "watch"
    assert found.headline.startswith("From 3.4 km on you leaned about 3° further forward")


def test_a_lean_with_a_straight_back_is_amber_and_told_as_that() -> None:
    found = verdict(episodes=(episode("watch", 4900, 8000, 5.0), episode("leaning", 5000, 8000, 5.2)))
    assert found.verdict == "leaning"
    assert found.headline == (
        "From 5.0 km on you leaned about 5° further forward from the hips, for 3.0 km; "
        "your back stayed straight."
    )


def test_a_slouch_after_a_lean_is_a_slouch() -> None:
    found = verdict(episodes=(episode("leaning", 3000, 5000, 5.2), episode("slouched", 5000, 8000, 7.0)))
    assert found.verdict == "slouched"


def test_a_rounded_back_is_a_slouch_however_far_the_trunk_leans() -> None:
    rounded = episode("rounded", 3400, 5000, 5.2)
    found = verdict(episodes=(episode("watch", 3000, 5000, 3.0), rounded))
    assert found.verdict == "slouched"
    assert found.headline == "From 3.4 km on your upper back rounded by about 5°, for 1.6 km."
    both = verdict(episodes=(episode("slouched", 3400, 5000, 6.0), rounded))
    assert both.headline == (
        "You ran tall until 3.4 km, then slouched by about 6° for 1.6 km; "
        "your upper back rounded by about 5°."
    )


def test_a_head_that_drops_over_an_upright_trunk_is_worth_watching() -> None:
    found = verdict(episodes=(episode("head", 3400, 5000, 20.0),))
    assert found.verdict == "watch"
    assert found.headline == (
        "From 3.4 km on your head was down or forward, for 1.6 km; your trunk stayed as usual."
    )


@pytest.mark.parametrize(
    ("changed", "because"),
    [
        ({"table": share(0.49, "loose")}, "only 49% of the strides are usable (mostly: sensor loose)"),
        ({"table": share(0.49, "clipped")}, "(mostly: range of the sensor exceeded)"),
        ({"table": steady_run(199)}, "only 199 usable strides of running, 200 are needed"),
        ({"table": steady_run(0)}, "no stride is usable"),
        ({"table": share(0.004, "loose")}, "hardly any stride is usable (mostly: sensor loose)"),
        ({"table": share(0.006, "loose")}, "only 1% of the strides are usable (mostly: sensor loose)"),
        ({"baseline": None}, "too short"),
    ],
)
def test_without_enough_to_go_by_there_is_no_verdict(changed: dict[str, Any], because: str) -> None:
    found = verdict(episodes=(episode("slouched", 3400, 5000, 5.0),), **changed)
    assert found.verdict == "none"
    assert because in found.no_verdict_because
    assert found.headline == f"No verdict: {found.no_verdict_because}."


def test_half_of_the_strides_are_enough() -> None:
    assert verdict(table=share(0.5)).verdict == "usual"
    assert verdict(table=steady_run(200)).verdict == "usual"


@pytest.mark.parametrize(
    ("changed", "confidence", "reasons"),
    [
        ({"standings": (ZERO,)}, "fair", 1),
        ({"standings": (ZERO, Standing(900.0, 910.0, 2.1, 0.0, "end"))}, "fair", 1),
        ({"table": share(0.9)}, "good", 0),
        ({"table": share(0.89)}, "fair", 1),
        ({"table": share(0.6)}, "fair", 1),
        ({"table": share(0.59)}, "do not trust", 1),
        ({"table": share(0.75, "loose")}, "do not trust", 2),
        ({"shifts": (MountingShift(100.0, 300.0, 4.0),)}, "fair", 1),
        ({"distance_source": "cadence model"}, "fair", 1),
        ({"distance_source": "typed"}, "good", 0),
        ({"doubts": ("No gyroscope.",)}, "fair", 1),
        ({"zero_source": "own baseline", "standings": ()}, "fair", 1),
        ({"zero_source": "none", "standings": (), "baseline": None}, "do not trust", 2),
        ({"baseline": None}, "good", 0),
        ({"lost_share": 0.09}, "good", 0),
        ({"lost_share": 0.15}, "fair", 1),
        ({"lost_share": 0.45}, "do not trust", 2),
    ],
)
def test_confidence_follows_its_definition(changed: dict[str, Any], confidence: str, reasons: int) -> None:
    found = verdict(**changed)
    assert found.confidence == confidence
    assert len(found.confidence_because) == reasons


def test_losing_most_of_the_running_leaves_no_verdict() -> None:
    found = verdict(lost_share=0.6)
    assert found.verdict == "none"
    assert found.no_verdict_because == "only 40% of the running was received and is usable"


def test_ten_seconds_and_ten_strides_of_running_are_the_least() -> None:
    require_running(steady_run(15), CONFIG)
    with pytest.raises(NotEnoughRunningError, match=r"only 9\.8 s and 14 strides"):
        require_running(steady_run(14), CONFIG)
    slow_s = np.arange(9) * 1.2
    with pytest.raises(NotEnoughRunningError, match="9 strides"):
        require_running(steady_run(9, start_s=slow_s, end_s=slow_s + 1.2), CONFIG)
    walk = np.full(500, "walk", dtype=object)
    with pytest.raises(NotEnoughRunningError, match="0 strides"):
        require_running(steady_run(500, activity=walk), CONFIG)


def test_a_window_read_from_a_short_run_is_trusted_less() -> None:
    found = verdict(baseline=replace(WINDOW, is_short=True))
    assert found.confidence == "fair"
    assert "The run was short" in found.confidence_because[0]
