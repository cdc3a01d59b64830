"""Take the README's picture: ``python -m tests.bench.demo_picture``.

Runs the demo in a folder of its own and photographs the upper part of its report.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.cli.demo.demo_run import run_demo
from tests.support.browser import browse

PICTURE = Path(__file__).resolve().parents[2] / "data" / "demo_report.png"
SEED = 1
WIDTH_PX, HEIGHT_PX = 920, 1700
"""Down through the curve of the main figure."""


def main() -> None:
    """Make the picture anew."""
    with TemporaryDirectory() as folder:
        result = run_demo(Path(folder), SEED)
        browse(
            result.page_path,
            Path(folder) / "profile",
            f"--window-size={WIDTH_PX},{HEIGHT_PX}",
            f"--screenshot={PICTURE}",
        )
    print(f"{PICTURE}: {PICTURE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
