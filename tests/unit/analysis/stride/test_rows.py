"""The stride table from the motion of every sensor worn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.errors import NotEnoughRunningError
from analysis.pipeline import analyse
from analysis.records import STRIDE_COLUMNS, StrideTable
from analysis.signal.motion import motion_of
from analysis.signal.records import Strides
from analysis.stride.rows import stride_table
from analysis.words import HeadingDoubt
from sensor.samples import FloatArray, SensorRecording
from sensor.virtual.runner.gait import SEVERE, GaitStyle
from sensor.virtual.runner.plan import PosturePoint, RunPlan, Worn, run, stand
from sensor.virtual.runner.simulation import VirtualRun
from tests.bench.scoring import stride_means
from tests.support.recordings import recording
from tests.support.short_runs import OPENING, PLAIN, motion, report, session, true_zero_rows, virtual

CONFIG = AnalysisConfig()
THREE = RunPlan(
    (*OPENING, run(100.0, 3.0), stand(10.0)),
    posture=(PosturePoint(0.0, 7.0, 5.0, 3.0), PosturePoint(0.3, 11.0, 16.0, 4.0)),
    style=PLAIN.style,
    wear=(
        Worn("sternum", (0.36, -0.46, -0.70, 0.41)),
        Worn("head", (0.5, 0.5, -0.5, 0.5)),
        Worn("sacrum", (0.0, 1.0, 0.0, 0.0)),
    ),
)  # fmt: skip


def truth_deg(run_: VirtualRun, placement: str, table: StrideTable) -> FloatArray:
    """Return the true stride means of a body part's pitch, zero in the standing before the run."""
    pitch = run_.sensor(placement).pitch_deg
    rows_s = np.stack((table["start_s"], table["end_s"]), axis=1)
    return np.asarray(stride_means(pitch - pitch[true_zero_rows(run_)].mean(), run_.rate_hz, rows_s))


def rmse(error: FloatArray) -> float:
    return float(np.sqrt(np.nanmean(error**2)))


@pytest.mark.parametrize("style", [PLAIN.style, SEVERE], ids=["everyday", "severe"])
@pytest.mark.parametrize("seed", [1, 2])
def test_neck_flexion_from_two_sensors_is_right_to_fifteen_hundredths(style: GaitStyle, seed: int) -> None:
    run_ = virtual(replace(THREE, style=style), seed)
    table = report(run_).strides
    used = table["usable"]
    true = truth_deg(run_, "head", table) - truth_deg(run_, "sternum", table)
    assert rmse((table["neck_flexion_deg"] - true)[used]) <= 0.15
    assert used.mean() > 0.85


def test_head_and_sacrum_pitch_are_those_of_the_body_parts() -> None:
    run_ = virtual(THREE)
    table = report(run_, speed="gps").strides
    assert rmse(table["head_pitch_deg"] - truth_deg(run_, "head", table)) < 0.25
    assert rmse(table["sacrum_pitch_deg"] - truth_deg(run_, "sacrum", table)) < 0.25
    np.testing.assert_allclose(
        table["upper_trunk_minus_sacrum_deg"], table["trunk_flexion_deg"] - table["sacrum_pitch_deg"]
    )
    np.testing.assert_allclose(
        table["neck_flexion_deg"], table["head_pitch_deg"] - table["trunk_flexion_deg"]
    )
    assert set(table["head_source"]) == {"head sensor"}


def test_without_other_sensors_their_columns_are_empty() -> None:
    table = report(virtual(PLAIN)).strides
    for column in ("sacrum_pitch_deg", "upper_trunk_minus_sacrum_deg", "head_pitch_deg", "neck_flexion_deg"):
        assert np.isnan(table[column]).all()
    assert set(table["head_source"]) == {"trunk model"}


def _cut(sensor: SensorRecording, rows: slice, later_s: float = 0.0) -> SensorRecording:
    assert sensor.gyr_sensor_radps is not None
    return replace(
        sensor,
        time_s=sensor.time_s[rows] + later_s,
        acc_sensor_mps2=sensor.acc_sensor_mps2[rows],
        gyr_sensor_radps=sensor.gyr_sensor_radps[rows],
        clipped=sensor.clipped[rows],
    )


