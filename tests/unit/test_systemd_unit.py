"""The systemd unit for boards: systemd understands it, and its command line is one of ours."""

from __future__ import annotations

import configparser
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from analysis.cli.main import cli

UNIT = Path(__file__).resolve().parents[2] / "firmware_notes" / "runtall-record.service"
PROGRAM = "/opt/runtall/bin/runtall"


@pytest.fixture(scope="module")
def service() -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # as the documentation has it
    parser.read(UNIT, encoding="utf-8")
    return parser["Service"]


def test_its_command_waits_keeps_sessions_in_its_own_folder_and_shows_its_state(
    service: configparser.SectionProxy,
) -> None:
    program, *words = shlex.split(service["ExecStart"])
    assert program == PROGRAM
    place = words.index("record")
    assert words[:place] == ["--home", f"%S/{service['StateDirectory']}"]
    command = cli.get_command(click.Context(cli), "record")
    assert command is not None
    options = command.make_context("record", words[place + 1 :], parent=click.Context(cli)).params
    assert options["waits"]
    assert options["led"] == Path(f"%t/{service['RuntimeDirectory']}/state")
    assert len(options["requests"]) == 1


def test_it_is_started_again_whatever_ends_it_but_not_for_words_it_does_not_understand(
    service: configparser.SectionProxy,
) -> None:
    assert service["Restart"] == "always"
    assert service["RestartPreventExitStatus"] == str(click.UsageError.exit_code)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text("utf-8").replace(PROGRAM, sys.executable), encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, unit.name in done.stderr) == (0, False), done.stderr
