"""The vertical from averaged specific force, nothing known of speed.

Averaging the acceleration *vector* in an almost inertial frame leaves the change of velocity over the time,
which is nought over whole strides at constant velocity, however violent the strides are. Filters that
normalise every sample carry a bias of degrees instead.
"""

from __future__ import annotations

from copy import copy
from itertools import pairwise

import numpy as np

from analysis.maths import quaternion
from analysis.maths.gaussian import gaussian_mean
from analysis.maths.intervals import CHUNK_ROWS, box_decimate, chunks
from analysis.signal.config import OrientationConfig
from analysis.signal.records import EvenStream, Strapdown, Strides, Vertical
from analysis.signal.strapdown import long_losses
from sensor.samples import FloatArray, IntArray, SingleArray


class AveragedForce:
    """Specific force in the inertial frame, thinned by a box filter; long losses weigh nothing.

    Short losses, which were filled, count like any other row: leaving them out would tear holes into strides
    whose mean is only nought as a whole.

    Parameters
    ----------
    stream, strapdown
        (n, 3) specific force and the orientation of its rows.
    broken_rows
        A loss longer than this was not filled.
    config
        Rate after thinning.
    """

    def __init__(
        self, stream: EvenStream, strapdown: Strapdown, *, broken_rows: int, config: OrientationConfig
    ) -> None:
        self.every = max(int(stream.rate_hz // config.decimated_hz), 1)
        self.rate_hz = stream.rate_hz / self.every
        size = max(CHUNK_ROWS // self.every, 1) * self.every
        self.force = np.concatenate(
            [
                box_decimate(
                    quaternion.rotate(
                        strapdown.inertial_from_sensor[:, part], stream.acc_sensor_mps2[part].T
                    ).T,
                    self.every,
                ).T
                for part in chunks(len(stream), size)
            ],
            axis=1,
        )
        known = np.ones(len(stream))
        for first, last in zip(*long_losses(stream, broken_rows), strict=True):
            known[first:last] = 0.0
        self.weight = np.maximum(box_decimate(known, self.every), 1e-6)
        self.row = np.asarray(np.arange(self.force.shape[1]) * self.every + (self.every - 1) / 2.0)
        self.section = section_of(strapdown.section_first, self.row)

    def without_bias(self, bias_sensor_mps2: FloatArray, strapdown: Strapdown) -> AveragedForce:
        """Return this force less a constant (3,) bias of the accelerometer in sensor axes."""
        q = strapdown.inertial_from_sensor[:, self.row.astype(np.int64)]
        other = copy(self)
        other.force = self.force - quaternion.rotate(q, np.repeat(bias_sensor_mps2[:, None], q.shape[1], 1))
        return other

    def smoothed(self, values: FloatArray, spread_s: float) -> FloatArray:
        """Average (3, m) thinned values with a Gaussian, never across sections, lost rows left out.

        Divided by what the weights themselves average to (normalised convolution, Knutsson & Westin 1993), so
        that the mean beside a loss or the end of a section is not drawn to nought.
        """
        result = np.empty_like(values)
        first = np.searchsorted(self.section, np.arange(self.section[-1] + 2))
        for a, b in pairwise(first):
            if b > a:
                weight = self.weight[a:b]
                sigma = spread_s * self.rate_hz
                norm = gaussian_mean(weight, sigma, beyond="constant")
                np.maximum(norm, 1e-12, out=norm)
                for row, along in zip(result[:, a:b], values[:, a:b], strict=True):
                    row[:] = gaussian_mean(along * weight, sigma, beyond="constant") / norm
        return result


def section_of(section_first: IntArray, row: FloatArray) -> IntArray:
    """Return (m,) the number of the section in which each of (m,) fractional rows lies."""
    return np.asarray(np.searchsorted(section_first, row, side="right") - 1, dtype=np.int64)


def unaided_vertical(force: AveragedForce, strapdown: Strapdown, config: OrientationConfig) -> Vertical:
    """Return the smoothed direction of specific force in the inertial frame.

    Parameters
    ----------
    force
        Averaged force of the whole stream.
    strapdown
        For its sections.
    config
        Smoothing and node spacing.

    Returns
    -------
    Vertical
        Nodes every ``node_s``; good to 0.3 degrees in steady running, wrong in corners and bursts.
    """
    # The mean of dv/dt over T is (v(T) - v(0)) / T: whatever the strides do in between, ends that differ by
    # 0.1 m/s after 5 s tilt this by 0.02 / 9.81 rad, a tenth of a degree.
    smooth = force.smoothed(force.force, config.unaided_smoothing_s)
    last_row = force.row[-1] + (force.every - 1) / 2.0
    count = max(int(last_row / (config.node_s * force.rate_hz * force.every)) + 1, 2)
    node_row = np.linspace(0.0, last_row, count)
    section = section_of(strapdown.section_first, node_row)
    up = at_nodes(smooth, force, node_row=node_row, section=section)
    length = np.sqrt((up**2).sum(axis=0))
    up = np.where(length > 1e-6, up / np.maximum(length, 1e-6), np.array([[0.0], [0.0], [1.0]]))
    return Vertical(node_row=node_row, up_inertial=up, section=section, section_first=strapdown.section_first)


def at_nodes(
    values: FloatArray, force: AveragedForce, *, node_row: FloatArray, section: IntArray
) -> FloatArray:
    """Interpolate (3, m) thinned values to (k,) nodes, each only from its own section: returns (3, k).

    Heading is arbitrary in every section, so vectors of two of them share no axes and have no mean.
    """
    position = np.clip((node_row - force.row[0]) / force.every, 0, max(len(force.row) - 1, 0))
    base = np.minimum(position.astype(np.int64), max(len(force.row) - 2, 0))
    after = np.minimum(base + 1, len(force.row) - 1)
    part = position - base
    part = np.where(force.section[base] != section, 1.0, part)
    part = np.where(force.section[after] != section, 0.0, part)
    return np.asarray(values[:, base] * (1 - part) + values[:, after] * part)


def up_in_sensor(strapdown: Strapdown, vertical: Vertical, count: int) -> SingleArray:
    """Return the (3, count) upward unit vector in sensor axes at the first rows, in single precision."""
    q = strapdown.inertial_from_sensor
    up = np.empty((3, count), dtype=np.float32)
    for part in chunks(count):
        row = np.arange(part.start, part.stop, dtype=np.float64)
        up[:, part] = quaternion.rotate(quaternion.conjugate(q[:, part]), vertical.at_rows(row))
    return up


class PathAcceleration:
    """What averaged force holds beside gravity: the change of the velocity vector along the path.

    Parameters
    ----------
    force
        Averaged specific force.
    vertical
        The best vertical there is.
    forward_inertial
        (3, m) the trunk's forward axis at the thinned rows.
    config
        Smoothing that removes the stride itself.
    """

    def __init__(
        self,
        force: AveragedForce,
        vertical: Vertical,
        *,
        forward_inertial: FloatArray,
        config: OrientationConfig,
    ) -> None:
        self._first_row, self._every = float(force.row[0]), force.every
        up = vertical.at_rows(force.row)
        self.along_up_mps2 = (force.force * up).sum(axis=0)
        self._size_mps2 = _across_mps2(force.smoothed(force.force, config.force_smoothing_s), up)
        ahead = force.smoothed(forward_inertial, config.heading_smoothing_s)
        heading_change = np.cross(ahead[:, :-1], ahead[:, 1:], axis=0)
        self._turning_radps = np.abs((heading_change * up[:, 1:]).sum(axis=0)) * force.rate_hz
        self._section = force.section
        self._section_s = np.bincount(force.section, force.weight) / force.rate_hz

    def position(self, row: FloatArray) -> FloatArray:
        """Return (s,) the fractional thinned positions of (s,) fractional rows of the stream."""
        return np.clip((row - self._first_row) / self._every, 0, len(self._size_mps2) - 1)

    def shortest_section_s(self, strides: Strides) -> FloatArray:
        """Return (s,) how long the frame of each stride holds: from one long loss to the next, s."""
        ends = np.stack((strides.start_row, strides.end_row))
        section = self._section[self.position(ends).astype(np.int64)]
        return np.asarray(self._section_s[section].min(axis=0))

    def largest_in(self, strides: Strides) -> tuple[FloatArray, FloatArray]:
        """Return (s,) the largest path acceleration (m/s2) and rate of turning (rad/s) in each stride."""
        if len(strides) == 0 or len(self._size_mps2) < 2:
            return np.zeros(len(strides)), np.zeros(len(strides))
        first = self.position(strides.start_row).astype(np.int64)
        last = np.maximum(self.position(strides.end_row).astype(np.int64), first + 1)
        edges = np.minimum(np.stack((first, last), axis=1).ravel(), len(self._turning_radps) - 1)
        return (
            np.maximum.reduceat(self._size_mps2, edges)[::2],
            np.maximum.reduceat(self._turning_radps, edges)[::2],
        )


def _across_mps2(force: FloatArray, up: FloatArray) -> FloatArray:
    """Return (m,) the size of what of (3, m) forces lies across (3, m) upward unit vectors."""
    across = force - up * (force * up).sum(axis=0)
    return np.asarray(np.sqrt((across**2).sum(axis=0)))
