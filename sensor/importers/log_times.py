"""Can a recording from a sensor's memory be analysed: is it long enough, not too long, of a usable rate?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sensor.errors import ImportFileError
from sensor.importers.plausibility import LONGEST_S, MAX_RATE_HZ, MIN_DURATION_S, MIN_RATE_HZ
from sensor.samples import FloatArray


def check_log_times(path: Path, time_s: FloatArray) -> float:
    """Refuse recordings no analysis can use; return the samples per second.

    Parameters
    ----------
    path
        The file, for what is to be said of it.
    time_s
        (n,) increasing times of its samples.

    Raises
    ------
    ImportFileError
        When they span less than 10 s or more than 48 h, or their rate is none anybody runs with.
    """
    duration_s = float(time_s[-1] - time_s[0]) if len(time_s) else 0.0
    if duration_s < MIN_DURATION_S:
        raise ImportFileError(
            f"{path}: {duration_s:.1f} s of data; at least {MIN_DURATION_S:.0f} s are needed"
        )
    if duration_s > LONGEST_S:
        raise ImportFileError(
            f"{path}: {duration_s / 3600:.4g} h from the first sample to the last, more than "
            f"{LONGEST_S / 3600:.0f}; its times are damaged, fetch it from the sensor again"
        )
    rate_hz = 1 / float(np.median(np.diff(time_s)))
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise ImportFileError(
            f"{path}: {rate_hz:.4g} samples per second; 20 to 1000 Hz are needed, have it log at 52 or 104 Hz"
        )
    return rate_hz
