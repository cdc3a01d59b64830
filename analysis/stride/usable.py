"""Which strides can be trusted, and why others cannot."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from analysis.maths.between_rows import mean_between
from analysis.signal.records import EvenStream, Strides
from analysis.signal.strides import longest_loss
from analysis.signal.vertical import PathAcceleration
from analysis.stride.config import PostureConfig
from analysis.words import UnusableReason
from sensor.samples import BoolArray, FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2

Reasons = npt.NDArray[np.object_]


def usable_columns(
    stream: EvenStream,
    strides: Strides,
    *,
    path: PathAcceleration | None,
    flexion_rom_deg: FloatArray,
    speed_known: bool,
    config: PostureConfig,
) -> tuple[BoolArray, Reasons]:
    """Return (s,) whether each stride's angle can be trusted, and the first reason why not.

    Parameters
    ----------
    stream, strides
        From the earlier stages.
    path
        What remains of the averaged force beside gravity; None without a gyroscope.
    flexion_rom_deg
        (s,) range of flexion within the stride.
    speed_known
        With a measured speed corners and bursts are accounted for.
    config
        Limits.
    """
    reason = np.full(len(strides), "", dtype=object)
    clipped = stride_fraction(stream.clipped, strides)
    gap = longest_loss(stream, strides) > config.gap_strides
    off = (
        np.abs(mean_force_g(stream, path, strides=strides, whole=~gap, config=config) - 1.0)
        > config.force_off
    )
    checks: list[tuple[UnusableReason, BoolArray]] = [
        (UnusableReason.GAP, gap),
        (UnusableReason.CLIPPED, clipped > config.clipped_fraction),
        (
            UnusableReason.CLIPPED,
            off & (uniform_filter1d(clipped, config.force_strides) > 0) if len(clipped) else off,
        ),
        (UnusableReason.LOOSE, off | (flexion_rom_deg > config.loose_swing_deg)),
    ]
    if path is not None and len(strides):
        checks.insert(1, (UnusableReason.GAP, path.shortest_section_s(strides) < config.section_s))
    if path is not None and not speed_known:
        peak, turning = path.largest_in(strides)
        moved = peak > config.path_mps2
        checks += [
            (UnusableReason.TURN, moved & (turning > config.turn_radps)),
            (UnusableReason.BURST, moved),
        ]
    for name, hit in checks:
        reason[hit & (reason == "")] = name
    return reason == "", reason


def beside_a_stop(stream: EvenStream, strides: Strides, config: PostureConfig) -> BoolArray:
    """Tell which strides begin or end a bout: without a gyroscope, speeding up reads as leaning.

    Parameters
    ----------
    stream, strides
        From the earlier stages.
    config
        How near the end of a bout counts.
    """
    start_s, end_s = strides.start_row / stream.rate_hz, strides.end_row / stream.rate_hz
    first = np.searchsorted(strides.bout, strides.bout, side="left")
    last = np.searchsorted(strides.bout, strides.bout, side="right") - 1
    return np.asarray(
        (start_s - start_s[first] < config.accelerometer_edge_s)
        | (end_s[last] - end_s < config.accelerometer_edge_s),
        dtype=np.bool_,
    )


def stride_fraction(flag: BoolArray, strides: Strides) -> FloatArray:
    """Return (s,) the fraction of each stride's rows at which ``flag`` is true."""
    total = np.concatenate(([0], np.cumsum(flag)))
    first = np.clip(np.ceil(strides.start_row).astype(np.int64), 0, len(flag))
    last = np.clip(np.ceil(strides.end_row).astype(np.int64), 0, len(flag))
    return np.asarray((total[last] - total[first]) / np.maximum(last - first, 1))


def mean_force_g(
    stream: EvenStream,
    path: PathAcceleration | None,
    *,
    strides: Strides,
    whole: BoolArray,
    config: PostureConfig,
) -> FloatArray:
    """Return (s,) the mean specific force over the ``whole`` strides around each one, in g.

    Along the vertical; without a gyroscope the size of the mean vector, which swaying makes a little smaller.
    """
    if len(strides) == 0:
        return np.zeros(0)
    start, end = strides.start_row, strides.end_row
    if path is None:
        mean = np.sqrt((mean_between(stream.acc_sensor_mps2.T, start, end) ** 2).sum(axis=0))
    else:
        mean = mean_between(path.along_up_mps2, path.position(start), path.position(end))
    counted = np.maximum(whole.astype(np.float64), 1e-9)
    total = uniform_filter1d(mean * counted, config.force_strides, mode="nearest")
    around = uniform_filter1d(counted, config.force_strides, mode="nearest")
    return np.asarray(total / around / STANDARD_GRAVITY_MPS2)
