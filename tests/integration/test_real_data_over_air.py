"""Recordings of others travel as packets: virtual Movesense, bleak, recorder, session file, analysis."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.signal import resample_poly

from analysis.config import AnalysisConfig
from analysis.pipeline import analyse
from analysis.run_report import RunReport
from sensor.samples import ImuSignal
from sensor.session.reader import read_recording
from sensor.virtual.devices.movesense import VirtualMovesense
from tests.support.cadence import step_rate_spm
from tests.support.datasets import fallalld
from tests.support.recordings_over_air import CHEST, Scene, record_over_air
from tests.support.report_checks import check_flexion
from tests.support.runners import rajagopal_five_minutes


def reported_over_air(path: Path, signal: ImuSignal) -> RunReport:
    """Return the report of a session in which a virtual Movesense was moved as the signal says."""

    async def play(scene: Scene) -> None:
        await scene.radio.add(VirtualMovesense(CHEST, signal=signal))

    record_over_air(path, play, duration_s=len(signal.acc_sensor_mps2) / signal.rate_hz)
    return analyse(read_recording(path), AnalysisConfig())


def at_movesense_rate(acc: np.ndarray, gyr: np.ndarray) -> ImuSignal:
    """Return 238 Hz samples at the 104 Hz a Movesense is asked for."""
    return ImuSignal(
        104.0, *(resample_poly(values, 52, 119, axis=0, padtype="line") for values in (acc, gyr))
    )


@pytest.fixture(scope="module")
def laboratory_run(tmp_path_factory):
    signal, truth = rajagopal_five_minutes()
    return reported_over_air(tmp_path_factory.mktemp("air") / "lab.runtall", signal), truth


def test_a_laboratory_runners_mean_flexion_arrives_within_half_a_degree(laboratory_run):
    report, truth = laboratory_run
    check = check_flexion(report, truth)
    assert report.provenance.zero_source == "standing"
    assert check.stride_count > 400
    assert check.mean_error_deg == pytest.approx(0.0, abs=0.5)
    assert check.rmse_deg < 0.6


def test_a_laboratory_runners_cadence_arrives_within_one_percent(laboratory_run):
    report, truth = laboratory_run
    assert report.totals.cadence_spm == pytest.approx(truth.cadence_spm, rel=0.01)


def test_a_laboratory_runners_left_foot_is_told_from_the_right(laboratory_run):
    report, truth = laboratory_run
    assert check_flexion(report, truth).side_right_share > 0.95


@pytest.fixture(scope="module")
def real_jog(tmp_path_factory):
    imu = fallalld("S07_neck_A025_T01.npz")
    assert imu.gyr_sensor_radps is not None
    signal = at_movesense_rate(imu.acc_sensor_mps2, imu.gyr_sensor_radps)
    return reported_over_air(tmp_path_factory.mktemp("air") / "jog.runtall", signal), imu


def test_a_real_jog_without_standing_is_its_own_baseline(real_jog):
    report, _ = real_jog
    assert report.provenance.zero_source == "own baseline"
    assert report.outcome.verdict == "none"
    assert report.outcome.no_verdict_because
    assert report.totals.stride_count >= 24


def test_a_jog_to_and_fro_in_a_room_says_that_turns_spoil_its_angles(real_jog):
    report, _ = real_jog
    reasons = set(report.strides["usable_because"][~report.strides["usable"]])
    assert "turn" in reasons


def test_a_real_jogs_cadence_is_the_records_own_within_one_percent(real_jog):
    report, imu = real_jog
    own_spm = step_rate_spm(imu.acc_sensor_mps2, imu.rate_hz)
    assert report.totals.cadence_spm == pytest.approx(own_spm, rel=0.01)
