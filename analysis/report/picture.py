"""The main figure as a PNG, in the page's light colours."""

from __future__ import annotations

import re

from analysis.report import document
from analysis.report.posture_figure import posture_picture
from analysis.run_report import RunReport
from sensor.errors import MissingExtraError

PIXELS_WIDE = 1_680
"""Twice the drawing's own width: sharp on the screens of phones and in print."""

_PAPER = "#ffffff"

_FONTS = ("DejaVu Sans", "Liberation Sans", "Arial", "sans-serif")
"""What systems have; a figure needs but one of them."""


def posture_png(report: RunReport) -> bytes:
    """Return the main figure as PNG; nothing where no stride could be used.

    Raises
    ------
    MissingExtraError
        Without the package that draws it.
    """
    try:
        import resvg_py
    except ImportError as error:
        raise MissingExtraError(
            'a PNG needs an extra: pip install "runtall[figures]"; or print the page with --pdf'
        ) from error
    drawn = posture_picture(report)
    if not drawn:
        return b""
    svg = str(drawn).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, style_sheet=plain_style(document.style()), background=_PAPER, width=PIXELS_WIDE
        )
    )


def plain_style(style: str) -> str:
    """Return the rules of a style sheet that a plain drawing obeys, its light colours put in.

    Rules for screens, widths and print are left out; what a variable stands for takes its place.
    """
    light = dict(re.findall(r"(--[\w-]+):\s*([^;]+);", style[: style.index("}")]))
    rules = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", style)
    rules = re.sub(r":root\s*\{[^}]*\}", "", rules)
    rules = re.sub(r"var\((--[\w-]+)\)", lambda found: light.get(found[1], "none"), rules)
    kept = re.findall(r"[^{}]*\{[^{}]*\}", rules)
    font = ", ".join(f"'{name}'" if " " in name else name for name in _FONTS)
    inside = "".join(rule for rule in kept if not re.search(r"[:>~+*@]|\[", rule.split("{")[0]))
    return f"svg {{ font-family: {font}; font-size: 15px; }}{inside}".replace("display: none", "")
