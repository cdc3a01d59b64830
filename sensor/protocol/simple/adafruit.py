"""Adafruit's accelerometer and gyroscope services: one sample per notification, three floats in SI units.

Each has a characteristic of its own, without time or number, and one for its period, which has the same UUID
in both. Source: vendor library. Little-endian.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sensor.protocol.driver import BATTERY_LEVEL_UUID, Settings, Write
from sensor.protocol.sample_blocks import rates_alone, read_rows
from sensor.protocol.simple_driver import Conversation
from sensor.samples import FloatArray, IntArray, SampleBlock


def _uuid(number: int) -> str:
    return f"adaf{number:04x}-c332-42a8-93bd-25e905756cb8"


KEY = "adafruit"
PERIOD_UUID = _uuid(0x0001)
ACC_SERVICE_UUID = _uuid(0x0200)
ACC_UUID = _uuid(0x0201)
GYR_SERVICE_UUID = _uuid(0x0400)
GYR_UUID = _uuid(0x0401)

RATES_HZ = (25, 50)
"""What comes through: every sample is a notification of its own, twice."""

_NEVER_MS = -1
_PACKET = np.dtype([("vector", "<f4", 3)])
SAMPLE_BYTES = _PACKET.itemsize


class _VectorReader:
    """Reads the samples of one service and counts them."""

    def __init__(self) -> None:
        self.rejected = 0
        self._samples = 0

    def read(self, notifications: Sequence[bytes]) -> tuple[IntArray, IntArray, FloatArray]:
        """Return (k,) which notifications fit, (k,) numbers of their samples, (k, 3) vectors."""
        position, vectors = _finite_vectors(notifications)
        self.rejected += len(notifications) - len(vectors)
        number = self._samples + np.arange(len(vectors))
        self._samples += len(vectors)
        return position, number, vectors


class AdafruitDecoder:
    """Decodes the acceleration of one connection; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the number of the sample since the connection began: there is no other time.

    Parameters
    ----------
    settings
        Nothing of it is needed.
    """

    def __init__(self, settings: Settings) -> None:
        self._reader = _VectorReader()

    @property
    def rejected(self) -> int:
        """Notifications of another size or with a value that is no number, so far."""
        return self._reader.rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        position, number, acc_mps2 = self._reader.read(notifications)
        return SampleBlock(
            notification=position,
            ticks=number,
            count=np.ones(len(number), np.int64),
            acc_sensor_mps2=acc_mps2,
            gyr_sensor_radps=None,
            clipped=np.zeros(len(number), np.bool_),
        )


class AdafruitRatesDecoder:
    """Decodes the angular rate of one connection as `AdafruitDecoder` does the acceleration.

    Parameters
    ----------
    settings
        Nothing of it is needed.
    """

    def __init__(self, settings: Settings) -> None:
        self._reader = _VectorReader()

    @property
    def rejected(self) -> int:
        """Notifications of another size or with a value that is no number, so far."""
        return self._reader.rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        position, number, gyr_radps = self._reader.read(notifications)
        none_clipped = np.zeros(len(number), np.bool_)
        return rates_alone(
            position,
            number,
            count=np.ones(len(number), np.int64),
            gyr_sensor_radps=gyr_radps,
            clipped=none_clipped,
        )


def _finite_vectors(notifications: Sequence[bytes]) -> tuple[IntArray, FloatArray]:
    """Return (k,) which notifications fit, and (k, 3) what they hold."""
    position, rows = read_rows(notifications, _PACKET)
    finite = np.isfinite(rows["vector"]).all(axis=1)
    return position[finite], rows["vector"][finite].astype(np.float64)


def encode_vectors(vectors: FloatArray) -> tuple[bytes, ...]:
    """Encode (n, 3) m/s2 or rad/s as notifications."""
    return tuple(row.tobytes() for row in vectors.astype("<f4"))


def encode_period(period_ms: int) -> bytes:
    """Encode the period between samples; 0 is on every change, -1 never."""
    return period_ms.to_bytes(4, "little", signed=True)


def _set_periods(period_ms: int) -> tuple[Write, ...]:
    data = encode_period(period_ms)
    return tuple(Write(PERIOD_UUID, data, service=one) for one in (ACC_SERVICE_UUID, GYR_SERVICE_UUID))


def _start(rate_hz: int) -> tuple[Write, ...]:
    """Return what sets the periods of both services."""
    return _set_periods(round(1000 / rate_hz))


def _stop(_: int) -> tuple[Write, ...]:
    return _set_periods(_NEVER_MS)


CONVERSATION = Conversation(
    key=KEY,
    rates_hz=RATES_HZ,
    data_uuid=ACC_UUID,
    gyr_uuid=GYR_UUID,
    other_uuids=(BATTERY_LEVEL_UUID,),
    start=_start,
    stop=_stop,
)
"""Both services have a period of their own."""
