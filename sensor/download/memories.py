"""Which kinds of sensors have a memory to fetch from."""

from __future__ import annotations

from collections.abc import Callable

from sensor.download.capture2go_memory import Capture2GoMemory
from sensor.download.connect import find
from sensor.download.memory import DeviceMemory
from sensor.download.movella_dot_memory import MovellaDotMemory
from sensor.download.movesense_memory import MovesenseMemory
from sensor.download.polar_memory import PolarMemory
from sensor.download.policy import DownloadPolicy
from sensor.errors import UnknownSensorError
from sensor.link.radio import Radio

_MAKERS: tuple[type[DeviceMemory], ...] = (MovesenseMemory, Capture2GoMemory, MovellaDotMemory, PolarMemory)

MEMORIES = {memory.key: memory for memory in _MAKERS}
"""Key of a kind, see `sensor.protocol.registry`, to its memory."""


async def find_memory(
    radio: Radio, name: str, *, utc_us: Callable[[], int], policy: DownloadPolicy | None = None
) -> DeviceMemory:
    """Return the memory of whatever sensor has a name.

    Parameters
    ----------
    radio
        Which Bluetooth to use.
    name
        The sensor's name or address.
    utc_us
        Returns the time of day, us since 1970.
    policy
        Deadlines.

    Raises
    ------
    LinkError
        When it is not in reach.
    UnknownSensorError
        When it is a kind of sensor nothing can be fetched from.
    """
    policy = policy or DownloadPolicy()
    kind = (await find(radio, name, policy=policy)).kind
    if kind is None or kind.key not in MEMORIES:
        what = f"a {kind.title}" if kind else "no sensor runtall knows"
        raise UnknownSensorError(f"{name} is {what}; from it nothing can be fetched, record it live instead")
    return MEMORIES[kind.key](radio, name, utc_us=utc_us, policy=policy)
