from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sensor.errors import SessionFileError
from sensor.session.edit import MOST_EARLIER, amend_session
from sensor.session.info import read_info
from sensor.session.reader import read_recording
from tests.support.sessions import killed_session, new_writer, write_session


def test_what_is_told_later_is_kept_and_the_rest_is_untouched(tmp_path: Path) -> None:
    path = write_session(tmp_path / "a.runtall")
    before = read_recording(path)
    with amend_session(path) as rows:
        rows.set_context("typed_distance_m", 10_000.0)
        rows.set_context("surface", "trail")
    after = read_recording(path)
    assert after.context == {"typed_distance_m": 10_000.0, "surface": "trail"}
    assert (after.file_hash, after.notices) == (before.file_hash, ())
    assert [file.name for file in tmp_path.iterdir()] == ["a.runtall"]


def test_telling_again_replaces(tmp_path: Path) -> None:
    path = write_session(tmp_path / "a.runtall")
    for surface in ("trail", "road"):
        with amend_session(path) as rows:
            rows.set_context("surface", surface)
    assert read_info(path).context == {"surface": "road"}


def test_what_was_told_before_is_kept_up_to_a_hundred_times_and_changes_no_hash(tmp_path: Path) -> None:
    path = write_session(tmp_path / "a.runtall")
    before = read_recording(path)
    with amend_session(path) as rows:
        for number in range(MOST_EARLIER + 5):
            rows.tell("shoes", str(number))
            rows.tell("shoes", str(number))
    info, after = read_info(path), read_recording(path)
    assert info.context == {"shoes": str(MOST_EARLIER + 4)}
    assert info.earlier == {"shoes": tuple(map(str, range(4, MOST_EARLIER + 4)))}
    assert (after.file_hash, after.notices) == (before.file_hash, ())


def _tell(path: Path, *values: object) -> None:
    with amend_session(path) as rows:
        for number, value in enumerate(values):
            rows.set_context(f"key {number}", value)


def test_after_an_error_nothing_is_told(tmp_path: Path) -> None:
    path = write_session(tmp_path / "a.runtall")
    with pytest.raises(ValueError):
        _tell(path, "trail", float("nan"))
    assert read_info(path).context == {}


def test_a_session_that_is_still_recorded_is_left_alone(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    with (
        pytest.raises(SessionFileError, match=r"a\.runtall: .*still being recorded"),
        amend_session(writer.path),
    ):
        pass
    writer.mark(1, "lap")
    writer.close()
    assert read_recording(writer.path).marks[0].kind == "lap"


def test_a_killed_recording_is_recovered_and_amended(tmp_path: Path) -> None:
    path = killed_session(tmp_path)
    with amend_session(path) as rows:
        rows.set_context("surface", "track")
    recording = read_recording(path)
    assert recording.context == {"surface": "track"}
    assert len(recording.sensors[0].time_s) == 130 * 8


def test_what_is_no_session_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.runtall"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE meta (key, value)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(SessionFileError, match="another program"), amend_session(path) as rows:
        rows.set_context("surface", "track")
    assert path.read_bytes() == before
