"""Find the sensor that has a memory, connect to it, and let go of it at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol, TypeVar

from sensor.download.policy import DownloadPolicy
from sensor.errors import LinkError, LinkReason, UnknownSensorError
from sensor.link.ble import BleLink, Sighting, look_for
from sensor.link.radio import Radio
from sensor.protocol.registry import device


async def find(radio: Radio, name: str, policy: DownloadPolicy) -> Sighting:
    """Look for a sensor by its name or address; what no driver knows is returned where nothing else comes.

    Raises
    ------
    LinkError
        When it is not in reach.
    """
    stranger: Sighting | None = None

    def is_wanted(sighting: Sighting) -> bool:
        # What is heard first of a sensor may be without its name, and then no driver knows it.
        nonlocal stranger
        is_called = sighting.is_called(name)
        if is_called and sighting.kind is None:
            stranger = sighting
        return is_called and sighting.kind is not None

    sighting = await look_for(radio, is_wanted, timeout_s=policy.search_s) or stranger
    if sighting is None:
        absent = f"{name} is not in reach; bring it closer, wake it by moving it, free it from phones"
        raise LinkError(absent, reason=LinkReason.NOT_IN_REACH)
    return sighting


class Talk(Protocol):
    """What asks a connected sensor, and must learn of a lost link."""

    def lost(self) -> None:
        """Tell whoever waits that nothing will come."""
        ...


_Talk = TypeVar("_Talk", bound=Talk)


@asynccontextmanager
async def reach(
    radio: Radio,
    name: str,
    key: str,
    policy: DownloadPolicy,
    make: Callable[[BleLink, str, DownloadPolicy], _Talk],
) -> AsyncIterator[_Talk]:
    """Find a sensor of one kind and connect; disconnect at the end.

    Parameters
    ----------
    radio
        Which Bluetooth to use.
    name
        The sensor's name or address.
    key
        Its kind, see `sensor.protocol.registry`.
    policy
        Deadlines.
    make
        Makes what asks it: of the connection, nothing subscribed yet, its name, and the deadlines.

    Returns
    -------
    What ``make`` made.

    Raises
    ------
    LinkError
        When it is not in reach or cannot be connected to.
    UnknownSensorError
        When it is of another kind.
    """
    sighting = await find(radio, name, policy)
    if sighting.kind is None or sighting.kind.key != key:
        raise UnknownSensorError(f"{sighting.name} is no {device(key).title}; see `runtall scan`")
    talks: list[_Talk] = []

    def on_lost() -> None:
        for talk in talks:
            talk.lost()

    link = await BleLink.connect(radio, sighting, on_lost=on_lost, timeout_s=policy.connect_timeout_s)
    try:
        talks.append(make(link, sighting.name, policy))
        yield talks[0]
    finally:
        with suppress(LinkError):  # a link that is gone already is what was wanted
            await link.disconnect(policy.request_timeout_s)
