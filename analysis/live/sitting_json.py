"""A sitting as JSON, and back: one small file, written anew after every minute."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any

from analysis.errors import SittingFileError
from analysis.live.sitting import MINUTE_S, Sitting, SittingMinute

FORMAT, VERSION = "runtall-sitting", 1

MOST_MINUTES = 2880
"""Two days: nobody sits longer."""

LARGEST_BYTES = 512_000


def sitting_to_json(sitting: Sitting) -> bytes:
    """Return a sitting as JSON; what is not known is null."""
    minutes = [
        {
            "start_s": round(minute.start_s, 1),
            "flexion_deg": round(minute.flexion_deg, 2) if math.isfinite(minute.flexion_deg) else None,
            "break": minute.is_break,
            "received": round(minute.received, 3),
        }
        for minute in sitting.minutes
    ]
    content = {
        "format": FORMAT,
        "version": VERSION,
        "begun_utc": sitting.begun_utc,
        "runner": sitting.runner,
        "simulated": sitting.simulated,
        "minutes": minutes,
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def sitting_from_json(text: bytes) -> Sitting:
    """Return the sitting that a file holds.

    Raises
    ------
    SittingFileError
        For what is none, is of a newer version, or holds what cannot be true.
    """
    if len(text) > LARGEST_BYTES:
        raise SittingFileError(f"more than {LARGEST_BYTES} bytes")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SittingFileError("it is no JSON") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise SittingFileError(f"its format is not {FORMAT}")
    if content.get("version") != VERSION:
        raise SittingFileError(f"its version is not {VERSION}")
    minutes = content.get("minutes")
    if not isinstance(minutes, list) or len(minutes) > MOST_MINUTES:
        raise SittingFileError(f"its minutes are no list of at most {MOST_MINUTES}")
    runner, simulated = content.get("runner"), content.get("simulated")
    if not isinstance(runner, str) or len(runner) > 100 or not isinstance(simulated, bool):
        raise SittingFileError("it does not tell whose it is")
    return Sitting(_time(content.get("begun_utc")), runner, simulated, tuple(map(_minute, minutes)))


def _time(value: object) -> str:
    try:
        if isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None:
            return value
    except ValueError as error:
        raise SittingFileError("it does not tell when it began") from error
    raise SittingFileError("it does not tell when it began")


def _minute(value: Any) -> SittingMinute:
    if not isinstance(value, dict) or not isinstance(value.get("break"), bool):
        raise SittingFileError("a minute of it does not tell whether somebody got up")
    flexion = value.get("flexion_deg")
    flexion_deg = math.nan if flexion is None else _number(flexion, -180.0, 180.0)
    start_s = _number(value.get("start_s"), 0.0, MINUTE_S * MOST_MINUTES)
    return SittingMinute(start_s, flexion_deg, value["break"], _number(value.get("received"), 0.0, 1.0))


def _number(value: object, least: float, most: float) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most:
        return float(value)
    raise SittingFileError(f"a number of it is not between {least:g} and {most:g}")
