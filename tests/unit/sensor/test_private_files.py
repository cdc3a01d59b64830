"""Files that tell of a person's health: nobody else reads them, and no link decides where they go."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from analysis.cli.home import new_session_path
from sensor.download.partial import LogIdentity, PartialLog
from sensor.errors import SessionFileError
from sensor.private_files import (
    create_private,
    create_private_folder,
    make_private_folder,
    open_private,
    replace_private,
)
from sensor.protocol.memory import Piece
from tests.support.sessions import STARTED_UTC, add_movesense, movesense_notifications, new_writer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="rights and links are others there")


@pytest.fixture(params=[0o000, 0o022, 0o277], ids="{:03o}".format)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    mask: int = request.param
    before = os.umask(mask)
    yield mask
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def create(path: Path) -> None:
    create_private(path).close()


def replace(path: Path) -> None:
    replace_private(path, b"lean")


def open_and_keep(path: Path) -> None:
    open_private(path).close()


@pytest.mark.parametrize("make", [create, replace, open_and_keep])
def test_a_file_has_no_more_rights_than_its_owner_needs_even_before_its_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, umask: int, make: Callable[[Path], None]
) -> None:
    fdopen, seen = os.fdopen, []

    def look(descriptor: int, *how: Any) -> Any:
        status = os.fstat(descriptor)
        seen.append((stat.S_IMODE(status.st_mode), status.st_size))
        return fdopen(descriptor, *how)

    monkeypatch.setattr(os, "fdopen", look)
    make(tmp_path / "report.json")
    assert seen == [(0o600 & ~umask, 0)]
    assert mode(tmp_path / "report.json") == 0o600 & ~umask


@pytest.mark.parametrize("make", [replace, open_and_keep])
def test_a_file_of_an_earlier_version_loses_its_wider_rights(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "strides.csv"
    path.write_text("stride")
    path.chmod(0o664)
    make(path)
    assert mode(path) == 0o600


@pytest.mark.parametrize("make", [create, replace, open_and_keep])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_is_never_followed(tmp_path: Path, make: Callable[[Path], None], is_there: bool) -> None:
    link, target = tmp_path / "link", tmp_path / "target"
    if is_there:
        target.write_text("old")
    link.symlink_to(target)
    with pytest.raises(OSError, match=r"symbolic link|File exists"):
        make(link)
    assert link.is_symlink()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["link", *["target"] * is_there]
    assert not is_there or target.read_text() == "old"


def test_folders_that_are_made_are_the_owners_alone_and_others_stay_as_they_are(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    before = os.umask(0)
    try:
        make_private_folder(tmp_path / "a" / "b")
        make_private_folder(tmp_path / "a")
    finally:
        os.umask(before)
    assert [mode(tmp_path / name) for name in (".", "a", "a/b")] == [0o755, 0o700, 0o700]
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"File exists|Not a directory"):
        make_private_folder(tmp_path / "file")


def test_all_files_of_a_session_are_private_while_it_is_recorded_and_afterwards(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = tmp_path / "home"
        path = new_session_path(home, "tempo", datetime.fromisoformat(STARTED_UTC))
        writer = new_writer(path)
        segment = writer.start_segment(add_movesense(writer), 0, reason="start")
        writer.packets(segment, "data", packets=movesense_notifications(0, 50))
        writer.commit()
        during = {file.name.removeprefix(path.name): mode(file) for file in path.parent.iterdir()}
        writer.close()
    finally:
        os.umask(before)
    assert during.keys() >= {"", "-wal"}
    assert set(during.values()) == {0o600}
    assert mode(path) == 0o600
    assert [mode(folder) for folder in (home, path.parent)] == [0o700, 0o700]


def test_a_session_is_not_written_where_a_link_lies(tmp_path: Path) -> None:
    path = tmp_path / "a.runtall"
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SessionFileError, match="exists already and is never overwritten"):
        new_writer(path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.runtall"]


def test_what_is_fetched_from_a_memory_is_private_and_follows_no_link(tmp_path: Path) -> None:
    target, identity = tmp_path / "downloads" / "log.sbem", LogIdentity("Movesense 1", 3, 0, 100)
    before = os.umask(0)
    try:
        with PartialLog(target, identity) as partial:
            partial.take(Piece(0, bytes(100)))
            partial.take(Piece(100, b""))
            partial.save()
            during = [mode(file) for file in target.parent.iterdir()]
            partial.finish()
    finally:
        os.umask(before)
    assert during == [0o600, 0o600]
    assert (mode(target), mode(target.parent)) == (0o600, 0o700)
    other = tmp_path / "other.sbem"
    (tmp_path / "other.sbem.part").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SessionFileError, match="symbolic link"):
        PartialLog(other, identity)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_of_files_is_there_whole_and_private(tmp_path: Path) -> None:
    target = tmp_path / "new" / "set"
    create_private_folder(target, {"a.txt": b"lean", "inner/b.txt": b"slouch"})
    assert (target / "inner" / "b.txt").read_bytes() == b"slouch"
    assert [mode(path) for path in (target, target / "inner")] == [0o700] * 2
    assert [mode(path) for path in (target / "a.txt", target / "inner" / "b.txt")] == [0o600] * 2
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("what", ["file", "folder", "link"])
def test_a_new_folder_takes_nobodys_place(tmp_path: Path, what: str) -> None:
    target = tmp_path / "set"
    {"file": target.touch, "folder": target.mkdir, "link": lambda: target.symlink_to("nowhere")}[what]()
    with pytest.raises(FileExistsError):
        create_private_folder(target, {"a.txt": b"lean"})
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_fails_midway_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        create_private_folder(tmp_path / "set", {"a": b"lean", "a/b": b"no room below a file"})
    assert list(tmp_path.iterdir()) == []
