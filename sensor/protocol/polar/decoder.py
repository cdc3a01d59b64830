"""Polar data notifications into samples.

A sensor with a gyroscope sends it in frames of its own, sampled at moments of its own, beside those of the
accelerometer. A row of a `SampleBlock` has both, so the angular rate is interpolated linearly to the moments
of the accelerometer, see `sensor.protocol.polar.pairing`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sensor.protocol.driver import Settings
from sensor.protocol.full_scale import at_full_scale
from sensor.protocol.polar.control import Measurement
from sensor.protocol.polar.frames import PACKED, Frames, decode_frames
from sensor.protocol.polar.pairing import JoinedRows, StreamJoiner, Timed
from sensor.samples import BoolArray, FloatArray, IntArray, SampleBlock
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

_LATEST_NS = 2**62
"""Frames dated beyond this (the year 2146) are damaged; the limit keeps differences of times exact."""

_G_PER_MG = 1e-3
_NEEDED = ("rate_hz", "acc_range_g", "acc_factor_g")


class PolarDecoder:
    """Decodes one connection's data notifications; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the time of the packet's *last* sample, ns since 2000 on the sensor's clock. With a gyroscope
    a packet is the run of rows that one notification completed; accelerometer samples for which no angular
    rate came are left out.

    Parameters
    ----------
    settings
        ``rate_hz``, ``acc_range_g``, ``acc_factor_g`` (g in one count of packed frames of type 0); with a
        gyroscope also ``gyr_range_dps`` and ``gyr_factor_dps``. `PolarDriver.settings` gives them, with the
        factors the sensor told.

    Raises
    ------
    ValueError
        When a setting is missing.
    """

    def __init__(self, settings: Settings) -> None:
        if any(name not in settings for name in _NEEDED):
            raise ValueError(f"polar: settings need {', '.join(_NEEDED)}, found {dict(settings)}")
        self._acc_factor_g = float(settings["acc_factor_g"])
        self._acc_range_mps2 = float(settings["acc_range_g"]) * STANDARD_GRAVITY_MPS2
        self._has_gyroscope = "gyr_factor_dps" in settings
        self._gyr_factor_dps = float(settings.get("gyr_factor_dps", 1.0))
        self._gyr_range_radps = float(settings.get("gyr_range_dps", np.inf)) * RADPS_PER_DEGPS
        self._joiner = StreamJoiner(float(settings["rate_hz"]))
        self._rejected = 0

    @property
    def rejected(self) -> int:
        """Notifications that are no frame of a wanted measurement, so far."""
        return self._rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        acc = _soundly_dated(decode_frames(notifications, Measurement.ACC))
        acc_mps2 = self._acc_mps2(acc)
        if not self._has_gyroscope:
            self._rejected += len(notifications) - len(acc.position)
            return self._acc_only(acc, acc_mps2)
        gyr = _soundly_dated(decode_frames(notifications, Measurement.GYRO))
        self._rejected += len(notifications) - len(acc.position) - len(gyr.position)
        return self._with_gyroscope(
            self._joiner.join(
                Timed(acc.position, acc.time_ns, _bounds(acc), acc_mps2),
                Timed(gyr.position, gyr.time_ns, _bounds(gyr), self._gyr_radps(gyr)),
                len(notifications),
            )
        )

    def _acc_mps2(self, frames: Frames) -> FloatArray:
        in_counts = (frames.type_of_rows() == PACKED)[:, None]
        g = frames.values * np.where(in_counts, self._acc_factor_g, _G_PER_MG)
        return g * STANDARD_GRAVITY_MPS2

    def _gyr_radps(self, frames: Frames) -> FloatArray:
        in_counts = (frames.type_of_rows() == PACKED)[:, None]
        return frames.values * np.where(in_counts, self._gyr_factor_dps, 1.0) * RADPS_PER_DEGPS

    def _acc_only(self, frames: Frames, acc_mps2: FloatArray) -> SampleBlock:
        return SampleBlock(
            notification=frames.position,
            ticks=frames.time_ns,
            count=frames.count,
            acc_sensor_mps2=acc_mps2,
            gyr_sensor_radps=None,
            clipped=at_full_scale(acc_mps2, self._acc_range_mps2),
        )

    def _with_gyroscope(self, rows: JoinedRows) -> SampleBlock:
        clipped: BoolArray = at_full_scale(rows.acc, self._acc_range_mps2)
        clipped |= at_full_scale(rows.gyr, self._gyr_range_radps)
        return SampleBlock(
            notification=rows.position,
            ticks=rows.last_ns,
            count=rows.rows,
            hold_ticks=rows.held_ns,
            acc_sensor_mps2=rows.acc,
            gyr_sensor_radps=rows.gyr,
            clipped=clipped,
        )


def _bounds(frames: Frames) -> IntArray:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(frames.count)])


def _soundly_dated(frames: Frames) -> Frames:
    return frames.keep((frames.time_ns >= 0) & (frames.time_ns < _LATEST_NS))
