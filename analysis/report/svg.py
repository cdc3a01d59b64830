"""Drawing primitives: escaped elements, linear scales, round ticks, and paths that stay small.

Everything here is geometry in drawing units (px of the viewBox, y downward). Colours come from the page's
style sheet through class names, so that one drawing serves light, dark and paper.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup, escape

from sensor.samples import BoolArray, FloatArray, IntArray

MAX_DOTS = 3_000
"""More dots than this in one figure are thinned: they would only cover one another."""


def tag(name: str, *children: Markup | str, **attributes: object) -> Markup:
    """Return one element, every text and attribute escaped.

    Parameters
    ----------
    name
        Element name.
    children
        Ready elements (`Markup`) or text.
    attributes
        ``class_`` stands for ``class``; other underscores become hyphens, except that names with capitals
        (``viewBox``) stay. None leaves an attribute out; floats are written with one digit.
    """
    written = "".join(
        f' {escape(_attribute_name(key))}="{escape(_attribute_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    # A figure has thousands of elements: joined as text they take a third of the time of Markup.format.
    return Markup(f"<{escape(name)}{written}>{Markup('').join(children)}</{escape(name)}>")


def _attribute_name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _attribute_value(value: object) -> object:
    return coordinate(value) if isinstance(value, float) else value


def coordinate(value: float) -> str:
    """Return a coordinate with at most one digit behind the point, ``12`` rather than ``12.0``."""
    shown = f"{value:.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown


def group(*children: Markup, class_: str | None = None, title: str | None = None) -> Markup:
    """Return a group, with a title that a pointer shows."""
    named = (tag("title", title),) if title else ()
    return tag("g", *named, *children, class_=class_)


def text(x: float, y: float, words: str, *, class_: str = "", anchor: str = "start") -> Markup:
    """Return a text whose ``anchor`` (start, middle, end) lies at x and whose base line lies at y."""
    return tag("text", words, x=float(x), y=float(y), class_=class_ or None, text_anchor=anchor)


def rect(x0: float, y0: float, x1: float, y1: float, *, class_: str, title: str | None = None) -> Markup:
    """Return the rectangle between two corners, in any order."""
    named = (tag("title", title),) if title else ()
    return tag(
        "rect",
        *named,
        x=float(min(x0, x1)),
        y=float(min(y0, y1)),
        width=float(abs(x1 - x0)),
        height=float(abs(y1 - y0)),
        class_=class_,
    )


def line(x0: float, y0: float, x1: float, y1: float, *, class_: str) -> Markup:
    """Return a straight line."""
    return tag("line", x1=float(x0), y1=float(y0), x2=float(x1), y2=float(y1), class_=class_)


def moved(*children: Markup) -> Markup:
    """Return the group of all that lies along the way, which the page's script moves when it is zoomed."""
    return group(*children, class_="zoom")


def drawing(
    *children: Markup,
    width: float,
    height: float,
    title: str,
    description: str,
    key: str,
    class_: str = "",
    along: tuple[float, float, float, float] | None = None,
    data_map: str | None = None,
) -> Markup:
    """Return a whole picture with the title and description a screen reader speaks.

    Parameters
    ----------
    *children
        Layers, lowest first.
    width, height
        Of the viewBox.
    title, description
        What is shown, and what can be read from it, in words.
    key
        Unique in the page; the ids of title and description begin with it.
    class_
        Further class names.
    along
        Left, right, top and bottom of what lies along the way, for a cursor; None where there is no way.
    data_map
        Left, bottom and unit of what is a map, for the cursor; None where it is none.
    """
    return tag(
        "svg",
        tag("title", title, id=f"{key}-title"),
        tag("desc", description, id=f"{key}-desc"),
        *children,
        class_=f"drawing {class_}".strip(),
        viewBox=f"0 0 {coordinate(width)} {coordinate(height)}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        data_map=data_map,
        data_along=" ".join(map(coordinate, along)) if along else None,
    )


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight map from a quantity (``low`` to ``high``) to drawing units (``begin`` to ``end``)."""

    low: float
    high: float
    begin: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of one value, held within the scale."""
        return float(self.places(np.array([value]))[0])

    def places(self, values: FloatArray) -> FloatArray:
        """Return the places of many values, held within the scale; (n,) to (n,)."""
        share = (np.asarray(values, dtype=np.float64) - self.low) / ((self.high - self.low) or 1.0)
        return np.asarray(self.begin + np.clip(share, 0.0, 1.0) * (self.end - self.begin))


