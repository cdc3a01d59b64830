"""What holds of every page of ours as a browser lays it out: all is there, legible, and for everybody."""

from __future__ import annotations

import re
from typing import Any

from tests.support.accessibility import axe_source
from tests.support.devtools import LOOK, Page

PHONE, DESK = 375, 1200

UNFOLD = 'document.querySelectorAll("details").forEach(d => d.open = true)'

_AXE = "axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html.slice(0, 200)]))"


def hold_layout(tab: Page, width: int) -> None:
    """Hold that nothing of the unfolded page sticks out, covers a label, is cut or too small to read."""
    tab.evaluate(UNFOLD)
    seen = tab.evaluate(LOOK)
    assert tab.troubles() == []
    assert seen["inner"] == width
    assert seen["scroll"] <= width, seen["wide"]
    assert seen["wide"] == []
    assert seen["smallest"] >= 12
    assert seen["cut"] == 0
    assert seen["over"] == []
    assert set(seen["classes"]) <= {"narrow" if width == PHONE else "wide"}


def axe_findings(tab: Page) -> Any:
    """Return what axe-core finds in the unfolded page."""
    source = axe_source()
    tab.evaluate(UNFOLD)
    tab.evaluate(source + "; undefined")
    return tab.evaluate(_AXE)


def brightness(tab: Page) -> int:
    """Return the sum of red, green and blue of the page's ground."""
    return sum(map(int, re.findall(r"\d+", tab.evaluate(LOOK)["paper"])))


def printed_pages(content: bytes) -> int:
    """Return how many pages a PDF has."""
    assert content.startswith(b"%PDF-")
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", content))
