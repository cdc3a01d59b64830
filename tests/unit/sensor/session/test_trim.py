"""A session that was cut: what lies outside does not count, and all of it comes back."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.samples import Gap, Mark, Track
from sensor.session.edit import amend_session
from sensor.session.info import read_info, read_marks
from sensor.session.reader import read_recording
from sensor.session.trim import TRIM_END, TRIM_START, UNCUT, Trim, trim_of
from sensor.session.trimmed import trimmed
from sensor.units import NS_PER_S
from tests.support.recordings import recording, sensor_recording
from tests.support.sessions import count_packets, write_session


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """10 s of one sensor, with a lap at 3 s and another at 8 s."""
    path = write_session(tmp_path / "run.runtall")
    with amend_session(path) as rows:
        rows.mark(3 * NS_PER_S, "lap")
        rows.mark(8 * NS_PER_S, "lap")
    return path


def cut(path: Path, **at_s: float) -> None:
    with amend_session(path) as rows:
        for kind in (TRIM_START, TRIM_END):
            rows.remove_marks(kind)
        for kind, seconds in at_s.items():
            rows.mark(round(seconds * NS_PER_S), kind.replace("_", " "))


def test_only_what_lies_between_the_marks_counts_and_no_row_is_lost(session: Path) -> None:
    whole, packets = read_recording(session), count_packets(session)
    cut(session, trim_start=2.0, trim_end=6.5)
    part = read_recording(session)
    (before,), (after,) = whole.sensors, part.sensors
    inside = (before.time_s >= 2.0) & (before.time_s <= 6.5)
    np.testing.assert_array_equal(after.time_s, before.time_s[inside])
    np.testing.assert_array_equal(after.acc_sensor_mps2, before.acc_sensor_mps2[inside])
    assert part.duration_s == 4.5
    assert [mark.time_s for mark in part.marks if mark.kind == "lap"] == [3.0]
    assert "cut this session: it counts from 0 h 0 min 2 s to 0 h 0 min 6 s" in part.notices[-1]
    assert count_packets(session) == packets
    assert not [notice for notice in part.notices if "damaged" in notice]


def test_a_cut_changes_the_hash_and_taking_it_back_restores_it(session: Path) -> None:
    whole = read_recording(session)
    cut(session, trim_end=5.0)
    assert read_recording(session).file_hash != whole.file_hash
    cut(session)
    back = read_recording(session)
    assert back.file_hash == whole.file_hash
    assert (back.duration_s, back.notices) == (whole.duration_s, whole.notices)


def test_lists_learn_of_a_cut_without_reading_samples(session: Path) -> None:
    assert read_info(session).trim == UNCUT
    cut(session, trim_start=4.0)
    info = read_info(session)
    assert info.trim == Trim(4.0, math.inf)
    assert info.trim.lasting_s(info.duration_s) == pytest.approx(info.duration_s - 4.0)
    assert [kind for _, kind, _ in read_marks(session)] == ["lap", TRIM_START, "lap"]


@pytest.mark.parametrize(
    ("marks", "trim"),
    [
        ([], UNCUT),
        ([(5, "lap")], UNCUT),
        ([(1, TRIM_START), (2, TRIM_START)], Trim(2.0, math.inf)),
        ([(7, TRIM_END), (3, TRIM_START)], Trim(3.0, 7.0)),
        ([(3, TRIM_END), (3, TRIM_START)], UNCUT),
    ],
)
def test_the_last_mark_of_a_kind_holds_and_a_cut_that_leaves_nothing_is_none(
    marks: list[tuple[int, str]], trim: Trim
) -> None:
    assert trim_of((at_s * NS_PER_S, kind) for at_s, kind in marks) == trim


def test_gaps_segments_and_tracks_are_cut_with_the_samples() -> None:
    time_s = np.array([0.0, 1.0, 4.0, 5.0, 6.0, 9.0, 10.0])
    worn = replace(
        sensor_recording(time_s, np.zeros((7, 3)), np.zeros((7, 3))),
        gaps=(Gap(1.0, 4.0, "lost"), Gap(6.0, 9.0, "lost")),
        segment_start=np.array([0, 2, 5]),
    )
    whole = recording(worn, tracks=[Track("speed_mps", "phone", time_s, time_s)])
    part = trimmed(whole, Trim(0.5, 9.5))
    (sensor,) = part.sensors
    np.testing.assert_array_equal(sensor.time_s, time_s[1:6])
    assert [gap.start_s for gap in sensor.gaps] == [1.0, 6.0]
    assert sensor.segment_start.tolist() == [0, 1, 4]
    np.testing.assert_array_equal(part.tracks[0].value, time_s[1:6])
    (between,) = trimmed(whole, Trim(3.0, 7.0)).sensors
    assert between.gaps == ()
    assert between.segment_start.tolist() == [0]


@given(st.floats(-5.0, 15.0), st.floats(-5.0, 15.0))
def test_what_counts_is_never_longer_than_the_session(start_s: float, end_s: float) -> None:
    part = trimmed(LONG, Trim(start_s, end_s))
    (sensor,) = part.sensors
    assert 0.0 <= part.duration_s <= LONG.duration_s
    assert ((sensor.time_s >= start_s) & (sensor.time_s <= end_s)).all()
    assert len(sensor.segment_start) == (1 if len(sensor.time_s) else 0)


LONG = recording(sensor_recording(np.arange(0.0, 10.0, 0.5), np.zeros((20, 3)), None))


def test_the_mark_of_a_stranger_far_outside_leaves_the_reader_sound(session: Path) -> None:
    cut(session, trim_start=10.0**9)
    part = read_recording(session)
    assert part.duration_s == 0.0
    assert len(part.sensors[0].time_s) == 0
    assert Mark(10.0**9, TRIM_START) in part.marks
