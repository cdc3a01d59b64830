"""Programs, commands and verdicts inside the virtual machine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BLUETOOTHD = ("/usr/libexec/bluetooth/bluetoothd", "-n")

_PATIENCE_S = 60.0
"""For whatever should happen soon."""

_COMMAND_S = 300.0
"""For a command that ends by itself."""


class FailedError(Exception):
    """Something is not as it should be; the message says what."""


def expect(holds: bool, otherwise: str) -> None:
    """Raise `FailedError` unless something holds."""
    if not holds:
        raise FailedError(otherwise)


def say(text: str) -> None:
    """Print a line with the seconds since the machine started."""
    print(f"[{time.monotonic():6.1f} s] {text}", flush=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything of one journey lies.

    Parameters
    ----------
    folder
        An empty folder.
    """

    folder: Path

    @property
    def journal(self) -> Path:
        """What the sensors write."""
        return self.folder / "journal.jsonl"

    def runtall(self, *arguments: str) -> str:
        """Run one command as a runner would; return its stdout."""
        with self.recording(*arguments) as process:
            stdout, _ = process.communicate(timeout=_COMMAND_S)
        expect(process.returncode == 0, f"runtall {arguments[0]} ended with {process.returncode}")
        return stdout

    @contextmanager
    def recording(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Run a command beside the journey."""
        say("runtall " + " ".join(arguments))
        command = (sys.executable, "-m", "analysis.cli.main", "--home", str(self.folder / "home"))
        with self.background("runtall", *command, *arguments) as process:
            yield process

    @contextmanager
    def background(self, name: str, *command: str) -> Iterator[subprocess.Popen[str]]:
        """Run a program beside the journey, its complaints in a file; its stdout is a pipe."""
        with (self.folder / f"{name}.log").open("a") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.terminate()
                process.wait(timeout=_PATIENCE_S)


class JournalWatch:
    """Reads the journal as it grows, from the end it has now.

    Parameters
    ----------
    path
        The journal.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open(encoding="utf-8")
        self.lines: list[str] = []
        self._file.seek(0, 2)

    def wait_for(self, sensors: int, notifications: int) -> None:
        """Wait until that many more notifications of each of so many sensors have reached the adapter."""
        arrived: Counter[str] = Counter()
        self.read()
        deadline_s = time.monotonic() + _PATIENCE_S
        while sum(count >= notifications for count in arrived.values()) < sensors:
            expect(
                time.monotonic() < deadline_s, f"no data within {_PATIENCE_S:g} s; arrived: {dict(arrived)}"
            )
            time.sleep(0.5)
            for line in self.read():
                told = json.loads(line)
                arrived[told["sensor"]] += told["what"] == "arrived"

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Leave out what reaches the adapter meanwhile: nobody is there to hand it on."""
        self.read()
        first = len(self.lines)
        yield
        self.read()
        self.lines[first:] = [line for line in self.lines[first:] if json.loads(line)["what"] != "arrived"]

    def read(self) -> Sequence[str]:
        """Return the lines that are new, and keep all."""
        new = self._file.readlines()
        self.lines += new
        return new


def switch(power: str) -> None:
    """Switch the adapter on or off, once bluetoothd is there."""
    deadline_s = time.monotonic() + _PATIENCE_S
    command = ("bluetoothctl", "power", power)
    while "succeeded" not in (said := _said(command)):
        expect(time.monotonic() < deadline_s, f"the adapter cannot be switched {power}: {said}")
        time.sleep(0.5)


def _said(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False).stdout
