"""A mirrored triad is found out and mended."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.pipeline import analyse
from analysis.session_facts import HANDEDNESS
from analysis.signal.gait import find_gait
from analysis.signal.handedness import Handedness, handedness_of, is_mirrored, to_right_handed
from analysis.signal.motion import motion_of
from analysis.signal.static_periods import find_static_periods
from analysis.signal.timebase import even_stream
from analysis.words import CheckOutcome
from sensor.samples import SensorRecording
from sensor.virtual.runner.gait import STYLES
from sensor.virtual.runner.imu_errors import CONSUMER, loss_mask
from sensor.virtual.runner.plan import run as run_leg
from sensor.virtual.runner.plan import stand
from tests.support import datasets
from tests.support.recordings import sensor_recording
from tests.support.short_runs import OPENING, PLAIN, errors, report, session, trunk_recording, virtual
from tests.support.streams import even, even_gait, no_static_periods

CONFIG = AnalysisConfig()
SHORT = replace(PLAIN, legs=(*OPENING, run_leg(25.0, 3.0), stand(6.0)))
FLIPS = {
    "x": np.array([-1.0, 1.0, 1.0]),
    "y": np.array([1.0, -1.0, 1.0]),
    "z": np.array([1.0, 1.0, -1.0]),
    "all": -np.ones(3),
}


def mirrored(sensor: SensorRecording, flip: np.ndarray) -> SensorRecording:
    """Return what a triad reads one or all of whose axes point the other way."""
    assert sensor.gyr_sensor_radps is not None
    return replace(
        sensor, acc_sensor_mps2=sensor.acc_sensor_mps2 * flip, gyr_sensor_radps=sensor.gyr_sensor_radps * flip
    )


@pytest.mark.parametrize(
    ("style", "flip"), [*(("severe", flip) for flip in FLIPS), *((style, "y") for style in STYLES)]
)
def test_a_mirrored_triad_is_found_out_whichever_axis_is_turned_round(style: str, flip: str) -> None:
    sensor = trunk_recording(virtual(replace(SHORT, style=STYLES[style])))
    assert motion_of(mirrored(sensor, FLIPS[flip]), None, config=CONFIG).mirrored


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_right_handed_triad_is_left_alone(style: str, seed: int) -> None:
    sensor = trunk_recording(virtual(replace(SHORT, style=STYLES[style]), seed))
    assert not motion_of(sensor, None, config=CONFIG).mirrored


@pytest.mark.parametrize("flip", FLIPS)
def test_flexion_from_a_mended_triad_is_the_same(flip: str) -> None:
    run = virtual(PLAIN)
    whole = session(run)
    found = analyse(replace(whole, sensors=(mirrored(whole.sensors[0], FLIPS[flip]),)), CONFIG)
    assert found.session.sensors[0].mirrored
    np.testing.assert_allclose(
        found.strides["trunk_flexion_deg"], report(run).strides["trunk_flexion_deg"], atol=0.05
    )
    assert errors(found.strides, run).rmse < 0.2


def test_mending_twice_is_as_it_was() -> None:
    stream = even_stream(trunk_recording(virtual(PLAIN)), CONFIG.signal)
    again = to_right_handed(to_right_handed(stream))
    np.testing.assert_array_equal(again.acc_sensor_mps2, stream.acc_sensor_mps2)
    np.testing.assert_array_equal(again.gyr_sensor_radps, stream.gyr_sensor_radps)


def test_clipping_and_noise_do_not_make_a_triad_look_mirrored() -> None:
    run = virtual(replace(PLAIN, errors=replace(CONSUMER, acc_range_g=2.0, gyr_noise_degps=2.0)))
    assert not motion_of(trunk_recording(run), None, config=CONFIG).mirrored


def test_the_longest_stretch_is_looked_at_not_the_last() -> None:
    too_short = run_leg(4.0, 3.0)
    legs = (*OPENING, run_leg(25.0, 3.0), stand(6.0), too_short, stand(6.0))
    sensor = trunk_recording(virtual(replace(PLAIN, legs=legs)))
    assert motion_of(mirrored(sensor, FLIPS["y"]), None, config=CONFIG).mirrored


@pytest.mark.parametrize(("every", "judged"), [(100, True), (25, False)])
def test_where_much_is_clipped_a_mirrored_triad_is_not_judged(every: int, judged: bool) -> None:
    sensor = mirrored(trunk_recording(virtual(SHORT)), FLIPS["y"])
    clipped = np.arange(len(sensor.time_s)) % every == 0
    assert motion_of(replace(sensor, clipped=clipped), None, config=CONFIG).mirrored == judged


def test_without_a_gyroscope_handedness_is_not_asked() -> None:
    stream = even(np.ones((500, 3)), None)
    assert not is_mirrored(
        stream,
        find_gait(stream, find_static_periods(stream, CONFIG.rest), config=CONFIG.gait),
        CONFIG.handedness,
    )


@pytest.mark.parametrize("count", [1, 3, 10, 200])
def test_short_or_empty_signals_are_not_called_mirrored(count: int) -> None:
    for acc in (np.zeros((count, 3)), np.ones((count, 3))):
        stream = even(acc, np.zeros((count, 3)))
        gait = find_gait(stream, no_static_periods(), config=CONFIG.gait)
        assert not is_mirrored(stream, gait, CONFIG.handedness)


def test_a_moment_of_free_fall_is_no_division_by_nought() -> None:
    acc = np.zeros((4000, 3))
    acc[:10, 2] = 9.8
    gyr = np.random.default_rng(1).standard_normal((4000, 3))
    assert not is_mirrored(even(acc, gyr), even_gait(100, 3900, 37.0, 4000), CONFIG.handedness)


@pytest.mark.parametrize("seconds", [0.5, 1.5, 3.0, 6.0, 20.0])
@pytest.mark.parametrize("flipped", [False, True])
def test_a_gap_in_the_middle_of_a_run_does_not_turn_a_triad_round(seconds: float, flipped: bool) -> None:
    run = virtual(PLAIN)
    lost = np.abs(run.time_s - 66.0) < seconds / 2
    sensor = trunk_recording(run, lost=lost)
    if flipped:
        sensor = mirrored(sensor, FLIPS["y"])
    assert motion_of(sensor, None, config=CONFIG).mirrored == flipped


def test_gaps_all_the_time_leave_no_stretch_to_judge_by() -> None:
    run = virtual(PLAIN)
    lost = (run.time_s % 6.0 < 1.0) & (run.time_s > 24.0)
    assert not motion_of(trunk_recording(run, lost=lost), None, config=CONFIG).mirrored


@pytest.mark.parametrize("share", [0.05, 0.25])
def test_many_short_gaps_do_not_turn_a_triad_round(share: float) -> None:
    run = virtual(PLAIN)
    for seed in range(2):
        rng = np.random.default_rng(seed)
        lost = loss_mask(len(run.time_s), run.rate_hz, gap_s=0.25, fraction=share, rng=rng)
        assert not motion_of(trunk_recording(run, lost=lost), None, config=CONFIG).mirrored


def test_a_mirrored_triad_is_found_out_through_short_gaps() -> None:
    run = virtual(PLAIN)
    lost = loss_mask(len(run.time_s), run.rate_hz, gap_s=0.1, fraction=0.05, rng=np.random.default_rng(1))
    assert motion_of(mirrored(trunk_recording(run, lost=lost), FLIPS["y"]), None, config=CONFIG).mirrored


def test_a_record_of_nothing_received_is_not_judged() -> None:
    stream = even(np.ones((2000, 3)), np.ones((2000, 3)), present=np.zeros(2000, dtype=bool))
    assert not is_mirrored(
        stream, find_gait(stream, no_static_periods(), config=CONFIG.gait), CONFIG.handedness
    )


def thinned(sensor: SensorRecording, every: int) -> SensorRecording:
    """Return every so manieth sample only."""
    assert sensor.gyr_sensor_radps is not None
    return replace(
        sensor,
        time_s=sensor.time_s[::every],
        acc_sensor_mps2=sensor.acc_sensor_mps2[::every],
        gyr_sensor_radps=sensor.gyr_sensor_radps[::every],
        clipped=sensor.clipped[::every],
    )


@pytest.mark.parametrize("flipped", [False, True])
def test_a_mirrored_triad_is_found_out_at_26_samples_per_second_too(flipped: bool) -> None:
    sensor = thinned(trunk_recording(virtual(PLAIN)), 4)
    found = motion_of(mirrored(sensor, FLIPS["y"]) if flipped else sensor, None, config=CONFIG).handedness
    assert found == Handedness(CheckOutcome.WRONG if flipped else CheckOutcome.RIGHT)


def test_what_is_not_judged_says_why_and_keeps_confidence_from_good() -> None:
    whole = session(virtual(PLAIN))
    found = analyse(replace(whole, sensors=(thinned(whole.sensors[0], 5),)), CONFIG)
    check = found.session.sensors[0].check(HANDEDNESS)
    assert (check.outcome, check.because) == ("not judged", "21 samples per second are too few")
    assert any(check.because in reason for reason in found.outcome.confidence_because)
    assert any(check.because in line.value for line in found.evidence.quality)


def test_a_sensor_that_does_not_turn_is_not_judged() -> None:
    acc = np.tile([0.0, 0.0, 9.8], (4000, 1)) + 0.5 * np.random.default_rng(2).standard_normal((4000, 3))
    rate = 1e-4 * np.random.default_rng(3).standard_normal((4000, 3))
    found = [
        handedness_of(even(acc, sign * rate), even_gait(100, 3900, 37.0, 4000), CONFIG.handedness).outcome
        for sign in (1.0, -1.0)
    ]
    assert CheckOutcome.WRONG not in found
    assert CheckOutcome.NOT_JUDGED in found


@pytest.mark.parametrize("name", datasets.names("fallalld_jog_neck_waist", "*.npz")[::8])
@pytest.mark.parametrize("mended", [True, False])
def test_real_joggers_sensors_at_30_a_second_are_never_judged_wrongly(name: str, mended: bool) -> None:
    imu = datasets.fallalld(name, mended=mended)
    sensor = sensor_recording(imu.time_s, imu.acc_sensor_mps2, imu.gyr_sensor_radps)
    found = motion_of(thinned(sensor, 8), None, config=CONFIG).handedness
    assert found.outcome != (CheckOutcome.WRONG if mended else CheckOutcome.RIGHT)
