"""What is stated of sensors, clocks and standings, from motions put together by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.judging.facts import clock_facts, sensor_facts, standings_of
from analysis.signal.handedness import Handedness
from analysis.signal.motion import Motion
from analysis.signal.neutral_standing import StandingCalibration
from analysis.signal.records import StaticPeriods, TrunkAxes
from analysis.signal.tap_lag import SharedEvent
from analysis.words import CheckOutcome, StandingRole, ZeroSource
from sensor.samples import FloatArray, SensorRecording
from tests.support.recordings import sensor_recording
from tests.support.streams import even, even_gait, even_strides
from tests.support.tied_clocks import tied

CONFIG = AnalysisConfig()
G = 9.80665
HOUR_S = np.array([100.0, 1900.0, 3700.0])


def sensor(*starts: int, nominal_rate_hz: float | None = 104.0) -> SensorRecording:
    """Return three samples over an hour that begins at second 100."""
    recording = sensor_recording(HOUR_S, np.ones((3, 3)), None)
    segments = np.array(starts or (0,), dtype=np.int64)
    return replace(recording, segment_start=segments, nominal_rate_hz=nominal_rate_hz)


def event(at_s: float, within_s: float = 0.003, doubt: str = "") -> SharedEvent:
    return SharedEvent(at_s=at_s, lag_s=0.0125, within_s=within_s, knocks=3, is_jump=False, doubt=doubt)


@pytest.mark.parametrize(
    ("events", "within_ms"),
    [
        pytest.param((), 15.0, id="no-knock"),
        pytest.param((event(1100.0),), 3.0 + 2e-3 * 2600.0, id="most-of-it-behind"),
        pytest.param((event(3000.0),), 3.0 + 2e-3 * 2900.0, id="most-of-it-before"),
        pytest.param((event(1100.0), event(2100.0, 0.004)), 4.0 + 2e-3 * 1600.0, id="two"),
        pytest.param((event(600.0, 0.005), event(1100.0), event(3600.0)), 5.0 + 2e-3 * 500.0, id="three"),
        pytest.param((event(1100.0, doubt="odd"),), 15.0, id="doubted"),
    ],
)
def test_clocks_stray_by_two_millionths_from_the_nearest_end_of_the_knocks(
    events: tuple[SharedEvent, ...], within_ms: float
) -> None:
    assert clock_facts(sensor(), tied(sensor(), events), CONFIG.knocks).within_ms == pytest.approx(within_ms)


@pytest.mark.parametrize("broken", ["trunk", "other"])
def test_after_a_lost_link_clocks_are_as_far_apart_as_packets_wait(broken: str) -> None:
    trunk, other = (sensor(0, 1) if name == broken else sensor() for name in ("trunk", "other"))
    found = [
        clock_facts(trunk, tied(other, (event(1100.0, s),)), CONFIG.knocks).within_ms for s in (0.003, 0.02)
    ]
    assert found == pytest.approx([15.0, 20.0])


def test_a_knock_lies_at_the_start_in_the_first_half_and_at_the_end_from_the_middle_on() -> None:
    events = (event(1899.9), event(1900.0), replace(event(1900.1, doubt="odd"), is_jump=True))
    knocks = clock_facts(sensor(), tied(sensor(), events), CONFIG.knocks).knocks
    assert [knock.where for knock in knocks] == ["start", "end", "end"]
    assert [knock.kind for knock in knocks] == ["taps", "taps", "jumps"]
    assert (knocks[2].lag_ms, knocks[2].within_ms, knocks[2].doubt) == (12.5, 3.0, "odd")


def moved(
    rests: list[tuple[int, int]],
    *,
    standing: list[int] | None = None,
    zero: int = -1,
    bent: tuple[int, ...] = (),
    lean_deg: float = 0.0,
    force_g: FloatArray | None = None,
    lost: slice = slice(0, 0),
) -> Motion:
    """Return a sensor at 100 rows a second from second 7 on; strides from row 2000 to row 4000."""
    count = 6000
    present = np.ones(count, dtype=bool)
    present[lost] = False
    acc = np.zeros((count, 3))
    acc[:, 2] = G * (np.ones(count) if force_g is None else force_g)
    stream = replace(even(acc, None, rate_hz=100.0, present=present), start_s=7.0)
    lean = np.radians(lean_deg)
    force = np.tile(G * np.array([-np.sin(lean), 0.0, np.cos(lean)]), (len(rests), 1))
    first, last = (np.array([edge[k] for edge in rests], dtype=np.int64) for k in (0, 1))
    which = np.arange(len(rests)) if standing is None else np.array(standing, dtype=np.int64)
    up = np.array([0.0, 0.0, 1.0])
    return Motion(
        stream=stream,
        static_periods=StaticPeriods(
            first=first, last=last, acc_sensor_mps2=force, gyr_sensor_radps=np.zeros_like(force)
        ),
        gait=even_gait(2000, 4000, 50.0, count),
        strides=even_strides(2000.0, 100.0, 20),
        side=np.zeros(1, dtype=np.int64),
        calibration=StandingCalibration(
            up_sensor=up,
            source=ZeroSource.STANDING,
            static_period=zero,
            standing=which,
            bent=np.array(bent, dtype=np.int64),
        ),
        axes=TrunkAxes(
            trunk_from_sensor=np.eye(3), zero_source="standing", sideways_strength=1.0, forward_votes=()
        ),
        up_sensor=np.repeat(up[:, None], count, axis=1),
        path=None,
        handedness=Handedness(CheckOutcome.RIGHT),
    )


def test_each_standing_has_the_role_of_where_its_middle_lies() -> None:
    rests = [(0, 900), (1000, 1800), (1500, 2500), (1502, 2502), (2600, 3000), (3498, 4498), (3500, 4500)]
    told = standings_of(moved(rests, zero=1, bent=(0,), lean_deg=4.0))
    assert [one.role for one in told] == [
        StandingRole.BENT,
        StandingRole.ZERO,
        StandingRole.BEFORE,
        StandingRole.SEEN,
        StandingRole.SEEN,
        StandingRole.SEEN,
        StandingRole.END,
    ]
    assert (told[1].start_s, told[1].end_s) == (17.0, 25.0)
    assert [one.flexion_deg for one in told] == pytest.approx([4.0] * 7)
    assert [one.lateral_deg for one in told] == pytest.approx([0.0] * 7)


def test_rests_that_are_no_standings_are_not_told() -> None:
    told = standings_of(moved([(0, 500), (600, 900), (4200, 5000)], standing=[0, 2]))
    assert [(one.start_s, one.role) for one in told] == [(7.0, StandingRole.BEFORE), (49.0, StandingRole.END)]
    assert standings_of(moved([(0, 500)], standing=[])) == ()


def test_mean_force_is_the_median_over_the_running_strides_without_those_that_lost_half() -> None:
    force_g = np.ones(6000)
    force_g[2000:2600] = 1.2
    lost = slice(2000, 2600)
    recording = replace(
        sensor_recording(np.arange(60) / 100.0, np.ones((60, 3)), None), clipped=np.arange(60) < 15
    )
    found = [
        sensor_facts(recording, moved([], force_g=force_g, lost=part), config=CONFIG)
        for part in (slice(0, 0), lost)
    ]
    # Of twenty strides six are at 1.2; the mean is over twenty-five around each, the ends held.
    assert found[0].mean_specific_force_g > 1.05
    assert found[1].mean_specific_force_g == pytest.approx(1.0, abs=1e-3)
    assert [one.missing_fraction for one in found] == pytest.approx([0.0, 0.1])
    assert (found[0].clipped_fraction, found[0].sample_count, found[0].rate_hz) == (0.25, 60, 100.0)
    assert not found[0].has_gyroscope
