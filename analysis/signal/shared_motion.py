"""Which way a second sensor faces, from movements that the whole body makes at once.

Three cues, each an angle with its own error, or nothing where it cannot be believed: the bow before the run,
the acceleration of the path, and the shaking of the strides. The first two are the same for every part of the
body. The last is not: measured pelves sway against the chest, and measured heads are held still by the neck.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from analysis.signal.anatomical_axes import horizontal_acceleration
from analysis.signal.config import AlignmentConfig, AxesConfig
from analysis.signal.records import EvenStream
from sensor.samples import FloatArray, RealArray

ComplexArray = npt.NDArray[np.complex128]


class CueName(StrEnum):
    """What told which way a second sensor faces."""

    BOW = "bow with the trunk"
    PATH = "path shared with the trunk"
    SHAKING = "shaken with the trunk"


@dataclass(frozen=True, slots=True)
class HeadingCue:
    """One opinion: the angle (rad) by which the axes must be turned about up, and its standard error."""

    name: CueName
    angle_rad: float
    error_deg: float


@dataclass(frozen=True, slots=True, eq=False)
class OrientedSensor:
    """A sensor whose axes are known: its stream, (3, n) vertical in its axes, (3, 3) rotation of its body."""

    stream: EvenStream
    up_sensor: RealArray
    body_from_sensor: FloatArray

    def up_at(self, time_s: FloatArray) -> FloatArray:
        """Return the (3, m) vertical in the body's axes at (m,) increasing session times."""
        rows = self._rows(time_s)
        return self._between(self.body_from_sensor @ self.up_sensor[:, rows], rows, time_s)

    def horizontal_at(self, time_s: FloatArray) -> ComplexArray:
        """Return the (m,) acceleration (m/s2) along the body's levelled x and, times i, y."""
        rows = self._rows(time_s)
        force = self.body_from_sensor @ self.stream.acc_sensor_mps2[rows].T
        across = horizontal_acceleration(force, self.body_from_sensor @ self.up_sensor[:, rows])
        x, y = self._between(across, rows, time_s)
        return np.asarray(x + 1j * y)

    def yaw_rate_at(self, time_s: FloatArray) -> FloatArray:
        """Return the (m,) angular rate (rad/s) about the vertical; nought without a gyroscope."""
        if self.stream.gyr_sensor_radps is None:
            return np.zeros(len(time_s))
        rows = self._rows(time_s)
        rate = (self.stream.gyr_sensor_radps[rows].T * self.up_sensor[:, rows]).sum(axis=0)
        (yaw_rate,) = self._between(rate[None], rows, time_s)
        return np.asarray(yaw_rate)

    def _rows(self, time_s: FloatArray) -> slice:
        first, last = self.stream.rows_at(time_s[[0, -1]])
        return slice(max(int(first), 0), min(int(last) + 2, len(self.stream)))

    def _between(self, values: FloatArray, rows: slice, time_s: FloatArray) -> FloatArray:
        at = self.stream.rows_at(time_s) - rows.start
        return np.stack([np.interp(at, np.arange(values.shape[1]), v) for v in values])


def bow_cue(
    trunk_up: FloatArray, own_up: FloatArray, *, axes: AxesConfig, config: AlignmentConfig
) -> HeadingCue | None:
    """Return what a bow tells: head, trunk and pelvis lean the same way in it.

    Parameters
    ----------
    trunk_up
        (3, m) vertical in the trunk's axes while a bow may be made.
    own_up
        (3, m) the same in the upright axes of the other sensor, whose heading is arbitrary.
    axes, config
        What counts as a bow of the trunk; how far the other must follow, and the cue's error.
    """
    theirs, mine = (up[0] + 1j * up[1] for up in (trunk_up, own_up))
    lean_deg = np.degrees(np.arctan2(np.abs(theirs), trunk_up[2]))
    bowed = (lean_deg >= axes.bow_deg) & (lean_deg <= axes.bow_most_deg)
    bowed &= np.abs(theirs.real) >= axes.bow_straightness * np.abs(theirs.imag)
    angle_rad, gain, agreement = _turned(theirs[bowed], mine[bowed])
    if agreement < config.bow_agreement or gain < config.bow_followed:
        return None
    return HeadingCue(CueName.BOW, angle_rad, config.bow_error_deg)


