"""``runtall track``: the distance of a watch's file, taken, replaced, taken back, or refused."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.cli.main import cli
from sensor.importers.imu_csv import ImuFile
from sensor.importers.imu_session import write_imu_session
from sensor.session.reader import read_recording
from sensor.virtual.devices.watch import WatchHabits, watch_file
from sensor.virtual.runner.plan import RunPlan, run, stand
from tests.support.sessions import write_session
from tests.support.short_runs import OPENING, PLAIN, virtual


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


@pytest.fixture(scope="module")
def a_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a session of five minutes, and the files of two watches beside it."""
    home = tmp_path_factory.mktemp("home")
    (home / "sessions").mkdir()
    plan = RunPlan((*OPENING, run(240.0, 3.0), stand(10.0)), style=PLAIN.style, rate_hz=52.0)
    worn = virtual(plan)
    chest = worn.sensors[0].measured
    file = ImuFile("chest.csv", 1, "0" * 64, worn.time_s, chest.acc_sensor_mps2, chest.gyr_sensor_radps, ())
    write_imu_session(
        home / "sessions" / "run.runtall",
        {"sternum": file},
        name="run",
        started_utc="2026-01-01T12:00:00+00:00",
    )
    (home / "mine.fit").write_bytes(watch_file(worn, WatchHabits(offset_s=3600.0, on_after_s=20.0)))
    return home


def invoke(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), *arguments])


def test_a_watch_is_laid_under_the_steps_and_its_raw_times_stay(a_run: Path) -> None:
    result = invoke(a_run, "track", "run", str(a_run / "mine.fit"))
    assert result.exit_code == 0, result.output
    assert re.search(r"By your steps it began (19|20|21)\.\d s after the sensor, to within", result.stderr)
    path = a_run / "sessions" / "run.runtall"
    kept = path.read_bytes()
    shown = json.loads(invoke(a_run, "report", "run", "--json", "-").stdout)
    assert shown["distance_source"] == "watch file"
    assert shown["session"]["watch"]["match"] == "sure"
    # The watch told an hour more than the session's clock.
    assert shown["session"]["watch"]["ahead_s"] == pytest.approx(3600.0, abs=1.0)
    assert path.read_bytes() == kept
    watch = read_recording(path).watch
    assert watch is not None
    assert watch.tracks[0].time_s[0] == 0.0


def test_what_the_runner_says_of_the_start_goes_before_the_steps(a_run: Path) -> None:
    result = invoke(a_run, "track", "run", str(a_run / "mine.fit"), "--offset", "-3.5")
    assert result.exit_code == 0, result.output
    assert "It began 3.5 s before the sensor, as you said." in result.stderr
    outside = invoke(a_run, "track", "run", str(a_run / "mine.fit"), "--offset", "9000")
    assert outside.exit_code != 0
    assert "lies wholly outside the session" in str(outside.exception)


def test_an_offset_without_a_file_is_a_mistake(a_run: Path) -> None:
    result = invoke(a_run, "track", "run", "--remove", "--offset", "3")
    assert result.exit_code == 2
    assert "--offset belongs to a FILE" in result.output


def test_a_report_can_be_given_the_file_first(a_run: Path) -> None:
    assert invoke(a_run, "track", "run", "--remove").exit_code == 0
    result = invoke(a_run, "report", "run", "--track", str(a_run / "mine.fit"), "--json", "-")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["session"]["watch"]["file"] == "mine.fit"
