"""The library: sessions looked at once, and again only when something changed."""

from __future__ import annotations

import math
import os
import shutil
import sys
import time
import types
from collections.abc import Iterable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.comparison.summing_up import facts_of
from analysis.config import AnalysisConfig, SegmentConfig
from analysis.errors import NotEnoughRunningError
from analysis.lengths import Split
from analysis.library import workers
from analysis.library.examining import Examined
from analysis.library.facts_json import facts_to_json
from analysis.library.index import Index
from analysis.library.library import Library
from analysis.library.report_bytes import pack, unpack
from analysis.library.row import MISSING, NOT_ANALYSED, Entry, IndexRow
from analysis.library.state import program_hash, state_of
from analysis.run_report import RunReport
from sensor.session.edit import amend_session
from sensor.session.schema import new_session_bytes
from sensor.session.writer import SessionWriter
from tests.support import sample_report as sample
from tests.support.sessions import new_writer, write_session


@pytest.fixture
def analysed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were analysed, which takes no time here; those called ``short`` have no run."""
    done: list[str] = []
    whole = unpack(pack(sample.short_run()), AnalysisConfig())  # floats, where the sample has whole numbers

    def analyse_session(path: Path, config: AnalysisConfig) -> RunReport:
        done.append(path.name)
        if "short" in path.name:
            raise NotEnoughRunningError("only 3 s of running")
        return whole

    pipeline = types.ModuleType("analysis.pipeline")
    pipeline.__dict__["analyse_session"] = analyse_session
    monkeypatch.setitem(sys.modules, "analysis.pipeline", pipeline)
    return done


NO_MOTION = "Movesense 174630000192: the acceleration never changes along y and z; "


def add(home: Path, name: str, day: int = 1) -> Path:
    path = home / "sessions" / f"{name}.runtall"
    path.parent.mkdir(exist_ok=True)
    SessionWriter(path, name=name, started_utc=f"2026-05-{day:02}T06:00:00+00:00").close()
    return path


def entries(home: Path, said: list[str] | None = None, *, analyse: bool = True) -> tuple[Entry, ...]:
    with Library.open(home, say=pytest.fail if said is None else said.append) as library:
        return library.entries(analyse=analyse)


def test_sessions_are_known_oldest_first_with_their_figures(tmp_path: Path, analysed: list[str]) -> None:
    add(tmp_path, "second", 2)
    first = add(tmp_path, "first", 1)
    one, two = entries(tmp_path)
    assert (one.path, one.name, one.started_utc) == (first, "first", "2026-05-01T06:00:00+00:00")
    assert (one.size, one.trouble, two.name) == (first.stat().st_size, "", "second")
    assert one.facts is not None
    assert one.facts.verdict == sample.short_run().outcome.verdict == one.row.verdict
    assert one.row.distance_m == sample.short_run().totals.distance_m


def test_each_session_is_analysed_once_until_it_changes(tmp_path: Path, analysed: list[str]) -> None:
    path = add(tmp_path, "a")
    add(tmp_path, "b")
    before = entries(tmp_path)
    assert [repr(entry.facts) for entry in entries(tmp_path)] == [repr(entry.facts) for entry in before]
    assert sorted(analysed) == ["a.runtall", "b.runtall"]
    with amend_session(path) as rows:
        rows.set_meta("name", "another")
    assert {entry.name for entry in entries(tmp_path)} == {"another", "b"}
    assert analysed[2:] == ["a.runtall"]


def test_what_report_analysed_is_not_analysed_again(tmp_path: Path, analysed: list[str]) -> None:
    path = add(tmp_path, "a")
    with Library.open(tmp_path) as library:
        library.report(path)
    (entry,) = entries(tmp_path)
    assert entry.facts is not None
    with Library.open(tmp_path) as library:
        assert library.report(path).outcome == sample.short_run().outcome
    assert analysed == ["a.runtall"]


def test_other_numbers_are_kept_beside(tmp_path: Path, analysed: list[str]) -> None:
    add(tmp_path, "a")
    miles = replace(AnalysisConfig(), segments=SegmentConfig(split=Split.MILE))
    for config in (None, miles, None, miles):
        with Library.open(tmp_path, config) as library:
            library.entries()
    assert len(analysed) == 2


def test_a_session_without_a_report_tells_why_and_is_not_tried_again(
    tmp_path: Path, analysed: list[str]
) -> None:
    add(tmp_path, "short")
    (tmp_path / "sessions" / "text.runtall").write_text("hello")
    for _ in range(2):
        short, text = sorted(entries(tmp_path), key=lambda entry: entry.path)
        assert (short.name, short.trouble, short.facts) == ("short", "only 3 s of running", None)
        assert "no session file" in text.trouble
        assert not text.row.is_readable
        assert math.isnan(text.duration_s)
    assert analysed == ["short.runtall"]


def test_a_fault_in_one_session_hides_no_other(
    tmp_path: Path, analysed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    analyse = sys.modules["analysis.pipeline"].analyse_session

    def stumble(path: Path, config: AnalysisConfig) -> RunReport:
        if path.name == "a.runtall":
            raise ZeroDivisionError("a bug")
        made: RunReport = analyse(path, config)
        return made

    monkeypatch.setattr(sys.modules["analysis.pipeline"], "analyse_session", stumble)
    add(tmp_path, "a")
    add(tmp_path, "b", 2)
    one, two = entries(tmp_path)
    assert "a fault of runtall (ZeroDivisionError('a bug'))" in one.trouble
    assert two.facts is not None


def test_what_memory_was_missing_for_is_tried_again(
    tmp_path: Path, analysed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(tmp_path, "a")
    with monkeypatch.context() as short:

        def refuse(path: Path, config: AnalysisConfig) -> RunReport:
            raise MemoryError

        short.setattr(sys.modules["analysis.pipeline"], "analyse_session", refuse)
        (entry,) = entries(tmp_path)
        assert entry.trouble == "not enough memory"
    (entry,) = entries(tmp_path)
    assert entry.trouble == ""


def test_without_analysis_new_sessions_tell_what_they_say_of_themselves(
    tmp_path: Path, analysed: list[str]
) -> None:
    add(tmp_path, "a")
    (entry,) = entries(tmp_path, analyse=False)
    assert (entry.name, entry.trouble, entry.facts) == ("a", NOT_ANALYSED, None)
    assert analysed == []
    assert entries(tmp_path)[0].facts is not None


def test_a_session_that_is_gone_is_told_and_its_figures_come_back_with_it(
    tmp_path: Path, analysed: list[str]
) -> None:
    path = add(tmp_path, "a")
    entries(tmp_path)
    away = tmp_path / "away"
    path.rename(away)
    (entry,) = entries(tmp_path)
    assert (entry.name, entry.trouble, entry.facts) == ("a", MISSING, None)
    away.rename(path)
    assert entries(tmp_path)[0].facts is not None
    assert len(analysed) == 1


def test_a_session_whose_file_got_another_name_is_recognised(tmp_path: Path, analysed: list[str]) -> None:
    path = add(tmp_path, "a")
    path = path.rename(path.with_name("2026-05-01_a.runtall"))
    entries(tmp_path)
    path.rename(path.with_name("b.runtall"))
    (entry,) = entries(tmp_path)
    assert (entry.path.name, entry.name, entry.trouble) == ("b.runtall", "a", "")
    with Library.open(tmp_path) as library:
        library.report(entry.path)
    assert len(analysed) == 1


def test_a_copy_is_a_session_of_its_own(tmp_path: Path, analysed: list[str]) -> None:
    path = add(tmp_path, "a")
    entries(tmp_path)
    shutil.copy2(path, path.with_name("b.runtall"))
    assert [entry.name for entry in entries(tmp_path)] == ["a", "a"]
    assert len(analysed) == 2


def test_a_session_that_is_being_recorded_is_told_and_not_analysed(
    tmp_path: Path, analysed: list[str]
) -> None:
    (tmp_path / "sessions").mkdir()
    with new_writer(tmp_path / "sessions" / "live.runtall") as writer:
        writer.commit()
        (entry,) = entries(tmp_path)
        assert (entry.name, entry.trouble) == ("tempo", "it is still being recorded")
    (entry,) = entries(tmp_path)
    assert entry.facts is not None
    assert analysed == ["live.runtall"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_links_are_sessions_and_a_link_to_nowhere_is_told(tmp_path: Path, analysed: list[str]) -> None:
    path = add(tmp_path, "a")
    path.with_name("b.runtall").symlink_to(path)
    path.with_name("c.runtall").symlink_to("nowhere")
    known = {entry.path.name: entry for entry in entries(tmp_path)}
    assert known["b.runtall"].facts is not None
    assert "cannot be read" in known["c.runtall"].trouble


def test_a_rebuild_trusts_nothing_and_forgets_what_is_gone(tmp_path: Path, analysed: list[str]) -> None:
    add(tmp_path, "a")
    gone = add(tmp_path, "b")
    entries(tmp_path)
    gone.unlink()
    with Library.open(tmp_path, say=pytest.fail) as library:
        (entry,) = library.rebuild()
    assert entry.name == "a"
    assert [entry.name for entry in entries(tmp_path)] == ["a"]
    assert sorted(analysed) == ["a.runtall", "a.runtall", "b.runtall"]
    assert len(list((tmp_path / "library").iterdir())) == 1


def test_a_rebuild_names_a_session_whose_rows_changed_unseen(
    tmp_path: Path, analysed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(tmp_path, "a")
    entries(tmp_path)
    other = sample.short_run()
    changed = replace(other, provenance=replace(other.provenance, file_hash="f" * 64))
    monkeypatch.setattr(sys.modules["analysis.pipeline"], "analyse_session", lambda path, config: changed)
    said: list[str] = []
    with Library.open(tmp_path, say=said.append) as library:
        (entry,) = library.rebuild()
    assert said == ["a.runtall: its rows had changed though size and time of the file had not."]
    assert entry.facts is not None
    assert entry.facts.file_hash == "f" * 64


def test_forgetting_a_session_throws_away_all_that_was_kept(tmp_path: Path, analysed: list[str]) -> None:
    path = add(tmp_path, "a")
    entries(tmp_path)
    path.unlink()
    with Library.open(tmp_path) as library:
        library.forget(path)
    assert entries(tmp_path) == ()
    assert list((tmp_path / "library").iterdir()) == []


def test_a_home_without_sessions_is_left_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "none"
    assert entries(home) == ()
    assert not home.exists()


def test_progress_is_shown_of_what_has_to_be_analysed_and_only_of_that(
    tmp_path: Path, analysed: list[str]
) -> None:
    counts: list[int] = []

    def shown(parts: Iterable[Examined], count: int) -> AbstractContextManager[Iterable[Examined]]:
        counts.append(count)
        return nullcontext(parts)

    for name in ("a", "b"):
        add(tmp_path, name)
        for _ in range(2):
            with Library.open(tmp_path, progress=shown) as library:
                library.entries()
    assert counts == [1, 1]


def test_an_analysis_that_is_stopped_keeps_what_was_done(tmp_path: Path, analysed: list[str]) -> None:
    for name in "abc":
        add(tmp_path, name)

    def stopped(parts: Iterable[Examined], count: int) -> AbstractContextManager[Iterable[Examined]]:
        def first(parts: Iterable[Examined]) -> Iterable[Examined]:
            for number, part in enumerate(parts):
                if number == 2:
                    raise KeyboardInterrupt
                yield part

        return nullcontext(first(parts))

    with Library.open(tmp_path, progress=stopped) as library, pytest.raises(KeyboardInterrupt):
        library.entries()
    entries(tmp_path)
    assert len(analysed) == 3


def test_other_processes_find_what_one_process_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sessions").mkdir()
    for name in "abc":
        write_session(tmp_path / "sessions" / f"{name}.runtall", packets=20, name=name)
    alone = entries(tmp_path)
    (tmp_path / "library.sqlite").unlink()
    monkeypatch.setattr(workers, "_LEAST_BYTES", 0)
    monkeypatch.setattr(workers.os, "cpu_count", lambda: 2)
    said: list[str] = []
    together = entries(tmp_path, said)
    assert said == []
    assert list(map(repr, [entry.row for entry in together])) == [repr(entry.row) for entry in alone]
    assert {entry.trouble.startswith(NO_MOTION) for entry in alone} == {True}


HUNDREDS = 300


def test_hundreds_of_known_sessions_are_listed_and_read_as_quickly_as_a_thousand_must_be(
    tmp_path: Path,
) -> None:
    seed = add(tmp_path, "0")
    facts = facts_to_json(facts_of(sample.slouching_10k()))
    with closing(Index(tmp_path, AnalysisConfig().hash(), say=pytest.fail)) as index:
        for number in range(HUNDREDS):
            path = seed.with_name(f"{number}.runtall")
            if path != seed:
                os.link(seed, path)
            index.put(known_row(path, facts))
    library = Library.open(tmp_path, say=pytest.fail)
    listed_s, all_s = [], []
    for _ in range(3):
        begun = time.process_time()
        found = library.entries()
        listed_s.append(time.process_time() - begun)
        assert {entry.facts.verdict for entry in found if entry.facts} == {"slouched"}
        all_s.append(time.process_time() - begun)
    library.close()
    assert len(found) == HUNDREDS
    assert min(listed_s) < 0.3 * HUNDREDS / 1000
    assert min(all_s) < 1.0 * HUNDREDS / 1000


def known_row(path: Path, facts: str) -> IndexRow:
    state = state_of(path)
    assert state is not None
    return IndexRow(
        file=path.name,
        state=state,
        program=program_hash(),
        config_hash=AnalysisConfig().hash(),
        name=path.stem,
        started_utc="2026-05-01T06:00:00+00:00",
        is_analysed=True,
        facts=facts,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
def test_a_file_whose_name_is_no_text_is_told_and_not_kept(tmp_path: Path, analysed: list[str]) -> None:
    path = add(tmp_path, "a")
    odd = path.rename(path.with_name(os.fsdecode(b"\xff.runtall")))
    for _ in range(2):
        (entry,) = entries(tmp_path)
        assert (entry.path, entry.name) == (odd, "a")
        assert entry.facts is not None
    assert len(analysed) == 2
    with Library.open(tmp_path) as library:
        library.forget(odd)


def test_a_session_without_a_name_is_called_after_the_new_name_of_its_file(
    tmp_path: Path, analysed: list[str]
) -> None:
    path = tmp_path / "sessions" / "old.runtall"
    path.parent.mkdir()
    path.write_bytes(new_session_bytes({}))
    entries(tmp_path)
    path.rename(path.with_name("new.runtall"))
    for _ in range(2):
        (entry,) = entries(tmp_path)
        assert entry.name == "new"


def test_a_start_with_half_a_letter_in_it_is_a_start(tmp_path: Path, analysed: list[str]) -> None:
    path = add(tmp_path, "a")
    with amend_session(path) as rows:
        rows.set_meta("started_utc", "2026-05-03\ud83c06:00:00+00:00")
    for _ in range(2):
        (entry,) = entries(tmp_path)
        assert entry.started_utc in ("2026-05-03T06:00:00+00:00", "")
