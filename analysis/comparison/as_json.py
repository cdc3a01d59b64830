"""A comparison as JSON, for other programs: see ``data/COMPARISON_JSON.md``."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

from analysis.comparison.records import Comparison

FORMAT = "runtall comparison"
FORMAT_VERSION = 2


def to_json(comparison: Comparison) -> str:
    """Return a comparison as indented JSON, field names as in `analysis.comparison.records`.

    What is not known, and an open end of an interval, is ``null``. A run stands once, in ``runs``.
    """
    value = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(comparison)}
    for number, pair in enumerate(value["pairs"], 1):
        pair["reference"], pair["other"] = 0, number
    return json.dumps(_without_nan(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
