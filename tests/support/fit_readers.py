"""Three readers of FIT that others wrote, told alike: the messages of a file, by name."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import fitdecode
import fitparse
from fit_tool.fit_file import FitFile

Told = list[tuple[str, Mapping[str, Any]]]
"""Name of each message, and its known values by name."""


def by_fitdecode(content: bytes) -> Told:
    """Return the messages as fitdecode reads them, with every checksum looked at."""
    with fitdecode.FitReader(
        content, check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
    ) as reader:
        frames = [frame for frame in reader if isinstance(frame, fitdecode.FitDataMessage)]
    return [(frame.name, _known((one.name, one.value) for one in frame.fields)) for frame in frames]


def by_fitparse(content: bytes) -> Told:
    """Return the messages as fitparse reads them."""
    with warnings.catch_warnings():
        # It makes its times by a call that Python 3.12 and later warn of.
        warnings.simplefilter("ignore", DeprecationWarning)
        messages = list(fitparse.FitFile(content).get_messages())
    return [(one.name, _known((field.name, field.value) for field in one.fields)) for one in messages]


def by_fit_tool(content: bytes) -> Told:
    """Return the messages as fit-tool reads them."""
    messages = [record.message for record in FitFile.from_bytes(content).records if not record.is_definition]
    return [
        (
            one.name,
            _known((field.name, field.get_value()) for field in (*one.fields, *one.developer_fields)),
        )
        for one in messages
    ]


READERS: tuple[Callable[[bytes], Told], ...] = (by_fitdecode, by_fitparse, by_fit_tool)


def column(told: Told, message: str, name: str) -> list[Any]:
    """Return one value of all messages of a kind; None where one does not tell it."""
    return [values.get(name) for kind, values in told if kind == message]


def _known(values: Any) -> dict[str, Any]:
    """Return what is known; of a value told twice under one name the first."""
    found: dict[str, Any] = {}
    for name, value in values:
        if value is not None:
            found.setdefault(name, value)
    return found