def path_cue(
    theirs: ComplexArray, mine: ComplexArray, *, rate_hz: float, config: AlignmentConfig
) -> HeadingCue | None:
    """Return what starts, stops, corners and changes of pace tell: they accelerate the whole body at once.

    Parameters
    ----------
    theirs, mine
        (m,) horizontal acceleration of the trunk and of the other sensor, as `same_heading` returns it.
    rate_hz
        Of both.
    config
        Band of the path, its gain, and the largest error that is believed.
    """
    low_hz, high_hz = config.path_low_hz, config.path_high_hz
    if len(theirs) < rate_hz / low_hz:
        return None
    theirs, mine = _in_band((theirs, mine), (low_hz, high_hz), order=config.path_order, rate_hz=rate_hz)
    power = np.abs(theirs) ** 2
    angle_rad, gain, _ = _turned(theirs, mine)
    rest = np.abs(mine - gain * np.exp(1j * angle_rad) * theirs) ** 2
    # Variance of the argument of a least-squares gain: half the noise lies across it. Noise in this band is
    # new every 1 / (2 · width) seconds. It counts where the path accelerates, if it is larger there.
    noise = max(float((power * rest).sum() / max(power.sum(), 1e-9)), float(rest.mean()))
    per_sample = rate_hz / (2.0 * (high_hz - low_hz))
    error_rad = np.sqrt(per_sample * noise / 2.0 / max(float(power.sum()), 1e-9)) / max(gain, 1e-9)
    error_deg = float(np.hypot(np.degrees(error_rad), config.path_error_deg))
    if not config.path_least_gain <= gain <= config.path_most_gain or error_deg > config.path_most_error_deg:
        return None
    return HeadingCue(CueName.PATH, angle_rad, error_deg)


def shaking_cue(
    theirs: ComplexArray, mine: ComplexArray, *, rate_hz: float, config: AlignmentConfig
) -> HeadingCue | None:
    """Return what the strides tell, where they shake both alike; parameters as of `path_cue`."""
    high_hz = min(config.shaken_high_hz, config.shaken_nyquist * rate_hz / 2.0)
    band_hz = (config.shaken_low_hz, high_hz)
    angle_rad, _, agreement = _turned(
        *_in_band((theirs, mine), band_hz, order=config.shaken_order, rate_hz=rate_hz)
    )
    if agreement < config.shaken_agreement:
        return None
    return HeadingCue(CueName.SHAKING, angle_rad, config.shaken_error_deg)


def same_heading(
    mine: ComplexArray,
    *,
    own_yaw_radps: FloatArray,
    trunk_yaw_radps: FloatArray,
    rate_hz: float,
    config: AlignmentConfig,
) -> ComplexArray:
    """Return the other sensor's (m,) acceleration as if it did not turn against the trunk.

    Shoulders swing with every stride, and a head looks aside for seconds: both gyroscopes know. Only what
    lasts is left to be found. Nobody turns the head ever further, so that the mean difference is bias.
    """
    difference_radps = own_yaw_radps - trunk_yaw_radps
    turned = np.cumsum(difference_radps - difference_radps.mean()) / rate_hz
    turned -= gaussian_filter1d(turned, config.heading_lasts_s * rate_hz)
    return np.asarray(mine * np.exp(1j * turned))


def _turned(theirs: ComplexArray, mine: ComplexArray) -> tuple[float, float, float]:
    """Return angle (rad), gain and agreement (0 to 1) of `mine` against `theirs`, by least squares.

    Σ|m - g·exp(ia)·t|² is least at the argument of Σ conj(t)·m (Procrustes in the plane).
    """
    product = complex(np.vdot(theirs, mine))
    own, other = float((np.abs(theirs) ** 2).sum()), float((np.abs(mine) ** 2).sum())
    gain = abs(product) / max(own, 1e-9)
    return float(np.angle(product)), gain, abs(product) / max(float(np.sqrt(own * other)), 1e-9)


def _in_band(
    pair: tuple[ComplexArray, ComplexArray], band_hz: tuple[float, float], *, order: int, rate_hz: float
) -> tuple[ComplexArray, ComplexArray]:
    """Return what lies in a band of both, by a Butterworth filter forwards and back."""
    # Here, because only a second sensor needs them: scipy.signal takes most of a second to be imported.
    from scipy.signal import butter, sosfiltfilt

    sos = butter(order, band_hz, btype="bandpass", fs=rate_hz, output="sos")
    one, other = (np.asarray(sosfiltfilt(sos, v.real) + 1j * sosfiltfilt(sos, v.imag)) for v in pair)
    return one, other
