"""What decoders share on the way from bytes to a `SampleBlock`: rows of one layout, full scale, blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sensor.samples import BoolArray, FloatArray, IntArray, SampleBlock

CLIPPED_SHARE = 0.999
"""Share of the full scale from which a value counts as clipped: the last step below it differs by maker."""


def at_full_scale(vectors: FloatArray, full_scale: float) -> BoolArray:
    """Tell which of (n, 3) vectors have a component at the full scale (same unit); returns (n,)."""
    near = np.abs(vectors) >= CLIPPED_SHARE * full_scale
    # Column by column: a reduction over rows of three takes four times as long.
    clipped: BoolArray = near[:, 0] | near[:, 1] | near[:, 2]
    return clipped


def read_rows(
    notifications: Sequence[bytes], layout: np.dtype[Any], *, starts_with: bytes = b""
) -> tuple[IntArray, npt.NDArray[Any]]:
    """Read the notifications that have exactly the size of a layout.

    Parameters
    ----------
    notifications
        In order of arrival.
    layout
        Structured, packed, its byte order stated.
    starts_with
        First bytes that a fitting notification has, where the layout alone does not tell it.

    Returns
    -------
    tuple
        (k,) index of each fitting notification, and (k,) rows of ``layout``.
    """
    size = layout.itemsize
    fitting = [i for i, one in enumerate(notifications) if len(one) == size and one.startswith(starts_with)]
    rows = np.frombuffer(b"".join([notifications[i] for i in fitting]), layout)
    return np.array(fitting, np.int64), rows


def one_sample_each(
    position: IntArray,
    ticks: IntArray,
    *,
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray,
    acc_range_mps2: float,
    gyr_range_radps: float,
) -> SampleBlock:
    """Return the block of packets that hold one sample each.

    Parameters
    ----------
    position, ticks
        (n,) the notification a sample came in, and its device time.
    acc_sensor_mps2, gyr_sensor_radps
        (n, 3) specific force and angular rate.
    acc_range_mps2, gyr_range_radps
        Full scale: samples at it are marked clipped.
    """
    return SampleBlock(
        notification=position,
        ticks=ticks,
        count=np.ones(len(ticks), np.int64),
        acc_sensor_mps2=acc_sensor_mps2,
        gyr_sensor_radps=gyr_sensor_radps,
        clipped=at_full_scale(acc_sensor_mps2, acc_range_mps2)
        | at_full_scale(gyr_sensor_radps, gyr_range_radps),
    )


def rates_alone(
    position: IntArray,
    ticks: IntArray,
    *,
    count: IntArray,
    gyr_sensor_radps: FloatArray,
    clipped: BoolArray,
    sequence: IntArray | None = None,
) -> SampleBlock:
    """Return the block of a gyroscope's own stream: its accelerations are unknown, NaN.

    Parameters
    ----------
    position, ticks, count
        (p,) the notification each packet came in, its device time, and how many samples it has.
    gyr_sensor_radps
        (n, 3) angular rate.
    clipped
        (n,) true at full scale.
    sequence
        (p,) number of each packet's first sample, where the packets carry one.
    """
    return SampleBlock(
        notification=position,
        ticks=ticks,
        count=count,
        acc_sensor_mps2=np.full(gyr_sensor_radps.shape, np.nan),
        gyr_sensor_radps=gyr_sensor_radps,
        clipped=clipped,
        sequence=sequence,
    )
