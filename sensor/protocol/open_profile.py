"""The project's own data packet: version 1 from a sensor, version 2 from an imported file.

Version 1 is what a small board can send: one time per packet and 16-bit values as shares of the full scale.
Version 2 must lose nothing of a file: every sample has its own time, and values are floats in SI units.
Layouts: ``firmware_notes/open-profile.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sensor.errors import PacketError
from sensor.protocol.driver import Settings
from sensor.protocol.full_scale import at_full_scale
from sensor.samples import BoolArray, FloatArray, IntArray, SampleBlock
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

KEY = "runtall"
IMPORT_KEY = "runtall-import"

ACC_CLIPPED = 1 << 4
GYR_CLIPPED = 1 << 5
GYR_ABSENT = 1 << 5
"""Bit 5 of the first byte: gyroscope clipped in version 1, no gyroscope in version 2."""

MOST_SAMPLES = 255
"""Samples a packet can hold: their number is one byte."""

_HEADER_FIELDS = [("flags", "u1"), ("samples", "u1"), ("sequence", "<u2"), ("index", "<u4")]
_LIVE_HEADER = np.dtype([*_HEADER_FIELDS, ("time_us", "<u4")])
_LIVE_ROW = np.dtype([("acc", "<i2", 3), ("gyr", "<i2", 3)])
_IMPORT_HEADER = np.dtype([*_HEADER_FIELDS, ("time_us", "<u8")])
_IMPORT_ROW = np.dtype([("after_us", "<u4"), ("acc", "<f4", 3), ("gyr", "<f4", 3)])

_VERSION_MASK = 0x0F
_LATEST_US = 2**62
_COUNTS = 2**15
_NEW_PACKET_AFTER_US = 10_000_000

_Table = npt.NDArray[Any]


class _PacketReader:
    """Packets of one version, as tables of headers and of sample rows."""

    def __init__(self, key: str, version: int, header: np.dtype[Any], row: np.dtype[Any]) -> None:
        self._key, self._version, self._header, self._row = key, version, header, row
        self.rejected = 0

    def complaint(self, packet: bytes) -> str:
        """Say in words what is wrong with the packet's layout; empty where nothing is."""
        if len(packet) < self._header.itemsize:
            return "shorter than a header"
        if packet[0] & _VERSION_MASK != self._version:
            return f"version {packet[0] & _VERSION_MASK}, expected {self._version}"
        if packet[1] == 0 or len(packet) != self._header.itemsize + packet[1] * self._row.itemsize:
            return f"{len(packet)} bytes do not fit {packet[1]} samples"
        return ""

    def check(self, packet: bytes) -> None:
        """Raise `PacketError` for a packet that does not fit the layout."""
        complaint = self.complaint(packet)
        if complaint:
            raise PacketError(self._key, complaint, packet)

    def read(self, packets: Sequence[bytes]) -> tuple[IntArray, _Table, _Table]:
        """Return the (p,) positions, headers and the (n,) rows of all packets that fit the layout."""
        fits = np.fromiter((not self.complaint(packet) for packet in packets), np.bool_, len(packets))
        index = np.flatnonzero(fits)
        self.rejected += len(packets) - len(index)
        good = [packets[i] for i in index.tolist()]
        headers = np.frombuffer(b"".join([one[: self._header.itemsize] for one in good]), self._header)
        rows = np.frombuffer(b"".join([one[self._header.itemsize :] for one in good]), self._row)
        return index, headers, rows

    def keep(
        self, wanted: BoolArray, index: IntArray, headers: _Table, rows: _Table
    ) -> tuple[IntArray, _Table, _Table]:
        """Keep the packets marked in ``wanted`` (p,) and count the others as rejected."""
        if wanted.all():
            return index, headers, rows
        self.rejected += int(np.count_nonzero(~wanted))
        return index[wanted], headers[wanted], rows[np.repeat(wanted, headers["samples"])]


