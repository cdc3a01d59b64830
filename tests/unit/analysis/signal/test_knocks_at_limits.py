"""What is a knock, a jump, a series and a shared one: from both sides of each limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.signal.clock_alignment import on_trunk_clock
from analysis.signal.sync_config import SyncTapConfig
from analysis.signal.sync_taps import Knock, find_sync_taps, jumping_s
from analysis.signal.tap_lag import shared_events
from sensor.samples import FloatArray, Gap, SensorRecording
from tests.support.knocks import tap_mps2
from tests.support.recordings import sensor_recording

CONFIG = SyncTapConfig()
RATE_HZ = 100.0
G = 9.80665
HARD = 30.0


def felt(force_mps2: FloatArray, *, start_s: float = 0.0) -> SensorRecording:
    """Return a sensor that feels a force of this size along a direction askew."""
    time_s = start_s + np.arange(len(force_mps2)) / RATE_HZ
    return sensor_recording(time_s, force_mps2[:, None] * np.array([0.0, 0.6, -0.8]), None)


def calm(seconds: float = 30.0) -> FloatArray:
    return np.full(round(seconds * RATE_HZ), G)


def knocked(*at_s: float, force_mps2: float = HARD, rows: int = 2, seconds: float = 30.0) -> FloatArray:
    """Return a calm course with knocks of some rows each."""
    force = calm(seconds)
    for moment_s in at_s:
        first = round(moment_s * RATE_HZ)
        force[first : first + rows] = force_mps2
    return force


def series(force_mps2: FloatArray, config: SyncTapConfig = CONFIG) -> list[list[float]]:
    found = find_sync_taps(felt(force_mps2), config)
    return [[round(knock.at_s, 2) for knock in one] for one in found]


def test_a_knock_is_told_by_its_hardest_row_and_by_where_it_is_not_calm() -> None:
    force = knocked(10.0, 12.0, rows=5)
    force[1002] = HARD + 1.0
    (((first, second)),) = (find_sync_taps(felt(force), CONFIG)[0],)
    assert first == Knock(at_s=10.02, first_s=10.0, last_s=10.04, is_jump=False)
    assert second == Knock(at_s=12.0, first_s=12.0, last_s=12.04, is_jump=False)


@pytest.mark.parametrize(("force_mps2", "is_hard"), [(18.0, True), (17.99, False)])
def test_a_knock_peaks_at_eighteen_metres(force_mps2: float, is_hard: bool) -> None:
    assert series(knocked(10.0, 12.0, force_mps2=force_mps2)) == ([[10.0, 12.0]] if is_hard else [])


@pytest.mark.parametrize(("rows", "is_short"), [(160, True), (162, False)])
def test_a_knock_lasts_a_second_and_six_tenths_at_most(rows: int, is_short: bool) -> None:
    assert series(knocked(10.0, 15.0, rows=rows), replace(CONFIG, apart_s=9.0)) == (
        [[10.0, 15.0]] if is_short else []
    )


@pytest.mark.parametrize(("off_mps2", "is_calm"), [(2.99, True), (3.01, False)])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_body_within_three_metres_of_rest_is_calm(off_mps2: float, is_calm: bool, sign: float) -> None:
    force = knocked(10.0, 12.0)
    force[1040:1160] = G + sign * off_mps2
    # What is not calm between two knocks is one commotion more; of three, two are knocks.
    found = find_sync_taps(felt(force), replace(CONFIG, longest_s=1.0))
    assert [len(one) for one in found] == [2]
    force[1100:1103] = HARD
    # A knock amid what is not calm is too long to be one.
    assert [len(one) for one in find_sync_taps(felt(force), replace(CONFIG, longest_s=1.0))] == [
        3 if is_calm else 2
    ]


@pytest.mark.parametrize(("rows", "is_calm"), [(25, True), (24, False)])
def test_a_quarter_of_a_second_of_calm_parts_two_knocks(rows: int, is_calm: bool) -> None:
    force = knocked(10.0)
    force[1002 + rows : 1004 + rows] = HARD + 1.0
    found = series(force)
    assert found == ([[10.0, 10.0 + (2 + rows) / 100.0]] if is_calm else [])


@pytest.mark.parametrize(("rows", "is_jump"), [(16, True), (14, False)])
@pytest.mark.parametrize(("force_mps2", "falls"), [(4.99, True), (5.01, False)])
def test_a_jump_falls_for_fifteen_hundredths_before_it_lands(
    rows: int, is_jump: bool, force_mps2: float, falls: bool
) -> None:
    force = calm()
    for first in (1000, 1200):
        force[first : first + rows] = force_mps2
        force[first + rows : first + rows + 2] = HARD
    (found,) = find_sync_taps(felt(force), CONFIG)
    assert [knock.is_jump for knock in found] == [is_jump and falls] * 2
    # Falling after the blow is no flight.
    (turned,) = find_sync_taps(felt(force[::-1].copy()), CONFIG)
    assert [knock.is_jump for knock in turned] == [False] * 2


@pytest.mark.parametrize(("apart_s", "together"), [(4.0, True), (4.02, False)])
def test_knocks_four_seconds_apart_are_still_a_series(apart_s: float, together: bool) -> None:
    expected = [[10.0, 10.0 + apart_s]] if together else []
    assert series(knocked(10.0, 10.0 + apart_s), replace(CONFIG, apart_s=4.001)) == expected


@pytest.mark.parametrize(("count", "is_series"), [(1, False), (2, True), (12, True), (13, False)])
def test_two_to_twelve_knocks_are_a_series(count: int, is_series: bool) -> None:
    found = series(knocked(*(5.0 + 1.5 * np.arange(count))))
    assert [len(one) for one in found] == ([count] if is_series else [])


@pytest.mark.parametrize(("before_s", "is_found"), [(1.0, True), (0.99, False)])
def test_a_second_of_calm_lies_before_a_series_and_behind_it(before_s: float, is_found: bool) -> None:
    at = knocked(before_s, before_s + 0.5, before_s + 1.0)
    found = series(at)
    assert found == ([[before_s, before_s + 0.5, before_s + 1.0]] if is_found else [])
    # The last of thirty seconds is at 29.99, and a knock takes two rows.
    behind = knocked(20.0, 20.5, 29.98 - before_s)
    assert [len(one) for one in series(behind, replace(CONFIG, apart_s=20.0))] == [3 if is_found else 2]


def test_as_many_knocks_as_other_commotions_are_still_a_series() -> None:
    soft = knocked(10.5, 11.0, force_mps2=15.0)
    soft[[1000, 1001, 1150, 1151]] = HARD
    assert series(soft) == [[10.0, 11.5]]
    softer = knocked(10.35, 10.7, 11.05, force_mps2=15.0)
    softer[[1000, 1001, 1140, 1141]] = HARD
    assert series(softer) == []


@pytest.mark.parametrize(("edge_s", "found"), [(13.0, [[10.0, 12.0], [48.0, 49.5]]), (10.5, [])])
def test_only_the_two_ends_are_searched(edge_s: float, found: list[list[float]]) -> None:
    force = knocked(10.0, 12.0, 30.0, 31.0, 48.0, 49.5, seconds=60.0)
    assert series(force, replace(CONFIG, edge_s=edge_s, still_s=0.5)) == found


def test_five_minutes_at_each_end_are_searched_and_a_shorter_session_as_a_whole() -> None:
    force = knocked(297.0, 298.0, 302.0, 303.0, 310.0, 311.0, seconds=615.0)
    assert series(force) == [[297.0, 298.0]]
    assert series(force[:59000]) == [[297.0, 298.0, 302.0, 303.0], [310.0, 311.0]]


def test_jumps_are_left_out_with_a_second_of_calm_around_them() -> None:
    jump, tap = (
        Knock(at_s=10.3, first_s=10.0, last_s=10.4, is_jump=True),
        Knock(at_s=11.0, first_s=10.9, last_s=11.1, is_jump=False),
    )
    found = jumping_s([(jump, tap), (tap, tap), (jump, jump)], CONFIG)
    np.testing.assert_allclose(found, [[9.0, 9.0], [12.1, 11.4]])


TAPS_S = np.array([10.0, 11.1, 12.0])


def tapped(
    taps_s: FloatArray = TAPS_S,
    *,
    late_s: float = 0.0,
    rate_hz: float = 200.0,
    phase: float = 0.0,
    seconds: float = 30.0,
) -> SensorRecording:
    """Return a sensor that felt taps of 14 ms at true times; its clock is late."""
    time_s = (np.arange(round(seconds * rate_hz)) + phase) / rate_hz
    acc = np.tile([0.0, 0.0, G], (len(time_s), 1))
    acc[:, 2] += tap_mps2(time_s, taps_s)
    return sensor_recording(time_s + late_s, acc, None)


def shared(first: SensorRecording, second: SensorRecording) -> tuple[float, float, int, str] | None:
    events = shared_events(
        first, second, found=(find_sync_taps(first, CONFIG), find_sync_taps(second, CONFIG)), config=CONFIG
    )
    if not events:
        return None
    (event,) = events
    assert event.at_s == pytest.approx(11.0, abs=0.006)
    return event.lag_s, event.within_s, event.knocks, event.doubt


@pytest.mark.parametrize("late_s", [0.0, 0.0173, -0.0311])
@pytest.mark.parametrize(("rate_hz", "period_s"), [(200.0, 0.005), (100.0, 0.010)])
def test_a_lag_between_two_clean_courses_is_exact_and_a_quarter_of_a_sample_unsure(
    late_s: float, rate_hz: float, period_s: float
) -> None:
    found = shared(tapped(), tapped(late_s=late_s, rate_hz=rate_hz))
    assert found is not None
    lag_s, within_s, knocks, doubt = found
    # Between courses sampled differently the smoothing leaves a fifth of a millisecond.
    assert lag_s == pytest.approx(late_s, abs=1e-5 if rate_hz == 200.0 else 4e-4)
    assert within_s == pytest.approx(period_s / 4.0, abs=1e-5 if rate_hz == 200.0 else 6e-4)
    assert (knocks, doubt) == (3, "")


@pytest.mark.parametrize(
    ("late_s", "doubt"), [(0.0499, ""), (-0.0501, "50 ms apart, more than a radio explains")]
)
def test_fifty_milliseconds_are_all_a_radio_explains(late_s: float, doubt: str) -> None:
    found = shared(tapped(), tapped(late_s=late_s))
    assert found is not None
    assert found[3] == doubt


@pytest.mark.parametrize(
    ("late_s", "is_shared"), [(0.110, True), (0.130, False), (-0.110, True), (-0.130, False)]
)
def test_knocks_more_than_twelve_hundredths_apart_are_not_the_same(late_s: float, is_shared: bool) -> None:
    assert (shared(tapped(), tapped(late_s=late_s)) is not None) == is_shared


@pytest.mark.parametrize(("off_s", "is_doubted"), [(0.0099, False), (0.0101, True)])
def test_knocks_may_differ_by_ten_milliseconds_from_their_median(off_s: float, is_doubted: bool) -> None:
    found = shared(tapped(), tapped(np.where(TAPS_S == 11.1, TAPS_S + off_s, TAPS_S)))
    assert found is not None
    lag_s, within_s, _, doubt = found
    assert lag_s == pytest.approx(0.0, abs=1e-4)
    assert within_s == pytest.approx(off_s + 0.00125, abs=1e-4)
    assert doubt == ("the knocks differ by 10 ms among themselves" if is_doubted else "")


@pytest.mark.parametrize(
    ("other", "is_shared"),
    [
        pytest.param([10.0, 11.1], True, id="two-of-three"),
        pytest.param([10.0, 11.1, 12.0, 13.0, 14.0], True, id="three-of-five"),
        pytest.param([10.0, 11.1, 12.0, 13.0, 14.0, 15.0], False, id="half"),
        pytest.param([10.0, 13.0], False, id="one"),
    ],
)
def test_more_than_half_of_the_longer_series_must_be_shared(other: list[float], is_shared: bool) -> None:
    assert (shared(tapped(), tapped(np.array(other))) is not None) == is_shared


@pytest.mark.parametrize(("periods", "is_even"), [(1.4, True), (1.6, False)])
def test_a_lost_sample_beside_a_knock_leaves_it_out(periods: float, is_even: bool) -> None:
    second = tapped()
    row = int(np.searchsorted(second.time_s, 10.2))
    time_s = np.array(second.time_s)
    time_s[row:] += (periods - 1.0) / 200.0
    found = shared(tapped(), replace(second, time_s=time_s))
    assert found is not None
    assert found[2] == (3 if is_even else 2)


@pytest.mark.parametrize(("at_s", "knocks"), [(9.3, 3), (9.47, 3), (9.49, 2), (10.52, 2), (10.535, 3)])
def test_a_new_connection_within_half_a_second_of_a_knock_leaves_it_out(at_s: float, knocks: int) -> None:
    second = tapped()
    starts = np.array([0, int(np.searchsorted(second.time_s, at_s))])
    found = shared(tapped(), replace(second, segment_start=starts))
    assert found is not None
    assert found[2] == knocks


def test_after_a_lag_is_taken_off_overlapping_samples_give_way_and_gaps_move_along() -> None:
    second = tapped(late_s=0.02, seconds=40.0)
    cut = int(np.searchsorted(second.time_s, 25.0))
    # The second connection holds no knock, so it is moved by the same lag.
    gaps = (
        Gap(float(second.time_s[cut - 1]), float(second.time_s[cut]), "link lost"),
        Gap(39.0, 39.0, "none"),
    )
    other = replace(second, segment_start=np.array([0, cut]), gaps=gaps)
    moved, _ = on_trunk_clock(tapped(seconds=40.0), other, CONFIG)
    np.testing.assert_allclose(moved.time_s, second.time_s - 0.02, atol=1e-5)
    assert moved.segment_start.tolist() == [0, cut]
    assert [gap.reason for gap in moved.gaps] == ["link lost"]
    assert moved.gaps[0].start_s == pytest.approx(gaps[0].start_s - 0.02, abs=1e-5)
