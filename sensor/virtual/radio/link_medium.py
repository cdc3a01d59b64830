"""What lies between simulated radios: connection events, interference, distance."""

from __future__ import annotations

import asyncio
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from sensor.virtual.radio.stack import Controller, Host, LocalLink, core, hci, ll

_SAME_INSTANT_S = 1e-6
"""Timers may fire a rounding error early; a packet due then is due."""


@dataclass(slots=True, eq=False)
class _Link:
    """One connection: what waits for its next connection event, in both directions."""

    central: Controller
    peripheral: Controller
    central_address: hci.Address
    peripheral_address: hci.Address
    anchor_s: float
    waiting: deque[tuple[float, Callable[[], None]]] = field(default_factory=deque)
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class _Silence:
    """A stretch in which nothing passes to or from one peripheral."""

    since_s: float
    until_s: float


class Air(LocalLink):
    """The medium that joins simulated controllers, with the timing of a real link.

    bumble's own link hands everything over at once and never loses a connection. Here a packet waits for the
    next connection event, as on air; a silence holds everything back and delivers it in one burst; a silence
    longer than the supervision timeout ends the link on both sides (reason 0x08).

    Parameters
    ----------
    connection_interval_s
        Time between two connection events of a link, s: a packet arrives 0 to this much after it was sent.
    latency_s
        Constant time between a connection event and the host's notice of it, s.
    supervision_timeout_s
        Silence after which a link counts as lost, s.
    rng
        Draws the phase of each link's connection events.
    """

    def __init__(
        self,
        *,
        connection_interval_s: float,
        latency_s: float,
        supervision_timeout_s: float,
        rng: random.Random,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # bumble leaves it without annotations
        self._interval_s = connection_interval_s
        self._latency_s = latency_s
        self._supervision_timeout_s = supervision_timeout_s
        self._rng = rng
        self._links: dict[tuple[hci.Address, hci.Address], _Link] = {}
        self._silences: dict[hci.Address, _Silence] = {}
        self._hidden_until_s: dict[hci.Address, float] = {}

    def silence(self, peripheral: hci.Address, duration_s: float) -> None:
        """Let nothing pass to or from ``peripheral`` for ``duration_s``: interference, or out of range."""
        now_s = _now_s()
        silence = self._silences.get(peripheral)
        if silence is None or silence.until_s <= now_s:
            silence = self._silences[peripheral] = _Silence(now_s, now_s)
        silence.until_s = max(silence.until_s, now_s + duration_s)
        check_s = silence.since_s + self._supervision_timeout_s
        asyncio.get_running_loop().call_at(check_s, self._supervise, peripheral, silence)

    def hide(self, peripheral: hci.Address, duration_s: float) -> None:
        """Let nobody hear ``peripheral`` advertise for ``duration_s``; an open link stays."""
        until_s = _now_s() + duration_s
        self._hidden_until_s[peripheral] = max(until_s, self._hidden_until_s.get(peripheral, 0.0))

    def show(self, peripheral: hci.Address) -> None:
        """Let ``peripheral`` be heard again at once, however long it was to be hidden."""
        self._hidden_until_s.pop(peripheral, None)

    def lose_link(self, peripheral: hci.Address) -> None:
        """End the link of ``peripheral`` at once, as after a supervision timeout; what waited is lost."""
        # A peripheral stops advertising with its first link, so there is never a second one.
        link = next((link for link in self._links.values() if link.peripheral_address == peripheral), None)
        if link is not None:
            self._forget(link)
            _report_lost(link.central, link.peripheral_address)
            _report_lost(link.peripheral, link.central_address)

    def waiting(self, peripheral: hci.Address) -> int:
        """Return how many packets wait for the next connection event of ``peripheral``, either way."""
        links = [link for link in self._links.values() if link.peripheral_address == peripheral]
        return len(links[0].waiting) if links else 0

    def leave(self, host: Host) -> None:
        """Let the controller of ``host`` be gone, so that its address is free for another."""
        self.controllers = {one for one in self.controllers if one.host is not host}

    def close(self) -> None:
        """Forget every link without telling anyone: the end of the simulation."""
        for link in list(self._links.values()):
            self._forget(link)

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """Carry an advertisement to whoever listens, or a connection request to the one it names."""
        if isinstance(packet, ll.ConnectInd):
            self._connect(sender_controller, packet)
        elif isinstance(packet, ll.AdvInd | ll.AdvExtInd) and self._is_heard(packet.advertiser_address):
            whole = _with_scan_response(sender_controller, packet)
            for controller in self.controllers - {sender_controller}:
                if controller.le_scan_enable or controller.pending_le_connection:
                    asyncio.get_running_loop().call_soon(controller.on_ll_advertising_pdu, whole)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: core.PhysicalTransport,
        data: bytes,
    ) -> None:
        """Queue data for the next connection event; on a link that is gone it vanishes."""
        source = sender_controller.random_address
        if link := self._links.get((source, destination_address)):
            receiver = link.central if sender_controller is link.peripheral else link.peripheral
            self._queue(link, partial(_hand_over_data, receiver, source, transport, data))

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Queue a link-layer message behind the data already waiting."""
        if link := self._links.get((sender_address, receiver_address)):
            self._queue(link, partial(self._hand_over_control, link, sender_address, packet))

    def _connect(self, central: Controller, packet: ll.ConnectInd) -> None:
        peripheral = self.find_le_controller(packet.advertiser_address)
        if peripheral is None:
            return
        anchor_s = _now_s() + self._rng.random() * self._interval_s
        link = _Link(
            central=central,
            peripheral=peripheral,
            central_address=packet.initiator_address,
            peripheral_address=packet.advertiser_address,
            anchor_s=anchor_s,
        )
        self._links[packet.initiator_address, packet.advertiser_address] = link
        self._links[packet.advertiser_address, packet.initiator_address] = link
        asyncio.get_running_loop().call_soon(peripheral.on_ll_advertising_pdu, packet)

    def _queue(self, link: _Link, hand_over: Callable[[], None]) -> None:
        events_past = math.floor((_now_s() - link.anchor_s + _SAME_INSTANT_S) / self._interval_s)
        due_s = link.anchor_s + (events_past + 1) * self._interval_s + self._latency_s
        link.waiting.append((due_s, hand_over))
        if link.timer is None:
            link.timer = asyncio.get_running_loop().call_at(due_s, self._deliver, link)

    def _deliver(self, link: _Link) -> None:
        """Hand over what is due and wait for the rest; during a silence, for its end."""
        now_s = _now_s()
        silence = self._silences.get(link.peripheral_address)
        silent_until_s = silence.until_s if silence is not None else 0.0
        if silent_until_s <= now_s + _SAME_INSTANT_S:
            while link.waiting and link.waiting[0][0] <= now_s + _SAME_INSTANT_S:
                link.waiting.popleft()[1]()
        link.timer = None
        if link.waiting:
            next_s = max(link.waiting[0][0], silent_until_s)
            link.timer = asyncio.get_running_loop().call_at(next_s, self._deliver, link)

    def _hand_over_control(self, link: _Link, sender: hci.Address, packet: ll.ControlPdu) -> None:
        receiver = link.central if sender == link.peripheral_address else link.peripheral
        if sender in receiver.le_connections:
            receiver.on_ll_control_pdu(sender, packet)
        if isinstance(packet, ll.TerminateInd):
            self._forget(link)

    def _supervise(self, peripheral: hci.Address, silence: _Silence) -> None:
        if silence.until_s > _now_s() + _SAME_INSTANT_S:
            self.lose_link(peripheral)

    def _is_heard(self, peripheral: hci.Address) -> bool:
        now_s = _now_s()
        silence = self._silences.get(peripheral)
        silent = silence is not None and silence.until_s > now_s
        return not silent and self._hidden_until_s.get(peripheral, 0.0) <= now_s

    def _forget(self, link: _Link) -> None:
        if link.timer is not None:
            link.timer.cancel()
            link.timer = None
        link.waiting.clear()
        for key in [key for key, known in self._links.items() if known is link]:
            del self._links[key]


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _hand_over_data(
    receiver: Controller, source: hci.Address, transport: core.PhysicalTransport, data: bytes
) -> None:
    if source in receiver.le_connections:
        receiver.on_link_acl_data(source, transport, data)


def _report_lost(controller: Controller, peer: hci.Address) -> None:
    if connection := controller.le_connections.get(peer):
        controller.on_le_disconnected(connection, hci.HCI_CONNECTION_TIMEOUT_ERROR)


def _with_scan_response(controller: Controller, packet: ll.AdvInd | ll.AdvExtInd) -> ll.AdvInd | ll.AdvExtInd:
    """Append the scan response to an advertisement: the simulated controller never sends one of its own."""
    for advertising_set in controller.advertising_sets.values():
        if advertising_set.address == packet.advertiser_address and advertising_set.scan_response_data:
            return replace(packet, data=packet.data + bytes(advertising_set.scan_response_data))
    return packet
