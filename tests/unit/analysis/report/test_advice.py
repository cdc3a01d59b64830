from __future__ import annotations

import pytest

from analysis.records import Advice, AdviceKind
from analysis.report.advice import LIMITS, advice_lines, limits
from tests.support import sample_report as sample


def lines(*advice: Advice) -> list[str]:
    return advice_lines(sample.sample_report(advice=advice))


@pytest.mark.parametrize("kind", AdviceKind)
def test_every_kind_is_one_or_more_whole_sentences(kind: AdviceKind) -> None:
    (said,) = lines(Advice(kind, "a reason", at_m=6_200.0, how="Charge it."))
    assert said[0].isupper()
    assert said.endswith(".")
    assert "{" not in said


def test_a_symptom_is_named_and_a_doctor_beside_no_exercise() -> None:
    (said,) = lines(Advice(AdviceKind.SEE_DOCTOR, "chest pain, numbness, fever"))
    assert said.startswith("You told of chest pain, numbness and fever. Please have a doctor look at that")
    assert "shoulder" not in said
    assert "exercises" not in said


def test_pain_is_named_with_its_number() -> None:
    (said,) = lines(Advice(AdviceKind.LET_PAIN_EASE, "lower back 7, neck 4"))
    assert said.startswith("You told of pain: lower back 7 and neck 4 of 10.")
    assert "shoulder" not in said


def test_a_vest_has_no_waist_strap() -> None:
    vest, backpack = lines(Advice(AdviceKind.LIGHTEN_VEST, ""), Advice(AdviceKind.LIGHTEN_BACKPACK, ""))
    assert "waist" not in vest
    assert "waist strap closed" in backpack


def test_the_place_of_a_late_slouch_is_told_in_kilometres() -> None:
    (said,) = lines(Advice(AdviceKind.REMIND_LATE, "", at_m=6_249.0))
    assert "just before km 6.2:" in said


def test_what_the_quality_table_says_to_do_is_said_in_its_words() -> None:
    assert lines(Advice(AdviceKind.IMPROVE_RECORDING, "", how="Tighten the strap.")) == ["Tighten the strap."]
    assert "two kilometres" in lines(Advice(AdviceKind.IMPROVE_RECORDING, ""))[0]


@pytest.mark.parametrize("kind", AdviceKind)
def test_only_suggestions_about_posture_have_their_limits_beside_them(kind: AdviceKind) -> None:
    has_none = kind in (AdviceKind.SEE_DOCTOR, AdviceKind.LET_PAIN_EASE, AdviceKind.IMPROVE_RECORDING)
    report = sample.sample_report(advice=(Advice(kind, ""),))
    assert limits(report) == ("" if has_none else LIMITS)


def test_a_report_of_an_older_version_advises_nothing() -> None:
    assert lines() == []
    assert limits(sample.sample_report(advice=())) == ""