class LiveDecoder:
    """Decodes version-1 packets; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the packet's time in us, modulo 2**32; ``sequence`` the index of its first sample.

    Parameters
    ----------
    settings
        ``acc_range_g`` and ``gyr_range_dps``: the full scale in force.

    Raises
    ------
    ValueError
        When a range is missing.
    """

    def __init__(self, settings: Settings) -> None:
        if "acc_range_g" not in settings or "gyr_range_dps" not in settings:
            raise ValueError(f"runtall: settings need acc_range_g and gyr_range_dps, found {dict(settings)}")
        self._acc_mps2_per_count = float(settings["acc_range_g"]) * STANDARD_GRAVITY_MPS2 / _COUNTS
        self._gyr_radps_per_count = float(settings["gyr_range_dps"]) * RADPS_PER_DEGPS / _COUNTS
        self._reader = _PacketReader(KEY, 1, _LIVE_HEADER, _LIVE_ROW)

    @property
    def rejected(self) -> int:
        """Packets that did not fit the layout, so far."""
        return self._reader.rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next packets, see `sensor.protocol.driver.StreamDecoder.feed`."""
        index, headers, rows = self._reader.read(notifications)
        acc_counts, gyr_counts = rows["acc"].astype(np.float64), rows["gyr"].astype(np.float64)
        flagged = (headers["flags"] & (ACC_CLIPPED | GYR_CLIPPED)) != 0
        clipped = at_full_scale(acc_counts, _COUNTS) | at_full_scale(gyr_counts, _COUNTS)
        return SampleBlock(
            notification=index,
            ticks=headers["time_us"].astype(np.int64),
            count=headers["samples"].astype(np.int64),
            acc_sensor_mps2=acc_counts * self._acc_mps2_per_count,
            gyr_sensor_radps=gyr_counts * self._gyr_radps_per_count,
            clipped=clipped | np.repeat(flagged, headers["samples"]),
            sequence=headers["index"].astype(np.int64),
        )


class ImportDecoder:
    """Decodes version-2 packets; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the time of the packet's first sample in us, ``sample_offset_ticks`` that of every sample
    after it; ``sequence`` the index of the first sample. Whether there is a gyroscope is settled by the
    first packet; packets that contradict it are rejected.

    Parameters
    ----------
    settings
        ``acc_range_mps2`` and ``gyr_range_radps`` where the file's full scale is known.
    """

    def __init__(self, settings: Settings) -> None:
        self._acc_range_mps2 = float(settings.get("acc_range_mps2", np.inf))
        self._gyr_range_radps = float(settings.get("gyr_range_radps", np.inf))
        self._reader = _PacketReader(IMPORT_KEY, 2, _IMPORT_HEADER, _IMPORT_ROW)
        self._gyr_absent: bool | None = None

    @property
    def rejected(self) -> int:
        """Packets that did not fit the layout or held a value that is not finite, so far."""
        return self._reader.rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next packets, see `sensor.protocol.driver.StreamDecoder.feed`."""
        index, headers, rows = self._sound(*self._reader.read(notifications))
        acc_mps2 = rows["acc"].astype(np.float64)
        gyr_radps = None if self._gyr_absent else rows["gyr"].astype(np.float64)
        flagged = (headers["flags"] & ACC_CLIPPED) != 0
        clipped = at_full_scale(acc_mps2, self._acc_range_mps2) | np.repeat(flagged, headers["samples"])
        if gyr_radps is not None:
            clipped |= at_full_scale(gyr_radps, self._gyr_range_radps)
        return SampleBlock(
            notification=index,
            ticks=headers["time_us"].astype(np.int64),
            count=headers["samples"].astype(np.int64),
            acc_sensor_mps2=acc_mps2,
            gyr_sensor_radps=gyr_radps,
            clipped=clipped,
            sequence=headers["index"].astype(np.int64),
            sample_offset_ticks=rows["after_us"].astype(np.int64),
        )

    def _sound(self, index: IntArray, headers: _Table, rows: _Table) -> tuple[IntArray, _Table, _Table]:
        """Leave out packets with impossible values or times, or of the other kind."""
        if not len(headers):
            return index, headers, rows
        finite = np.isfinite(rows["acc"]).all(axis=1) & np.isfinite(rows["gyr"]).all(axis=1)
        first_row = np.cumsum(headers["samples"], dtype=np.int64) - headers["samples"]
        good = np.logical_and.reduceat(finite, first_row) & (headers["time_us"] < _LATEST_US)
        absent = (headers["flags"] & GYR_ABSENT) != 0
        if self._gyr_absent is None and good.any():
            self._gyr_absent = bool(absent[np.argmax(good)])
        return self._reader.keep(good & (absent == self._gyr_absent), index, headers, rows)


def check_live_packet(packet: bytes) -> None:
    """Refuse a version-1 packet that does not fit the layout.

    Raises
    ------
    PacketError
        Says what does not fit.
    """
    _PacketReader(KEY, 1, _LIVE_HEADER, _LIVE_ROW).check(packet)


def check_import_packet(packet: bytes) -> None:
    """Refuse a version-2 packet that does not fit the layout.

    Raises
    ------
    PacketError
        Says what does not fit.
    """
    _PacketReader(IMPORT_KEY, 2, _IMPORT_HEADER, _IMPORT_ROW).check(packet)


