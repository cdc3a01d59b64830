"""The full scale of a sensor whose file does not state it: typed, or shown by samples that pile up there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sensor.errors import ImportFileError
from sensor.importers.imu_csv import ImuFile
from sensor.protocol.sample_blocks import at_full_scale
from sensor.samples import FloatArray
from sensor.session.schema import ACC_RANGE_SETTING, GYR_RANGE_SETTING
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class _Kind:
    """A triad in the words and unit a person has for it, and the full scales (in that unit) of its chips."""

    quantity: str
    option: str
    unit: float
    word: str
    full_scales: tuple[float, ...]


_ACCELEROMETER = _Kind("acceleration", "--range", STANDARD_GRAVITY_MPS2, "g", (2, 4, 8, 16))
_GYROSCOPE = _Kind(
    "angular rate", "--gyro-range", RADPS_PER_DEGPS, "dps", (125, 245, 250, 256, 500, 1000, 2000)
)
_BEYOND_RANGE = 1.01
_CALIBRATED_BEYOND = 1.1
"""As far as corrections of scale and offset carry a reading beyond the full scale; no range lets more by."""
_LEAST_CLIPPED, _LEAST_CLIPPED_SHARE = 5, 0.001


def full_scale_settings(acc_mps2: FloatArray, gyr_radps: FloatArray | None) -> dict[str, float]:
    """Return the full scales the file shows by samples piling up at one, as settings of its decoder.

    Parameters
    ----------
    acc_mps2, gyr_radps
        (n, 3) specific force and angular rate.
    """
    found = {ACC_RANGE_SETTING: _full_scale(acc_mps2, _ACCELEROMETER)}
    if gyr_radps is not None:
        found[GYR_RANGE_SETTING] = _full_scale(gyr_radps, _GYROSCOPE)
    return {key: value for key, value in found.items() if value is not None}


def with_typed_ranges(
    file: ImuFile, path: Path, *, acc_range_mps2: float | None, gyr_range_radps: float | None
) -> ImuFile:
    """Return a file with the full scales the runner gave, each where the file states none itself.

    Parameters
    ----------
    file, path
        The samples, and where they came from, for messages.
    acc_range_mps2, gyr_range_radps
        As typed; None where not.

    Raises
    ------
    ImportFileError
        For samples well beyond a range, which then is none.
    """
    acc_mps2, gyr_radps = file.acc_sensor_mps2, file.gyr_sensor_radps
    if file.acc_range_mps2 is None and acc_range_mps2 is not None:
        _check_typed(path, acc_mps2, acc_range_mps2, kind=_ACCELEROMETER)
        file = replace(file, acc_range_mps2=acc_range_mps2)
    if file.gyr_range_radps is None and gyr_range_radps is not None and gyr_radps is not None:
        _check_typed(path, gyr_radps, gyr_range_radps, kind=_GYROSCOPE)
        file = replace(file, gyr_range_radps=gyr_range_radps)
    return file


def _check_typed(path: Path, vectors: FloatArray, typed: float, *, kind: _Kind) -> None:
    """Refuse a range that the samples contradict: by exceeding it, or by piling up below it."""
    largest, shown = float(np.abs(vectors).max()), _full_scale(vectors, kind)
    if largest > _CALIBRATED_BEYOND * typed:
        contradiction = f"reaches {largest / kind.unit:.3g} {kind.word}"
    elif shown is not None and _BEYOND_RANGE * shown < typed:
        contradiction = f"piles up at {shown / kind.unit:.3g} {kind.word}"
    else:
        return
    raise ImportFileError(
        f"{path}: {kind.quantity} {contradiction}, so its range is not {typed / kind.unit:.4g} {kind.word}; "
        f"look it up in the sensor's program, or leave {kind.option} out"
    )


def _full_scale(vectors: FloatArray, kind: _Kind) -> float | None:
    least = max(_LEAST_CLIPPED, _LEAST_CLIPPED_SHARE * len(vectors))
    largest = float(np.abs(vectors).max())
    for full_scale in (kind.unit * value for value in kind.full_scales):
        if largest <= _BEYOND_RANGE * full_scale:
            clipped = np.count_nonzero(at_full_scale(vectors, full_scale))
            return full_scale if clipped >= least else None
    return None
