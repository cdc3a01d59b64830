"""Zips and folders of strangers: read in memory, bounded, refused in one line."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from sensor.errors import ImportFileError
from sensor.importers import exported_files
from sensor.importers.exported_files import ExportedFiles, open_export
from sensor.importers.imu_file import read_imu_file
from tests.support.app_exports import put, zipped


def _zip(folder: Path, content: bytes) -> Path:
    path = folder / "export.zip"
    path.write_bytes(content)
    return path


def _refusal(path: Path) -> str:
    with pytest.raises(ImportFileError) as refused:
        read_imu_file(path)
    message = str(refused.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    return message


def test_members_are_the_tables_whatever_else_is_there(tmp_path: Path) -> None:
    members = {"run/a.csv": "1", "run/photo.jpg": "x", "__MACOSX/run/._a.csv": "x", "run/.hidden.csv": "x"}
    export = open_export([_zip(tmp_path, zipped(members))])
    assert list(export.members) == ["run/a.csv"]
    assert export.read("run/a.csv") == b"1"
    assert export.label("run/a.csv") == tmp_path / "export.zip/run/a.csv"


def test_nothing_is_written_while_a_zip_is_read(tmp_path: Path) -> None:
    path = _zip(tmp_path, zipped({"a.csv": "1"}))
    open_export([path]).read("a.csv")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["../a.csv", "run/../../a.csv", "/etc/a.csv", "C:/a.csv", "..\\a.csv"])
def test_a_member_that_is_to_go_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    assert "is to go elsewhere" in _refusal(_zip(tmp_path, zipped({name: "1"})))


def test_a_member_that_unpacks_to_very_much_is_refused_unread(tmp_path: Path) -> None:
    path = _zip(tmp_path, zipped({"Accelerometer.csv": bytes(30_000_000)}))
    assert path.stat().st_size < 100_000
    assert "unpacks to 30 MB" in _refusal(path)


def test_a_member_larger_than_it_says_is_read_no_further_than_it_says(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": bytes(1_000_000)}))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    path = _zip(tmp_path, bytes(content))
    with pytest.raises(ImportFileError, match="torn or damaged"):
        open_export([path]).read("a.csv")


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.98])
def test_a_torn_zip_is_refused(tmp_path: Path, kept: float) -> None:
    whole = zipped({f"{number}.csv": os.urandom(500) for number in range(5)})
    assert "torn or damaged" in _refusal(_zip(tmp_path, whole[: int(kept * len(whole))]))


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    content = bytearray(zipped({"Accelerometer.csv": os.urandom(2000)}))
    content[500:600] = bytes(100)
    assert "Accelerometer.csv in this zip is torn or damaged" in _refusal(_zip(tmp_path, bytes(content)))


def test_a_locked_zip_is_told_as_locked(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.csv": "1"}))
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1
    assert "locked with a password" in _refusal(_zip(tmp_path, bytes(content)))


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_packing_is_refused(tmp_path: Path, packing: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        archive.writestr("a.csv", "1")
    assert "unusual way" in _refusal(_zip(tmp_path, buffer.getvalue()))


def test_too_many_members_and_too_many_tables_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"{number}.csv": "" for number in range(exported_files.MOST_TABLES + 1)}
    assert "more files than any recording" in _refusal(_zip(tmp_path, zipped(many)))
    monkeypatch.setattr(exported_files, "MOST_MEMBERS", 3)
    pictures = {f"{number}.jpg": "" for number in range(4)}
    assert "more files than any recording" in _refusal(_zip(tmp_path, zipped(pictures)))
    folder = put(tmp_path / "folder", pictures)
    assert "more files than any recording" in _refusal(folder)


@pytest.mark.parametrize("members", [{}, {"notes.txt": "bought shoes"}, {"a.csv": "name,age\nme,40\n"}])
def test_a_folder_and_a_zip_with_the_wrong_files_are_refused(tmp_path: Path, members: dict[str, str]) -> None:
    (tmp_path / "folder").mkdir()
    folder = put(tmp_path / "folder", members)
    assert "no recording known here" in _refusal(folder)
    if members:
        assert "no recording known here" in _refusal(_zip(tmp_path, zipped(members)))


def test_a_folder_is_looked_into_two_levels_deep(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": "", "one/b.csv": "", "one/two/c.csv": "", "one/two/three/d.csv": ""})
    assert sorted(open_export([tmp_path]).members) == ["a.csv", "one/b.csv", "one/two/c.csv"]


def test_several_files_are_known_by_all_their_bytes(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": "1", "b.csv": "22"})
    export = open_export([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert export.name == "a.csv+b.csv"
    assert export.identity(())[0] == 3
    assert export.identity(()) != open_export([tmp_path / "b.csv", tmp_path / "a.csv"]).identity(())


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("a.csv", "a.csv"), "is given twice"),
        (("a.csv", "inner"), "alone"),
        (("a.csv", "b.csv"), "cannot be read"),
    ],
)
def test_files_that_do_not_go_together_are_refused(tmp_path: Path, names: tuple[str, str], said: str) -> None:
    put(tmp_path, {"a.csv": "time,acc_x,acc_y,acc_z\n", "inner/b.csv": ""})
    with pytest.raises(ImportFileError, match=said):
        read_imu_file(*(tmp_path / name for name in names))


def test_beside_a_single_file_only_what_is_there_is_taken(tmp_path: Path) -> None:
    put(tmp_path, {"a.csv": "", "b.csv": ""})
    export = open_export([tmp_path / "a.csv"]).beside(["b.csv", "c.csv", "a.csv"])
    assert isinstance(export, ExportedFiles)
    assert list(export.members) == ["a.csv", "b.csv"]
