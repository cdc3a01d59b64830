"""Holes in the data: nothing is counted, timed or measured in one that is too long to be filled."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.errors import NotEnoughRunningError
from analysis.pipeline import analyse
from analysis.report.tables import to_csv
from analysis.report_json import to_json
from analysis.run_report import RunReport
from analysis.signal.records import Strides
from analysis.signal.strides import received_strides
from sensor.samples import BoolArray
from sensor.virtual.runner.plan import RunPlan, Worn, run, stand
from tests.support.recordings import recording, sensor_recording
from tests.support.short_runs import OPENING, PLAIN, errors, report, virtual
from tests.support.streams import even, even_strides

CONFIG = AnalysisConfig()
STARTED_S = 33.0
"""Until then the virtual runner speeds up, which a short frame takes for a lean, hole or not."""
MEASURED = (
    "trunk_flexion_deg",
    "trunk_flexion_rom_deg",
    "trunk_lateral_deg",
    "trunk_rotation_rom_deg",
    "vertical_oscillation_cm",
    "head_forward_cm",
)


def lost_at(time_s: np.ndarray, holes: list[tuple[float, float]]) -> BoolArray:
    """Return (n,) true in holes, each a start and a length in seconds; the first and last sample stay."""
    lost = np.zeros(len(time_s), dtype=bool)
    for start_s, length_s in holes:
        lost |= (time_s >= start_s) & (time_s < start_s + length_s)
    lost[[0, -1]] = False
    return lost


def overlaps(found: RunReport, start_s: float, end_s: float) -> BoolArray:
    table = found.strides
    return np.asarray((table["start_s"] < end_s) & (table["end_s"] > start_s))


def agrees_with_its_exports(found: RunReport) -> None:
    table = found.strides
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    told = json.loads(to_json(found))
    seconds = (table["end_s"] - table["start_s"])[table["activity"] == "run"].sum()
    assert len(rows) == len(table) == found.totals.stride_count == told["stride_count"]
    assert found.totals.running_s == pytest.approx(seconds)
    assert told["running_s"] == pytest.approx(seconds, abs=0.1)
    empty = [row["trunk_flexion_deg"] == "" for row in rows]
    assert empty == np.isnan(table["trunk_flexion_deg"]).tolist()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.floats(28.0, 95.0), st.floats(0.05, 12.0)), min_size=1, max_size=6))
def test_no_hole_longer_than_half_a_stride_holds_a_stride(holes: list[tuple[float, float]]) -> None:
    run_ = virtual(PLAIN)
    lost = lost_at(run_.time_s, holes)
    try:
        found = report(run_, lost=lost)
    except NotEnoughRunningError:
        return
    table = found.strides
    edges = np.flatnonzero(np.diff(lost.astype(np.int8)))
    for before, last in edges.reshape(-1, 2):
        touched = overlaps(found, run_.time_s[before + 1], run_.time_s[last])
        longest = (last - before) / run_.rate_hz / (table["end_s"] - table["start_s"])[touched]
        assert (longest <= CONFIG.posture.gap_strides).all()
    gap = table["usable_because"] == "gap"
    for name in MEASURED:
        np.testing.assert_array_equal(np.isnan(table[name]), gap, err_msg=name)
    off = errors(table, run_)
    settled = off.start_s > STARTED_S
    if found.provenance.zero_source == "standing" and settled.any():
        assert np.abs(off.flexion[settled]).max() < 4.0
    agrees_with_its_exports(found)


@pytest.mark.parametrize("gyroscope", [True, False])
def test_strides_beside_a_long_hole_stay_running_and_right(gyroscope: bool) -> None:
    run_ = virtual(PLAIN)
    found = report(run_, lost=lost_at(run_.time_s, [(50.0, 20.0)]), gyroscope=gyroscope)
    whole = report(run_, gyroscope=gyroscope)
    expected_s = whole.totals.running_s - 20.0
    assert not overlaps(found, 50.0, 70.0).any()
    assert found.totals.walking_s == 0.0
    assert expected_s - 3.0 < found.totals.running_s <= expected_s
    assert set(found.strides["usable_because"][overlaps(found, 40.0, 80.0)]) <= {"", "burst"}
    assert np.abs(errors(found.strides, run_).flexion).max() < (1.5 if gyroscope else 4.5)
    agrees_with_its_exports(found)


def test_short_losses_are_filled_and_no_stride_is_missing() -> None:
    run_ = virtual(PLAIN)
    found = report(run_, lost=lost_at(run_.time_s, [(40.0 + 3.0 * k, 0.3) for k in range(15)]))
    assert found.totals.stride_count == report(run_).totals.stride_count


def test_feet_are_told_apart_across_a_loss_of_a_second() -> None:
    run_ = virtual(PLAIN)
    found = report(run_, lost=lost_at(run_.time_s, [(40.0 + 6.0 * k, 1.0) for k in range(8)]))
    assert set(found.strides["side_first"]) == {"left"}


@pytest.mark.parametrize(("rows", "left_out"), [(36, []), (38, [10])])
def test_only_the_strides_that_a_long_loss_touches_are_left_out(rows: int, left_out: list[int]) -> None:
    stream_rows, stride_rows = 3000, 74.0
    present = np.ones(stream_rows, dtype=bool)
    present[750 : 750 + rows] = False
    stream = even(np.zeros((stream_rows, 3)), None, present=present)
    strides = even_strides(0.0, stride_rows, 40)
    kept: Strides = received_strides(strides, stream, 0.5)
    np.testing.assert_array_equal(kept.start_row, np.delete(strides.start_row, left_out))


def test_a_hole_of_the_head_sensor_leaves_neck_unknown_and_trunk_known() -> None:
    plan = RunPlan(
        (*OPENING, run(60.0, 3.0), stand(10.0)),
        style=PLAIN.style,
        wear=(Worn("sternum", (0.36, -0.46, -0.70, 0.41)), Worn("head", (0.5, 0.5, -0.5, 0.5))),
    )
    run_ = virtual(plan)
    lost = lost_at(run_.time_s, [(50.0, 0.5), (60.0, 5.0)])
    worn = [
        sensor_recording(
            run_.time_s,
            sensor.measured.acc_sensor_mps2,
            sensor.measured.gyr_sensor_radps,
            placement=sensor.placement,
            lost=lost if sensor.placement == "head" else None,
        )
        for sensor in run_.sensors
    ]
    found = analyse(recording(*worn), CONFIG)
    table = found.strides
    inside = overlaps(found, 50.02, 50.48) | overlaps(found, 60.02, 64.98)
    assert inside.sum() >= 8
    assert np.isnan(table["neck_flexion_deg"][inside]).all()
    assert np.isfinite(table["trunk_flexion_deg"]).all()
    assert np.isfinite(table["neck_flexion_deg"]).sum() > 60
