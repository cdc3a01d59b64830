"""A recording on its way, on disk: when it is whole, and what is believed of an earlier attempt."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensor.download.partial import LogIdentity, PartialLog
from sensor.errors import LinkError, SessionFileError
from sensor.protocol.memory import Piece
from tests.support.disks import small_disk

CONTENT = bytes(range(200))
LISTED = LogIdentity("Movesense 1", 3, 0, 200)
UNLISTED = LogIdentity("Movesense 1", 3)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "log.sbem"


def piece(start: int, end: int) -> Piece:
    return Piece(start, CONTENT[start:end])


def test_a_hole_is_filled_by_a_second_fetch_which_may_then_stop(target: Path) -> None:
    with PartialLog(target, LISTED) as partial:
        assert not partial.take(piece(0, 50))
        assert not partial.take(piece(100, 200))
        assert partial.take(Piece(200, b""))
        assert not partial.is_complete
        assert partial.missing_bytes == 50
        assert not partial.take(piece(0, 50))
        assert partial.take(piece(50, 100))
        partial.finish()
    assert target.read_bytes() == CONTENT


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse to rename a file that is open, as Windows does."""
    replace, opened = Path.replace, Path("/proc/self/fd")
    if not opened.exists():
        pytest.skip("this system does not tell which files are open")

    def replace_closed(self: Path, target: Path) -> Path:
        if str(self) in {os.path.realpath(handle) for handle in opened.iterdir()}:
            raise PermissionError(13, "The process cannot access the file", str(self))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_closed)


@pytest.mark.usefixtures("windows")
def test_a_whole_recording_gets_its_name_where_open_files_keep_theirs(target: Path) -> None:
    with PartialLog(target, LISTED) as partial:
        partial.take(piece(0, 200))
        partial.take(Piece(200, b""))
        partial.finish()
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


def test_a_recording_that_cannot_get_its_name_is_kept_whole(target: Path) -> None:
    def fetch() -> None:
        with PartialLog(target, LISTED) as partial:
            partial.take(piece(0, 200))
            partial.take(Piece(200, b""))
            partial.finish()

    (target / "in the way").mkdir(parents=True)
    with pytest.raises(SessionFileError, match="cannot be written"):
        fetch()
    with PartialLog(target, LISTED) as partial:
        assert partial.received_bytes == 200


@pytest.mark.parametrize("told", [0, 200])
def test_an_end_is_believed_where_all_that_was_promised_has_come(target: Path, told: int) -> None:
    with PartialLog(target, LISTED) as partial:
        partial.take(piece(0, 200))
        partial.take(Piece(told, b""))
        assert partial.is_complete


def test_an_end_that_tells_where_it_is_shows_a_lost_last_piece(target: Path) -> None:
    with PartialLog(target, UNLISTED) as partial:
        partial.take(piece(0, 150))
        partial.take(Piece(200, b""))
        assert partial.missing_bytes == 50


@pytest.mark.parametrize(("identity", "told"), [(UNLISTED, 0), (LISTED, 150)])
def test_an_end_that_comes_early_is_believed_the_second_time(
    target: Path, identity: LogIdentity, told: int
) -> None:
    with PartialLog(target, identity) as partial:
        partial.take(piece(0, 150))
        partial.take(Piece(told, b""))
        assert not partial.is_complete
        partial.take(piece(0, 150))
        partial.take(Piece(told, b""))
        assert partial.is_complete


def test_what_came_is_known_to_the_next_attempt(target: Path) -> None:
    with PartialLog(target, LISTED) as partial:
        partial.take(piece(150, 200))
    with PartialLog(target, LISTED) as partial:
        assert partial.received_bytes == 50
        partial.take(piece(0, 150))
        partial.take(Piece(200, b""))
        partial.finish()
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize(
    "change",
    [{"log_id": 4}, {"sensor": "other"}, {"received": [[150, 300]]}, {"received": [[9]]}, {"received": None}],
)
def test_knowledge_that_does_not_fit_is_not_believed(target: Path, change: dict[str, object]) -> None:
    with PartialLog(target, LISTED) as partial:
        partial.take(piece(150, 200))
    knowledge = target.with_name("log.sbem.part.json")
    knowledge.write_text(json.dumps(json.loads(knowledge.read_text()) | change))
    with PartialLog(target, LISTED) as partial:
        assert partial.received_bytes == 0


DAMAGED = [b"[]", b"7", b'{"received": {}}', b'{"received": [[0, Infinity]]}', b"[" * 100_000]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged=st.one_of(st.binary(max_size=40), st.sampled_from(DAMAGED)))
def test_damaged_knowledge_is_not_believed(target: Path, damaged: bytes) -> None:
    with PartialLog(target, LISTED) as partial:
        partial.take(piece(0, 10))
    target.with_name("log.sbem.part.json").write_bytes(damaged)
    with PartialLog(target, LISTED) as partial:
        assert partial.received_bytes == 0


def fill(partial: PartialLog) -> None:
    with partial:
        for at in range(0, 10_000_000, 50_000):
            partial.take(Piece(at, bytes(50_000)))


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1000) as folder:
        partial = PartialLog(folder / "log.sbem", LISTED)
        with pytest.raises(SessionFileError, match="make room"):
            fill(partial)


def shred(partial: PartialLog) -> None:
    with partial:
        for at in range(0, 100_000, 2):
            partial.take(Piece(at, b"x"))


def test_shreds_are_given_up_before_they_fill_the_memory(target: Path) -> None:
    with pytest.raises(LinkError, match="shreds"):
        shred(PartialLog(target, UNLISTED))


def test_it_is_asked_for_again_only_while_anything_new_comes(target: Path) -> None:
    asked: list[int] = []
    with PartialLog(target, LISTED) as partial:

        def ask_again() -> None:
            for number in partial.rounds():
                asked.append(number)
                partial.take(piece(0, 150 if number else 100))

        with pytest.raises(LinkError, match="of recording 3 the same 50 bytes are lost every time"):
            ask_again()
        assert asked == [0, 1, 2]
        partial.take(piece(150, 200))
        partial.take(Piece(200, b""))
        assert list(partial.rounds()) == []