def test_sensors_that_began_at_different_times_lie_on_one_time_line() -> None:
    run_ = virtual(THREE)
    whole = session(run_)
    trunk, head, sacrum = whole.sensors
    late = replace(whole, sensors=(trunk, _cut(head, slice(433, None)), sacrum))
    expected, found = report(run_).strides, analyse(late, CONFIG).strides
    np.testing.assert_allclose(found["head_pitch_deg"], expected["head_pitch_deg"], atol=0.1)


def test_where_the_head_sensor_was_not_recording_its_pitch_is_unknown() -> None:
    run_ = virtual(THREE)
    whole = session(run_)
    trunk, head, _ = whole.sensors
    stopped = analyse(replace(whole, sensors=(trunk, _cut(head, slice(0, 80 * 104)))), CONFIG).strides
    after = stopped["end_s"] > 80.0
    assert np.isnan(stopped["head_pitch_deg"][after]).all()
    assert np.isfinite(stopped["head_pitch_deg"][stopped["end_s"] < 79.0]).all()
    assert np.isfinite(stopped["trunk_flexion_deg"]).all()


def test_where_the_head_sensor_lost_much_its_pitch_is_unknown() -> None:
    run_ = virtual(THREE)
    whole = session(run_)
    trunk, head, _ = whole.sensors
    kept = (head.time_s < 60.0) | (head.time_s > 64.0)
    assert head.gyr_sensor_radps is not None
    torn = replace(
        head,
        time_s=head.time_s[kept],
        acc_sensor_mps2=head.acc_sensor_mps2[kept],
        gyr_sensor_radps=head.gyr_sensor_radps[kept],
        clipped=head.clipped[kept],
    )
    table = analyse(replace(whole, sensors=(trunk, torn)), CONFIG).strides
    inside = (table["start_s"] > 60.0) & (table["end_s"] < 64.0)
    assert inside.sum() >= 4
    assert np.isnan(table["head_pitch_deg"][inside]).all()
    outside = (table["end_s"] < 59.0) | (table["start_s"] > 66.0)
    expected = report(run_).strides["head_pitch_deg"]
    assert np.nanmax(np.abs(table["head_pitch_deg"] - expected)[outside]) < 0.6


def test_of_a_stride_the_head_sensor_may_lose_a_quarter_and_no_more() -> None:
    sensors = session(virtual(THREE)).sensors
    trunk = motion_of(sensors[0], None, config=CONFIG)
    head = motion_of(sensors[1], None, config=CONFIG, trunk=trunk)
    present = head.stream.present.copy()
    starts_s = trunk.stream.start_s + trunk.strides.start_row / trunk.stream.rate_hz
    for stride, share in ((40, 0.30), (60, 0.20)):
        first, last = head.stream.rows_at(starts_s[stride : stride + 2])
        present[int(first) + 1 : int(first) + 1 + round(share * (last - first))] = False
    torn = replace(head, stream=replace(head.stream, present=present))
    table = stride_table(trunk, {"head": torn}, speed_known=False, context={}, config=CONFIG)
    assert np.flatnonzero(np.isnan(table["head_pitch_deg"])).tolist() == [40]


def test_a_head_sensor_without_a_gyroscope_claims_no_angle() -> None:
    whole = session(virtual(THREE))
    trunk, head, _ = whole.sensors
    table = analyse(replace(whole, sensors=(trunk, replace(head, gyr_sensor_radps=None))), CONFIG).strides
    assert np.isnan(table["head_pitch_deg"]).all()
    assert np.isnan(table["neck_flexion_deg"]).all()
    assert set(table["head_source"]) == {"trunk model"}
    assert np.isfinite(table["trunk_flexion_deg"]).all()


