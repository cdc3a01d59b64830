"""Captured bytes kept with the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parents[1] / "captures"


def captures(name: str) -> Any:
    """Return one file of ``tests/captures`` as parsed JSON."""
    return json.loads((_FOLDER / f"{name}.json").read_text())
