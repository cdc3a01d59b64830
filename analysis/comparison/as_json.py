"""A comparison as JSON, for other programs."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from analysis.comparison.records import Comparison

FORMAT = "runtall comparison"
FORMAT_VERSION = 1


def to_json(comparison: Comparison) -> str:
    """Return a comparison as indented JSON, field names as in `analysis.comparison.records`.

    What is not known is ``null``.
    """
    value = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(comparison)}
    return json.dumps(_without_nan(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
