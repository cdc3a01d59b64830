"""Which radio to talk through: the machine's own Bluetooth adapter, or one made of software."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bleak.backends.client import BaseBleakClient
    from bleak.backends.scanner import BaseBleakScanner


@dataclass(frozen=True, slots=True)
class Radio:
    """The pair of bleak backends a link uses.

    Whatever talks to bleak passes these options on and never asks which radio it has, so that a simulated
    radio travels the same code as a real one.

    Parameters
    ----------
    client_backend
        Backend class for ``BleakClient``; None for the platform's own.
    scanner_backend
        Backend class for ``BleakScanner``; None for the platform's own.
    """

    client_backend: type[BaseBleakClient] | None = None
    scanner_backend: type[BaseBleakScanner] | None = None

    def client_options(self) -> dict[str, Any]:
        """Return the keyword arguments that make ``bleak.BleakClient`` use this radio."""
        return {} if self.client_backend is None else {"backend": self.client_backend}

    def scanner_options(self) -> dict[str, Any]:
        """Return the keyword arguments that make ``bleak.BleakScanner`` use this radio."""
        return {} if self.scanner_backend is None else {"backend": self.scanner_backend}
