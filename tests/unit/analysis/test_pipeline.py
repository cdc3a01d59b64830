"""From a session to a report: what is told, what is withheld, and what is refused."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.config import AnalysisConfig, SegmentConfig
from analysis.errors import NoLapsError, NotEnoughRunningError, SignalError
from analysis.lengths import Split
from analysis.pipeline import analyse
from analysis.records import STRIDE_COLUMNS, Advice, AdviceKind
from analysis.run_report import RunReport
from sensor.samples import FloatArray, Mark, Recording, SensorRecording, WatchRecord
from sensor.session.trim import Trim
from sensor.session.trimmed import trimmed
from sensor.units import STANDARD_GRAVITY_MPS2
from sensor.virtual.runner.gait import SEVERE, STYLES
from sensor.virtual.runner.imu_errors import CONSUMER
from sensor.virtual.runner.plan import (
    UPRIGHT_STERNUM,
    Leg,
    PosturePoint,
    RunPlan,
    StrapSlip,
    Worn,
    run,
    stand,
    walk,
)
from tests.support.knocks import tap_mps2, three_from
from tests.support.recordings import recording, sensor_recording
from tests.support.short_runs import OPENING, PLAIN, errors, report, session, trunk_recording, virtual

CONFIG = AnalysisConfig()
REASONS = {"", "gap", "clipped", "loose", "turn", "burst", "slip"}


def well_formed(found: RunReport) -> None:
    """Hold a report to what every reader of it relies on."""
    table = found.strides
    assert list(table.columns) == list(STRIDE_COLUMNS)
    assert len(table) == found.totals.stride_count >= CONFIG.verdict.min_strides
    assert set(table["activity"]) <= {"run", "walk"}
    assert set(table["usable_because"]) <= REASONS
    assert (table["usable"] == (table["usable_because"] == "")).all()
    assert (np.isfinite(table["trunk_flexion_deg"]) == (table["usable_because"] != "gap")).all()
    assert (table["end_s"] > table["start_s"]).all()
    assert found.outcome.verdict in {"none", "usual", "watch", "slouched"}
    assert (found.outcome.no_verdict_because != "") == (found.outcome.verdict == "none")
    assert found.outcome.confidence in {"good", "fair", "do not trust"}
    assert found.outcome.advice


def test_a_plain_run_is_reported_as_it_was() -> None:
    run_ = virtual(PLAIN)
    found = report(run_, speed="gps")
    well_formed(found)
    assert (found.provenance.method, found.provenance.zero_source) == ("zero-phase", "standing")
    assert found.totals.running_s == pytest.approx(run_.running.sum() / run_.rate_hz, abs=3.0)
    assert found.totals.walking_s == 0.0
    assert found.totals.distance_m == pytest.approx(run_.distance_m[-1], rel=0.02)
    assert found.totals.speed_mps == pytest.approx(3.0, abs=0.15)
    rate_hz = (len(run_.stride_start_s) - 1) / np.ptp(run_.stride_start_s)
    assert found.totals.cadence_spm == pytest.approx(120.0 * rate_hz, rel=0.01)
    assert found.outcome.verdict == "none"
    assert "200 are needed" in found.outcome.no_verdict_because


def test_marked_laps_place_the_strides_and_contradict_what_was_typed() -> None:
    run_ = virtual(PLAIN)
    # The runner presses at every 60 m, having begun on the line, and forgets one.
    at_s = np.interp([60.0, 120.0, 240.0], run_.distance_m, run_.time_s)
    told = replace(
        session(run_),
        marks=tuple(Mark(float(time_s), "lap") for time_s in at_s),
        context={"lap_length_m": 60.0, "typed_distance_m": 300.0},
    )
    found = analyse(told)
    assert found.provenance.distance_source == "laps"
    assert found.totals.distance_m == pytest.approx(run_.distance_m[-1], rel=0.02)
    true_m = np.interp(found.strides["start_s"], run_.time_s, run_.distance_m)
    np.testing.assert_allclose(found.strides["distance_m"], true_m, atol=3.0)
    assert set(found.strides["judged_because"]) <= {"", "no baseline", "unusable"}
    (doubt,) = (line for line in found.outcome.confidence_because if "your laps make" in line.lower())
    assert doubt.endswith("you typed 0.30 km; what your laps make counts.")


def test_laps_are_told_beside_the_kilometres_and_asked_for_in_their_place() -> None:
    run_ = virtual(PLAIN)
    whole = session(run_, speed="gps")
    at_s = np.interp([90.0, 180.0], run_.distance_m, run_.time_s)
    marked = replace(whole, marks=tuple(Mark(float(time_s), "lap") for time_s in at_s))
    in_laps = AnalysisConfig(segments=SegmentConfig(split=Split.LAP))
    found = analyse(marked)
    assert [lap.to_m for lap in found.evidence.laps] == pytest.approx([90.0, 180.0, 244.0], abs=6.0)
    assert {segment.lap for segment in found.evidence.segments} == {0}
    by_lap = analyse(marked, in_laps)
    # As text, for unknown figures are NaN.
    assert repr(by_lap.evidence.segments) == repr(by_lap.evidence.laps) == repr(found.evidence.laps)
    assert (by_lap.strides["flag"] == found.strides["flag"]).all()
    with pytest.raises(NoLapsError, match="no lap was marked"):
        analyse(whole, in_laps)


def test_the_laps_of_a_watch_stand_where_none_was_marked_in_the_recording() -> None:
    run_ = virtual(PLAIN)
    at_s = np.interp([90.0, 180.0], run_.distance_m, run_.time_s)
    watch = WatchRecord("w.fit", "", "", None, (), at_s + 20.0, np.empty((0, 2)), told_start_s=-20.0)
    given = replace(session(run_, speed="gps"), watch=watch)
    assert [lap.to_m for lap in analyse(given).evidence.laps] == pytest.approx([90.0, 180.0, 244.0], abs=6.0)
    marked = analyse(replace(given, marks=(Mark(float(at_s[0]), "lap"),)))
    assert len(marked.evidence.laps) == 2


def test_a_symptom_told_of_the_session_decides_its_advice() -> None:
    told = replace(session(virtual(PLAIN)), context={"symptoms": ["fever"], "pain_during": ["neck 6"]})
    assert analyse(told).outcome.advice == (Advice(AdviceKind.SEE_DOCTOR, "fever"),)


@pytest.mark.parametrize("style", STYLES)
def test_flexion_of_every_style_is_right_without_any_speed(style: str) -> None:
    run_ = virtual(replace(PLAIN, style=STYLES[style]), 5)
    error = errors(report(run_).strides, run_)
    assert error.rmse < 0.35
    assert np.abs(error.flexion).max() < 0.9


@pytest.mark.parametrize("style", STYLES)
def test_the_left_and_right_part_of_flexions_lean_is_right_too(style: str) -> None:
    run_ = virtual(replace(PLAIN, style=STYLES[style]), 5)
    error = errors(report(run_, speed="gps").strides, run_)
    assert abs(np.median(error.lateral)) < 0.3


@pytest.mark.parametrize("rate_hz", [20.0, 52.0, 208.0])
def test_the_rate_of_the_sensor_hardly_matters(rate_hz: float) -> None:
    run_ = virtual(replace(PLAIN, rate_hz=rate_hz))
    assert errors(report(run_).strides, run_).rmse < 0.3


def test_the_same_session_gives_the_same_report_twice_and_survives_a_pipe() -> None:
    one, two = report(virtual(PLAIN)), report(virtual(PLAIN))
    for name in STRIDE_COLUMNS:
        np.testing.assert_array_equal(one.strides[name], two.strides[name])
    copy = pickle.loads(pickle.dumps(one))
    assert copy.outcome.headline == one.outcome.headline
    np.testing.assert_array_equal(copy.strides["trunk_flexion_deg"], one.strides["trunk_flexion_deg"])


def test_a_walk_is_listed_and_never_judged() -> None:
    posture = (PosturePoint(0.0, 6.0), PosturePoint(0.18, 6.0), PosturePoint(0.2, 25.0))
    legs = (*OPENING, run(60.0, 3.0), walk(50.0, 1.5), stand(8.0))
    plan = replace(PLAIN, legs=legs, posture=posture)
    found = report(virtual(plan))
    well_formed(found)
    assert found.totals.walking_s > 30.0
    walking = found.strides["activity"] == "walk"
    assert set(found.strides["flag"][walking]) == {"none"}
    # The lean of the walk, twenty degrees more, is in no figure of the run.
    assert found.totals.flexion_deg < 10.0


def test_a_session_of_walking_is_refused() -> None:
    plan = replace(PLAIN, legs=(*OPENING, walk(60.0, 1.6), stand(8.0)))
    with pytest.raises(NotEnoughRunningError, match="strides of running"):
        report(virtual(plan))


@pytest.mark.parametrize(
    "legs", [(stand(40.0),), (*OPENING, run(6.0, 3.0), stand(8.0))], ids=["stand", "short"]
)
def test_a_session_without_ten_seconds_of_running_is_refused(legs: tuple[Leg, ...]) -> None:
    with pytest.raises(NotEnoughRunningError, match="record a longer run"):
        report(virtual(RunPlan(legs, style=PLAIN.style)))


def test_without_a_standing_nothing_absolute_is_claimed() -> None:
    plan = replace(PLAIN, legs=(run(200.0, 3.0),), posture=(PosturePoint(0.0, 12.0),))
    found = report(virtual(plan))
    well_formed(found)
    assert found.provenance.zero_source == "own baseline"
    # Flexion counts from the run's own start, wherever that was.
    assert abs(found.totals.flexion_deg) < 1.5
    assert found.outcome.confidence != "good"
    assert any("standing" in reason for reason in found.outcome.confidence_because)
    assert np.isnan(found.strides["head_forward_cm"]).all()


def test_a_standing_after_a_run_without_one_before_is_no_zero() -> None:
    found = report(virtual(replace(PLAIN, legs=(run(60.0, 3.0), stand(12.0)))))
    assert found.provenance.zero_source == "own baseline"


def test_losing_most_of_the_run_leaves_no_verdict_and_no_trust() -> None:
    run_ = virtual(PLAIN)
    lost = (run_.time_s % 4.0 < 2.0) & (run_.time_s > 26.0) & (run_.time_s < 100.0)
    found = report(run_, lost=lost)
    well_formed(found)
    assert found.totals.usable_fraction < 0.6
    assert found.outcome.confidence == "do not trust"
    assert found.outcome.verdict == "none"


@pytest.mark.parametrize("range_g", [2.0, 4.0])
def test_a_sensor_of_too_small_a_range_is_not_trusted(range_g: float) -> None:
    style = replace(SEVERE, impact_g=0.4 if range_g == 2.0 else 8.0)
    run_ = virtual(replace(PLAIN, style=style, errors=replace(CONSUMER, acc_range_g=range_g)))
    found = report(run_, acc_range_mps2=range_g * STANDARD_GRAVITY_MPS2)
    assert (found.strides["usable_because"] == "clipped").mean() > 0.5
    assert found.outcome.confidence == "do not trust"
    assert found.outcome.verdict == "none"


def dangling(sensor: SensorRecording, swing_deg: float, hz: float) -> SensorRecording:
    """Return what a sensor reads that truly swings about its own first axis on the body."""
    assert sensor.gyr_sensor_radps is not None
    grown = np.clip((sensor.time_s - 30.0) / 3.0, 0.0, 1.0) * np.clip((100.0 - sensor.time_s) / 3.0, 0.0, 1.0)
    angle = np.radians(swing_deg) * grown * np.sin(2 * np.pi * hz * sensor.time_s)
    c, s = np.cos(angle), np.sin(angle)

    def seen(v: FloatArray) -> FloatArray:
        return np.stack((v[:, 0], c * v[:, 1] + s * v[:, 2], -s * v[:, 1] + c * v[:, 2]), axis=1)

    rate = np.gradient(angle, sensor.time_s)
    gyr = seen(sensor.gyr_sensor_radps)
    gyr[:, 0] += rate
    return replace(sensor, acc_sensor_mps2=seen(sensor.acc_sensor_mps2), gyr_sensor_radps=gyr)


def test_a_dangling_sensor_is_called_loose() -> None:
    whole = session(virtual(PLAIN))
    found = analyse(replace(whole, sensors=(dangling(whole.sensors[0], 30.0, 2.2),)), CONFIG)
    inside = (found.strides["start_s"] > 34.0) & (found.strides["end_s"] < 96.0)
    assert (found.strides["usable_because"][inside] == "loose").mean() > 0.9
    assert found.outcome.confidence == "do not trust"


def test_a_stop_and_a_restart_are_two_stretches_of_one_run() -> None:
    plan = replace(PLAIN, legs=(*OPENING, run(45.0, 3.0), stand(20.0), run(45.0, 3.0), stand(10.0)))
    run_ = virtual(plan)
    found = report(run_, speed="gps")
    well_formed(found)
    error = errors(found.strides, run_)
    assert error.rmse < 0.25
    assert [s.role for s in found.evidence.standings] == ["before", "zero", "seen", "end"]
    pause = np.diff(found.strides["start_s"]).max()
    assert pause == pytest.approx(20.0, abs=4.0)


def test_a_trunk_sensor_is_needed() -> None:
    whole = session(virtual(replace(PLAIN, wear=(Worn("head"),))))
    with pytest.raises(
        SignalError, match=r"no trunk sensor \(worn: head\); wear one as sternum or upper-back"
    ):
        analyse(whole, CONFIG)
    with pytest.raises(SignalError, match="worn: none"):
        analyse(replace(whole, sensors=()), CONFIG)


def test_the_breast_bone_comes_before_the_upper_back_where_both_are_worn() -> None:
    run_ = virtual(replace(PLAIN, wear=(Worn("upper-back"), Worn("sternum"))))
    found = report(run_)
    alone = report(virtual(replace(PLAIN, wear=(Worn("sternum"),))))
    np.testing.assert_allclose(
        found.strides["trunk_flexion_deg"], alone.strides["trunk_flexion_deg"], atol=1e-6
    )
    assert {s.placement for s in found.session.sensors} == {"upper-back", "sternum"}


@pytest.mark.parametrize("placement", ["head", "sacrum"])
@pytest.mark.parametrize("rate_hz", [15.5, 20.0, 104.0])
def test_a_second_sensor_may_have_a_rate_of_its_own(placement: str, rate_hz: float) -> None:
    run_ = virtual(replace(PLAIN, wear=(Worn("sternum"), Worn(placement))))
    whole = session(run_)
    trunk, other = whole.sensors
    assert other.gyr_sensor_radps is not None
    every = np.arange(0.0, other.time_s[-1], 1.0 / rate_hz)

    def slower(values: FloatArray) -> FloatArray:
        return np.stack([np.interp(every, other.time_s, v) for v in values.T], axis=1)

    slow = sensor_recording(
        every, slower(other.acc_sensor_mps2), slower(other.gyr_sensor_radps), placement=placement
    )
    for sensors in ((trunk, slow), (replace(slow, placement="sternum"), replace(trunk, placement=placement))):
        well_formed(analyse(replace(whole, sensors=sensors), CONFIG))


def chest_and_head(late_s: float, *, knocked: bool) -> Recording:
    """Return a session in which the head's clock is late, with taps at both ends or without."""
    whole = session(virtual(replace(PLAIN, wear=(UPRIGHT_STERNUM, Worn("head")))))
    taps_s = np.concatenate((three_from(2.0, 0.7), three_from(109.0, 0.7))) if knocked else np.zeros(0)
    sensors = []
    for sensor in whole.sensors:
        acc = sensor.acc_sensor_mps2 + tap_mps2(sensor.time_s, taps_s)[:, None] * (0.6, 0.0, 0.8)
        sensors.append(replace(sensor, acc_sensor_mps2=acc, nominal_rate_hz=104.0))
    sensors[1] = replace(sensors[1], time_s=sensors[1].time_s + late_s)
    return replace(whole, sensors=tuple(sensors))


