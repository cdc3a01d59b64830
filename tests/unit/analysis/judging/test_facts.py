"""What a report states about sensors and standings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.judging.facts import clock_facts, sensor_facts, standings_of
from analysis.session_facts import WITHIN_RANGE, SensorCheck
from analysis.signal.gait_clock import ClockEstimate
from analysis.signal.handedness import Handedness
from analysis.signal.tap_lag import SharedEvent
from analysis.words import CheckOutcome
from sensor.samples import ImuSignal, SensorRecording
from sensor.virtual.runner.imu_errors import loss_mask
from sensor.virtual.runner.plan import run, stand
from sensor.virtual.runner.simulation import VirtualRun
from tests.support.recordings import sensor_recording
from tests.support.short_runs import OPENING, PLAIN, motion, trunk_recording, virtual
from tests.support.tied_clocks import tied

CONFIG = AnalysisConfig()
WITH_STOP = replace(PLAIN, legs=(*OPENING, run(30.0, 3.0), stand(15.0), run(30.0, 3.0), stand(12.0)))


def test_facts_of_a_faultless_sensor() -> None:
    run_ = virtual(PLAIN)
    sensor = trunk_recording(run_)
    facts = sensor_facts(sensor, motion(run_), config=CONFIG)
    assert facts.rate_hz == pytest.approx(104.0)
    assert facts.sample_count == len(sensor.time_s)
    assert facts.missing_fraction == 0.0
    assert facts.clipped_fraction == 0.0
    assert facts.mean_specific_force_g == pytest.approx(1.0, abs=0.01)
    assert facts.has_gyroscope
    assert not facts.mirrored


def test_what_the_recording_tells_of_its_sensor_is_passed_on() -> None:
    run_ = virtual(PLAIN)
    sensor = replace(trunk_recording(run_), battery_pct=37, rejected_packets=5)
    clock = clock_facts(sensor, tied(sensor), CONFIG.knocks)
    facts = sensor_facts(
        sensor, replace(motion(run_), handedness=Handedness(CheckOutcome.WRONG)), config=CONFIG, clock=clock
    )
    assert (facts.placement, facts.device, facts.name) == (sensor.placement, sensor.device, sensor.name)
    assert (facts.battery_pct, facts.rejected_packets, facts.mirrored) == (37, 5, True)
    assert facts.clock is clock
    assert facts.checks[0] == SensorCheck("right-handed axes", CheckOutcome.WRONG)


@pytest.mark.parametrize(
    ("unknown", "because"),
    [
        ({"acc_range_mps2": None, "gyr_range_radps": None}, "the file tells no range"),
        ({"acc_range_mps2": None}, "the file tells no range of the accelerometer"),
        ({"gyr_range_radps": None}, "the file tells no range of the gyroscope"),
        ({"gyr_range_radps": None, "gyr_sensor_radps": None}, None),
        ({"acc_range_mps2": None, "nominal_rate_hz": 50.0}, "this kind of sensor tells no range"),
    ],
)
def test_a_range_that_is_not_known_cannot_be_called_kept(
    unknown: dict[str, None], because: str | None
) -> None:
    run_ = virtual(PLAIN)
    told = replace(trunk_recording(run_), nominal_rate_hz=None)
    facts = sensor_facts(replace(told, **unknown), motion(run_), config=CONFIG)
    if because is None:
        assert facts.check(WITHIN_RANGE) == SensorCheck(WITHIN_RANGE, CheckOutcome.RIGHT)
        assert facts.clipped_fraction == 0.0
    else:
        assert facts.check(WITHIN_RANGE) == SensorCheck(WITHIN_RANGE, CheckOutcome.NOT_JUDGED, because)
        assert np.isnan(facts.clipped_fraction)


@pytest.mark.parametrize(
    ("clipped_pct", "outcome"), [(0, CheckOutcome.RIGHT), (1, CheckOutcome.RIGHT), (3, CheckOutcome.WRONG)]
)
@pytest.mark.parametrize("gyr_range_radps", [35.0, None])
def test_more_than_one_sample_in_fifty_at_full_scale_is_wrong_whichever_range_is_known(
    clipped_pct: int, outcome: CheckOutcome, gyr_range_radps: float | None
) -> None:
    run_ = virtual(PLAIN)
    sensor = trunk_recording(run_)
    clipped = np.arange(len(sensor.time_s)) % 100 < clipped_pct
    facts = sensor_facts(
        replace(sensor, clipped=clipped, gyr_range_radps=gyr_range_radps), motion(run_), config=CONFIG
    )
    is_judged = gyr_range_radps is not None or outcome == CheckOutcome.WRONG
    assert facts.check(WITHIN_RANGE).outcome == (outcome if is_judged else CheckOutcome.NOT_JUDGED)
    if is_judged:
        assert facts.clipped_fraction == pytest.approx(clipped_pct / 100, abs=1e-3)


def test_a_check_that_was_not_made_is_not_judged() -> None:
    facts = sensor_facts(trunk_recording(virtual(PLAIN)), motion(virtual(PLAIN)), config=CONFIG)
    assert replace(facts, checks=()).check(WITHIN_RANGE).outcome == CheckOutcome.NOT_JUDGED


def test_the_share_of_lost_samples_is_counted() -> None:
    run_ = virtual(PLAIN)
    lost = loss_mask(len(run_.time_s), run_.rate_hz, gap_s=0.1, fraction=0.05, rng=np.random.default_rng(1))
    facts = sensor_facts(trunk_recording(run_, lost=lost), motion(run_, lost=lost), config=CONFIG)
    assert facts.missing_fraction == pytest.approx(lost.mean(), abs=1e-4)
    assert facts.sample_count == (~lost).sum()


def rescaled(run_: VirtualRun, factor: float) -> VirtualRun:
    worn = run_.sensors[0]
    signal = ImuSignal(run_.rate_hz, factor * worn.measured.acc_sensor_mps2, worn.measured.gyr_sensor_radps)
    return replace(run_, sensors=(replace(worn, measured=signal),))


@pytest.mark.parametrize(
    ("factor", "shown_g"), [(1.04, 1.004), (1.08, 1.08), (0.92, 0.92)], ids=["bias", "heavy", "light"]
)
def test_what_no_bias_explains_shows_in_the_mean_specific_force(factor: float, shown_g: float) -> None:
    """Up to 60 mg beside one g in standing is taken for a bias of the accelerometer, nine tenths of it."""
    run_ = rescaled(virtual(PLAIN), factor)
    facts = sensor_facts(trunk_recording(run_), motion(run_), config=CONFIG)
    assert facts.mean_specific_force_g == pytest.approx(shown_g, abs=0.015)


def test_without_running_the_mean_force_is_unknown() -> None:
    still = virtual(replace(PLAIN, legs=(stand(30.0),)))
    facts = sensor_facts(trunk_recording(still), motion(still), config=CONFIG)
    assert np.isnan(facts.mean_specific_force_g)
    assert standings_of(motion(still)) == ()


def test_every_standing_is_told_with_its_part_in_the_run() -> None:
    standings = standings_of(motion(virtual(WITH_STOP)))
    assert [s.role for s in standings] == ["before", "zero", "seen", "end"]
    zero = standings[1]
    assert zero.start_s == pytest.approx(15.0, abs=1.1)
    assert zero.end_s == pytest.approx(24.0, abs=1.6)
    assert abs(zero.flexion_deg) < 0.01
    assert abs(zero.lateral_deg) < 0.01
    assert all(abs(s.flexion_deg) < 4.0 for s in standings)


def test_a_strap_that_crept_shows_in_the_last_standing() -> None:
    run_ = virtual(PLAIN)
    end = standings_of(motion(run_))[-1]
    # The case, x to the runner's left, has tipped forward by five degrees when the runner stands again.
    angle = np.radians(5.0)
    tip = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    acc = np.array(run_.sensors[0].measured.acc_sensor_mps2)
    later = run_.time_s > 107.0
    acc[later] = acc[later] @ tip.T
    worn = run_.sensors[0]
    crept = replace(
        run_, sensors=(replace(worn, measured=ImuSignal(run_.rate_hz, acc, worn.measured.gyr_sensor_radps)),)
    )
    moved = standings_of(motion(crept))[-1]
    assert abs(moved.flexion_deg - end.flexion_deg) == pytest.approx(5.0, abs=0.2)
    assert moved.role == "end"


def an_hour(*starts: int, nominal_rate_hz: float | None = 104.0) -> SensorRecording:
    time_s = np.arange(36_000) / 10.0
    hour = sensor_recording(time_s, np.zeros((len(time_s), 3)), None)
    return replace(hour, nominal_rate_hz=nominal_rate_hz, segment_start=np.array([0, *starts]))


START = SharedEvent(at_s=10.0, lag_s=0.007, within_s=0.003, knocks=3, is_jump=False)
END = SharedEvent(at_s=3_590.0, lag_s=0.006, within_s=0.014, knocks=2, is_jump=True)


@pytest.mark.parametrize(
    ("events", "starts", "within_ms"),
    [
        ((), (), 15.0),
        ((replace(START, doubt="differ"),), (), 15.0),
        ((START, END), (), 14.0 + 0.02),
        # 2 ppm over what is left of the hour.
        ((START,), (), 3.0 + 3.59 * 2.0),
        ((START, START), (18_000,), 15.0),
    ],
    ids=["nothing", "doubted", "both ends", "start alone", "link lost"],
)
def test_how_far_clocks_may_be_apart(
    events: tuple[SharedEvent, ...], starts: tuple[int, ...], within_ms: float
) -> None:
    found = clock_facts(an_hour(), tied(an_hour(*starts), events), CONFIG.knocks)
    assert found.within_ms == pytest.approx(within_ms, abs=0.01)
    assert clock_facts(an_hour(*starts), tied(an_hour(), events), CONFIG.knocks).within_ms == found.within_ms


def test_files_without_arrivals_say_nothing_of_their_clocks() -> None:
    file = an_hour(nominal_rate_hz=None)
    assert np.isnan(clock_facts(an_hour(), tied(file), CONFIG.knocks).within_ms)
    assert np.isnan(clock_facts(file, tied(an_hour(), (START,)), CONFIG.knocks).within_ms)


def test_what_was_felt_is_told_in_milliseconds_with_its_place_and_kind() -> None:
    start, end = clock_facts(an_hour(), tied(an_hour(), (START, END)), CONFIG.knocks).knocks
    assert (start.where, start.kind, start.count, start.lag_ms) == ("start", "taps", 3, pytest.approx(7.0))
    assert (end.where, end.kind, end.count, end.within_ms) == ("end", "jumps", 2, pytest.approx(14.0))


def test_steps_tell_how_far_the_clocks_of_files_may_be_apart() -> None:
    steps = ClockEstimate(1800.0, 1.7, 50e-6, 0.011, 3000, 0.8)
    found = clock_facts(an_hour(), tied(an_hour(nominal_rate_hz=None), (), steps), CONFIG.knocks)
    assert found.within_ms == pytest.approx(11.0)
    assert found.steps is not None
    assert (found.steps.count, found.steps.offset_s, found.steps.moved) == (3000, 1.7, True)
    assert found.steps.drift_ppm == pytest.approx(50.0)
