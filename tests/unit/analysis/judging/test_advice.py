"""Which advice, by which rule: doctor before pain, pain before exercises, packs beside them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.judging.advice import POSTURE_KINDS, advise
from analysis.judging.config import AdviceConfig
from analysis.records import Advice, AdviceKind, Episode, QualityLine
from sensor.wellbeing import BodyPlace, Symptom

LATE = Episode(
    flag="slouched",
    from_m=6_200.0,
    to_m=10_000.0,
    from_s=2_000.0,
    to_s=3_200.0,
    depth_deg=5.0,
    speed_mps=3.0,
    grade_pct=0.0,
    ended_by="end of run",
)
EARLY = replace(LATE, from_m=2_500.0)


def advised(*episodes: Episode, **changed: Any) -> tuple[Advice, ...]:
    """Return the advice for ten kilometres with these episodes; ``told`` is the context."""
    told = changed.pop("told", {})
    given_ = {
        "verdict": episodes[0].flag if episodes else "usual",
        "quality": (),
        "distance_m": 10_000.0,
        "barred_s": np.zeros(0),
    }
    return advise(episodes=episodes, context=told, config=AdviceConfig(), **(given_ | changed))


def kinds(*episodes: Episode, **changed: Any) -> list[AdviceKind]:
    return [advice.kind for advice in advised(*episodes, **changed)]


def test_what_may_be_the_strap_is_told_apart_before_anything_is_asked_of_the_body() -> None:
    watch = replace(LATE, flag="watch")
    (only,) = advised(watch, barred_s=np.array([1_990.0, 2_000.0]))
    assert (only.kind, only.because) == (AdviceKind.IMPROVE_RECORDING, "the strap may have moved")
    assert "stand tall for ten seconds" in only.how
    # Before it, or after the runner had stood again, it is no reason.
    for barred_s in ([1_999.0], [3_200.0], []):
        assert kinds(watch, barred_s=np.array(barred_s)) == [AdviceKind.CHECK_EACH_KM]


@pytest.mark.parametrize("symptom", Symptom)
def test_a_symptom_sends_to_a_doctor_and_silences_the_rest(symptom: Symptom) -> None:
    told = {"symptoms": [symptom.value], "pack": "backpack", "hours_sat_before": 5, "pain_during": ["neck 8"]}
    assert advised(LATE, told=told) == (Advice(AdviceKind.SEE_DOCTOR, symptom.value),)


def test_a_symptom_counts_without_a_verdict_too() -> None:
    assert kinds(verdict="none", told={"symptoms": ["fever"]}) == [AdviceKind.SEE_DOCTOR]


def test_several_symptoms_are_all_named() -> None:
    (only,) = advised(LATE, told={"symptoms": ["fever", "numbness"]})
    assert only.because == "numbness, fever"


@pytest.mark.parametrize("key", ["pain_before", "pain_during", "pain_after"])
def test_a_chest_that_hurts_at_all_sends_to_a_doctor(key: str) -> None:
    assert advised(LATE, told={key: ["chest 1"]}) == (Advice(AdviceKind.SEE_DOCTOR, "chest pain"),)
    assert kinds(LATE, told={key: ["chest 0"]}) == kinds(LATE)


@pytest.mark.parametrize(
    "note", ["fell asleep", "no chest pain", "chest pain", "numb with joy", "fell", "back 9", "fever"]
)
def test_free_notes_choose_nothing(note: str) -> None:
    told = {"notes": note, "shoes": note, "pain_where": note, "symptom": note}
    assert advised(LATE, told=told) == advised(LATE)
    assert advised(told=told) == advised()


@pytest.mark.parametrize("key", ["pain_before", "pain_during", "pain_after"])
@pytest.mark.parametrize("level", range(11))
@pytest.mark.parametrize("episodes", [(), (EARLY,), (LATE,)], ids=["usual", "early", "late"])
def test_pain_from_four_on_silences_exercises(key: str, level: int, episodes: tuple[Episode, ...]) -> None:
    told = {key: [f"lower back {level}"]}
    if level < 4:
        assert advised(*episodes, told=told) == advised(*episodes)
    else:
        assert advised(*episodes, told=told) == (Advice(AdviceKind.LET_PAIN_EASE, f"lower back {level}"),)


def test_of_a_place_the_strongest_pain_counts_and_mild_places_are_not_named() -> None:
    told = {"pain_before": ["neck 2", "knee 3"], "pain_during": ["neck 6"], "pain_after": ["neck 4"]}
    assert advised(LATE, told=told)[0].because == "neck 6"


def test_pain_leaves_what_is_no_exercise() -> None:
    told = {"pain_during": ["neck 6"], "pack": "vest", "hours_sat_before": 3}
    assert kinds(LATE, told=told) == [
        AdviceKind.LET_PAIN_EASE,
        AdviceKind.LIGHTEN_VEST,
        AdviceKind.BREAK_UP_SITTING,
    ]
    assert kinds(verdict="none", told=told) == [AdviceKind.LET_PAIN_EASE, AdviceKind.IMPROVE_RECORDING]


@pytest.mark.parametrize(
    ("pack", "kind"),
    [("backpack", AdviceKind.LIGHTEN_BACKPACK), ("vest", AdviceKind.LIGHTEN_VEST)],
)
@pytest.mark.parametrize("episode", [EARLY, LATE], ids=["early", "late"])
def test_a_pack_adds_advice_and_replaces_none(pack: str, kind: AdviceKind, episode: Episode) -> None:
    assert kinds(episode, told={"pack": pack}) == [*kinds(episode), kind]


@pytest.mark.parametrize("pack", ["none", "", "cart", None, 3, ["vest"]])
def test_no_pack_or_a_strange_one_adds_nothing(pack: object) -> None:
    assert advised(LATE, told={"pack": pack}) == advised(LATE)


def test_long_sitting_adds_advice_from_two_hours_on() -> None:
    assert kinds(LATE, told={"hours_sat_before": 2}) == [*kinds(LATE), AdviceKind.BREAK_UP_SITTING]
    assert kinds(LATE, told={"hours_sat_before": 1.9}) == kinds(LATE)


def test_a_pack_without_a_slouch_is_no_matter() -> None:
    told = {"pack": "backpack", "hours_sat_before": 9}
    assert kinds(told=told) == [AdviceKind.KEEP]


def test_a_long_drive_is_told_where_no_sitting_was() -> None:
    assert kinds(LATE, told={"long_car_trip": True}) == [*kinds(LATE), AdviceKind.BREAK_UP_DRIVE]
    told = {"long_car_trip": True, "hours_sat_before": 3}
    assert kinds(LATE, told=told) == [*kinds(LATE), AdviceKind.BREAK_UP_SITTING]
    assert kinds(LATE, told={"long_car_trip": "yes"}) == kinds(LATE)


def test_a_back_that_rounded_late_is_loosened_rather_than_strengthened() -> None:
    rounded = kinds(replace(LATE, flag="rounded"))
    assert rounded == [AdviceKind.REMIND_LATE, AdviceKind.MOBILISE_SPINE]
    assert AdviceKind.MOBILISE_SPINE in POSTURE_KINDS


def test_of_many_things_the_first_three_are_said() -> None:
    told = {"pack": "vest", "hours_sat_before": 3}
    assert kinds(LATE, told=told) == [*kinds(LATE), AdviceKind.LIGHTEN_VEST]
    assert kinds(EARLY, told=told) == [
        AdviceKind.RUN_TALL_IN_PARTS,
        AdviceKind.LIGHTEN_VEST,
        AdviceKind.BREAK_UP_SITTING,
    ]


def test_a_late_slouch_gets_a_reminder_before_its_place_and_strength() -> None:
    reminder, strength = advised(LATE)
    assert (reminder.kind, reminder.at_m) == (AdviceKind.REMIND_LATE, 6_200.0)
    assert strength.kind is AdviceKind.STRENGTHEN_BACK


def test_late_begins_at_six_tenths_of_the_way() -> None:
    assert kinds(replace(LATE, from_m=6_000.0))[0] is AdviceKind.REMIND_LATE
    assert kinds(replace(LATE, from_m=5_999.0)) == [AdviceKind.RUN_TALL_IN_PARTS]


def test_without_a_known_way_no_slouch_is_late() -> None:
    assert kinds(LATE, distance_m=math.nan) == [AdviceKind.RUN_TALL_IN_PARTS]


@pytest.mark.parametrize(
    ("flag", "kind"),
    [
        ("watch", AdviceKind.CHECK_EACH_KM),
        ("head", AdviceKind.LOOK_AHEAD),
        ("rounded", AdviceKind.REMIND_LATE),
    ],
)
def test_every_flag_has_its_advice(flag: str, kind: AdviceKind) -> None:
    assert kinds(replace(LATE, flag=flag))[0] is kind


def test_the_gravest_flag_decides_not_the_first() -> None:
    watch = replace(EARLY, flag="watch", from_s=500.0)
    assert kinds(watch, LATE) == kinds(LATE)


def test_who_came_back_up_is_to_do_it_sooner() -> None:
    assert kinds(replace(EARLY, ended_by="recovered")) == [AdviceKind.COME_UP_SOONER]


def test_without_a_verdict_the_first_bad_line_says_what_to_do() -> None:
    quality = (
        QualityLine("rate", "52 Hz", "fair", "a faster sensor"),
        QualityLine("fit", "loose", "bad", "Tighten the strap."),
    )
    (only,) = advised(verdict="none", quality=quality)
    assert (only.kind, only.how) == (AdviceKind.IMPROVE_RECORDING, "Tighten the strap.")
    (only,) = advised(verdict="none", quality=quality[:1])
    assert (only.kind, only.how) == (AdviceKind.IMPROVE_RECORDING, "")


def test_a_lean_with_a_straight_back_asks_for_no_straightening() -> None:
    leaning = replace(EARLY, flag="leaning")
    watch = replace(EARLY, flag="watch", from_m=2_400.0)
    assert kinds(watch, leaning, told={"pack": "backpack"}) == [AdviceKind.CARRY_HIPS_HIGH]
    assert kinds(leaning, LATE)[0] is AdviceKind.REMIND_LATE
    assert AdviceKind.CARRY_HIPS_HIGH in POSTURE_KINDS


values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text() | st.integers())
)
keys = st.sampled_from(
    ["pain_before", "pain_during", "pain_after", "symptoms", "pack", "hours_sat_before", "long_car_trip"]
)


@given(st.dictionaries(keys, values), st.sampled_from([(), (EARLY,), (LATE,)]))
def test_whatever_was_told_something_is_advised(told: dict[str, Any], episodes: tuple[Episode, ...]) -> None:
    assert 1 <= len(advised(*episodes, told=told)) <= 3


@given(
    st.lists(st.tuples(st.sampled_from(list(BodyPlace)), st.integers(0, 10))),
    st.lists(st.sampled_from(list(Symptom))),
)
def test_no_exercise_is_ever_advised_beside_pain_or_symptoms(
    pains: list[tuple[BodyPlace, int]], symptoms: list[Symptom]
) -> None:
    told = {"pain_during": [f"{place} {level}" for place, level in pains], "symptoms": symptoms}
    if symptoms or any(level >= 4 for _, level in pains):
        assert not POSTURE_KINDS & set(kinds(LATE, told=told))


@pytest.mark.parametrize("episodes", [(), (EARLY,), (LATE,)], ids=["usual", "early", "late"])
def test_who_has_upper_back_pain_is_told_of_sitting_first(episodes: tuple[Episode, ...]) -> None:
    hurting = {"pain_after": ["upper back 2"]}
    first, *others = advised(*episodes, told=hurting)
    assert first == Advice(AdviceKind.WATCH_SITTING, "your upper back hurt")
    assert others == list(advised(*episodes))[:2]
    sat = {**hurting, "hours_sat_before": 3}
    assert kinds(*episodes, told=sat).count(AdviceKind.BREAK_UP_SITTING) == 1
    assert kinds(*episodes, told=sat)[0] is AdviceKind.BREAK_UP_SITTING


def test_strong_upper_back_pain_is_to_ease_first() -> None:
    told = {"pain_after": ["upper back 5"]}
    assert kinds(LATE, told=told) == [AdviceKind.LET_PAIN_EASE, AdviceKind.WATCH_SITTING]
    assert kinds(LATE, told={"pain_after": ["upper back 0"]}) == kinds(LATE)
