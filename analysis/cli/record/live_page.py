"""Open the live page for the runner: where it is, a token that stays, and a picture for the phone to read."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.live.web.address import LOOPBACK, lan_host, listening
from sensor.private_files import make_private_folder, replace_private

if TYPE_CHECKING:
    from analysis.live.web.server import LivePage

TOKEN_FILE = "live-page-token"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_TOKEN_BYTES = 16
"""128 bits, which 22 letters write."""


class Reach(StrEnum):
    """From where the page can be seen."""

    HERE = "here"
    LAN = "lan"


@contextmanager
def live_page(reach: Reach, home: Path) -> Iterator[LivePage]:
    """Offer the page from entering to leaving.

    Raises
    ------
    LivePageError
        Where a library is missing, no port is free, or there is no network.
    """
    from analysis.live.web.server import LivePage

    host = lan_host() if reach is Reach.LAN else LOOPBACK
    with LivePage(listening(host), kept_token(home)) as page:
        yield page


def invitation(url: str, reach: Reach) -> str:
    """Return where the page is."""
    if reach is Reach.HERE:
        return f"To see it in this computer's browser: {url}"
    return f"To see it on a phone in the same network: {url}\nWhoever has this address sees it, too."


def qr_code(url: str) -> str:
    """Return a QR code in half blocks, 17 lines for a phone's camera; empty without segno."""
    try:
        import segno
    except ImportError:
        return ""
    drawn = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(drawn, compact=True, border=2)
    return drawn.getvalue().rstrip()


def kept_token(home: Path) -> str:
    """Return the token of a home, a new one where there is none: a restarted recording keeps its address.

    Parameters
    ----------
    home
        The runner's folder; where it cannot be written, the token holds for this once.
    """
    path = home / TOKEN_FILE
    with suppress(OSError, UnicodeDecodeError):
        kept = path.read_text(encoding="ascii").strip()
        if _TOKEN.fullmatch(kept):
            return kept
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    with suppress(OSError):
        make_private_folder(home)
        replace_private(path, token.encode("ascii"))
    return token
