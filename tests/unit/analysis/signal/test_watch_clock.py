"""The clock of a watch laid on the trunk sensor's by the steps that both counted, or not at all."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.pipeline import analyse, place_watch
from analysis.run_report import RunReport
from analysis.signal.watch_clock import WatchClock, told_clock
from analysis.signal.watch_tracks import WATCH_SOURCE, with_watch
from analysis.words import WatchMatch
from sensor.samples import Recording
from sensor.virtual.devices.watch import WatchHabits, watch_file, watch_records
from sensor.virtual.runner.plan import RunPlan, run, stand
from sensor.virtual.runner.simulation import VirtualRun
from tests.support.short_runs import OPENING, PLAIN, session, virtual
from tests.support.watches import with_watch_file

PLAN = RunPlan(
    (*OPENING, run(150.0, 3.0), stand(15.0), run(150.0, 3.1), run(100.0, 2.9, grade_pct=5.0), stand(10.0)),
    style=PLAIN.style,
    rate_hz=52.0,
)

CONFIG = AnalysisConfig()
SHORT = replace(CONFIG, watch_clock=replace(CONFIG.watch_clock, telling_s=240.0))
"""A watch of these minutes is expected to fit somewhere, as one of ten is by default."""

HABITS = {
    "hours-off-50-ppm": WatchHabits(offset_s=-5.3 * 3600.0, drift_ppm=50.0),
    "long-averages": WatchHabits(offset_s=41.0, cadence_over_s=8.0),
    "stops-by-itself": WatchHabits(auto_pause=True),
    "satellites-late": WatchHabits(fix_after_s=60.0),
    "a-point-every-1-to-7-s": WatchHabits(is_smart=True, offset_s=700.0),
    "second-half": WatchHabits(on_after_s=200.0),
    "first-half": WatchHabits(off_before_end_s=200.0),
}


@cache
def recorded() -> Recording:
    return session(virtual(PLAN))


def given(habits: WatchHabits, *, worn: VirtualRun | None = None) -> Recording:
    return with_watch_file(recorded(), watch_file(worn or virtual(PLAN), habits))


def largest_error_s(placed: WatchClock, habits: WatchHabits) -> float:
    """Return how far any time of the watch is from where it truly was."""
    told = watch_records(virtual(PLAN), habits)
    return float(np.abs(placed.clock.reference_s(told.time_s - told.time_s[0]) - told.run_s).max())


@pytest.mark.parametrize("habits", HABITS.values(), ids=list(HABITS))
def test_a_watch_that_counted_the_same_steps_is_laid_where_it_was(habits: WatchHabits) -> None:
    placed = place_watch(given(habits))
    assert placed.match == WatchMatch.SURE, placed.clock.doubt
    error_s = largest_error_s(placed, habits)
    # A hundred points in eight minutes tell less of how the watch averages.
    assert error_s <= (1.0 if habits.is_smart else 0.5)
    assert error_s <= placed.clock.within_s


def test_the_watch_of_another_run_at_the_same_pace_is_refused() -> None:
    placed = place_watch(given(WatchHabits(), worn=virtual(PLAN, seed=2)), SHORT)
    assert placed.match == WatchMatch.ANOTHER_RUN
    assert "nowhere follows the steps" in placed.clock.doubt


def test_a_short_watch_that_fits_nowhere_is_undecided() -> None:
    placed = place_watch(given(WatchHabits(), worn=virtual(PLAN, seed=2)))
    assert placed.match == WatchMatch.UNDECIDED


def test_a_watch_whose_cadence_is_not_that_of_the_sensor_is_not_believed() -> None:
    """A cadence that follows every change but lies 8 steps a minute beside is another count."""
    recording = given(WatchHabits())
    assert recording.watch is not None
    tracks = tuple(
        replace(track, value=track.value + 8.0) if track.quantity == "cadence_spm" else track
        for track in recording.watch.tracks
    )
    placed = place_watch(replace(recording, watch=replace(recording.watch, tracks=tracks)), SHORT)
    assert placed.match == WatchMatch.ANOTHER_RUN
    assert "8 steps a minute higher" in placed.clock.doubt


@pytest.mark.parametrize("later_s", [-86_400.0, 0.37, 12_345.6])
def test_what_time_of_day_the_watch_tells_moves_nothing(later_s: float) -> None:
    recording = given(WatchHabits(is_smart=True))
    assert recording.watch is not None
    assert recording.watch.began_s is not None
    moved = replace(recording.watch, began_s=recording.watch.began_s + later_s)
    placed, other = place_watch(recording), place_watch(replace(recording, watch=moved))
    assert other.start_s == pytest.approx(placed.start_s, abs=1e-9)
    assert other.match == placed.match == WatchMatch.SURE


def test_a_start_that_the_runner_tells_is_taken_as_it_is() -> None:
    recording = with_watch_file(recorded(), watch_file(virtual(PLAN), WatchHabits()), told_start_s=7.5)
    placed = place_watch(recording)
    assert placed.match == WatchMatch.TOLD
    assert placed.start_s == 7.5


def test_of_a_watch_only_what_lies_in_a_cut_session_counts() -> None:
    whole = with_watch_file(recorded(), watch_file(virtual(PLAN), WatchHabits()), told_start_s=7.5)
    laid = with_watch(replace(whole, counts_s=(100.0, 200.0)), told_clock(7.5))
    watch_s = [track.time_s for track in laid.tracks if track.source == WATCH_SOURCE]
    assert watch_s
    assert all(100.0 <= time_s[0] < 105.0 and 195.0 < time_s[-1] <= 200.0 for time_s in watch_s)


def test_pauses_cut_out_of_the_times_are_noticed() -> None:
    """Some exports count on where they stopped: then no one rate holds for all of the file."""
    recording = given(WatchHabits())
    assert recording.watch is not None
    cut = tuple(
        replace(track, time_s=np.where(track.time_s > 200.0, track.time_s - 12.0, track.time_s))
        for track in (
            replace(t, time_s=t.time_s[(t.time_s <= 200) | (t.time_s > 212.0)],
                    value=t.value[(t.time_s <= 200) | (t.time_s > 212.0)])
            for t in recording.watch.tracks
        )
    )  # fmt: skip
    placed = place_watch(replace(recording, watch=replace(recording.watch, tracks=cut)))
    assert placed.match == WatchMatch.UNDECIDED


@cache
def report() -> RunReport:
    return analyse(given(WatchHabits(offset_s=3600.0, home_deg=(48.0, 11.0))))


def test_distance_speed_slope_and_heart_rate_of_the_watch_lie_under_the_strides() -> None:
    table, run_ = report().strides, virtual(PLAN)
    true_m = np.interp(table["start_s"], run_.time_s, run_.distance_m)
    assert report().provenance.distance_source == "watch file"
    # The watch tells 0.3 % too much, and half a second of running is 1.5 m.
    assert np.abs(table["distance_m"] - 1.003 * true_m).max() < 3.0
    true_mps = np.interp(table["start_s"], run_.time_s, run_.speed_mps)
    assert np.abs(table["speed_mps"] - true_mps).mean() < 0.2
    climbing = np.interp(table["start_s"], run_.time_s, run_.grade_pct) > 4.9
    assert np.nanmedian(table["grade_pct"][climbing]) == pytest.approx(5.0, abs=1.0)
    assert np.isfinite(table["heart_rate_bpm"]).all()


def test_the_report_says_which_file_it_was_and_how_far_its_clock_was_off() -> None:
    watch = report().session.watch
    assert watch is not None
    assert (watch.file, watch.match, watch.doubt) == ("watch.fit", WatchMatch.SURE, "")
    assert abs(watch.start_s) < 0.5
    # A quarter of its 5 s of averaging and of its second, and little that scatters beside that.
    assert 1.5 <= watch.within_s < 1.75


def test_where_the_run_went_stays_out_of_the_json() -> None:
    assert report().route is not None
    assert "latitude" not in report().to_json()
    assert "longitude" not in report().to_json()


def test_of_another_run_not_even_the_distance_counts() -> None:
    found = analyse(given(WatchHabits(), worn=virtual(PLAN, seed=2)), SHORT)
    assert found.provenance.distance_source == "cadence model"
    assert any("is of another run" in notice for notice in found.session.notices)


def test_an_undecided_watch_lends_its_whole_distance_and_nothing_else() -> None:
    recording = given(WatchHabits(), worn=virtual(PLAN, seed=2))
    found = analyse(recording)
    assert found.totals.distance_m == pytest.approx(recording.context["watch_distance_m"], rel=1e-9)
    assert found.provenance.distance_source == "total of the watch's file"
    assert np.isnan(found.strides["grade_pct"]).all()
