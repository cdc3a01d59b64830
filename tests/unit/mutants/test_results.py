"""The page about a run: its score, and every survivor with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.equivalent import EQUIVALENT, Known
from tests.mutants.mutations import mutations_of
from tests.mutants.results import results_page
from tests.mutants.trial import Fate, Trial

ROOT = Path(__file__).parents[3]


def trials(fates: list[Fate]) -> list[Trial]:
    source = "".join(f"x{number} = a | b\n" for number in range(len(fates)))
    mutations = mutations_of("analysis/signal/toy.py", source)
    return [Trial(mutation, (), fate) for mutation, fate in zip(mutations, fates, strict=True)]


def test_the_score_counts_what_was_noticed() -> None:
    done = trials([Fate.KILLED, Fate.TIMED_OUT, Fate.SURVIVED, Fate.KILLED])
    page = results_page(done, seed=7, possible=400, took_s=180.0)
    assert "**75 %: 3 of 4 mutants noticed**,\ndrawn with seed 7 from 400, in 3 minutes." in page
    assert "| analysis/signal | 4 | 2 | 1 | 1 |" in page


def test_a_survivor_is_listed_with_its_line_before_and_after() -> None:
    page = results_page(trials([Fate.KILLED, Fate.SURVIVED]), seed=1, possible=2, took_s=1.0)
    survivors = page.split("## Survivors")[1].split("##")[0]
    assert r"| `analysis/signal/toy.py:2` | `x1 = a \| b` | `a \| b` | `a & b` |" in survivors
    assert "toy.py:1" not in survivors


def test_a_survivor_that_makes_no_difference_counts_against_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    done = trials([Fate.KILLED, Fate.SURVIVED])
    known = Known("analysis/signal/toy.py", "x1 = a | b", "a | b", "a & b")
    monkeypatch.setitem(EQUIVALENT, known, "a equals b")
    page = results_page(done, seed=1, possible=2, took_s=1.0)
    assert "**50 %: 1 of 2" in page
    assert "known to make no difference ([why](equivalent.py)):\nwithout them 100 %." in page
    assert "None." in page.split("## Survivors")[1].split("##")[0]


def test_a_run_that_tried_nothing_has_no_score() -> None:
    assert "**no score: 0 of 0" in results_page([], seed=1, possible=2, took_s=1.0)


@pytest.mark.parametrize("file", sorted({known.file for known in EQUIVALENT}))
def test_every_known_mutant_still_exists(file: str) -> None:
    source = (ROOT / file).read_text(encoding="utf-8")
    there = {Known(one.file, one.code, one.before, one.after) for one in mutations_of(file, source)}
    assert {known for known in EQUIVALENT if known.file == file} - there == set()
