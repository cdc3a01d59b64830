"""Optical markers and force plates of laboratory runners: files, rigid clusters, inclination truth.

Everything leaves this file in the earth convention of the project: metres, x forward, y left, z up.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.signal import butter, sosfiltfilt

from sensor.samples import FloatArray, freeze_arrays

FORWARD_IS_X = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""Earth from OpenSim laboratory axes (x forward, y up, z right)."""

FORWARD_IS_Z = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
"""The same for a person who faces the laboratory's +z."""

LOWPASS_HZ = 15.0
"""Marker trajectories hold no more than noise above this."""


@dataclass(frozen=True, slots=True, eq=False)
class MarkerTrial:
    """Markers over time: `time_s` (n,), each of `positions_earth_m` (n, 3), NaN where the cameras lost it."""

    name: str
    rate_hz: float
    time_s: FloatArray
    positions_earth_m: Mapping[str, FloatArray]

    def __getitem__(self, marker: str) -> FloatArray:
        return self.positions_earth_m[marker]

    def stack(self, cluster: Sequence[str]) -> FloatArray:
        """Return the markers of a cluster as (n, markers, 3)."""
        return np.stack([self[marker] for marker in cluster], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class RigidTrack:
    """A rigid body over time: `origin_earth_m` (n, 3), rotation matrices `earth_from_body` (n, 3, 3)."""

    time_s: FloatArray
    origin_earth_m: FloatArray
    earth_from_body: FloatArray
    residual_rms_m: float

    def __post_init__(self) -> None:
        freeze_arrays(self)


def read_trc(path: Path, earth_from_lab: FloatArray = FORWARD_IS_X) -> MarkerTrial:
    """Read a gzipped marker file: units from its third line, zero triples as missing."""
    lines = gzip.decompress(path.read_bytes()).decode("latin-1").splitlines()
    header = lines[2].split("\t")
    scale_m = {"m": 1.0, "mm": 1e-3}[header[4].strip()]
    labels = [name for name in lines[3].split("\t")[2:] if name.strip()]
    width = 2 + 3 * len(labels)
    rows = [line.split("\t") for line in lines[5:] if line.strip()]
    table = np.array([[float(x or "nan") for x in (row + [""] * width)[:width]] for row in rows])
    points_lab_m = table[:, 2:].reshape(len(table), len(labels), 3) * scale_m
    points_lab_m[(points_lab_m == 0.0).all(axis=2)] = np.nan
    points = points_lab_m @ earth_from_lab.T
    return MarkerTrial(
        name=path.name,
        rate_hz=float(header[0]),
        time_s=table[:, 1],
        positions_earth_m={label: points[:, i] for i, label in enumerate(labels)},
    )


def read_mot(path: Path) -> dict[str, FloatArray]:
    """Read a gzipped OpenSim storage file into its columns, units as written."""
    lines = gzip.decompress(path.read_bytes()).decode("latin-1").splitlines()
    end = next(i for i, line in enumerate(lines) if line.strip().lower() == "endheader")
    labels = lines[end + 1].split()
    table = np.array([line.split() for line in lines[end + 2 :] if line.strip()], dtype=np.float64)
    return {label: table[:, i] for i, label in enumerate(labels)}


def smooth_markers(trial: MarkerTrial, cutoff_hz: float = LOWPASS_HZ) -> MarkerTrial:
    """Return the trial with lost samples bridged and every trajectory low-passed without delay."""
    sos = butter(2, cutoff_hz, fs=trial.rate_hz, output="sos")

    def smooth(points: FloatArray) -> FloatArray:
        seen = np.isfinite(points).all(axis=1)
        if seen.sum() < 2:
            return points
        bridged: FloatArray = PchipInterpolator(trial.time_s[seen], points[seen])(trial.time_s)
        return np.asarray(sosfiltfilt(sos, bridged, axis=0), dtype=np.float64)

    smoothed = {name: smooth(points) for name, points in trial.positions_earth_m.items()}
    return MarkerTrial(trial.name, trial.rate_hz, trial.time_s, smoothed)


def upright_shape(trial: MarkerTrial, cluster: Sequence[str]) -> FloatArray:
    """Return the mean cluster (markers, 3) of a trial, origin at its middle, in trunk axes.

    They are the earth's: z is up in this trial, x the way the person was told to face. A line between two
    markers would not do for x: shoulders and neck-to-clavicle disagree by 20 degrees in a real standing,
    while the shoulders of both runners keep, on average, the heading they had when standing.
    """
    points = np.nanmean(trial.stack(cluster), axis=0)
    return np.asarray(points - points.mean(axis=0), dtype=np.float64)


def fit_rigid(trial: MarkerTrial, cluster: Sequence[str], shape_m: FloatArray) -> RigidTrack:
    """Return the pose of the cluster in every frame: least squares (Kabsch 1976), all at once."""
    points = trial.stack(cluster)
    middle = points.mean(axis=1)
    shape = shape_m - shape_m.mean(axis=0)
    u, _, vt = np.linalg.svd(np.einsum("nmi,mj->nij", points - middle[:, None], shape))
    u[:, :, 2] *= np.sign(np.linalg.det(u @ vt))[:, None]
    rotation = u @ vt
    fitted = middle[:, None] + np.einsum("nij,mj->nmi", rotation, shape)
    residual = float(np.sqrt(np.mean(np.sum((fitted - points) ** 2, axis=2))))
    origin = middle - np.einsum("nij,j->ni", rotation, shape_m.mean(axis=0))
    return RigidTrack(trial.time_s, origin, rotation, residual)


def inclination_deg(earth_from_body: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return flexion (forward positive) and lateral (right lean positive), each (n,), in degrees.

    With u the upward vertical in body axes: atan2(-u_x, u_z) and atan2(u_y, u_z).
    """
    up = earth_from_body[:, 2, :]
    return np.degrees(np.arctan2(-up[:, 0], up[:, 2])), np.degrees(np.arctan2(up[:, 1], up[:, 2]))


def line_pitch_deg(low: FloatArray, high: FloatArray) -> FloatArray:
    """Return the forward tilt (n,) of the line from `low` to `high` (n, 3) in the plane of travel."""
    line = high - low
    return np.asarray(np.degrees(np.arctan2(line[:, 0], line[:, 2])), dtype=np.float64)
