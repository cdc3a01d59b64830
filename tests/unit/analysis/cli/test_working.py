"""A sign of life while a large file is read."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from rich.console import Console

from analysis.cli.working import LARGE_BYTES, reading


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file that takes no room on the disk."""
    path = tmp_path / "a long \x1b[2J run.csv"
    path.touch()
    os.truncate(path, LARGE_BYTES)
    return path


def shown_while_reading(path: Path) -> str:
    target = io.StringIO()
    with reading([path], Console(file=target, force_terminal=True, width=100)):
        pass
    return target.getvalue()


def test_the_name_and_size_of_a_large_file_stand_beside_the_bar(large: Path) -> None:
    shown = shown_while_reading(large)
    assert "run.csv (20 MB)" in shown
    assert "0:00:00" in shown
    assert "\x1b[2J" not in shown


def test_nothing_is_shown_for_a_small_file(tmp_path: Path) -> None:
    small = tmp_path / "short.csv"
    small.write_text("time_s\n")
    assert shown_while_reading(small) == ""


def test_nothing_is_shown_where_nobody_looks(large: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with reading([large]):
        pass
    assert capsys.readouterr().err == ""


def test_a_file_for_which_there_is_no_memory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    endless = tmp_path / "endless.csv"
    endless.touch()
    os.truncate(endless, 2**43)
    with pytest.raises(MemoryError, match="MB are needed"), reading([endless]):
        pytest.fail("it was read")
