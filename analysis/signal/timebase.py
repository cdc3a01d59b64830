"""Put a sensor's samples on an even time base, gaps marked."""

from __future__ import annotations

import numpy as np

from analysis.errors import SignalError
from analysis.maths.intervals import chunks
from analysis.signal.config import SignalConfig
from analysis.signal.records import EvenStream
from sensor.samples import BoolArray, FloatArray, SensorRecording


def even_stream(sensor: SensorRecording, config: SignalConfig) -> EvenStream:
    """Resample one sensor onto an even grid at its own measured rate.

    Samples that already lie on the grid are taken as they are; others (after a reconnection, or a drifting
    oscillator) are interpolated by cubics through four neighbours. The gyroscope is moved to the time of the
    accelerometer. Rows more than half a sample from any received one are not ``present``.

    Parameters
    ----------
    sensor
        (n,) time_s in seconds, (n, 3) m/s2 and rad/s, sensor axes.
    config
        Rate limits.

    Returns
    -------
    EvenStream
        The grid starts at the first sample.

    Raises
    ------
    SignalError
        For too few samples, time that does not increase or runs over days, values that are not finite or
        never change, or a rate outside the limits.
    """
    time_s = sensor.time_s
    _check(sensor, config)
    rate_hz = _rate(time_s, config)
    if not config.min_rate_hz <= rate_hz <= config.max_rate_hz:
        raise SignalError(
            f"{sensor.name}: {rate_hz:.1f} samples per second; "
            f"{config.min_rate_hz:.0f} to {config.max_rate_hz:.0f} are needed"
        )
    duration_s = float(time_s[-1] - time_s[0])
    if duration_s < config.min_duration_s - 1.0 / rate_hz:
        raise SignalError(f"{sensor.name}: only {duration_s:.1f} s of samples; record a run")
    if duration_s * rate_hz > config.max_rows:
        raise SignalError(
            f"{sensor.name}: time runs over {duration_s:.0f} s, too long for any run; mend the time stamps"
        )
    row = (time_s - time_s[0]) * rate_hz
    count = round(float(row[-1])) + 1
    present = _near_a_sample(row, count, config)
    acc = _on_grid(row, sensor.acc_sensor_mps2, count=count, late_rows=0.0, config=config)
    gyr = sensor.gyr_sensor_radps
    if gyr is not None:
        gyr = _on_grid(row, gyr, count=count, late_rows=sensor.gyr_late_s * rate_hz, config=config)
    clipped = np.zeros(count, dtype=bool)
    clipped[np.clip(np.round(row[sensor.clipped]).astype(np.int64), 0, count - 1)] = True
    return EvenStream(
        start_s=float(time_s[0]),
        rate_hz=rate_hz,
        acc_sensor_mps2=acc,
        gyr_sensor_radps=gyr,
        present=present,
        clipped=clipped,
    )


def _check(sensor: SensorRecording, config: SignalConfig) -> None:
    """Refuse what no time base can be made from."""
    time_s = sensor.time_s
    if len(time_s) < config.min_samples:
        raise SignalError(f"{sensor.name}: {len(time_s)} samples; at least {config.min_samples} are needed")
    if not np.isfinite(time_s).all():
        raise SignalError(f"{sensor.name}: time stamps that are not finite; leave such rows out")
    if not np.all(np.diff(time_s) > 0):
        at = int(np.argmin(np.diff(time_s) > 0))
        raise SignalError(
            f"{sensor.name}: time does not increase after {time_s[at]:.3f} s; sort or mend the file"
        )
    _check_values(
        sensor, "acceleration", values=sensor.acc_sensor_mps2, limit=config.max_acc_mps2, unit="m/s2"
    )
    if sensor.gyr_sensor_radps is not None:
        _check_values(
            sensor, "angular rate", values=sensor.gyr_sensor_radps, limit=config.max_gyr_radps, unit="rad/s"
        )


