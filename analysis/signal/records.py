"""What the signal stages hand to each other: even streams, static periods, stride phase, orientation, axes.

Frames: sensor (the maker's axes), inertial (the strapdown's own, drifting slowly with the gyroscope's bias),
level (z vertical, heading arbitrary), trunk (x forward, y left, z along the trunk). A rotation is named
``to_from``; quaternions are (4, n), ``w x y z``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.words import HeadingDoubt
from sensor.samples import BoolArray, FloatArray, IntArray, SingleArray, freeze_arrays


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EvenStream:
    """One sensor on an even time base. Rows that were never received are interpolated and not ``present``.

    Parameters
    ----------
    start_s
        Session time of row 0.
    rate_hz
        Rows per second.
    acc_sensor_mps2
        (n, 3) specific force, sensor axes.
    gyr_sensor_radps
        (n, 3) angular rate at the time of the accelerometer's row; None without a gyroscope.
    present
        (n,) false where nothing was received.
    clipped
        (n,) true where a channel reached its full scale.
    """

    start_s: float
    rate_hz: float
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray | None
    present: BoolArray
    clipped: BoolArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def __len__(self) -> int:
        return len(self.present)

    @property
    def time_s(self) -> FloatArray:
        """(n,) session time of every row."""
        return self.start_s + np.arange(len(self)) / self.rate_hz

    def rows_at(self, time_s: FloatArray) -> FloatArray:
        """Return the fractional row numbers of session times."""
        return (np.asarray(time_s, dtype=np.float64) - self.start_s) * self.rate_hz


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class StaticPeriods:
    """Stretches in which the sensor was still.

    Parameters
    ----------
    first, last
        (r,) rows of the first and one past the last sample of each static period.
    acc_sensor_mps2, gyr_sensor_radps
        (r, 3) means over each; rates are zero without a gyroscope.
    """

    first: IntArray
    last: IntArray
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Gait:
    """Phase of the steps and kind of gait, per row.

    Parameters
    ----------
    step_phase
        (n,) steps since the start of the bout, as a real number; an integer where a foot makes contact.
        Only meaningful inside a bout.
    first, last
        (b,) rows of each bout of unbroken walking or running.
    running
        (n,) true where the gait is running.
    """

    step_phase: FloatArray
    first: IntArray
    last: IntArray
    running: BoolArray

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Strides:
    """Boundaries of strides on the stream, as fractional rows; a stride never spans two bouts.

    Parameters
    ----------
    start_row, middle_row, end_row
        (s,) contact that opens the stride, contact of the other foot, contact that ends it.
    bout
        (s,) number of the bout.
    running
        (s,) true for running.
    """

    start_row: FloatArray
    middle_row: FloatArray
    end_row: FloatArray
    bout: IntArray
    running: BoolArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def __len__(self) -> int:
        return len(self.start_row)


@dataclass(frozen=True, slots=True, eq=False)
class Strapdown:
    """Orientation by integration of the gyroscope alone.

    Parameters
    ----------
    inertial_from_sensor
        (4, n) unit quaternions, in single precision: 4e-6 degrees, and a day of them fits in memory.
    section_first
        (k,) rows at which the frame is broken: after a gap too long to fill the frame starts anew.
    """

    inertial_from_sensor: SingleArray
    section_first: IntArray

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TrunkAxes:
    """How the sensor sits on the trunk.

    Parameters
    ----------
    trunk_from_sensor
        (3, 3) rotation matrix; its z row is the vertical of the zero pose in sensor axes.
    zero_source
        ``standing``, ``own baseline`` or ``none``.
    sideways_strength
        How far (0 to 1) the cues agree on the sideways line; of a sensor beside the trunk's, on its heading.
    forward_votes
        Who voted for this forward direction (+) or against it (-), by name.
    heading_doubt
        Of a sensor beside the trunk's: why its heading, and so its pitch, is not known.
    """

    trunk_from_sensor: FloatArray
    zero_source: str
    sideways_strength: float
    forward_votes: tuple[tuple[str, float], ...]
    heading_doubt: HeadingDoubt = HeadingDoubt.NONE

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Vertical:
    """The direction of up in the inertial frame, at evenly spaced nodes.

    Parameters
    ----------
    node_row
        (k,) fractional rows of the nodes.
    up_inertial
        (3, k) unit vectors.
    section
        (k,) number of the section a node lies in: across sections nothing is interpolated.
    section_first
        (m,) row at which each section begins.
    """

    node_row: FloatArray
    up_inertial: FloatArray
    section: IntArray
    section_first: IntArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def at_rows(self, row: FloatArray) -> FloatArray:
        """Return the (3, m) upward unit vectors in the inertial frame at (m,) increasing rows."""
        step = self.node_row[1] - self.node_row[0] if len(self.node_row) > 1 else 1.0
        position = np.clip((row - self.node_row[0]) / step, 0, len(self.node_row) - 1)
        base = np.minimum(position.astype(np.int64), max(len(self.node_row) - 2, 0))
        after = np.minimum(base + 1, len(self.node_row) - 1)
        part = position - base
        torn = np.flatnonzero(self.section[base] != self.section[after])
        own = np.searchsorted(self.section_first, row[torn], side="right") - 1
        part[torn] = np.where(own == self.section[base[torn]], 0.0, 1.0)
        up = self.up_inertial.take(base, axis=1) * (1.0 - part) + self.up_inertial.take(after, axis=1) * part
        return np.asarray(up / np.sqrt((up**2).sum(axis=0)))
