"""What Polar sensors made of software are: their features, offered settings, steps and frames."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensor.protocol.polar import driver
from sensor.protocol.polar.control import Measurement
from sensor.protocol.polar.encoding import encode_packed_frame, encode_plain_frame
from sensor.protocol.polar.frames import CHANNELS, FIRST_BYTES, HEADER_BYTES, PACKED, PLAIN_BYTES
from sensor.protocol.polar.settings import Setting, SettingValues
from sensor.samples import FloatArray, ImuSignal
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from sensor.virtual.devices.sampling import Readings

_MILLI_G = 1e-3
_IN_MILLI_G = 1
"""Plain frame type of 16 bits in thousandths of g."""

_RESOLUTION_BITS = 16
_BLOCK_SAMPLES = 20
_WIDEST_STEP_BITS = 17
_MOST_FRAME_SAMPLES = {Measurement.ACC: 36, Measurement.GYRO: 30}
"""Frames of the two streams differ in length on a real sensor, too: they end at ever other moments."""

_Ranges = dict[Measurement, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolarHardware:
    """One model.

    Parameters
    ----------
    title
        What it calls itself in the device information.
    model
        Its rates, as its driver knows them.
    features
        What it can do, whether or not the one made of software does.
    is_packed
        Whether frames are packed differences of counts; else plain thousandths of g.
    steps
        What a count of each stream is worth, g and deg/s.
    ranges, sdk_ranges
        Offered ranges of each stream, g and deg/s, ordinarily and in SDK mode.
    """

    title: str
    model: driver.PolarModel
    features: frozenset[Measurement]
    is_packed: bool
    steps: dict[Measurement, float]
    ranges: _Ranges
    sdk_ranges: _Ranges

    def readings(self, signal: ImuSignal) -> Readings:
        """Return a signal as it is read: in the steps that are sent."""
        return Readings(
            signal,
            acc_step_mps2=self.steps[Measurement.ACC] * STANDARD_GRAVITY_MPS2,
            acc_range_mps2=driver.ACC_RANGE_G * STANDARD_GRAVITY_MPS2,
            gyr_step_radps=self.steps.get(Measurement.GYRO, driver.GYR_FACTOR_DPS) * RADPS_PER_DEGPS,
            gyr_range_radps=driver.GYR_RANGE_DPS * RADPS_PER_DEGPS,
        )

    def factor(self, measurement: Measurement) -> float:
        """Return the factor in the answer to a start: 1 where samples come in the unit itself."""
        return self.steps[measurement] if self.is_packed else 1.0

    def offered(self, measurement: Measurement, *, in_sdk_mode: bool) -> SettingValues:
        """Return the settings a stream can be started with; none where there is no such stream."""
        ranges = self.sdk_ranges if in_sdk_mode else self.ranges
        if measurement not in ranges:
            return {}
        rates = self.model.rates_hz + (self.model.sdk_rates_hz if in_sdk_mode else ())
        offered: dict[Setting, tuple[int | float | bytes, ...]] = {
            Setting.RATE: tuple(int(rate_hz) for rate_hz in rates),
            Setting.RESOLUTION: (_RESOLUTION_BITS,),
            Setting.RANGE: ranges[measurement],
        }
        return offered | ({Setting.CHANNELS: (CHANNELS,)} if self.model.names_channels else {})

    def frame_samples(self, measurement: Measurement, payload_bytes: int) -> int:
        """Return how many samples a frame holds, so that it fits into a notification whatever they are."""
        most = _MOST_FRAME_SAMPLES[measurement]
        sizes = [self._frame_bytes(measurement, samples) for samples in range(1, most + 1)]
        return sum(size <= payload_bytes for size in sizes)

    def encode_frame(self, measurement: Measurement, time_ns: int, values: FloatArray) -> bytes:
        """Encode (n, 3) readings, m/s2 or rad/s, as a frame whose last sample is dated ``time_ns``."""
        unit = RADPS_PER_DEGPS if measurement is Measurement.GYRO else STANDARD_GRAVITY_MPS2
        counts = np.rint(values / (self.steps[measurement] * unit)).astype(np.int64)
        if not self.is_packed:
            return encode_plain_frame(measurement, _IN_MILLI_G, time_ns=time_ns, values=counts)
        return encode_packed_frame(
            measurement, PACKED, time_ns=time_ns, values=counts, block_samples=_BLOCK_SAMPLES
        )

    def _frame_bytes(self, measurement: Measurement, samples: int) -> int:
        """Return how many bytes a frame takes at most."""
        if not self.is_packed:
            return HEADER_BYTES + samples * CHANNELS * PLAIN_BYTES[measurement, _IN_MILLI_G]
        first = HEADER_BYTES + CHANNELS * FIRST_BYTES[measurement, PACKED]
        blocks = [min(_BLOCK_SAMPLES, samples - 1 - at) for at in range(0, samples - 1, _BLOCK_SAMPLES)]
        return first + sum(2 + -(-_WIDEST_STEP_BITS * CHANNELS * block // 8) for block in blocks)


H10 = PolarHardware(
    title="H10",
    model=driver.H10,
    features=frozenset({Measurement.ECG, Measurement.ACC}),
    is_packed=False,
    steps={Measurement.ACC: _MILLI_G},
    ranges={Measurement.ACC: (2, 4, 8)},
    sdk_ranges={},
)
OH1 = PolarHardware(
    title="OH1",
    model=driver.OH1,
    features=frozenset({Measurement.PPG, Measurement.ACC, Measurement.PPI}),
    is_packed=True,
    steps={Measurement.ACC: driver.ACC_FACTOR_G},
    ranges={Measurement.ACC: (8,)},
    sdk_ranges={},
)
VERITY_SENSE = PolarHardware(
    title="Polar Sense",
    model=driver.VERITY_SENSE,
    features=frozenset(
        {
            Measurement.PPG,
            Measurement.ACC,
            Measurement.PPI,
            Measurement.GYRO,
            Measurement.MAGNETOMETER,
            Measurement.SDK_MODE,
            Measurement.OFFLINE,
        }
    ),
    is_packed=True,
    steps={Measurement.ACC: driver.ACC_FACTOR_G, Measurement.GYRO: driver.GYR_FACTOR_DPS},
    ranges={Measurement.ACC: (8,), Measurement.GYRO: (2000,)},
    sdk_ranges={Measurement.ACC: (2, 4, 8, 16), Measurement.GYRO: (250, 500, 1000, 2000)},
)
