"""Which of many inputs are worth keeping: those that reach something no shorter one did."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import sensor

_OWN = str(Path(sensor.__file__).parent)

Step = tuple[str, int, int]
"""File, line before, line."""


def worth_keeping(
    check: Callable[[bytes], None], known: Iterable[bytes], inputs: Iterable[bytes]
) -> list[bytes]:
    """Return the inputs, shortest first, that take a step through the code that none before them took.

    Parameters
    ----------
    check
        Of the target.
    known
        Inputs that are there anyway.
    inputs
        Inputs to choose from.
    """
    seen: set[Step] = set()
    for one in known:
        seen |= _steps(check, one)
    kept = []
    for one in sorted(set(inputs), key=lambda one: (len(one), one)):
        steps = _steps(check, one)
        if not steps <= seen:
            kept.append(one)
            seen |= steps
    return kept


def _steps(check: Callable[[bytes], None], data: bytes) -> set[Step]:
    steps: set[Step] = set()
    with _tracing(steps):
        check(data)
    return steps


@contextmanager
def _tracing(steps: set[Step]) -> Iterator[None]:
    """Note every step from line to line within the package."""

    def enter(frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        file = frame.f_code.co_filename
        if not file.startswith(_OWN):
            return None
        last = 0

        def step(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal last
            if event == "line":
                steps.add((file, last, frame.f_lineno))
                last = frame.f_lineno
            return step

        return step

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(before)
