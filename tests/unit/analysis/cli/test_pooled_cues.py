"""The cues of earlier runs count in the report of a run with cues."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from analysis.cli.past_runs import Earlier
from analysis.config import AnalysisConfig
from analysis.cues.log import CueFate, CueSize
from analysis.cues.records import CueComparison, CueEffect, CueFindings, CueMoment, CuePairs
from analysis.library.facts_json import facts_from_json, facts_to_json
from analysis.run_report import RunReport
from tests.support.past_runs import facts
from tests.support.sample_report import steady_run

PAIRS = CuePairs(
    given=((5.0, 2.0), (5.5, 2.4), (4.5, 1.7)), withheld=((5.0, 4.0), (5.4, 4.5)), uncued=((4.8, 4.1),)
)
NOTHING = CueEffect(
    compared_with=CueComparison.NOTHING, given_count=0, other_count=0, run_count=0, because="too few"
)


def reminded() -> RunReport:
    """Return a run with three cues given and two withheld."""
    fates = [CueFate.DELIVERED] * 3 + [CueFate.WITHHELD] * 2
    pairs = [*PAIRS.given, *PAIRS.withheld]
    moments = tuple(
        CueMoment(
            time_s=700.0 + 200.0 * i,
            distance_m=2_000.0,
            fate=fate,
            size=CueSize.SMALL,
            threshold_deg=4.0,
            before_deg=before,
            after_deg=after,
        )
        for i, (fate, (before, after)) in enumerate(zip(fates, pairs, strict=True))
    )
    whole = steady_run()
    cues = CueFindings(moments=moments, uncued=(), effect=NOTHING)
    return replace(whole, evidence=replace(whole.evidence, cues=cues))


def earlier(*runs: Any) -> Earlier:
    entries = tuple(SimpleNamespace(facts=run) for run in runs)
    return Earlier(entries, info=None, config=AnalysisConfig())  # type: ignore[arg-type]


def test_cues_of_earlier_runs_are_pooled_with_those_of_the_run() -> None:
    report = reminded()
    simulated = report.session.simulated
    runs = [facts(day, cues=PAIRS, simulated=simulated) for day in (1, 2)]
    others = [facts(3, cues=PAIRS, simulated=not simulated), facts(4, simulated=simulated), None]
    cues = earlier(*runs, *others).with_cues(report).evidence.cues
    assert cues is not None
    assert cues.effect.compared_with is CueComparison.WITHHELD
    assert (cues.effect.given_count, cues.effect.other_count, cues.effect.run_count) == (9, 6, 3)
    # About 3° less after given ones, about 1° less after withheld ones.
    assert -2.3 < cues.effect.effect_deg < -1.7
    assert len(cues.moments) == 5


def test_a_run_without_cues_stays_as_it_is() -> None:
    report = steady_run()
    assert earlier(facts(1, cues=PAIRS)).with_cues(report) is report


def test_the_library_keeps_what_counts_of_cues() -> None:
    known = facts_from_json(facts_to_json(facts(1, cues=PAIRS)))
    assert known.cues == PAIRS
    assert facts_from_json(facts_to_json(facts(1))).cues == CuePairs()
