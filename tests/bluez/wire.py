"""The adapter the kernel gets, on the simulated air, with a journal of the data that crosses it.

Runs inside the virtual machine only: it needs ``/dev/vhci``.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import IO

from bumble.transport.common import Transport

from sensor.virtual.radio.controller import VirtualController
from sensor.virtual.radio.link_medium import Air
from sensor.virtual.radio.stack import Controller, core, hci

ADAPTER_ADDRESS = "00:1B:DC:00:00:01"
LE_DATA_BYTES = 251
"""Largest LE data packet (Core 5.x, Vol 6 Part B 4.5.10)."""

_ATT_CHANNEL = b"\x04\x00"
_NOTIFICATION = 0x1B
_HEADERS_BYTES = 7
"""L2CAP length and channel, ATT opcode and handle."""


class Journal:
    """What happened on the air, one JSON object a line, in order.

    Parameters
    ----------
    file
        Where to write; every line is complete when the next thing happens.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._data_handles: dict[str, int] = {}
        self._sent: Counter[str] = Counter()

    def follow(self, sensor: str, data_handle: int) -> None:
        """Note from now on what a sensor notifies under this ATT handle, that of its data."""
        self._data_handles[sensor] = data_handle

    def connected(self, sensor: hci.Address) -> None:
        """Note that the adapter has opened a link to a sensor."""
        self._write("connected", _text(sensor), "")

    def sent(self, sensor: hci.Address, pdu: bytes) -> None:
        """Note data that a sensor has put on the air."""
        if (data := self._data(_text(sensor), pdu)) is not None:
            self._sent[_text(sensor)] += 1
            self._write("sent", _text(sensor), data.hex())

    def arrived(self, sensor: hci.Address, pdu: bytes) -> None:
        """Note data that the adapter hands to the kernel."""
        if (data := self._data(_text(sensor), pdu)) is not None:
            self._write("arrived", _text(sensor), data.hex())

    def count_sent(self, sensor: str) -> int:
        """Return how many data notifications a sensor has put on the air so far."""
        return self._sent[sensor]

    def _data(self, sensor: str, pdu: bytes) -> bytes | None:
        """Return the value of a data notification (Core Vol 3 Part F 3.4.7.1); None for anything else."""
        handle = int.from_bytes(pdu[5:_HEADERS_BYTES], "little")
        is_notification = pdu[2:4] == _ATT_CHANNEL and pdu[4:5] == bytes([_NOTIFICATION])
        return pdu[_HEADERS_BYTES:] if is_notification and handle == self._data_handles.get(sensor) else None

    def _write(self, what: str, sensor: str, payload: str) -> None:
        self._file.write(json.dumps({"what": what, "sensor": sensor, "payload": payload}) + "\n")
        self._file.flush()


class WrittenAir(Air):
    """The simulated medium, which writes down what the sensors send."""

    journal: Journal

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: core.PhysicalTransport,
        data: bytes,
    ) -> None:
        """Write down a sensor's notification and send it on its way."""
        if not isinstance(sender_controller, VhciAdapter):
            self.journal.sent(sender_controller.random_address, data)
        super().send_acl_data(sender_controller, destination_address, transport, data)


class VhciAdapter(VirtualController):
    """A controller whose host is the kernel, behind its virtual HCI device.

    Parameters
    ----------
    transport
        The open virtual HCI device.
    air
        The medium the sensors are on.
    journal
        Where links and notifications are written down.
    """

    def __init__(self, transport: Transport, air: WrittenAir, journal: Journal) -> None:
        address = hci.Address(ADAPTER_ADDRESS, hci.Address.PUBLIC_DEVICE_ADDRESS)
        super().__init__("adapter", transport.source, transport.sink, air, address)
        self.le_acl_data_packet_length = LE_DATA_BYTES
        self._journal = journal

    @property
    def random_address(self) -> hci.Address:
        """The public address: the kernel connects under it, and the air knows a sender by this property."""
        return self.public_address

    @random_address.setter
    def random_address(self, address: hci.Address | str) -> None:
        """Keep the public one: the kernel scans under a random address, which nobody answers to here."""

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Tell of a new link as a controller of these features has to; the kernel waits for no other way."""
        if isinstance(packet, hci.HCI_LE_Connection_Complete_Event):
            packet = _enhanced(packet)
        super().send_hci_packet(packet)

    def create_le_connection(self, peer_address: hci.Address) -> None:
        """Open the link that the kernel asked for."""
        self._journal.connected(peer_address)
        super().create_le_connection(peer_address)

    def on_link_acl_data(
        self, sender_address: hci.Address, transport: core.PhysicalTransport, data: bytes
    ) -> None:
        """Hand data to the kernel."""
        self._journal.arrived(sender_address, data)
        super().on_link_acl_data(sender_address, transport, data)


def _enhanced(plain: hci.HCI_LE_Connection_Complete_Event) -> hci.HCI_LE_Enhanced_Connection_Complete_Event:
    return hci.HCI_LE_Enhanced_Connection_Complete_Event(
        status=plain.status,
        connection_handle=plain.connection_handle,
        role=plain.role,
        peer_address_type=plain.peer_address_type,
        peer_address=plain.peer_address,
        local_resolvable_private_address=hci.Address.ANY,
        peer_resolvable_private_address=hci.Address.ANY,
        connection_interval=plain.connection_interval,
        peripheral_latency=plain.peripheral_latency,
        supervision_timeout=plain.supervision_timeout,
        central_clock_accuracy=plain.central_clock_accuracy,
    )


def _text(address: hci.Address) -> str:
    return address.to_string(with_type_qualifier=False)
