from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.lengths import LengthUnit
from analysis.report import words
from tests.support import sample_report as sample
from tests.support.sample_report import with_fields


@pytest.mark.parametrize(
    ("speed_mps", "shown"),
    [(1000 / 330, "5:30"), (1000 / 299.6, "5:00"), (1000 / 359.6, "6:00"), (0.0, "–"), (math.nan, "–")],
)
def test_a_pace_carries_into_the_minute(speed_mps: float, shown: str) -> None:
    assert words.pace(speed_mps, LengthUnit.KILOMETRE) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(39.6, "40 s"), (59.7, "1 min 00 s"), (725, "12 min 05 s"), (3599.6, "1 h 00 min"), (math.nan, "–")],
)
def test_a_duration_carries_into_minutes_and_hours(seconds: float, shown: str) -> None:
    assert words.duration(seconds) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.04, "0.0°"), (-0.04, "0.0°"), (2.31, "+2.3°"), (-2.31, "−2.3°"), (math.nan, "–")]
)
def test_a_change_always_shows_its_sign_unless_it_is_nothing(value: float, shown: str) -> None:
    assert words.signed(value) == shown


def test_unknown_is_a_dash_and_never_a_zero() -> None:
    unknown = math.nan
    for unit in LengthUnit:
        assert {words.length(unknown, unit), words.pace(unknown, unit)} == {"–"}
    assert {words.number(unknown), words.percent(unknown), words.degrees(unknown)} == {"–"}
    assert words.lap_time(unknown) == "–"


def test_miles_are_1609_metres() -> None:
    assert words.length(16_093.44, LengthUnit.MILE, 2) == "10.00"
    # Four minutes a mile.
    assert words.pace(1609.344 / 240.0, LengthUnit.MILE) == "4:00"
    assert LengthUnit.MILE.speed(4.4704, 1) == "10.0 mph"
    assert LengthUnit.KILOMETRE.speed(10 / 3.6, 1) == "10.0 km/h"


@pytest.mark.parametrize(("seconds", "shown"), [(95.4, "1:35"), (59.6, "1:00"), (3723.0, "1:02:03")])
def test_the_time_of_a_lap_reads_as_on_a_watch(seconds: float, shown: str) -> None:
    assert words.lap_time(seconds) == shown


@given(st.text())
def test_a_cleaned_text_can_be_printed_and_written(text: str) -> None:
    cleaned = words.clean(text)
    assert len(cleaned) == len(text)
    cleaned.encode("utf-8")
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in cleaned)


def test_ordinary_names_stay_as_they_are() -> None:
    name = "Läufer „Zoë“ – 10 km, 日本 ½"
    assert words.clean(name) == name


def test_a_stretch_without_distance_is_told_in_minutes() -> None:
    episode = sample.slouching_10k().evidence.episodes[0]
    unknown = replace(episode, from_m=math.nan, to_m=math.nan, from_s=600.0, to_s=1200.0)
    assert words.stretch(unknown, LengthUnit.MILE) == "min 10 to 20"
    assert words.episode_length(unknown, LengthUnit.MILE) == "10 min 00 s"


@pytest.mark.parametrize(
    ("given_time", "shown"),
    [
        ("2025-05-14T17:31:05Z", "2025-05-14 17:31 UTC"),
        ("2025-05-14T17:31:05.123+00:00", "2025-05-14 17:31 UTC"),
        ("2025-05-14T17:31:05+02:00", "2025-05-14T17:31:05+02:00"),
        ("", ""),
    ],
)
def test_a_time_is_called_utc_only_where_it_is(given_time: str, shown: str) -> None:
    assert words.started(given_time) == shown


def test_the_page_says_what_usual_is_and_how_far_forward_that_was() -> None:
    report = sample.slouching_10k()
    assert report.evidence.baseline is not None
    said = words.usual_is(report)
    assert said.startswith("Usual means your own start, km 0.5 to 2.0, which was ")
    assert said.endswith("forward of your standing.")
    behind = with_fields(report, baseline=replace(report.evidence.baseline, flexion_deg=-2.0))
    assert words.usual_is(behind).endswith("which was 2.0° behind your standing.")
    assert words.usual_is(with_fields(report, zero_source="own baseline")).endswith("km 0.5 to 2.0.")
    assert words.usual_is(with_fields(report, baseline=None)) == ""


def test_climb_and_descent_stand_among_the_facts_where_an_altitude_tells_them() -> None:
    report = sample.slouching_10k()
    assert "Climb" not in [what for what, _, _ in words.facts(report)]
    hilly = with_fields(report, ascent_m=84.4, descent_m=0.0)
    (climb,) = [value for what, value, _ in words.facts(hilly) if what == "Climb"]
    assert climb == "84 m up, 0 m down"


def test_what_was_sat_before_the_run_is_told_with_its_units() -> None:
    report = sample.slouching_10k()
    sat = {"hours_sat_before": 2.5, "longest_sat_min": 90.0, "sat_flexion_deg": 11.5}
    told = words.context_lines(replace(report, session=replace(report.session, context=sat)))
    assert told == [
        ("hours sat before", "2.5"),
        ("longest sat at once, minutes", "90"),
        ("sat on average in front of sitting tall, °", "11.5"),
    ]
