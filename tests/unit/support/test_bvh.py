from __future__ import annotations

import gzip

import numpy as np
import pytest

from tests.support.bvh import STEADY, bandai, bandai_reference, forward_head_cm, head_pitch_deg, read_bvh
from tests.support.markers import inclination_deg, line_pitch_deg
from tests.support.styled_runs import BENT_LEAN_DEG, styled_run

CHANNELS = "CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation"
BVH = f"""HIERARCHY
ROOT Hips
{{
 OFFSET 0 0 0
 {CHANNELS}
 JOINT Chest
 {{
  OFFSET 1 0 0
  {CHANNELS}
  End Site
  {{
   OFFSET 0 0 0
  }}
 }}
}}
MOTION
Frames: 2
Frame Time: 0.05
0 100 0 90 0 0  50 0 0 0 0 0
0 100 10 90 0 0  50 0 0 0 0 0
"""


def test_position_channels_replace_the_offset_and_the_parent_turns_them(tmp_path):
    path = tmp_path / "clip.bvh.gz"
    path.write_bytes(gzip.compress(BVH.encode()))
    clip = read_bvh(path)
    # The root lies 1 m up and is turned by 90 degrees about the file's z: its x, the bone, points up.
    np.testing.assert_allclose(clip.position_m["Chest"][0], [0.0, 0.0, 1.5], atol=1e-12)
    np.testing.assert_allclose(clip.earth_from_bone["Chest"][0, :, 0], [0.0, 0.0, 1.0], atol=1e-12)
    np.testing.assert_allclose(clip.position_m["Hips"][1], [0.1, 0.0, 1.0], atol=1e-12)
    assert clip.rate_hz == pytest.approx(20.0)


def test_every_clip_has_the_published_angles():
    reference = bandai_reference()
    for name, row in reference.iterrows():
        clip = bandai(str(name))
        quarter = len(clip.time_s) // 4
        middle = slice(quarter, len(clip.time_s) - quarter)
        joints = clip.position_m
        found = {
            "mid_trunk_lean_deg": line_pitch_deg(joints["Hips"], joints["Neck"]),
            "mid_thorax_pitch_deg": line_pitch_deg(joints["Chest"], joints["Neck"]),
            "mid_neck_pitch_deg": line_pitch_deg(joints["Neck"], joints["Head"]),
            "mid_head_pitch_deg": head_pitch_deg(clip),
            "mid_forward_head_cm": forward_head_cm(clip),
        }
        for column, values in found.items():
            assert values[middle].mean() == pytest.approx(row[column], abs=0.45), (name, column)


def test_the_chest_segment_leans_as_its_bone_does():
    clip = bandai("dataset-1_run_old_001")
    flexion, _ = inclination_deg(clip.earth_from_segment("Chest"))
    line = line_pitch_deg(clip.position_m["Chest"], clip.position_m["Neck"])
    assert flexion.mean() == pytest.approx(line.mean(), abs=0.5)


def test_segments_face_the_way_they_travel():
    for style in STEADY:
        forward = bandai(f"dataset-1_run_{style}_001").earth_from_segment("Chest")[:, :, 0].mean(axis=0)
        assert np.degrees(np.arctan2(forward[1], forward[0])) == pytest.approx(0.0, abs=8.0)


def test_looped_clips_keep_the_posture_of_the_clip():
    chest, head = (
        styled_run("dataset-1_run_sad_001", segment, running_s=30.0) for segment in ("Chest", "Head")
    )
    assert chest.flexion_deg[chest.running].mean() == pytest.approx(26.0 - BENT_LEAN_DEG, abs=1.5)
    assert head.flexion_deg[head.running].mean() == pytest.approx(51.5 - BENT_LEAN_DEG, abs=2.5)
    assert chest.cadence_spm == head.cadence_spm
