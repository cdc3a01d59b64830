"""Movesense measurement payloads: what follows the two-byte header of a data notification.

A payload is a time stamp (u32, ms since the sensor's start, of the first sample) and then one block of
n x (x, y, z) f32 per measured quantity, block after block, little-endian. Layout and units: Movesense,
"GATT SensorData protocol" (GD-77) and the ``meas`` API description; proven against published captures.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

import numpy as np

from sensor.errors import PacketError
from sensor.samples import FloatArray, freeze_arrays
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

KEY = "movesense"
SERVICE_UUID = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMAND_UUID = "34800001-7185-4d5d-b431-630e7050e8f0"
DATA_UUID = "34800002-7185-4d5d-b431-630e7050e8f0"
ADVERTISED_UUIDS = ("0000fdf3-0000-1000-8000-00805f9b34fb", "0000fe06-0000-1000-8000-00805f9b34fb")

RATES_HZ = (13, 26, 52, 104, 208, 416, 833, 1666)
SAMPLES_PER_PACKET = (1, 2, 4, 8)
"""The only packet sizes the firmware's own log descriptors know."""

ACC_RANGE_MPS2 = 8 * STANDARD_GRAVITY_MPS2
GYR_RANGE_RADPS = 2000 * RADPS_PER_DEGPS
"""Full scale while streaming; it cannot be changed over this protocol. From captured quantisation steps."""

_BLOCKS = {
    "IMU6": ("acc", "gyr"),
    "IMU9": ("acc", "gyr", "mag"),
    "IMU6m": ("acc", "mag"),
    "Acc": ("acc",),
    "Gyro": ("gyr",),
    "Magn": ("mag",),
}
_PATH = re.compile(r"/Meas/(\w+)/\d+")
_TIMESTAMP_BYTES = 4
_VECTOR_BYTES = 12


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """One packet of inertial samples.

    Parameters
    ----------
    timestamp_ms
        Time of the first sample, ms since the sensor's start, modulo 2**32.
    acc_mps2, gyr_radps, mag_ut
        (n, 3) specific force, angular rate, magnetic field (microtesla), sensor axes; None where the path
        does not carry it.
    """

    timestamp_ms: int
    acc_mps2: FloatArray | None = None
    gyr_radps: FloatArray | None = None
    mag_ut: FloatArray | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)


def measurement_path(kind: str, rate_hz: float) -> str:
    """Return the resource path of a measurement, for example ``/Meas/IMU6/104``.

    Raises
    ------
    ValueError
        When the sensor has no such measurement or rate.
    """
    if kind not in _BLOCKS or rate_hz not in RATES_HZ:
        known = f"{', '.join(_BLOCKS)} at {', '.join(map(str, RATES_HZ))} Hz"
        raise ValueError(f"movesense: no measurement {kind} at {rate_hz:g} Hz; it has {known}")
    return f"/Meas/{kind}/{int(rate_hz)}"


def measured_blocks(path: str) -> tuple[str, ...]:
    """Return which quantities (``acc``, ``gyr``, ``mag``) a path carries, in their order in the payload.

    Raises
    ------
    ValueError
        When the path is no inertial measurement.
    """
    match = _PATH.fullmatch(path)
    if match is None or match[1] not in _BLOCKS:
        raise ValueError(
            f"movesense: {path!r} is no inertial measurement, expected for example /Meas/IMU6/104"
        )
    return _BLOCKS[match[1]]


def payload_size(path: str, samples: int) -> int:
    """Return the bytes of a payload of ``samples`` samples."""
    return _TIMESTAMP_BYTES + _VECTOR_BYTES * len(measured_blocks(path)) * samples


def packet_samples(rate_hz: float) -> int:
    """Return the samples in a packet at this rate: what keeps packets 77 ms apart, at most 8."""
    # At 13 Hz a packet holds one sample; at each doubling it holds twice as many, so that their number a
    # second stays, until eight fill the MTU.
    return min(SAMPLES_PER_PACKET[-1], max(1, round(rate_hz / RATES_HZ[0])))


def decode_measurement(path: str, payload: bytes) -> Measurement:
    """Decode one whole payload.

    Parameters
    ----------
    path
        The subscribed resource, for example ``/Meas/IMU6/104``.
    payload
        A whole packet, its parts already joined, without the two-byte headers.

    Raises
    ------
    PacketError
        When the size does not fit the path or a value is not finite.
    """
    blocks = measured_blocks(path)
    # The packet has no count of its own: only its size tells how many samples it holds.
    samples, rest = divmod(len(payload) - _TIMESTAMP_BYTES, _VECTOR_BYTES * len(blocks))
    if samples < 1 or rest:
        raise PacketError(KEY, f"{len(payload)} bytes are no whole number of samples of {path}", payload)
    values = np.frombuffer(payload, "<f4", offset=_TIMESTAMP_BYTES).reshape(len(blocks), samples, 3)
    # Floats come as the firmware has them. A value that is none, from a damaged packet, would spread through
    # every filter after it.
    if not np.isfinite(values).all():
        raise PacketError(KEY, f"a value of {path} is not finite", payload)
    found = dict(zip(blocks, values.astype(np.float64), strict=True))
    gyr_degps = found.get("gyr")
    return Measurement(
        timestamp_ms=struct.unpack_from("<I", payload)[0],
        acc_mps2=found.get("acc"),
        gyr_radps=None if gyr_degps is None else gyr_degps * RADPS_PER_DEGPS,
        mag_ut=found.get("mag"),
    )


def encode_measurement(path: str, measurement: Measurement) -> bytes:
    """Encode one payload: the inverse of `decode_measurement`.

    Raises
    ------
    ValueError
        When a quantity that the path carries is missing.
    """
    gyr_radps = measurement.gyr_radps
    values = {
        "acc": measurement.acc_mps2,
        "gyr": None if gyr_radps is None else gyr_radps / RADPS_PER_DEGPS,
        "mag": measurement.mag_ut,
    }
    parts = [struct.pack("<I", measurement.timestamp_ms % 2**32)]
    for block in measured_blocks(path):
        vectors = values[block]
        if vectors is None:
            raise ValueError(f"movesense: {path} carries {block}, but the measurement has none")
        parts.append(vectors.astype("<f4").tobytes())
    return b"".join(parts)
