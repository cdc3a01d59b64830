"""The vocabulary both packages share: blocks of samples, gaps, tracks, recordings.

All values are frozen. Arrays handed in are copied once and made read-only, so that a value can be passed
around without anyone changing it behind someone else's back. SI units throughout; axes are the sensor's own.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sensor.calibration import AccelerometerCalibration
from sensor.errors import UnknownSensorError
from sensor.placements import PLACEMENT_ALIASES as PLACEMENT_ALIASES
from sensor.placements import PLACEMENTS as PLACEMENTS
from sensor.placements import TRUNK_PLACEMENTS as TRUNK_PLACEMENTS
from sensor.placements import placement_of as placement_of

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
SingleArray = npt.NDArray[np.float32]
RealArray = npt.NDArray[np.floating[Any]]
"""Either precision."""

StrPath = str | os.PathLike[str]
"""A path as callers have it."""


def freeze_arrays(value: object) -> None:
    """Replace every array field of a frozen dataclass by a private read-only copy.

    Parameters
    ----------
    value
        A frozen dataclass instance; call this from its ``__post_init__``. An array that is already
        read-only and owns its memory is kept as it is: nobody can change it any more.
    """
    for item in fields(value):  # type: ignore[arg-type]  # any dataclass instance
        array = getattr(value, item.name)
        if isinstance(array, np.ndarray) and (array.flags.writeable or array.base is not None):
            copy = array.copy()
            copy.flags.writeable = False
            object.__setattr__(value, item.name, copy)


@dataclass(frozen=True, slots=True, eq=False)
class SampleBlock:
    """What a driver decodes from a run of notifications: packets of samples, before any clock is fitted.

    Parameters
    ----------
    notification
        (p,) position, in the sequence handed to the decoder, of the notification whose arrival dates the
        packet. For packets split over several notifications: the one that completes it.
    ticks
        (p,) device counter of each packet's reference sample, raw (not unwrapped).
    count
        (p,) samples in each packet; ``count.sum() == n``.
    acc_sensor_mps2
        (n, 3) specific force, m/s2, sensor axes.
    gyr_sensor_radps
        (n, 3) angular rate, rad/s, sensor axes; None when the device has no gyroscope.
    clipped
        (n,) true where a channel reached its full scale.
    sequence
        (p,) packet or sample counter where the wire format has one, else None.
    sample_offset_ticks
        (n,) ticks after the packet's first sample where each sample carries its own time, else None.
    """

    notification: IntArray
    ticks: IntArray
    count: IntArray
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray | None
    clipped: BoolArray
    sequence: IntArray | None = None
    sample_offset_ticks: IntArray | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch without samples, in seconds from the start of the session, and why."""

    start_s: float
    end_s: float
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class ImuSignal:
    """A signal as an ideal or real sensor would sample it, evenly: what a virtual sensor streams.

    Parameters
    ----------
    rate_hz
        Samples per second.
    acc_sensor_mps2
        (n, 3) specific force, m/s2.
    gyr_sensor_radps
        (n, 3) angular rate, rad/s; None without a gyroscope.
    """

    rate_hz: float
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray | None

    def __post_init__(self) -> None:
        freeze_arrays(self)


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A quantity from beside the IMU: distance, speed, altitude, heart rate, grade, cadence.

    Parameters
    ----------
    quantity
        ``distance_m``, ``speed_mps``, ``altitude_m``, ``heart_rate_bpm``, ``grade_pct``, ``cadence_spm``,
        ``latitude_deg``, ``longitude_deg``.
    source
        Where it came from, in words a runner knows: ``watch file``, ``phone``, ``foot pod``, ``treadmill``,
        ``typed``.
    time_s
        (n,) seconds from the start of the session, increasing.
    value
        (n,) in the unit the quantity names.
    """

    quantity: str
    source: str
    time_s: FloatArray
    value: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def between(self, start_s: float, end_s: float) -> Track:
        """Return the part of the track between two times."""
        inside = (self.time_s >= start_s) & (self.time_s <= end_s)
        return Track(self.quantity, self.source, self.time_s[inside], self.value[inside])


@dataclass(frozen=True, slots=True, eq=False)
class WatchRecord:
    """The file of a watch or a phone that was given to a session, by the watch's own clock.

    Nothing here is on the session's time line: how the two clocks lie is found anew by every analysis.

    Parameters
    ----------
    file, device
        Name of the file, and of what recorded it.
    sha256
        Of the bytes of the file, in hex.
    began_s
        What its clock told at its first point, seconds since 1970 in UTC; None where it knows no date.
    tracks
        One per quantity, seconds since its first point.
    lap_s
        (k,) seconds since its first point at which its laps begin.
    pauses_s
        (p, 2) between which it was stopped.
    told_start_s
        When, by the session's clock, its first point was, if the runner said so; else None.
    """

    file: str
    device: str
    sha256: str
    began_s: float | None
    tracks: tuple[Track, ...]
    lap_s: FloatArray
    pauses_s: FloatArray
    told_start_s: float | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def track(self, quantity: str) -> Track | None:
        """Return the track of one quantity, or None."""
        return next((track for track in self.tracks if track.quantity == quantity), None)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something the runner or the recorder pinned to a moment: ``standing``, ``bow``, ``lap``, ``pain`` …"""

    time_s: float
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """Something that happened to a link: ``connected``, ``lost``, ``watchdog``, ``battery`` …"""

    time_s: float
    placement: str
    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class SensorRecording:
    """All samples of one sensor in one session, decoded and on the host's time line.

    Parameters
    ----------
    placement
        One of `PLACEMENTS`.
    device
        Registry key of the driver, for example ``movesense``.
    name
        What the sensor called itself, or the imported file's name.
    nominal_rate_hz
        The rate that was asked for; None for imported files. Never use it for time.
    acc_range_mps2, gyr_range_radps
        Full scale, None where unknown.
    gyr_late_s
        How much later than the accelerometer sample of the same row the gyroscope row was taken.
    time_s
        (n,) seconds from the start of the session, strictly increasing.
    acc_sensor_mps2, gyr_sensor_radps
        (n, 3) specific force and angular rate; the second None without a gyroscope.
    clipped
        (n,) true where a channel reached its full scale.
    gaps
        Stretches without samples between the first and the last one.
    segment_start
        (s,) index of the first sample of each clock segment (one per connection).
    rejected_packets
        How many notifications did not fit the documented layout and were left out.
    repeated_notifications
        How many notifications the computer handed over again; they were left out.
    battery_pct
        Last battery level reported, None where unknown.
    calibration
        What was found of its accelerometer at home; the samples are as they came. None where nothing was.
    """

    placement: str
    device: str
    name: str
    nominal_rate_hz: float | None
    acc_range_mps2: float | None
    gyr_range_radps: float | None
    gyr_late_s: float
    time_s: FloatArray
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray | None
    clipped: BoolArray
    gaps: tuple[Gap, ...]
    segment_start: IntArray
    rejected_packets: int = 0
    repeated_notifications: int = 0
    battery_pct: int | None = None
    calibration: AccelerometerCalibration | None = None

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per sample that arrived, in the sensor's own axes.

        Columns ``time_s``, ``acc_x_mps2`` … ``acc_z_mps2``, ``gyr_x_radps`` … ``gyr_z_radps`` (absent without
        a gyroscope) and ``clipped``, as ``runtall import`` reads them. What never arrived has no row;
        ``attrs["gaps_s"]`` lists the stretches.
        """
        import pandas as pd

        columns: dict[str, Any] = {"time_s": self.time_s}
        columns |= {f"acc_{axis}_mps2": self.acc_sensor_mps2[:, i] for i, axis in enumerate("xyz")}
        if self.gyr_sensor_radps is not None:
            columns |= {f"gyr_{axis}_radps": self.gyr_sensor_radps[:, i] for i, axis in enumerate("xyz")}
        frame = pd.DataFrame({**columns, "clipped": self.clipped})
        frame.attrs = {
            "placement": self.placement,
            "name": self.name,
            "gaps_s": [(gap.start_s, gap.end_s) for gap in self.gaps],
        }
        return frame


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One session, read: what every analysis starts from.

    Parameters
    ----------
    path
        The session file.
    name
        The session's name.
    started_utc
        ISO 8601 wall-clock time of second 0.
    duration_s
        From the first to the last thing recorded.
    sensors, tracks, marks, events
        In order of time where they have one.
    watch
        The file of a watch that was given to the session, by a clock of its own; None without one.
    context
        What was told about the session: ``typed_distance_m``, ``typed_speed_mps``, ``surface``, ``pack`` …
        Numbers stay numbers; keys as in ``data/FORMAT.md``.
    simulated
        True where a virtual runner made the session.
    file_hash
        SHA-256 over packet, event, mark and track rows in order.
    notices
        Sentences the reader owes the runner: a leftover journal recovered, packets rejected.
    counts_s
        Between which seconds the session counts, where the runner cut it; nothing outside is in it.
    """

    path: Path
    name: str
    started_utc: str
    duration_s: float
    sensors: tuple[SensorRecording, ...]
    tracks: tuple[Track, ...] = ()
    marks: tuple[Mark, ...] = ()
    events: tuple[LinkEvent, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False
    file_hash: str = ""
    notices: tuple[str, ...] = ()
    watch: WatchRecord | None = None
    counts_s: tuple[float, float] = (-math.inf, math.inf)

    def sensor(self, *placements: str) -> SensorRecording | None:
        """Return the first sensor worn at one of ``placements``, or None."""
        return next((s for p in placements for s in self.sensors if s.placement == p), None)

    def to_frame(self, placement: str) -> pd.DataFrame:
        """Return the samples of one sensor on the session's time line, see `SensorRecording.to_frame`.

        Raises
        ------
        UnknownSensorError
            Where nothing was worn at ``placement``.
        """
        sensor = self.sensor(placement)
        if sensor is None:
            worn = ", ".join(s.placement for s in self.sensors) or "none"
            raise UnknownSensorError(f"{self.name}: no sensor at {placement!r} (worn: {worn})")
        return sensor.to_frame()


@dataclass(frozen=True, slots=True, eq=False)
class LiveBlock:
    """What one sensor sent since the last such block, handed on while a recording goes on.

    Parameters
    ----------
    placement
        Where it is worn.
    connection
        Counted from 0: between two connections samples are missing.
    time_s
        (n,) when each sample was taken, s of the session, by what is known of the sensor's clock so far.
    acc_sensor_mps2
        (n, 3) specific force, sensor axes.
    gyr_sensor_radps
        (n, 3) angular rate, sensor axes; None for a sensor without a gyroscope.
    clipped
        (n,) true where a channel reached its full scale; None where nobody looked.
    gyr_late_s
        How much later than the accelerometer sample of the same row the gyroscope row was taken.
    calibration
        What was found of its accelerometer at home; the samples are as they came. None where nothing was.
    """

    placement: str
    connection: int
    time_s: FloatArray
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray | None
    clipped: BoolArray | None = None
    gyr_late_s: float = 0.0
    calibration: AccelerometerCalibration | None = None


@dataclass(frozen=True, slots=True)
class LiveReading:
    """What a device beside the sensors told, handed on while a recording goes on.

    Parameters
    ----------
    time_s
        When it came, s of the session.
    quantity, value
        As of a `Track`: ``speed_mps``, ``heart_rate_bpm``, ``grade_pct`` …
    source
        What told it, in the words of `Track`.
    """

    time_s: float
    quantity: str
    value: float
    source: str
