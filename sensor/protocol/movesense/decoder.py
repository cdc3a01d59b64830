"""Movesense sample stream: notifications into samples, whole batches at once.

A packet that exceeds one notification comes as a data notification and its continuations, without any
length field. What is known instead: all packets of a stream have the same size, and it is one of four. So
the first packet that has one of the four sizes settles the size; from then on a packet is complete when
exactly that many bytes have come, and whatever else comes is dropped and counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sensor.protocol.driver import Settings
from sensor.protocol.movesense.control import NotificationType
from sensor.protocol.movesense.frames import (
    ACC_RANGE_MPS2,
    GYR_RANGE_RADPS,
    SAMPLES_PER_PACKET,
    measured_blocks,
    payload_size,
)
from sensor.protocol.sample_blocks import at_full_scale
from sensor.samples import BoolArray, IntArray, SampleBlock
from sensor.units import RADPS_PER_DEGPS

_HEADER_BYTES = 2
_CONTINUATIONS = (NotificationType.DATA_PART_2, NotificationType.DATA_PART_3)


class _Parts(NamedTuple):
    """The stream's notifications in one feed.

    ``position`` (k,) index in the feed; ``starts`` (k,) true where a new packet begins; ``body`` (k,) bytes
    after the header.
    """

    position: IntArray
    starts: BoolArray
    body: IntArray


class MovesenseDecoder:
    """Decodes one connection's stream; see `sensor.protocol.driver.StreamDecoder`.

    A packet is dated by the notification that completes it.

    Parameters
    ----------
    settings
        ``path`` and ``reference`` of the subscription, as `MovesenseDriver.settings` gives them.

    Raises
    ------
    ValueError
        When a setting is missing or the path carries no acceleration.
    """

    def __init__(self, settings: Settings) -> None:
        if "path" not in settings or "reference" not in settings:
            raise ValueError(f"movesense: settings need path and reference, found {dict(settings)}")
        path = str(settings["path"])
        self._blocks = measured_blocks(path)
        if "acc" not in self._blocks:
            raise ValueError(f"movesense: {path} carries no acceleration")
        self._reference = int(settings["reference"])
        self._sizes = [payload_size(path, n) for n in SAMPLES_PER_PACKET]
        self._size = -1
        self._pending = b""
        self._rejected = 0

    @property
    def rejected(self) -> int:
        """Malformed notifications, stray continuations and packets that stayed incomplete, so far."""
        return self._rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        carried = [self._pending] if self._pending else []
        self._pending = b""
        received = [*carried, *notifications]
        dated_by, payloads = self._reassemble(received, self._own_parts(received))
        return self._decode(dated_by - len(carried), payloads)

    def _own_parts(self, received: list[bytes]) -> _Parts:
        size = np.fromiter(map(len, received), np.int64, len(received))
        stream = np.frombuffer(b"".join([*received, bytes(_HEADER_BYTES)]), np.uint8)
        begin = np.cumsum(size) - size
        # Of a notification shorter than its header the other bytes count as nought.
        kind, reference = (np.where(size > place, stream[begin + place], 0) for place in range(_HEADER_BYTES))
        known = (kind >= min(NotificationType)) & (kind <= max(NotificationType)) & (size >= _HEADER_BYTES)
        self._rejected += int(np.count_nonzero(~known))
        own = known & (kind != NotificationType.RESPONSE) & (reference == self._reference)
        starts = kind == NotificationType.DATA
        # A continuation names its subscription, not its packet: before the first beginning it fits nowhere.
        stray = own & (np.cumsum(own & starts) == 0)
        self._rejected += int(np.count_nonzero(stray))
        position = np.flatnonzero(own & ~stray)
        return _Parts(position, starts[position], size[position] - _HEADER_BYTES)

    def _reassemble(self, received: list[bytes], parts: _Parts) -> tuple[IntArray, npt.NDArray[np.uint8]]:
        """Return (p,) completing notifications and (p, size) payloads; keep what is still open."""
        packet = np.cumsum(parts.starts) - 1
        so_far = _bytes_so_far(parts, packet)
        size = self._settled_size(so_far)
        before = so_far - parts.body
        completes = (so_far == size) & (before < size)
        whole = np.isin(packet, packet[completes])
        # No part says how long its packet is, so one that comes after the last byte is of a packet whose
        # beginning was lost; where no packet is whole yet, the largest of the four sizes is the limit.
        surplus = ~parts.starts & np.where(whole, before >= size, before > self._sizes[-1])
        broken = np.count_nonzero(parts.starts & ~whole)
        # Only the last packet can still be completed: the beginning of another ends those before it.
        if broken and not whole[-1] and so_far[-1] <= self._sizes[-1]:
            broken -= 1
            last = parts.position[packet == packet[-1]].tolist()
            self._pending = received[last[0]] + _bodies(received, last[1:])
        self._rejected += int(np.count_nonzero(surplus) + broken)
        joined = _bodies(received, parts.position[whole & ~surplus].tolist())
        payloads = np.frombuffer(joined, np.uint8).reshape(-1, max(size, self._sizes[0]))
        return parts.position[completes], payloads

    def _settled_size(self, so_far: IntArray) -> int:
        """Return the size of all packets, -1 until any has reached one of the four."""
        possible = so_far[np.isin(so_far, self._sizes)]
        if self._size < 0 and len(possible):
            self._size = int(possible[0])
        return self._size

    def _decode(self, dated_by: IntArray, payloads: npt.NDArray[np.uint8]) -> SampleBlock:
        ticks = np.ascontiguousarray(payloads[:, :4]).view("<u4").ravel()
        samples = (payloads.shape[1] - 4) // (12 * len(self._blocks))
        values = np.ascontiguousarray(payloads[:, 4:]).view("<f4")
        values = values.reshape(len(payloads), len(self._blocks), samples, 3)
        finite = np.isfinite(values).all(axis=(1, 2, 3))
        if not finite.all():
            self._rejected += int(np.count_nonzero(~finite))
            dated_by, ticks, values = dated_by[finite], ticks[finite], values[finite]
        vectors = {
            name: values[:, i].astype(np.float64).reshape(-1, 3) for i, name in enumerate(self._blocks)
        }
        acc_mps2 = vectors["acc"]
        clipped = at_full_scale(acc_mps2, ACC_RANGE_MPS2)
        gyr_radps = vectors["gyr"] * RADPS_PER_DEGPS if "gyr" in vectors else None
        if gyr_radps is not None:
            clipped |= at_full_scale(gyr_radps, GYR_RANGE_RADPS)
        return SampleBlock(
            notification=dated_by,
            ticks=ticks.astype(np.int64),
            count=np.full(len(ticks), values.shape[2], np.int64),
            acc_sensor_mps2=acc_mps2,
            gyr_sensor_radps=gyr_radps,
            clipped=clipped,
        )


def _bytes_so_far(parts: _Parts, packet: IntArray) -> IntArray:
    """Return (k,) bytes of the part's packet up to and with it; ``packet`` (k,) counts packets from 0."""
    end = np.cumsum(parts.body)
    packet_start = (end - parts.body)[parts.starts]
    return end - packet_start[packet]


def _bodies(received: list[bytes], positions: list[int]) -> bytes:
    """Join what follows the headers of some notifications."""
    return b"".join([received[i][_HEADER_BYTES:] for i in positions])