def test_shared_taps_bring_a_late_head_sensor_onto_the_chests_clock() -> None:
    on_time, late = (analyse(chest_and_head(late_s, knocked=True), CONFIG) for late_s in (0.0, 0.014))
    chest, head = late.session.sensors
    assert chest.clock is None
    assert head.clock is not None
    assert [(k.where, k.kind) for k in head.clock.knocks] == [("start", "taps"), ("end", "taps")]
    assert head.clock.within_ms < 5.0
    assert [k.lag_ms for k in head.clock.knocks] == pytest.approx([14.0, 14.0], abs=1.0)
    (line,) = (q for q in late.evidence.quality if q.what == "Clocks of sternum and head")
    assert line.value == "agree within 3 ms (taps at start and end)"
    for column in ("head_pitch_deg", "neck_flexion_deg"):
        np.testing.assert_allclose(late.strides[column], on_time.strides[column], atol=0.02)


def test_without_shared_taps_clocks_are_left_alone_and_it_is_said() -> None:
    found = analyse(chest_and_head(0.014, knocked=False), CONFIG)
    (line,) = (q for q in found.evidence.quality if q.what.startswith("Clocks"))
    assert line.value == "agree within about 15 ms (no shared tap found)"
    assert (line.grade, line.advice) == ("good", "")


