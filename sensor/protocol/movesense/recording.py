"""A Movesense's own recording into samples and clock readings."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sensor.errors import PacketError
from sensor.protocol.driver import ClockReading
from sensor.protocol.movesense import sbem
from sensor.protocol.movesense.frames import ACC_RANGE_MPS2, GYR_RANGE_RADPS, SAMPLES_PER_PACKET
from sensor.protocol.movesense.sbem import Descriptor, Leaf
from sensor.protocol.sample_blocks import at_full_scale
from sensor.samples import FloatArray, IntArray, SampleBlock
from sensor.units import RADPS_PER_DEGPS

_STREAMS = ("MeasIMU6", "MeasIMU9", "MeasIMU6m", "MeasAcc")
"""Streams with acceleration, the ones with angular rate first."""

_ACC, _GYR = ("ArrayAcc", "ArrayGyro")
_TIME = "TimeDetailed"


def _built_in() -> dict[int, Descriptor]:
    """Return the numbers of firmwares that write no descriptors (all but the Flash model)."""
    # Negative: parts of a group whose own numbers are not documented.
    known: dict[int, Descriptor] = {
        11: Leaf("MeasIMU6.Timestamp", "uint32"),
        13: Leaf("MeasIMU9.Timestamp", "uint32"),
        89: (39, 40, 41),
        90: (-1, -2, -3),
        91: (-4, -5, -6),
        -7: Leaf(f"{_TIME}.relativeTime", "uint32"),
        -8: Leaf(f"{_TIME}.utcTime", "uint64"),
        102: (-7, -8),
    }
    for vectors, numbers in (
        (f"MeasIMU6.{_ACC}", (27, 28, 29)),
        (f"MeasIMU6.{_GYR}", (30, 31, 32)),
        (f"MeasIMU9.{_ACC}", (39, 40, 41)),
        (f"MeasIMU9.{_GYR}", (-1, -2, -3)),
        ("MeasIMU9.ArrayMagn", (-4, -5, -6)),
    ):
        known |= {i: Leaf(f"{vectors}.{axis}", "float32") for i, axis in zip(numbers, "xyz", strict=True)}
    for i, n in enumerate(SAMPLES_PER_PACKET):
        known[79 + i] = (11, *(27, 28, 29) * n, *(30, 31, 32) * n)
        known[92 + i] = (13, *(89,) * n, *(90,) * n, *(91,) * n)
    return known


@dataclass(frozen=True, slots=True, eq=False)
class SensorLog:
    """What a recording holds.

    Parameters
    ----------
    stream
        Which measurement, for example ``MeasIMU6``; empty where there is none with acceleration.
    samples
        ``ticks`` are ms since the sensor's start, of each packet's first sample; ``notification`` numbers the
        packets.
    clock_readings
        The sensor's own clock against its wall clock, in order.
    skipped_chunks
        Chunks of other streams, and those that do not fit their description.
    cut_bytes
        What is left behind the last whole chunk, as after a power loss.
    """

    stream: str
    samples: SampleBlock
    clock_readings: tuple[ClockReading, ...]
    skipped_chunks: int
    cut_bytes: int = 0


class _Part(NamedTuple):
    """Packets of one chunk number: (p,) place in the file, (p,) ms, samples each, (p * n, 3) values."""

    order: IntArray
    timestamp_ms: IntArray
    samples: int
    acc_mps2: FloatArray
    gyr_degps: FloatArray | None


def read_log(data: bytes) -> SensorLog:
    """Read a recording fetched from a Movesense, or a file of it.

    A stream with angular rate is taken before one without. A chunk that does not have the size its
    description tells is skipped, as is a last one that is cut.

    Raises
    ------
    PacketError
        When it is no such file or a description cannot be understood.
    """
    described: dict[int, Descriptor] = {}
    chunks: dict[int, array[int]] = {}
    total, end = 0, len(sbem.MAGIC)
    for chunk in sbem.read_chunks(data):
        end = chunk.end
        if chunk.number == sbem.DESCRIPTOR:
            number, descriptor = sbem.parse_descriptor(chunk.payload)
            described[number] = descriptor
        else:
            chunks.setdefault(chunk.number, array("q")).extend((end, len(chunk.payload)))
            total += 1
    tables = _tables(data, chunks, described or _built_in())
    stream = next((s for s in _STREAMS if any(_has(fields, f"{s}.{_ACC}") for _, _, fields in tables)), "")
    parts = [
        _part(order, rows, fields=fields, stream=stream)
        for order, rows, fields in tables
        if stream and _has(fields, f"{stream}.{_ACC}")
    ]
    readings = _clock_readings(tables)
    used = sum(len(part.order) for part in parts) + len(readings)
    return SensorLog(
        stream=stream,
        samples=_block(parts),
        clock_readings=readings,
        skipped_chunks=total - used,
        cut_bytes=len(data) - end,
    )


_Fields = Mapping[str, list[str]]
"""Path to the names of its columns, in order of their bytes."""

_Table = tuple[IntArray, npt.NDArray[Any], _Fields]
"""Place in the file, rows, and which columns hold what."""


def _tables(
    data: bytes, chunks: Mapping[int, array[int]], described: Mapping[int, Descriptor]
) -> list[_Table]:
    """Read all chunks of one number at once, those of the described size.

    Parameters
    ----------
    data
        The file.
    chunks
        Number to end and length, in turn, of its chunks: as objects of their own, the smallest of chunks
        would take fifty times the memory of the file.
    described
        What the numbers mean.
    """
    tables: list[_Table] = []
    for number, spans in chunks.items():
        leaves = sbem.unfold(number, described)
        if leaves is None or not leaves or not all(leaf.type for leaf in leaves):
            continue
        layout = np.dtype([(str(i), sbem.TYPES[leaf.type]) for i, leaf in enumerate(leaves)])
        end, length = np.array(spans).reshape(-1, 2).T
        end = end[length == layout.itemsize]
        fields: dict[str, list[str]] = {}
        for i, leaf in enumerate(leaves):
            fields.setdefault(leaf.path, []).append(str(i))
        # The place in the file keeps the order in which chunks of different numbers were written.
        tables.append((end, _rows(data, end - layout.itemsize, layout), fields))
    return tables


def _rows(data: bytes, start: IntArray, layout: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return the rows of a layout that begin at these places."""
    if not len(start):
        return np.zeros(0, layout)
    windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(data, np.uint8), layout.itemsize)
    return np.frombuffer(windows[start].tobytes(), layout)


