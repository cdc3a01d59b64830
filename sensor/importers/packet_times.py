"""Recordings of sensors as files: the times of samples that come in dated packets."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sensor.errors import ImportFileError
from sensor.importers.plausibility import MIN_DURATION_S
from sensor.samples import FloatArray, IntArray

_LOST = 1.5
"""A step of so many usual ones has lost packets in it."""


def sample_times_s(path: Path, elapsed_s: FloatArray, *, count: IntArray) -> FloatArray:
    """Return (n,) times of samples: inside a packet evenly spaced up to the next one.

    Before a gap a packet keeps the usual pace.

    Parameters
    ----------
    path
        The file, for the message.
    elapsed_s
        (p,) time of each packet's first sample, increasing.
    count
        (p,) samples in each packet.

    Raises
    ------
    ImportFileError
        When there is only one packet.
    """
    if len(count) < 2:
        raise ImportFileError(f"{path}: holds a single packet; at least {MIN_DURATION_S:.0f} s are needed")
    spacing_s = np.diff(elapsed_s) / count[:-1]
    is_whole = spacing_s < _LOST * np.median(spacing_s)
    usual_s = np.average(spacing_s[is_whole], weights=count[:-1][is_whole])
    spacing_s = np.append(np.where(is_whole, spacing_s, usual_s), usual_s)
    in_packet = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    time_s: FloatArray = np.repeat(elapsed_s, count) + in_packet * np.repeat(spacing_s, count)
    return time_s
