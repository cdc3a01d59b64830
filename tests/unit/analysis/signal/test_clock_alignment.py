"""One clock for several sensors: what is moved, by how much, and what is left alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.signal.clock_alignment import on_trunk_clock
from sensor.samples import FloatArray, Gap, SensorRecording
from sensor.units import STANDARD_GRAVITY_MPS2
from sensor.virtual.runner.plan import UPRIGHT_STERNUM, Worn
from tests.support.knocks import tap_mps2, three_from
from tests.support.recordings import sensor_recording
from tests.support.short_runs import PLAIN, session, virtual

CONFIG = AnalysisConfig().knocks
RATE_HZ = 104.0
HOUR_S = 3600.0
START_S, END_S = three_from(20.0, 0.8), three_from(3570.0, 0.8)


def standing(
    taps_s: FloatArray, seed: int, *, until_s: float = HOUR_S, late_s: float = 0.0, rate: float = 0.0
) -> tuple[SensorRecording, FloatArray]:
    """Return a sensor whose clock is late, ever more so by ``rate``, and the true times of its samples."""
    rng = np.random.default_rng(seed)
    true_s = (np.arange(round(until_s * RATE_HZ)) + rng.random()) / RATE_HZ
    acc = np.tile((0.0, 0.0, STANDARD_GRAVITY_MPS2), (len(true_s), 1))
    acc[:, 1] += rng.normal(0.0, 0.1, len(true_s))
    for tap_s in taps_s:
        near = np.abs(true_s - tap_s) < 1.0
        acc[near, 0] += tap_mps2(true_s[near], np.array([tap_s]))
    return sensor_recording(true_s + late_s + rate * true_s, acc, None, placement="head"), true_s


def with_lost_link(
    sensor: SensorRecording, true_s: FloatArray, at_s: float, change_s: float, *, lost_s: float = 5.0
) -> tuple[SensorRecording, FloatArray]:
    """Lose the link for a while; from then on the clock is later by ``change_s``."""
    kept = (true_s < at_s) | (true_s >= at_s + lost_s)
    time_s = np.where(true_s >= at_s, sensor.time_s + change_s, sensor.time_s)[kept]
    start = int((true_s < at_s).sum())
    reconnected = replace(
        sensor,
        time_s=time_s,
        acc_sensor_mps2=sensor.acc_sensor_mps2[kept],
        clipped=sensor.clipped[kept],
        segment_start=np.append(sensor.segment_start, start),
        gaps=(*sensor.gaps, Gap(float(time_s[start - 1]), float(time_s[start]), "link lost")),
    )
    return reconnected, true_s[kept]


def test_a_constant_lag_is_taken_off() -> None:
    trunk, _ = standing(START_S, 1, until_s=60.0)
    other, true_s = standing(START_S, 2, until_s=60.0, late_s=0.011)
    moved, (event,) = on_trunk_clock(trunk, other, CONFIG)
    np.testing.assert_allclose(moved.time_s, true_s, atol=0.002)
    np.testing.assert_array_equal(moved.acc_sensor_mps2, other.acc_sensor_mps2)
    assert event.knocks == 3


def test_a_session_without_knocks_is_left_as_it_is() -> None:
    trunk, _ = standing(np.zeros(0), 1, until_s=60.0)
    other, _ = standing(np.zeros(0), 2, until_s=60.0, late_s=0.011)
    moved, events = on_trunk_clock(trunk, other, CONFIG)
    assert moved is other
    assert events == ()


def test_the_foot_strikes_of_a_run_move_nothing() -> None:
    run_ = virtual(replace(PLAIN, wear=(UPRIGHT_STERNUM, Worn("head"), Worn("sacrum"))))
    trunk, *others = session(run_).sensors
    for other in others:
        late = replace(other, time_s=other.time_s + 0.012)
        assert on_trunk_clock(trunk, late, CONFIG) == (late, ())


def test_a_lag_that_is_doubted_moves_nothing_and_is_told() -> None:
    trunk, _ = standing(START_S, 1, until_s=60.0)
    other, _ = standing(START_S, 2, until_s=60.0, late_s=0.09)
    moved, (event,) = on_trunk_clock(trunk, other, CONFIG)
    assert moved is other
    assert event.doubt


@pytest.mark.parametrize("rate", [0.0, 3e-6, -7e-6])
def test_knocks_at_both_ends_of_an_hour_mend_the_rate_within_two_ppm(rate: float) -> None:
    taps_s = np.concatenate((START_S, END_S))
    trunk, _ = standing(taps_s, 1)
    other, true_s = standing(taps_s, 2, late_s=0.004, rate=rate)
    moved, events = on_trunk_clock(trunk, other, CONFIG)
    assert len(events) == 2
    slope, _ = np.polyfit(true_s, moved.time_s - true_s, 1)
    assert abs(slope) < 2e-6
    np.testing.assert_allclose(moved.time_s, true_s, atol=0.004)


def test_a_rate_is_never_drawn_out_beyond_the_knocks_it_was_found_between() -> None:
    trunk, _ = standing(np.concatenate((START_S, three_from(30.0, 0.8))), 1, until_s=100.0)
    other, _ = standing(np.concatenate((START_S, three_from(30.02, 0.8))), 2, until_s=100.0)
    moved, events = on_trunk_clock(trunk, other, CONFIG)
    assert [event.lag_s for event in events] == pytest.approx([0.0, 0.02], abs=0.002)
    lag_s = other.time_s - moved.time_s
    np.testing.assert_allclose(lag_s[other.time_s > 32.0], events[1].lag_s, atol=1e-9)
    assert lag_s.max() - lag_s.min() == pytest.approx(0.02, abs=0.004)


def test_after_a_lost_link_each_connection_is_moved_by_its_own_knocks() -> None:
    taps_s = np.concatenate((START_S, three_from(80.0, 0.8)))
    trunk, _ = standing(taps_s, 1, until_s=100.0)
    whole, whole_true_s = standing(taps_s, 2, until_s=100.0, late_s=0.006)
    other, true_s = with_lost_link(whole, whole_true_s, 50.0, -0.014)
    moved, _ = on_trunk_clock(trunk, other, CONFIG)
    np.testing.assert_allclose(moved.time_s, true_s, atol=0.003)
    (gap,) = moved.gaps
    start = int(moved.segment_start[1])
    assert (gap.start_s, gap.end_s) == pytest.approx((moved.time_s[start - 1], moved.time_s[start]))


def test_a_connection_without_knocks_takes_the_mean_of_the_others() -> None:
    taps_s = np.concatenate((START_S, three_from(80.0, 0.8)))
    trunk, _ = standing(taps_s, 1, until_s=100.0)
    whole, whole_true_s = standing(taps_s, 2, until_s=100.0, late_s=0.020)
    once, once_true_s = with_lost_link(whole, whole_true_s, 40.0, 0.010)
    twice, true_s = with_lost_link(once, once_true_s, 60.0, -0.004)
    moved, _ = on_trunk_clock(trunk, twice, CONFIG)
    late_s = moved.time_s - true_s
    own = [late_s[a:b] for a, b in zip(moved.segment_start, [*moved.segment_start[1:], None], strict=True)]
    # Late by 20, 30 and 26 ms: the middle one takes the mean of 20 and 26.
    np.testing.assert_allclose([part.mean() for part in own], [0.0, 0.007, 0.0], atol=0.002)
    assert np.ptp(own[1]) < 1e-9


def test_one_series_of_knocks_stands_for_the_whole_session() -> None:
    trunk, _ = standing(START_S, 1, until_s=100.0)
    whole, whole_true_s = standing(START_S, 2, until_s=100.0, late_s=0.020)
    other, true_s = with_lost_link(whole, whole_true_s, 50.0, 0.005)
    moved, _ = on_trunk_clock(trunk, other, CONFIG)
    assert np.abs(moved.time_s - true_s).max() == pytest.approx(0.005, abs=0.002)


def test_where_the_trunks_link_was_lost_the_other_sensors_stream_stays_even() -> None:
    taps_s = np.concatenate((START_S, three_from(80.0, 0.8)))
    whole, whole_true_s = standing(taps_s, 1, until_s=100.0)
    trunk, _ = with_lost_link(whole, whole_true_s, 50.0, 0.012)
    other, true_s = standing(taps_s, 2, until_s=100.0, late_s=0.020)
    moved, _ = on_trunk_clock(trunk, other, CONFIG)
    # The trunk's own clock became 12 ms later: 20 and 8 ms were felt, and no rate is made of them.
    np.testing.assert_allclose(moved.time_s - true_s, 0.006, atol=0.002)
    assert np.ptp(other.time_s - moved.time_s) < 1e-9


def test_where_moved_connections_overlap_the_later_one_gives_way() -> None:
    taps_s = np.concatenate((START_S, three_from(80.0, 0.8)))
    trunk, _ = standing(taps_s, 1, until_s=100.0)
    whole, whole_true_s = standing(taps_s, 2, until_s=100.0)
    # Late by 0, -10 and 44 ms: the middle connection is moved by the mean of 0 and 44, to 22 ms earlier.
    once, once_true_s = with_lost_link(whole, whole_true_s, 40.0, -0.010, lost_s=0.02)
    other, _ = with_lost_link(once, once_true_s, 60.0, 0.054)
    assert (np.diff(other.time_s) > 0.0).all()
    moved, _ = on_trunk_clock(trunk, other, CONFIG)
    assert (np.diff(moved.time_s) > 0.0).all()
    assert len(other.time_s) - 4 <= len(moved.time_s) < len(other.time_s)
    assert len(moved.time_s) == len(moved.acc_sensor_mps2) == len(moved.clipped)
    assert [gap.start_s for gap in moved.gaps] == pytest.approx([60.0], abs=0.05)
    assert moved.time_s[moved.segment_start[1:]] == pytest.approx([40.0, 65.0], abs=0.02)
