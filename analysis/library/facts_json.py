"""`RunFacts` as the index keeps them, and back, exactly: what is NaN stays NaN."""

from __future__ import annotations

import json
import typing
from dataclasses import asdict, fields
from enum import Enum

from analysis.comparison.run_facts import RunBin, RunFacts
from analysis.cues.records import CuePairs

_WORDS = {
    name: kind
    for name, kind in typing.get_type_hints(RunFacts).items()
    if isinstance(kind, type) and issubclass(kind, Enum)
}
"""Fields that hold one of a few fixed words."""


def facts_to_json(facts: RunFacts) -> str:
    """Return the facts as JSON for this program alone: NaN is written by name, a stretch is a list."""
    told = {field.name: getattr(facts, field.name) for field in fields(RunFacts)}
    names = [field.name for field in fields(RunBin)]
    told["bins"] = [[getattr(part, name) for name in names] for part in facts.bins]
    told["cues"] = asdict(facts.cues)
    return json.dumps({**told, "context": dict(facts.context)})


def facts_from_json(text: str) -> RunFacts:
    """Return the facts that `facts_to_json` wrote.

    Raises
    ------
    ValueError, KeyError, TypeError
        For another text.
    """
    told = json.loads(text)
    words = {name: kind(told[name]) for name, kind in _WORDS.items()}
    cues = CuePairs(
        **{name: tuple((before, after) for before, after in pairs) for name, pairs in told["cues"].items()}
    )
    bins = tuple(RunBin(*part) for part in told["bins"])
    return RunFacts(**{**told, **words, "bins": bins, "cues": cues})
