"""``runtall record`` in a terminal of 80 columns, as its user meets it: two sensors, the guide, the end."""

from __future__ import annotations

import os
import re
import select
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sensor.session.reader import read_recording

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        sys.platform != "linux", reason="a terminal of its own, Bluetooth taken away over D-Bus"
    ),
]

COLUMNS = 80
LONGEST_S = 240.0

PROGRAM = ("-m", "analysis.cli.main")
IN_VIRTUAL_TIME = (
    "-c",
    "import asyncio\n"
    "from sensor.virtual.radio.timeloop import run_in_virtual_time\n"
    "asyncio.run = run_in_virtual_time\n"
    "from analysis.cli.main import main\n"
    "main()",
)
"""The program, but the half minute of a guided recording passes in virtual time."""


@dataclass(frozen=True)
class Screen:
    """What one command wrote on its terminal, and how it ended."""

    code: int
    lines: tuple[str, ...]


def run_in_terminal(folder: Path, *arguments: str, program: Sequence[str] = PROGRAM) -> Screen:
    """Run the command in an empty folder on a terminal of its own."""
    import fcntl
    import pty
    import struct
    import termios

    child, terminal = pty.fork()
    if not child:
        os.chdir(folder)
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": str(COLUMNS), "RUNTALL_HOME": str(folder)}
        os.execve(sys.executable, [sys.executable, *program, *arguments], environment)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    written, until_s = b"", time.monotonic() + LONGEST_S
    while time.monotonic() < until_s:
        if select.select([terminal], [], [], 1.0)[0]:
            try:
                written += os.read(terminal, 65536)
            except OSError:
                break
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    plain = re.sub(rb"\x1b\[[?0-9;]*[A-Za-z]|\x07", b"", written).decode()
    return Screen(os.waitstatus_to_exitcode(status), tuple(filter(None, re.split(r"[\r\n]+", plain))))


def test_two_virtual_sensors_are_guided_to_the_end_in_eighty_columns(tmp_path: Path) -> None:
    sensors = ("--sensor", "sternum=virtual", "--sensor", "head=virtual")
    words = ("record", *sensors, "--duration", "8s", "--no-questions")
    screen = run_in_terminal(tmp_path, *words, program=IN_VIRTUAL_TIME)

    assert screen.code == 0, screen.lines
    assert screen.lines[-1] == "To see it: runtall report --open"
    (path,) = (tmp_path / "sessions").glob("*.runtall")
    assert str(path) in "".join(screen.lines[-4:])
    recording = read_recording(path)
    assert [mark.kind for mark in recording.marks] == ["standing", "bow", "run", "standing end"]
    assert recording.notices == ()
    live = [line for line in screen.lines if re.match(r"\d+:\d\d · ", line)]
    assert any("sternum ok · head ok" in line for line in live)
    assert any(re.search(r"ok · lean about -?\d+°$", line) for line in live)
    assert max(map(len, live)) <= COLUMNS
    assert not [line for line in live if line.endswith("…")]


def test_posture_is_shown_live_while_a_virtual_runner_runs(tmp_path: Path) -> None:
    words = ("record", "--sensor", "sternum=virtual", "--duration", "40s", "--no-questions", "--live")
    screen = run_in_terminal(tmp_path, *words, program=IN_VIRTUAL_TIME)

    assert screen.code == 0, screen.lines
    (path,) = (tmp_path / "sessions").glob("*.runtall")
    recording = read_recording(path)
    assert [mark.kind for mark in recording.marks] == ["standing", "bow", "run", "standing end"]
    assert recording.notices == ()
    assert "GETTING READY" in screen.lines
    assert "GETTING TO KNOW YOU" in screen.lines
    facts = [line for line in screen.lines if re.fullmatch(r"\d:\d\d   0\.\d\d km   .*", line)]
    # 3 m/s for 20 s and more, in the strides that were told
    assert re.search(r"   5:\d\d /km   1[67]\d spm   trunk \+[5-9]°$", facts[-1]), facts[-1]
    assert max(map(len, screen.lines[:-3])) <= COLUMNS


def test_without_bluetooth_the_one_thing_said_is_what_to_do(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
        screen = run_in_terminal(tmp_path, "record", "--sensor", "sternum=x")
    assert screen.code == 1
    said = " ".join(screen.lines)
    assert said.startswith("runtall: looking for sensors: no Bluetooth here")
    assert not (tmp_path / "sessions").exists()
