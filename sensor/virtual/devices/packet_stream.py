"""The pace of a stream made of software: one packet after the other, due when its last sample is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sensor.virtual.devices.sampling import SampleTimes


class PacketStream:
    """Tells when the next packet is complete.

    Parameters
    ----------
    samples
        Samples in a packet.
    send
        Called with the index of a packet's first sample, at the loop time its last one is taken.
    """

    def __init__(self, samples: int, send: Callable[[int], None]) -> None:
        self._samples = samples
        self._send = send
        self._times: SampleTimes | None = None
        self._next_index = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self, times: SampleTimes) -> None:
        """Begin, or begin again, with the next sample of ``times``."""
        self.stop()
        self._times = times
        self._next_index = times.next_index(asyncio.get_running_loop().time())
        self._schedule(times)

    def stop(self) -> None:
        """End; what is not yet a whole packet is never sent."""
        if self._timer is not None:
            self._timer.cancel()
        self._times = None

    def _schedule(self, times: SampleTimes) -> None:
        complete_s = times.time_s(self._next_index + self._samples - 1)
        self._timer = asyncio.get_running_loop().call_at(complete_s, self._complete, times)

    def _complete(self, times: SampleTimes) -> None:
        first = self._next_index
        self._next_index += self._samples
        self._send(first)
        # Sending may have stopped the stream, or begun it anew.
        if self._times is times:
            self._schedule(times)
