"""The project's own data packet: its layout, and arrays into packets.

Version 1 is what a small board can send: one time per packet, 16-bit values as shares of the full scale.
Version 2 must lose nothing of an imported file: every sample has its own time, values are floats in SI
units, and a gyroscope may be absent. Byte tables: ``firmware_notes/open-profile.md``. The way back is in
`sensor.protocol.open_profile.decoder`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sensor.protocol.driver import Settings
from sensor.protocol.sample_blocks import at_full_scale
from sensor.samples import FloatArray, IntArray
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

LIVE_VERSION = 1
IMPORT_KEY = "runtall-import"
IMPORT_VERSION = 2
VERSION_MASK = 0x0F

ACC_CLIPPED = 1 << 4
GYR_CLIPPED = 1 << 5
GYR_ABSENT = 1 << 5
"""Bit 5 of the first byte: gyroscope clipped in version 1, no gyroscope in version 2."""

SAMPLES_DROPPED = 1 << 6
"""Bit 6 in version 1: samples were dropped by the sensor before this packet."""

_HEADER_FIELDS = [("flags", "u1"), ("samples", "u1"), ("sequence", "<u2"), ("index", "<u4")]
LIVE_HEADER = np.dtype([*_HEADER_FIELDS, ("time_us", "<u4")])
LIVE_ROW = np.dtype([("acc", "<i2", 3), ("gyr", "<i2", 3)])
IMPORT_HEADER = np.dtype([*_HEADER_FIELDS, ("time_us", "<u8")])
IMPORT_ROW = np.dtype([("after_us", "<u4"), ("acc", "<f4", 3), ("gyr", "<f4", 3)])

COUNTS = 2**15
"""Counts in one full scale of version 1."""

LONGEST_STEP_US = 10_000_000
"""A longer pause begins a new packet, so that 255 samples always lie within the 32 bits of their times."""

Table = npt.NDArray[Any]
"""Structured array of headers or of sample rows."""


def live_units(settings: Settings) -> tuple[float, float]:
    """Return what one count of version 1 is worth: m/s2 and rad/s.

    Parameters
    ----------
    settings
        ``acc_range_g`` and ``gyr_range_dps``: the full scale in force.

    Raises
    ------
    ValueError
        When a range is missing.
    """
    if "acc_range_g" not in settings or "gyr_range_dps" not in settings:
        raise ValueError(f"runtall: settings need acc_range_g and gyr_range_dps, found {dict(settings)}")
    acc_range_mps2 = float(settings["acc_range_g"]) * STANDARD_GRAVITY_MPS2
    gyr_range_radps = float(settings["gyr_range_dps"]) * RADPS_PER_DEGPS
    return acc_range_mps2 / COUNTS, gyr_range_radps / COUNTS


def fitting_samples(payload_bytes: int) -> int:
    """Return how many samples a version-1 packet of at most this size holds."""
    return (payload_bytes - LIVE_HEADER.itemsize) // LIVE_ROW.itemsize


def encode_live_packets(
    packet_time_us: IntArray,
    acc_sensor_mps2: FloatArray,
    *,
    gyr_sensor_radps: FloatArray,
    settings: Settings,
    samples_per_packet: int = 8,
    first_sequence: int = 0,
    first_index: int = 0,
    after_dropped: bool = False,
) -> tuple[bytes, ...]:
    """Encode samples as version-1 packets; values beyond the full scale are clipped and flagged.

    Parameters
    ----------
    packet_time_us
        (p,) device time of each packet's first sample, us.
    acc_sensor_mps2, gyr_sensor_radps
        (n, 3) samples, ``p = ceil(n / samples_per_packet)``.
    settings
        As for `live_units`.
    samples_per_packet
        1 to 255.
    first_sequence, first_index
        Number of the first packet and of its first sample; both wrap.
    after_dropped
        Whether samples were dropped before the first packet.
    """
    rows = np.zeros(len(acc_sensor_mps2), LIVE_ROW)
    acc_unit, gyr_unit = live_units(settings)
    rows["acc"] = np.clip(np.rint(acc_sensor_mps2 / acc_unit), -COUNTS, COUNTS - 1)
    rows["gyr"] = np.clip(np.rint(gyr_sensor_radps / gyr_unit), -COUNTS, COUNTS - 1)
    starts = np.arange(0, len(rows), samples_per_packet)
    flags = np.full(len(starts), LIVE_VERSION)
    for name, flag in (("acc", ACC_CLIPPED), ("gyr", GYR_CLIPPED)):
        clipped = at_full_scale(rows[name].astype(np.float64), COUNTS)
        flags |= flag * np.logical_or.reduceat(clipped, starts)
    if after_dropped and len(flags):
        flags[0] |= SAMPLES_DROPPED
    headers = _headers(LIVE_HEADER, flags, time_us=packet_time_us % 2**32, starts=starts, total=len(rows))
    headers["sequence"] = (first_sequence + np.arange(len(starts))) % 2**16
    headers["index"] = (first_index + starts) % 2**32
    return _packets(headers, starts, rows)


def encode_import_packets(
    time_us: IntArray,
    acc_sensor_mps2: FloatArray,
    *,
    gyr_sensor_radps: FloatArray | None,
    samples_per_packet: int = 200,
) -> tuple[bytes, ...]:
    """Encode samples of a file as version-2 packets.

    Parameters
    ----------
    time_us
        (n,) us from the start of the session, not negative, increasing.
    acc_sensor_mps2, gyr_sensor_radps
        (n, 3) finite values; the second None without a gyroscope.
    samples_per_packet
        Most samples in one packet, 1 to 255.

    Raises
    ------
    ValueError
        When times do not increase or are negative.
    """
    if len(time_us) and (time_us[0] < 0 or (np.diff(time_us) <= 0).any()):
        raise ValueError("runtall-import: times must start at 0 or later and increase")
    rows = np.zeros(len(time_us), IMPORT_ROW)
    rows["acc"] = acc_sensor_mps2
    flags = IMPORT_VERSION
    if gyr_sensor_radps is None:
        flags |= GYR_ABSENT
    else:
        rows["gyr"] = gyr_sensor_radps
    starts = _packet_starts(time_us, samples_per_packet)
    packet_time_us = time_us[starts]
    rows["after_us"] = time_us - np.repeat(packet_time_us, _lengths(starts, len(time_us)))
    flags_of_packets = np.full(len(starts), flags)
    headers = _headers(
        IMPORT_HEADER, flags_of_packets, time_us=packet_time_us, starts=starts, total=len(rows)
    )
    return _packets(headers, starts, rows)


def _packet_starts(time_us: IntArray, samples_per_packet: int) -> IntArray:
    """Begin a packet after every long pause, and from there after every so many samples."""
    # A packet dates its samples by 32 bits of microseconds after its first: a long pause begins a new one.
    pauses = np.flatnonzero(np.diff(time_us) > LONGEST_STEP_US) + 1
    runs = np.concatenate([np.zeros(min(len(time_us), 1), np.int64), pauses])
    in_run = np.arange(len(time_us)) - np.repeat(runs, _lengths(runs, len(time_us)))
    return np.flatnonzero(in_run % samples_per_packet == 0)


def _lengths(starts: IntArray, total: int) -> IntArray:
    lengths: IntArray = np.diff(np.append(starts, total))
    return lengths


def _headers(
    layout: np.dtype[Any], flags: IntArray, *, time_us: IntArray, starts: IntArray, total: int
) -> Table:
    headers = np.zeros(len(starts), layout)
    headers["flags"] = flags
    headers["samples"] = _lengths(starts, total)
    headers["sequence"] = np.arange(len(starts)) % 2**16
    # The number of the first sample: it tells how many are lost where the sequence only says that some are.
    headers["index"] = starts % 2**32
    headers["time_us"] = time_us
    return headers


def _packets(headers: Table, starts: IntArray, rows: Table) -> tuple[bytes, ...]:
    ends = starts + headers["samples"]
    bounds = zip(headers, starts.tolist(), ends.tolist(), strict=True)
    return tuple(header.tobytes() + rows[start:end].tobytes() for header, start, end in bounds)
