"""Show the state of a recorder without a screen: by a light, or by a word in a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sensor.recorder.unattended import UnattendedState

TRIGGERS = {
    UnattendedState.WAITING: "heartbeat",
    UnattendedState.RECORDING: "default-on",
    UnattendedState.TROUBLE: "timer",
    UnattendedState.STOPPED: "none",
}
"""What makes a light of Linux show a state, by names of the kernel's (Documentation/leds/leds-class.rst): two
short flashes about every second, on, half a second on and off, off. The kernel blinks by itself."""


class StatusLed:
    """Shows the state; a light that cannot be set is complained of once and disturbs nothing else.

    Parameters
    ----------
    path
        A light of Linux, as ``/sys/class/leds/ACT`` (or a file in it), or any other path: a file that then
        holds the state's word and a line end, replaced whole, so that whoever reads it never reads half of
        it. None for neither.
    complain
        Called with a sentence.
    """

    def __init__(self, path: Path | None, complain: Callable[[str], None]) -> None:
        self._path = path
        self._complain = complain
        self._shown: UnattendedState | None = None
        self._has_complained = False

    def show(self, state: UnattendedState) -> None:
        """Show a state, unless it is shown already."""
        if self._path is None or state is self._shown:
            return
        try:
            trigger = _trigger_of(self._path)
            if trigger is not None:
                trigger.write_text(TRIGGERS[state], encoding="ascii")
            else:
                _replace(self._path, f"{state.value}\n")
            self._shown = state
        except OSError as error:
            if not self._has_complained:
                self._has_complained = True
                self._complain(
                    f"{self._path}: cannot show the state ({error.strerror}); recording goes on without it"
                )


def _trigger_of(path: Path) -> Path | None:
    """Return the file that tells a light of Linux what to show; None where the path is no light."""
    for folder in (path, path.parent):
        trigger = folder / "trigger"
        if (folder / "brightness").exists() and trigger.exists():
            return trigger
    return None


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="ascii")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
