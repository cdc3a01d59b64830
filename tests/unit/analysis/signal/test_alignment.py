"""The axes of a second sensor, by what it does together with the trunk."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.signal.motion import Motion, motion_of
from analysis.signal.shared_motion import CueName
from analysis.words import HeadingDoubt
from sensor.samples import SensorRecording
from sensor.virtual.runner.gait import STYLES
from sensor.virtual.runner.kinematics import matrix
from sensor.virtual.runner.plan import Worn, run, stand
from sensor.virtual.runner.simulation import VirtualRun
from tests.support.short_runs import PLAIN, session, virtual

CONFIG = AnalysisConfig()
ON_CHEST = Worn("sternum", (0.36, -0.46, -0.70, 0.41))
YAWED = {
    yaw_deg: (float(np.cos(np.radians(yaw_deg) / 2)), 0.0, 0.0, float(np.sin(np.radians(yaw_deg) / 2)))
    for yaw_deg in (-120, 35, 170)
}


def both(run_: VirtualRun) -> tuple[SensorRecording, SensorRecording]:
    trunk, other = session(run_).sensors
    return trunk, other


def left_error_deg(found: Motion, run_: VirtualRun, placement: str) -> float:
    left = matrix(run_.sensor(placement).sensor_from_trunk_wxyz.tolist())[:, 1]
    return float(np.degrees(np.arccos(np.clip(found.axes.trunk_from_sensor[1] @ left, -1.0, 1.0))))


@pytest.mark.parametrize("style", STYLES)
def test_forward_of_head_and_sacrum_is_the_trunks(style: str) -> None:
    worn = (ON_CHEST, Worn("head", (0.5, 0.5, -0.5, 0.5)), Worn("sacrum", (0.0, 0.0, 0.0, 1.0)))
    run_ = virtual(replace(PLAIN, style=STYLES[style], wear=worn))
    trunk, *others = session(run_).sensors
    chest = motion_of(trunk, None, config=CONFIG)
    for other in others:
        found = motion_of(other, None, config=CONFIG, trunk=chest)
        assert left_error_deg(found, run_, other.placement) < 5.0
        assert [name for name, _ in found.axes.forward_votes] == list(CueName)
        assert found.axes.heading_doubt is HeadingDoubt.NONE


@pytest.mark.parametrize("yaw_deg", YAWED)
def test_it_does_not_matter_how_the_sensor_is_turned_on_the_head(yaw_deg: int) -> None:
    run_ = virtual(replace(PLAIN, wear=(ON_CHEST, Worn("head", YAWED[yaw_deg]))))
    trunk, other = both(run_)
    found = motion_of(other, None, config=CONFIG, trunk=motion_of(trunk, None, config=CONFIG))
    assert left_error_deg(found, run_, "head") < 5.0


def test_without_a_bow_the_path_and_the_shaking_tell() -> None:
    legs = (stand(15.0), run(40.0, 3.0), stand(10.0))
    run_ = virtual(replace(PLAIN, legs=legs, wear=(ON_CHEST, Worn("head", YAWED[35]))))
    trunk, other = both(run_)
    found = motion_of(other, None, config=CONFIG, trunk=motion_of(trunk, None, config=CONFIG))
    assert [name for name, _ in found.axes.forward_votes] == [CueName.PATH, CueName.SHAKING]
    assert left_error_deg(found, run_, "head") < 5.0


def test_the_axes_are_upright_in_the_other_sensors_own_standing() -> None:
    run_ = virtual(replace(PLAIN, wear=(Worn("sternum"), Worn("head", (0.5, 0.5, -0.5, 0.5)))))
    trunk, other = both(run_)
    found = motion_of(other, None, config=CONFIG, trunk=motion_of(trunk, None, config=CONFIG))
    axes = found.axes.trunk_from_sensor
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(axes[2], found.calibration.up_sensor, atol=1e-9)
    assert found.axes.sideways_strength > 0.9


def test_without_time_together_the_heading_is_in_doubt() -> None:
    run_ = virtual(replace(PLAIN, wear=(Worn("sternum"), Worn("head"))))
    trunk, other = both(run_)
    later = replace(other, time_s=other.time_s + 500.0)
    found = motion_of(later, None, config=CONFIG, trunk=motion_of(trunk, None, config=CONFIG))
    assert found.axes.heading_doubt is HeadingDoubt.ALONE
    assert np.isfinite(found.axes.trunk_from_sensor).all()


def test_without_a_gyroscope_the_heading_is_in_doubt() -> None:
    run_ = virtual(replace(PLAIN, wear=(Worn("sternum"), Worn("head"))))
    trunk, other = both(run_)
    found = motion_of(
        replace(other, gyr_sensor_radps=None),
        None,
        config=CONFIG,
        trunk=motion_of(trunk, None, config=CONFIG),
    )
    assert found.axes.heading_doubt is HeadingDoubt.NO_GYROSCOPE


def test_a_sacrum_that_hardly_turns_is_not_taken_for_a_mirror_image() -> None:
    legs = (stand(15.0), run(60.0, 3.0), stand(10.0))
    worn = (Worn("sternum"), Worn("head"), Worn("sacrum"))
    plan = replace(PLAIN, legs=legs, style=STYLES["forefoot shuffle"], wear=worn, treadmill=True)
    trunk, _, sacrum = session(virtual(plan, 2)).sensors
    assert motion_of(sacrum, None, config=CONFIG).mirrored
    assert not motion_of(sacrum, None, config=CONFIG, trunk=motion_of(trunk, None, config=CONFIG)).mirrored
