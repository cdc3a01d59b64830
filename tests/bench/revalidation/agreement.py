"""Agreement of what was found with what is known: bias, spread, limits of agreement, and its picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from markupsafe import Markup

from analysis.report import svg
from sensor.samples import FloatArray, freeze_arrays
from tests.bench.revalidation.tables import Cell

HEADER = ("quantity", "n", "bias", "SD", "RMSE", "limits of agreement", "largest error")
MOST_DOTS = 400
"""Of one panel: a picture stays small enough for a page."""

_PANEL, _HEIGHT = 340.0, 260.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 14.0, 40.0, 46.0
_STYLE = """
svg{color-scheme:light dark;font:12px system-ui,sans-serif;background:#fff}
text{fill:#333}.title{font-weight:600}.frame{fill:none;stroke:#999}.dot{stroke:#0b62a4;stroke-width:4;
stroke-linecap:round;opacity:.55}.zero{stroke:#999}.bias{stroke:#b3420d;stroke-width:1.5}
.limit{stroke:#b3420d;stroke-dasharray:5 4}
@media(prefers-color-scheme:dark){svg{background:#15181c}text{fill:#ddd}.dot{stroke:#6db8f0}
.bias,.limit{stroke:#ff9d5c}}
"""


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Pairs of one quantity.

    Parameters
    ----------
    what, unit
        The quantity, and its unit behind a number.
    true, found
        (n,) what is known, and what was found.
    """

    what: str
    unit: str
    true: FloatArray
    found: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def error(self) -> FloatArray:
        """(n,) found minus true."""
        return self.found - self.true

    @property
    def bias(self) -> float:
        """Mean error."""
        return float(self.error.mean())

    @property
    def sd(self) -> float:
        """Standard deviation of the errors; NaN of a single pair."""
        return float(self.error.std(ddof=1)) if len(self.true) > 1 else float("nan")

    @property
    def rmse(self) -> float:
        """Root mean square of the errors."""
        return float(np.sqrt(np.mean(self.error**2)))

    @property
    def limits(self) -> tuple[float, float]:
        """Between which 95 % of the errors lie (Bland and Altman 1986): bias ± 1.96 SD."""
        return self.bias - 1.96 * self.sd, self.bias + 1.96 * self.sd

    def row(self) -> list[Cell]:
        """Return the row of its table, below `HEADER`."""
        low, high = self.limits
        largest = float(np.abs(self.error).max())
        limits = "–" if np.isnan(low) else f"{low:+.2f} to {high:+.2f}"
        return [f"{self.what}, {self.unit}", len(self.true), self.bias, self.sd, self.rmse, limits, largest]


def picture(agreements: Sequence[Agreement], key: str, title: str) -> str:
    """Return a picture that stands alone: of each quantity the errors over what is known."""
    width = _PANEL * len(agreements)
    panels = [
        svg.tag("g", *_panel(agreement), transform=f"translate({_PANEL * at:g} 0)")
        for at, agreement in enumerate(agreements)
    ]
    drawing = svg.drawing(
        svg.tag("style", Markup(_STYLE)),
        *panels,
        width=width,
        height=_HEIGHT,
        title=title,
        description="Errors over what is known; solid the bias, dashed the limits of agreement.",
        key=key,
    )
    return (
        str(drawing).replace("<svg ", f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" ', 1) + "\n"
    )


def _panel(agreement: Agreement) -> list[Markup]:
    """Return one panel: dots, bias and limits within a frame with ticks."""
    low, high = (np.nan_to_num(limit) for limit in agreement.limits)
    across = svg.Scale(*_roomy(agreement.true), _LEFT, _PANEL - _RIGHT)
    up = svg.Scale(*_roomy(np.array([*agreement.error, low, high, 0.0])), _HEIGHT - _BOTTOM, _TOP)
    order = np.argsort(agreement.true, kind="stable")
    x, y = across.places(agreement.true[order]), up.places(agreement.error[order])
    lines = {"zero": 0.0, "bias": agreement.bias, "limit": low, "limit high": high}
    return [
        svg.text(_LEFT, 16.0, agreement.what, class_="title"),
        svg.text(_LEFT, 32.0, f"found minus true, {agreement.unit}"),
        svg.rect(_LEFT, _TOP, _PANEL - _RIGHT, _HEIGHT - _BOTTOM, class_="frame"),
        *(svg.line(_LEFT, up.at(at), _PANEL - _RIGHT, up.at(at), class_=name) for name, at in lines.items()),
        svg.dots_path(x, y, class_="dot", most=MOST_DOTS),
        *(svg.text(_LEFT - 6.0, up.at(at) + 4.0, f"{at:g}", anchor="end") for at in _ticks(up)),
        *(
            svg.text(across.at(at), _HEIGHT - _BOTTOM + 18.0, f"{at:g}", anchor="middle")
            for at in _ticks(across)
        ),
        svg.text(_PANEL - _RIGHT, _HEIGHT - 8.0, f"true, {agreement.unit}", anchor="end"),
    ]


def _roomy(values: FloatArray) -> tuple[float, float]:
    """Return bounds that leave some room around values."""
    low, high = float(values.min()), float(values.max())
    room = 0.08 * (high - low) or 0.5
    return low - room, high + room


def _ticks(scale: svg.Scale) -> list[float]:
    ticks = svg.ticks(scale.low, scale.high, 5)
    # What is nought but for rounding has to read as such.
    step = min((b - a for a, b in pairwise(ticks)), default=1.0)
    return [0.0 if abs(tick) < 1e-6 * step else tick for tick in ticks]
