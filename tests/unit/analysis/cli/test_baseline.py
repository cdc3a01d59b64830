"""``runtall baseline``, and which earlier runs a report takes by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.cli.main import main
from analysis.cli.past_runs import earlier_than
from analysis.comparison.run_facts import RunFacts
from analysis.config import AnalysisConfig
from analysis.library.facts_json import facts_to_json
from analysis.library.row import Entry, IndexRow
from analysis.library.state import state_of
from analysis.words import Confidence
from sensor.session.writer import SessionWriter
from tests.support.past_runs import facts, hilly_runs
from tests.support.sample_report import slouching_10k

CONFIG = AnalysisConfig()

Run = Callable[..., tuple[int, str, str]]

STRANGE = "<b>Läufer</b> \u202e\x1b[31m " + "x" * 10_000


@pytest.fixture(scope="module")
def past() -> tuple[RunFacts, ...]:
    """Six hilly runs, and one that is not to be trusted, of a strange name."""
    odd = facts(7, name=STRANGE, confidence=Confidence.DO_NOT_TRUST)
    return (*hilly_runs(2, 6), odd)


@pytest.fixture
def home(tmp_path: Path, past: tuple[RunFacts, ...]) -> Path:
    """Return a home with the sessions of the past, empty but for their heads."""
    folder = tmp_path / "sessions"
    folder.mkdir()
    for number, run in enumerate(past):
        writer = SessionWriter(folder / f"{number}.runtall", name=run.name[:20], started_utc=run.started_utc)
        writer.add_sensor(run.placement, "movesense", name="Movesense 1")
        writer.close()
    return tmp_path


@pytest.fixture
def run(
    home: Path,
    past: tuple[RunFacts, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    monkeypatch.setattr("analysis.cli.past_runs.past_runs", lambda home, config: past)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["--home", str(home), *arguments])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


def test_slopes_are_shown_with_their_intervals_and_the_runs_behind_them(run: Run) -> None:
    code, out, err = run("baseline")
    assert (code, err) == (0, "")
    assert "further forward for each m/s faster (95 % from " in out
    assert "further back for each % downhill" in out
    assert "run 6: used" in out
    assert "left out: not to be trusted" in out


def test_a_strange_name_neither_steers_the_terminal_nor_floods_it(run: Run) -> None:
    _, out, _ = run("baseline")
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert max(map(len, out.splitlines())) < 140


def test_the_json_holds_what_the_text_says(run: Run, tmp_path: Path) -> None:
    code, out, err = run("baseline", "--json", "-")
    told = json.loads(out)
    assert code == 0
    assert "further forward" in err
    assert told["uphill"]["run_count"] == 6
    assert [one["left_out_because"] for one in told["runs"]] == [""] * 6 + ["not to be trusted"]


def test_a_home_without_runs_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.cli.past_runs.past_runs", lambda home, config: ())
    code, out, err = run("baseline")
    assert (code, out) == (0, "")
    assert "yet" in err


def test_few_runs_say_how_many_are_missing(
    run: Run, past: tuple[RunFacts, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.cli.past_runs.past_runs", lambda home, config: past[:3])
    assert "No slopes yet: 3 of at least 4 runs" in run("baseline")[1]


def entry_of(home: Path, number: int, told: RunFacts) -> Entry:
    """Return what a library says of a session."""
    path = home / "sessions" / f"{number}.runtall"
    state = state_of(path)
    assert state is not None
    row = IndexRow(
        file=path.name,
        state=state,
        program="",
        config_hash="",
        started_utc=told.started_utc,
        runner=told.runner,
        is_analysed=True,
        facts=facts_to_json(told),
    )
    return Entry(path, row, "")


@pytest.fixture
def known(home: Path, past: tuple[RunFacts, ...], monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """Let the library of the home know all its sessions; the list may be changed."""
    entries = [entry_of(home, number, told) for number, told in enumerate(past)]
    monkeypatch.setattr("analysis.cli.past_runs._entries", lambda home, config, analyse: tuple(entries))
    return entries


def test_a_report_takes_only_earlier_runs(home: Path, known: list[Entry]) -> None:
    earlier = earlier_than(home, home / "sessions" / "5.runtall", CONFIG)
    assert earlier is not None
    personal = earlier.personal()
    assert personal is not None
    assert [one.name for one in personal.runs] == [f"run {day}" for day in range(1, 6)]
    too_few = earlier_than(home, home / "sessions" / "3.runtall", CONFIG)
    assert too_few is not None
    assert too_few.personal() is None
    assert earlier_than(home, home / "sessions" / "0.runtall", CONFIG) is None


def test_the_last_runs_stand_beside_a_report_however_few_there_are(home: Path, known: list[Entry]) -> None:
    report = slouching_10k()
    session = replace(report.session, started_utc="2099-01-01T08:00:00+00:00", simulated=False)
    earlier = earlier_than(home, home / "sessions" / "2.runtall", CONFIG)
    assert earlier is not None
    beside = earlier.beside(replace(report, session=session))
    assert [run.name for run in beside] == ["run 2", "run 1"]


def test_a_kept_report_is_made_again_where_an_earlier_run_changed(home: Path, known: list[Entry]) -> None:
    latest = home / "sessions" / "5.runtall"
    before, again = earlier_than(home, latest, CONFIG), earlier_than(home, latest, CONFIG)
    known[2] = entry_of(home, 2, replace(facts(3), level_deg=7.5))
    after = earlier_than(home, latest, CONFIG)
    assert before is not None
    assert again is not None
    assert after is not None
    assert before.key == again.key != after.key


def test_runs_that_are_not_comparable_do_not_make_up_the_number(
    home: Path, past: tuple[RunFacts, ...], known: list[Entry]
) -> None:
    for number in (0, 1):
        bad = replace(past[number], confidence=Confidence.DO_NOT_TRUST)
        known[number] = entry_of(home, number, bad)
    earlier = earlier_than(home, home / "sessions" / "5.runtall", CONFIG)
    assert earlier is not None
    assert earlier.personal() is None


def test_a_session_elsewhere_has_no_past(home: Path, known: list[Entry], tmp_path: Path) -> None:
    elsewhere = tmp_path / "5.runtall"
    elsewhere.write_bytes((home / "sessions" / "5.runtall").read_bytes())
    assert earlier_than(home, elsewhere, CONFIG) is None


def test_a_history_is_told_drawn_and_written(run: Run, tmp_path: Path) -> None:
    code, out, err = run("history", "--goal", "8km", "-o", str(tmp_path / "h.html"), "--json", "-")
    assert code == 0
    assert len(json.loads(out)["runs"]) == 7
    assert json.loads(out)["goal_km"] == 8.0
    assert err.splitlines()[-1] == str((tmp_path / "h.html").resolve())
    assert "<svg" in (tmp_path / "h.html").read_text(encoding="utf-8")


def test_a_history_speaks_the_unit_of_the_profile_and_its_json_does_not(run: Run, home: Path) -> None:
    (home / "profile.toml").write_text('units = "miles"\n', encoding="utf-8")
    code, out, err = run("history", "--goal", "8km", "--json", "-")
    assert code == 0
    assert json.loads(out)["goal_km"] == 8.0
    assert "Goal, tall for 5.0 mi" in err
    assert "km" not in err


def test_a_goal_that_is_no_distance_and_a_page_for_stdout_are_refused(run: Run) -> None:
    assert run("history", "--goal", "far")[0] == 2
    assert run("history", "-o", "-")[0] == 2
