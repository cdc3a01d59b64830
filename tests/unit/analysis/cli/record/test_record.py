"""``runtall record``: what may be typed, what the runner is told, which marks the session keeps."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import click
import pytest
from click.testing import CliRunner

from analysis.cli.main import cli
from analysis.cli.record.live_line import PlainLine, TerminalLine, status_text
from analysis.cli.record.recording import RecordOptions, record
from analysis.cli.text import clock_text, parse_duration_s
from analysis.cli.virtual_sensors import virtual_runner
from sensor.recorder import LinkState, RecorderStatus, RecordingPlan, SensorRequest, SensorStatus
from sensor.session.info import read_info
from sensor.virtual.radio.timeloop import run_in_virtual_time

PLAN = RecordingPlan((SensorRequest("sternum", "Movesense 000000000001"),))


class Notes:
    """A live line that only takes notes."""

    def __init__(self) -> None:
        self.hint = ""
        self.said: list[str] = []
        self.hints: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, status: RecorderStatus) -> None:
        self.hints.append(self.hint)

    def say(self, text: str) -> None:
        self.said.append(text)


def go_out(
    path: Path,
    *,
    is_guided: bool = True,
    duration_s: float | None = None,
    run_s: float = 60.0,
    interrupts_s: tuple[float, ...] = (),
    number: signal.Signals = signal.SIGINT,
) -> tuple[Notes, list[tuple[float, str]]]:
    """Record a simulated runner in virtual time; return what was said and the marks."""
    notes = Notes()
    order = RecordOptions(PLAN, "test", duration_s, is_guided, is_simulated=True)

    async def outing() -> None:
        async with virtual_runner(PLAN, run_s) as radio:
            for time_s in interrupts_s:
                asyncio.get_running_loop().call_at(time_s, os.kill, os.getpid(), number)
            await record(order, radio, new_path=lambda _: path, line=notes)

    run_in_virtual_time(outing())
    connection = sqlite3.connect(path)
    try:
        marks = connection.execute("SELECT t_ns / 1e9, kind FROM mark ORDER BY t_ns").fetchall()
    finally:
        connection.close()
    return notes, marks


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outing.runtall"


def test_a_guided_run_marks_standing_bow_run_and_the_last_standing(path: Path) -> None:
    # The simulated runner stands for 10 s, bows, stands, runs, and stands for good from second 65 on.
    notes, marks = go_out(path, interrupts_s=(66.0,), run_s=70.0)

    assert [kind for _, kind in marks] == ["standing", "bow", "run", "standing end"]
    standing, bow, run, end = (time_s for time_s, _ in marks)
    assert standing < 2.0
    assert 10.0 < bow < 13.0
    assert bow < run < 24.0
    assert end < 80.0
    assert "Stand tall" in notes.said[1]
    assert "bow" in notes.said[2]
    assert any(hint.startswith("still, 10 s left") for hint in notes.hints)
    assert any(hint.startswith("still, 1 s left") for hint in notes.hints)


def test_ctrl_c_asks_for_the_last_standing_and_a_second_one_ends_at_once(path: Path) -> None:
    notes, marks = go_out(path, interrupts_s=(40.0, 45.0), run_s=120.0)

    assert "once more" in notes.said[-1]
    assert [kind for _, kind in marks] == ["standing", "bow", "run"]
    assert _duration_s(path) == pytest.approx(45.0, abs=1.0)


def test_ctrl_c_before_the_run_ends_at_once(path: Path) -> None:
    _, marks = go_out(path, interrupts_s=(5.0,))
    assert marks == []
    assert _duration_s(path) == pytest.approx(5.0, abs=1.0)


def test_the_end_signal_ends_at_once_even_during_a_guided_run(path: Path) -> None:
    _, marks = go_out(path, interrupts_s=(40.0,), number=signal.SIGTERM)
    assert [kind for _, kind in marks] == ["standing", "bow", "run"]
    assert _duration_s(path) == pytest.approx(40.0, abs=1.0)


def test_the_duration_counts_the_run_and_not_the_walk_through(path: Path) -> None:
    notes, marks = go_out(path, duration_s=60.0, run_s=60.0)
    by_kind = {kind: time_s for time_s, kind in marks}
    assert "Time is up." in notes.said
    assert by_kind["standing end"] >= by_kind["run"] + 60.0 - 1.0


def test_without_a_guide_nothing_is_asked_and_nothing_marked(path: Path) -> None:
    notes, marks = go_out(path, is_guided=False, duration_s=5.0)
    assert notes.said == ["Time is up."]
    assert marks == []


def test_a_runner_who_never_stands_still_again_does_not_keep_the_recording_open(path: Path) -> None:
    notes, _ = go_out(path, interrupts_s=(40.0,), run_s=600.0)
    assert "ends without it" in notes.said[-1]
    assert _duration_s(path) == pytest.approx(160.0, abs=2.0)


def _duration_s(path: Path) -> float:
    connection = sqlite3.connect(path)
    try:
        return float(connection.execute("SELECT max(arrival_ns) / 1e9 FROM packet").fetchone()[0])
    finally:
        connection.close()


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
        (["--sensor", "sternum=a", "--beside", " "], "no name for what is to be recorded beside"),
        ([], "Missing option '--sensor'"),
    ],
)
def test_words_that_do_not_fit_together_are_usage_errors(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(cli, ["record", *arguments])
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


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
    cap = SensorStatus("head", "B", LinkState.SEARCHING, 0, 0.0, 0, None)
    return RecorderStatus(time_s, (chest, cap), "B is not in reach")


def test_the_live_line_tells_time_samples_rate_gaps_link_and_battery() -> None:
    assert status_text(_status(754.2), "stand still") == (
        "12:34  |  stand still  |  B is not in reach"
        "  |  sternum streaming, 7890 samples, 104/s, 1 gap, battery 87 %"
        "  |  head searching, 0 samples, 0/s, no gap"
    )


def test_without_a_terminal_the_line_comes_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    line = PlainLine()
    for tick in range(100):
        line.show(_status(tick * 0.25))
    shown = [text.split()[0] for text in capsys.readouterr().err.splitlines()]
    assert shown == ["0:00", "0:10", "0:20"]


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
    info = read_info(Path(result.stdout.splitlines()[-1]))
    assert (info.name, info.simulated) == ("lunch", True)
    assert sorted(sensor.placement for sensor in info.sensors) == ["head", "upper-back"]


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
    assert list((tmp_path / "sessions").iterdir()) == []
