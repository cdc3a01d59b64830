"""The course of the trunk within the stride: against the virtual runner's, and what it leaves out."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.config import AnalysisConfig, ThirdsConfig
from analysis.errors import ReportFileError
from analysis.judging import average_stride as module
from analysis.judging.average_stride import average_stride_of
from analysis.records import AverageStride, Axis, Baseline, MountingShift, StrideEnsemble, StrideTable
from analysis.report_json import from_json, to_json
from analysis.signal.motion import Motion
from analysis.signal.records import Strides
from analysis.signal.stride_ensemble import rows_at_phase, stride_phase
from tests.support import sample_report as sample
from tests.support.sample_report import with_fields
from tests.support.short_runs import STEADY, motion, virtual

CONFIG = ThirdsConfig()
STRIDE_M = 2.0
FRESH = Baseline(
    from_m=0.0, to_m=50.0, flexion_deg=7.0, sd_deg=0.5, speed_mps=3.0, stride_count=25, is_short=True
)
FEW = replace(CONFIG, min_averaged_strides=10)


@pytest.fixture(scope="module")
def trunk() -> Motion:
    return motion(virtual(STEADY))


def judged_table(trunk: Motion, **columns: object) -> StrideTable:
    """Return the running strides of a motion, all judged, the lean 0° and from the middle on 3°."""
    count = len(trunk.strides)
    start_s = trunk.stream.start_s + trunk.strides.start_row / trunk.stream.rate_hz
    filled: dict[str, object] = {
        "activity": np.full(count, "run", dtype=object),
        "side_first": np.full(count, "left", dtype=object),
        "usable": np.ones(count, dtype=bool),
        "judged": np.ones(count, dtype=bool),
        "start_s": start_s,
        "end_s": start_s + 0.7,
        "distance_m": STRIDE_M * np.arange(count),
        "speed_mps": np.full(count, STRIDE_M / 0.7),
        "trunk_flexion_deg": np.full(count, 7.0),
        "trunk_flexion_adj_deg": np.where(np.arange(count) < count // 2, 0.0, 3.0),
        **columns,
    }
    return StrideTable(filled)  # type: ignore[arg-type]


def averaged(
    trunk: Motion,
    table: StrideTable,
    *shifts: MountingShift,
    baseline: Baseline | None = FRESH,
    config: ThirdsConfig = FEW,
) -> AverageStride | None:
    return average_stride_of(trunk, table, baseline, shifts=shifts, config=config)


def test_the_course_within_the_stride_is_the_true_one(trunk: Motion) -> None:
    run, table = virtual(STEADY), judged_table(trunk)
    found = averaged(trunk, table)
    assert found is not None
    row = trunk.strides.start_row[:25, None], trunk.strides.end_row[:25, None]
    at_row = row[0] + np.linspace(0.0, 1.0, len(found.fresh.mean_deg)) * (row[1] - row[0])
    at_s = trunk.stream.start_s + at_row / trunk.stream.rate_hz
    truth_deg = np.interp(at_s, np.arange(len(run.true_flexion_deg)) / run.rate_hz, run.true_flexion_deg)
    course_deg = truth_deg.mean(axis=0)
    np.testing.assert_allclose(found.fresh.mean_deg, course_deg - course_deg[:-1].mean(), atol=0.3)
    assert found.fresh.swing_deg > 3.0


def test_mean_and_scatter_are_those_of_the_strides_however_few_are_taken_at_a_time(
    trunk: Motion, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So large that how strides differ in shape adds nothing to speak of.
    wander = 10.0 * np.random.default_rng(3).normal(size=len(trunk.strides))
    table = judged_table(trunk, trunk_flexion_adj_deg=wander)
    whole = averaged(trunk, table)
    monkeypatch.setattr(module, "_STRIDES_AT_A_TIME", 7)
    parts = averaged(trunk, table)
    assert whole is not None
    assert parts is not None
    assert whole.fresh.stride_count == parts.fresh.stride_count == 25
    np.testing.assert_allclose(whole.fresh.mean_deg, parts.fresh.mean_deg, atol=1e-9)
    np.testing.assert_allclose(whole.fresh.sd_deg, parts.fresh.sd_deg, atol=1e-9)
    assert np.mean(whole.fresh.mean_deg[:-1]) == pytest.approx(wander[:25].mean())
    assert np.mean(whole.fresh.sd_deg) == pytest.approx(wander[:25].std(ddof=1), abs=0.15)


def test_late_stands_above_fresh_by_what_the_lean_grew(trunk: Motion) -> None:
    found = averaged(trunk, judged_table(trunk))
    assert found is not None
    assert found.late is not None
    assert np.mean(found.late.mean_deg) - np.mean(found.fresh.mean_deg) == pytest.approx(3.0, abs=0.1)
    assert found.late.stride_count == pytest.approx(len(trunk.strides) / 3, abs=1)


@settings(max_examples=10, deadline=None)
@given(more_deg=st.floats(-30.0, 30.0))
def test_a_lean_that_is_further_forward_all_along_lifts_the_curve_and_leaves_its_shape(
    trunk: Motion, more_deg: float
) -> None:
    table = judged_table(trunk)
    usual, lifted = (
        averaged(trunk, table.with_columns(trunk_flexion_adj_deg=table["trunk_flexion_adj_deg"] + more))
        for more in (0.0, more_deg)
    )
    assert usual is not None
    assert lifted is not None
    np.testing.assert_allclose(lifted.fresh.mean_deg, np.add(usual.fresh.mean_deg, more_deg), atol=1e-9)
    np.testing.assert_allclose(lifted.fresh.sd_deg, usual.fresh.sd_deg, atol=1e-6)


def test_without_a_gyroscope_or_a_fresh_window_or_with_few_strides_there_is_none(trunk: Motion) -> None:
    table = judged_table(trunk)
    assert averaged(replace(trunk, path=None), table) is None
    assert averaged(trunk, table, baseline=None) is None
    assert averaged(trunk, table, config=replace(FEW, min_averaged_strides=26)) is None
    assert averaged(trunk, judged_table(trunk, judged=np.zeros(len(table), dtype=bool))) is None


def test_nothing_counts_from_a_strap_step_on(trunk: Motion) -> None:
    table = judged_table(trunk)
    step = MountingShift(at_s=float(table["start_s"][60]), at_m=120.0, step_deg=6.0, axis=Axis.FORWARD)
    stepped = averaged(trunk, table, step)
    assert stepped is not None
    assert stepped.late is None
    assert averaged(trunk, table, replace(step, axis=Axis.SIDEWAYS)) == averaged(trunk, table)


def test_strides_of_an_unknown_foot_are_left_out_beside_others_and_told_where_they_are_most(
    trunk: Motion,
) -> None:
    sides = np.where(np.arange(len(trunk.strides)) % 5 == 0, "", "left").astype(object)
    found = averaged(trunk, judged_table(trunk, side_first=sides))
    assert found is not None
    assert (found.opens_left, found.fresh.stride_count) == (True, 20)
    sides[:] = ""
    found = averaged(trunk, judged_table(trunk, side_first=sides))
    assert found is not None
    assert (found.opens_left, found.fresh.stride_count) == (False, 25)


def test_rows_at_a_phase_undo_the_phase_of_rows() -> None:
    two = Strides(
        start_row=np.array([10.0, 21.0]),
        middle_row=np.array([14.0, 27.0]),
        end_row=np.array([21.0, 30.0]),
        bout=np.zeros(2, dtype=np.int64),
        running=np.ones(2, dtype=bool),
    )
    keep = np.ones(2, dtype=bool)
    row, phase = stride_phase(two, keep, 40)
    back = rows_at_phase(two, keep, phase)
    np.testing.assert_allclose(np.where(row < 21, back[0], back[1]), row)
    np.testing.assert_allclose(
        rows_at_phase(two, keep, np.array([0.0, 0.5, 1.0])), [[10, 14, 21], [21, 27, 30]]
    )


@pytest.mark.parametrize(
    ("mean_deg", "sd_deg"),
    [((1.0,), (1.0,)), ((1.0, 2.0), (1.0,)), ((1.0, float("nan")), (1.0, 1.0)), ((1.0, 1e308), (1.0, 1.0))],
)
def test_an_average_that_cannot_be_drawn_is_refused(
    mean_deg: tuple[float, ...], sd_deg: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match="average stride"):
        StrideEnsemble(stride_count=60, mean_deg=mean_deg, sd_deg=sd_deg)


def test_the_default_points_stand_two_hundredths_apart() -> None:
    assert AnalysisConfig().thirds.stride_points == 51


def test_it_is_read_back_from_json_and_a_report_of_an_older_version_has_none() -> None:
    whole = sample.steady_run()
    written = json.loads(to_json(whole))
    assert from_json(json.dumps(written)).evidence.average_stride == whole.evidence.average_stride
    assert json.loads(to_json(with_fields(whole, average_stride=None)))["average_stride"] is None
    del written["average_stride"]
    assert from_json(json.dumps(written)).evidence.average_stride is None


def test_a_damaged_one_is_told_as_such() -> None:
    written = json.loads(to_json(sample.steady_run()))
    written["average_stride"]["fresh"]["sd_deg"].pop()
    with pytest.raises(ReportFileError, match=r"damaged .*51 means, 50 deviations"):
        from_json(json.dumps(written))
