"""Write `REVALIDATION.md`: what the analysis finds on recordings made by others, beside their truth."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from tests.bench.revalidation import (
    accelerometer,
    bend,
    cadence_distance,
    head_position,
    hour,
    jogs,
    optical,
    orientation,
    styled,
    upper_back_head,
)
from tests.bench.revalidation.tables import Section

PAGE = Path(__file__).with_name("REVALIDATION.md")
SECTIONS: tuple[Callable[[], Section], ...] = (
    optical.section,
    bend.section,
    styled.section,
    hour.section,
    orientation.section,
    jogs.section,
    cadence_distance.section,
    head_position.section,
    upper_back_head.section,
    accelerometer.section,
)


def page(today: datetime.date) -> str:
    """Return the whole page as Markdown."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("runtall", "numpy", "scipy", "vqf"))
    head = (
        "# Revalidation on recordings made by others\n\n"
        f"Written by `make revalidate` on {today.isoformat()} with Python {platform.python_version()}, "
        f"{packages}.\nEvery figure is what the analysis found, also where it misses its target.\n"
    )
    return "\n".join([head, *(section().markdown() for section in SECTIONS)])


if __name__ == "__main__":
    PAGE.write_text(page(datetime.date.today()), encoding="utf-8")
    print(f"wrote {PAGE}")
