"""What the runner told of a run, for forms with a place for free words; it leaves only when asked for.

In a file of its own because more than one form takes it, and none should know which keys are private.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sensor.text import printable
from sensor.wellbeing import PAIN_KEYS, SYMPTOMS_KEY

NOTE_KEYS = ("notes", "remarks", *PAIN_KEYS, SYMPTOMS_KEY)
"""All of a session's context that is nobody else's business."""


def notes_of(context: Mapping[str, Any]) -> str:
    """Return notes, pain and symptoms, a line for each; empty where nothing was told."""
    return "\n".join(
        f"{key.replace('_', ' ')}: {_words(context[key])}" for key in NOTE_KEYS if context.get(key)
    )


def _words(value: object) -> str:
    return printable(", ".join(map(str, value)) if isinstance(value, list) else str(value))
