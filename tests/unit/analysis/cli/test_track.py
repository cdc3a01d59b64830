"""``runtall track``: the distance of a watch's file, taken, replaced, taken back, or refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.cli.main import cli
from sensor.session.reader import read_recording
from tests.support.sessions import write_session


def gpx(steps: int, *, degrees: float = 0.00003, zone: str = "Z") -> str:
    """Return a track due north, a point a second, 3.34 m apart."""
    points = "".join(
        f'<trkpt lat="{50 + degrees * i:.6f}" lon="8"><time>2031-01-01T00:{i // 60:02d}:{i % 60:02d}{zone}'
        "</time></trkpt>"
        for i in range(steps + 1)
    )
    return f'<gpx creator="a phone"><trk><trkseg>{points}</trkseg></trk></gpx>'


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session of ten seconds in a home of its own."""
    (tmp_path / "sessions").mkdir()
    return write_session(tmp_path / "sessions" / "evening.runtall")


def track(session: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(session.parent.parent), "track", "evening", *arguments])


def test_the_distance_of_a_file_is_kept_with_its_name_and_hash_whatever_its_clock(session: Path) -> None:
    file = session.parent / "run.gpx"
    file.write_text(gpx(10, zone=""))
    result = track(session, str(file))
    assert result.exit_code == 0, result.output
    assert "run.gpx (a phone): 0.03 km" in result.stderr
    assert result.stdout.splitlines()[-1] == str(session)
    context = read_recording(session).context
    # Ten steps of 0.00003 degrees of 111.195 km.
    assert context["watch_distance_m"] == pytest.approx(33.36, abs=0.01)
    assert context["watch_file"] == "run.gpx"
    assert context["watch_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_second_file_replaces_the_first_and_it_can_be_taken_back(session: Path) -> None:
    untouched = read_recording(session)
    for steps, name in ((10, "first.gpx"), (8, "second.gpx")):
        (session.parent / name).write_text(gpx(steps))
        assert track(session, str(session.parent / name)).exit_code == 0
    before = read_recording(session)
    assert before.context["watch_file"] == "second.gpx"
    assert track(session, "--remove").exit_code == 0
    after = read_recording(session)
    assert not [key for key in after.context if key.startswith("watch_")]
    assert before.watch is not None
    assert before.watch.file == "second.gpx"
    assert after.watch is None
    assert after.file_hash == untouched.file_hash != before.file_hash
    assert after.notices == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (gpx(600), "moved for 10 min, the session lasts 0 min"),
        (gpx(10, degrees=0.0), "knows no distance"),
        ("time_s\n1\n", "no FIT, GPX or TCX file"),
    ],
    ids=["another-run", "no-way", "no-track"],
)
def test_a_file_that_cannot_be_of_this_run_changes_nothing(session: Path, content: str, said: str) -> None:
    file = session.parent / "run.gpx"
    file.write_text(content)
    before = session.read_bytes()
    result = track(session, str(file))
    assert result.exit_code != 0
    assert said in str(result.exception)
    assert session.read_bytes() == before


@pytest.mark.parametrize("arguments", [(), ("run.gpx", "--remove")])
def test_a_file_or_remove_not_both_and_not_neither(session: Path, arguments: tuple[str, ...]) -> None:
    assert track(session, *arguments).exit_code == 2
