"""The file of a watch, written into a session and read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sensor.samples import Track, WatchRecord
from sensor.session.edit import amend_session
from sensor.session.info import read_info
from sensor.session.reader import read_recording
from sensor.session.schema import WATCH_CLOCK_SOURCE
from sensor.session.watch_rows import forget_watch, put_watch, watch_of
from tests.support.sessions import write_session


def track(quantity: str, time_s: list[float], value: list[float]) -> Track:
    return Track(quantity, WATCH_CLOCK_SOURCE, np.array(time_s), np.array(value))


RECORD = WatchRecord(
    file="run.fit",
    device="a watch",
    sha256="ab" * 32,
    began_s=1_700_000_000.25,
    tracks=(
        track("distance_m", [0.0, 1.5, 90_000.0], [0.0, 4.0, 250_000.0]),
        track("latitude_deg", [1.0], [-48.5]),
    ),
    lap_s=np.array([0.0, 600.125]),
    pauses_s=np.array([[30.0, 42.5], [100.0, 101.0]]),
    told_start_s=-12.5,
)


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return write_session(tmp_path / "a.runtall")


def give(path: Path, record: WatchRecord) -> None:
    with amend_session(path) as rows:
        forget_watch(rows)
        put_watch(rows, record, 250_000.0)


def test_what_a_watch_recorded_is_read_back_as_it_was_written(session: Path) -> None:
    give(session, RECORD)
    found = read_recording(session).watch
    assert found is not None
    for name in ("file", "device", "sha256", "began_s", "told_start_s"):
        assert getattr(found, name) == getattr(RECORD, name)
    assert found.lap_s.tolist() == RECORD.lap_s.tolist()
    assert found.pauses_s.tolist() == RECORD.pauses_s.tolist()
    assert [(t.quantity, t.time_s.tolist(), t.value.tolist()) for t in found.tracks] == [
        (t.quantity, t.time_s.tolist(), t.value.tolist()) for t in RECORD.tracks
    ]


def test_a_watch_without_date_laps_and_stops_is_none_the_worse(session: Path) -> None:
    bare = replace(RECORD, began_s=None, lap_s=np.empty(0), pauses_s=np.empty((0, 2)), told_start_s=None)
    give(session, bare)
    found = read_recording(session).watch
    assert found is not None
    assert (found.began_s, found.told_start_s) == (None, None)
    assert (found.lap_s.size, found.pauses_s.shape) == (0, (0, 2))


def test_the_session_lasts_as_long_as_before_and_its_own_tracks_stay(session: Path) -> None:
    before = read_recording(session)
    give(session, RECORD)
    after = read_recording(session)
    assert after.duration_s == before.duration_s == read_info(session).duration_s
    assert len(after.tracks) == len(before.tracks)
    assert after.notices == ()


def test_a_second_file_leaves_nothing_of_the_first(session: Path) -> None:
    give(session, RECORD)
    give(session, replace(RECORD, file="other.gpx", tracks=RECORD.tracks[:1]))
    found = read_recording(session).watch
    assert found is not None
    assert (found.file, [t.quantity for t in found.tracks]) == ("other.gpx", ["distance_m"])


def test_times_of_a_strangers_file_that_no_watch_tells_are_left_out() -> None:
    hostile = track("distance_m", [-5.0, 0.0, 0.0, 3.0, 1e18], [1.0, 2.0, 9.0, 4.0, 5.0])
    found = watch_of([hostile], {})
    assert found is not None
    assert found.tracks[0].time_s.tolist() == [0.0, 3.0]
    assert found.tracks[0].value.tolist() == [2.0, 4.0]
