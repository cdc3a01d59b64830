"""``runtall record``: what may be typed, what the live line and the last lines say."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from analysis.cli.main import cli
from analysis.cli.record.command import devices
from analysis.cli.record.live_line import PlainLine, TerminalLine, status_text
from analysis.cli.text import clock_text, parse_duration_s
from analysis.profile import Profile
from sensor.recorder import LinkState, RecorderStatus, SensorStatus
from sensor.session.info import read_info


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--sensor", "knee=x"], "unknown placement 'knee'; use one of sternum, upper-back"),
        (["--sensor", "sternum"], "write where it is worn and its name, as in sternum=NAME"),
        (["--sensor", "sternum="], "no name for the sensor at sternum"),
        (["--sensor", "sternum=a", "--sensor", "sternum=b"], "placement 'sternum' is named twice"),
        (["--sensor", "sternum=a", "--sensor", "head=A"], "sensor 'a' is named twice"),
        (["--sensor", "sternum=a", "--sensor", "head=virtual"], "name only one sort"),
        (["--sensor", "sternum=a", "--duration", "30"], "write for example 30min"),
        (["--sensor", "sternum=a", "--beside", "virtual"], "name only one sort"),
        (["--sensor", "sternum=a", "--beside", "A"], "sensor 'a' is named twice"),
        (["--sensor", "sternum=a", "--live", "--wait"], "--live and --web show one recording"),
        (["--sensor", "sternum=a", "--web=moon"], "'moon' is not one of 'here', 'lan'"),
        (["--sensor", "sternum=a", "--beside", " "], "no name for what is to be recorded beside"),
    ],
)
def test_words_that_do_not_fit_together_are_usage_errors(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(cli, ["record", *arguments])
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_without_a_sensor_it_is_said_how_to_tell_one_once_and_for_all(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["--home", str(tmp_path), "record"])
    assert result.exit_code == 2
    assert "tell once and for all with `runtall profile --sensor sternum=NAME`" in " ".join(
        result.output.split()
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30min", 1800), ("1.5h", 5400), ("90s", 90), ("45:00", 2700), ("1:20:05", 4805), (" 2 min ", 120)],
)
def test_durations_are_read_as_runners_write_them(text: str, seconds: float) -> None:
    assert parse_duration_s(text) == seconds


@pytest.mark.parametrize("text", ["30", "0min", "-5min", "5 parsecs", "1:75", "", "0:00"])
def test_a_duration_without_a_known_unit_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="write for example"):
        parse_duration_s(text)


def test_durations_are_shown_as_on_a_stopwatch() -> None:
    assert [clock_text(s) for s in (0, 59.9, 245, 3845)] == ["0:00", "0:59", "4:05", "1:04:05"]


def _status(time_s: float) -> RecorderStatus:
    chest = SensorStatus("sternum", "A", LinkState.STREAMING, 7890, 104.2, 1, 87)
    cap = SensorStatus("head", "B", LinkState.SEARCHING, 0, 0.0, 0, 9)
    return RecorderStatus(time_s, (chest, cap), "B is not in reach")


def test_the_live_line_tells_time_what_to_do_links_and_lean() -> None:
    line = status_text(_status(754.2), "stand still", lean_deg=-0.4)
    assert line == "12:34 · stand still · sternum ok · head searching, battery 9 % · lean about 0°"


def test_the_live_line_fits_eighty_columns_with_as_many_sensors_as_anybody_wears() -> None:
    places = ("sternum", "upper-back", "sacrum", "waist", "head", "beside 1", "beside 2")
    links = [LinkState.STREAMING] * 7
    for lost in (None, 1):
        links[1] = LinkState.STREAMING if lost is None else LinkState.CONNECTING
        sensors = tuple(
            SensorStatus(place, place, link, 1, 1.0, 0, 87) for place, link in zip(places, links, strict=True)
        )
        status = RecorderStatus(9 * 3600.0, sensors, "")
        line = status_text(status, "1:59:59 to go", lean_deg=-12.0, width=80)
        assert len(line) <= 80
        assert line.startswith("9:00:00 · 1:59:59 to go · ")
        assert line.endswith("lean about -12°")
        assert ("upper-back connecting · 6 sensors ok" in line) == (lost == 1)
        assert ("7 sensors ok" in line) == (lost is None)
        assert status_text(status).count(" ok") == 7 - (lost == 1)


def test_what_is_wrong_stands_whole_under_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    plain = PlainLine()
    plain.show(_status(1.0))
    assert capsys.readouterr().err == (
        "0:01 · sternum ok · head searching, battery 9 % · B is not in reach\n"
    )
    message = "B is not in reach: put the strap on or move it to wake it, and check that no phone holds it"
    screen = StringIO()
    with TerminalLine(Console(file=screen, force_terminal=True, width=80)) as line:
        line.show(replace(_status(1.0), message=message))
    shown = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]|\r", "", screen.getvalue()).splitlines()
    assert message in " ".join(" ".join(shown).split())
    assert max(len(text.rstrip()) for text in shown) <= 80


def test_without_a_terminal_the_line_comes_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    line = PlainLine()
    for tick in range(100):
        line.show(_status(tick * 0.25))
    shown = [text.split()[0] for text in capsys.readouterr().err.splitlines()]
    assert shown == ["0:00", "0:10", "0:20"]


def test_without_a_terminal_a_full_disk_is_told_at_once_and_that_it_is_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = PlainLine()
    for tick in range(36):
        is_kept = not 10 <= tick < 20
        line.show(replace(_status(tick * 0.25), is_kept=is_kept, message="" if is_kept else "no room"))
    shown = [(text.split()[0], text.endswith("no room")) for text in capsys.readouterr().err.splitlines()]
    assert shown == [("0:00", False), ("0:02", True), ("0:05", False)]


def test_on_a_terminal_sentences_stand_above_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    with TerminalLine() as line:
        line.say("Stand [tall]")
        line.show(_status(1.0))
    assert "Stand [tall]" in capsys.readouterr().err


def test_a_virtual_sensor_is_recorded_like_any_other_and_its_path_is_the_last_line(tmp_path: Path) -> None:
    arguments = [
        "--home",
        str(tmp_path),
        "record",
        "--sensor",
        "upper-back=virtual",
        "--sensor",
        "head=virtual",
    ]
    result = CliRunner().invoke(cli, [*arguments, "--duration", "2s", "--name", "lunch"])
    assert result.exit_code == 0
    last = f"To see it: runtall --home {shlex.quote(str(tmp_path))} report --open"
    assert result.stderr.splitlines()[-1] == last
    info = read_info(Path(result.stdout.splitlines()[-1]))
    assert (info.name, info.simulated) == ("lunch", True)
    assert sorted(sensor.placement for sensor in info.sensors) == ["head", "upper-back"]


def test_the_profile_gives_sensors_and_what_is_known_of_the_runner(tmp_path: Path) -> None:
    home = ["--home", str(tmp_path), "--runner", "Ada"]
    usual = ["--sensor", "chest=virtual", "--beside", "virtual", "--stature", "172cm", "--surface", "track"]
    assert CliRunner().invoke(cli, [*home, "profile", *usual]).exit_code == 0
    result = CliRunner().invoke(cli, [*home, "record", "--duration", "2s"])
    assert result.exit_code == 0, result.stderr
    info = read_info(Path(result.stdout.splitlines()[-1]))
    assert [sensor.placement for sensor in (*info.sensors, *info.beside)] == ["sternum", "beside 1"]
    assert info.context == {"runner": "ada", "stature_m": 1.72, "usual_surface": "track"}


def test_what_is_typed_wins_over_the_profile() -> None:
    profile = Profile(sensors=(("sternum", "A"), ("head", "B")), beside=("H10",))
    assert devices((), (), profile) == (("sternum=A", "head=B"), ("H10",))
    assert devices((), ("Pod",), profile) == (("sternum=A", "head=B"), ("Pod",))
    assert devices(("waist=virtual",), (), profile) == (("waist=virtual",), ())


@pytest.mark.skipif(sys.platform != "linux", reason="Bluetooth is taken away by way of D-Bus")
def test_recording_a_real_sensor_needs_no_scipy_pandas_or_matplotlib(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from analysis.cli.main import cli\n"
        "result = CliRunner().invoke(cli, ['--home', sys.argv[1], 'record', '--sensor', 'sternum=x'])\n"
        "assert 'no Bluetooth here' in str(result.exception), result\n"
        "print(*{'scipy', 'pandas', 'matplotlib', 'bumble'} & set(sys.modules))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert result.stdout.split() == []
    assert not (tmp_path / "sessions").exists()
