"""What a peripheral of software needs of a radio, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from sensor.link.radio import Radio
from sensor.virtual.radio.gatt import Characteristic, Service, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A peripheral as it joins a radio.

    Parameters
    ----------
    name, address
        Advertised name and static random address.
    services
        What it offers.
    advertised_uuids
        Services in the advertisement, 128-bit.
    advertisement, scan_response
        The bytes of both; the scan response is asked for whenever it begins to advertise.
    advertising_interval_s
        Time between two advertisements, s.
    mtu
        Largest ATT MTU it agrees to, bytes.
    on_connected, on_disconnected
        Called when a central opens the link, and when it is gone.
    """

    name: str
    address: str
    services: Sequence[Service]
    advertised_uuids: tuple[str, ...]
    advertisement: bytes
    scan_response: Callable[[], bytes]
    advertising_interval_s: float
    mtu: int
    on_connected: Callable[[], None]
    on_disconnected: Callable[[], None]


class Station(Protocol):
    """A peripheral's place on a radio."""

    @property
    def att_mtu(self) -> int:
        """ATT MTU of the present link, bytes; 23 without one."""

    @property
    def waiting(self) -> int:
        """How many packets wait for the next connection event, either way."""

    def wanted(self, characteristic: Characteristic) -> Wanted:
        """Return what the central asks of a characteristic; nothing without a link."""

    def notify(self, characteristic: Characteristic, value: bytes) -> None:
        """Send a notification as it is, asked for or not; without a link it vanishes."""

    def indicate(self, characteristic: Characteristic, value: bytes) -> None:
        """Send an indication after those not yet confirmed."""

    def disconnect(self) -> None:
        """End the link from this side."""

    def lose_link(self) -> None:
        """Lose the link at once, with everything still on its way."""

    def silence(self, duration_s: float) -> None:
        """Let nothing pass for a while; longer than the supervision timeout, and the link is lost."""

    def hide(self, duration_s: float) -> None:
        """Let nobody hear it advertise for a while; an open link stays."""

    def show(self) -> None:
        """Let it be heard again at once."""

    async def leave(self) -> None:
        """Leave the radio for good."""


class Medium(Protocol):
    """Where peripherals are heard."""

    async def join(self, offer: Offer) -> Station:
        """Let a peripheral advertise here."""


class Powered(Protocol):
    """A peripheral that can be switched on within reach of a radio."""

    async def power_on(self, medium: Medium) -> None:
        """Join the medium and advertise."""

    async def power_off(self) -> None:
        """Leave it for good."""


class SimulatedRadio(Protocol):
    """A radio of software, as programs use it."""

    @property
    def bleak(self) -> Radio:
        """The backends that make bleak use this radio."""

    async def add(self, peripheral: Powered) -> None:
        """Switch a peripheral on within reach."""

    async def __aenter__(self) -> Self:
        """Switch the radio on."""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Switch it off, and all that is within reach."""
