"""Who is heard on the direct radio, and by whom."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from sensor.virtual.radio.connection_events import LinkTiming
from sensor.virtual.radio.direct.station import Central, DirectStation, Link
from sensor.virtual.radio.medium import Offer

Listener = Callable[[DirectStation], None]


class DirectAir:
    """A medium without packets: what is heard is known, what is asked is called.

    Parameters
    ----------
    timing
        Of its links.
    seed
        Of the phase of connection events.
    """

    def __init__(self, timing: LinkTiming, seed: int) -> None:
        self._timing = timing
        self._rng = random.Random(seed)
        self._stations: dict[DirectStation, asyncio.TimerHandle | None] = {}
        self._listeners: list[Listener] = []

    async def join(self, offer: Offer) -> DirectStation:
        """Let a peripheral advertise here."""
        station = DirectStation(offer, self._timing, self._rng)
        self._stations[station] = None
        if self._listeners:
            self._advertise(station)
        return station

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` with every advertisement until `ignore`."""
        self._listeners.append(listener)
        for station, timer in tuple(self._stations.items()):
            if timer is None:
                self._later(station)

    def ignore(self, listener: Listener) -> None:
        """Stop calling ``listener``; with the last one nothing advertises in vain."""
        if listener in self._listeners:
            self._listeners.remove(listener)
        if not self._listeners:
            self.close()

    def close(self) -> None:
        """Let nothing advertise any more."""
        for station, timer in self._stations.items():
            if timer is not None:
                timer.cancel()
                self._stations[station] = None

    async def connect(self, address: str, central: Central, *, timeout_s: float) -> Link:
        """Open a link to a peripheral at its next advertisement.

        Raises
        ------
        TimeoutError
            When it is not heard for ``timeout_s``.
        """
        linked: asyncio.Future[Link] = asyncio.get_running_loop().create_future()

        def heard(station: DirectStation) -> None:
            if station.offer.address == address and station.is_heard and not linked.done():
                linked.set_result(station.connect(central))

        self.listen(heard)
        try:
            async with asyncio.timeout(timeout_s):
                return await asyncio.shield(linked)
        except BaseException as error:
            if linked.done() and not linked.cancelled():
                linked.result().end()
            if isinstance(error, TimeoutError):
                raise TimeoutError(f"{address} did not answer within {timeout_s:g} s") from error
            raise
        finally:
            self.ignore(heard)

    def _advertise(self, station: DirectStation) -> None:
        self._later(station)
        if station.is_heard:
            for listener in tuple(self._listeners):
                listener(station)

    def _later(self, station: DirectStation) -> None:
        after_s = station.offer.advertising_interval_s
        self._stations[station] = asyncio.get_running_loop().call_later(after_s, self._advertise, station)
