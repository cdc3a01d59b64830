"""A program on this computer that is told of each cue."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from analysis.cues.log import Cue
from analysis.cues.settings import OutputKind
from analysis.live.cues.outputs.aside import Aside
from analysis.live.cues.outputs.file import cue_as_line
from analysis.live.cues.outputs.output import CueOutputError

ANSWER_S = 2.0
"""A program on this computer answers in milliseconds."""


class WebhookOutput:
    """Sends each cue as JSON by POST. Follows no redirection and uses no proxy: what is told stays here.

    Parameters
    ----------
    url
        ``http``, with a host of this computer.
    answer_s
        How long to wait for the answer.
    """

    kind = OutputKind.WEBHOOK

    def __init__(self, url: str, answer_s: float = ANSWER_S) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
        self._answer_s = answer_s
        self._aside = Aside(f"webhook {self._host}:{self._port}")

    async def prepare(self) -> None:
        """Do nothing: the program may be started later."""

    async def give(self, cue: Cue) -> None:
        """Tell of it."""
        body = cue_as_line(cue).encode()
        try:
            await self._aside.do(lambda: self._post(body), self._answer_s)
        except CueOutputError:
            raise
        except (OSError, http.client.HTTPException) as error:
            nobody = f"webhook {self._host}:{self._port}: nobody took the cue ({error}); start that program"
            raise CueOutputError(nobody) from error

    def _post(self, body: bytes) -> None:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._answer_s)
        try:
            connection.request("POST", self._path, body, {"Content-Type": "application/json"})
            status = connection.getresponse().status
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise CueOutputError(
                f"webhook {self._host}:{self._port}: answered {status}; look at that program"
            )

    async def close(self) -> None:
        """Do nothing: no connection is kept."""
