"""The copy of a watch's file: the posture at the right records, all else as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.errors import ExportError
from analysis.export.watch_copy import watch_copy
from analysis.run_report import RunReport
from analysis.words import ZeroSource
from sensor.errors import ImportFileError
from sensor.importers.watch.fit import read_fit
from sensor.samples import FloatArray
from sensor.virtual.devices.watch import WatchHabits, watch_file, watch_records
from tests.support import sample_report as sample
from tests.support import short_runs
from tests.support.fit_bytes import FILE_ID, fit_file
from tests.support.fit_readers import by_fitdecode, column
from tests.support.sample_report import with_fields

HABITS = WatchHabits(offset_s=37.4, drift_ppm=200.0, home_deg=(50.0, 8.0), auto_pause=True)
"""A clock that is a little more than half a minute ahead."""


@pytest.fixture(scope="module")
def report() -> RunReport:
    """The report of eighty seconds of running."""
    return short_runs.report(short_runs.virtual(short_runs.PLAIN))


@pytest.fixture(scope="module")
def watch() -> bytes:
    """The file of a watch worn on that run."""
    return watch_file(short_runs.virtual(short_runs.PLAIN), HABITS)


def told(content: bytes, name: str) -> FloatArray:
    return np.array(column(by_fitdecode(content), "record", name), dtype=float)


def test_the_posture_of_each_second_is_that_of_the_runner_whatever_the_watchs_clock(
    report: RunReport, watch: bytes
) -> None:
    run = short_runs.virtual(short_runs.PLAIN)
    copy = watch_copy(watch, report, session_s=HABITS.run_s)
    flexion = told(copy.content, "trunk_flexion")
    at_s = watch_records(run, HABITS).run_s
    # Over a stride about the moment, as the definition has it.
    true = np.array(
        [run.true_flexion_deg[np.abs(run.time_s - moment) < 0.36].mean() for moment in at_s.tolist()]
    )
    middle = (at_s > 35.0) & (at_s < 95.0)
    assert np.isfinite(flexion[middle]).all()
    assert np.sqrt(np.mean((flexion - true)[middle] ** 2)) < 0.5
    assert copy.records == len(at_s)
    assert copy.with_posture == np.isfinite(flexion).sum()
    # Too short for a fresh window, and no sensor at the head: those angles have no zero.
    assert np.isnan(told(copy.content, "trunk_flexion_adj")).all()
    assert np.isnan(told(copy.content, "head_pitch")).all()


def test_before_and_after_the_run_nothing_is_told(report: RunReport, watch: bytes) -> None:
    copy = watch_copy(watch, report, session_s=HABITS.run_s)
    at_s = watch_records(short_runs.virtual(short_runs.PLAIN), HABITS).run_s
    strides = report.strides
    outside = (at_s < strides["start_s"][0] - 2.0) | (at_s > strides["end_s"][-1] + 2.0)
    assert outside.any()
    assert np.isnan(told(copy.content, "trunk_flexion")[outside]).all()


def test_the_copy_taken_for_the_watchs_file_gives_the_same_run(report: RunReport, watch: bytes) -> None:
    before, after = read_fit(watch), read_fit(watch_copy(watch, report, session_s=HABITS.run_s).content)
    for name in ("time_s", "distance_m", "speed_mps", "altitude_m", "heart_rate_bpm", "cadence_spm"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    np.testing.assert_array_equal(after.latitude_deg, before.latitude_deg)
    assert (after.laps, after.pauses_s, after.device) == (before.laps, before.pauses_s, before.device)
    assert after.notices == ()


def test_with_a_fresh_window_and_a_head_sensor_their_angles_are_told_too(watch: bytes) -> None:
    whole = sample.slouching_10k()
    sensors = (*whole.session.sensors, replace(whole.session.sensors[0], placement="head"))
    strides = whole.strides.with_columns(head_pitch_deg=np.full(len(whole.strides), 12.5))
    worn = replace(whole, session=replace(whole.session, sensors=sensors), strides=strides)
    copy = watch_copy(watch, worn, session_s=HABITS.run_s)
    assert np.nanmax(told(copy.content, "head_pitch")) == 12.5
    difference = told(copy.content, "trunk_flexion") - told(copy.content, "trunk_flexion_adj")
    # The sample's usual lean; float32 keeps seven digits.
    assert difference[np.isfinite(difference)] == pytest.approx(8.2, abs=1e-4)


def test_without_a_standing_no_absolute_angle_is_told(watch: bytes) -> None:
    own = with_fields(sample.slouching_10k(), zero_source=ZeroSource.OWN_BASELINE)
    copy = watch_copy(watch, own, session_s=HABITS.run_s)
    assert np.isnan(told(copy.content, "trunk_flexion")).all()
    assert np.isfinite(told(copy.content, "trunk_flexion_adj")).any()


def test_without_any_zero_there_is_nothing_to_write(watch: bytes) -> None:
    none = with_fields(sample.slouching_10k(), zero_source=ZeroSource.NONE, baseline=None)
    with pytest.raises(ExportError, match="no angle to write"):
        watch_copy(watch, none, session_s=HABITS.run_s)


def test_a_file_of_another_day_is_refused(report: RunReport, watch: bytes) -> None:
    with pytest.raises(ImportFileError, match="none of its records falls on the run"):
        watch_copy(watch, report, session_s=lambda unix_s: HABITS.run_s(unix_s) + 86_400.0)


def test_a_file_without_records_is_refused(report: RunReport) -> None:
    with pytest.raises(ImportFileError, match="has no records"):
        watch_copy(fit_file(FILE_ID), report, session_s=HABITS.run_s)
