"""``runtall show``: facts, sensors, gaps, marks and events of one session."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.cli.main import cli
from sensor.errors import SessionFileError
from sensor.session.writer import SessionWriter
from tests.support.recordings_over_air import CHEST, Scene, movesense, record_over_air


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with one recording that lost its link once."""
    home = tmp_path_factory.mktemp("home")
    (home / "sessions").mkdir()

    async def play(scene: Scene) -> None:
        chest = movesense(battery_pct=64)
        await scene.radio.add(chest)
        asyncio.get_running_loop().call_at(10.0, chest.lose_link)

    record_over_air(home / "sessions" / "evening.runtall", play, duration_s=20.0)
    return home


def show(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), "show", *arguments])


def test_a_session_is_shown_with_sensor_gap_and_events(home: Path) -> None:
    facts, sensors, gaps, events = show(home, "evening").stdout.split("\n\n")

    assert "Name:     test" in facts
    assert "simulated" in facts
    row = sensors.splitlines()[1]
    assert row.startswith(f"sternum  movesense  {CHEST}")
    assert "104.0/s" in row
    assert row.endswith("64 %")
    assert len(gaps.splitlines()) == 2
    assert "link lost" in gaps
    assert [line.split()[2] for line in events.splitlines()[1:]] == [
        *("connected", "identity", "battery", "lost"),
        *("connected", "identity", "battery", "ended"),
    ]


def test_without_a_word_the_latest_session_is_shown(home: Path) -> None:
    assert show(home).stdout == show(home, "evening").stdout


def test_marks_and_what_was_told_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "told.runtall"
    writer = SessionWriter(path, name="told", started_utc="2026-04-01T08:00:00+00:00")
    writer.set_context("surface", "trail")
    writer.set_context("pain_during", ["lower back 7", "neck 2"])
    writer.mark(65_000_000_000, "pain", text="left knee")
    writer.close()

    result = show(tmp_path, str(path))

    assert "Surface:     trail" in result.stdout
    assert "Pain during: lower back 7, neck 2" in result.stdout
    assert "1:05  pain  left knee" in result.stdout


def test_an_unknown_word_is_one_line(home: Path) -> None:
    result = show(home, "yesterday")
    assert isinstance(result.exception, SessionFileError)
    assert "see `runtall list`" in str(result.exception)
