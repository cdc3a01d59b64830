"""Laboratory runners as wearers of an IMU: the signal made from their markers, and the truth beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.signal import find_peaks

from sensor.samples import FloatArray, ImuSignal
from tests.support.datasets import data_dir
from tests.support.imu_from_pose import Pose, best_period_s, close_loop, pose_from_matrices
from tests.support.looped_run import LoopedRun, looped_run
from tests.support.markers import (
    FORWARD_IS_X,
    FORWARD_IS_Z,
    MarkerTrial,
    RigidTrack,
    fit_rigid,
    read_mot,
    read_trc,
    smooth_markers,
    upright_shape,
)

CONTACT_FORCE_N = 50.0

HAMNER_CLUSTER = ("C7", "CLAV", "LACR", "RACR")
JA1_CLUSTER = ("C7", "MAN", "T7")


@dataclass(frozen=True, slots=True)
class Runner:
    """Where one run lies and how to loop it: `strides` whole strides from `start_s`, joined over `join_s`."""

    file: str
    cluster: tuple[str, ...]
    heels: tuple[str, str]
    sternum: str
    standing: str | None
    start_s: float
    strides: int
    stride_s: float
    speed_mps: float
    overground: bool
    join_s: float = 0.2


RUNNERS = {
    "rajagopal": Runner(
        "rajagopal_run", HAMNER_CLUSTER, ("LCAL", "RCAL"), "CLAV",
        "rajagopal_run_static", 0.62, 6, 0.6885, 3.74, False,
    ),
    "hamner_200": Runner(
        "hamner_s01_run200", HAMNER_CLUSTER, ("LCAL", "RCAL"), "CLAV",
        None, 0.55, 2, 0.775, 1.96, False,
    ),
    "hamner_300": Runner(
        "hamner_s01_run300", HAMNER_CLUSTER, ("LCAL", "RCAL"), "CLAV",
        None, 0.80, 2, 0.719, 2.94, False,
    ),
    "ja1_350": Runner(
        "ja1_run0350cms", JA1_CLUSTER, ("LHEEL", "RHEEL"), "MAN",
        "ja1_static", 0.50, 3, 0.753, 3.53, True,
    ),
    "ja1_700": Runner(
        "ja1_run0700cms", JA1_CLUSTER, ("LHEEL", "RHEEL"), "MAN",
        "ja1_static", 0.35, 2, 0.580, 6.97, True,
    ),
}  # fmt: skip
"""Every marker run. Without a recorded standing both speeds share one made-up upright, see `trunk_shape`."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One foot on the ground, seconds of the marker file's time."""

    side: str
    on_s: float
    off_s: float


def force_contacts(name: str) -> list[Contact]:
    """Return every complete contact on the force plates, in order of time."""
    table = read_mot(data_dir() / "runners_optical" / f"{RUNNERS[name].file}_grf.mot.gz")
    sides = {"R": "right", "L": "left", "ground_force_1": "right", "ground_force_2": "left"}
    contacts = []
    for column, force_n in table.items():
        if not column.endswith("force_vy") and not column.endswith(("_1_vy", "_2_vy")):
            continue
        side = next(word for prefix, word in sides.items() if column.startswith(prefix))
        edges = np.diff((force_n > CONTACT_FORCE_N).astype(int))
        on_s, off_s = table["time"][1:][edges == 1], table["time"][1:][edges == -1]
        off_s = off_s[off_s > on_s[0]]
        contacts += [Contact(side, float(a), float(b)) for a, b in zip(on_s, off_s, strict=False)]
    return sorted(contacts, key=lambda contact: contact.on_s)


@lru_cache(maxsize=8)
def _trial(file: str, *, faces_z: bool = False) -> MarkerTrial:
    lab = FORWARD_IS_Z if faces_z else FORWARD_IS_X
    return smooth_markers(read_trc(data_dir() / "runners_optical" / f"{file}.trc.gz", lab))


def recorded_trial(name: str, *, standing: bool = False) -> MarkerTrial:
    """Return the smoothed markers of a run, or of the same runner's standing."""
    runner = RUNNERS[name]
    if not standing:
        return _trial(runner.file)
    if runner.standing is None:
        raise ValueError(f"{name} was not recorded standing")
    return _trial(runner.standing, faces_z=runner.standing == "rajagopal_run_static")


