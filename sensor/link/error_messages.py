"""Say in plain words what went wrong with Bluetooth, and what to do about it.

Every platform fails in its own language: error enums, D-Bus names, numbers, socket errors. They are told
apart by the tables of `sensor.link.system_errors`, and leave as one `LinkError` with one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from sensor.errors import LinkError, LinkReason
from sensor.link.system_errors import System, Trouble, advice, reason_of_answer, system_in, trouble_in
from sensor.protocol.registry import who_lacks
from sensor.text import printable

_BY_REASON: Mapping[str, Trouble] = MappingProxyType(
    {
        "NO_BLUETOOTH": Trouble(LinkReason.NO_ADAPTER),
        "NO_BLE_CENTRAL_ROLE": Trouble(LinkReason.OLD_ADAPTER),
        "POWERED_OFF": Trouble(LinkReason.SWITCHED_OFF),
        # Only macOS asks its users for permission.
        "DENIED_BY_USER": Trouble(LinkReason.NOT_ALLOWED, System.MACOS),
        "DENIED_BY_SYSTEM": Trouble(LinkReason.NOT_ALLOWED, System.MACOS),
        "DENIED_BY_UNKNOWN": Trouble(LinkReason.NOT_ALLOWED, System.MACOS),
    }
)
"""Names of bleak's ``BleakBluetoothNotAvailableReason``; UNKNOWN is left to its own message."""

_BUSY, _REFUSAL = "bluez.Error.InProgress", "bluez.Error.Failed"
"""What BlueZ writes where it does not say why."""

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
        What it means to be refused without a reason.

    Raises
    ------
    LinkError
        What was being done, what is wrong, what to do; the system's own text beside it.
    """
    from bleak.exc import BleakError

    try:
        yield
    except LinkError:
        raise
    except (BleakError, OSError, EOFError, *_LEAKS) as error:
        said = printable(" ".join(str(error).split()))
        trouble = _trouble_of(error, said, refused=refused)
        explained = _explained(trouble, error, said)
        raise LinkError(f"{doing}: {explained}", reason=trouble.reason, said=said) from error


def _explained(trouble: Trouble, error: BaseException, said: str) -> str:
    if trouble.reason is LinkReason.LACKING and (kind := who_lacks(said)) is not None:
        return kind.lacking
    told = advice(trouble.reason, trouble.system or system_in(said))
    return told or f"{said or type(error).__name__}; try again"


def _trouble_of(error: BaseException, said: str, *, refused: LinkReason) -> Trouble:
    """Return what kind of trouble an error is that says ``said``; OTHER where it is unknown."""
    # bleak has exception classes for little of this: an enum, numbers, and texts of each system.
    available = getattr(getattr(error, "reason", None), "name", "")
    if available in _BY_REASON:
        by_text = trouble_in(said)
        by_reason = _BY_REASON[available]
        return by_reason._replace(system=by_reason.system or (by_text.system if by_text else None))
    types = {parent.__name__ for parent in type(error).__mro__}
    if "BleakGATTProtocolError" in types:
        return Trouble(reason_of_answer(int(getattr(error, "code", 0))))
    if "BleakCharacteristicNotFoundError" in types:
        return Trouble(LinkReason.LACKING)
    if (trouble := trouble_in(said)) is not None:
        return trouble
    if _REFUSAL in said or _BUSY in said:
        is_busy = _BUSY in said and refused is LinkReason.HELD
        return Trouble(LinkReason.BUSY if is_busy else refused, System.LINUX)
    return Trouble(next((reason for name, reason in _BY_TYPE if name in types), LinkReason.OTHER))
