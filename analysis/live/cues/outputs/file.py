"""A file that holds the newest cue, for other programs to watch."""

from __future__ import annotations

import json
from pathlib import Path

from analysis.cues.log import Cue
from analysis.cues.settings import OutputKind
from analysis.live.cues.outputs.aside import Aside
from analysis.live.cues.outputs.output import CueOutputError
from sensor.private_files import replace_private

WRITING_S = 3.0
"""A drive over the network may never answer."""


def cue_as_line(cue: Cue) -> str:
    """Return a cue as the line of JSON that files and webhooks get."""
    return json.dumps({"time_s": round(cue.time_s, 1), **json.loads(cue.as_text())}) + "\n"


class FileOutput:
    """Replaces the file whole, so that whoever reads it never reads half a cue.

    Parameters
    ----------
    path
        Where; its folder must be there.
    """

    kind = OutputKind.FILE

    def __init__(self, path: Path) -> None:
        self._path = path
        self._aside = Aside(str(path))

    async def prepare(self) -> None:
        """Look whether the folder is there."""
        if not self._path.parent.is_dir() or self._path.is_dir():
            raise CueOutputError(f"{self._path}: no place for a file; choose another file in [cues]")

    async def give(self, cue: Cue) -> None:
        """Write it."""
        line = cue_as_line(cue).encode()
        try:
            await self._aside.do(lambda: replace_private(self._path, line), WRITING_S)
        except CueOutputError:
            raise
        except OSError as error:
            raise CueOutputError(f"{self._path}: cannot be written ({error.strerror or error})") from error

    async def close(self) -> None:
        """Do nothing: the file stays."""