def trunk_shape(name: str) -> FloatArray:
    """Return the runner's cluster in trunk axes, origin at its middle.

    Hamner's runner was not recorded standing: the mean shape of the slow run is tilted until the line from
    C7 to the clavicle falls as it does in the standing of the other runner with this marker set. Only
    differences between the two speeds mean anything then.
    """
    runner = RUNNERS[name]
    if runner.standing is not None:
        return upright_shape(recorded_trial(name, standing=True), runner.cluster)
    upright = trunk_shape("rajagopal")
    shape = upright_shape(recorded_trial("hamner_200"), runner.cluster)

    def fall_rad(cluster: FloatArray) -> float:
        forward, down = cluster[1, 0] - cluster[0, 0], cluster[0, 2] - cluster[1, 2]
        return float(np.arctan2(down, forward))

    tilt = fall_rad(upright) - fall_rad(shape)
    about_y = np.array([[np.cos(tilt), 0, np.sin(tilt)], [0, 1, 0], [-np.sin(tilt), 0, np.cos(tilt)]])
    return np.asarray(shape @ about_y.T, dtype=np.float64)


def trunk_track(name: str) -> RigidTrack:
    """Return the trunk cluster's pose over the recorded run."""
    runner = RUNNERS[name]
    return fit_rigid(_trial(runner.file), runner.cluster, trunk_shape(name))


def sternum_pose(name: str) -> Pose:
    """Return the pose of a point of the rigid trunk at the sternum marker."""
    runner, track = RUNNERS[name], trunk_track(name)
    arm = trunk_shape(name)[runner.cluster.index(runner.sternum)]
    position = track.origin_earth_m + track.earth_from_body @ arm
    return pose_from_matrices(track.time_s, position, track.earth_from_body)


def heel_lead_m(name: str) -> tuple[FloatArray, FloatArray]:
    """Return times (n,) and how far the left heel is ahead of the right one (n,)."""
    runner = RUNNERS[name]
    trial = _trial(runner.file)
    left, right = (trial[marker][:, 0] for marker in runner.heels)
    return trial.time_s, left - right


def contact_phases(name: str, start_s: float, period_s: float) -> list[tuple[float, str]]:
    """Return when each step of the loop begins (seconds into it) and on which foot.

    From the force plates; without them, where a heel is furthest ahead, about 60 ms before it lands.
    """
    try:
        found = [(contact.on_s, contact.side) for contact in force_contacts(name)]
    except FileNotFoundError:
        time_s, lead = heel_lead_m(name)
        apart = int(0.2 / (time_s[1] - time_s[0]))
        found = [(float(time_s[i]), "left") for i in find_peaks(lead, height=0.1, distance=apart)[0]]
        found += [(float(time_s[i]), "right") for i in find_peaks(-lead, height=0.1, distance=apart)[0]]
    return [(t - start_s, side) for t, side in sorted(found) if start_s <= t < start_s + period_s]


def contact_time_ms(name: str) -> float:
    """Return the median time on the force plates; NaN without them."""
    try:
        contacts = force_contacts(name)
    except FileNotFoundError:
        return float("nan")
    return float(np.median([1000.0 * (c.off_s - c.on_s) for c in contacts]))


def marker_run(name: str, *, overground: bool | None = None, **how: Any) -> LoopedRun:
    """Return a run of `RUNNERS`, looped, after a standing in its own zero pose, as a sensor reads it.

    Parameters
    ----------
    name
        Key of `RUNNERS`.
    overground
        Whether the body travels; by default as recorded.
    how
        Further words of `looped_run`: `standing_s`, `running_s`, `sensor_from_body_wxyz`, `noisy`, `seed`.
    """
    runner = RUNNERS[name]
    recorded = sternum_pose(name)
    period_s = best_period_s(recorded, runner.start_s, runner.strides * runner.stride_s, runner.join_s)
    return looped_run(
        name,
        close_loop(recorded, runner.start_s, period_s, runner.join_s),
        strides_per_loop=runner.strides,
        phases=contact_phases(name, runner.start_s, period_s),
        contact_time_ms=contact_time_ms(name),
        speed_mps=runner.speed_mps,
        overground=runner.overground if overground is None else overground,
        **how,
    )


def rajagopal_five_minutes() -> tuple[ImuSignal, LoopedRun]:
    """Return fifteen seconds of standing and five minutes of treadmill running at 3.7 m/s, with the truth."""
    run = marker_run("rajagopal")
    return run.signal, run
