"""A peripheral on the direct radio, and the link to it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any, Protocol, TypeVar

from bleak.exc import BleakError

from sensor.virtual.radio.connection_events import ConnectionEvents, LinkTiming, Reach
from sensor.virtual.radio.gatt import (
    DEFAULT_MTU,
    AttError,
    AttErrorCode,
    Characteristic,
    Property,
    Service,
    Wanted,
)
from sensor.virtual.radio.medium import Offer

_Answer = TypeVar("_Answer")


class Central(Protocol):
    """The computer's end of a link."""

    def notified(self, characteristic: Characteristic, value: bytes) -> None:
        """Take a notification or indication."""

    def lost(self) -> None:
        """Take note that the link is gone."""


class Link:
    """One connection between a peripheral and the computer.

    Parameters
    ----------
    station, central
        The two ends.
    events
        Its connection events.
    """

    def __init__(self, station: DirectStation, central: Central, events: ConnectionEvents) -> None:
        self.events = events
        self.att_mtu = DEFAULT_MTU
        self.is_paired = False
        self.wanted: dict[Characteristic, Wanted] = {}
        self._station, self._central = station, central
        self._asked: set[asyncio.Future[Any]] = set()
        self.is_over = False
        self._indications: deque[tuple[Characteristic, bytes]] = deque()

    async def ask(self, act: Callable[[], _Answer]) -> _Answer:
        """Have the peripheral do something at the next connection event; its answer comes at the one after.

        Raises
        ------
        AttError
            When it refuses.
        BleakError
            When the link is lost meanwhile.
        """
        answered: asyncio.Future[_Answer] = asyncio.get_running_loop().create_future()

        def arrive() -> None:
            try:
                tell = partial(answered.set_result, act())
            except AttError as error:
                tell = partial(answered.set_exception, error)
            self.events.queue(lambda: None if answered.done() else tell())

        self._asked.add(answered)
        answered.add_done_callback(self._asked.discard)
        self.events.queue(arrive)
        return await answered

    def notify(self, characteristic: Characteristic, value: bytes) -> None:
        """Send a notification to the computer."""
        self.events.queue(lambda: self._central.notified(characteristic, value))

    def indicate(self, characteristic: Characteristic, value: bytes) -> None:
        """Send an indication as soon as those before it are confirmed."""
        self._indications.append((characteristic, value))
        if len(self._indications) == 1:
            self.events.queue(self._deliver_indication)

    def command(self, characteristic: Characteristic, value: bytes) -> None:
        """Hand the peripheral a value at the next connection event; nobody hears whether it was liked."""

        def arrive() -> None:
            with suppress(AttError):
                self.write(characteristic, value)

        self.events.queue(arrive)

    @property
    def services(self) -> Sequence[Service]:
        """What the peripheral offers."""
        return self._station.offer.services

    def agree_on_mtu(self, wanted: int) -> None:
        """Take the smaller of what both ends can do."""
        self.att_mtu = max(DEFAULT_MTU, min(wanted, self._station.offer.mtu))

    def pair(self) -> None:
        """Encrypt the link."""
        self.is_paired = True

    def subscribe(self, characteristic: Characteristic, wanted: Wanted) -> None:
        """Take what the computer asks of a characteristic.

        Raises
        ------
        AttError
            While the peripheral refuses.
        """
        characteristic.check_subscription()
        self.wanted[characteristic] = wanted
        characteristic.subscribed(wanted)

    def write(self, characteristic: Characteristic, value: bytes) -> None:
        """Hand the peripheral a value.

        Raises
        ------
        AttError
            When it refuses, or wants a paired computer.
        """
        if characteristic.needs_encryption and not self.is_paired:
            raise AttError(AttErrorCode.INSUFFICIENT_ENCRYPTION)
        characteristic.write(value)

    def end(self) -> None:
        """Be gone on both sides; what was on its way is lost."""
        if self.is_over:
            return
        self.is_over = True
        self.events.close()
        for answered in self._asked:
            if not answered.done():
                answered.set_exception(BleakError("Disconnected"))
        self._central.lost()
        self._station.lost()

    def _deliver_indication(self) -> None:
        self._central.notified(*self._indications[0])
        self.events.queue(self._confirmed)

    def _confirmed(self) -> None:
        self._indications.popleft()
        if self._indications:
            self.events.queue(self._deliver_indication)


class DirectStation:
    """A peripheral's place on the direct radio.

    Parameters
    ----------
    offer
        The peripheral.
    timing
        Of its links.
    rng
        Draws the phase of each link's connection events.
    """

    def __init__(self, offer: Offer, timing: LinkTiming, rng: Random) -> None:
        self.offer = offer
        self.link: Link | None = None
        self.tells_name = True
        self._timing, self._rng = timing, rng
        self._reach = Reach(timing.supervision_timeout_s, self.lose_link)
        self._is_on = True
        self.begin()

    @property
    def is_heard(self) -> bool:
        """Whether its advertisements arrive."""
        return self._is_on and self.link is None and self._reach.is_heard

    @property
    def att_mtu(self) -> int:
        """ATT MTU of the present link, bytes; 23 without one."""
        return self.link.att_mtu if self.link is not None else DEFAULT_MTU

    @property
    def waiting(self) -> int:
        """How many packets wait for the next connection event, either way."""
        return len(self.link.events) if self.link is not None else 0

    def begin(self) -> None:
        """Begin to advertise."""
        self.tells_name = bool(self.offer.scan_response())

    def connect(self, central: Central) -> Link:
        """Open a link; only while it is heard."""
        events = ConnectionEvents(self._timing, self._reach, phase=self._rng.random())
        # What takes note of the link may lose it at once.
        link = self.link = Link(self, central, events)
        self.offer.on_connected()
        return link

    def wanted(self, characteristic: Characteristic) -> Wanted:
        """Return what the central asks of a characteristic; nothing without a link."""
        return self.link.wanted.get(characteristic, Wanted.NOTHING) if self.link else Wanted.NOTHING

    def notify(self, characteristic: Characteristic, value: bytes) -> None:
        """Send a notification as it is, asked for or not; without a link it vanishes."""
        if self.link is not None:
            self.link.notify(characteristic, value)

    def indicate(self, characteristic: Characteristic, value: bytes) -> None:
        """Send an indication after those not yet confirmed."""
        if self.link is not None:
            self.link.indicate(characteristic, value)

    def disconnect(self) -> None:
        """End the link from this side."""
        if self.link is not None:
            self.link.events.queue(self.link.end)

    def lose_link(self) -> None:
        """Lose the link at once, with everything still on its way."""
        if self.link is not None:
            self.link.end()

    def silence(self, duration_s: float) -> None:
        """Let nothing pass for a while; longer than the supervision timeout, and the link is lost."""
        self._reach.silence(duration_s)

    def hide(self, duration_s: float) -> None:
        """Let nobody hear it advertise for a while; an open link stays."""
        self._reach.hide(duration_s)

    def show(self) -> None:
        """Let it be heard again at once."""
        self._reach.show()

    async def leave(self) -> None:
        """Leave the radio for good."""
        self._is_on = False
        self.lose_link()

    def lost(self) -> None:
        """Take note that the link is gone, and advertise again."""
        self.link = None
        if self._is_on:
            self.offer.on_disconnected()
            self.begin()


def subscription_to(characteristic: Characteristic) -> Wanted:
    """Return what to ask of a characteristic that can tell: notifications where it has both."""
    if Property.NOTIFY in characteristic.properties:
        return Wanted.NOTIFICATIONS
    return Wanted.INDICATIONS if Property.INDICATE in characteristic.properties else Wanted.NOTHING
