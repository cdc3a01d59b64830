"""Say in plain words what went wrong with Bluetooth, and what to do about it.

Every platform fails in its own language: error enums, D-Bus names, socket errors. They are told apart here,
in tables, and leave as one `LinkError` with one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from sensor.errors import LinkError, LinkReason
from sensor.text import printable

ADVICE: Mapping[LinkReason, str] = MappingProxyType(
    {
        LinkReason.NO_SERVICE: "no Bluetooth here: the system's Bluetooth service does not answer; "
        "plug in an adapter, and on Linux install and start bluez (systemctl start bluetooth)",
        LinkReason.NO_ADAPTER: "no Bluetooth adapter found; plug one in, or use a computer that has one",
        LinkReason.OLD_ADAPTER: "this Bluetooth adapter cannot talk to sensors; "
        "use one with Bluetooth 4 or later",
        LinkReason.UNPLUGGED: "the Bluetooth adapter is gone; plug it in again",
        LinkReason.STUCK: "Bluetooth does not answer; switch it off and on, "
        "or take the adapter out and plug it in again",
        LinkReason.SWITCHED_OFF: "Bluetooth is off; switch it on and try again",
        LinkReason.NOT_ALLOWED: "not allowed to use Bluetooth; "
        "permit it for this program in the system settings, on Linux join the group 'bluetooth'",
        LinkReason.NO_SEARCH: "the adapter does not search; "
        "end other programs that use Bluetooth, or switch it off and on",
        LinkReason.NOT_IN_REACH: "it is out of reach or asleep; bring it closer and wake it by moving it",
        LinkReason.HELD: "it was seen but does not let us in; "
        "another phone or computer may hold it: close its app there, switch that Bluetooth off, try again",
        LinkReason.NO_ANSWER: "it does not answer in time; "
        "bring it closer, wake it by moving it, and check that no phone holds it",
        LinkReason.LACKING: "it lacks a service that its kind should have; is its firmware up to date?",
    }
)
"""What is wrong, and what to do, where the radio or the system is the first to say it."""

_BY_REASON: Mapping[str, LinkReason] = MappingProxyType(
    {
        "NO_BLUETOOTH": LinkReason.NO_ADAPTER,
        "NO_BLE_CENTRAL_ROLE": LinkReason.OLD_ADAPTER,
        "POWERED_OFF": LinkReason.SWITCHED_OFF,
        "DENIED_BY_USER": LinkReason.NOT_ALLOWED,
        "DENIED_BY_SYSTEM": LinkReason.NOT_ALLOWED,
        "DENIED_BY_UNKNOWN": LinkReason.NOT_ALLOWED,
    }
)
"""Names of bleak's ``BleakBluetoothNotAvailableReason``; UNKNOWN is left to its own message."""

_BY_TEXT = (
    ("DBus.Error.ServiceUnknown", LinkReason.NO_SERVICE),
    ("DBus.Error.NameHasNoOwner", LinkReason.NO_SERVICE),
    ("DBus.Error.Spawn.", LinkReason.NO_SERVICE),
    ("DBus.Error.AccessDenied", LinkReason.NOT_ALLOWED),
    ("bluez.Error.NotPermitted", LinkReason.NOT_ALLOWED),
    ("bluez.Error.NotAuthorized", LinkReason.NOT_ALLOWED),
    ("bluez.Error.NotReady", LinkReason.SWITCHED_OFF),
    ("DBus.Error.UnknownObject", LinkReason.UNPLUGGED),
    ("DBus.Error.UnknownMethod", LinkReason.UNPLUGGED),
    ("DBus.Error.NoReply", LinkReason.NO_SERVICE),
    ("le-connection-abort-by-local", LinkReason.NO_ANSWER),
)
"""What BlueZ writes into its errors (doc/org.bluez.*.rst), first match wins."""

_REFUSALS = ("bluez.Error.Failed", "bluez.Error.InProgress")
"""What it writes where it does not say why."""

_BY_TYPE = (
    ("BleakDeviceNotFoundError", LinkReason.NOT_IN_REACH),
    ("BleakCharacteristicNotFoundError", LinkReason.LACKING),
    ("TimeoutError", LinkReason.NO_ANSWER),
    ("FileNotFoundError", LinkReason.NO_SERVICE),
    ("ConnectionRefusedError", LinkReason.NO_SERVICE),
    ("PermissionError", LinkReason.NOT_ALLOWED),
    ("EOFError", LinkReason.NO_SERVICE),
)
"""Names of exception classes. A missing D-Bus socket is a FileNotFoundError, a dying D-Bus an EOFError."""

_LEAKS = (AssertionError, AttributeError, KeyError, RuntimeError, ValueError)
"""What bleak's platform layers let through when a link or the bus vanishes under them (a bus that is None, a
D-Bus property that is gone, notifications that are on already). None of it may end a run."""


@contextmanager
def plain_words(doing: str, refused: LinkReason = LinkReason.HELD) -> Iterator[None]:
    """Turn whatever bleak and the system below it raise into a `LinkError` of one line.

    Parameters
    ----------
    doing
        What is being done to whom: ``connecting to Movesense 000192``.
    refused
        What it means to be refused without a reason; one of `ADVICE`.

    Raises
    ------
    LinkError
        What was being done, what is wrong, what to do.
    """
    from bleak.exc import BleakError

    try:
        yield
    except LinkError:
        raise
    except (BleakError, OSError, EOFError, *_LEAKS) as error:
        said = printable(" ".join(str(error).split()))
        reason = _reason_of(error, said, refused=refused)
        explained = ADVICE.get(reason) or f"{said or type(error).__name__}; try again"
        raise LinkError(f"{doing}: {explained}", reason=reason) from error


def _reason_of(error: BaseException, said: str, *, refused: LinkReason) -> LinkReason:
    """Return what kind of trouble an error is that says ``said``; OTHER where it is unknown."""
    # bleak has no exception classes for most of this: an enum on macOS and Windows, D-Bus texts on Linux.
    available = getattr(getattr(error, "reason", None), "name", "")
    types = {parent.__name__ for parent in type(error).__mro__}
    known = (
        *(_BY_REASON[name] for name in (available,) if name in _BY_REASON),
        *(reason for sign, reason in _BY_TEXT if sign in said),
        *(refused for sign in _REFUSALS if sign in said),
        *(reason for name, reason in _BY_TYPE if name in types),
    )
    return next(iter(known), LinkReason.OTHER)
