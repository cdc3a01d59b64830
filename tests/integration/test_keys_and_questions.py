"""``runtall record`` at a terminal of its own: laps by key, questions at the end, the terminal as before."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from analysis.cli.record.recording import LAP_PAUSE_S
from sensor.samples import Recording
from sensor.session.reader import read_recording

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="terminals, and a shell that controls jobs")

RECORD = ("-m", "analysis.cli.main", "record", "--sensor", "sternum=virtual", "--no-guide")
READY = "marks a lap"
PATIENCE_S = 40.0
AGAIN_S = 5.0
CTRL_C, CTRL_Z, CTRL_BACKSLASH = "\x03", "\x1a", "\x1c"

ROOT = Path(__file__).resolve().parents[2]


class Terminal:
    """A terminal on which something runs, as a person uses it."""

    def __init__(self, process: int, descriptor: int) -> None:
        self.process = process
        self._descriptor = descriptor
        self._unseen = ""
        self.seen = ""

    def type(self, text: str) -> None:
        os.write(self._descriptor, text.encode())

    def read_until(self, text: str) -> None:
        """Read until a text has come that was not read before."""
        until_s = time.monotonic() + PATIENCE_S
        while text not in self._unseen:
            assert time.monotonic() < until_s, (text, self.seen)
            self._read()
        self._unseen = self._unseen.partition(text)[2]

    def end(self, key: str = "") -> int:
        """Type a key and read to the end; return how it ended.

        Between showing a question and listening readline is deaf for a moment, in which a Ctrl-C is lost: it
        is typed again, as by a person.
        """
        began_s = typed_s = time.monotonic()
        self.type(key)
        while self._read():
            now_s = time.monotonic()
            assert now_s < began_s + PATIENCE_S, self.seen
            if key and now_s > typed_s + AGAIN_S:
                self.type(key)
                typed_s = now_s
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def is_as_usual(self) -> bool:
        """Tell whether the terminal shows what is typed and hands it over by lines."""
        import termios

        return termios.tcgetattr(self._descriptor)[3] & (termios.ECHO | termios.ICANON) == (
            termios.ECHO | termios.ICANON
        )

    def wait_for(self, *, as_usual: bool) -> None:
        until_s = time.monotonic() + PATIENCE_S
        while self.is_as_usual() != as_usual:
            assert time.monotonic() < until_s, self.seen
            time.sleep(0.02)

    def _read(self) -> bool:
        if not select.select([self._descriptor], [], [], 1.0)[0]:
            return True
        try:
            text = os.read(self._descriptor, 65536).decode(errors="replace")
        except OSError:
            return False
        plain = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]|\x07", "", text)
        self._unseen += plain
        self.seen += plain
        return bool(text)


@contextmanager
def terminal(home: Path, *command: str) -> Iterator[Terminal]:
    """Start a command on a new terminal; kill it where the test ends before it."""
    import pty

    child, descriptor = pty.fork()
    if not child:
        environment = {**os.environ, "TERM": "xterm", "RUNTALL_HOME": str(home), "PS1": "$ "}
        os.execve(command[0], list(command), environment)
    started = Terminal(child, descriptor)
    try:
        yield started
    finally:
        os.close(descriptor)


def recorded(home: Path) -> Recording:
    (path,) = (home / "sessions").glob("*.runtall")
    return read_recording(path)


def laps(recording: Recording) -> int:
    return [mark.kind for mark in recording.marks].count("lap")


def test_laps_are_marked_by_keys_and_answers_kept_when_the_rest_is_not_wanted(tmp_path: Path) -> None:
    with terminal(tmp_path, sys.executable, *RECORD) as screen:
        screen.read_until(READY)
        screen.wait_for(as_usual=False)
        screen.type("m")
        screen.read_until("Lap 1 at 0:0")
        time.sleep(LAP_PAUSE_S)
        screen.type("x ")
        screen.read_until("Lap 2 at 0:0")
        screen.type(CTRL_C)
        screen.read_until("Enter skips one")
        assert screen.is_as_usual()
        screen.type("moon\n")
        screen.read_until("'moon' is none of road")
        screen.type("track\n")
        screen.read_until("Tape or brace")
        screen.type("\n")
        screen.read_until("How long had you sat")
        screen.type("3h\n")
        screen.read_until("Pain while running")
        assert screen.end(CTRL_C) == 0, screen.seen
    assert "To see it: runtall report --open" in screen.seen
    recording = recorded(tmp_path)
    assert laps(recording) == 2
    assert recording.context == {"surface": "track", "hours_sat_before": 3.0}


LISTEN = """\
import signal, sys, time
from analysis.cli.record.mark_keys import MarkKeys
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with MarkKeys(0) as keys:
    print("listening")
    while True:
        if b"m" in keys.pressed():
            print("lap")
        time.sleep(0.02)
"""
"""What a recording does with its keys, without the seconds it takes to begin."""


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash, to put jobs into the background")
def test_in_the_background_nothing_is_read_and_after_every_leave_the_terminal_is_as_before(
    tmp_path: Path,
) -> None:
    (tmp_path / "listen.py").write_text(LISTEN, "utf-8")
    bash = shutil.which("bash") or ""
    with terminal(tmp_path, bash, "--norc", "--noprofile", "--noediting", "-i") as screen:
        start = f"PYTHONPATH={ROOT} {sys.executable} -u {tmp_path}/listen.py"
        screen.type(f"{start} & echo $! > {tmp_path}/pid\n")
        screen.read_until("listening")
        screen.type("echo m$((40+2))m\n")
        screen.read_until("m42m")
        screen.type("jobs\n")
        screen.read_until("Running")
        for _ in range(2):
            screen.type("fg\n")
            screen.wait_for(as_usual=False)
            screen.type("xm")
            screen.read_until("lap")
            screen.type(CTRL_Z)
            screen.read_until("Stopped")
            screen.wait_for(as_usual=True)
        screen.type("fg\n")
        screen.wait_for(as_usual=False)
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)
        screen.wait_for(as_usual=True)
        screen.type("exit\n")
        screen.end()
    assert screen.seen.count("lap\r\n") == 2


@pytest.mark.parametrize("key", [CTRL_C, CTRL_BACKSLASH])
def test_a_program_that_ends_at_once_leaves_the_terminal_as_before(tmp_path: Path, key: str) -> None:
    import resource

    with terminal(tmp_path, sys.executable, "-u", "-c", LISTEN) as screen:
        resource.prlimit(screen.process, resource.RLIMIT_CORE, (0, 0))
        screen.read_until("listening")
        screen.wait_for(as_usual=False)
        screen.type(key)
        screen.wait_for(as_usual=True)
        assert screen.end() in (-signal.SIGINT, -signal.SIGQUIT)
