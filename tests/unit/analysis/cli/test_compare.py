from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.cli.compare import BY
from analysis.cli.main import main
from analysis.comparison.conditions import By
from analysis.config import AnalysisConfig
from analysis.errors import SignalError
from analysis.run_report import RunReport
from tests.support import sample_report as sample

Run = Callable[..., tuple[int, str, str]]

REPORTS = {"first": sample.steady_run, "second": sample.slouching_10k}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sessions = tmp_path / "sessions"
    sessions.mkdir()
    for name in REPORTS:
        (sessions / f"{name}.runtall").write_bytes(b"packets")
    return sessions


@pytest.fixture
def run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Return a caller of ``runtall compare`` in which reading and analysing a session take no time."""
    pipeline = types.ModuleType("analysis.pipeline")
    pipeline.__dict__["analyse_session"] = lambda path, config: REPORTS[path.stem]()
    monkeypatch.setitem(sys.modules, "analysis.pipeline", pipeline)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["--home", str(tmp_path), "compare", *arguments])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


def test_two_sessions_are_compared_with_the_first_as_reference(run: Run) -> None:
    code, out, err = run("first", "second")
    assert (code, err) == (0, "")
    assert out.startswith("You stopped running tall at least")
    assert "Lean when fresh" in out


@pytest.mark.parametrize("order", [("cap", "first", "second"), ("first", "second", "cap")])
def test_a_session_without_a_report_is_left_out_while_two_others_remain(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, order: tuple[str, ...]
) -> None:
    def refuse() -> RunReport:
        raise SignalError("no trunk sensor (worn: head)")

    monkeypatch.setitem(REPORTS, "cap", refuse)
    (folder / "cap.runtall").write_bytes(b"packets")
    code, out, err = run(*order)
    assert code == 0
    assert err == f"Left out: {folder / 'cap.runtall'}: no trunk sensor (worn: head).\n"
    assert out == run("first", "second")[1]
    code, out, err = run("first", "cap")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1


def test_lengths_are_told_in_the_unit_of_the_profile_and_the_json_stays(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def analyse_session(path: Path, config: AnalysisConfig) -> RunReport:
        return sample.with_fields(REPORTS[path.stem](), config=config)

    monkeypatch.setitem(vars(sys.modules["analysis.pipeline"]), "analyse_session", analyse_session)
    monkeypatch.setenv("RUNTALL_RUNNER", "ann")
    profile = tmp_path / "runners" / "ann.toml"
    profile.parent.mkdir()
    profile.write_text('units = "miles"\n', encoding="utf-8")
    told = run("first", "second", "--json", str(tmp_path / "mi.json"), "-o", str(tmp_path / "c.html"))[1]
    assert " mi  " in told
    assert " /mile  " in told
    assert " km" not in told
    assert "tall for, mi" in (tmp_path / "c.html").read_text(encoding="utf-8")
    profile.write_text('units = "km"\n', encoding="utf-8")
    assert " km  " in run("first", "second", "--json", str(tmp_path / "km.json"))[1]
    assert (tmp_path / "mi.json").read_bytes() == (tmp_path / "km.json").read_bytes()


def test_the_json_lands_where_it_was_asked_for(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("second", "first", "--json", str(tmp_path / "c.json"))
    assert code == 0
    assert "tall at least" in out
    value = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert value["pairs"][0]["late_minus_early_deg"]["value"] < 0


def test_json_on_stdout_stands_alone(run: Run) -> None:
    code, out, err = run("first", "second", "--json", "-")
    assert code == 0
    assert json.loads(out)["format"] == "runtall comparison"
    assert "Lean when fresh" in err


def test_one_session_alone_is_a_usage_error(run: Run) -> None:
    code, out, err = run("first")
    assert (code, out) == (2, "")
    assert "two or more sessions" in err


def test_an_unknown_session_is_one_clear_line(run: Run) -> None:
    code, out, err = run("first", "third")
    assert (code, out) == (1, "")
    assert err.startswith("runtall: third: no session")
    assert err.count("\n") == 1


def test_a_session_is_never_overwritten(run: Run, folder: Path) -> None:
    code, _, err = run("first", "second", "--json", str(folder / "first.runtall"))
    assert code == 2
    assert "--json would overwrite" in err
    assert (folder / "first.runtall").read_bytes() == b"packets"


def test_a_place_that_cannot_be_written_is_one_clear_line(run: Run, tmp_path: Path) -> None:
    code, out, err = run("first", "second", "--json", str(tmp_path / "missing" / "c.json"))
    assert code == 1
    assert "Lean when fresh" in out
    assert "cannot be written" in err


@pytest.mark.parametrize("again", ["first", "sessions/../sessions/first.runtall"])
def test_the_same_file_twice_is_refused_in_one_line(run: Run, folder: Path, again: str) -> None:
    code, out, err = run("first", "second", str(folder.parent / again) if "/" in again else again)
    assert (code, out) == (2, "")
    assert "the same file twice" in err


def test_the_page_lands_where_it_was_asked_for_and_is_named_last(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "c.html"
    code, out, _ = run("first", "second", "--by", "surface", "-o", str(target))
    assert code == 0
    assert out.splitlines()[-1] == str(target)
    page = target.read_text(encoding="utf-8")
    assert "tall at least" in page
    assert "By surface" in page
    assert target.stat().st_mode & 0o077 == 0


def test_a_page_never_replaces_a_session(run: Run, folder: Path) -> None:
    code, _, err = run("first", "second", "-o", str(folder / "second.runtall"))
    assert code == 2
    assert "--output would overwrite" in err
    assert (folder / "second.runtall").read_bytes() == b"packets"


def test_the_choices_are_those_of_the_comparison() -> None:
    assert list(BY) == [str(by) for by in By]
