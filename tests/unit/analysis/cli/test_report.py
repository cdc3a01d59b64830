from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import types
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analysis.cli import report as report_command
from analysis.cli.main import main
from analysis.config import AnalysisConfig
from analysis.errors import NotEnoughRunningError, OutputError
from analysis.run_report import RunReport
from tests.support import sample_report as sample
from tests.support.sample_ways import with_way
from tests.support.sessions import write_session

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "sessions" / "evening.runtall"
    path.parent.mkdir()
    path.write_bytes(b"packets")
    return path


@pytest.fixture
def run(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Return a caller of ``runtall report`` in which reading and analysing a session take no time."""
    pipeline = types.ModuleType("analysis.pipeline")
    pipeline.__dict__["analyse_session"] = lambda path, config: sample.slouching_10k()
    monkeypatch.setitem(sys.modules, "analysis.pipeline", pipeline)

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["--home", str(tmp_path), "report", *arguments])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


def test_the_profile_gives_thresholds_and_unit_unless_rows_are_asked_for(
    run: Run, session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[AnalysisConfig] = []
    pipeline = types.ModuleType("analysis.pipeline")
    pipeline.__dict__["analyse_session"] = lambda path, config: told.append(config) or sample.slouching_10k()
    monkeypatch.setitem(sys.modules, "analysis.pipeline", pipeline)
    session.unlink()
    write_session(session)
    (tmp_path / "profile.toml").write_text('preset = "gentle"\nunits = "miles"\n', "utf-8")
    assert run(str(session))[0] == run(str(session), "--split", "400m")[0] == 0
    assert [str(config.segments.split) for config in told] == ["mile", "400m"]
    assert {(config.findings.watch_deg, config.findings.slouched_deg) for config in told} == {(3.0, 6.0)}


def test_a_profile_that_is_wrong_is_one_line_and_writes_nothing(
    run: Run, session: Path, tmp_path: Path
) -> None:
    session.unlink()
    write_session(session)
    (tmp_path / "profile.toml").write_text('units = "furlong"\n', "utf-8")
    code, out, err = run(str(session))
    assert (code, out) == (1, "")
    assert "profile.toml, line 1: units = 'furlong': write one of" in err
    assert not session.with_suffix(".html").exists()


def test_the_page_lies_beside_the_session_and_its_path_comes_last(run: Run, session: Path) -> None:
    code, out, err = run(str(session))
    page = session.with_suffix(".html")
    assert code == 0
    assert err == ""
    assert out.splitlines()[-1] == str(page)
    assert "From km 6.1" in out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(("options", "is_hidden"), [([], True), (["--whole-map"], False)])
def test_both_ends_of_the_way_are_drawn_only_when_asked_for(
    run: Run, session: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], is_hidden: bool
) -> None:
    report = with_way(sample.slouching_10k())
    monkeypatch.setattr(sample, "slouching_10k", lambda: report)
    assert run(str(session), *options)[0] == 0
    page = session.with_suffix(".html").read_text(encoding="utf-8")
    assert "Posture on the map" in page
    assert ("The first and the last 200 m are left out" in page) is is_hidden


def test_all_three_files_land_where_they_were_asked_for(run: Run, session: Path, tmp_path: Path) -> None:
    names = [tmp_path / "a.html", tmp_path / "a.json", tmp_path / "a.csv"]
    code, out, _ = run(str(session), "-o", str(names[0]), "--json", str(names[1]), "--csv", str(names[2]))
    assert code == 0
    assert out.splitlines()[-1] == str(names[0])
    assert json.loads(names[1].read_text())["format"] == "runtall-report"
    assert names[2].read_text().startswith("stride,start_s,")
    assert not session.with_suffix(".html").exists()


@pytest.mark.parametrize(("option", "start"), [("--json", '{\n  "format"'), ("--csv", "stride,start_s,")])
def test_a_dash_sends_that_alone_to_stdout(run: Run, session: Path, option: str, start: str) -> None:
    code, out, err = run(str(session), option, "-")
    assert code == 0
    assert out.startswith(start)
    assert "From km 6.1" not in out.replace('"headline": "From km 6.1', "")
    assert err.splitlines()[-1] == str(session.with_suffix(".html"))


def test_two_dashes_are_refused(run: Run, session: Path) -> None:
    code, _, err = run(str(session), "--json", "-", "--csv", "-")
    assert code == 2
    assert "only one of them" in err


@pytest.mark.parametrize("option", ["-o", "--json", "--csv"])
def test_the_session_itself_is_never_overwritten(run: Run, session: Path, option: str) -> None:
    code, _, err = run(str(session), option, str(session))
    assert code == 2
    assert "would overwrite SESSION" in err
    assert session.read_bytes() == b"packets"


def test_two_results_cannot_share_a_file(run: Run, session: Path, tmp_path: Path) -> None:
    code, _, err = run(str(session), "--json", str(tmp_path / "x"), "--csv", str(tmp_path / "x"))
    assert code == 2
    assert "--csv would overwrite --json" in err


def test_a_place_that_cannot_be_written_is_one_line_and_nothing_half_done(
    run: Run, session: Path, tmp_path: Path
) -> None:
    missing = tmp_path / "no" / "such" / "folder.html"
    code, out, err = run(str(session), "-o", str(missing))
    assert code == 1
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith(f"runtall: {missing}: cannot be written")
    assert "choose another place" in err


def test_a_failed_write_leaves_the_old_page_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "page.html"
    page.write_text("old")

    def refuse(source: object, target: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OutputError, match="No space left"):
        report_command.write_text(page, "new")
    assert page.read_text() == "old"
    assert list(tmp_path.iterdir()) == [page]


def test_the_page_opens_only_when_asked_and_says_where_no_browser_is(
    run: Run, session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def fail(uri: str) -> bool:
        opened.append(uri)
        return False

    monkeypatch.setattr("webbrowser.open", fail)
    run(str(session))
    assert opened == []
    code, _, err = run(str(session), "--open")
    assert code == 0
    assert opened == [session.with_suffix(".html").as_uri()]
    assert "open the page yourself" in err


def test_an_unknown_session_is_one_line(run: Run, session: Path) -> None:
    code, _, err = run("nobody")
    assert code == 1
    assert err.count("\n") == 1


def test_a_session_without_a_report_is_named(
    run: Run, session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, config: object) -> None:
        raise NotEnoughRunningError("only 3 s of running")

    monkeypatch.setattr(sys.modules["analysis.pipeline"], "analyse_session", refuse)
    code, out, err = run(str(session))
    assert (code, out, err) == (1, "", f"runtall: {session}: only 3 s of running\n")


@pytest.mark.parametrize(
    ("words", "split"), [((), "1km"), (("--split", "mile"), "mile"), (("--split", "lap"), "lap")]
)
def test_what_the_rows_are_reaches_the_analysis(
    run: Run, session: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], split: str
) -> None:
    asked = []

    def analyse_session(path: Path, config: AnalysisConfig) -> RunReport:
        asked.append(config.segments.split)
        return sample.slouching_10k()

    monkeypatch.setattr(sys.modules["analysis.pipeline"], "analyse_session", analyse_session)
    assert run(str(session), *words)[0] == 0
    assert asked == [split]


def test_an_unknown_split_is_a_usage_error_that_lists_the_known_ones(run: Run, session: Path) -> None:
    code, _, err = run(str(session), "--split", "5km")
    assert code == 2
    assert all(f"'{split}'" in err for split in ("1km", "mile", "400m", "lap"))


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes and links")
def test_a_pipe_is_written_to(run: Run, session: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_text)
        code, _, _ = run(str(session), "--csv", str(pipe))
        assert read.result(timeout=30).startswith("stride,start_s,")
    assert code == 0
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
@pytest.mark.parametrize("option", ["--output", "--json", "--csv"])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_in_place_of_an_output_is_refused_in_one_line(
    run: Run, session: Path, tmp_path: Path, option: str, is_there: bool
) -> None:
    link, target = tmp_path / "link", tmp_path / "target"
    if is_there:
        target.write_text("old")
    link.symlink_to(target)
    code, out, err = run(str(session), option, str(link))
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "symbolic link" in err
    assert link.is_symlink()
    assert (target.read_text() == "old") if is_there else not target.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="other rights there")
def test_page_and_exports_are_their_owners_alone(run: Run, session: Path, tmp_path: Path) -> None:
    outputs = [tmp_path / name for name in ("page.html", "report.json", "strides.csv")]
    outputs[1].write_text("of an earlier version")
    outputs[1].chmod(0o644)
    page, as_json, as_csv = map(str, outputs)
    assert run(str(session), "-o", page, "--json", as_json, "--csv", as_csv)[0] == 0
    assert [stat.S_IMODE(output.stat().st_mode) for output in outputs] == [0o600] * 3


def test_a_second_report_is_word_for_word_the_first_and_analyses_nothing(
    run: Run, session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_json = tmp_path / "a.json"
    words = (str(session), "--json", str(as_json), "--csv", "-")
    first = run(*words)
    files = {path: path.read_bytes() for path in (as_json, session.with_suffix(".html"))}
    _refuse_analysis(monkeypatch)
    for path in files:
        path.unlink()
    assert run(*words) == first
    assert {path: path.read_bytes() for path in files} == files


def test_what_was_not_asked_for_before_is_made_from_the_kept_report(
    run: Run, session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = with_way(sample.slouching_10k())
    monkeypatch.setattr(sample, "slouching_10k", lambda: report)
    run(str(session))
    _refuse_analysis(monkeypatch)
    assert run(str(session), "--csv", str(tmp_path / "a.csv"), "--whole-map")[0] == 0
    assert (tmp_path / "a.csv").read_text().startswith("stride,start_s,")
    page = session.with_suffix(".html").read_text(encoding="utf-8")
    assert "Posture on the map" in page
    assert "The first and the last 200 m are left out" not in page


def test_other_rows_and_a_changed_session_are_analysed(
    run: Run, session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(str(session))
    _refuse_analysis(monkeypatch)
    assert run(str(session), "--split", "mile")[0] == 1
    session.write_bytes(b"other packets")
    assert run(str(session))[0] == 1


def _refuse_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, config: object) -> None:
        raise NotEnoughRunningError("analysed again")

    monkeypatch.setattr(sys.modules["analysis.pipeline"], "analyse_session", refuse)


def test_a_kept_page_is_served_without_numpy(run: Run, session: Path, tmp_path: Path) -> None:
    run(str(session))
    program = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from analysis.cli.main import cli\n"
        "result = CliRunner().invoke(cli, ['--home', sys.argv[1], 'report', *sys.argv[2:]])\n"
        "assert 'From km 6.1' in result.stdout, result\n"
        "print(*{'numpy', 'scipy', 'pandas', 'jinja2', 'bleak'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), str(session)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.split() == []
