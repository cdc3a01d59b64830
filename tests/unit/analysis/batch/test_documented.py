"""The page of the data set says what it holds, and its examples run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from analysis.batch.records import FailureKind
from analysis.batch.run import run_batch
from analysis.batch.schema import SCHEMA_VERSION, TABLES
from analysis.records import STRIDE_COLUMNS, Episode, Segment
from tests.support.many_sessions import Threads, told_anew, write_run

PAGE = (Path(__file__).parents[4] / "data" / "BATCH.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"# {title}\n", 1)[1].split("\n##", 1)[0]


@pytest.mark.parametrize("table", ["sessions", "errors"])
def test_every_column_is_explained_and_no_other(table: str) -> None:
    first = [line.split("|")[1] for line in section(f"`{table}`").splitlines() if line.startswith("|")]
    assert set(re.findall(r"`(\w+)`", " ".join(first))) == set(TABLES[table])


def test_the_other_tables_have_the_columns_of_the_report() -> None:
    assert list(TABLES["strides"]) == ["session", *STRIDE_COLUMNS]
    for table, kind in (("segments", Segment), ("episodes", Episode)):
        assert list(TABLES[table]) == ["session", *kind.__dataclass_fields__]


def test_every_kind_of_error_and_the_version_are_told() -> None:
    assert set(re.findall(r"`([a-z ]+)`", section("`errors`"))) >= {str(kind) for kind in FailureKind}
    assert f"Schema version {SCHEMA_VERSION}," in PAGE


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyarrow", "duckdb"):
        pytest.importorskip(name, reason="the extra [batch-tests] is left out")
    original = write_run(tmp_path / "run")
    for number in range(2):
        told_anew(original, tmp_path / "club" / "anna" / f"{number}.runtall", number)
    run_batch([str(tmp_path / "club")], tmp_path / "club-data", workers=Threads())
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(block, "BATCH.md", "exec"), names)
    assert len(names["sessions"]) == 2
    assert set(names["sessions"]["name"]) == {"anna"}
    assert names["by_kilometre"]["strides"].sum() > 0
    assert names["why_not"].sum() == 0
