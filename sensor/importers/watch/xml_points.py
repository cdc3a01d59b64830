"""Points of GPX and TCX files: XML, read piece by piece and without anything a document may define."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from sensor.errors import ImportFileError
from sensor.importers.watch.activity import Point

_BEFORE_ROOT = rb"\s*(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(\w+:)?"

_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
    re.IGNORECASE,
)


def elements(content: bytes) -> Iterator[tuple[str, str, Element]]:
    """Yield ``start`` or ``end``, the local name and each element of a document.

    Blanks before the declaration, which XML does not allow and some exports have, are passed over.

    Raises
    ------
    ImportFileError
        For what is no XML, ends in its middle before any point, or defines entities of its own.
    """
    try:
        # Entities are refused, not expanded: a file of a kilobyte may unfold into gigabytes of them.
        for what, element in iterparse(BytesIO(content.lstrip()), ("start", "end"), forbid_dtd=True):
            yield what, element.tag.rpartition("}")[2], element
    except DefusedXmlException as error:
        raise ImportFileError(
            "it defines entities of its own, which no track needs; export it again"
        ) from error
    except ParseError as error:
        raise TornDocumentError(str(error)) from error
    except (UnicodeError, LookupError, ValueError) as error:
        raise ImportFileError(f"no readable XML ({error}); export it again") from error


class TornDocumentError(ImportFileError):
    """A document that ends, or stops making sense, in its middle."""


def begins_with(head: bytes, root: str) -> bool:
    """Tell whether a document's first element has a local name, by its first bytes."""
    return re.match(_BEFORE_ROOT + root.encode() + rb"\b", head, re.DOTALL) is not None


@contextmanager
def as_far_as_it_goes(kind: str, points: Sequence[Point], notices: list[str]) -> Iterator[None]:
    """Let a document end in its middle, and tell how much came; without any point it is refused.

    Parameters
    ----------
    kind
        What kind of file it is, for the message.
    points
        What was read so far.
    notices
        Where it is told.

    Raises
    ------
    ImportFileError
        Where nothing came.
    """
    try:
        yield
    except TornDocumentError as error:
        if not points:
            raise ImportFileError(f"no readable {kind} ({error}); export it again") from error
        notices.append(f"The file is damaged or torn: {len(points):,} points could be saved.")


def text_of(element: Element, name: str) -> str | None:
    """Return the text of the first element of this local name within another, at any depth."""
    for one in element.iter():
        if one.tag.rpartition("}")[2] == name and one.text and one.text.strip():
            return one.text.strip()
    return None


def number_of(element: Element, *names: str) -> float | None:
    """Return the first of some numbers within an element, None where there is none."""
    return next(
        (value for name in names if (value := parse_number(text_of(element, name))) is not None), None
    )


def parse_number(text: Any) -> float | None:
    """Return a finite number, None for anything else."""
    try:
        value = float(text)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def parse_time(text: str | None) -> tuple[float | None, bool]:
    """Return a time in seconds since 1970, and whether it told its zone; a local time is read as UTC."""
    match = _TIME.fullmatch(text.strip()) if text else None
    if match is None:
        return None, False
    day, clock, fraction, zone = match.groups()
    try:
        time_s = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None, False
    if fraction:
        time_s += int(fraction) / 10 ** len(fraction)
    return time_s - _zone_s(zone), zone is not None


def _zone_s(zone: str | None) -> float:
    if zone is None or zone in "Zz":
        return 0.0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    size_s = 3600.0 * int(digits[:2]) + 60.0 * int(digits[2:])
    return -size_s if zone[0] == "-" else size_s
