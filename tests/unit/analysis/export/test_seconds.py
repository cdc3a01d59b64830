"""A run second by second, as a FIT activity and as streams: what strides tell, and nothing in losses."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from analysis.errors import ExportError
from analysis.export.activity import activity_file
from analysis.export.intervals import streams_csv
from analysis.export.positions import Positions
from analysis.export.seconds import seconds_of
from analysis.records import GapFact
from analysis.run_report import RunReport
from sensor.samples import Track
from tests.support import sample_report as sample
from tests.support.fit_readers import READERS, by_fitdecode, column
from tests.support.sample_report import with_fields
from tests.support.stride_tables import steady_run

BEGAN = "2026-01-01T12:00:00.250000+00:00"


@pytest.fixture(scope="module")
def report() -> RunReport:
    """Ten seconds of standing, 70 s of even strides with a loss and a stop, 2 m and 0.7 s each."""
    count = 100
    start_s = 10.0 + 0.7 * np.arange(count) + np.where(np.arange(count) >= 50, 20.0, 0.0)
    strides = steady_run(
        count,
        start_s=start_s,
        end_s=start_s + 0.7,
        trunk_flexion_adj_deg=np.full(count, 1.5),
        heart_rate_bpm=np.full(count, 150.0),
    )
    lost = GapFact(20.0, 24.0, 28.0, 40.0, "lost")
    whole = with_fields(sample.slouching_10k(), gaps=(lost,), distance_m=200.0)
    return replace(whole, session=replace(whole.session, started_utc=BEGAN), strides=strides)


def test_distance_grows_with_the_strides_and_stands_still_with_the_runner(report: RunReport) -> None:
    seconds = seconds_of(report)
    at = {float(t): float(m) for t, m in zip(seconds.time_s, seconds.distance_m, strict=True)}
    assert (at[0.0], at[10.0]) == (0.0, 0.0)
    # 2 m in 0.7 s.
    assert at[17.0] == pytest.approx(20.0)
    assert at[100.0] == 200.0
    assert np.isnan(at[22.0])
    known = seconds.distance_m[np.isfinite(seconds.distance_m)]
    assert (np.diff(known) >= 0).all()


def test_while_the_runner_stands_there_is_neither_speed_nor_cadence(report: RunReport) -> None:
    seconds = seconds_of(report)
    standing = (seconds.time_s < 9) | ((seconds.time_s > 48) & (seconds.time_s < 64))
    assert not seconds.speed_mps[standing].any()
    assert not seconds.strides_per_min[standing].any()
    running = (seconds.time_s > 11) & (seconds.time_s < 19)
    assert seconds.speed_mps[running] == pytest.approx(2.0 / 0.7)
    assert seconds.strides_per_min[running] == pytest.approx(60.0 / 0.7)


def test_in_a_loss_nothing_is_told_of_the_way(report: RunReport) -> None:
    seconds = seconds_of(report)
    lost = (seconds.time_s >= 20) & (seconds.time_s < 24)
    for name in ("distance_m", "speed_mps", "strides_per_min", "heart_rate_bpm"):
        assert np.isnan(getattr(seconds, name)[lost]).all()


def test_angles_are_told_of_usable_running_strides_alone_wherever_they_were(report: RunReport) -> None:
    count = len(report.strides)
    walked = np.where(np.arange(count) < 10, "walk", "run").astype(object)
    usable = np.arange(count) < 40
    nowhere = report.strides.with_columns(activity=walked, usable=usable, distance_m=np.full(count, np.nan))
    seconds = seconds_of(replace(report, strides=nowhere))
    flexion = next(one.value for one in seconds.posture if one.name == "trunk_flexion")
    # Strides 10 to 39 go from 17 to 38 s; the records beside them still find one within 2 s.
    assert np.isfinite(flexion[17:38]).all()
    assert np.isnan(flexion[:15]).all()
    assert np.isnan(flexion[41:]).all()


def test_a_report_without_strides_is_refused(report: RunReport) -> None:
    with pytest.raises(ExportError, match="no strides"):
        seconds_of(replace(report, strides=steady_run(0)))


def test_streams_begin_at_nought_and_leave_empty_what_is_not_known(report: RunReport) -> None:
    rows = list(csv.DictReader(io.StringIO(streams_csv(report))))
    assert [int(row["time"]) for row in rows] == list(range(len(rows)))
    assert list(rows[0]) == [
        "time",
        "distance",
        "velocity_smooth",
        "cadence",
        "heartrate",
        "trunk_flexion",
        "trunk_flexion_adj",
    ]
    assert rows[0]["trunk_flexion"] == rows[21]["distance"] == ""
    assert rows[17]["distance"] == "20.0"
    assert (rows[12]["velocity_smooth"], rows[12]["cadence"], rows[12]["heartrate"]) == (
        "2.857",
        "85.7",
        "150",
    )
    assert (rows[12]["trunk_flexion"], rows[12]["trunk_flexion_adj"]) == ("6.00", "1.50")


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_readers_of_others_read_the_activity(report: RunReport, reader: object) -> None:
    told = reader(activity_file(report))  # type: ignore[operator]
    assert column(told, "record", "trunk_flexion")[13] == 6.0
    assert column(told, "record", "trunk_flexion_adj")[13] == 1.5
    assert column(told, "record", "enhanced_speed")[13] == pytest.approx(2.857)
    assert column(told, "record", "distance")[-1] == 200.0
    assert column(told, "session", "total_distance") == [200.0]
    assert {kind for kind, _ in told} >= {"file_id", "event", "record", "lap", "session", "activity"}


def test_its_records_stand_at_whole_seconds_of_the_day(report: RunReport) -> None:
    told = by_fitdecode(activity_file(report))
    first, second = column(told, "record", "timestamp")[:2]
    assert first == datetime.fromisoformat("2026-01-01T12:00:01+00:00")
    assert (second - first).total_seconds() == 1.0
    # The record at 12:00:18 is second 17.75 of the session: 7.75 s of 2 m in 0.7 s.
    assert column(told, "record", "distance")[17] == pytest.approx(2.0 / 0.7 * 7.75, abs=0.01)


def test_height_and_positions_are_told_where_they_are_known(report: RunReport) -> None:
    track_s = np.arange(0.0, 40.0, 2.0)
    height = Track("altitude_m", "watch file", track_s, 100.0 + track_s)
    latitude = np.where(track_s < 10, np.nan, 50.0 + 1e-5 * track_s)
    positions = Positions(track_s, latitude, np.full(20, 8.0), np.full(20, np.nan))
    told = by_fitdecode(activity_file(report, tracks=(height,), positions=positions))
    assert column(told, "record", "enhanced_altitude")[10] == pytest.approx(110.75, abs=0.2)
    semicircles = column(told, "record", "position_lat")
    assert semicircles[5] is None
    assert semicircles[20] * 180 / 2**31 == pytest.approx(50.0 + 1e-5 * 20.75, abs=1e-6)
    assert semicircles[60] is None
    plain = by_fitdecode(activity_file(report))
    assert column(plain, "record", "enhanced_altitude") == column(plain, "record", "position_lat")


@pytest.mark.parametrize(
    ("started_utc", "said"),
    [
        ("", "does not tell when it began"),
        ("1970-01-01T00:10:00+00:00", "which FIT cannot tell"),
        ("2200-01-01T00:00:00+00:00", "which FIT cannot tell"),
    ],
)
def test_without_a_date_that_can_be_there_is_no_activity(
    report: RunReport, started_utc: str, said: str
) -> None:
    with pytest.raises(ExportError, match=f"{said}.*--started"):
        activity_file(replace(report, session=replace(report.session, started_utc=started_utc)))
