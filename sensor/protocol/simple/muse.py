"""Muse headbands (2016, 2, S): acceleration and angular rate, and the conversation that turns them on.

Each has a characteristic of its own: a number, then three samples, big-endian; no time. Source: open drivers.
Newer headbands (Athena) speak another protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sensor.protocol.driver import Settings, Write
from sensor.protocol.sample_blocks import at_full_scale, rates_alone, read_rows
from sensor.protocol.simple_driver import Conversation
from sensor.samples import FloatArray, IntArray, SampleBlock
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2


def _uuid(number: int) -> str:
    return f"273e{number:04x}-4c4d-454d-96be-f03bac821358"


KEY = "muse"
ADVERTISED_UUID = "0000fe8d-0000-1000-8000-00805f9b34fb"
CONTROL_UUID = _uuid(0x0001)
GYR_UUID = _uuid(0x0009)
ACC_UUID = _uuid(0x000A)

ATHENA = (
    "it has not the characteristics of a Muse 2016, 2 or S: it is a Muse S Athena or newer, which "
    "goes by the same name but speaks another protocol, and cannot be recorded"
)

START, HALT = "d", "h"
"""Commands that start and stop what is measured."""

_PRESET, _KEEP_ALIVE = "p21", "k"

RATE_HZ = 52
SAMPLES_PER_PACKET = 3
ACC_UNIT_MPS2 = 0.0000610352 * STANDARD_GRAVITY_MPS2
GYR_UNIT_RADPS = 0.0074768 * RADPS_PER_DEGPS
ACC_RANGE_MPS2 = 2 * STANDARD_GRAVITY_MPS2
GYR_RANGE_RADPS = 2**15 * GYR_UNIT_RADPS

_COUNTS = 2**15
_NUMBERS = 2**16
_PACKET = np.dtype([("number", ">u2"), ("values", ">i2", (SAMPLES_PER_PACKET, 3))])


class _Packets(NamedTuple):
    """Notifications of one stream: (p,) position, (p,) number of the first sample, (3 p, 3) counts."""

    position: IntArray
    first: IntArray
    counts: FloatArray


class _PacketReader:
    """Reads notifications of either stream and lets their numbers go on rising."""

    def __init__(self) -> None:
        self.rejected = 0
        self._last = -1

    def read(self, notifications: Sequence[bytes]) -> _Packets:
        position, rows = read_rows(notifications, _PACKET)
        self.rejected += len(notifications) - len(rows)
        first = SAMPLES_PER_PACKET * self._unwrap(rows["number"].astype(np.int64))
        return _Packets(position, first, rows["values"].astype(np.float64).reshape(-1, 3))

    def _unwrap(self, numbers: IntArray) -> IntArray:
        """Let numbers go on rising; the same one again means a whole round was lost."""
        steps = (np.diff(numbers, prepend=self._last) - 1) % _NUMBERS + 1
        risen: IntArray = self._last + np.cumsum(steps)
        if len(risen):
            self._last = int(risen[-1])
        return risen


class MuseDecoder:
    """Decodes the acceleration of one connection; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` and ``sequence`` number the samples from the first notification, lost ones counted.

    Parameters
    ----------
    settings
        Nothing of it is needed.
    """

    def __init__(self, settings: Settings) -> None:
        self._reader = _PacketReader()

    @property
    def rejected(self) -> int:
        """Notifications of another size, so far."""
        return self._reader.rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        position, first, counts = self._reader.read(notifications)
        return SampleBlock(
            notification=position,
            ticks=first,
            count=np.full(len(first), SAMPLES_PER_PACKET, np.int64),
            acc_sensor_mps2=counts * ACC_UNIT_MPS2,
            gyr_sensor_radps=None,
            clipped=at_full_scale(counts, _COUNTS),
            sequence=first,
        )


class MuseRatesDecoder:
    """Decodes the angular rate of one connection as `MuseDecoder` does the acceleration.

    Parameters
    ----------
    settings
        Nothing of it is needed.
    """

    def __init__(self, settings: Settings) -> None:
        self._reader = _PacketReader()

    @property
    def rejected(self) -> int:
        """Notifications of another size, so far."""
        return self._reader.rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        position, first, counts = self._reader.read(notifications)
        count = np.full(len(first), SAMPLES_PER_PACKET, np.int64)
        clipped = at_full_scale(counts, _COUNTS)
        return rates_alone(
            position,
            first,
            count=count,
            gyr_sensor_radps=counts * GYR_UNIT_RADPS,
            clipped=clipped,
            sequence=first,
        )


def encode_packets(vectors: FloatArray, unit: float, *, first_number: int = 0) -> tuple[bytes, ...]:
    """Encode (3 k, 3) vectors as k notifications; values beyond the full scale are clipped.

    Parameters
    ----------
    vectors
        Acceleration in m/s2 or angular rate in rad/s.
    unit
        `ACC_UNIT_MPS2` or `GYR_UNIT_RADPS`.
    first_number
        Of the first notification.
    """
    rows = np.zeros(len(vectors) // SAMPLES_PER_PACKET, _PACKET)
    rows["number"] = (first_number + np.arange(len(rows))) % _NUMBERS
    counts = np.clip(np.rint(vectors / unit), -_COUNTS, _COUNTS - 1)
    rows["values"] = counts.reshape(-1, SAMPLES_PER_PACKET, 3)
    return tuple(row.tobytes() for row in rows)


def encode_command(command: str) -> bytes:
    """Encode a command: its length, its letters, a line feed."""
    line = command.encode() + b"\n"
    return bytes([len(line)]) + line


def _write(command: str) -> Write:
    return Write(CONTROL_UUID, encode_command(command), response=False)


def _start(_: int) -> tuple[Write, ...]:
    """Return what begins the stream; its rate cannot be chosen."""
    return _write(_PRESET), _write(START)


def _stop(_: int) -> tuple[Write, ...]:
    return (_write(HALT),)


CONVERSATION = Conversation(
    key=KEY,
    rates_hz=(RATE_HZ,),
    data_uuid=ACC_UUID,
    gyr_uuid=GYR_UUID,
    other_uuids=(CONTROL_UUID,),
    start=_start,
    stop=_stop,
    poll=(_write(_KEEP_ALIVE),),
)
"""It stops by itself where nobody tells it from time to time that somebody listens."""
