"""Walking or running, and the phase of the steps.

The vertical acceleration of a trunk swings once per step. Its frequency is read from short spectra, its phase
by demodulation with that frequency: a slip of a whole step would need half a second without any swing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter, uniform_filter1d

from analysis.maths.gaussian import gaussian_mean
from analysis.maths.intervals import box_decimate, chunks, inside, runs_of, without_short
from analysis.signal.config import GaitConfig
from analysis.signal.records import EvenStream, Gait, StaticPeriods
from sensor.samples import BoolArray, FloatArray, IntArray
from sensor.units import STANDARD_GRAVITY_MPS2

_NO_LOSSES = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

_SPECTRA_AT_A_TIME = 512
"""Those of a day would take a gigabyte."""


@dataclass(frozen=True, slots=True)
class _Slow:
    """Signals at the reduced rate: vertical acceleration in g, nought where lost, step frequency, 1 or 0
    where samples came or were lost.
    """

    rate_hz: float
    vertical_g: FloatArray
    step_hz: FloatArray
    known: FloatArray


def find_gait(
    stream: EvenStream,
    static_periods: StaticPeriods,
    *,
    config: GaitConfig,
    jumps: FloatArray | None = None,
    losses: tuple[IntArray, IntArray] = _NO_LOSSES,
) -> Gait:
    """Find the bouts of walking and running and the phase of the steps in them.

    Parameters
    ----------
    stream
        Even stream, any sensor axes.
    static_periods
        Nobody walks or runs in them.
    config
        Frequencies, spreads and smoothings.
    jumps
        (2, j) fractional rows at which series of jumps on the spot begin and end: they swing like steps.
    losses
        (l,) first and one past the last rows of losses too long to be filled: what was interpolated there
        weighs nothing. A bout ends before one across which nobody can count the steps.

    Returns
    -------
    Gait
        ``step_phase`` grows by one per step and is an integer near each initial contact.
    """
    every = max(int(stream.rate_hz // config.analysis_rate_hz), 1)
    acc_sensor_mps2 = box_decimate(stream.acc_sensor_mps2, every)
    if len(acc_sensor_mps2) < 2:
        return _nothing(len(stream))
    rate_hz = stream.rate_hz / every
    slow_row = np.arange(len(acc_sensor_mps2), dtype=np.float64) * every + (every - 1) / 2
    known = np.asarray(~inside(slow_row, *losses), dtype=np.float64)
    vertical_g = known * _rough_vertical_g(acc_sensor_mps2 * known[:, None], rate_hz, config)
    slow = _Slow(rate_hz, vertical_g, _step_frequency(vertical_g, rate_hz, config), known)
    moving, running = _kind(slow, config)
    moving &= ~inside(slow_row, static_periods.first, static_periods.last)
    if jumps is not None:
        moving &= ~inside(slow_row, jumps[0], jumps[1])
    slow_phase = _step_phase(slow, config)
    uncounted = losses[1] - losses[0] > config.counted_across_s * stream.rate_hz
    phase = np.empty(len(stream))
    in_bout, runs = np.empty((2, len(stream)), dtype=np.bool_)
    for part in chunks(len(stream)):
        rows = np.arange(part.start, part.stop)
        phase[part] = np.interp(rows, slow_row, slow_phase)
        nearest = np.clip(np.round((rows - slow_row[0]) / every).astype(np.int64), 0, len(slow_row) - 1)
        in_bout[part] = moving[nearest] & ~inside(rows, losses[0][uncounted], losses[1][uncounted])
        runs[part] = (running & moving)[nearest]
    # Nobody else has it: frozen here, it is not copied once more.
    phase.flags.writeable = False
    first, last = runs_of(in_bout)
    return Gait(step_phase=phase, first=first, last=last, running=runs)


def _nothing(count: int) -> Gait:
    """Return a gait without any bout."""
    none = np.zeros(0, dtype=np.int64)
    return Gait(step_phase=np.zeros(count), first=none, last=none, running=np.zeros(count, dtype=bool))


def _rough_vertical_g(acc_sensor_mps2: FloatArray, rate_hz: float, config: GaitConfig) -> FloatArray:
    """Return (n,) specific force along its own slowly varying mean direction, less 1 g, in g.

    Rows of nought carry no direction, so the mean is taken from the others.
    """
    up = gaussian_mean(acc_sensor_mps2.T, config.level_s * rate_hz, reach=config.level_reach).T
    along = np.einsum("ij,ij->i", acc_sensor_mps2, up)
    along /= np.maximum(np.sqrt(np.einsum("ij,ij->i", up, up)), 1e-9)
    return np.asarray(along / STANDARD_GRAVITY_MPS2 - 1.0)


def _step_frequency(vertical_g: FloatArray, rate_hz: float, config: GaitConfig) -> FloatArray:
    """Return the step frequency (Hz) per row: the strongest line of short spectra, outliers removed."""
    window = max(round(config.window_s * rate_hz), 8)
    hop = max(round(config.hop_s * rate_hz), 1)
    padded = np.pad(vertical_g, (window // 2, window - window // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    # A periodic Hann window.
    taper = 0.5 + 0.5 * np.cos(np.linspace(-np.pi, np.pi, window + 1)[:-1])
    size = 1 << (4 * window - 1).bit_length()
    frequency_hz = np.fft.rfftfreq(size, 1 / rate_hz)
    band = (frequency_hz > config.min_step_hz) & (frequency_hz < config.max_step_hz)
    strongest = np.empty(len(frames))
    for part in chunks(len(frames), _SPECTRA_AT_A_TIME):
        centred = (frames[part] - frames[part].mean(axis=1, keepdims=True)) * taper
        power = np.abs(np.fft.rfft(centred, size)[:, band]) ** 2
        strongest[part] = frequency_hz[band][power.argmax(axis=1)]
    steady = median_filter(strongest, size=config.frequency_median, mode="nearest")
    centre = np.arange(len(frames)) * hop
    return np.interp(np.arange(len(vertical_g)), centre, steady)


def _kind(slow: _Slow, config: GaitConfig) -> tuple[BoolArray, BoolArray]:
    """Return per row whether the runner moves, and whether that is running."""
    spread = _spread(slow, config.spread_s)
    threshold = np.interp(
        slow.step_hz * 60.0,
        (config.slow_spm, config.fast_spm),
        (config.run_spread_slow_g, config.run_spread_fast_g),
    )
    shortest = max(round(config.min_bout_s * slow.rate_hz), 1)
    moving = without_short(spread > config.walk_spread_g, shortest)
    # The wide average reaches into the standing beside a bout; the narrow one says where steps begin and end.
    moving &= without_short(_spread(slow, config.edge_s) > config.walk_spread_g, shortest, of=False)
    spread_ratio = spread / threshold
    running = without_short((spread_ratio > 1.0) | _slow_jog(slow, spread_ratio, config), shortest, of=False)
    return moving, without_short(running, shortest)


def _slow_jog(slow: _Slow, spread_ratio: FloatArray, config: GaitConfig) -> BoolArray:
    """Return (n,) true in slow jogs, whose spread crosses the smallest of a run again and again.

    Of those that swing no more than a brisk walk, flight tells: a trunk in the air weighs nothing.

    Parameters
    ----------
    slow
        Vertical acceleration at the reduced rate.
    spread_ratio
        (n,) its spread, as a fraction of the smallest while running.
    config
        Which shares are unclear, how many of them are judged together, and what is flight.
    """
    jog = np.zeros(len(spread_ratio), dtype=bool)
    unclear = (spread_ratio > config.unclear_from) & (spread_ratio < config.unclear_to)
    flying = slow.vertical_g < config.flight_g - 1.0
    second = max(round(slow.rate_hz), 1)
    window = round(config.unclear_window_s)
    # Whatever lies below is a walk or a rest, and what is before and behind it is judged by itself.
    for first, last in zip(*runs_of(spread_ratio > config.unclear_from), strict=True):
        row = first + np.flatnonzero(unclear[first:last])
        if len(row) >= config.unclear_least_s * slow.rate_hz:
            level = median_filter(spread_ratio[row[::second]], size=window, mode="reflect")
            begin = np.arange(0, len(row), second)
            length = np.diff(begin, append=len(row))
            share = uniform_filter1d(np.add.reduceat(flying[row], begin, dtype=np.float64) / length, window)
            jogged = (level > config.jog_share) | (share > config.flight_share)
            jog[row] = jogged[np.arange(len(row)) // second]
    return jog


def _spread(slow: _Slow, sigma_s: float) -> FloatArray:
    """Return the local standard deviation (g) of the vertical acceleration, of what was received."""
    sigma = sigma_s * slow.rate_hz
    # Where nothing was lost one row tells for all what the filter makes of ones.
    known = slow.known[:1] if slow.known.all() else slow.known
    weight = np.maximum(gaussian_mean(known, sigma), 1e-9)
    mean = gaussian_mean(slow.vertical_g, sigma) / weight
    square = gaussian_mean(slow.vertical_g**2, sigma) / weight
    return np.sqrt(np.maximum(square - mean**2, 0.0))


def _step_phase(slow: _Slow, config: GaitConfig) -> FloatArray:
    """Return the step phase in steps per row, by demodulation with the local step frequency."""
    carrier = np.cumsum(slow.step_hz) / slow.rate_hz
    turned = slow.vertical_g * np.exp(-2j * np.pi * carrier)
    sigma = config.phase_smoothing_s * slow.rate_hz
    line = gaussian_filter1d(turned.real, sigma) + 1j * gaussian_filter1d(turned.imag, sigma)
    return np.asarray(carrier + np.unwrap(np.angle(line)) / (2 * np.pi) + config.contact_phase)
