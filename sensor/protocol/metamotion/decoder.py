"""MetaMotion notifications into samples: accelerations and angular rates, each counted on its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sensor.protocol.driver import Settings
from sensor.protocol.metamotion.control import (
    ACC_MODULE,
    COUNTS,
    GYR_MODULE,
    Vectors,
    acc_unit_mps2,
    decode_vectors,
    gyr_unit_radps,
    is_answer,
)
from sensor.protocol.sample_blocks import at_full_scale, rates_alone
from sensor.samples import IntArray, SampleBlock


class _ModuleReader:
    """Reads the samples of one module and counts them."""

    def __init__(self, module: int) -> None:
        self.rejected = 0
        self._module = module
        self._samples = 0

    def read(self, notifications: Sequence[bytes]) -> tuple[Vectors, IntArray]:
        """Return the samples, and (p,) the number of each notification's first one."""
        found = decode_vectors(notifications, self._module)
        # Both modules answer on one characteristic: only what is headed by this one's number and is no answer
        # can be a packet of it that does not fit.
        own = sum(one[:1] == bytes([self._module]) and not is_answer(one) for one in notifications)
        self.rejected += own - len(found.position)
        # The packets carry neither time nor number: samples are counted, and the arrivals tell the rest.
        first = self._samples + np.cumsum(found.samples) - found.samples
        self._samples += len(found.counts)
        return found, first


class MetaMotionDecoder:
    """Decodes the acceleration of one connection; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the number of the packet's first sample since the connection began: there is no other time.

    Parameters
    ----------
    settings
        ``acc_range_g``, the full scale in force.

    Raises
    ------
    ValueError
        When it is missing or none of the chip's.
    """

    def __init__(self, settings: Settings) -> None:
        if "acc_range_g" not in settings:
            raise ValueError(f"metamotion: settings need acc_range_g, found {dict(settings)}")
        self._unit = acc_unit_mps2(float(settings["acc_range_g"]))
        self._reader = _ModuleReader(ACC_MODULE)

    @property
    def rejected(self) -> int:
        """Notifications of the accelerometer that do not fit, so far."""
        return self._reader.rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        found, first = self._reader.read(notifications)
        return SampleBlock(
            notification=found.position,
            ticks=first,
            count=found.samples,
            acc_sensor_mps2=found.counts * self._unit,
            gyr_sensor_radps=None,
            clipped=at_full_scale(found.counts, COUNTS),
        )


class MetaMotionRatesDecoder:
    """Decodes the angular rate of one connection as `MetaMotionDecoder` does the acceleration.

    Parameters
    ----------
    settings
        ``gyr_range_dps``, the full scale in force.

    Raises
    ------
    ValueError
        When it is missing or none of the chip's.
    """

    def __init__(self, settings: Settings) -> None:
        if "gyr_range_dps" not in settings:
            raise ValueError(f"metamotion: settings need gyr_range_dps, found {dict(settings)}")
        self._unit = gyr_unit_radps(float(settings["gyr_range_dps"]))
        self._reader = _ModuleReader(GYR_MODULE)

    @property
    def rejected(self) -> int:
        """Notifications of the gyroscope that do not fit, so far."""
        return self._reader.rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        found, first = self._reader.read(notifications)
        clipped = at_full_scale(found.counts, COUNTS)
        return rates_alone(
            found.position,
            first,
            count=found.samples,
            gyr_sensor_radps=found.counts * self._unit,
            clipped=clipped,
        )