def nice_step(span: float, most: int) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that cuts ``span`` into at most ``most``."""
    if not span > 0:
        return 1.0
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * m for m in (1.0, 2.0, 5.0, 10.0) if power * m >= rough * (1 - 1e-9))


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values within ``low`` to ``high``, at most ``most`` + 1 of them."""
    step = nice_step(high - low, most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def envelope(x: FloatArray, y: FloatArray, piece: IntArray) -> IntArray:
    """Return the rows that draw the same line at one drawing unit: per column first, last, lowest, highest.

    Parameters
    ----------
    x, y
        (n,) places in drawing units, x not decreasing within a piece.
    piece
        (n,) number of the unbroken piece a row belongs to, not decreasing.

    Returns
    -------
    IntArray
        Sorted row numbers, at most four per column and piece.
    """
    if not len(x):
        return np.zeros(0, dtype=np.int64)
    column = np.floor(x)
    is_new = np.concatenate([[True], (np.diff(column) != 0) | (np.diff(piece) != 0)])
    first = np.flatnonzero(is_new)
    last = np.concatenate([first[1:], [len(x)]]) - 1
    by_height = np.lexsort((y, np.cumsum(is_new)))
    return np.unique(np.concatenate([first, last, by_height[first], by_height[last]]))


def column_means(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the middles of the drawing units in which points lie, and the mean of the (n,) known ones."""
    known = np.isfinite(x) & np.isfinite(y)
    column, place = np.unique(np.floor(x[known]), return_inverse=True)
    return column + 0.5, np.bincount(place, weights=y[known]) / np.maximum(np.bincount(place), 1)


def line_path(x: FloatArray, y: FloatArray, *, after_break: BoolArray, class_: str) -> Markup:
    """Return a line through (n,) points, reduced by `envelope`.

    It is lifted before each of ``after_break``, and where points are not finite.
    """
    known = np.isfinite(x) & np.isfinite(y)
    lifted = (after_break | np.concatenate([[False], ~known[:-1]]))[known] if len(known) else after_break
    x, y = x[known], y[known]
    piece = np.cumsum(lifted, dtype=np.int64)
    keep = envelope(x, y, piece)
    starts = np.concatenate([[True], np.diff(piece[keep]) != 0])[: len(keep)]
    return strokes_path(x[keep], y[keep], starts, class_=class_)


def strokes_path(x: FloatArray, y: FloatArray, starts: BoolArray, *, class_: str) -> Markup:
    """Return lines through (n,) points as they are, the pen lifted before each of ``starts``."""
    steps = [f"{'m' if s else 'l'}{p}" for s, p in zip(starts.tolist(), _steps(_tenths(x, y)), strict=True)]
    return tag("path", d="".join(steps), class_=class_)


def band_path(x: FloatArray, low: FloatArray, high: FloatArray, *, class_: str) -> Markup:
    """Return the closed area between two edges over (n,) columns."""
    there, back = _points(x, high), _points(x[::-1], low[::-1])
    return tag("path", d="M" + "L".join([*there, *back]) + "Z" if len(x) else "", class_=class_)


def dots_path(x: FloatArray, y: FloatArray, *, class_: str, most: int = MAX_DOTS) -> Markup:
    """Return round dots (zero-length strokes) at (n,) points; beyond ``most`` thinned, extremes kept."""
    keep = np.arange(len(x))
    if len(x) > most:
        extremes = envelope(x, y, np.zeros(len(x), dtype=np.int64))
        keep = np.union1d(extremes, np.linspace(0, len(x) - 1, most).astype(np.int64))
    places = np.unique(_tenths(x[keep], y[keep]), axis=0)
    return tag("path", d="".join(f"m{step}h0" for step in _steps(places)), class_=class_)


def _tenths(x: FloatArray, y: FloatArray) -> IntArray:
    """Return (n, 2) points in tenths of a drawing unit."""
    return np.rint(10.0 * np.column_stack([x, y])).astype(np.int64)


def _steps(tenths: IntArray) -> list[str]:
    """Return each of (n, 2) points as seen from the one before: half of a day's page are its points."""
    steps = np.diff(tenths, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return [_pair(a, b) for a, b in steps.tolist()]


def _pair(x_tenths: int, y_tenths: int) -> str:
    """Return a step as short as SVG reads it: ``.5-3`` rather than ``0.5 -3``."""
    x, y = (
        coordinate(n / 10).replace("-0.", "-.").removeprefix("0" if 0 < n < 10 else "")
        for n in (x_tenths, y_tenths)
    )
    return x + y if y.startswith("-") else f"{x} {y}"


def _points(x: FloatArray, y: FloatArray) -> list[str]:
    return [f"{coordinate(a)} {coordinate(b)}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]


def hatch(key: str, class_: str) -> Markup:
    """Return a pattern of slanted lines, to be used as ``url(#key)``."""
    return tag(
        "pattern",
        tag("rect", width=6, height=6, class_=f"{class_}-ground"),
        tag("path", d="M0 0V6", class_=class_),
        id=key,
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
