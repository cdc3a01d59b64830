"""axe-core, the rules of accessibility that browsers' makers use: fetched once, kept out of git."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).with_name("axe")
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
INSTALL_TIMEOUT_S = 120


def axe_source() -> str:
    """Return axe-core; skip the test where it cannot be fetched, fail where it is required."""
    if not SCRIPT.exists() and (npm := shutil.which("npm")):
        subprocess.run(
            [npm, "install", "--prefix", str(FOLDER), "--no-audit", "--no-fund", "--no-package-lock"],
            capture_output=True,
            timeout=INSTALL_TIMEOUT_S,
            check=False,
        )
    if SCRIPT.exists():
        return SCRIPT.read_text(encoding="utf-8")
    if os.environ.get("RUNTALL_REQUIRE_AXE") == "1":
        pytest.fail("axe-core cannot be fetched, and RUNTALL_REQUIRE_AXE=1")
    pytest.skip("no axe-core: make axe (needs npm and its registry)")
