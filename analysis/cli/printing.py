"""A page as PDF, printed by the Chromium or Chrome that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.errors import OutputError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")

_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
"""Where macOS and Windows keep it, off the search path."""

TIMEOUT_S = 60.0

_INSTEAD = "; open the page and print it yourself"

_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)


def find_browser() -> str:
    """Return the browser that prints.

    Raises
    ------
    OutputError
        Where none is installed.
    """
    found = [path for name in NAMES if (path := shutil.which(name))]
    found += [path for path in _ELSEWHERE if Path(path).is_file()]
    if not found:
        raise OutputError(f"a PDF needs Chromium or Chrome, and none is installed{_INSTEAD}")
    return found[0]


def printed(html: str, browser: str) -> bytes:
    """Return a page as PDF, printed in a folder that its owner alone can read and that is gone afterwards.

    Raises
    ------
    OutputError
        Where the browser prints nothing, or not in time.
    """
    with TemporaryDirectory(prefix="runtall-", ignore_cleanup_errors=True) as folder:
        page, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(html, encoding="utf-8")
        _run(
            [browser, *_FLAGS, *_as_root(), f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}"],
            page,
        )
        content = target.read_bytes() if target.exists() else b""
    if not content.startswith(b"%PDF-"):
        raise OutputError(f"{browser} printed no PDF{_INSTEAD}")
    return content


def _run(command: list[str], page: Path) -> None:
    try:
        subprocess.run(
            [*command, page.as_uri()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise OutputError(f"{command[0]} printed nothing in {TIMEOUT_S:.0f} s{_INSTEAD}") from error
    except OSError as error:
        raise OutputError(f"{command[0]} does not start ({error.strerror}){_INSTEAD}") from error


def _as_root() -> list[str]:
    """Chromium refuses its sandbox to root; the one page it opens is ours and loads nothing."""
    return ["--no-sandbox"] if sys.platform != "win32" and os.geteuid() == 0 else []
