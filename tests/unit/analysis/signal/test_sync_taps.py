"""Taps and jumps are found where a person gave them, and steps are none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.signal.sync_taps import find_sync_taps, jumping_s
from sensor.samples import FloatArray, ImuSignal, SensorRecording
from sensor.units import STANDARD_GRAVITY_MPS2
from sensor.virtual.runner.gait import STYLES
from sensor.virtual.runner.plan import run, stand, walk
from tests.support.knocks import three_from, with_jumps, with_taps
from tests.support.recordings import sensor_recording
from tests.support.short_runs import PLAIN, trunk_recording, virtual

CONFIG = AnalysisConfig().knocks


def standing(duration_s: float = 30.0, rate_hz: float = 104.0, seed: int = 1) -> ImuSignal:
    rows = round(duration_s * rate_hz)
    acc = np.random.default_rng(seed).normal(0.0, 0.1, (rows, 3))
    acc[:, 2] += STANDARD_GRAVITY_MPS2
    return ImuSignal(rate_hz, acc, None)


def worn(signal: ImuSignal) -> SensorRecording:
    time_s = np.arange(len(signal.acc_sensor_mps2)) / signal.rate_hz
    return sensor_recording(time_s, signal.acc_sensor_mps2, None)


def times(sensor: SensorRecording) -> list[FloatArray]:
    return [np.array([knock.at_s for knock in series]) for series in find_sync_taps(sensor, CONFIG)]


@pytest.mark.parametrize("apart_s", [0.4, 1.0, 3.0])
@pytest.mark.parametrize("rate_hz", [52.0, 104.0, 416.0])
def test_three_taps_are_one_series_at_their_times(apart_s: float, rate_hz: float) -> None:
    taps_s = three_from(10.0, apart_s)
    (found_s,) = times(worn(with_taps(standing(rate_hz=rate_hz), taps_s)))
    np.testing.assert_allclose(found_s, taps_s, atol=1.0 / rate_hz)


def test_a_jump_is_told_from_a_tap_by_its_flight() -> None:
    jumps, taps = (
        find_sync_taps(worn(knocked(standing(), three_from(10.0, 1.5))), CONFIG)[0]
        for knocked in (with_jumps, with_taps)
    )
    assert [knock.is_jump for knock in jumps] == [True] * 3
    assert [knock.is_jump for knock in taps] == [False] * 3
    np.testing.assert_allclose([k.first_s for k in jumps], three_from(10.0, 1.5), atol=0.1)


def test_a_stamp_that_was_long_in_coming_but_never_fell_is_no_jump() -> None:
    taps_s = three_from(10.0, 1.5)
    stamped = with_taps(standing(), taps_s)
    acc = np.array(stamped.acc_sensor_mps2)
    time_s = np.arange(len(acc)) / stamped.rate_hz
    for tap_s in taps_s:
        acc[(time_s > tap_s - 0.3) & (time_s < tap_s)] *= 1.5
    (found,) = find_sync_taps(worn(replace(stamped, acc_sensor_mps2=acc)), CONFIG)
    assert [knock.at_s - knock.first_s > 0.25 for knock in found] == [True] * 3
    assert [knock.is_jump for knock in found] == [False] * 3


def test_jumping_lasts_from_the_first_dip_to_the_last_landing_with_a_second_of_calm() -> None:
    found = find_sync_taps(worn(with_jumps(standing(), three_from(10.0, 1.5))), CONFIG)
    np.testing.assert_allclose(jumping_s(found, CONFIG), [[9.0], [10.0 + 1.5 * 1.98 + 0.97 + 1.0]], atol=0.1)
    assert jumping_s(find_sync_taps(worn(with_taps(standing(), three_from(10.0))), CONFIG), CONFIG).shape == (
        2,
        0,
    )


def test_one_knock_alone_is_no_series() -> None:
    assert times(worn(with_taps(standing(), np.array([10.0])))) == []
    assert times(worn(with_taps(standing(), np.array([10.0, 16.0])))) == []


def test_a_long_series_is_a_gait() -> None:
    assert times(worn(with_taps(standing(), 4.0 + 1.1 * np.arange(CONFIG.most)))) != []
    assert times(worn(with_taps(standing(), 4.0 + 1.1 * np.arange(CONFIG.most + 1)))) == []


def test_soft_knocks_are_none() -> None:
    assert times(worn(with_taps(standing(), three_from(10.0), direction=(0.0, 0.0, 0.1)))) == []


@pytest.mark.parametrize(("soft_s", "series"), [([10.6, 11.2], 1), ([10.4, 10.8, 11.2], 0)])
def test_knocks_among_more_soft_ones_are_a_body_that_moves(soft_s: list[float], series: int) -> None:
    knocked = with_taps(standing(), np.array([10.0, 11.8]))
    both = with_taps(knocked, np.array(soft_s), direction=(0.0, 0.0, 0.15))
    assert len(times(worn(both))) == series


def test_knocks_of_a_body_that_is_not_still_are_none() -> None:
    knocked = with_taps(standing(), three_from(10.0))
    swaying = 5.0 * np.sin(2.0 * np.pi * 1.5 * np.arange(len(knocked.acc_sensor_mps2)) / 104.0)
    acc = np.array(knocked.acc_sensor_mps2)
    acc[:, 2] += swaying
    assert times(worn(replace(knocked, acc_sensor_mps2=acc))) == []


def test_a_knock_at_the_very_edge_of_a_recording_is_left_out() -> None:
    assert times(worn(with_taps(standing(), np.array([0.2, 0.9, 29.3, 29.9])))) == []


def test_only_the_beginning_and_the_end_are_searched() -> None:
    taps_s = np.concatenate((three_from(10.0), three_from(45.0), three_from(80.0)))
    sensor = worn(with_taps(standing(95.0), taps_s))
    found = find_sync_taps(sensor, replace(CONFIG, edge_s=30.0))
    assert [round(series[0].at_s) for series in found] == [10, 80]


@pytest.mark.parametrize("style", STYLES)
def test_steps_of_a_run_are_no_knocks(style: str) -> None:
    plan = replace(PLAIN, style=STYLES[style])
    assert times(trunk_recording(virtual(plan))) == []


def test_short_dashes_and_walks_between_standings_are_no_knocks() -> None:
    legs = tuple(leg for _ in range(4) for leg in (stand(6.0), run(5.0, 3.0), stand(6.0), walk(6.0, 1.5)))
    assert times(trunk_recording(virtual(replace(PLAIN, legs=(*legs, stand(6.0)))))) == []


def test_taps_right_before_a_run_are_found_beside_its_steps() -> None:
    run_ = virtual(PLAIN)
    signal = with_taps(run_.sensors[0].measured, three_from(2.0, 0.8))
    assert [len(found_s) for found_s in times(worn(signal))] == [3]


@pytest.mark.parametrize(
    "time_s", [np.zeros(0), np.zeros(1), np.zeros(50), np.full(50, np.nan), np.arange(50)[::-1] / 104.0]
)
def test_broken_time_holds_no_knocks(time_s: FloatArray) -> None:
    acc = np.full((len(time_s), 3), 30.0)
    assert find_sync_taps(sensor_recording(time_s, acc, None), CONFIG) == ()
