"""A simulated Bluetooth controller and the host stack on top of it."""

from __future__ import annotations

import asyncio

from sensor.virtual.radio.link_medium import Air
from sensor.virtual.radio.stack import AsyncPipeSink, Controller, Device, DeviceConfiguration, Host, att, hci

_LE_DATA_LENGTH = 251
"""Largest LE data packet (Core 5.x, Vol 6 Part B 4.5.10): one notification, one packet."""


# bumble writes every packet out for its debug log before it asks whether anybody reads it, and turns it into
# bytes and back between host and controller: nearly half of all the time a simulated sensor takes. What
# carries packets is therefore written anew, without that line; data goes over as it is, and so does the word
# that it was sent.

Carried = hci.HCI_AclDataPacket | hci.HCI_Number_Of_Completed_Packets_Event


class VirtualHost(Host):
    """bumble's host, which writes no packet out that nobody reads.

    Parameters
    ----------
    controller
        The controller it drives.
    """

    def __init__(self, controller: VirtualController) -> None:
        super().__init__(controller_sink=AsyncPipeSink(controller))
        self._controller = controller

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Hand a packet to the controller."""
        if isinstance(packet, hci.HCI_AclDataPacket):
            asyncio.get_running_loop().call_soon(self._controller.on_hci_acl_data_packet, packet)
        elif self.hci_sink:
            self.hci_sink.on_packet(bytes(packet))

    def on_carried(self, packet: Carried) -> None:
        """Take a packet as it is; before the host is ready none counts, as with bytes."""
        if self.ready:
            self.on_hci_packet(packet)

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Hand a packet of the controller to whom it concerns."""
        if isinstance(packet, hci.HCI_AclDataPacket):
            self.on_hci_acl_data_packet(packet)
        elif isinstance(packet, hci.HCI_Number_Of_Completed_Packets_Event):
            self.on_hci_number_of_completed_packets_event(packet)
        elif isinstance(packet, hci.HCI_Event):
            self.on_hci_event_packet(packet)
        else:
            super().on_hci_packet(packet)


class VirtualController(Controller):
    """bumble's controller, which also honours the cancelling of a pending connection."""

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Hand a packet to the host."""
        if isinstance(packet, Carried) and isinstance(self.host, VirtualHost):
            asyncio.get_running_loop().call_soon(self.host.on_carried, packet)
        elif self.host:
            asyncio.get_running_loop().call_soon(self.host.on_packet, bytes(packet))

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Hand a packet of the host to whom it concerns."""
        if isinstance(packet, hci.HCI_AclDataPacket):
            self.on_hci_acl_data_packet(packet)
        else:
            super().on_hci_packet(packet)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Forget the pending connection and report it as cancelled, as Core Vol 4 Part E 7.8.13 wants."""
        pending = self.pending_le_connection
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        cancelled = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=pending.peer_address.address_type,
            peer_address=pending.peer_address,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        # The command's own answer comes first.
        asyncio.get_running_loop().call_soon(self.send_hci_packet, cancelled)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


class VirtualDevice(Device):
    """bumble's device, which writes no notification out that nobody reads."""

    def on_gatt_pdu(self, connection_handle: int, pdu: bytes) -> None:
        """Hand a notification to the client, and all else to whom it concerns."""
        connection = self.lookup_connection(connection_handle)
        client = connection.gatt_client if connection is not None else None
        packet = att.ATT_PDU.from_bytes(pdu)
        if client is not None and isinstance(packet, att.ATT_Handle_Value_Notification):
            client.on_att_handle_value_notification(packet)
        else:
            super().on_gatt_pdu(connection_handle, pdu)


def make_device(air: Air, config: DeviceConfiguration) -> Device:
    """Build a controller on the air and the host stack that drives it.

    Parameters
    ----------
    air
        The medium the controller joins.
    config
        Name, address and services of the device.

    Returns
    -------
    The device, not yet powered on.
    """
    controller = VirtualController(config.name, link=air)
    controller.le_acl_data_packet_length = _LE_DATA_LENGTH
    controller.host = VirtualHost(controller)
    return VirtualDevice(config=config, host=controller.host)
