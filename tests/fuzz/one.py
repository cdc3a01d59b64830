"""Fuzz one target until it fails or time is up: ``python -m tests.fuzz.one NAME [OPTIONS] FOLDER``."""

from __future__ import annotations

import sys
import warnings

import atheris

from tests.support.process_memory import status_mb

with atheris.instrument_imports(include=["sensor"]):
    from tests.fuzz.targets import TARGETS

MOST_MB = 200
"""By how much one input may raise the peak of the process; the fuzzer's own memory grows slowly."""


def main(name: str, options: list[str]) -> None:
    """Fuzz a target with options of libFuzzer."""
    check = TARGETS[name].check

    def check_sparingly(data: bytes) -> None:
        before_mb = status_mb("VmHWM")
        check(data)
        assert status_mb("VmHWM") - before_mb < MOST_MB, "takes memory without bounds"

    # numpy only warns of numbers that went wrong.
    warnings.simplefilter("error")
    atheris.Setup([sys.argv[0], *options], check_sparingly)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
