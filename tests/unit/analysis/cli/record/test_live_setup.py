"""What shows posture is put together; a part that cannot be had is told in one line, and the rest goes on."""

from __future__ import annotations

import asyncio
import socket
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from analysis.cli import past_runs
from analysis.cli.record.live_page import Reach
from analysis.cli.record.live_setup import LiveOptions, posture_line
from analysis.errors import DataSetError
from analysis.live.web import address
from analysis.profile import Profile
from sensor.recorder import LinkState, RecorderStatus, RecordingPlan, SensorRequest, SensorStatus

PLAN = RecordingPlan((SensorRequest("sternum", "A"),))
STATUS = RecorderStatus(3.0, (SensorStatus("sternum", "A", LinkState.STREAMING, 300, 104.0, 0, 87),))


def said_and_shown(
    home: Path, capsys: pytest.CaptureFixture[str], reach: Reach | None = Reach.HERE
) -> tuple[str, list[str]]:
    """Return what was said before the first status, and the line that this made."""
    with posture_line(LiveOptions(home, Profile(), reach), PLAN, is_simulated=False) as (line, _):
        said = capsys.readouterr().err

        async def show() -> None:
            line.show(STATUS)

        asyncio.run(show())
    return said, capsys.readouterr().err.splitlines()


def test_the_page_is_there_while_the_recording_is_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with posture_line(LiveOptions(tmp_path, Profile(), Reach.HERE), PLAN, is_simulated=False):
        said = capsys.readouterr().err
        url = said.split()[-1]
        assert said.startswith("To see it in this computer's browser: http://127.0.0.1:")
        with urllib.request.urlopen(url) as answer:
            assert b"runtall live" in answer.read()
    with pytest.raises(OSError):
        urllib.request.urlopen(url)


def test_without_a_page_nothing_is_said_and_nothing_listens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said, shown = said_and_shown(tmp_path, capsys, None)
    assert said == ""
    assert [line.startswith("0:03 · getting ready") for line in shown] == [True]
    assert list(tmp_path.iterdir()) == []


def test_taken_ports_cost_the_page_and_not_the_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "PORTS", 1)
    with closing(socket.socket()) as holder:
        holder.bind((address.LOOPBACK, 0))
        holder.listen()
        taken = holder.getsockname()[1]
        monkeypatch.setattr(address.listening, "__defaults__", (taken,))
        said, shown = said_and_shown(tmp_path, capsys)
    assert said.startswith(f"--web: no port from {taken} to {taken} of 127.0.0.1 is free")
    assert said.endswith("; recording goes on without the page.\n")
    assert said.count("\n") == 1
    assert len(shown) == 1


def test_a_missing_extra_is_told_with_how_to_install_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "analysis.live.web.server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    said, shown = said_and_shown(tmp_path, capsys)
    assert said == (
        "--web: uvicorn is not installed; install it with `python -m pip install 'runtall[web]'`; "
        "recording goes on without the page.\n"
    )
    assert len(shown) == 1


def test_earlier_runs_that_cannot_be_read_leave_what_is_usual_to_this_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise DataSetError("index.sqlite: damaged")

    monkeypatch.setattr(past_runs, "kept_runs", broken)
    said, shown = said_and_shown(tmp_path, capsys, None)
    assert said == (
        "Earlier runs cannot be read (index.sqlite: damaged); what is usual is taken from this run.\n"
    )
    assert len(shown) == 1
