"""What bleak and the systems below it write into their errors, what it means, and what helps on each system.

Texts and codes: bleak's sources and its users' reports; BlueZ, ``doc/org.bluez.*.rst``; Windows,
``winerror.h``; macOS, ``CBError`` and ``CBATTError`` of Core Bluetooth; the Bluetooth Core Specification,
vol. 3, part F, 3.4.1.1, for the answers of sensors.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from sensor.errors import LinkReason


class System(StrEnum):
    """Whose Bluetooth it is."""

    LINUX = "Linux"
    WINDOWS = "Windows"
    MACOS = "macOS"


class Trouble(NamedTuple):
    """What is wrong, and the system that an error betrays; None where it could be any."""

    reason: LinkReason
    system: System | None = None


class Sign(NamedTuple):
    """What an error's text contains, in any case of letters, and what it then means."""

    text: str
    trouble: Trouble


def this_system() -> System:
    """Return the system this program runs on."""
    return {"win32": System.WINDOWS, "darwin": System.MACOS}.get(sys.platform, System.LINUX)


_BLUEZ = (
    ("DBus.Error.ServiceUnknown", LinkReason.NO_SERVICE),
    ("DBus.Error.NameHasNoOwner", LinkReason.NO_SERVICE),
    ("DBus.Error.Spawn.", LinkReason.NO_SERVICE),
    ("DBus.Error.NoReply", LinkReason.NO_SERVICE),
    ("DBus.Error.AccessDenied", LinkReason.NOT_ALLOWED),
    ("bluez.Error.NotPermitted", LinkReason.NOT_ALLOWED),
    ("bluez.Error.NotAuthorized", LinkReason.NOT_ALLOWED),
    ("bluez.Error.NotReady", LinkReason.SWITCHED_OFF),
    ("DBus.Error.UnknownObject", LinkReason.UNPLUGGED),
    ("DBus.Error.UnknownMethod", LinkReason.UNPLUGGED),
    ("bluez.Error.Authentication", LinkReason.PAIRING),
    ("connection-abort-by-local", LinkReason.BROKEN_OFF),
    ("connection-canceled", LinkReason.BROKEN_OFF),
    ("software caused connection abort", LinkReason.BROKEN_OFF),
    ("bluez.Error.NotConnected", LinkReason.BROKEN_OFF),
    ("connection-timeout", LinkReason.NO_ANSWER),
    ("page-timeout", LinkReason.NO_ANSWER),
)

_WINDOWS = (
    ("WinError -2147023673", LinkReason.BROKEN_OFF),  # ERROR_CANCELLED
    ("operation was canceled by the user", LinkReason.BROKEN_OFF),
    ("WinError -2147483629", LinkReason.BROKEN_OFF),  # RO_E_CLOSED
    ("object has been closed", LinkReason.BROKEN_OFF),
    ("WinError -2147023729", LinkReason.BROKEN_OFF),  # ERROR_DEVICE_NOT_CONNECTED
    ("WinError -2147023436", LinkReason.NO_ANSWER),  # ERROR_TIMEOUT
    (": Unreachable", LinkReason.NO_ANSWER),
    ("WinError -2147020577", LinkReason.SWITCHED_OFF),  # ERROR_DEVICE_NOT_AVAILABLE
    ("device is not ready for use", LinkReason.SWITCHED_OFF),
    ("Failed to start scanner", LinkReason.SWITCHED_OFF),
    ("Bluetooth radio is not powered on", LinkReason.SWITCHED_OFF),
    ("WinError -2147024891", LinkReason.REFUSED_BY_SYSTEM),  # E_ACCESSDENIED
    ("WinError 5]", LinkReason.REFUSED_BY_SYSTEM),
    (": Access Denied", LinkReason.REFUSED_BY_SYSTEM),
    ("Could not pair with device", LinkReason.PAIRING),
    ("Failure trying to pair", LinkReason.PAIRING),
    ("No Bluetooth adapter found", LinkReason.NO_ADAPTER),
    ("'central' role not supported", LinkReason.OLD_ADAPTER),
    ("Unexpected watcher status", LinkReason.STUCK),
    ("Unexpected status code", LinkReason.STUCK),
    ("[WinError", LinkReason.STUCK),
)

_MACOS = (
    ("Peer removed pairing information", LinkReason.PAIRING),
    ("Failed to encrypt the connection", LinkReason.PAIRING),
    ("Encryption is insufficient", LinkReason.PAIRING),
    ("Authentication is insufficient", LinkReason.PAIRING),
    ("Authorization is insufficient", LinkReason.PAIRING),
    ("Bluetooth device is turned off", LinkReason.SWITCHED_OFF),
    ("is not authorized", LinkReason.NOT_ALLOWED),
    ("denied by the user for the current application", LinkReason.NOT_ALLOWED),
    ("restricted for the current application", LinkReason.NOT_ALLOWED),
    ("Bluetooth is unsupported", LinkReason.NO_ADAPTER),
    ("BLE is unsupported", LinkReason.NO_ADAPTER),
    ("Bluetooth system service was lost", LinkReason.STUCK),
    ("Bluetooth state is unknown", LinkReason.STUCK),
    ("Error Domain=", LinkReason.STUCK),
)

