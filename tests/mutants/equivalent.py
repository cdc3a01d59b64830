"""Mutants that are known to make no difference, and why: nobody need look for a test of them again."""

from __future__ import annotations

from typing import NamedTuple

from tests.mutants.mutations import Mutation


class Known(NamedTuple):
    """A mutation, wherever in its file the line now stands."""

    file: str
    code: str
    before: str
    after: str


EQUIVALENT: dict[Known, str] = {}
"""Why it makes no difference."""


def why_equivalent(mutation: Mutation) -> str:
    """Return why a mutation makes no difference; empty where that is not known."""
    return EQUIVALENT.get(Known(mutation.file, mutation.code, mutation.before, mutation.after), "")
