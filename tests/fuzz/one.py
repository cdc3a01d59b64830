"""Fuzz one target until it fails or time is up: ``python -m tests.fuzz.one NAME [OPTIONS] FOLDER``."""

from __future__ import annotations

import resource
import sys
import warnings

import atheris

with atheris.instrument_imports(include=["sensor"]):
    from tests.fuzz.targets import TARGETS

MOST_MB = 200
"""By how much one input may raise the peak of the process; the fuzzer's own memory grows slowly."""


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(name: str, options: list[str]) -> None:
    """Fuzz a target with options of libFuzzer."""
    check = TARGETS[name].check

    def check_sparingly(data: bytes) -> None:
        before_mb = _peak_mb()
        check(data)
        assert _peak_mb() - before_mb < MOST_MB, "takes memory without bounds"

    # numpy only warns of numbers that went wrong.
    warnings.simplefilter("error")
    atheris.Setup([sys.argv[0], *options], check_sparingly)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
