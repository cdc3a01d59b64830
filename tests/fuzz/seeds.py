"""Inputs worth keeping: one line each, compressed, in a text file for each target."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent / "seeds"


def read_seeds(name: str) -> list[bytes]:
    """Return what is kept for a target."""
    path = FOLDER / f"{name}.txt"
    lines = path.read_text("ascii").split() if path.exists() else []
    return [zlib.decompress(base64.b64decode(line)) for line in lines]


def write_seeds(name: str, inputs: Iterable[bytes]) -> None:
    """Keep these inputs for a target, each once, and no others; without any there is no file."""
    lines = [base64.b64encode(zlib.compress(one, 9)).decode() for one in dict.fromkeys(inputs)]
    path = FOLDER / f"{name}.txt"
    if lines:
        FOLDER.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n", "ascii")
    else:
        path.unlink(missing_ok=True)
