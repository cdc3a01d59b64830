"""What is being done with a radio: one scan for all who listen, one attempt to connect at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from sensor.errors import LinkError, LinkReason
from sensor.link.error_messages import plain_words
from sensor.link.system_errors import advice
from sensor.link.timeouts import bounded, see_through

if TYPE_CHECKING:
    from bleak import BleakScanner
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

    Listener: TypeAlias = Callable[[BLEDevice, AdvertisementData], None]

_Result = TypeVar("_Result")

SCAN_STEP_S = 5.0
"""What starting or ending a scan may take: it is a question to the adapter alone, no radio in it."""


class Adapter:
    """The state of a radio in one event loop; `sensor.link.radio.Radio.adapter` makes and keeps it.

    Parameters
    ----------
    scanner_options
        Keyword arguments for ``bleak.BleakScanner``.

    Attributes
    ----------
    connecting
        To be held while connecting, by whoever does it.
    in_use
        Addresses that are being connected to or are connected, so that two sensors of the same name are not
        mistaken for each other.
    """

    def __init__(self, scanner_options: Mapping[str, Any]) -> None:
        # Two attempts at once make each other fail, on BlueZ above all (see bleak's examples/two_devices.py).
        self.connecting = asyncio.Lock()
        self.in_use: set[str] = set()
        self._scanner_options = dict(scanner_options)
        self._listeners: list[Listener] = []
        self._scanner: BleakScanner | None = None
        self._changing_scan = asyncio.Lock()
        self._left_behind: set[asyncio.Task[Any]] = set()

    async def bounded(self, timeout_s: float, call: Coroutine[Any, Any, _Result]) -> _Result:
        """Return what ``call`` returns within ``timeout_s`` seconds; errors as of `timeouts.bounded`."""
        return await bounded(timeout_s, call, left_behind=self._left_behind)

    async def ask(self, request: Coroutine[Any, Any, _Result]) -> _Result:
        """Return what the adapter itself answers.

        Raises
        ------
        LinkError
            When it does not within `SCAN_STEP_S`.
        """
        try:
            return await self.bounded(SCAN_STEP_S, request)
        except TimeoutError as error:
            stuck = LinkReason.STUCK
            raise LinkError(f"looking for sensors: {advice(stuck)}", reason=stuck) from error

    @asynccontextmanager
    async def listening(self, listener: Listener) -> AsyncIterator[None]:
        """Have ``listener`` called with every advertisement.

        Whoever begins to listen starts the scan anew, also for those who listen already: a scan can go deaf,
        and tells nothing twice of a device that never changes.

        Raises
        ------
        BleakError, OSError, LinkError
            When the scan cannot be started. Those who listened before hear nothing until someone starts it
            again.
        """
        self._listeners.append(listener)
        try:
            async with self._changing_scan:
                await self._stop()
                await self._start()
            yield
        finally:
            await self._leave(listener)

    async def _leave(self, listener: Listener) -> None:
        """Call ``listener`` no more; the last one ends the scan."""
        self._listeners.remove(listener)
        async with self._changing_scan:
            if not self._listeners:
                await self._stop()

    async def _start(self) -> None:
        from bleak import BleakScanner

        scanner = BleakScanner(self._spread, **self._scanner_options)
        # BlueZ goes on with what is broken off half-way, and then refuses every other scan of this program.
        await see_through(self._begin(scanner))

    async def _begin(self, scanner: BleakScanner) -> None:
        await self.ask(scanner.start())
        self._scanner = scanner

    async def _stop(self) -> None:
        """End the scan, and take one that cannot be ended for ended: the next one will tell what is wrong."""
        scanner, self._scanner = self._scanner, None
        if scanner is not None:
            with suppress(LinkError), plain_words("ending a search"):
                await see_through(self.ask(scanner.stop()))

    def _spread(self, device: BLEDevice, advertisement: AdvertisementData) -> None:
        for listener in tuple(self._listeners):
            listener(device, advertisement)
