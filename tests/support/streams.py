"""Even streams and strides built by hand, for the stages that take them."""

from __future__ import annotations

import numpy as np

from analysis.signal.records import EvenStream, Gait, StaticPeriods, Strides
from sensor.samples import BoolArray, FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2

RATE_HZ = 104.0


def even(
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray | None,
    *,
    rate_hz: float = RATE_HZ,
    present: BoolArray | None = None,
    clipped: BoolArray | None = None,
) -> EvenStream:
    """Return a stream that starts at second 0, whole and unclipped unless told otherwise."""
    count = len(acc_sensor_mps2)
    return EvenStream(
        start_s=0.0,
        rate_hz=rate_hz,
        acc_sensor_mps2=acc_sensor_mps2,
        gyr_sensor_radps=gyr_sensor_radps,
        present=np.ones(count, dtype=bool) if present is None else present,
        clipped=np.zeros(count, dtype=bool) if clipped is None else clipped,
    )


def still(seconds: float, direction: tuple[float, float, float] = (0.0, 0.0, 1.0)) -> EvenStream:
    """Return a sensor lying still, its upward vertical along ``direction``."""
    count = round(seconds * RATE_HZ)
    unit = np.array(direction) / np.linalg.norm(direction)
    return even(np.tile(STANDARD_GRAVITY_MPS2 * unit, (count, 1)), np.zeros((count, 3)))


def joined(*parts: EvenStream) -> EvenStream:
    """Return the parts one after the other."""
    gyr = [part.gyr_sensor_radps for part in parts if part.gyr_sensor_radps is not None]
    return even(
        np.concatenate([part.acc_sensor_mps2 for part in parts]),
        np.concatenate(gyr) if len(gyr) == len(parts) else None,
        rate_hz=parts[0].rate_hz,
        present=np.concatenate([part.present for part in parts]),
        clipped=np.concatenate([part.clipped for part in parts]),
    )


def even_strides(first_row: float, rows: float, count: int, *, running: bool = True) -> Strides:
    """Return strides of ``rows`` rows each, one after the other, in one bout."""
    start = first_row + rows * np.arange(count, dtype=np.float64)
    return Strides(
        start_row=start,
        middle_row=start + rows / 2.0,
        end_row=start + rows,
        bout=np.zeros(count, dtype=np.int64),
        running=np.full(count, running),
    )


def even_gait(first: int, last: int, step_rows: float, count: int) -> Gait:
    """Return one running bout with even steps in a stream of ``count`` rows."""
    row = np.arange(count)
    return Gait(
        step_phase=(row - first) / step_rows,
        first=np.array([first]),
        last=np.array([last]),
        running=(row >= first) & (row < last),
    )


def static_periods_of(*edges: tuple[int, int], stream: EvenStream) -> StaticPeriods:
    """Return static periods between the given rows, with the stream's own means."""
    acc = np.stack([stream.acc_sensor_mps2[a:b].mean(axis=0) for a, b in edges])
    gyr = stream.gyr_sensor_radps
    rate = np.zeros_like(acc) if gyr is None else np.stack([gyr[a:b].mean(axis=0) for a, b in edges])
    return StaticPeriods(
        first=np.array([a for a, _ in edges]),
        last=np.array([b for _, b in edges]),
        acc_sensor_mps2=acc,
        gyr_sensor_radps=rate,
    )


def no_static_periods() -> StaticPeriods:
    """Return no rest at all."""
    none = np.zeros(0, dtype=np.int64)
    return StaticPeriods(
        first=none, last=none, acc_sensor_mps2=np.zeros((0, 3)), gyr_sensor_radps=np.zeros((0, 3))
    )
