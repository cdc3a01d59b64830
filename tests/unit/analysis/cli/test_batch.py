"""``runtall batch`` and ``runtall cohort``: what they say, write, and end with."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.batch import workers
from analysis.cli.batch import _stop_on_signals
from analysis.cli.main import main
from tests.support.many_sessions import Threads, told_anew, write_run

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a caller of ``runtall`` whose workers need no process."""
    monkeypatch.setattr(workers, "ProcessWorkers", lambda count, scratch: Threads())

    def call(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(list(map(str, words)))
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


@pytest.fixture
def parquet() -> None:
    pytest.importorskip("pyarrow", reason="the extra [batch-tests] is left out")


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("club")
    original = write_run(folder / "run")
    for number, runner in enumerate(("anna", "ben")):
        told_anew(original, folder / "club" / runner / "1.runtall", number)
    return folder / "club"


@pytest.mark.usefixtures("parquet")
def test_a_batch_ends_with_0_and_with_3_once_a_file_has_no_figures(
    club: Path, tmp_path: Path, run: Run
) -> None:
    out = tmp_path / "out"
    code, said, complained = run("batch", club, "-o", out)
    assert (code, complained) == (0, "")
    assert said == f"2 of 2 sessions, 2 of them now. Data set: {out}\n"
    (tmp_path / "torn.runtall").write_bytes(b"SQLite")
    code, said, _ = run("batch", club, tmp_path / "torn.runtall", "-o", out)
    assert code == 3
    assert said.startswith(f"3 of 3 sessions, 1 of them now; 1 without figures, see {out / 'errors'}.")
    assert run("batch", club, tmp_path / "torn.runtall", "-o", out)[0] == 3


@pytest.mark.usefixtures("parquet")
def test_the_coachs_page_has_pseudonyms_and_names_when_asked(club: Path, tmp_path: Path, run: Run) -> None:
    out, page = tmp_path / "out", tmp_path / "club.html"
    run("batch", club, "-o", out)
    code, said, _ = run("cohort", out, "-o", page)
    assert code == 0
    assert said.splitlines() == ["2 runners, 2 to look at.", str(page)]
    assert ">anna<" not in page.read_text()
    run("cohort", out, "-o", page, "--names")
    assert ">anna<" in page.read_text()


@pytest.mark.usefixtures("parquet")
def test_a_data_set_of_errors_alone_has_no_page(tmp_path: Path, run: Run) -> None:
    (tmp_path / "torn.runtall").write_bytes(b"SQLite")
    assert run("batch", tmp_path / "torn.runtall", "-o", tmp_path / "out")[0] == 3
    code, _, complained = run("cohort", tmp_path / "out", "-o", tmp_path / "page.html")
    assert code == 1
    assert "it holds no sessions" in complained
    assert not (tmp_path / "page.html").exists()


@pytest.mark.usefixtures("parquet")
def test_a_damaged_data_set_is_told_in_one_line(club: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out"
    run("batch", club, "-o", out)
    for name, command in (("sessions", ("cohort", out)), ("private/ledger", ("batch", club))):
        (out / name / "part-00000001.parquet").write_bytes(b"PAR1 no more")
        code, _, complained = run(*command, "-o", out if command[0] == "batch" else tmp_path / "page.html")
        assert code == 1
        assert complained.startswith(f"runtall: {out}: damaged")
        assert complained.count("\n") == 1


@pytest.mark.parametrize("command", ["batch", "cohort"])
def test_without_the_extra_a_line_says_what_to_install(
    club: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, _, complained = run(command, club, "-o", tmp_path / "out")
    assert code == 1
    assert complained == 'runtall: a data set needs an extra: pip install "runtall[parquet]"\n'
    assert not (tmp_path / "out").exists()


def test_a_cluster_without_its_extra_is_told_what_to_install(
    club: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, _, complained = run("batch", club, "-o", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1")
    assert code == 1
    assert 'pip install "runtall[cluster]"' in complained


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("batch", ".", "-o", "out", "--workers", "2", "--scheduler", "tcp://x:1"), "give one of them"),
        (("batch", ".", "-o", "s3://bucket/out"), "a folder of this computer"),
        (("batch", "-o", "out"), "Missing argument"),
        (("batch", ".", "-o", "out", "--workers", "0"), "0 is not in the range"),
    ],
)
def test_words_that_do_not_fit_together_are_a_usage_error(words: tuple[str, ...], why: str, run: Run) -> None:
    code, _, complained = run(*words)
    assert code == 2
    assert why in complained


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_a_wish_to_stop_and_nothing_more(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with _stop_on_signals() as stop:
        assert not stop()
        os.kill(os.getpid(), number)
        assert stop()
    assert signal.getsignal(number) is before
