"""Verdicts on virtual runners with known truth: ``python -m tests.bench.verdicts [--seeds N]``."""

from __future__ import annotations

import argparse

from tests.bench.verdicts.page import sections


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="virtual runners per row")
    print("\n".join(sections(range(parser.parse_args().seeds))))


main()
