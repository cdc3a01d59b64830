"""What a peripheral of software offers, in words of our own: the same on every simulated radio."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag

CONFIGURATION_UUID = "00002902-0000-1000-8000-00805f9b34fb"
"""Of the descriptor by which a central asks for notifications and indications."""

DEFAULT_MTU = 23
"""ATT MTU of a link before anything else is agreed on (Core Vol 3 Part G 5.2.1), bytes."""


class Property(IntFlag):
    """What can be done with a characteristic, in the bits of its declaration (Core Vol 3 Part G 3.3.1.1)."""

    READ = 0x02
    WRITE_WITHOUT_RESPONSE = 0x04
    WRITE = 0x08
    NOTIFY = 0x10
    INDICATE = 0x20


class Wanted(IntFlag):
    """What a central asks of a characteristic (Core Vol 3 Part G 3.3.3.3)."""

    NOTHING = 0
    NOTIFICATIONS = 1
    INDICATIONS = 2


class AttErrorCode(IntEnum):
    """Why an attribute refuses (Core Vol 3 Part F 3.4.1.1 and the supplement's common profile codes)."""

    READ_NOT_PERMITTED = 0x02
    WRITE_NOT_PERMITTED = 0x03
    UNLIKELY_ERROR = 0x0E
    INSUFFICIENT_ENCRYPTION = 0x0F
    VALUE_NOT_ALLOWED = 0x13
    CCCD_IMPROPERLY_CONFIGURED = 0xFD


class AttError(Exception):
    """A peripheral's refusal of a read, a write or a subscription.

    Parameters
    ----------
    code
        The reason the central is told.
    """

    def __init__(self, code: AttErrorCode) -> None:
        super().__init__(f"{code.name} (0x{code:02X})")
        self.code = code


@dataclass(slots=True, eq=False)
class Characteristic:
    """One value of a peripheral.

    Parameters
    ----------
    uuid
        128-bit.
    properties
        What can be done with it.
    on_read, on_write
        What answers; None refuses.
    needs_encryption
        Whether it can be written to by a paired central only.
    on_subscription
        Called with whether notifications are wanted, whenever a central says so.
    refuses_subscription
        Asked at every attempt to subscribe; None never refuses.
    """

    uuid: str
    properties: Property
    on_read: Callable[[], bytes] | None = None
    on_write: Callable[[bytes], None] | None = None
    needs_encryption: bool = False
    on_subscription: Callable[[bool], None] | None = None
    refuses_subscription: Callable[[], bool] | None = None

    def read(self) -> bytes:
        """Return the value, or refuse.

        Raises
        ------
        AttError
            Where it cannot be read.
        """
        if self.on_read is None:
            raise AttError(AttErrorCode.READ_NOT_PERMITTED)
        return self.on_read()

    def write(self, value: bytes) -> None:
        """Take a value, or refuse.

        Raises
        ------
        AttError
            Where it cannot be written to, or the peripheral does not like it.
        """
        if self.on_write is None:
            raise AttError(AttErrorCode.WRITE_NOT_PERMITTED)
        self.on_write(value)

    def check_subscription(self) -> None:
        """Refuse to be subscribed to where it does.

        Raises
        ------
        AttError
            While it refuses.
        """
        if self.refuses_subscription is not None and self.refuses_subscription():
            raise AttError(AttErrorCode.UNLIKELY_ERROR)

    def subscribed(self, wanted: Wanted) -> None:
        """Take note of what a central asks for."""
        if self.on_subscription is not None:
            self.on_subscription(Wanted.NOTIFICATIONS in wanted)


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """What belongs together.

    Parameters
    ----------
    uuid
        128-bit.
    characteristics
        In the order they are offered.
    """

    uuid: str
    characteristics: Sequence[Characteristic]
