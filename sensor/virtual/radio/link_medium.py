"""What lies between simulated controllers: the timing of real links under bumble's stack."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from functools import partial

from sensor.virtual.radio.connection_events import ConnectionEvents, LinkTiming, Reach
from sensor.virtual.radio.stack import Controller, Host, LocalLink, core, hci, ll


@dataclass(slots=True, eq=False)
class _Link:
    """One connection."""

    central: Controller
    peripheral: Controller
    central_address: hci.Address
    peripheral_address: hci.Address
    events: ConnectionEvents


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
        self._timing = LinkTiming(connection_interval_s, latency_s, supervision_timeout_s)
        self._rng = rng
        self._links: dict[tuple[hci.Address, hci.Address], _Link] = {}
        self._reaches: dict[hci.Address, Reach] = {}

    def reach(self, peripheral: hci.Address) -> Reach:
        """Return what tells whether ``peripheral`` can be heard."""
        if peripheral not in self._reaches:
            lose_link = partial(self.lose_link, peripheral)
            self._reaches[peripheral] = Reach(self._timing.supervision_timeout_s, lose_link)
        return self._reaches[peripheral]

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
        return len(links[0].events) if links else 0

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
        elif isinstance(packet, ll.AdvInd | ll.AdvExtInd) and self.reach(packet.advertiser_address).is_heard:
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
            link.events.queue(partial(_hand_over_data, receiver, source, transport, data))

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Queue a link-layer message behind the data already waiting."""
        if link := self._links.get((sender_address, receiver_address)):
            link.events.queue(partial(self._hand_over_control, link, sender_address, packet))

    def _connect(self, central: Controller, packet: ll.ConnectInd) -> None:
        peripheral = self.find_le_controller(packet.advertiser_address)
        if peripheral is None:
            return
        reach = self.reach(packet.advertiser_address)
        link = _Link(
            central=central,
            peripheral=peripheral,
            central_address=packet.initiator_address,
            peripheral_address=packet.advertiser_address,
            events=ConnectionEvents(self._timing, reach, phase=self._rng.random()),
        )
        self._links[packet.initiator_address, packet.advertiser_address] = link
        self._links[packet.advertiser_address, packet.initiator_address] = link
        asyncio.get_running_loop().call_soon(peripheral.on_ll_advertising_pdu, packet)

    def _hand_over_control(self, link: _Link, sender: hci.Address, packet: ll.ControlPdu) -> None:
        receiver = link.central if sender == link.peripheral_address else link.peripheral
        if sender in receiver.le_connections:
            receiver.on_ll_control_pdu(sender, packet)
        if isinstance(packet, ll.TerminateInd):
            self._forget(link)

    def _forget(self, link: _Link) -> None:
        link.events.close()
        for key in [key for key, known in self._links.items() if known is link]:
            del self._links[key]


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
