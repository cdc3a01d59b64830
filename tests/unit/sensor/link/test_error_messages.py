"""What Bluetooth says on three systems, and what a runner is told to do about it on that system."""

from __future__ import annotations

import re
import sys

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from sensor.errors import LinkError, LinkReason
from sensor.link.error_messages import plain_words
from sensor.link.system_errors import System, advice

FOREIGN = {
    System.LINUX: ("Settings >", "Windows", "macOS", "Terminal"),
    System.WINDOWS: ("bluez", "bluetoothctl", "systemctl", "group", "macOS", "System Settings", "Terminal"),
    System.MACOS: ("bluez", "bluetoothctl", "systemctl", "group", "Windows", "plug", "Radios"),
}
"""System to words that would be of another."""


class WindowsError(OSError):
    """What Python raises on Windows: the number is in the text, the words in the user's language."""

    def __init__(self, number: int, words: str) -> None:
        super().__init__(f"[WinError {number}] {words}")


def core_bluetooth(domain: str, code: int, words: str) -> BleakError:
    told = f'Error Domain={domain} Code={code} "{words}" UserInfo={{NSLocalizedDescription={words}}}'
    return BleakError(f"failed to connect: {told}")


def not_available(words: str, name: str) -> BleakBluetoothNotAvailableError:
    return BleakBluetoothNotAvailableError(words, BleakBluetoothNotAvailableReason[name])


def told(error: Exception, refused: LinkReason = LinkReason.HELD) -> LinkError:
    with pytest.raises(LinkError) as caught, plain_words("connecting to Polar H10 1", refused):
        raise error
    return caught.value


REASON = LinkReason
CASES = [
    (System.WINDOWS, BleakError("Could not get GATT services: Unreachable"), REASON.NO_ANSWER, "closer"),
    (
        System.WINDOWS,
        BleakError("Could not get GATT characteristics for 1: Unreachable"),
        REASON.NO_ANSWER,
        "wake",
    ),
    (
        System.WINDOWS,
        BleakError("Could not get GATT services: Access Denied"),
        REASON.REFUSED_BY_SYSTEM,
        "end other programs",
    ),
    (
        System.WINDOWS,
        WindowsError(-2147023673, "Der Vorgang wurde durch den Benutzer abgebrochen"),
        REASON.BROKEN_OFF,
        "try again",
    ),
    (System.WINDOWS, WindowsError(-2147483629, "The object has been closed"), REASON.BROKEN_OFF, "try again"),
    (
        System.WINDOWS,
        WindowsError(-2147020577, "Das Gerät kann nicht verwendet werden"),
        REASON.SWITCHED_OFF,
        r"Settings > Bluetooth & devices",
    ),
    (
        System.WINDOWS,
        WindowsError(-2147024891, "Access is denied"),
        REASON.REFUSED_BY_SYSTEM,
        "refuses access",
    ),
    (
        System.WINDOWS,
        WindowsError(-2147467259, "Unspecified error"),
        REASON.STUCK,
        "switch Bluetooth off and on",
    ),
    (
        System.WINDOWS,
        BleakError("Failed to start scanner. Is Bluetooth turned on?"),
        REASON.SWITCHED_OFF,
        "is off; switch it on in Settings",
    ),
    (
        System.WINDOWS,
        not_available("Bluetooth radio is not powered on. Turn on Bluetooth and try again.", "POWERED_OFF"),
        REASON.SWITCHED_OFF,
        "is off; switch it on in Settings",
    ),
    (
        System.WINDOWS,
        BleakError("Could not pair with device: FAILED"),
        REASON.PAIRING,
        "remove the sensor in Settings",
    ),
    (
        System.MACOS,
        not_available("Bluetooth device is turned off", "POWERED_OFF"),
        REASON.SWITCHED_OFF,
        "switch it on in System Settings",
    ),
    (System.MACOS, BleakError("Bluetooth device is turned off"), REASON.SWITCHED_OFF, "System Settings"),
    (
        System.MACOS,
        BleakError("BLE is not authorized - check macOS privacy settings"),
        REASON.NOT_ALLOWED,
        "Terminal.*System Settings > Privacy & Security > Bluetooth",
    ),
    (
        System.MACOS,
        not_available(
            "Bluetooth access is denied by the user for the current application.", "DENIED_BY_USER"
        ),
        REASON.NOT_ALLOWED,
        "Privacy & Security > Bluetooth",
    ),
    (System.MACOS, not_available("Bluetooth state is unknown", "UNKNOWN"), REASON.STUCK, "System Settings"),
    (
        System.MACOS,
        core_bluetooth("CBErrorDomain", 14, "Peer removed pairing information"),
        REASON.PAIRING,
        "forget the sensor in System Settings",
    ),
    (System.MACOS, core_bluetooth("CBErrorDomain", 15, "Zeitlimit"), REASON.PAIRING, "forget the sensor"),
    (
        System.MACOS,
        core_bluetooth("CBErrorDomain", 6, "The connection has timed out"),
        REASON.NO_ANSWER,
        "closer",
    ),
    (
        System.MACOS,
        core_bluetooth("CBErrorDomain", 7, "has disconnected from us"),
        REASON.BROKEN_OFF,
        "try again",
    ),
    (System.MACOS, core_bluetooth("CBErrorDomain", 10, "connection failed"), REASON.BROKEN_OFF, "try again"),
    (System.MACOS, core_bluetooth("CBErrorDomain", 11, "too many"), REASON.BUSY, "end other programs"),
    (
        System.MACOS,
        core_bluetooth("CBATTErrorDomain", 15, "Encryption is insufficient."),
        REASON.PAIRING,
        "forget the sensor",
    ),
    (
        System.MACOS,
        core_bluetooth("CBATTErrorDomain", 14, "Unlikely error."),
        REASON.ANSWERED_WITH_ERROR,
        "off and on",
    ),
    (
        System.MACOS,
        core_bluetooth("CBATTErrorDomain", 128, "Unknown"),
        REASON.ANSWERED_WITH_ERROR,
        "off and on",
    ),
    (System.MACOS, core_bluetooth("CBInternalErrorDomain", 2, "unknown"), REASON.STUCK, "System Settings"),
    (
        System.LINUX,
        BleakDBusError("org.bluez.Error.Failed", ["Software caused connection abort"]),
        REASON.BROKEN_OFF,
        "try again",
    ),
    (
        System.LINUX,
        BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort-by-local"]),
        REASON.BROKEN_OFF,
        "bring the sensor closer or use another adapter",
    ),
    (
        System.LINUX,
        BleakDBusError("org.bluez.Error.Failed", ["br-connection-canceled"]),
        REASON.BROKEN_OFF,
        "try again",
    ),
    (
        System.LINUX,
        BleakDBusError("org.bluez.Error.Failed", ["Operation failed with ATT error: 0x0e"]),
        REASON.ANSWERED_WITH_ERROR,
        "off and on",
    ),
    (
        System.LINUX,
        BleakDBusError("org.bluez.Error.Failed", ["Operation failed with ATT error: 0x05"]),
        REASON.PAIRING,
        "bluetoothctl remove",
    ),
    (
        System.LINUX,
        BleakDBusError("org.bluez.Error.InProgress", ["Operation already in progress"]),
        REASON.BUSY,
        "end other programs",
    ),
    (
        System.LINUX,
        BleakDBusError("org.bluez.Error.AuthenticationFailed", ["Authentication Failed"]),
        REASON.PAIRING,
        "bluetoothctl remove",
    ),
]


