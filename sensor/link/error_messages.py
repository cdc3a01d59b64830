"""Say in plain words what went wrong with Bluetooth, and what to do about it.

Every platform fails in its own language: error enums, D-Bus names, socket errors. They are told apart here,
in tables, and leave as one `LinkError` with one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sensor.errors import LinkError
from sensor.text import printable

NO_SERVICE = "no Bluetooth here: the system's Bluetooth service does not answer; " + (
    "plug in an adapter, and on Linux install and start bluez (systemctl start bluetooth)"
)
NO_ADAPTER = "no Bluetooth adapter found; plug one in, or use a computer that has one"
UNPLUGGED = "the Bluetooth adapter is gone; plug it in again"
STUCK = "Bluetooth does not answer; switch it off and on, or take the adapter out and plug it in again"
SWITCHED_OFF = "Bluetooth is off; switch it on and try again"
NOT_ALLOWED = "not allowed to use Bluetooth; " + (
    "permit it for this program in the system settings, on Linux join the group 'bluetooth'"
)
HELD = "it was seen but does not let us in; " + (
    "another phone or computer may hold it: close its app there, switch that Bluetooth off, try again"
)
NO_SEARCH = "the adapter does not search; " + (
    "end other programs that use Bluetooth, or switch it off and on"
)
NO_ANSWER = (
    "it does not answer in time; bring it closer, wake it by moving it, and check that no phone holds it"
)
VANISHED = "it is out of reach or asleep; bring it closer and wake it by moving it"

_BY_REASON = {
    "NO_BLUETOOTH": NO_ADAPTER,
    "NO_BLE_CENTRAL_ROLE": "this Bluetooth adapter cannot talk to sensors; use one with Bluetooth 4 or later",
    "POWERED_OFF": SWITCHED_OFF,
    "DENIED_BY_USER": NOT_ALLOWED,
    "DENIED_BY_SYSTEM": NOT_ALLOWED,
    "DENIED_BY_UNKNOWN": NOT_ALLOWED,
}
"""Names of bleak's ``BleakBluetoothNotAvailableReason``; UNKNOWN is left to its own message."""

_BY_TEXT = (
    ("DBus.Error.ServiceUnknown", NO_SERVICE),
    ("DBus.Error.NameHasNoOwner", NO_SERVICE),
    ("DBus.Error.Spawn.", NO_SERVICE),
    ("DBus.Error.AccessDenied", NOT_ALLOWED),
    ("bluez.Error.NotPermitted", NOT_ALLOWED),
    ("bluez.Error.NotAuthorized", NOT_ALLOWED),
    ("bluez.Error.NotReady", SWITCHED_OFF),
    ("DBus.Error.UnknownObject", UNPLUGGED),
    ("DBus.Error.UnknownMethod", UNPLUGGED),
    ("DBus.Error.NoReply", NO_SERVICE),
    ("le-connection-abort-by-local", NO_ANSWER),
)
"""What BlueZ writes into its errors (doc/org.bluez.*.rst), first match wins."""

_REFUSALS = ("bluez.Error.Failed", "bluez.Error.InProgress")
"""What it writes where it does not say why."""

_BY_TYPE = (
    ("BleakDeviceNotFoundError", VANISHED),
    (
        "BleakCharacteristicNotFoundError",
        "it lacks a service that its kind should have; is its firmware up to date?",
    ),
    ("TimeoutError", NO_ANSWER),
    ("FileNotFoundError", NO_SERVICE),
    ("ConnectionRefusedError", NO_SERVICE),
    ("PermissionError", NOT_ALLOWED),
    ("EOFError", NO_SERVICE),
)
"""Names of exception classes. A missing D-Bus socket is a FileNotFoundError, a dying D-Bus an EOFError."""

_LEAKS = (AssertionError, AttributeError, KeyError, RuntimeError, ValueError)
"""What bleak's platform layers let through when a link or the bus vanishes under them (a bus that is None, a
D-Bus property that is gone, notifications that are on already). None of it may end a run."""


@contextmanager
def plain_words(doing: str, refused: str = HELD) -> Iterator[None]:
    """Turn whatever bleak and the system below it raise into a `LinkError` of one line.

    Parameters
    ----------
    doing
        What is being done to whom: ``connecting to Movesense 000192``.
    refused
        What is wrong, and what to do, where it is refused without a reason.

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
        raise LinkError(f"{doing}: {explain(error, refused)}") from error


def explain(error: BaseException, refused: str) -> str:
    """Return what ``error`` means and what to do, in one line; its own words where it is unknown.

    ``refused`` is what a refusal without a reason means.
    """
    reason = getattr(getattr(error, "reason", None), "name", "")
    text = printable(" ".join(str(error).split()))
    types = {parent.__name__ for parent in type(error).__mro__}
    known = (
        _BY_REASON.get(reason),
        *(words for sign, words in _BY_TEXT if sign in text),
        *(refused for sign in _REFUSALS if sign in text),
        *(words for name, words in _BY_TYPE if name in types),
    )
    return next((words for words in known if words), f"{text or type(error).__name__}; try again")
