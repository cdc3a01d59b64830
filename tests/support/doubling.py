"""A computer's Bluetooth that calls a program twice for each notification, as some do after a reconnect."""

from __future__ import annotations

from typing import Any, ClassVar

from sensor.link.radio import Radio


def calling_twice(bleak: Radio, since_connection: int) -> Radio:
    """Return a radio's backends, with all notifications told twice from some connection on."""
    backend = bleak.client_backend
    assert backend is not None

    class CallingTwice(backend):  # type: ignore[misc, valid-type]  # the base is chosen while running
        connections: ClassVar[int] = 0

        async def connect(self, pair: bool, **kwargs: Any) -> None:
            await super().connect(pair, **kwargs)
            type(self).connections += 1

        async def start_notify(self, characteristic: Any, callback: Any, **kwargs: Any) -> None:
            times = 2 if self.connections >= since_connection else 1

            def forward(payload: bytearray) -> None:
                for _ in range(times):
                    callback(bytearray(payload))

            await super().start_notify(characteristic, forward, **kwargs)

    return Radio(client_backend=CallingTwice, scanner_backend=bleak.scanner_backend)
