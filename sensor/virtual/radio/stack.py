"""The Bluetooth stack made of software (bumble), imported in one place.

Everything that needs it imports it from here, so that an installation without the extra meets one sentence
instead of a traceback.
"""

from __future__ import annotations

from sensor.errors import MissingExtraError

try:
    from bumble import att, core, hci, ll
    from bumble.controller import Controller
    from bumble.core import UUID, AdvertisingData
    from bumble.device import Advertisement, Connection, Device, DeviceConfiguration, Peer
    from bumble.gatt import Characteristic, CharacteristicValue, Descriptor, Service
    from bumble.gatt_client import CharacteristicProxy
    from bumble.gatt_server import Server
    from bumble.host import Host
    from bumble.link import LocalLink
    from bumble.transport.common import AsyncPipeSink
except ImportError as error:
    raise MissingExtraError('the virtual sensor needs the extra: pip install "runtall[virtual]"') from error

__all__ = [
    "UUID",
    "Advertisement",
    "AdvertisingData",
    "AsyncPipeSink",
    "Characteristic",
    "CharacteristicProxy",
    "CharacteristicValue",
    "Connection",
    "Controller",
    "Descriptor",
    "Device",
    "DeviceConfiguration",
    "Host",
    "LocalLink",
    "Peer",
    "Server",
    "Service",
    "att",
    "core",
    "hci",
    "ll",
]
