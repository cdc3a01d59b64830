"""A session on its way to another place: whole at one of them at every moment, and never over another."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from sensor.errors import SessionExistsError, SessionFileError
from sensor.session import moving
from sensor.session.moving import move_session, remove_session
from tests.support.sessions import count_packets, killed_session, new_writer, write_session

PACKETS = 3


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return write_session(tmp_path / "run.runtall", packets=PACKETS)


@pytest.fixture(params=["same disk", "another disk"])
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the new place lie on another disk: no second names across."""
    link = os.link

    def refuse(source: Path, target: Path) -> None:
        if not Path(source).name.endswith(".part"):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        link(source, target)

    if request.param == "another disk":
        monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("disk")
def test_a_session_is_moved_whole_with_the_time_it_was_written(session: Path, tmp_path: Path) -> None:
    content, written_ns = session.read_bytes(), session.stat().st_mtime_ns
    target = tmp_path / "new.runtall"
    move_session(session, target)
    assert target.read_bytes() == content
    assert target.stat().st_mtime_ns == written_ns
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.usefixtures("disk")
def test_nothing_is_overwritten_and_the_session_stays(session: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken.runtall"
    taken.write_text("of another run")
    with pytest.raises(SessionExistsError, match="exists already"):
        move_session(session, taken)
    with pytest.raises(SessionExistsError):
        move_session(session, session)
    assert taken.read_text() == "of another run"
    assert sorted(tmp_path.iterdir()) == [session, taken]


@pytest.mark.usefixtures("disk")
def test_the_log_of_a_killed_recording_is_taken_in_first(tmp_path: Path) -> None:
    killed = killed_session(tmp_path)
    move_session(killed, tmp_path / "new.runtall")
    assert count_packets(tmp_path / "new.runtall") > 100
    assert list(killed.parent.iterdir()) == []


def test_a_copy_that_fails_leaves_the_session_and_no_rest(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(moving.shutil, "copyfileobj", refuse)
    with pytest.raises(SessionFileError, match=r"No space left on device.*it is where it was"):
        move_session(session, tmp_path / "new.runtall")
    assert list(tmp_path.iterdir()) == [session]


def test_a_session_that_is_being_recorded_is_neither_moved_nor_removed(tmp_path: Path) -> None:
    with new_writer(tmp_path / "live.runtall") as writer:
        writer.commit()
        with pytest.raises(SessionFileError, match="still being recorded"):
            move_session(writer.path, tmp_path / "new.runtall")
        with pytest.raises(SessionFileError, match="still being recorded"):
            remove_session(writer.path)
        assert writer.path.exists()
    assert not (tmp_path / "new.runtall").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
def test_a_link_is_not_moved_and_only_the_link_is_removed(session: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.runtall"
    link.symlink_to(session)
    with pytest.raises(SessionFileError, match=r"a link; move the file it leads to, .*run\.runtall"):
        move_session(link, tmp_path / "new.runtall")
    remove_session(link)
    assert list(tmp_path.iterdir()) == [session]


def test_what_is_no_session_is_not_moved_but_can_be_removed(tmp_path: Path) -> None:
    text = tmp_path / "text.runtall"
    text.write_text("hello")
    with pytest.raises(SessionFileError, match="no session file"):
        move_session(text, tmp_path / "new.runtall")
    assert text.read_text() == "hello"
    remove_session(text)
    assert list(tmp_path.iterdir()) == []


def test_a_session_goes_with_its_logs(tmp_path: Path) -> None:
    killed = killed_session(tmp_path)
    remove_session(killed)
    assert list(killed.parent.iterdir()) == []


def test_what_is_not_there_cannot_be_removed(tmp_path: Path) -> None:
    with pytest.raises(SessionFileError, match="cannot be removed"):
        remove_session(tmp_path / "none.runtall")
