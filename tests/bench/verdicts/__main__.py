"""Verdicts on virtual runners with known truth: ``python -m tests.bench.verdicts [--runs N] [-o FILE]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter

from tests.bench.verdicts.page import PAGE, sections


def main() -> None:
    """Print the tables one by one, and write them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=1, help="times as many runs as in the benchmark of record"
    )
    parser.add_argument("-o", "--output", type=Path, default=PAGE)
    options = parser.parse_args()
    begin = perf_counter()

    def say(what: str) -> None:
        print(f"{perf_counter() - begin:5.0f} s  {what}", file=sys.stderr, flush=True)

    tables = []
    for table in sections(options.runs, say):
        print(table, flush=True)
        tables.append(table)
    options.output.write_text("\n".join(tables), encoding="utf-8")


main()
