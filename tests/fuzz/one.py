"""Fuzz one target until it fails or time is up: ``python -m tests.fuzz.one NAME [OPTIONS] FOLDER``."""

from __future__ import annotations

import sys
import warnings

import atheris

with atheris.instrument_imports(include=["sensor"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    # numpy only warns of numbers that went wrong.
    warnings.simplefilter("error")
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]].check)
    atheris.Fuzz()