_ANYWHERE = (
    ("not connected", LinkReason.BROKEN_OFF),
    ("disconnected", LinkReason.BROKEN_OFF),
    ("was not found.", LinkReason.NOT_IN_REACH),
)

_SIGNS = tuple(
    Sign(text.casefold(), Trouble(reason, system))
    for system, table in (
        (System.LINUX, _BLUEZ),
        (System.WINDOWS, _WINDOWS),
        (System.MACOS, _MACOS),
        (None, _ANYWHERE),
    )
    for text, reason in table
)
"""First match wins."""

_SYSTEM_SIGNS = (
    ("org.bluez.", System.LINUX),
    ("org.freedesktop.dbus.", System.LINUX),
    ("winerror", System.WINDOWS),
    ("could not get gatt", System.WINDOWS),
    ("cberrordomain", System.MACOS),
    ("cbatterrordomain", System.MACOS),
    ("error domain=", System.MACOS),
)
"""What betrays whose Bluetooth wrote a text, whatever it means."""

_CORE_BLUETOOTH = re.compile(r"cberrordomain\W+code\W+(\d+)")
_CORE_BLUETOOTH_REASONS = {
    3: LinkReason.BROKEN_OFF,  # notConnected
    5: LinkReason.BROKEN_OFF,  # operationCancelled
    6: LinkReason.NO_ANSWER,  # connectionTimeout
    7: LinkReason.BROKEN_OFF,  # peripheralDisconnected
    10: LinkReason.BROKEN_OFF,  # connectionFailed
    11: LinkReason.BUSY,  # connectionLimitReached
    12: LinkReason.NOT_IN_REACH,  # unknownDevice
    14: LinkReason.PAIRING,  # peerRemovedPairingInformation
    15: LinkReason.PAIRING,  # encryptionTimedOut
    16: LinkReason.PAIRING,  # tooManyLEPairedDevices
}

_ANSWERS = (
    (re.compile(r"cbatterrordomain\W+code\W+(\d+)"), 10),
    (re.compile(r"att error: 0x([0-9a-f]+)"), 16),
    (re.compile(r"protocol ?error:? \(?(?:error: )?0x([0-9a-f]+)"), 16),
)
"""Where a text holds the number a sensor answered with, and its base."""

_WANTS_PAIRING = frozenset((0x05, 0x08, 0x0C, 0x0F))
"""Insufficient authentication, authorization, key size, encryption."""

_WORDS_OF_ANSWERS = (
    "insufficient authentication",
    "insufficient authorization",
    "insufficient encryption",
)


def trouble_in(said: str) -> Trouble | None:
    """Return what an error's text tells, None where it tells nothing known."""
    text = said.casefold()
    if (code := _CORE_BLUETOOTH.search(text)) is not None:
        return Trouble(_CORE_BLUETOOTH_REASONS.get(int(code[1]), LinkReason.STUCK), System.MACOS)
    for pattern, base in _ANSWERS:
        if (code := pattern.search(text)) is not None:
            return Trouble(reason_of_answer(int(code[1], base)), _system_in(text))
    if any(words in text for words in _WORDS_OF_ANSWERS):
        return Trouble(LinkReason.PAIRING, _system_in(text))
    if "gatt protocol error" in text:
        return Trouble(LinkReason.ANSWERED_WITH_ERROR, _system_in(text))
    return next((trouble for sign, trouble in _SIGNS if sign in text), None)


def reason_of_answer(code: int) -> LinkReason:
    """Return what it means that a sensor answers with a code of the attribute protocol."""
    return LinkReason.PAIRING if code in _WANTS_PAIRING else LinkReason.ANSWERED_WITH_ERROR


def system_in(said: str) -> System:
    """Return the system whose Bluetooth wrote a text: where nothing betrays it, the one at hand."""
    return _system_in(said.casefold()) or this_system()


def _system_in(text: str) -> System | None:
    return next((system for sign, system in _SYSTEM_SIGNS if sign in text), None)


def advice(reason: LinkReason, system: System | None = None) -> str:
    """Return what is wrong and what to do about it on a system, the one at hand if None; may be empty."""
    return _ADVICE_ON.get((reason, system or this_system())) or _ADVICE.get(reason, "")


