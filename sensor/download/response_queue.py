"""Wait for what a sensor sends, and say what is wrong where nothing comes."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from sensor.errors import LinkError

_Heard = TypeVar("_Heard")


async def next_in(inbox: asyncio.Queue[_Heard | None], timeout_s: float, name: str, doing: str) -> _Heard:
    """Return what comes next.

    Parameters
    ----------
    inbox
        What has come; None tells that the link is lost.
    timeout_s
        How long to wait.
    name, doing
        The sensor, and what it is to be doing, for messages.

    Raises
    ------
    LinkError
        When nothing comes, or the link breaks.
    """
    try:
        async with asyncio.timeout(timeout_s):
            heard = await inbox.get()
    except TimeoutError as error:
        raise gone_silent(name, doing) from error
    if heard is None:
        raise link_lost(name)
    return heard


def gone_silent(name: str, doing: str) -> LinkError:
    """Return the error of a sensor that has stopped doing something."""
    return LinkError(f"{name} stopped {doing}; bring it closer, and restart it if that does not help")


def link_lost(name: str) -> LinkError:
    """Return the error of a link that broke."""
    return LinkError(f"{name}: the link broke; keep the sensor within a few metres")
