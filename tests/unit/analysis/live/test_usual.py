"""When it is known live what is usual, and from what."""

from __future__ import annotations

import pytest

from analysis.live.config import LiveConfig
from analysis.live.records import UsualSource
from analysis.live.usual import LiveUsual
from analysis.personal import PersonalBaseline, UsualLevel
from analysis.words import ZeroSource

CONFIG = LiveConfig()
PERSONAL = PersonalBaseline(level=UsualLevel(6.0, 1.0, 3.0, 4))


def run_at(usual: LiveUsual, speed_mps: float, until_s: float) -> None:
    """Run at one speed, bent by 1 degree before 0.5 km, by 5 degrees from there on."""
    stride_s = 0.7
    for number in range(int(until_s / stride_s)):
        end_s = (number + 1) * stride_s
        distance_m = speed_mps * end_s
        flexion_deg = 1.0 if distance_m < 500.0 else 5.0
        usual.add(flexion_deg, distance_m=distance_m, end_s=end_s, lasted_s=stride_s)


@pytest.mark.parametrize(("speed_mps", "known_s"), [(4.0, 500.0), (2.5, 600.0)])
def test_it_is_known_after_two_kilometres_or_ten_minutes_of_running(speed_mps: float, known_s: float) -> None:
    usual = LiveUsual(None, CONFIG)
    run_at(usual, speed_mps, known_s - 2.0)
    assert usual.found is None
    usual = LiveUsual(None, CONFIG)
    run_at(usual, speed_mps, known_s + 2.0)
    assert usual.found is not None
    assert usual.found.source == UsualSource.THIS_RUN
    assert usual.found.since_s == pytest.approx(known_s, abs=0.8)
    assert usual.found.flexion_deg == 5.0


def test_a_slow_start_is_waited_for_until_there_are_enough_strides_past_half_a_kilometre() -> None:
    usual = LiveUsual(None, CONFIG)
    # After ten minutes 0.5 km have just been run; 200 strides take 140 s more.
    run_at(usual, 500.0 / 600.0, 730.0)
    assert usual.found is None
    usual = LiveUsual(None, CONFIG)
    run_at(usual, 500.0 / 600.0, 745.0)
    assert usual.found is not None


def test_earlier_runs_count_only_where_this_one_has_a_standing_too() -> None:
    usual = LiveUsual(PERSONAL, CONFIG)
    usual.starts(40.0, ZeroSource.OWN_BASELINE)
    assert usual.found is None
    usual.starts(60.0, ZeroSource.STANDING)
    assert usual.found is not None
    assert (usual.found.flexion_deg, usual.found.since_s) == (6.0, 60.0)
    run_at(usual, 4.0, 700.0)
    assert usual.found.flexion_deg == 6.0
