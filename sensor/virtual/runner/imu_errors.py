"""What separates a real inertial sensor from an ideal one: bias, scale, noise, timing, range, loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft

from sensor.samples import BoolArray, FloatArray, ImuSignal
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class ImuErrors:
    """Sizes of the errors of a consumer-grade sensor; each draw takes its sign and axes by chance.

    Parameters
    ----------
    gyr_bias_degps
        Length of the constant bias of the gyroscope.
    gyr_warmup_degps, warmup_s
        Length of the bias that dies away while the sensor warms up, and its time constant.
    gyr_walk_degps_rts
        Random walk of the bias, degrees per second per root second.
    gyr_noise_degps
        Standard deviation of each gyroscope sample.
    gyr_scale, cross_axis
        Standard deviations of the scale error of each gyroscope axis and of the off-diagonal terms.
    g_sensitivity_degps
        Standard deviation of the rate per g of specific force, each pair of axes.
    gyr_late_s
        How much later than the accelerometer the gyroscope is sampled.
    acc_bias_g, acc_scale, acc_noise_g
        Length of the accelerometer's bias, its scale error, and the noise of each sample.
    acc_range_g, gyr_range_degps
        Full scale: larger values read as full scale.
    bits
        Resolution of a sample over the full scale, both signs.
    has_gyroscope
        False for sensors that carry an accelerometer only.
    """

    gyr_bias_degps: float = 0.3
    gyr_warmup_degps: float = 0.15
    warmup_s: float = 400.0
    gyr_walk_degps_rts: float = 0.001
    gyr_noise_degps: float = 0.06
    gyr_scale: float = 0.007
    cross_axis: float = 0.003
    g_sensitivity_degps: float = 0.03
    gyr_late_s: float = 0.0
    acc_bias_g: float = 0.020
    acc_scale: float = 0.003
    acc_noise_g: float = 0.003
    acc_range_g: float = 8.0
    gyr_range_degps: float = 2000.0
    bits: int = 16
    has_gyroscope: bool = True


CONSUMER = ImuErrors()
"""A sensor as sold for a few tens of euros."""

IDEAL = ImuErrors(
    gyr_bias_degps=0.0,
    gyr_warmup_degps=0.0,
    gyr_walk_degps_rts=0.0,
    gyr_noise_degps=0.0,
    gyr_scale=0.0,
    cross_axis=0.0,
    g_sensitivity_degps=0.0,
    acc_bias_g=0.0,
    acc_scale=0.0,
    acc_noise_g=0.0,
    acc_range_g=16.0,
    bits=32,
)
"""No error but a resolution nobody can see."""


def apply_errors(clean: ImuSignal, errors: ImuErrors, rng: np.random.Generator) -> ImuSignal:
    """Return what a real sensor would have read.

    Parameters
    ----------
    clean
        An ideal signal; accelerometer and gyroscope sampled at the same instants.
    errors
        Sizes of the errors.
    rng
        Source of every draw.
    """
    g = STANDARD_GRAVITY_MPS2
    acc = clean.acc_sensor_mps2
    acc_read = acc * (1.0 + errors.acc_scale * rng.standard_normal(3))
    acc_read += g * errors.acc_bias_g * _direction(rng)
    acc_read += g * errors.acc_noise_g * rng.standard_normal(acc.shape)
    acc_read = quantise(acc_read, g * errors.acc_range_g, errors.bits)
    if clean.gyr_sensor_radps is None or not errors.has_gyroscope:
        return ImuSignal(clean.rate_hz, acc_read, None)
    mix = np.diag(1.0 + errors.gyr_scale * rng.standard_normal(3))
    mix += errors.cross_axis * rng.standard_normal((3, 3)) * (1.0 - np.eye(3))
    per_mps2 = RADPS_PER_DEGPS / g * errors.g_sensitivity_degps * rng.standard_normal((3, 3))
    gyr = sample_later(clean.gyr_sensor_radps, errors.gyr_late_s * clean.rate_hz)
    gyr = (
        gyr @ mix.T + acc @ per_mps2.T + gyroscope_bias_radps(len(acc), clean.rate_hz, errors=errors, rng=rng)
    )
    gyr += RADPS_PER_DEGPS * errors.gyr_noise_degps * rng.standard_normal(acc.shape)
    return ImuSignal(
        clean.rate_hz, acc_read, quantise(gyr, RADPS_PER_DEGPS * errors.gyr_range_degps, errors.bits)
    )


def gyroscope_bias_radps(
    n: int, rate_hz: float, *, errors: ImuErrors, rng: np.random.Generator
) -> FloatArray:
    """Return the (n, 3) bias over time: a constant, a warm-up that dies away, a random walk."""
    warmth = np.exp(-np.arange(n) / (rate_hz * errors.warmup_s))[:, None]
    walk = np.cumsum(rng.standard_normal((n, 3)), axis=0) * (errors.gyr_walk_degps_rts / np.sqrt(rate_hz))
    constant = errors.gyr_bias_degps * _direction(rng)
    bias_degps = constant + errors.gyr_warmup_degps * _direction(rng) * warmth + walk
    return np.asarray(RADPS_PER_DEGPS * bias_degps, dtype=np.float64)


def sample_later(values: FloatArray, samples: float) -> FloatArray:
    """Return ``values`` read ``samples`` sampling intervals later, by band-limited interpolation.

    Parameters
    ----------
    values
        (n, 3) evenly sampled, at rest at both ends.
    samples
        Delay in sampling intervals, a fraction or more.
    """
    if samples == 0.0:
        return values
    pad = min(64, len(values) - 1)
    padded = np.pad(values, ((pad, pad), (0, 0)), mode="reflect")
    length = fft.next_fast_len(len(padded), real=True)
    turn = np.exp(2j * np.pi * fft.rfftfreq(length) * samples)[:, None]
    shifted = fft.irfft(fft.rfft(padded, length, axis=0) * turn, length, axis=0)
    return np.asarray(shifted[pad : pad + len(values)], dtype=np.float64)


def quantise(values: FloatArray, full_scale: float, bits: int) -> FloatArray:
    """Return ``values`` rounded to the sensor's steps and held at its full scale."""
    steps = 2.0 ** (bits - 1)
    counts = np.clip(np.round(values * (steps / full_scale)), -steps, steps - 1.0)
    return np.asarray(counts * (full_scale / steps), dtype=np.float64)


def loss_mask(
    n: int, rate_hz: float, *, gap_s: float, fraction: float, rng: np.random.Generator
) -> BoolArray:
    """Return (n,) true where samples are lost, in gaps of about ``gap_s`` that sum to ``fraction``.

    The first and last two seconds are spared, so that a lost edge is never mistaken for a late start.
    """
    width = max(1, round(gap_s * rate_hz))
    edge = round(2.0 * rate_hz)
    mask = np.zeros(n, dtype=np.bool_)
    slots = max(0, n - 2 * edge) // (2 * width)
    count = min(slots, round(fraction * n / width))
    if count == 0:
        return mask
    slot = np.sort(rng.choice(slots, size=count, replace=False))
    start = edge + 2 * width * slot + rng.integers(0, width, size=count)
    mask[(start[:, None] + np.arange(width)).ravel()] = True
    return mask


def _direction(rng: np.random.Generator) -> FloatArray:
    vector = rng.standard_normal(3)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float64)
