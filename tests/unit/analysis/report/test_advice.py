from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.records import RunReport
from analysis.report.advice import advice, red_flag
from tests.support import sample_report as sample


def told(report: RunReport, **context: Any) -> RunReport:
    return replace(report, session=replace(report.session, context=context))


@pytest.mark.parametrize(
    "note",
    [
        "chest pain at km 3",
        "pain under the breast",
        "my left arm pain again",
        "Jaw ache",
        "very breathless",
        "shortness of breath",
        "numbness in two fingers",
        "weakness in the leg",
        "bladder trouble",
        "fever yesterday",
        "night pain",
        "fell at the crossing",
        "pain in the chest",
    ],
)
def test_a_red_flag_gives_a_doctor_and_no_exercise(note: str) -> None:
    said = advice(told(sample.slouching_10k(), notes=note))
    assert "doctor" in said
    assert "shoulder" not in said
    assert "exercises" not in said


@pytest.mark.parametrize(
    "note", ["felt great", "windy, fallow fields", "armed with music", "followed the river"]
)
def test_ordinary_notes_are_no_red_flag(note: str) -> None:
    assert red_flag(told(sample.slouching_10k(), notes=note)) == ""


def test_a_red_flag_counts_even_without_a_verdict() -> None:
    assert "doctor" in advice(told(sample.short_run(), pain_where="chest pain"))


def test_a_late_slouch_is_told_apart_from_an_early_one() -> None:
    late = sample.slouching_10k()
    early = sample.sample_report(sample.Course(slouch_from_m=2_500.0))
    assert advice(late).startswith("It came late")
    assert advice(early).startswith("Next run, try one minute")


def test_a_pack_and_long_sitting_come_first() -> None:
    report = sample.slouching_10k()
    assert "waist strap" in advice(told(report, pack="backpack"))
    assert "sitting" in advice(told(report, hours_sat_before=5))
    assert advice(told(report, pack="none", hours_sat_before=0.5)) == advice(told(report))


def test_who_comes_back_up_is_told_to_do_it_sooner() -> None:
    report = sample.slouching_10k()
    recovered = tuple(replace(e, ended_by="recovered") for e in report.episodes)
    assert "by yourself" in advice(replace(report, episodes=recovered))


def test_nothing_needs_to_change_after_a_good_run() -> None:
    assert advice(sample.steady_run()).startswith("Nothing to change")


def test_without_a_verdict_the_worst_fault_of_the_data_is_named() -> None:
    assert advice(sample.loose_sensor()) == sample.loose_sensor().quality[0].advice
    assert "two kilometres" in advice(sample.short_run())


@pytest.mark.parametrize("flag", ["watch", "rounded", "head"])
def test_every_flag_has_a_suggestion(flag: str) -> None:
    report = sample.slouching_10k()
    assert "run" in advice(replace(report, episodes=(replace(report.episodes[0], flag=flag),)))
