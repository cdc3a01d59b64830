"""Find the sensor that has a memory, connect to it, and let go of it at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sensor.download.policy import DownloadPolicy
from sensor.download.request_channel import RequestChannel
from sensor.errors import LinkError, LinkReason, UnknownSensorError
from sensor.link.ble import BleLink, Sighting, look_for
from sensor.link.radio import Radio
from sensor.protocol.registry import device


async def find(radio: Radio, name: str, *, policy: DownloadPolicy) -> Sighting:
    """Look for a sensor by its name or address; what no driver knows is returned where nothing else comes.

    Parameters
    ----------
    radio
        Which Bluetooth to use.
    name
        The sensor's name or address.
    policy
        Deadlines.

    Raises
    ------
    LinkError
        When it is not in reach.
    """
    unknown: Sighting | None = None

    def is_wanted(sighting: Sighting) -> bool:
        # What is heard first of a sensor may be without its name, and then no driver knows it.
        nonlocal unknown
        is_called = sighting.is_called(name)
        if is_called and sighting.kind is None:
            unknown = sighting
        return is_called and sighting.kind is not None

    sighting = await look_for(radio, is_wanted, timeout_s=policy.search_s) or unknown
    if sighting is None:
        absent = f"{name} is not in reach; bring it closer, wake it by moving it, free it from phones"
        raise LinkError(absent, reason=LinkReason.NOT_IN_REACH)
    return sighting


@asynccontextmanager
async def reach(
    radio: Radio, name: str, *, key: str, policy: DownloadPolicy
) -> AsyncIterator[RequestChannel[Any]]:
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

    Returns
    -------
    What asks it, listening to nothing yet.

    Raises
    ------
    LinkError
        When it is not in reach or cannot be connected to.
    UnknownSensorError
        When it is of another kind.
    """
    sighting = await find(radio, name, policy=policy)
    if sighting.kind is None or sighting.kind.key != key:
        raise UnknownSensorError(f"{sighting.name} is no {device(key).title}; see `runtall scan`")
    channels: list[RequestChannel[Any]] = []

    def on_lost() -> None:
        for channel in channels:
            channel.lost()

    link = await BleLink.connect(radio, sighting, on_lost=on_lost, timeout_s=policy.connect_timeout_s)
    try:
        channels.append(RequestChannel(link, sighting.name, policy=policy))
        yield channels[0]
    finally:
        with suppress(LinkError):  # a link that is gone already is what was wanted
            await link.disconnect(policy.request_timeout_s)
