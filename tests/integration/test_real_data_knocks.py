"""Knocks in recordings of others: none among the steps of real joggers, and what a body does to one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import find_peaks

from analysis.config import AnalysisConfig
from analysis.signal.clock_alignment import on_trunk_clock
from analysis.signal.sync_taps import Knock, find_sync_taps
from analysis.signal.tap_lag import shared_events
from sensor.samples import SensorRecording
from tests.support import datasets
from tests.support.recordings import sensor_recording

CONFIG = AnalysisConfig().knocks
FALLALLD = datasets.names("fallalld_jog_neck_waist", "*.npz")
SISFALL = datasets.names("sisfall_jog_waist", "*.npz")
UMAFALL = datasets.names("umafall_jog_chest", "*.csv.gz")


def worn(imu: datasets.ImuData, placement: str = "sternum") -> SensorRecording:
    return sensor_recording(imu.time_s, imu.acc_sensor_mps2, None, placement=placement)


def knocks_anywhere(imu: datasets.ImuData) -> int:
    return len(find_sync_taps(worn(imu), replace(CONFIG, edge_s=1e6)))


@pytest.mark.parametrize("name", FALLALLD)
def test_steps_at_neck_and_waist_are_no_knocks(name: str) -> None:
    assert knocks_anywhere(datasets.fallalld(name)) == 0


@pytest.mark.parametrize("name", SISFALL)
def test_steps_at_the_belt_are_no_knocks(name: str) -> None:
    assert knocks_anywhere(datasets.sisfall(name)[0]) == 0


@pytest.mark.parametrize("name", UMAFALL)
def test_two_sensors_worn_by_a_jogger_share_no_knocks(name: str) -> None:
    clip = datasets.umafall(name)
    chest, waist = worn(clip["chest"]), worn(clip["waist"], "waist")
    assert on_trunk_clock(chest, waist, CONFIG) == (waist, ())


def test_a_run_of_twenty_five_minutes_with_breaks_moves_no_clock() -> None:
    hip, ankle = worn(datasets.adept("hip")), worn(datasets.adept("ankle"), "head")
    assert on_trunk_clock(hip, ankle, replace(CONFIG, edge_s=1e6)) == (ankle, ())


def test_upper_back_and_head_feel_the_same_step_less_than_ten_ms_apart() -> None:
    """The two were recorded on one clock, so the lag is the body's own."""
    back, head = worn(datasets.qmt("upper_back")), worn(datasets.qmt("head"), "head")
    force_mps2 = np.linalg.norm(back.acc_sensor_mps2, axis=1)
    peaks, _ = find_peaks(force_mps2, height=15.0, distance=30)
    steps = tuple(
        Knock(at_s=at_s, first_s=at_s, last_s=at_s, is_jump=True) for at_s in back.time_s[peaks].tolist()
    )
    lags_s = [
        event.lag_s
        for at in range(0, len(steps) - 2, 3)
        for event in shared_events(
            back, head, found=([steps[at : at + 3]], [steps[at : at + 3]]), config=CONFIG
        )
    ]
    assert len(lags_s) >= 6
    assert 0.001 < np.median(np.abs(lags_s)) < CONFIG.body_path_s
    assert np.quantile(np.abs(lags_s), 0.9) < 1.2 * CONFIG.body_path_s
