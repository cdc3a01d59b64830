"""What a report says of reminders: sentences, rows, and the same in JSON."""

from __future__ import annotations

import json
from dataclasses import replace

from analysis import report_json
from analysis.cues.log import CueFate, CueSize
from analysis.cues.records import CueComparison, CueEffect, CueFindings, CueMoment, UncuedMoment
from analysis.report import page, text
from analysis.report.cue_words import cue_rows, cue_sentences
from analysis.run_report import RunReport
from tests.support import sample_report as sample

EFFECT = CueEffect(
    compared_with=CueComparison.WITHHELD,
    given_count=22,
    other_count=8,
    run_count=3,
    effect_deg=-1.9,
    lo_deg=-2.8,
    hi_deg=-1.0,
)


def moment(time_s: float, fate: CueFate) -> CueMoment:
    return CueMoment(
        time_s=time_s,
        distance_m=3.0 * time_s,
        fate=fate,
        size=CueSize.MEDIUM,
        threshold_deg=4.0,
        before_deg=5.2,
        after_deg=3.0,
    )


def reminded(effect: CueEffect = EFFECT) -> RunReport:
    fates = [*[CueFate.DELIVERED] * 3, CueFate.WITHHELD, CueFate.FAILED]
    cues = CueFindings(
        moments=tuple(moment(700.0 + 200.0 * i, fate) for i, fate in enumerate(fates)),
        uncued=(UncuedMoment(time_s=300.0, before_deg=5.0, after_deg=4.5),),
        effect=effect,
    )
    whole = sample.steady_run()
    return replace(whole, evidence=replace(whole.evidence, cues=cues))


def told(**changed: object) -> str:
    return " ".join(cue_sentences(reminded(replace(EFFECT, **changed))))  # type: ignore[arg-type]


def test_a_run_without_cues_says_nothing_of_them() -> None:
    assert cue_sentences(sample.steady_run()) == []
    assert "Reminders" not in page.render(sample.steady_run())


def test_help_that_is_shown_is_told_with_its_interval_and_what_it_rests_on() -> None:
    assert cue_sentences(reminded()) == [
        "5 cues were due: 3 given, 1 withheld, 1 could not be given.",
        "Cues help you: in the half minute after one you were 1.9° further upright than without "
        "(95 % interval −2.8° to −1.0°; 22 cues against 8 withheld cues, 3 runs).",
    ]


def test_what_is_not_shown_is_not_claimed() -> None:
    assert "That cues help you is not shown: −0.4° against none" in told(
        effect_deg=-0.4, lo_deg=-1.5, hi_deg=0.7, run_count=1
    )
    assert "Cues do not help you" in told(effect_deg=1.0, lo_deg=0.2, hi_deg=1.8)


def test_moments_that_chance_did_not_draw_are_called_less_sure() -> None:
    assert "not drawn by chance" in told(compared_with=CueComparison.UNCUED)


def test_too_few_cues_are_told() -> None:
    said = told(
        compared_with=CueComparison.NOTHING,
        given_count=3,
        other_count=1,
        run_count=1,
        because="at least 4 given and 4 withheld are needed",
    )
    assert said.endswith(
        "cannot be told yet: at least 4 given and 4 withheld are needed; this run had 3 and 1."
    )


def test_text_and_page_show_each_cue_before_and_after() -> None:
    report = reminded()
    assert cue_rows(report)[0] == ("km 2.1", "12 min", "+5.2°", "+3.0°", "given")
    for shown in (text.render(report), page.render(report)):
        assert "Cues help you" in " ".join(shown.split())
        assert "withheld" in shown
    assert max(map(len, text.render(report).splitlines())) <= 80


def test_json_holds_the_cues_and_gives_them_back() -> None:
    report = reminded()
    written = report.to_json()
    assert json.loads(written)["cues"]["moments"][3]["fate"] == "withheld"
    assert json.loads(written)["cues"]["moments"][0]["size"] == "medium"
    assert report_json.from_json(written).evidence.cues == report.evidence.cues
    older = json.loads(written)
    del older["cues"]
    assert report_json.from_json(json.dumps(older)).evidence.cues is None
