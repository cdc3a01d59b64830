"""One scan for all who listen: BlueZ refuses a program that already scans a second scan."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from sensor.errors import LinkError
from sensor.link.error_messages import STUCK, plain_words
from sensor.link.radio import Radio
from sensor.link.timeouts import see_through, within

if TYPE_CHECKING:
    from bleak import BleakScanner
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

    Listener: TypeAlias = Callable[[BLEDevice, AdvertisementData], None]

_Result = TypeVar("_Result")

SCAN_STEP_S = 5.0
"""What starting or ending a scan may take: it is a question to the adapter alone, no radio in it."""

_SCANS: dict[tuple[asyncio.AbstractEventLoop, Radio], SharedScan] = {}


@asynccontextmanager
async def listening(radio: Radio, listener: Listener) -> AsyncIterator[None]:
    """Have ``listener`` called with every advertisement.

    Whoever begins to listen starts the scan anew, also for those who listen already: a scan can go deaf, and
    tells nothing twice of a device that never changes.

    Raises
    ------
    BleakError, OSError, LinkError
        When the scan cannot be started. Those who listened before hear nothing until someone starts it again.
    """
    scan = _shared_scan(radio)
    await scan.join(listener)
    try:
        yield
    finally:
        await scan.leave(listener)


class SharedScan:
    """The scan of one radio, on as long as anyone listens.

    Parameters
    ----------
    radio
        Which bleak backend to use.
    """

    def __init__(self, radio: Radio) -> None:
        self._radio = radio
        self._listeners: list[Listener] = []
        self._scanner: BleakScanner | None = None
        self._turn = asyncio.Lock()

    async def join(self, listener: Listener) -> None:
        """Begin to call ``listener``, with a scan that starts now."""
        self._listeners.append(listener)
        try:
            async with self._turn:
                await self._stop()
                await self._start()
        except BaseException:
            await self.leave(listener)
            raise

    async def leave(self, listener: Listener) -> None:
        """Call ``listener`` no more; the last one ends the scan."""
        self._listeners.remove(listener)
        async with self._turn:
            if not self._listeners:
                await self._stop()

    async def _start(self) -> None:
        from bleak import BleakScanner

        scanner = BleakScanner(self._spread, **self._radio.scanner_options())
        # BlueZ goes on with what is broken off half-way, and then refuses every other scan of this program.
        await see_through(self._begin(scanner))

    async def _begin(self, scanner: BleakScanner) -> None:
        await ask_adapter(scanner.start())
        self._scanner = scanner

    async def _stop(self) -> None:
        """End the scan, and take one that cannot be ended for ended: the next one will tell what is wrong."""
        scanner, self._scanner = self._scanner, None
        if scanner is not None:
            with suppress(LinkError), plain_words("ending a search"):
                await see_through(ask_adapter(scanner.stop()))

    def _spread(self, device: BLEDevice, advertisement: AdvertisementData) -> None:
        for listener in tuple(self._listeners):
            listener(device, advertisement)


async def ask_adapter(request: Coroutine[Any, Any, _Result]) -> _Result:
    """Return what the adapter answers.

    Raises
    ------
    LinkError
        When it does not within `SCAN_STEP_S`.
    """
    try:
        return await within(SCAN_STEP_S, request)
    except TimeoutError as error:
        raise LinkError(f"looking for sensors: {STUCK}") from error


def _shared_scan(radio: Radio) -> SharedScan:
    loop = asyncio.get_running_loop()
    if (loop, radio) not in _SCANS:
        for ended in [key for key in _SCANS if key[0].is_closed()]:
            del _SCANS[ended]
        _SCANS[loop, radio] = SharedScan(radio)
    return _SCANS[loop, radio]