def test_a_single_sensor_has_no_clock_to_agree_with() -> None:
    assert not any(line.what.startswith("Clocks") for line in report(virtual(PLAIN)).evidence.quality)


@pytest.mark.parametrize("what", ["head", "sacrum"])
def test_a_bad_second_sensor_is_left_out_and_named(what: str) -> None:
    run_ = virtual(replace(PLAIN, wear=(Worn("sternum"), Worn(what))))
    whole = session(run_)
    dead = replace(whole.sensors[1], acc_sensor_mps2=np.zeros_like(whole.sensors[1].acc_sensor_mps2))
    found = analyse(replace(whole, sensors=(whole.sensors[0], dead)), CONFIG)
    well_formed(found)
    assert [facts.placement for facts in found.session.sensors] == ["sternum"]
    assert any(what in notice and "never changes" in notice for notice in found.session.notices)
    assert np.isnan(found.strides["neck_flexion_deg"]).all()


def test_without_a_gyroscope_the_ends_of_a_bout_are_not_trusted() -> None:
    whole = session(virtual(PLAIN))
    bare = replace(whole.sensors[0], gyr_sensor_radps=None)
    strides = analyse(replace(whole, sensors=(bare,)), CONFIG).strides
    running = strides["activity"] == "run"
    start_s, end_s = strides["start_s"][running], strides["end_s"][running]
    edge = (start_s < start_s[0] + 5.0) | (end_s > end_s[-1] - 5.0)
    assert not strides["usable"][running][edge].any()
    assert strides["usable"][running][~edge].mean() > 0.9


