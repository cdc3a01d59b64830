"""Inputs worth keeping, one line each, compressed: those that once broke something, those that reach far."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent / "seeds"

FAILURES = "failures"
"""Folder of the inputs that broke a promise; what is there stays."""

REACHING = "reaching"
"""Folder of the inputs that take a step through the code that none shorter takes; chosen anew each time."""


def read_seeds(name: str, *kinds: str) -> list[bytes]:
    """Return what is kept for a target, of these kinds or of both."""
    return [one for kind in kinds or (FAILURES, REACHING) for one in _read(FOLDER / kind / f"{name}.txt")]


def add_failures(name: str, inputs: Iterable[bytes]) -> None:
    """Keep inputs that broke a promise of a target."""
    _write(FOLDER / FAILURES / f"{name}.txt", [*read_seeds(name, FAILURES), *inputs])


def replace_reaching(name: str, inputs: Iterable[bytes]) -> None:
    """Keep these inputs that reach far for a target, and no others."""
    _write(FOLDER / REACHING / f"{name}.txt", inputs)


def _read(path: Path) -> list[bytes]:
    lines = path.read_text("ascii").split() if path.exists() else []
    return [zlib.decompress(base64.b64decode(line)) for line in lines]


def _write(path: Path, inputs: Iterable[bytes]) -> None:
    lines = [base64.b64encode(zlib.compress(one, 9)).decode() for one in dict.fromkeys(inputs)]
    if lines:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", "ascii")
    else:
        path.unlink(missing_ok=True)
