"""Adafruit's accelerometer and gyroscope services: one sample per notification, three floats in SI units.

Each has a characteristic of its own, without time or number. There is no driver: both services have a
characteristic of the same UUID for their period, a second by default, and a program that addresses
characteristics by UUID cannot tell the two apart. Source: vendor library. Little-endian.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sensor.protocol.driver import Settings
from sensor.protocol.whole_rows import read_rows
from sensor.samples import FloatArray, IntArray, SampleBlock


def _uuid(number: int) -> str:
    return f"adaf{number:04x}-c332-42a8-93bd-25e905756cb8"


KEY = "adafruit"
PERIOD_UUID = _uuid(0x0001)
ACC_SERVICE_UUID = _uuid(0x0200)
ACC_UUID = _uuid(0x0201)
GYR_SERVICE_UUID = _uuid(0x0400)
GYR_UUID = _uuid(0x0401)

_PACKET = np.dtype([("vector", "<f4", 3)])


class AdafruitDecoder:
    """Decodes the acceleration of one connection; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the number of the sample since the connection began: there is no other time.

    Parameters
    ----------
    settings
        Nothing of it is needed.
    """

    def __init__(self, settings: Settings) -> None:
        self._samples = 0
        self._rejected = 0

    @property
    def rejected(self) -> int:
        """Notifications of another size or with a value that is no number, so far."""
        return self._rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        position, acc_mps2 = _finite_vectors(notifications)
        self._rejected += len(notifications) - len(acc_mps2)
        ticks = self._samples + np.arange(len(acc_mps2))
        self._samples += len(acc_mps2)
        return SampleBlock(
            notification=position,
            ticks=ticks,
            count=np.ones(len(acc_mps2), np.int64),
            acc_sensor_mps2=acc_mps2,
            gyr_sensor_radps=None,
            clipped=np.zeros(len(acc_mps2), np.bool_),
        )


def decode_vectors(notifications: Sequence[bytes]) -> FloatArray:
    """Decode notifications of either service, those that fit and are numbers: (k, 3) m/s2 or rad/s."""
    return _finite_vectors(notifications)[1]


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