def _broken(sensor: SensorRecording, how: str) -> SensorRecording:
    assert sensor.gyr_sensor_radps is not None
    nothing = np.full_like(sensor.acc_sensor_mps2, np.nan)
    holed = np.array(sensor.gyr_sensor_radps)
    holed[9, 1] = np.nan
    back = np.array(sensor.time_s)
    back[500:] -= 1.0
    ways: dict[str, SensorRecording] = {
        "all NaN": replace(sensor, acc_sensor_mps2=nothing),
        "gyroscope all NaN": replace(sensor, gyr_sensor_radps=nothing),
        "one NaN": replace(sensor, gyr_sensor_radps=holed),
        "constant": replace(sensor, acc_sensor_mps2=np.ones_like(nothing)),
        "backwards": replace(sensor, time_s=sensor.time_s[::-1].copy()),
        "step back": replace(sensor, time_s=back),
        "milliseconds": replace(sensor, time_s=sensor.time_s * 1000.0),
        "dead gyroscope": replace(sensor, gyr_sensor_radps=np.zeros_like(nothing)),
        "degrees": replace(sensor, gyr_sensor_radps=np.degrees(sensor.gyr_sensor_radps) * 3.0),
    }  # fmt: skip
    return ways[how]


@pytest.mark.parametrize(
    "how",
    [
        "all NaN",
        "gyroscope all NaN",
        "one NaN",
        "constant",
        "backwards",
        "step back",
        "milliseconds",
        "dead gyroscope",
        "degrees",
    ],
)
def test_a_broken_signal_is_refused_in_one_line_that_names_the_sensor(how: str) -> None:
    whole = session(virtual(PLAIN))
    with pytest.raises(SignalError) as caught:
        analyse(replace(whole, sensors=(_broken(whole.sensors[0], how),)), CONFIG)
    assert "sternum" in str(caught.value)
    assert "\n" not in str(caught.value)


