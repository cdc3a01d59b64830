"""Other people's orientation filters, each reduced to one function: signals in, upward vertical out.

Timing. Samples are values at points in time, both sensors at the same ones. Every filter here turns its
state by one rate over the whole interval before it looks at the accelerometer, so each is handed the mean of
the rates at both ends of that interval; with the raw rates all would be half a sample late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from sensor.samples import FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2

UpFunction = Callable[..., FloatArray]
"""(acc (n, 3) m/s2, gyr (n, 3) rad/s, rate_hz, settings) -> (n, 3) upward vertical in sensor axes."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A filter with one setting.

    Parameters
    ----------
    name
        For the table.
    up
        The filter.
    settings
        Handed on by keyword.
    grid
        Alternatives among which the tuned setting is chosen on the training hour.
    seconds
        How much of each record it runs over: pure-Python filters are slow; None means all.
    """

    name: str
    up: UpFunction
    settings: Mapping[str, float] = field(default_factory=dict)
    grid: tuple[Mapping[str, float], ...] = ()
    seconds: float | None = None


def interval_rates(gyr_radps: FloatArray) -> FloatArray:
    """Return the (n, 3) mean rate over the interval that ends at each sample."""
    mean = np.array(gyr_radps)
    mean[1:] = 0.5 * (gyr_radps[1:] + gyr_radps[:-1])
    return mean


def up_from_quaternion(q: FloatArray) -> FloatArray:
    """Return the (n, 3) upward vertical in sensor axes from (n, 4) earth-from-sensor quaternions, z up."""
    w, x, y, z = q.T
    return np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z], axis=1)


def vqf_online(acc: FloatArray, gyr: FloatArray, rate_hz: float, **settings: float) -> FloatArray:
    """VQF, Laidig and Seel 2023: causal, with bias estimation."""
    import vqf

    result = vqf.VQF(1.0 / rate_hz, **settings).updateBatch(interval_rates(gyr), np.ascontiguousarray(acc))
    return up_from_quaternion(result["quat6D"])


def vqf_basic(acc: FloatArray, gyr: FloatArray, rate_hz: float, **settings: float) -> FloatArray:
    """VQF without bias estimation."""
    import vqf

    result = vqf.BasicVQF(1.0 / rate_hz, **settings).updateBatch(
        interval_rates(gyr), np.ascontiguousarray(acc)
    )
    return up_from_quaternion(result["quat6D"])


def vqf_offline(acc: FloatArray, gyr: FloatArray, rate_hz: float, **settings: float) -> FloatArray:
    """VQF forwards and backwards."""
    import vqf

    result = vqf.offlineVQF(
        interval_rates(gyr), np.ascontiguousarray(acc), None, 1.0 / rate_hz, dict(settings)
    )
    return up_from_quaternion(result["quat6D"])


def fusion(
    acc: FloatArray,
    gyr: FloatArray,
    rate_hz: float,
    *,
    gain: float = 0.5,
    acceleration_rejection: float = 0.0,
    rejection_timeout: float = 0.0,
) -> FloatArray:
    """imufusion: Madgwick's revised filter with his gyroscope-bias estimator before it."""
    import imufusion

    ahrs = imufusion.Ahrs()
    ahrs.set_settings(
        imufusion.AhrsSettings(
            sample_rate=rate_hz,
            gyroscope_range=2000.0,
            gain=gain,
            acceleration_rejection=acceleration_rejection,
            rejection_timeout=rejection_timeout,
        )
    )
    bias = imufusion.Bias()
    bias.set_settings(imufusion.BiasSettings(sample_rate=rate_hz))
    rates = np.degrees(interval_rates(gyr))
    force = acc / STANDARD_GRAVITY_MPS2
    up = np.empty_like(acc)
    for row in range(len(acc)):
        ahrs.update_no_magnetometer(bias.update(rates[row]), force[row])
        up[row] = ahrs.get_gravity()
    return up


def madgwick(acc: FloatArray, gyr: FloatArray, rate_hz: float, **settings: float) -> FloatArray:
    """Madgwick 2010 as in ahrs, in Python."""
    from ahrs.filters import Madgwick

    result = Madgwick(gyr=interval_rates(gyr), acc=np.array(acc), frequency=rate_hz, **settings)
    return up_from_quaternion(result.Q)


def mahony(acc: FloatArray, gyr: FloatArray, rate_hz: float, **settings: float) -> FloatArray:
    """Mahony 2008 as in ahrs, in Python."""
    from ahrs.filters import Mahony

    result = Mahony(gyr=interval_rates(gyr), acc=np.array(acc), frequency=rate_hz, **settings)
    return up_from_quaternion(result.Q)


_TAUS = tuple({"tauAcc": tau} for tau in (1.5, 3.0, 5.0, 8.0, 12.0, 20.0))
_SLOW_S = 600.0

PEERS = (
    Peer("offlineVQF", vqf_offline, grid=_TAUS),
    Peer("VQF", vqf_online, grid=_TAUS),
    Peer("BasicVQF", vqf_basic, grid=_TAUS),
    Peer(
        "imufusion",
        fusion,
        grid=tuple(
            {"gain": gain, "acceleration_rejection": limit, "rejection_timeout": 5.0}
            for gain in (0.005, 0.02, 0.1, 0.5)
            for limit in (0.0, 10.0)
        ),
    ),
    Peer(
        "Madgwick (ahrs)",
        madgwick,
        grid=tuple({"gain": gain} for gain in (0.003, 0.006, 0.012, 0.033)),
        seconds=_SLOW_S,
    ),
    Peer(
        "Mahony (ahrs)",
        mahony,
        grid=tuple({"k_P": p, "k_I": i} for p in (0.01, 0.03, 0.1, 0.3) for i in (0.0001, 0.001)),
        seconds=_SLOW_S,
    ),
)
