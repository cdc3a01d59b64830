"""Movella (Xsens) DOT: measurement payloads of modes 20 and 21, one sample each.

Mode 21 is time, acceleration, angular rate; mode 20 the magnetic field after that. The sensor samples at
800 Hz and integrates down to the output rate, so a value is the mean over its interval.
Source: vendor server and "BLE Services Specifications". Little-endian.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sensor.protocol.driver import Settings
from sensor.protocol.sample_blocks import one_sample_each, read_rows
from sensor.samples import FloatArray, IntArray, SampleBlock
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

KEY = "movella-dot"


def uuid(number: int) -> str:
    """Return the UUID of one of the maker's own services and characteristics."""
    return f"1517{number:04x}-4947-11e9-8646-d663bd873d93"


CONFIGURATION_SERVICE_UUID = uuid(0x1000)
INFO_UUID = uuid(0x1001)
CONTROL_UUID = uuid(0x1002)
MEASUREMENT_SERVICE_UUID = uuid(0x2000)
MEASUREMENT_UUID = uuid(0x2001)
MEDIUM_UUID = uuid(0x2003)
BATTERY_SERVICE_UUID = uuid(0x3000)
BATTERY_UUID = uuid(0x3001)

LIVE_RATES_HZ = (1, 4, 10, 12, 15, 20, 30, 60)
RATES_HZ = (60, 30, 20, 15)
"""Those that suit running."""

RECORDING_RATE_HZ = 120
"""Into its own memory only; so are `RATES_HZ`."""

ACC_RANGE_MPS2 = 16 * STANDARD_GRAVITY_MPS2
GYR_RANGE_RADPS = 2000 * RADPS_PER_DEGPS
MAG_UNITS_PER_COUNT = 1 / 4096

RATE_QUANTITIES = 21
RATE_QUANTITIES_WITH_MAGNETOMETER = 20

_FIELDS = [("time_us", "<u4"), ("acc_mps2", "<f4", 3), ("gyr_degps", "<f4", 3)]
LAYOUTS = {
    RATE_QUANTITIES: np.dtype(_FIELDS),
    RATE_QUANTITIES_WITH_MAGNETOMETER: np.dtype([*_FIELDS, ("mag", "<i2", 3)]),
}
"""Payload of each mode; the magnetic field is in arbitrary units times 4096."""


class MovellaDotDecoder:
    """Decodes one connection's medium payloads; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the sample's time in us, modulo 2**32. The magnetic field is not handed on.

    Parameters
    ----------
    settings
        ``mode``, 20 or 21.

    Raises
    ------
    ValueError
        When the mode is missing or another.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.get("mode") not in LAYOUTS:
            raise ValueError(f"movella-dot: settings need mode 20 or 21, found {dict(settings)}")
        self._layout = LAYOUTS[int(settings["mode"])]
        self._rejected = 0

    @property
    def rejected(self) -> int:
        """Payloads of another size or with a value that is no number, so far."""
        return self._rejected

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next payloads, see `sensor.protocol.driver.StreamDecoder.feed`."""
        position, rows = read_rows(notifications, self._layout)
        finite = np.isfinite(rows["acc_mps2"]).all(axis=1) & np.isfinite(rows["gyr_degps"]).all(axis=1)
        position, rows = position[finite], rows[finite]
        self._rejected += len(notifications) - len(rows)
        acc_mps2 = rows["acc_mps2"].astype(np.float64)
        gyr_radps = rows["gyr_degps"].astype(np.float64) * RADPS_PER_DEGPS
        return one_sample_each(
            position,
            rows["time_us"].astype(np.int64),
            acc_sensor_mps2=acc_mps2,
            gyr_sensor_radps=gyr_radps,
            acc_range_mps2=ACC_RANGE_MPS2,
            gyr_range_radps=GYR_RANGE_RADPS,
        )


def encode_samples(
    mode: int,
    time_us: IntArray,
    *,
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray,
    mag: FloatArray | None = None,
) -> tuple[bytes, ...]:
    """Encode (n,) samples as payloads of a mode.

    Parameters
    ----------
    mode
        20 or 21.
    time_us
        (n,) us.
    acc_sensor_mps2, gyr_sensor_radps
        (n, 3).
    mag
        (n, 3) magnetic field in the sensor's units, mode 20 only; zeros where absent.
    """
    rows = np.zeros(len(time_us), LAYOUTS[mode])
    # The counter has 32 bits and wraps after 71 minutes.
    rows["time_us"] = time_us % 2**32
    rows["acc_mps2"] = acc_sensor_mps2
    rows["gyr_degps"] = gyr_sensor_radps / RADPS_PER_DEGPS
    if mag is not None:
        rows["mag"] = np.rint(mag / MAG_UNITS_PER_COUNT)
    return tuple(row.tobytes() for row in rows)