@st.composite
def signals(draw: st.DrawFn) -> SensorRecording:
    """Draw what a sensor might deliver that is worn by nobody, badly, or not at all."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rate_hz = draw(st.sampled_from([20.0, 33.3, 104.0, 208.0, 1000.0]))
    count = draw(st.integers(0, round(min(40.0, 8000.0 / rate_hz) * rate_hz)))
    time_s = np.arange(count) / rate_hz
    acc = rng.normal([0.0, 0.0, 9.8], draw(st.sampled_from([0.0, 0.01, 1.0, 30.0])), (count, 3))
    swing = np.cos(2 * np.pi * draw(st.floats(0.5, 5.0)) * time_s)
    kind = draw(st.sampled_from(["noise", "steps", "saturated", "square", "burst", "spike", "tiny", "fall"]))
    if kind == "steps":
        acc[:, 2] += draw(st.floats(0.0, 20.0)) * swing
    elif kind == "saturated":
        acc = np.clip(acc + 30.0 * swing[:, None], -19.6, 19.6)
    elif kind == "square":
        acc[:, 2] = np.where(swing > 0, 156.0, -156.0)
    elif kind == "burst":
        acc[: count // 2, 2] += 12.0 * swing[: count // 2]
    elif kind == "spike":
        acc = np.zeros((count, 3))
        acc[count // 2 : count // 2 + 1] = 1.0
    elif kind == "tiny":
        acc *= 1e-150
    elif kind == "fall":
        acc[count // 3 :] = 0.0
    turning = draw(st.sampled_from(["none", "still", "noise", "spin"]))
    gyr = {
        "none": None,
        "still": np.zeros((count, 3)),
        "noise": rng.normal(0.0, 3.0, (count, 3)),
        "spin": np.tile([0.0, 0.0, 34.9], (count, 1)),
    }[turning]
    lost = rng.random(count) < draw(st.sampled_from([0.0, 0.05, 0.3]))
    if draw(st.booleans()) and count > 200:
        lost[count // 3 : draw(st.integers(count // 3, count - 2))] = True
    lost[-1:] = False
    return _unchecked(time_s, acc, gyr, lost)


def _unchecked(
    time_s: FloatArray, acc: FloatArray, gyr: FloatArray | None, lost: np.ndarray
) -> SensorRecording:
    template = trunk_recording(virtual(PLAIN))
    keep = ~lost
    return replace(
        template,
        time_s=time_s[keep],
        acc_sensor_mps2=acc[keep],
        gyr_sensor_radps=None if gyr is None else gyr[keep],
        clipped=np.abs(acc[keep]).max(axis=1, initial=0.0) > 150.0,
    )


@settings(max_examples=60, deadline=None)
@given(signals())
def test_whatever_a_sensor_delivers_is_refused_in_words_or_reported_well_formed(
    sensor: SensorRecording,
) -> None:
    whole = replace(session(virtual(PLAIN)), sensors=(sensor,))
    try:
        found = analyse(whole, CONFIG)
    except (SignalError, NotEnoughRunningError) as refused:
        words = str(refused)
    else:
        words = ""
        well_formed(found)
        used = found.strides["usable"] & (found.strides["activity"] == "run")
        # A bounce along gravity may pass for running; a saturated sensor never.
        assert not (sensor.clipped.mean() > 0.5 and used.any())
    assert "\n" not in words
    assert words == "" or len(words) > 20


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.25), st.floats(0.02, 1.5))
def test_any_pattern_of_loss_leaves_what_is_used_right(seed: int, share: float, gap_s: float) -> None:
    run_ = virtual(PLAIN)
    rng = np.random.default_rng(seed)
    width = max(round(gap_s * run_.rate_hz), 1)
    begins = np.flatnonzero(rng.random(len(run_.time_s)) < share / width)
    lost = np.zeros(len(run_.time_s), dtype=bool)
    for begin in begins:
        lost[begin : begin + width] = True
    lost[[0, -1]] = False
    try:
        found = report(run_, lost=lost)
    except NotEnoughRunningError:
        return
    well_formed(found)
    if found.provenance.zero_source == "standing" and found.totals.usable_fraction > 0.3:
        assert errors(found.strides, run_).rmse < 1.5


def test_recordings_need_no_file_to_be_analysed() -> None:
    found = analyse(recording(trunk_recording(virtual(PLAIN))))
    assert found.session.name == "arrays"
    assert found.provenance.config_hash == CONFIG.hash()


def test_a_slip_of_the_strap_is_told_as_a_step_where_it_happened() -> None:
    plan = replace(
        PLAIN,
        legs=(*OPENING, run(400.0, 3.0), stand(10.0)),
        posture=(PosturePoint(0.0, 8.0),),
        slips=(StrapSlip(0.7, 6.0),),
    )
    found = report(virtual(plan), speed="gps")
    assert len(found.evidence.mounting_shifts) == 1
    step = found.evidence.mounting_shifts[0]
    assert step.at_m == pytest.approx(700.0, abs=20.0)
    assert step.step_deg == pytest.approx(6.0, abs=0.5)
    assert found.outcome.confidence != "good"


@pytest.mark.parametrize(("fold_deg", "verdict"), [(0.0, "usual"), (6.0, "slouched")])
def test_a_fold_from_km_three_is_flagged_from_km_three_and_steady_posture_never(
    fold_deg: float, verdict: str
) -> None:
    plan = replace(
        PLAIN,
        legs=(*OPENING, run(1500.0, 3.0), stand(10.0)),
        posture=(PosturePoint(2.9, 7.0), PosturePoint(3.1, 7.0 + fold_deg)),
    )
    found = report(virtual(plan), speed="gps")
    well_formed(found)
    assert found.outcome.verdict == verdict
    slouches = [episode for episode in found.evidence.episodes if episode.flag == "slouched"]
    assert len(slouches) == (1 if fold_deg else 0)
    if slouches:
        assert slouches[0].from_m == pytest.approx(3050.0, abs=120.0)
        assert slouches[0].depth_deg == pytest.approx(6.0, abs=0.5)


def test_a_session_whose_end_was_cut_gives_the_figures_of_one_that_ended_there() -> None:
    run_ = virtual(PLAIN)
    whole, rows = session(run_), round(110.0 * run_.rate_hz)
    cut = trimmed(whole, Trim(end_s=float(whole.sensors[0].time_s[rows - 1])))
    one, other = analyse(cut), analyse(session(run_, rows=slice(rows)))
    for column in ("start_s", "end_s", "trunk_flexion_deg", "distance_m"):
        np.testing.assert_array_equal(one.strides[column], other.strides[column])
    assert len(one.strides) > 30
    assert one.session.duration_s == pytest.approx(110.0, abs=0.1)
