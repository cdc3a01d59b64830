from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensor.errors import SessionFileError
from sensor.session.info import read_info
from sensor.session.reader import read_recording
from sensor.session.schema import APPLICATION_ID
from sensor.session.threaded import COMMIT_INTERVAL_S
from tests.support.sessions import (
    DATA,
    add_movesense,
    count_packets,
    killed_session,
    movesense_notifications,
    new_writer,
    write_session,
)


def test_a_session_without_a_log_needs_no_room_for_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_session(tmp_path / "a.runtall", packets=3)
    monkeypatch.setattr(tempfile, "mkdtemp", None)
    assert read_recording(path).sensors


def test_a_killed_recording_is_recovered_and_the_reader_says_so(tmp_path: Path) -> None:
    path = killed_session(tmp_path)
    recording = read_recording(path)
    assert len(recording.sensors[0].time_s) == 130 * 8
    assert any("recovered" in notice for notice in recording.notices)
    assert [file.name for file in path.parent.iterdir()] == ["run.runtall"]
    assert read_recording(path).file_hash == recording.file_hash


def test_that_a_recording_was_killed_is_said_at_every_later_reading(tmp_path: Path) -> None:
    path = killed_session(tmp_path)
    for _ in range(2):
        read_info(path)
    assert read_recording(path).notices == (
        "The recording was not ended properly; its last second may be missing.",
    )
    assert not read_info(path).ended


def test_a_main_file_copied_without_its_log_is_read_and_the_reader_says_so(tmp_path: Path) -> None:
    path = killed_session(tmp_path)
    Path(f"{path}-wal").unlink()
    recording = read_recording(path)
    assert any("without its -wal" in notice for notice in recording.notices)


def test_a_recording_that_still_runs_is_read_and_left_alone(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    segment_id = writer.start_segment(add_movesense(writer), 0, reason="start")
    writer.packets(segment_id, DATA, packets=movesense_notifications(0, 13))
    writer.commit()
    recording = read_recording(writer.path)
    assert len(recording.sensors[0].time_s) == 13 * 8
    assert any("still being recorded" in notice for notice in recording.notices)
    assert Path(f"{writer.path}-wal").exists()
    writer.packets(segment_id, DATA, packets=movesense_notifications(13, 1))
    writer.close()
    assert len(read_recording(writer.path).sensors[0].time_s) == 14 * 8


def _refusal(path: Path) -> str:
    """The message of both ways in, which must be the same single line naming the file."""
    messages = set()
    for read in (read_info, read_recording):
        with pytest.raises(SessionFileError) as caught:
            read(path)
        messages.add(str(caught.value))
    (message,) = messages
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message


def test_a_file_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "No such file" in _refusal(tmp_path / "a.runtall")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "directory" in _refusal(tmp_path)


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.runtall")
    assert "a pipe or device" in _refusal(tmp_path / "a.runtall")


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.runtall"
    path.touch()
    assert "empty" in _refusal(path)


def test_a_file_that_is_not_sqlite_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.runtall"
    path.write_text("time_s,acc_x_mps2\n" * 20)
    assert "no session file" in _refusal(path)
    assert path.read_text() == "time_s,acc_x_mps2\n" * 20


def test_an_sqlite_file_of_another_program_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.runtall"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE packet (id)")
    connection.close()
    before = path.read_bytes()
    assert "another program (application id 0x00000000)" in _refusal(path)
    assert path.read_bytes() == before


def test_a_newer_version_is_refused_with_both_versions(tmp_path: Path) -> None:
    path = write_session(tmp_path / "a.runtall")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    assert re.search(r"version 7.*up to 1; update", _refusal(path))


def test_a_session_without_its_tables_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.runtall"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("VACUUM")
    connection.close()
    assert "no such table" in _refusal(path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, share: float) -> None:
    whole = tmp_path / "whole.runtall"
    if not whole.exists():
        write_session(whole)
    content = whole.read_bytes()
    path = tmp_path / "cut.runtall"
    path.write_bytes(content[: int(share * len(content))])
    message = _refusal(path)
    assert "cut off" in message or "empty" in message


def test_a_page_of_garbage_is_refused(tmp_path: Path) -> None:
    path = write_session(tmp_path / "a.runtall")
    content = bytearray(path.read_bytes())
    page = len(content) - 2 * 4096
    content[page : page + 4096] = b"\xaa" * 4096
    path.write_bytes(content)
    with pytest.raises(SessionFileError, match=r"damaged.*malformed"):
        read_recording(path)


@pytest.mark.parametrize(("packets_per_s", "payload_bytes"), [(13.0, 198), (2.0, 20), (52.0, 244)])
def test_a_copy_of_the_main_file_alone_lacks_at_most_ten_seconds(
    tmp_path: Path, packets_per_s: float, payload_bytes: int
) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    segment_id = writer.start_segment(add_movesense(writer), 0, reason="start")
    sent, longest_s = 0, 0.0
    for commit in range(1, round(120 / COMMIT_INTERVAL_S)):
        due = int(commit * COMMIT_INTERVAL_S * packets_per_s)
        writer.packets(segment_id, DATA, packets=[(i, bytes(payload_bytes)) for i in range(sent, due)])
        sent = due
        writer.commit()
        copy = tmp_path / "copy.runtall"
        shutil.copy(writer.path, copy)
        longest_s = max(longest_s, (sent - count_packets(copy)) / packets_per_s)
    writer.close()
    assert 0 < longest_s <= 10.0
