"""Polar data notifications into samples: accelerations and angular rates, each in frames of its own.

Both come through one characteristic, dated by one clock, sampled at moments of their own; they are brought
together after dating, see `sensor.session.second_stream`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sensor.protocol.driver import Settings
from sensor.protocol.polar.control import Measurement
from sensor.protocol.polar.frames import MEASUREMENT_MASK, PACKED, Frames, decode_frames
from sensor.protocol.sample_blocks import at_full_scale, rates_alone
from sensor.samples import FloatArray, SampleBlock
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

_LATEST_NS = 2**62
"""Frames dated beyond this (the year 2146) are damaged; the limit keeps differences of times exact."""

_G_PER_MG = 1e-3
_ACC_SETTINGS = ("rate_hz", "acc_range_g", "acc_factor_g")
_GYR_SETTINGS = ("gyr_range_dps", "gyr_factor_dps")


class PolarDecoder:
    """Decodes the acceleration of one connection; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the time of the packet's *last* sample, ns since 2000 on the sensor's clock.

    Parameters
    ----------
    settings
        ``rate_hz``, ``acc_range_g``, ``acc_factor_g`` (g in one count of packed frames of type 0).
        `PolarDriver.settings` gives them, with the factor the sensor told. Where there is
        ``gyr_factor_dps``, frames of a gyroscope are passed over as belonging to `PolarRatesDecoder`.

    Raises
    ------
    ValueError
        When a setting is missing.
    """

    def __init__(self, settings: Settings) -> None:
        _check(settings, _ACC_SETTINGS)
        self._factor_g = float(settings["acc_factor_g"])
        self._range_mps2 = float(settings["acc_range_g"]) * STANDARD_GRAVITY_MPS2
        self._has_gyroscope = "gyr_factor_dps" in settings
        self._rejected = 0

    @property
    def rejected(self) -> int:
        """Notifications that are no frame of a wanted measurement, so far; damaged rates are not counted."""
        return self._rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        frames = _soundly_dated(decode_frames(notifications, Measurement.ACC))
        # Both decoders see every notification: what is of neither measurement is counted here only.
        # A damaged frame of the gyroscope is the business of its own decoder, else it would count twice.
        others = _count_of(notifications, Measurement.GYRO) if self._has_gyroscope else 0
        self._rejected += len(notifications) - others - len(frames.position)
        acc_mps2 = _scaled(frames, self._factor_g, _G_PER_MG) * STANDARD_GRAVITY_MPS2
        return SampleBlock(
            notification=frames.position,
            ticks=frames.time_ns,
            count=frames.count,
            acc_sensor_mps2=acc_mps2,
            gyr_sensor_radps=None,
            clipped=at_full_scale(acc_mps2, self._range_mps2),
        )


class PolarRatesDecoder:
    """Decodes the angular rate of one connection as `PolarDecoder` does the acceleration.

    Parameters
    ----------
    settings
        ``gyr_range_dps``, ``gyr_factor_dps`` (deg/s in one count of packed frames of type 0).

    Raises
    ------
    ValueError
        When a setting is missing.
    """

    def __init__(self, settings: Settings) -> None:
        _check(settings, _GYR_SETTINGS)
        self._factor_dps = float(settings["gyr_factor_dps"])
        self._range_radps = float(settings["gyr_range_dps"]) * RADPS_PER_DEGPS
        self._rejected = 0

    @property
    def rejected(self) -> int:
        """Notifications of the gyroscope that do not fit, so far."""
        return self._rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        frames = _soundly_dated(decode_frames(notifications, Measurement.GYRO))
        self._rejected += _count_of(notifications, Measurement.GYRO) - len(frames.position)
        gyr_radps = _scaled(frames, self._factor_dps, 1.0) * RADPS_PER_DEGPS
        clipped = at_full_scale(gyr_radps, self._range_radps)
        return rates_alone(
            frames.position, frames.time_ns, count=frames.count, gyr_sensor_radps=gyr_radps, clipped=clipped
        )


def _check(settings: Settings, needed: tuple[str, ...]) -> None:
    if any(name not in settings for name in needed):
        raise ValueError(f"polar: settings need {', '.join(needed)}, found {dict(settings)}")


def _scaled(frames: Frames, per_count: float, per_unit: float) -> FloatArray:
    """Return (n, 3) values of frames, which are counts where packed as type 0 and else in a unit."""
    # Frames of type 0, packed, hold counts that need the factor told with the settings; all other types hold
    # thousandths of a g or degrees per second as they are.
    in_counts = (frames.type_of_rows() == PACKED)[:, None]
    scaled: FloatArray = frames.values * np.where(in_counts, per_count, per_unit)
    return scaled


def _count_of(notifications: Sequence[bytes], measurement: Measurement) -> int:
    return sum(len(one) > 0 and one[0] & MEASUREMENT_MASK == measurement for one in notifications)


def _soundly_dated(frames: Frames) -> Frames:
    return frames.keep((frames.time_ns >= 0) & (frames.time_ns < _LATEST_NS))
