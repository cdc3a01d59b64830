"""The project's own data packets into samples, whole batches at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sensor.protocol.driver import Settings
from sensor.protocol.open_profile.frames import (
    ACC_CLIPPED,
    COUNTS,
    GYR_ABSENT,
    GYR_CLIPPED,
    IMPORT_HEADER,
    IMPORT_ROW,
    IMPORT_VERSION,
    LIVE_HEADER,
    LIVE_ROW,
    LIVE_VERSION,
    VERSION_MASK,
    Table,
    live_units,
)
from sensor.protocol.sample_blocks import at_full_scale
from sensor.samples import BoolArray, IntArray, SampleBlock

_LATEST_US = 2**62
"""Times beyond this (146,000 years) would overflow when samples' own times are added."""


class _Packets(NamedTuple):
    """Packets of a fitting layout: (p,) position among what was fed, (p,) headers, (n,) sample rows."""

    position: IntArray
    headers: Table
    rows: Table

    def keep(self, wanted: BoolArray) -> _Packets:
        """Return the packets marked in ``wanted`` (p,)."""
        of_row = np.repeat(wanted, self.headers["samples"])
        return _Packets(self.position[wanted], self.headers[wanted], self.rows[of_row])

    def of_every_row(self, flag: int) -> BoolArray:
        """Spread a flag of the packets over their (n,) rows."""
        return np.repeat((self.headers["flags"] & flag) != 0, self.headers["samples"])


class LiveDecoder:
    """Decodes version-1 packets; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the packet's time in us, modulo 2**32; ``sequence`` the index of its first sample. All
    samples of a packet that the sensor flagged as clipped count as clipped.

    Parameters
    ----------
    settings
        As for `sensor.protocol.open_profile.frames.live_units`.

    Raises
    ------
    ValueError
        When a range is missing.
    """

    def __init__(self, settings: Settings) -> None:
        self._acc_unit, self._gyr_unit = live_units(settings)
        self._rejected = 0

    @property
    def rejected(self) -> int:
        """Packets that did not fit the layout, so far."""
        return self._rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next packets, see `sensor.protocol.driver.StreamDecoder.feed`."""
        packets = _read(notifications, LIVE_VERSION, header=LIVE_HEADER, row=LIVE_ROW)
        self._rejected += len(notifications) - len(packets.position)
        acc_counts = packets.rows["acc"].astype(np.float64)
        gyr_counts = packets.rows["gyr"].astype(np.float64)
        clipped = at_full_scale(acc_counts, COUNTS) | at_full_scale(gyr_counts, COUNTS)
        return SampleBlock(
            notification=packets.position,
            ticks=packets.headers["time_us"].astype(np.int64),
            count=packets.headers["samples"].astype(np.int64),
            acc_sensor_mps2=acc_counts * self._acc_unit,
            gyr_sensor_radps=gyr_counts * self._gyr_unit,
            clipped=clipped | packets.of_every_row(ACC_CLIPPED | GYR_CLIPPED),
            sequence=packets.headers["index"].astype(np.int64),
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
        self._gyr_absent: bool | None = None
        self._rejected = 0

    @property
    def rejected(self) -> int:
        """Packets that did not fit the layout or held impossible values or times, so far."""
        return self._rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next packets, see `sensor.protocol.driver.StreamDecoder.feed`."""
        packets = _read(notifications, IMPORT_VERSION, header=IMPORT_HEADER, row=IMPORT_ROW)
        # A file either has a gyroscope or has none: a single packet that says otherwise is damaged, and would
        # make all rates uncertain.
        packets = packets.keep(self._of_this_kind(packets, _is_sound(packets)))
        self._rejected += len(notifications) - len(packets.position)
        acc_mps2 = packets.rows["acc"].astype(np.float64)
        gyr_radps = None if self._gyr_absent else packets.rows["gyr"].astype(np.float64)
        clipped = at_full_scale(acc_mps2, self._acc_range_mps2) | packets.of_every_row(ACC_CLIPPED)
        if gyr_radps is not None:
            clipped |= at_full_scale(gyr_radps, self._gyr_range_radps)
        return SampleBlock(
            notification=packets.position,
            ticks=packets.headers["time_us"].astype(np.int64),
            count=packets.headers["samples"].astype(np.int64),
            acc_sensor_mps2=acc_mps2,
            gyr_sensor_radps=gyr_radps,
            clipped=clipped,
            sequence=packets.headers["index"].astype(np.int64),
            sample_offset_ticks=packets.rows["after_us"].astype(np.int64),
        )

    def _of_this_kind(self, packets: _Packets, sound: BoolArray) -> BoolArray:
        """Mark sound packets that agree with the first one on whether there is a gyroscope."""
        absent = (packets.headers["flags"] & GYR_ABSENT) != 0
        if self._gyr_absent is None and sound.any():
            self._gyr_absent = bool(absent[np.argmax(sound)])
        # The first sound packet decides.
        agreeing: BoolArray = absent == bool(self._gyr_absent)
        return sound & agreeing


def _read(
    notifications: Sequence[bytes], version: int, *, header: np.dtype[Any], row: np.dtype[Any]
) -> _Packets:
    """Take all packets of one version whose size fits their number of samples."""
    fits = [
        len(one) > header.itemsize
        and one[0] & VERSION_MASK == version
        # The count in the header must agree with the size: a cut packet is told by it.
        and len(one) == header.itemsize + one[1] * row.itemsize
        for one in notifications
    ]
    position = np.flatnonzero(np.array(fits, np.bool_))
    good = [notifications[i] for i in position.tolist()]
    headers = np.frombuffer(b"".join([one[: header.itemsize] for one in good]), header)
    rows = np.frombuffer(b"".join([one[header.itemsize :] for one in good]), row)
    return _Packets(position, headers, rows)


def _is_sound(packets: _Packets) -> BoolArray:
    """Mark packets (p,) whose values are finite and whose times increase."""
    if not len(packets.headers):
        return np.zeros(0, np.bool_)
    rows, samples = packets.rows, packets.headers["samples"].astype(np.int64)
    first_row = np.cumsum(samples) - samples
    # Times rise within a packet and begin at nought; anything else was written by something else.
    later = np.diff(rows["after_us"].astype(np.int64), prepend=-1) > 0
    later[first_row] = rows["after_us"][first_row] == 0
    good = later & np.isfinite(rows["acc"]).all(axis=1) & np.isfinite(rows["gyr"]).all(axis=1)
    sound: BoolArray = np.logical_and.reduceat(good, first_row) & (packets.headers["time_us"] < _LATEST_US)
    return sound
