"""Capture2Go notifications into samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sensor.protocol.capture2go.frames import (
    ACC_CLIPPED,
    ACC_UNIT_MPS2,
    CLEARED,
    GYR_CLIPPED,
    GYR_UNIT_RADPS,
    MEASUREMENT,
    MODE,
    SAMPLES_PER_PACKAGE,
    STARTED,
    TIME_SET,
    PackageReader,
    measurement_header,
)
from sensor.protocol.driver import Settings
from sensor.protocol.sample_blocks import at_full_scale
from sensor.samples import BoolArray, IntArray, SampleBlock

_STARTS = frozenset((CLEARED, TIME_SET, MODE, STARTED))
"""Answers to what a driver starts with, `sensor.protocol.capture2go.driver`; one is enough."""

_LATEST_NS = 2**62
"""Packages dated beyond this (the year 2116) are damaged; the limit keeps differences of times exact."""


class Capture2GoDecoder:
    """Decodes one connection's notifications; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the time of the package's first sample, ns. All samples of a package that the sensor flagged
    as clipped count as clipped. Answers, and whatever comes on the real-time channel, are passed over; so
    are measurements before the first answer to a start: they waited in the sensor since an earlier
    connection, whose clock was another.

    Parameters
    ----------
    settings
        ``rate_hz``, as `Capture2GoDriver.settings` gives it.

    Raises
    ------
    ValueError
        When the rate is missing or none of the sensor's.
    """

    def __init__(self, settings: Settings) -> None:
        if "rate_hz" not in settings:
            raise ValueError(f"capture2go: settings need rate_hz, found {dict(settings)}")
        self._header = measurement_header(float(settings["rate_hz"]))
        self._reader = PackageReader()
        self._misfits = 0
        self._has_begun = False

    @property
    def rejected(self) -> int:
        """Places where the stream of packages broke, and measurements that do not fit, so far."""
        return self._reader.rejected + self._misfits

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        found = list(self._measurements(notifications))
        whole = [one for one in found if len(one[1]) == MEASUREMENT.itemsize]
        # All packages at once: a structured array reads a minute of them in the time that one takes in a
        # loop.
        table = np.frombuffer(b"".join([payload for _, payload in whole]), MEASUREMENT)
        sound = is_sound(table)
        position = np.array([position for position, _ in whole], np.int64)[sound]
        table = table[sound]
        self._misfits += len(found) - len(table)
        return samples_of(table, position)

    def _measurements(self, notifications: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
        for position, (header, payload), is_real_time in self._reader.feed(notifications):
            # Before the first answer the queue may hold what the sensor kept from an earlier connection.
            self._has_begun |= header in _STARTS
            if self._has_begun and header == self._header and not is_real_time:
                yield position, payload


def is_sound(rows: npt.NDArray[Any]) -> BoolArray:
    """Return (p,) which packed measurements, laid out by `frames.layout_of`, have a possible time."""
    sound: BoolArray = (rows["time_ns"] >= 0) & (rows["time_ns"] < _LATEST_NS)
    return sound


def samples_of(rows: npt.NDArray[Any], notification: IntArray) -> SampleBlock:
    """Return the samples of packed measurements.

    Parameters
    ----------
    rows
        (p,) as `sensor.protocol.capture2go.frames.layout_of` lays them out.
    notification
        (p,) the notification each came in.
    """
    acc_counts = rows["acc"].astype(np.float64).reshape(-1, 3)
    gyr_counts = rows["gyr"].astype(np.float64).reshape(-1, 3)
    # The flag is of the package: which of its eight samples was clipped is not told, so all of them are.
    flagged = (rows["flags"] & (ACC_CLIPPED | GYR_CLIPPED)) != 0
    clipped = at_full_scale(acc_counts, 2**15) | at_full_scale(gyr_counts, 2**15)
    return SampleBlock(
        notification=notification,
        ticks=rows["time_ns"].astype(np.int64),
        count=np.full(len(rows), SAMPLES_PER_PACKAGE, np.int64),
        acc_sensor_mps2=acc_counts * ACC_UNIT_MPS2,
        gyr_sensor_radps=gyr_counts * GYR_UNIT_RADPS,
        clipped=clipped | np.repeat(flagged, SAMPLES_PER_PACKAGE),
    )
