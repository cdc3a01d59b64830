"""Which radio to talk through: the machine's own Bluetooth adapter, or one made of software."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sensor.link.adapter import Adapter

if TYPE_CHECKING:
    from bleak.backends.client import BaseBleakClient
    from bleak.backends.scanner import BaseBleakScanner


@dataclass(frozen=True, slots=True)
class Radio:
    """The pair of bleak backends a link uses.

    Whatever talks to bleak passes these options on and never asks which radio it has, so that a simulated
    radio travels the same code as a real one. Make one and hand it to all: what runs at the same time through
    one radio shares its scan and takes turns at connecting.

    Parameters
    ----------
    client_backend
        Backend class for ``BleakClient``; None for the platform's own.
    scanner_backend
        Backend class for ``BleakScanner``; None for the platform's own.
    """

    client_backend: type[BaseBleakClient] | None = None
    scanner_backend: type[BaseBleakScanner] | None = None
    _adapters: dict[asyncio.AbstractEventLoop, Adapter] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def adapter(self) -> Adapter:
        """Return what is being done with this radio in the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._adapters:
            # Locks and scanners belong to the event loop they were made in, and end with it.
            for ended in [other for other in self._adapters if other.is_closed()]:
                del self._adapters[ended]
            self._adapters[loop] = Adapter(self.scanner_options())
        return self._adapters[loop]

    def client_options(self) -> dict[str, Any]:
        """Return the keyword arguments that make ``bleak.BleakClient`` use this radio."""
        return {} if self.client_backend is None else {"backend": self.client_backend}

    def scanner_options(self) -> dict[str, Any]:
        """Return the keyword arguments that make ``bleak.BleakScanner`` use this radio."""
        return {} if self.scanner_backend is None else {"backend": self.scanner_backend}