def encode_import_packets(
    time_us: IntArray,
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray | None,
    samples_per_packet: int = 200,
) -> tuple[bytes, ...]:
    """Encode samples of a file as version-2 packets.

    Parameters
    ----------
    time_us
        (n,) us from the start of the session, not negative, not decreasing.
    acc_sensor_mps2, gyr_sensor_radps
        (n, 3) finite values; the second None without a gyroscope.
    samples_per_packet
        Most samples in one packet, 1 to 255.

    Raises
    ------
    ValueError
        When times decrease or are negative.
    """
    if len(time_us) and (time_us[0] < 0 or (np.diff(time_us) < 0).any()):
        raise ValueError("runtall-import: times must start at 0 or later and never decrease")
    rows = np.zeros(len(time_us), _IMPORT_ROW)
    rows["acc"] = acc_sensor_mps2
    if gyr_sensor_radps is not None:
        rows["gyr"] = gyr_sensor_radps
    starts = _packet_starts(time_us, samples_per_packet)
    counts = np.diff(np.append(starts, len(time_us)))
    rows["after_us"] = time_us - np.repeat(time_us[starts], counts)
    flags = 2 | (GYR_ABSENT if gyr_sensor_radps is None else 0)
    headers = _headers(_IMPORT_HEADER, np.full(len(starts), flags), counts, starts, time_us[starts])
    return _join(headers, rows, starts, counts)


def encode_live_packets(
    packet_time_us: IntArray,
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray,
    settings: Settings,
    samples_per_packet: int = 8,
) -> tuple[bytes, ...]:
    """Encode samples as version-1 packets; values beyond the full scale are clipped and flagged.

    Parameters
    ----------
    packet_time_us
        (p,) device time of each packet's first sample, us.
    acc_sensor_mps2, gyr_sensor_radps
        (n, 3) samples, ``p = ceil(n / samples_per_packet)``.
    settings
        As for `LiveDecoder`.
    samples_per_packet
        1 to 255.
    """
    rows = np.zeros(len(acc_sensor_mps2), _LIVE_ROW)
    acc_unit = float(settings["acc_range_g"]) * STANDARD_GRAVITY_MPS2 / _COUNTS
    gyr_unit = float(settings["gyr_range_dps"]) * RADPS_PER_DEGPS / _COUNTS
    rows["acc"] = np.clip(np.rint(acc_sensor_mps2 / acc_unit), -_COUNTS, _COUNTS - 1)
    rows["gyr"] = np.clip(np.rint(gyr_sensor_radps / gyr_unit), -_COUNTS, _COUNTS - 1)
    starts = np.arange(0, len(rows), samples_per_packet)
    counts = np.diff(np.append(starts, len(rows)))
    acc_hit = np.logical_or.reduceat(at_full_scale(rows["acc"].astype(np.float64), _COUNTS), starts)
    gyr_hit = np.logical_or.reduceat(at_full_scale(rows["gyr"].astype(np.float64), _COUNTS), starts)
    flags = 1 | ACC_CLIPPED * acc_hit | GYR_CLIPPED * gyr_hit
    return _join(_headers(_LIVE_HEADER, flags, counts, starts, packet_time_us), rows, starts, counts)


def _packet_starts(time_us: IntArray, samples_per_packet: int) -> IntArray:
    """Begin a packet after every pause, and then every so many samples: times inside fit 32 bits."""
    runs = np.flatnonzero(
        np.diff(time_us, prepend=time_us[:1] - _NEW_PACKET_AFTER_US - 1) > _NEW_PACKET_AFTER_US
    )
    in_run = np.arange(len(time_us)) - np.repeat(runs, np.diff(np.append(runs, len(time_us))))
    return np.flatnonzero(in_run % samples_per_packet == 0)


def _headers(
    layout: np.dtype[Any], flags: IntArray, counts: IntArray, starts: IntArray, time_us: IntArray
) -> _Table:
    headers = np.zeros(len(starts), layout)
    headers["flags"] = flags
    headers["samples"] = counts
    headers["sequence"] = np.arange(len(starts)) % 2**16
    headers["index"] = starts % 2**32
    headers["time_us"] = (
        time_us % 2 ** (8 * layout["time_us"].itemsize) if layout is _LIVE_HEADER else time_us
    )
    return headers


def _join(headers: _Table, rows: _Table, starts: IntArray, counts: IntArray) -> tuple[bytes, ...]:
    ends = (starts + counts).tolist()
    return tuple(
        header.tobytes() + rows[start:end].tobytes()
        for header, start, end in zip(headers, starts.tolist(), ends, strict=True)
    )
