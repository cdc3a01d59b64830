"""A headless Chromium for tests that look at a page as a reader does."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
"""Without a display, a profile, or a word to anyone outside."""

TIMEOUT_S = 120


def chromium() -> str:
    """Return the browser's path; skip the test where there is none, fail where it is required."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    if os.environ.get("RUNTALL_REQUIRE_BROWSER") == "1":
        pytest.fail("no Chromium on this machine, and RUNTALL_REQUIRE_BROWSER=1")
    pytest.skip("no Chromium on this machine: apt install chromium")


def browse(page: Path, profile: Path, *arguments: str) -> str:
    """Open a page in a browser that knows nothing yet and return what it prints."""
    done = subprocess.run(
        [chromium(), *FLAGS, f"--user-data-dir={profile}", *arguments, page.as_uri()],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=True,
    )
    return done.stdout