def _has(fields: _Fields, array: str) -> bool:
    return all(f"{array}.{axis}" in fields for axis in "xyz")


def _part(order: IntArray, rows: npt.NDArray[Any], *, fields: _Fields, stream: str) -> _Part:
    times = fields.get(f"{stream}.Timestamp")
    # Descriptors come from the file: whatever is not the time we know how to unwrap is refused rather than
    # guessed.
    if times is None or rows.dtype[times[0]] != np.uint32:
        raise PacketError(sbem.KEY, f"{stream} is described without a time of 32 bits", b"")
    acc_mps2, samples = _vectors(rows, fields, f"{stream}.{_ACC}")
    gyr = _vectors(rows, fields, f"{stream}.{_GYR}") if _has(fields, f"{stream}.{_GYR}") else None
    if gyr is not None and gyr[1] != samples:
        raise PacketError(sbem.KEY, f"{stream} is described with blocks of different length", b"")
    finite = np.isfinite(acc_mps2).all(axis=(1, 2))
    if gyr is not None:
        finite &= np.isfinite(gyr[0]).all(axis=(1, 2))
    timestamp_ms = rows[times[0]].astype(np.int64)
    return _Part(
        order[finite],
        timestamp_ms[finite],
        samples,
        acc_mps2[finite].reshape(-1, 3),
        None if gyr is None else gyr[0][finite].reshape(-1, 3),
    )


def _vectors(rows: npt.NDArray[Any], fields: _Fields, array: str) -> tuple[FloatArray, int]:
    """Return (p, n, 3) vectors and n, at most as many as all three axes have."""
    columns = [fields[f"{array}.{axis}"] for axis in "xyz"]
    samples = min(map(len, columns))
    axes = [np.stack([rows[name] for name in names[:samples]], axis=1) for names in columns]
    with np.errstate(invalid="ignore"):  # a signalling NaN is told on conversion; it is left out anyway
        return np.stack(axes, axis=2).astype(np.float64), samples


def _block(parts: list[_Part]) -> SampleBlock:
    """Lay packets of several sizes one after the other in the file's order."""
    none = np.zeros(0, np.int64)
    order = np.concatenate([none, *(part.order for part in parts)])
    count = np.concatenate([none, *(np.full(len(part.order), part.samples) for part in parts)])
    ticks = np.concatenate([none, *(part.timestamp_ms for part in parts)])
    packets = np.argsort(order)
    # Stable: samples of one chunk keep their order.
    rows = np.argsort(np.repeat(order, count), kind="stable")
    acc_mps2 = np.concatenate([np.zeros((0, 3)), *(part.acc_mps2 for part in parts)])[rows]
    gyr = [part.gyr_degps for part in parts if part.gyr_degps is not None]
    clipped = at_full_scale(acc_mps2, ACC_RANGE_MPS2)
    gyr_radps = None
    # Rates only where every part has them: half a recording with and half without has no common columns.
    if gyr and len(gyr) == len(parts):
        gyr_radps = np.concatenate(gyr)[rows] * RADPS_PER_DEGPS
        clipped |= at_full_scale(gyr_radps, GYR_RANGE_RADPS)
    return SampleBlock(
        notification=np.arange(len(packets)),
        ticks=ticks[packets],
        count=count[packets],
        acc_sensor_mps2=acc_mps2,
        gyr_sensor_radps=gyr_radps,
        clipped=clipped,
    )


def _clock_readings(tables: list[_Table]) -> tuple[ClockReading, ...]:
    found: list[tuple[int, ClockReading]] = []
    for order, rows, fields in tables:
        relative, utc = fields.get(f"{_TIME}.relativeTime"), fields.get(f"{_TIME}.utcTime")
        if relative and utc and all(rows.dtype[name].kind in "iu" for name in (relative[0], utc[0])):
            readings = zip(order.tolist(), rows[relative[0]].tolist(), rows[utc[0]].tolist(), strict=True)
            found.extend((at, ClockReading(int(ms), int(us))) for at, ms, us in readings)
    return tuple(reading for _, reading in sorted(found, key=lambda one: one[0]))
