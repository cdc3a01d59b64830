"""How a runner moves within a stride: waveforms over stride phase, and the styles that vary them.

Phase 0 is the left contact, phase pi the right one. Translations are given as accelerations of the hip
centre, because that is what force plates and chest sensors have measured; they are integrated twice over
phase, so that the position is the primitive and the acceleration its exact derivative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sensor.samples import FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2

ComplexArray = npt.NDArray[np.complex128]

CHANNELS = ("vertical", "fore_aft", "lateral", "flexion", "list", "axial")
"""Order of the gait channels: three accelerations of the hip centre, three angles of the trunk."""

TRANSLATIONS = 3
"""How many of `CHANNELS` are accelerations."""

_PHASES = 512


@dataclass(frozen=True, slots=True)
class GaitStyle:
    """A runner's way of moving.

    Parameters
    ----------
    cadence_offset_spm
        Steps per minute above the usual at a speed.
    duty
        Share of a step during which a foot is on the ground; below 1 there is flight.
    impact_g
        Height of the impact transient on top of the vertical push, in g.
    braking_g
        Depth of the fore-aft braking at the hip, in g: large when overstriding, small in a shuffle.
    lateral_g
        Amplitude of the sideways acceleration of the hip, in g.
    flexion_deg, list_deg, axial_deg
        Amplitudes of trunk flexion (step rate), side list and axial rotation (stride rate).
    flexion_lag_deg, list_lag_deg, axial_lag_deg
        Phase, in degrees of the channel's own rate, by which each angle lags its usual timing.
    asymmetry
        Left against right, as a share of the step-rate movement.
    variability
        Relative standard deviation of every amplitude from stride to stride.
    cadence_variability
        Relative standard deviation of the stride frequency.
    """

    cadence_offset_spm: float = 0.0
    duty: float = 0.72
    impact_g: float = 0.4
    braking_g: float = 1.0
    lateral_g: float = 0.45
    flexion_deg: float = 2.5
    list_deg: float = 4.0
    axial_deg: float = 15.0
    flexion_lag_deg: float = 0.0
    list_lag_deg: float = 0.0
    axial_lag_deg: float = -12.0
    asymmetry: float = 0.04
    variability: float = 0.06
    cadence_variability: float = 0.01


SEVERE = GaitStyle()
"""Large rotation, firm heel strike."""

FOREFOOT_SHUFFLE = GaitStyle(
    cadence_offset_spm=10.0, duty=0.78, impact_g=0.15, braking_g=0.6, lateral_g=0.3, flexion_deg=1.2,
    list_deg=2.0, axial_deg=8.0, flexion_lag_deg=15.0, axial_lag_deg=-25.0,
)  # fmt: skip
"""Short, quick, quiet steps."""

OVERSTRIDER = GaitStyle(
    cadence_offset_spm=-8.0, duty=0.68, impact_g=0.9, braking_g=1.2, lateral_g=0.45, flexion_deg=3.0,
    list_deg=4.0, axial_deg=12.0, flexion_lag_deg=-15.0, list_lag_deg=20.0, axial_lag_deg=0.0,
)  # fmt: skip
"""Long, slow steps that land hard in front of the body."""

SWAYER = GaitStyle(
    list_deg=6.0, axial_deg=18.0, list_lag_deg=-30.0, axial_lag_deg=5.0, asymmetry=0.1, variability=0.09
)
"""A tired trunk: much sway and rotation, uneven from stride to stride."""

STYLES = {
    "severe": SEVERE,
    "forefoot shuffle": FOREFOOT_SHUFFLE,
    "overstrider": OVERSTRIDER,
    "swayer": SWAYER,
}
"""The styles by name."""


def running_coefficients(style: GaitStyle, harmonics: int) -> ComplexArray:
    """Return the Fourier coefficients of running.

    Parameters
    ----------
    style
        How the runner moves.
    harmonics
        Highest multiple of the stride frequency kept.

    Returns
    -------
    (6, harmonics) complex; row order `CHANNELS`. ``real(c[n - 1] * exp(1j * n * phase))`` summed over n is,
    for the translations, position times the squared stride frequency (m/s2), for the angles radians.
    """
    phase = 2.0 * np.pi * np.arange(_PHASES) / _PHASES
    step = (phase / np.pi) % 1.0
    left = np.where(phase < np.pi, 1.0, -1.0)
    uneven = 1.0 + style.asymmetry * left
    vertical_g = _vertical_specific_force_g(step, style) * uneven
    # Braking in early stance, a longer and lower push later on; the mean is taken out below.
    fore_aft_g = style.braking_g * (0.8 * _bump(step, 0.57, 0.063) - _bump(step, 0.13, 0.05)) * uneven
    # The ground pushes the body away from the foot it stands on: to the right during left stance.
    stance = np.sin(np.pi * np.minimum(step / style.duty, 1.0))
    lateral_g = -style.lateral_g * left * (stance + 0.6 * _bump(step, 0.12, 0.05))
    peak = np.pi * style.duty
    # Trunk pitch at step rate is in phase with vertical acceleration, which peaks at mid-stance.
    flexion = np.radians(style.flexion_deg) * np.cos(2 * phase - peak - np.radians(style.flexion_lag_deg))
    # The trunk lists over the stance leg: right lean positive, hence negative in left stance.
    lean = -np.radians(style.list_deg) * np.sin(phase - np.radians(style.list_lag_deg))
    # Left shoulder yaw goes with the left heel ahead of the right one: largest around left contact.
    axial = np.radians(style.axial_deg) * np.cos(phase - np.radians(style.axial_lag_deg))
    accelerations = STANDARD_GRAVITY_MPS2 * np.stack([vertical_g, fore_aft_g, lateral_g])
    return _coefficients(accelerations, np.stack([flexion, lean, axial]), harmonics)


def walking_coefficients(harmonics: int) -> ComplexArray:
    """Return the Fourier coefficients of walking, shaped as those of `running_coefficients`.

    No flight: vertical ±0.25 g and fore-aft ±0.15 g at step rate, sideways ±0.1 g at stride rate.
    """
    phase = 2.0 * np.pi * np.arange(_PHASES) / _PHASES
    vertical_g = 0.25 * np.cos(2 * phase - 0.6) + 0.08 * np.cos(4 * phase - 0.3)
    fore_aft_g = 0.15 * np.sin(2 * phase + np.pi) + 0.05 * np.cos(4 * phase)
    lateral_g = -0.1 * np.sin(phase) - 0.04 * np.sin(3 * phase)
    angles = [1.2 * np.cos(2 * phase - 1.0), -2.0 * np.sin(phase), 5.0 * np.cos(phase)]
    accelerations = STANDARD_GRAVITY_MPS2 * np.stack([vertical_g, fore_aft_g, lateral_g])
    return _coefficients(accelerations, np.radians(np.stack(angles)), harmonics)


def evaluate(coefficients: ComplexArray, phase_rad: FloatArray) -> FloatArray:
    """Return the (channels, m) waveforms at the (m,) phases."""
    harmonics = coefficients.shape[1]
    powers = np.empty((harmonics, phase_rad.size), dtype=np.complex128)
    powers[0] = np.exp(1j * phase_rad)
    for n in range(1, harmonics):
        np.multiply(powers[n - 1], powers[0], out=powers[n])
    return np.ascontiguousarray((coefficients @ powers).real)


def cadence_spm(speed_mps: FloatArray, running: FloatArray, style: GaitStyle) -> FloatArray:
    """Return the usual steps per minute at a speed; ``running`` blends from walking (0) to running (1)."""
    run_spm = 149.0 + 7.5 * speed_mps + style.cadence_offset_spm
    walk_spm = 74.0 + 27.0 * np.minimum(speed_mps, 2.0)
    return running * run_spm + (1.0 - running) * walk_spm


def _vertical_specific_force_g(step: FloatArray, style: GaitStyle) -> FloatArray:
    """Return one step of vertical specific force with mean 1 g: push, impact, and a dip at toe-off."""
    push = np.where(step < style.duty, np.sin(np.pi * np.minimum(step / style.duty, 1.0)) ** 1.2, 0.0)
    extras = style.impact_g * _bump(step, 0.10, 0.035) - 0.1 * _bump(step, style.duty + 0.10, 0.03)
    force_g: FloatArray = extras + push * (1.0 - extras.mean()) / push.mean()
    return force_g


def _bump(step: FloatArray, centre: float, width: float) -> FloatArray:
    """Return a Gaussian bump, periodic over the step."""
    distance = (step - centre + 0.5) % 1.0 - 0.5
    return np.asarray(np.exp(-0.5 * (distance / width) ** 2), dtype=np.float64)


def _coefficients(accelerations: FloatArray, angles: FloatArray, harmonics: int) -> ComplexArray:
    n = np.arange(1, harmonics + 1)
    spectrum = 2.0 / _PHASES * np.fft.rfft(np.vstack([accelerations, angles]), axis=1)[:, 1 : harmonics + 1]
    # A Gaussian roll-off instead of a hard cut, as a sensor's own low-pass would do: no ringing.
    spectrum *= np.exp(-0.5 * (n / (0.5 * harmonics)) ** 2)
    spectrum[:TRANSLATIONS] /= -(n**2)
    return np.asarray(spectrum, dtype=np.complex128)
