"""Sections of the revalidation page: a title, a few sentences, one table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Cell = str | float | int


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the page; numbers are shown with two digits after the point, NaN as a dash."""

    title: str
    about: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    remarks: Sequence[str] = ()

    def markdown(self) -> str:
        """Return the section as Markdown."""
        lines = [f"## {self.title}", "", self.about, ""]
        lines.append("| " + " | ".join(self.header) + " |")
        lines.append("| " + " | ".join("---" for _ in self.header) + " |")
        lines += ["| " + " | ".join(shown(cell) for cell in row) + " |" for row in self.rows]
        lines += ["", "\n\n".join(self.remarks)] if self.remarks else []
        return "\n".join(lines) + "\n"


def shown(cell: Cell) -> str:
    """Return a cell's text."""
    if isinstance(cell, float):
        return "–" if math.isnan(cell) else f"{cell:.2f}"
    return str(cell)


def pair(true: float, found: float, digits: int = 1) -> str:
    """Return truth and finding in one cell, unknown truth as a dash."""
    return f"{'–' if math.isnan(true) else format(true, f'.{digits}f')} / {found:.{digits}f}"
