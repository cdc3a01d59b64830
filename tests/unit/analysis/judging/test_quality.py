from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.judging.config import VerdictConfig
from analysis.judging.quality import quality_of, standing_change_deg, unusable_shares, usable_fraction
from analysis.records import GapFact, MountingShift, QualityLine, Standing, StrideTable
from analysis.session_facts import WITHIN_RANGE, ClockFacts, SensorCheck, SensorFacts, SharedKnocks
from analysis.words import CheckOutcome, RangeDoubt
from tests.support.stride_tables import steady_run

CONFIG = VerdictConfig()
KEPT = SensorCheck(WITHIN_RANGE, CheckOutcome.RIGHT)
EXCEEDED = SensorCheck(WITHIN_RANGE, CheckOutcome.WRONG)
SENSOR = SensorFacts(
    "sternum", "movesense", "Movesense 1", 104.0, 100_000, 0.0, 0.0, 1.001, True, checks=(KEPT,)
)
ZERO = Standing(5.0, 15.0, 0.0, 0.0, "zero")


def lines(
    *sensors: SensorFacts,
    table: StrideTable | None = None,
    standings: tuple[Standing, ...] = (),
    shifts: tuple[MountingShift, ...] = (),
    gaps: tuple[GapFact, ...] = (),
) -> dict[str, QualityLine]:
    found = quality_of(
        sensors,
        steady_run(100) if table is None else table,
        standings=standings,
        shifts=shifts,
        gaps=gaps,
        config=CONFIG,
    )
    return {line.what: line for line in found}


def test_a_clean_recording_is_good_in_every_line() -> None:
    end = Standing(900.0, 910.0, 1.0, 0.5, "end")
    found = lines(replace(SENSOR, battery_pct=80), standings=(ZERO, end))
    assert {line.grade for line in found.values()} == {"good"}
    assert {line.advice for line in found.values()} == {""}


@pytest.mark.parametrize(
    ("changed", "what", "grade"),
    [
        ({"rate_hz": 26.0}, "Sampling rate", "bad"),
        ({"missing_fraction": 0.05}, "Samples lost", "fair"),
        ({"clipped_fraction": 0.03, "checks": (EXCEEDED,)}, "Range exceeded", "bad"),
        ({"mean_specific_force_g": 0.96}, "Mean specific force", "bad"),
        ({"mean_specific_force_g": 1.04}, "Mean specific force", "bad"),
        ({"mean_specific_force_g": float("nan")}, "Mean specific force", "bad"),
        ({"has_gyroscope": False}, "Gyroscope", "fair"),
        ({"mirrored": True}, "Axes", "fair"),
        ({"rejected_packets": 3}, "Packets not understood", "fair"),
        ({"battery_pct": 19}, "Battery", "fair"),
    ],
)
def test_what_is_wrong_with_a_sensor_is_said_with_advice(
    changed: dict[str, object], what: str, grade: str
) -> None:
    line = lines(replace(SENSOR, **changed))[what]  # type: ignore[arg-type]  # one field at a time
    assert line.grade == grade
    assert line.advice


def test_with_two_sensors_each_line_names_its_own() -> None:
    found = lines(SENSOR, replace(SENSOR, placement="head", rate_hz=26.0))
    assert found["Sampling rate (sternum)"].grade == "good"
    assert found["Sampling rate (head)"].grade == "bad"


TAPS = SharedKnocks(12.0, "start", "taps", 3, 7.1, 2.6)
LATE = "80 ms apart, more than a radio explains"


@pytest.mark.parametrize(
    ("clock", "told"),
    [
        (ClockFacts(2.6, (TAPS, replace(TAPS, where="end"))), "agree within 3 ms (taps at start and end)"),
        (ClockFacts(9.8, (TAPS,)), "agree within 3 ms (taps at start), within 10 ms elsewhere"),
        (
            ClockFacts(12.6, (TAPS, replace(TAPS, where="end", kind="jumps", within_ms=12.5))),
            "agree within 12 ms (taps at start, jumps at end)",
        ),
        (ClockFacts(15.0), "agree within about 15 ms (no shared tap found)"),
        (ClockFacts(float("nan")), "agree as their files say (no shared tap found)"),
        (
            ClockFacts(float("nan"), (TAPS,)),
            "agree within 3 ms (taps at start), elsewhere as their files say",
        ),
    ],
)
def test_how_well_two_clocks_agree_is_said_in_plain_words(clock: ClockFacts, told: str) -> None:
    line = lines(SENSOR, replace(SENSOR, placement="head", clock=clock))["Clocks of sternum and head"]
    assert (line.value, line.grade, line.advice) == (told, "good", "")