_ADVICE: Mapping[LinkReason, str] = MappingProxyType(
    {
        LinkReason.NO_ADAPTER: "no Bluetooth adapter found; plug one in, or use a computer that has one",
        LinkReason.OLD_ADAPTER: "this Bluetooth adapter cannot talk to sensors; "
        "use one with Bluetooth 4 or later",
        LinkReason.UNPLUGGED: "the Bluetooth adapter is gone; plug it in again",
        LinkReason.STUCK: "Bluetooth does not answer; switch it off and on, "
        "or take the adapter out and plug it in again",
        LinkReason.SWITCHED_OFF: "Bluetooth is off; switch it on and try again",
        LinkReason.NO_SEARCH: "the adapter does not search; "
        "end other programs that use Bluetooth, or switch it off and on",
        LinkReason.BUSY: "the Bluetooth adapter is busy; end other programs that use Bluetooth and try again",
        LinkReason.NOT_IN_REACH: "it is out of reach or asleep; bring it closer and wake it by moving it",
        LinkReason.HELD: "it was seen but does not let us in; "
        "another phone or computer may hold it: close its app there, switch that Bluetooth off, try again",
        LinkReason.NO_ANSWER: "it does not answer in time; "
        "bring it closer, wake it by moving it, and check that no phone holds it",
        LinkReason.BROKEN_OFF: "the radio link broke off, which may pass by itself; "
        "try again, and bring the sensor closer if it happens again",
        LinkReason.ANSWERED_WITH_ERROR: "it answered with an error; "
        "try again, and switch the sensor off and on if it happens again",
        LinkReason.LACKING: "it lacks a service that its kind should have; is its firmware up to date? "
        "The maker's app updates it",
    }
)

_ADVICE_ON: Mapping[tuple[LinkReason, System], str] = MappingProxyType(
    {
        (LinkReason.NO_SERVICE, System.LINUX): "no Bluetooth here: the system's Bluetooth service does not "
        "answer; plug in an adapter, install and start bluez (systemctl start bluetooth)",
        (LinkReason.NO_SERVICE, System.WINDOWS): "no Bluetooth here: Windows' Bluetooth does not answer; "
        "switch it on in Settings > Bluetooth & devices, or plug in an adapter",
        (LinkReason.NO_SERVICE, System.MACOS): "no Bluetooth here: macOS' Bluetooth does not answer; "
        "switch it off and on in System Settings > Bluetooth",
        (LinkReason.SWITCHED_OFF, System.WINDOWS): "Bluetooth is off; "
        "switch it on in Settings > Bluetooth & devices and try again",
        (LinkReason.SWITCHED_OFF, System.MACOS): "Bluetooth is off; "
        "switch it on in System Settings > Bluetooth and try again",
        (LinkReason.NOT_ALLOWED, System.LINUX): "not allowed to use Bluetooth; "
        "join the group 'bluetooth' and log in again",
        (LinkReason.NOT_ALLOWED, System.WINDOWS): "not allowed to use Bluetooth; "
        "permit it in Settings > Privacy & security and try again",
        (
            LinkReason.NOT_ALLOWED,
            System.MACOS,
        ): "not allowed to use Bluetooth; permit it for Terminal, or the "
        "program this was started from, in System Settings > Privacy & Security > Bluetooth",
        (LinkReason.NO_ADAPTER, System.MACOS): "this Mac has no Bluetooth that can talk to sensors; "
        "use another computer",
        (LinkReason.UNPLUGGED, System.MACOS): "Bluetooth is gone; "
        "switch it off and on in System Settings > Bluetooth and try again",
        (LinkReason.STUCK, System.WINDOWS): "Windows' Bluetooth failed without a reason; "
        "switch Bluetooth off and on in Settings > Bluetooth & devices and try again",
        (LinkReason.STUCK, System.MACOS): "macOS' Bluetooth does not answer; "
        "switch it off and on in System Settings > Bluetooth and try again",
        (LinkReason.REFUSED_BY_SYSTEM, System.WINDOWS): "Windows refuses access to the sensor; "
        "end other programs that use it, else remove it in Settings > Bluetooth & devices, and try again",
        (
            LinkReason.BROKEN_OFF,
            System.LINUX,
        ): "the radio link broke off, which may pass by itself; try again, "
        "and bring the sensor closer or use another adapter if it happens again",
        (LinkReason.PAIRING, System.LINUX): "the pairing is out of date or missing; remove the sensor in the "
        "Bluetooth settings (bluetoothctl remove ADDRESS), pair it there, and try again",
        (LinkReason.PAIRING, System.WINDOWS): "the pairing is out of date or missing; "
        "remove the sensor in Settings > Bluetooth & devices, add it there again, and try again",
        (
            LinkReason.PAIRING,
            System.MACOS,
        ): "the pairing is out of date or missing; let macOS forget the sensor "
        "in System Settings > Bluetooth and try again",
    }
)
