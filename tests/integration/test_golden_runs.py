"""What is said of a dozen virtual runs, as it was agreed: small files that a person can read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.golden_runs import GOLDEN_RUNS, golden_json, golden_text, misfits

FOLDER = Path(__file__).parents[1] / "golden"
WRITES = os.environ.get("RUNTALL_WRITE_GOLDEN") == "1"
"""Asked for by whoever changed what is said, and reads what comes of it."""


@pytest.mark.parametrize("name", GOLDEN_RUNS)
def test_what_is_said_of_a_run_is_as_agreed(name: str) -> None:
    golden = GOLDEN_RUNS[name]
    report = golden.report()
    assert report.outcome.verdict is golden.verdict
    for suffix, made in ((".txt", golden_text(report)), (".json", golden_json(report))):
        agreed = FOLDER / f"{name}{suffix}"
        if WRITES:
            agreed.write_text(made, encoding="utf-8")
        assert misfits(agreed.read_text(encoding="utf-8"), made) == []


def test_a_word_or_a_number_that_changed_is_a_misfit_and_a_last_figure_is_none() -> None:
    assert misfits("slouched from km 1.2, 7.5°", "slouched  from km 1.3, 7.5°") == []
    assert misfits("slouched from km 1.2", "slouched from km 1.5") != []
    assert misfits("slouched from km 1.2", "watch from km 1.2") != []
    assert misfits("one line", "one line\nanother") != []