def test_knocks_that_were_not_used_are_told_with_the_reason_and_what_to_do() -> None:
    clock = ClockFacts(15.0, (replace(TAPS, doubt=LATE),))
    line = lines(SENSOR, replace(SENSOR, placement="head", clock=clock))["Clocks of sternum and head"]
    assert line.grade == "fair"
    assert line.value.endswith(f"about 15 ms (taps at start not used: {LATE})")
    assert "three times" in line.advice


def test_the_reasons_of_unusable_strides_are_told_the_largest_first() -> None:
    because = np.array(["gap"] * 10 + ["loose"] * 20 + ["gap, turn"] * 5 + [""] * 65, dtype=object)
    table = steady_run(100, usable=because == "", usable_because=because)
    assert unusable_shares(table) == {"loose": 0.2, "gap": 0.15, "turn": 0.05}
    assert usable_fraction(table) == 0.65
    line = lines(table=table)["Usable strides"]
    assert line.value.startswith("65% (sensor loose 20%, samples missing 15%")
    assert line.grade == "fair"


def test_walks_do_not_enter_the_usable_share() -> None:
    activity = np.array(["walk"] * 50 + ["run"] * 50, dtype=object)
    usable = np.arange(100) >= 60
    assert usable_fraction(steady_run(100, activity=activity, usable=usable)) == 0.8
    assert np.isnan(usable_fraction(steady_run(0)))
    assert lines(table=steady_run(0))["Usable strides"].grade == "bad"


def test_a_loose_strap_outranks_a_step() -> None:
    because = np.array(["loose"] * 30 + [""] * 70, dtype=object)
    table = steady_run(100, usable=because == "", usable_because=because)
    step = MountingShift(300.0, 1234.0, -4.2)
    assert lines(table=table, shifts=(step,))["Fit of the strap"].grade == "bad"
    told = lines(shifts=(step,))["Fit of the strap"]
    assert told.value == "step of -4.2° at km 1.2"
    assert "unknown" in told.advice


def test_gaps_are_counted_and_measured() -> None:
    gaps = (GapFact(10.0, 12.0, 20.0, 26.0, "link lost"), GapFact(50.0, 55.5, 100.0, 115.0, "link lost"))
    assert lines(gaps=gaps)["Gaps"].value == "2, together 7.5 s, the longest 5.5 s"


@pytest.mark.parametrize(
    ("standings", "grade"),
    [
        ((), "bad"),
        ((ZERO,), "fair"),
        ((ZERO, Standing(900.0, 910.0, 1.2, 1.6, "end")), "good"),
        ((ZERO, Standing(900.0, 910.0, 1.3, 1.6, "end")), "fair"),
    ],
)
def test_standings_are_compared(standings: tuple[Standing, ...], grade: str) -> None:
    assert lines(standings=standings)["Standing tall"].grade == grade


def test_the_standings_differ_by_the_angle_between_them() -> None:
    end = Standing(900.0, 910.0, -3.0, 4.0, "end")
    assert standing_change_deg((ZERO, Standing(400.0, 410.0, 9.0, 9.0, "seen"), end)) == 5.0
    assert np.isnan(standing_change_deg((ZERO,)))
    assert np.isnan(standing_change_deg((end,)))


@pytest.mark.parametrize(("outcome", "is_told"), [("right", False), ("wrong", False), ("not judged", True)])
def test_a_check_that_could_not_be_made_says_so(outcome: str, is_told: bool) -> None:
    check = SensorCheck("right-handed axes", CheckOutcome(outcome), "20 samples per second are too few")
    line = lines(replace(SENSOR, checks=(check,))).get("Check of right-handed axes")
    assert (line is not None) == is_told
    if line is not None:
        assert line.value == "not judged: 20 samples per second are too few"
        assert line.grade == "fair"
        assert line.advice


@pytest.mark.parametrize(
    ("because", "advice"),
    [
        (RangeDoubt.FILE, "import the file again with --range and --gyro-range"),
        (RangeDoubt.FILE_GYROSCOPE, "import the file again with --range and --gyro-range"),
        (RangeDoubt.SENSOR, "another kind of sensor"),
    ],
)
def test_a_range_that_is_not_known_is_never_shown_as_kept(because: RangeDoubt, advice: str) -> None:
    unknown = SensorCheck(WITHIN_RANGE, CheckOutcome.NOT_JUDGED, because)
    found = lines(replace(SENSOR, clipped_fraction=float("nan"), checks=(unknown,)))
    line = found["Range exceeded"]
    assert (line.value, line.grade) == (f"not judged: {because}", "fair")
    assert advice in line.advice
    assert f"Check of {WITHIN_RANGE}" not in found
