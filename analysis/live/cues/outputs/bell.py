"""The terminal's bell."""

from __future__ import annotations

from collections.abc import Callable

from analysis.cues.log import Cue
from analysis.cues.settings import OutputKind
from analysis.live.cues.outputs.output import CueOutputError


class BellOutput:
    """Rings once for a small cue, two and three times for larger ones.

    Parameters
    ----------
    write
        Writes a text to the terminal.
    has_terminal
        Whether there is one.
    """

    kind = OutputKind.BELL

    def __init__(self, write: Callable[[str], None], *, has_terminal: bool) -> None:
        self._write = write
        self._has_terminal = has_terminal

    async def prepare(self) -> None:
        """Look whether there is a terminal."""
        if not self._has_terminal:
            raise CueOutputError("there is no terminal to ring; choose other outputs in [cues]")

    async def give(self, cue: Cue) -> None:
        """Ring."""
        await self.prepare()
        try:
            self._write("\a" * cue.size)
        except OSError as error:
            raise CueOutputError(f"the terminal is gone ({error.strerror})") from error

    async def close(self) -> None:
        """Do nothing: the terminal is not ours."""
