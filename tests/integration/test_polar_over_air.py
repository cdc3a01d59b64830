"""A laboratory runner wears Polar sensors of software: what arrives in the report, and what an H10 loses."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from scipy.signal import resample_poly

from analysis.config import AnalysisConfig
from analysis.pipeline import analyse
from sensor.samples import ImuSignal
from sensor.session.reader import read_recording
from tests.support.recordings_over_air import Scene, record_over_air
from tests.support.report_checks import FlexionCheck, check_flexion
from tests.support.runners import rajagopal_five_minutes
from tests.support.virtual_polar import RATES_HZ, polar

DOWN = {"Sense": (1, 2), "H10": (25, 26)}
"""From 104 Hz to the model's rate."""


def worn(path: Path, model: str) -> FlexionCheck:
    signal, truth = rajagopal_five_minutes()
    assert signal.gyr_sensor_radps is not None
    acc, gyr = (
        resample_poly(values, *DOWN[model], axis=0, padtype="line")
        for values in (signal.acc_sensor_mps2, signal.gyr_sensor_radps)
    )
    sensor = polar(model, signal=ImuSignal(RATES_HZ[model], acc, gyr))

    async def play(scene: Scene) -> None:
        await scene.radio.add(sensor)

    duration_s = len(acc) / RATES_HZ[model]
    record_over_air(path, play, sensors={"sternum": sensor.name}, duration_s=duration_s)
    return check_flexion(analyse(read_recording(path), AnalysisConfig()), truth)


def test_a_verity_sense_on_the_chest_tells_the_lean_of_every_stride(tmp_path: Path) -> None:
    check = worn(tmp_path / "run.runtall", "Sense")
    assert check.stride_count > 400
    assert check.rmse_deg < 0.1
    assert check.lateral_error_deg == pytest.approx(0.0, abs=0.1)


def test_an_h10_tells_how_the_lean_changes_but_neither_its_level_nor_its_side(tmp_path: Path) -> None:
    check = worn(tmp_path / "run.runtall", "H10")
    assert check.stride_count > 400
    assert check.spread_rmse_deg < 0.6
    assert abs(check.mean_error_deg) < 1.0
    assert math.isnan(check.lateral_error_deg)
