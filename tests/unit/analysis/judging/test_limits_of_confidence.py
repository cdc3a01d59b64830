"""What is given, doubted or refused exactly at each limit of the verdict, and just beside it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.errors import NotEnoughRunningError
from analysis.judging.config import VerdictConfig
from analysis.judging.quality import quality_of
from analysis.judging.verdict import (
    Outcome,
    confidence_of,
    judge,
    judged_fraction,
    judged_m,
    require_running,
)
from analysis.records import Baseline, Episode, Standing, StrideTable
from analysis.session_facts import SensorFacts
from analysis.words import Confidence, EpisodeEnd, Flag, Grade, StandingRole, Verdict, ZeroSource
from tests.support.stride_tables import steady_run

CONFIG = VerdictConfig()
WINDOW = Baseline(500.0, 1000.0, 6.0, 1.0, 2.9, 250)
ZERO = Standing(5.0, 15.0, 0.0, 0.0, StandingRole.ZERO)
SENSOR = SensorFacts("sternum", "movesense", "Movesense 1", 104.0, 100_000, 0.0, 0.0, 1.0, True)


def end(flexion_deg: float, lateral_deg: float = 0.0) -> Standing:
    return Standing(900.0, 910.0, flexion_deg, lateral_deg, StandingRole.END)


def judged(**changed: Any) -> Outcome:
    given: dict[str, Any] = {
        "table": steady_run(2000),
        "baseline": WINDOW,
        "episodes": (),
        "shifts": (),
        "standings": (ZERO, end(1.0)),
        "total_m": 10_240.0,
        "distance_source": "watch file",
        "zero_source": ZeroSource.STANDING,
        "config": CONFIG,
    }
    return judge(**{**given, **changed})


def usable(count: int, of: int = 1000, because: str = "gap") -> StrideTable:
    kept = np.arange(of) < count
    return steady_run(of, usable=kept, usable_because=np.where(kept, "", because).astype(object))


@pytest.mark.parametrize(
    ("count", "stride_s", "is_enough"),
    [
        pytest.param(20, 0.5, True, id="ten-seconds"),
        pytest.param(19, 0.5, False, id="less"),
        pytest.param(10, 1.25, True, id="ten-strides"),
        pytest.param(9, 1.25, False, id="fewer"),
    ],
)
def test_ten_seconds_and_ten_strides_of_running_are_enough(
    count: int, stride_s: float, is_enough: bool
) -> None:
    start_s = np.arange(count) * stride_s
    table = steady_run(count, start_s=start_s, end_s=start_s + stride_s)
    if is_enough:
        require_running(table, CONFIG)
    else:
        with pytest.raises(
            NotEnoughRunningError, match=f"{count} strides of running found, 10 s and 10 strides"
        ):
            require_running(table, CONFIG)


def test_walks_do_not_make_a_session_long_enough() -> None:
    activity = np.array(["run"] * 9 + ["walk"] * 100, dtype=object)
    with pytest.raises(NotEnoughRunningError, match=r"only 6\.3 s and 9 strides"):
        require_running(steady_run(109, activity=activity), CONFIG)


@pytest.mark.parametrize(
    ("table", "because"),
    [
        pytest.param(usable(500), "", id="half"),
        pytest.param(usable(499), "only 50% of the strides are usable (mostly: samples missing)", id="less"),
        pytest.param(
            usable(5), "only 0% of the strides are usable (mostly: samples missing)", id="hardly-any"
        ),
        pytest.param(
            usable(4), "hardly any stride is usable (mostly: samples missing)", id="none-to-speak-of"
        ),
        pytest.param(usable(200, of=200), "", id="two-hundred"),
        pytest.param(usable(199, of=199), "only 199 usable strides of running, 200 are needed", id="fewer"),
        pytest.param(steady_run(500, judged=np.arange(500) < 200), "", id="two-hundred-judged"),
        pytest.param(
            steady_run(500, judged=np.arange(500) < 199),
            "only 199 strides were at the pace and slope of your start, too few to judge",
            id="fewer-judged",
        ),
    ],
)
def test_the_least_a_verdict_can_stand_on(table: StrideTable, because: str) -> None:
    found = judged(table=table)
    assert found.no_verdict_because == because
    assert (found.verdict is Verdict.NONE) == bool(because)
    assert found.headline.startswith("No verdict: ") == bool(because)


def test_a_reason_that_is_none_of_ours_is_told_as_it_is() -> None:
    assert judged(table=usable(100, because="frost")).no_verdict_because.endswith("(mostly: frost)")


@pytest.mark.parametrize(
    ("table", "word", "reason"),
    [
        pytest.param(usable(900), Confidence.GOOD, "", id="nine-tenths"),
        pytest.param(usable(899), Confidence.FAIR, "Only 90% of the strides are usable.", id="less"),
        pytest.param(usable(600), Confidence.FAIR, "Only 60% of the strides are usable.", id="six-tenths"),
        pytest.param(
            usable(599), Confidence.DO_NOT_TRUST, "Only 60% of the strides are usable.", id="still-less"
        ),
        pytest.param(steady_run(1000, judged=np.arange(1000) < 500), Confidence.GOOD, "", id="half-judged"),
        pytest.param(
            steady_run(1000, judged=np.arange(1000) < 499),
            Confidence.FAIR,
            "Only 50% of the running could be judged.",
            id="less-judged",
        ),
        pytest.param(
            usable(750, because="loose"),
            Confidence.DO_NOT_TRUST,
            "The sensor was loose.",
            id="a-quarter-loose",
        ),
        pytest.param(
            usable(751, because="loose"),
            Confidence.FAIR,
            "Only 75% of the strides are usable.",
            id="less-loose",
        ),
    ],
)
def test_how_far_a_verdict_is_trusted_at_each_limit(
    table: StrideTable, word: Confidence, reason: str
) -> None:
    found = judged(table=table)
    assert found.confidence is word
    assert (found.confidence_because[0] if found.confidence_because else "") == reason


@pytest.mark.parametrize(
    ("apart_deg", "word"), [((2.0, 0.0), "good"), ((1.2, 1.61), "fair"), ((0.0, -2.01), "fair")]
)
def test_standings_that_differ_by_more_than_two_degrees_are_doubted(
    apart_deg: tuple[float, float], word: str
) -> None:
    assert judged(standings=(ZERO, end(*apart_deg))).confidence == word


@pytest.mark.parametrize(("age_s", "reasons"), [(600.0, 0), (600.1, 1)])
def test_a_standing_is_as_good_as_new_for_ten_minutes(age_s: float, reasons: int) -> None:
    table = steady_run(2000)
    table = table.with_columns(start_s=table["start_s"] + 15.0 + age_s, end_s=table["end_s"] + 15.0 + age_s)
    told = judged(table=table, standings=(ZERO, end(0.0))).confidence_because
    assert len(told) == reasons
    assert all("10 min before the run" in reason for reason in told)


def test_the_age_of_the_standing_is_counted_to_the_first_running_stride() -> None:
    activity = np.where(np.arange(2000) < 900, "walk", "run").astype(object)
    assert "10 min before" in " ".join(judged(table=steady_run(2000, activity=activity)).confidence_because)


@pytest.mark.parametrize(
    ("judged_count", "headline"),
    [
        (1900, "Your posture stayed as usual over 10.2 km."),
        (1899, "Your posture stayed as usual over the 3.8 of 10.2 km that could be judged."),
    ],
)
def test_the_headline_tells_the_share_judged_below_ninety_five_hundredths(
    judged_count: int, headline: str
) -> None:
    assert judged(table=steady_run(2000, judged=np.arange(2000) < judged_count)).headline == headline


@pytest.mark.parametrize(("change_deg", "is_told"), [(2.0, False), (2.01, True)])
def test_a_creeping_strap_is_named_beside_a_slouch(change_deg: float, is_told: bool) -> None:
    slouch = Episode(
        Flag.SLOUCHED, 3000.0, 4000.0, 1000.0, 1300.0, 5.0, 3.0, float("nan"), EpisodeEnd.RECOVERED
    )
    headline = judged(episodes=(slouch,), standings=(ZERO, end(change_deg))).headline
    assert ("the strap may have moved instead" in headline) == is_told


def test_the_depth_of_several_slouches_is_weighed_by_their_length() -> None:
    slouches = tuple(
        Episode(Flag.SLOUCHED, from_m, to_m, 0.0, 1.0, depth_deg, 3.0, float("nan"), EpisodeEnd.RECOVERED)
        for from_m, to_m, depth_deg in ((3000.0, 3900.0, 4.0), (5000.0, 5300.0, 8.0))
    )
    assert judged(episodes=slouches).headline == (
        "You ran tall until 3.0 km, then slouched by about 5° for 1.2 km in 2 stretches."
    )


def test_a_watch_that_begins_after_the_slouch_is_not_told_before_it() -> None:
    slouch, watch = (
        Episode(flag, from_m, 5000.0, 0.0, 1.0, 5.0, 3.0, float("nan"), EpisodeEnd.RECOVERED)
        for flag, from_m in ((Flag.SLOUCHED, 3000.0), (Flag.WATCH, 3500.0))
    )
    assert judged(episodes=(slouch, watch)).headline.startswith("You ran tall until 3.0 km, then slouched")


def test_what_was_judged_is_a_share_of_the_running_and_a_length_of_it() -> None:
    activity = np.array(["run"] * 4 + ["walk"] * 6, dtype=object)
    table = steady_run(10, activity=activity, judged=np.arange(10) < 3)
    assert (judged_fraction(table), judged_m(table)) == (0.75, 6.0)
    assert judged_fraction(steady_run(0)) == 0.0
    assert judged_fraction(steady_run(1)) == 1.0


@pytest.mark.parametrize(
    ("zero_source", "baseline", "word"),
    [
        (ZeroSource.OWN_BASELINE, WINDOW, Confidence.FAIR),
        (ZeroSource.OWN_BASELINE, None, Confidence.DO_NOT_TRUST),
        (ZeroSource.STANDING, None, Confidence.GOOD),
    ],
)
def test_without_a_standing_something_else_must_say_what_is_usual(
    zero_source: ZeroSource, baseline: Baseline | None, word: Confidence
) -> None:
    found, _ = confidence_of(
        steady_run(1000),
        baseline,
        shifts=(),
        standings=(ZERO, end(0.0)),
        distance_source="watch file",
        zero_source=zero_source,
        config=CONFIG,
    )
    assert found is word


def graded(what: str, **changed: Any) -> Grade:
    facts = SensorFacts(
        **{name: changed.get(name, getattr(SENSOR, name)) for name in SensorFacts.__dataclass_fields__}
    )
    lines = quality_of([facts], steady_run(100), standings=(), shifts=(), gaps=(), config=CONFIG)
    return next(line.grade for line in lines if line.what == what)


@pytest.mark.parametrize(
    ("what", "field", "good", "other"),
    [
        ("Sampling rate", "rate_hz", 50.0, 49.9),
        ("Samples lost", "missing_fraction", 0.02, 0.0201),
        ("Mean specific force", "mean_specific_force_g", 1.0299, 1.0301),
        ("Mean specific force", "mean_specific_force_g", 0.9701, 0.9699),
        ("Battery", "battery_pct", 20, 19),
    ],
)
def test_each_line_of_a_sensor_is_good_up_to_its_limit(
    what: str, field: str, good: float, other: float
) -> None:
    assert graded(what, **{field: good}) is Grade.GOOD
    assert graded(what, **{field: other}) is not Grade.GOOD


@pytest.mark.parametrize(
    ("count", "because", "grades"),
    [
        (90, "gap", (Grade.GOOD, Grade.GOOD)),
        (89, "gap", (Grade.FAIR, Grade.GOOD)),
        (60, "gap", (Grade.FAIR, Grade.GOOD)),
        (59, "gap", (Grade.BAD, Grade.GOOD)),
        (76, "loose", (Grade.FAIR, Grade.GOOD)),
        (75, "loose", (Grade.FAIR, Grade.BAD)),
    ],
)
def test_usable_strides_and_fit_are_graded_at_their_limits(
    count: int, because: str, grades: tuple[Grade, Grade]
) -> None:
    lines = quality_of(
        [SENSOR], usable(count, of=100, because=because), standings=(), shifts=(), gaps=(), config=CONFIG
    )
    found = {line.what: line.grade for line in lines}
    assert (found["Usable strides"], found["Fit of the strap"]) == grades
