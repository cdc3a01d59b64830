"""Stylised runs of the Bandai Namco motion set: where every joint is and how every segment is turned.

Everything leaves this file in metres and in the earth convention of the project: x along the travel, y left,
z up. Segments of the spine get the trunk convention (x forward, y left, z up along the bone).
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial.transform import Rotation

from sensor.samples import FloatArray
from tests.support.datasets import data_dir
from tests.support.imu_from_pose import Pose, pose_from_matrices

EARTH_FROM_FILE = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
"""From the file's world (y up), before the direction of travel is turned onto x."""

BONE_FROM_TRUNK = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
"""Bones of the spine point along their x axis, with the left side on +z: trunk (x, y, z) = bone (y, z, x)."""

STEADY = ("proud", "feminine", "happy", "active", "sad", "not-confident", "old")
"""Styles of the first set that neither speed up nor brake much within the clip, upright ones first."""

_CHANNELS = ["6", "Xposition", "Yposition", "Zposition", "Zrotation", "Xrotation", "Yrotation"]


@dataclass(frozen=True, slots=True)
class Joint:
    """One joint of the hierarchy; `parent` is -1 for the root, `column` its first channel."""

    name: str
    parent: int
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A clip: `time_s` (n,), each joint's `position_m` (n, 3) and `earth_from_bone` (n, 3, 3)."""

    name: str
    rate_hz: float
    time_s: FloatArray
    position_m: Mapping[str, FloatArray]
    earth_from_bone: Mapping[str, FloatArray]

    def earth_from_segment(self, joint: str) -> FloatArray:
        """Return the rotations (n, 3, 3) of a segment of the spine, neck or head in trunk convention."""
        return np.asarray(self.earth_from_bone[joint] @ BONE_FROM_TRUNK, dtype=np.float64)

    def pose(self, joint: str, arm_m: FloatArray) -> Pose:
        """Return the pose of a point of the segment, `arm_m` (3,) from its joint in trunk convention."""
        rotation = self.earth_from_segment(joint)
        return pose_from_matrices(self.time_s, self.position_m[joint] + rotation @ arm_m, rotation)


def read_hierarchy(lines: list[str]) -> list[Joint]:
    """Return the joints of a BVH hierarchy in order of their channels (six each)."""
    joints: list[Joint] = []
    open_blocks: list[int] = []
    current = -1
    for line in lines:
        words = line.split()
        if words[0] in ("ROOT", "JOINT"):
            current = len(joints)
            joints.append(Joint(words[1], open_blocks[-1] if open_blocks else -1, 6 * current))
        elif words[0] == "End":
            current = -1
        elif words[0] == "{":
            open_blocks.append(current)
        elif words[0] == "}":
            open_blocks.pop()
        elif words[0] == "CHANNELS" and words[1:] != _CHANNELS:
            raise ValueError(f"unexpected channels: {line}")
    return joints


def read_bvh(path: Path) -> Clip:
    """Read a gzipped clip; the position channels are each joint's offset from its parent."""
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    motion = lines.index("MOTION")
    joints = read_hierarchy([line for line in lines[1:motion] if line.strip()])
    period_s = float(lines[motion + 2].split(":")[1])
    table = np.array([line.split() for line in lines[motion + 3 :] if line.strip()], dtype=np.float64)
    positions: list[FloatArray] = []
    rotations: list[FloatArray] = []
    for joint in joints:
        channels = table[:, joint.column : joint.column + 6]
        turn = Rotation.from_euler("ZXY", channels[:, 3:], degrees=True).as_matrix()
        offset_m = channels[:, :3] / 100.0
        if joint.parent < 0:
            positions.append(offset_m)
            rotations.append(turn)
        else:
            parent = rotations[joint.parent]
            positions.append(positions[joint.parent] + np.einsum("nij,nj->ni", parent, offset_m))
            rotations.append(parent @ turn)
    earth = _earth_from_file(positions[[joint.name for joint in joints].index("Hips")])
    return Clip(
        name=path.name.removesuffix(".bvh.gz"),
        rate_hz=1.0 / period_s,
        time_s=np.arange(len(table), dtype=np.float64) * period_s,
        position_m={j.name: p @ earth.T for j, p in zip(joints, positions, strict=True)},
        earth_from_bone={j.name: earth @ r for j, r in zip(joints, rotations, strict=True)},
    )


def _earth_from_file(hips_file_m: FloatArray) -> FloatArray:
    travel = EARTH_FROM_FILE @ (hips_file_m[-1] - hips_file_m[0])
    heading = np.arctan2(travel[1], travel[0])
    turn = Rotation.from_euler("z", -heading).as_matrix()
    return np.asarray(turn @ EARTH_FROM_FILE, dtype=np.float64)


def bandai(name: str) -> Clip:
    """Return a clip by the name the reference table gives it."""
    return read_bvh(data_dir() / "bandai_namco_run" / f"{name}.bvh.gz")


def bandai_reference() -> pd.DataFrame:
    """Return the reference table, one row per clip, indexed by its name."""
    return pd.read_csv(data_dir() / "bandai_namco_run" / "reference_angles.csv", index_col="file")


def head_pitch_deg(clip: Clip) -> FloatArray:
    """Return the forward tilt (n,) of the head's long axis, face-down positive."""
    long_axis = clip.earth_from_bone["Head"][:, :, 0]
    return np.asarray(np.degrees(np.arctan2(long_axis[:, 0], long_axis[:, 2])), dtype=np.float64)


def forward_head_cm(clip: Clip) -> FloatArray:
    """Return how far the head's joint is ahead of the neck's (n,), along the travel."""
    return np.asarray(100.0 * (clip.position_m["Head"] - clip.position_m["Neck"])[:, 0], dtype=np.float64)
