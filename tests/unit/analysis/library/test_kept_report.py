"""What is kept of a session: exactly what would be made anew, and never of another state."""

from __future__ import annotations

import json
import math
import os
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import AnalysisConfig, SegmentConfig
from analysis.errors import ReportFileError
from analysis.lengths import Split
from analysis.library import kept_report, shelf, state
from analysis.library.kept_report import report_of_session
from analysis.library.report_bytes import pack, unpack
from analysis.library.shelf import shelf_of
from analysis.report import page, tables, text
from analysis.report_json import to_json
from analysis.run_report import RunReport
from tests.support import sample_report as sample
from tests.support.sample_ways import with_way

CONFIG = AnalysisConfig()


def silent(line: str) -> None:
    pytest.fail(f"nothing was to be said: {line}")


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "sessions" / "evening.runtall"
    path.parent.mkdir()
    path.write_bytes(b"packets")
    return path


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The sessions that were analysed, which takes no time here."""
    done: list[Path] = []

    def analyse_session(path: Path, config: AnalysisConfig) -> RunReport:
        done.append(path)
        return sample.short_run()

    pipeline = types.ModuleType("analysis.pipeline")
    pipeline.__dict__["analyse_session"] = analyse_session
    monkeypatch.setitem(sys.modules, "analysis.pipeline", pipeline)
    return done


def report(path: Path, home: Path | None, config: AnalysisConfig = CONFIG) -> RunReport:
    return report_of_session(path, config, home=home, say=silent)


@pytest.mark.parametrize(
    "make",
    [lambda: with_way(sample.slouching_10k()), sample.three_sensors, sample.own_baseline, sample.short_run],
)
def test_a_report_comes_back_from_its_bytes_as_it_was(make: Callable[[], RunReport]) -> None:
    before = make()
    after = unpack(pack(before), before.provenance.config)
    for column, values in before.strides.columns.items():
        np.testing.assert_array_equal(after.strides[column], values)
        assert after.strides[column].dtype == values.dtype
    assert json.loads(to_json(after)) == json.loads(to_json(before))
    assert text.render(after) == text.render(before)
    assert tables.to_csv(after) == tables.to_csv(before)
    assert page.render(after, whole_map=True) == page.render(before, whole_map=True)


@given(st.binary(max_size=60), st.integers(0, 10_000))
def test_other_bytes_are_no_report(noise: bytes, at: int) -> None:
    whole = PACKED
    for hostile in (noise, whole[: at % len(whole)], b'{"tables": {"strides": 3}}\n\n' + noise):
        with pytest.raises(ReportFileError):
            unpack(hostile, CONFIG)


PACKED = pack(sample.short_run())


def test_an_unchanged_session_is_analysed_once(session: Path, tmp_path: Path, analysed: list[Path]) -> None:
    first, second = report(session, tmp_path), report(session, tmp_path)
    assert analysed == [session]
    assert json.loads(to_json(first)) == json.loads(to_json(second))


def test_a_changed_session_is_analysed_again_and_the_old_result_thrown_away(
    session: Path, tmp_path: Path, analysed: list[Path]
) -> None:
    report(session, tmp_path)
    session.write_bytes(b"other packets")
    report(session, tmp_path)
    os.utime(session, ns=(0, 1))
    report(session, tmp_path)
    assert len(analysed) == 3
    assert len(list((tmp_path / "library").rglob("*.kept"))) == 1


def test_other_numbers_are_another_report(session: Path, tmp_path: Path, analysed: list[Path]) -> None:
    miles = replace(CONFIG, segments=SegmentConfig(split=Split.MILE))
    for config in (CONFIG, miles, CONFIG, miles):
        report(session, tmp_path, config)
    assert len(analysed) == 2


@pytest.mark.parametrize("what", ["program_hash", "zone"])
def test_another_program_or_time_zone_serves_nothing_that_was_kept(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, analysed: list[Path], what: str
) -> None:
    report(session, tmp_path)
    monkeypatch.setattr(shelf, what, lambda: "another")
    report(session, tmp_path)
    assert len(analysed) == 2


def test_a_session_outside_the_home_or_with_a_log_beside_it_is_analysed_each_time(
    session: Path, tmp_path: Path, analysed: list[Path]
) -> None:
    elsewhere = tmp_path / "evening.runtall"
    elsewhere.write_bytes(b"packets")
    session.with_name("evening.runtall-wal").touch()
    for path in (elsewhere, session) * 2:
        report(path, tmp_path)
    report(session, None)
    assert len(analysed) == 5
    assert not (tmp_path / "library").exists()


def test_what_was_written_to_while_it_was_analysed_is_not_kept(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, analysed: list[Path]
) -> None:
    analyse = sys.modules["analysis.pipeline"].analyse_session

    def analyse_session(path: Path, config: AnalysisConfig) -> RunReport:
        made: RunReport = analyse(path, config)
        path.write_bytes(b"of a note written meanwhile")
        return made

    monkeypatch.setattr(sys.modules["analysis.pipeline"], "analyse_session", analyse_session)
    report(session, tmp_path)
    assert not (tmp_path / "library").exists()


@pytest.mark.parametrize("damage", [b"", b"not compressed", "cut", "turned"])
def test_a_damaged_kept_report_is_made_again(
    session: Path, tmp_path: Path, analysed: list[Path], damage: bytes | str
) -> None:
    report(session, tmp_path)
    (kept,) = (tmp_path / "library").rglob("*.kept")
    content = bytearray(kept.read_bytes())
    if damage == "turned":
        content[len(content) // 2] ^= 1
    kept.write_bytes(
        bytes(content[: len(content) // 2]) if damage == "cut"
        else bytes(content) if isinstance(damage, str) else damage
    )  # fmt: skip
    assert report(session, tmp_path).outcome == sample.short_run().outcome
    assert len(analysed) == 2


def test_where_nothing_can_be_kept_the_report_is_there_and_one_line_says_so(
    session: Path, tmp_path: Path, analysed: list[Path]
) -> None:
    (tmp_path / "library").write_text("a file where the folder was to be")
    said: list[str] = []
    made = report_of_session(session, CONFIG, home=tmp_path, say=said.append)
    assert made.outcome == sample.short_run().outcome
    (line,) = said
    assert "cannot be written" in line
    assert "\n" not in line


def test_kept_texts_are_all_there_or_none(session: Path, tmp_path: Path) -> None:
    place = shelf_of(tmp_path, session)
    assert place is not None
    kept_report.put_all(place, {"page": "größer ❤️ <b>".encode(), "text": b"short"}, silent)
    assert kept_report.kept_texts(place, ["page", "text"]) == {"page": "größer ❤️ <b>", "text": "short"}
    assert kept_report.kept_texts(place, ["page", "json"]) is None
    assert kept_report.kept_texts(None, ["page"]) is None


@pytest.mark.skipif(sys.platform == "win32", reason="other rights there")
def test_what_is_kept_is_its_owners_alone(session: Path, tmp_path: Path, analysed: list[Path]) -> None:
    report(session, tmp_path)
    (kept,) = (tmp_path / "library").rglob("*.kept")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_the_hash_of_the_program_is_that_of_the_text_its_figures_depend_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "_ROOT", tmp_path)
    for name in ("analysis/stride/posture.py", "analysis/cli/list_.py", "sensor/samples.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")

    def hash_after(name: str, content: str) -> str:
        (tmp_path / name).write_text(content)
        state.program_hash.cache_clear()
        return state.program_hash()

    first = hash_after("analysis/cli/list_.py", "two")
    assert hash_after("analysis/cli/list_.py", "three") == first
    assert hash_after("analysis/stride/posture.py", "two") != first
    state.program_hash.cache_clear()


def test_a_report_without_a_number_keeps_it_unknown() -> None:
    before = sample.short_run()
    unknown = replace(before, totals=replace(before.totals, heart_rate_bpm=math.nan))
    assert math.isnan(unpack(pack(unknown), CONFIG).totals.heart_rate_bpm)