def test_without_a_gyroscope_only_the_ends_of_a_bout_are_taken_for_bursts() -> None:
    (sensor, *_) = session(virtual(THREE)).sensors
    trunk = motion_of(replace(sensor, gyr_sensor_radps=None), None, config=CONFIG)
    table = stride_table(trunk, {}, speed_known=False, context={}, config=CONFIG)
    assert len(set(trunk.strides.bout.tolist())) == 1
    edge_s = CONFIG.posture.accelerometer_edge_s
    since_s, until_s = table["start_s"] - table["start_s"][0], table["end_s"][-1] - table["end_s"]
    beside = (since_s < edge_s) | (until_s < edge_s)
    assert 6 < beside.sum() < len(table) / 2
    assert table["usable"].tolist() == (~beside).tolist()
    assert "burst" in table["usable_because"][beside]


def test_every_column_is_there_in_order_and_of_its_kind() -> None:
    table = report(virtual(PLAIN)).strides
    assert list(table.columns) == list(STRIDE_COLUMNS)
    assert table["stride"].tolist() == list(range(len(table)))
    assert (np.diff(table["start_s"]) > 0).all()
    assert (table["end_s"] > table["start_s"]).all()
    np.testing.assert_allclose(table["cadence_spm"], 120.0 / (table["end_s"] - table["start_s"]))


def test_walking_strides_are_listed_as_walking() -> None:
    legs = (*OPENING, *(PLAIN.legs[3:4]), replace(run(30.0, 1.5), activity="walk"), stand(8.0))
    table = report(virtual(replace(PLAIN, legs=legs))).strides
    assert set(table["activity"]) == {"run", "walk"}
    assert (table["start_s"][table["activity"] == "walk"] > 100.0).all()


def test_a_session_without_strides_has_an_empty_well_formed_table() -> None:
    still = motion_of(session(virtual(RunPlan((stand(30.0),)))).sensors[0], None, config=CONFIG)
    table = stride_table(still, {"sternum": still}, speed_known=False, context={}, config=CONFIG)
    assert len(table) == 0
    assert list(table.columns) == list(STRIDE_COLUMNS)


def test_a_single_stride_is_a_table_of_one() -> None:
    found = motion(virtual(PLAIN))
    strides, only = found.strides, slice(20, 21)
    single = Strides(
        start_row=strides.start_row[only],
        middle_row=strides.middle_row[only],
        end_row=strides.end_row[only],
        bout=strides.bout[only],
        running=strides.running[only],
    )
    whole = stride_table(found, {}, speed_known=False, context={}, config=CONFIG)
    table = stride_table(replace(found, strides=single), {}, speed_known=False, context={}, config=CONFIG)
    assert len(table) == 1
    assert list(table.columns) == list(STRIDE_COLUMNS)
    for column in ("start_s", "end_s", "cadence_spm", "trunk_flexion_deg", "side_first"):
        assert table[column][0] == whole[column][20]


def test_hardly_two_seconds_of_running_hold_no_stride() -> None:
    sensor = _cut(session(virtual(PLAIN)).sensors[0], slice(40 * 104, 40 * 104 + 170))
    found = motion_of(sensor, None, config=CONFIG)
    table = stride_table(found, {"sternum": found}, speed_known=False, context={}, config=CONFIG)
    assert len(table) == 0
    assert list(table.columns) == list(STRIDE_COLUMNS)
    with pytest.raises(NotEnoughRunningError, match="strides of running"):
        analyse(recording(sensor), CONFIG)


@pytest.mark.parametrize(
    ("placement", "columns"),
    [
        ("head", ("head_pitch_deg", "neck_flexion_deg")),
        ("sacrum", ("sacrum_pitch_deg", "upper_trunk_minus_sacrum_deg")),
    ],
)
def test_a_sensor_whose_heading_is_in_doubt_gives_no_angles_and_the_report_says_why(
    placement: str, columns: tuple[str, str]
) -> None:
    whole = session(virtual(THREE))
    worn = whole.sensor(placement)
    assert worn is not None
    blind = replace(worn, gyr_sensor_radps=None)
    found = analyse(replace(whole, sensors=(whole.sensors[0], blind)), CONFIG)
    for column in columns:
        assert np.isnan(found.strides[column]).all()
    (told,) = (notice for notice in found.session.notices if placement in notice)
    assert told == f"The sensor at {placement} gives no angles: {HeadingDoubt.NO_GYROSCOPE}."