@pytest.mark.parametrize(
    ("system", "error", "reason", "words"), CASES, ids=[str(case[1])[:60] for case in CASES]
)
@pytest.mark.parametrize("here", ["linux", "win32", "darwin"])
def test_every_text_gets_a_remedy_of_its_own_system(system, error, reason, words, here, monkeypatch):
    """The text itself betrays the system, so that a log from elsewhere is read right, too."""
    if reason in (REASON.NO_ANSWER, REASON.BROKEN_OFF, REASON.BUSY, REASON.ANSWERED_WITH_ERROR):
        monkeypatch.setattr(sys, "platform", here)
    said = told(error)
    assert said.reason is reason
    assert str(said).startswith("connecting to Polar H10 1: ")
    assert "\n" not in str(said)
    assert re.search(words, str(said))
    assert not any(word in str(said) for word in FOREIGN[system])
    # What the system said is kept for whoever wants to help, and not shown to the runner.
    assert " ".join(str(error).split()) == said.said
    assert said.said not in str(said)
    assert said.in_full.endswith(f"[{said.said}]")


@pytest.mark.parametrize(
    ("platform", "system"), [("linux", System.LINUX), ("win32", System.WINDOWS), ("darwin", System.MACOS)]
)
@pytest.mark.parametrize("code", [0x05, 0x08, 0x0C, 0x0F])
def test_a_sensor_that_wants_to_be_paired_is_paired_in_this_systems_way(platform, system, code, monkeypatch):
    monkeypatch.setattr(sys, "platform", platform)
    said = told(BleakGATTProtocolError(code))
    assert said.reason is LinkReason.PAIRING
    assert advice(LinkReason.PAIRING, system) in str(said)


@pytest.mark.parametrize("system", System)
@pytest.mark.parametrize("reason", LinkReason)
def test_no_advice_is_of_another_system(reason, system):
    told_here = advice(reason, system)
    assert not any(word in told_here for word in FOREIGN[system])


def test_an_address_nobody_has_heard_of_is_out_of_reach():
    error = BleakDeviceNotFoundError("AA", "Device with address AA was not found.")
    assert told(error).reason is LinkReason.NOT_IN_REACH
    assert told(BleakError("Device with address AA was not found.")).reason is LinkReason.NOT_IN_REACH


def test_an_old_polar_is_to_be_updated_and_a_new_muse_is_not():
    polar = told(BleakCharacteristicNotFoundError("fb005c82-02e7-f387-1cad-8acd2d8df0c8"))
    muse = told(BleakCharacteristicNotFoundError("273e000a-4c4d-454d-96be-f03bac821358"))
    assert polar.reason is muse.reason is LinkReason.LACKING
    assert "firmware" in str(polar)
    assert "Muse S Athena" in str(muse)
    assert "firmware" not in str(muse)


def test_a_search_that_another_program_keeps_is_told_as_such():
    busy = BleakDBusError("org.bluez.Error.InProgress", ["Operation already in progress"])
    assert told(busy, LinkReason.NO_SEARCH).reason is LinkReason.NO_SEARCH