def _check_values(sensor: SensorRecording, what: str, *, values: FloatArray, limit: float, unit: str) -> None:
    """Refuse what no sensor on a moving body can have measured."""
    minimum, maximum = float(values.min()), float(values.max())
    if not np.isfinite(minimum + maximum):
        raise SignalError(f"{sensor.name}: values that are not finite; leave such rows out, they become gaps")
    largest = max(-minimum, maximum)
    if largest > limit:
        raise SignalError(
            f"{sensor.name}: {what} up to {largest:.4g} {unit}, which no sensor measures; check the unit"
        )
    # Axis by axis: along rows of three numpy takes ten times as long.
    dead = "".join(name for name, along in zip("xyz", values.T, strict=True) if np.ptp(along) == 0.0)
    if dead:
        raise SignalError(
            f"{sensor.name}: the {what} never changes along {' and '.join(dead)}; "
            "the sensor is broken, use another one"
        )


def _rate(time_s: FloatArray, config: SignalConfig) -> float:
    """Return the rate that puts the longest unbroken run exactly on the grid."""
    step = np.diff(time_s)
    usual = float(np.median(step))
    breaks = np.flatnonzero(step > config.break_periods * usual)
    first = np.concatenate(([0], breaks + 1))
    last = np.concatenate((breaks, [len(time_s) - 1]))
    longest = int(np.argmax(last - first))
    a, b = first[longest], last[longest]
    return float((b - a) / (time_s[b] - time_s[a])) if b - a >= config.rate_periods else 1.0 / usual


def _near_a_sample(row: FloatArray, count: int, config: SignalConfig) -> BoolArray:
    """Tell which grid rows lie within half a sample (and a little) of a received one."""
    near = np.empty(count, dtype=np.bool_)
    for part in chunks(count):
        grid = np.arange(part.start, part.stop)
        after = np.clip(np.searchsorted(row, grid), 1, len(row) - 1)
        distance = np.minimum(np.abs(row[after] - grid), np.abs(grid - row[after - 1]))
        near[part] = distance <= config.present_periods
    return near


def _on_grid(
    row: FloatArray, values: FloatArray, *, count: int, late_rows: float, config: SignalConfig
) -> FloatArray:
    """Interpolate (n, 3) values taken at fractional rows (plus ``late_rows``) onto rows 0 … count - 1."""
    taken = row + late_rows
    if len(row) == count and float(np.abs(taken - np.arange(count)).max()) < config.on_grid_periods:
        return values
    if len(taken) < 4:
        grid = np.arange(count, dtype=np.float64)
        return np.stack([np.interp(grid, taken, v) for v in values.T], axis=1)
    result = np.empty((count, values.shape[1]))
    for part in chunks(count):
        grid = np.arange(part.start, part.stop, dtype=np.float64)
        result[part] = _interpolated(taken, values, grid=grid, config=config)
    return result


def _interpolated(
    taken: FloatArray, values: FloatArray, *, grid: FloatArray, config: SignalConfig
) -> FloatArray:
    """Interpolate by cubics through four neighbours; beside a loss by a straight line."""
    low = max(int(np.searchsorted(taken, grid[0])) - 3, 0)
    high = min(int(np.searchsorted(taken, grid[-1], side="right")) + 3, len(taken))
    low, high = min(low, max(len(taken) - 4, 0)), max(high, min(low + 4, len(taken)))
    taken, values = taken[low:high], values[low:high]
    position = np.interp(grid, taken, np.arange(len(taken)))
    base = np.clip(position.astype(np.int64), 1, len(taken) - 3)
    u = (position - base)[:, None]
    weights = (
        -u * (u - 1) * (u - 2) / 6,
        (u + 1) * (u - 1) * (u - 2) / 2,
        -(u + 1) * u * (u - 2) / 2,
        (u + 1) * u * (u - 1) / 6,
    )
    cubic = np.zeros((len(grid), values.shape[1]))
    for k, weight in zip((-1, 0, 1, 2), weights, strict=True):
        cubic += weight * values[base + k]
    # Four neighbours span three rows, unless one is missing between them.
    broken = taken[base + 2] - taken[base - 1] > config.cubic_span_periods
    if broken.any():
        cubic[broken] = np.stack([np.interp(grid[broken], taken, v) for v in values.T], axis=1)
    return cubic
