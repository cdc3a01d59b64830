"""A clumsy and a hostile user at the console: one clear line each, nothing lost, nothing half-written."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import AnalysisError
from analysis.pipeline import analyse_session
from sensor.protocol.device_kind import DeviceKind
from sensor.protocol.registry import DEVICES, device
from sensor.session.reader import read_recording
from sensor.session.schema import RATE_SETTING
from sensor.session.writer import SessionWriter
from sensor.virtual.runner.scenarios import short_run_plan
from sensor.virtual.runner.simulation import simulate
from tests.support.console import complaint, runtall, success, usage_error
from tests.support.csv_export import write_imu_csv
from tests.support.disks import make_read_only, small_disk
from tests.support.forked_console import forked
from tests.support.sessions import STARTED_UTC, movesense_notifications

HEADER = "time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps"
LONG = "A" * 10_000_000


@pytest.fixture(scope="module")
def chest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes of standing and running, as a CSV file."""
    signal = simulate(short_run_plan(2.0), seed=1).sensors[0].measured
    time_s = np.arange(len(signal.acc_sensor_mps2)) / signal.rate_hz
    path = tmp_path_factory.mktemp("csv") / "chest.csv"
    return write_imu_csv(path, time_s, signal.acc_sensor_mps2, signal.gyr_sensor_radps)


@pytest.fixture(scope="module")
def imported(chest: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    return Path(success(forked(home, "import", f"sternum={chest}", "--name", "two minutes"))[-1])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def session(imported: Path, home: Path) -> Path:
    """The session of `chest`, in a home of its own."""
    (home / "sessions").mkdir(parents=True)
    return Path(shutil.copy(imported, home / "sessions" / "mine.runtall"))


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _lines(chest: Path, count: int | None = None) -> list[str]:
    return chest.read_text().splitlines()[: None if count is None else count + 1]


def _short(chest: Path) -> str:
    return "\n".join(_lines(chest, 500))


def _without_a_column(chest: Path) -> str:
    return "\n".join(line.rpartition(",")[0] for line in _lines(chest))


def _with_cell(cell: str) -> Callable[[Path], str]:
    def make(chest: Path) -> str:
        lines = _lines(chest)
        fields = lines[700].split(",")
        lines[700] = ",".join([*fields[:2], cell, *fields[3:]])
        return "\n".join(lines)

    return make


def _backward(chest: Path) -> str:
    lines = _lines(chest)
    lines[700] = lines[600]
    return "\n".join(lines)


def _rescaled(factor: float, columns: slice) -> Callable[[Path], str]:
    def make(chest: Path) -> str:
        rows = np.loadtxt(chest, delimiter=",", skiprows=1)
        rows[:, columns] *= factor
        return "\n".join([HEADER, *(",".join(f"{value:.6f}" for value in row) for row in rows)])

    return make


BAD_FILES: dict[str, tuple[Callable[[Path], str | bytes], str]] = {
    "a missing column": (_without_a_column, "has no column gyr_z_radps"),
    "not a number": (_with_cell("NaN"), "line 701, column acc_y_mps2: 'NaN'"),
    "a word": (_with_cell("fast"), "line 701, column acc_y_mps2: 'fast'"),
    "an escape sequence": (_with_cell("\x1b[2J"), "line 701, column acc_y_mps2: "),
    "backward time": (_backward, "line 701, column time_s: "),
    "five seconds": (_short, "4.8 s of data; at least 10 s"),
    "g in columns of m/s2": (_rescaled(1 / 9.80665, slice(1, 4)), "seem to be in g"),
    "deg/s in columns of rad/s": (_rescaled(57.29578, slice(4, 7)), "seem to be in dps"),
    "milliseconds": (_rescaled(1000.0, slice(0, 1)), "time_s seems to be in milliseconds"),
    "a header alone": (lambda chest: HEADER, "no rows below the header"),
    "nothing": (lambda chest: b"", "the file is empty"),
    "noise": (lambda chest: random.Random(1).randbytes(100_000), "is not UTF-8 text"),
    "a line without end": (lambda chest: HEADER + "\n" + LONG, "line 2 is no row"),
}


@pytest.mark.parametrize(("make", "said"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_file_that_is_no_run_is_one_line_and_no_session(
    chest: Path, home: Path, tmp_path: Path, make: Callable[[Path], str | bytes], said: str
) -> None:
    path = tmp_path / "bad.csv"
    content = make(chest)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    line = complaint(forked(home, "import", f"sternum={path}"))
    assert line.startswith(f"{path}: ")
    assert said in line
    assert not home.exists()


def test_units_swapped_the_other_way_are_named_too(chest: Path, home: Path, tmp_path: Path) -> None:
    for right, wrong, said in (
        ("_mps2", "_g", "seem to be in mps2"),
        ("_radps", "_dps", "seem to be in radps"),
    ):
        path = tmp_path / f"bad{wrong}.csv"
        lines = _lines(chest)
        path.write_text("\n".join([lines[0].replace(right, wrong), *lines[1:]]))
        assert said in complaint(forked(home, "import", f"sternum={path}"))


@pytest.mark.parametrize(
    ("name", "said"),
    [("folder", "no recording known here in it (nothing)"), ("nowhere.csv", "cannot be read")],
)
def test_what_holds_no_recording_is_one_line(home: Path, tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    line = complaint(forked(home, "import", f"sternum={tmp_path / name}"))
    assert line.startswith(f"{tmp_path / name}: {said}")
    assert not home.exists()


def test_standing_alone_is_no_run(home: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    time_s = np.arange(104 * 60) / 104
    acc = np.array([0.0, 0.0, 9.81]) + rng.normal(0, 0.05, (len(time_s), 3))
    path = write_imu_csv(tmp_path / "stood.csv", time_s, acc, rng.normal(0, 0.01, (len(time_s), 3)))
    imported = Path(success(forked(home, "import", f"sternum={path}"))[-1])
    line = complaint(forked(home, "report"))
    assert line.startswith(f"{imported}: ")
    assert "of running" in line
    assert list(imported.parent.iterdir()) == [imported]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "CHEST", "--pace", "5:30"), "'5:30' is not a pace with its unit"),
        (("import", "CHEST", "--speed", "11"), "'11' is not a number above zero with its unit"),
        (
            ("import", "CHEST", "--distance", "300m", "--speed", "11km/h"),
            "use only one of --distance, --speed and --pace",
        ),
        (("import", "CHEST", "--distance", "10km"), "10km in 2.0 min is no speed of a runner"),
        (("import", "CHEST", "CHEST"), "placement sternum is given twice"),
        (("import", "knee=a.csv"), "unknown placement 'knee'"),
        (("record",), "no sensor: give one"),
        (("record", "--sensor", "Movesense"), "as in sternum=Movesense"),
        (("record", "--sensor", "sternum=virtual", "--duration", "30"), "'30' is no duration"),
        (("record", "--sensor", "sternum=virtual", "--sensor", "head=Movesense 1"), "name only one sort"),
        (("compare", "latest"), "two or more sessions"),
        (("demo", "--seed", "-1"), "-1 is not in the range"),
        (("walk",), "No such command 'walk'"),
    ],
)
def test_words_that_do_not_fit_are_usage_errors(
    chest: Path, home: Path, words: tuple[str, ...], said: str
) -> None:
    arguments = [f"sternum={chest}" if word == "CHEST" else word for word in words]
    assert said in usage_error(forked(home, *arguments))
    assert not home.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda whole: b"", "empty"),
        (lambda whole: whole[:15], "cut off"),
        (lambda whole: whole[: len(whole) // 2], "cut off"),
        (lambda whole: whole[:-1], "cut off"),
        (lambda whole: b"hello\n" * 1000, "no session file"),
        (lambda whole: whole[:60] + b"\0\0\0\x02" + whole[64:], "version 2, this program knows up to 1"),
        (lambda whole: whole[:68] + bytes(4) + whole[72:], "another program"),
    ],
)
def test_a_file_that_is_no_session_is_one_line_and_hides_no_other(
    session: Path, content: Callable[[bytes], bytes], said: str
) -> None:
    home, bad = session.parent.parent, session.with_name("bad.runtall")
    bad.write_bytes(content(session.read_bytes()))
    before = everything_in(session.parent)
    line = complaint(forked(home, "report", bad))
    assert line.startswith(f"{bad}: ")
    assert said in line
    listed = success(forked(home, "list"))
    assert len(listed) == 3
    assert any("(broken)" in row and said in row for row in listed)
    assert any("two minutes" in row for row in listed)
    assert everything_in(session.parent) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("report", "tempo"), "tempo: no session of that name or date"),
        (("report", "latest-7"), "holds only 1"),
        (("show", "gone.runtall"), "gone.runtall: cannot be read (No such file"),
        (("compare", "mine", "gone.runtall"), "gone.runtall: cannot be read"),
        (("report", "-o", "no/such/page.html"), "no/such/page.html: cannot be written"),
        (("report", "-o", "."), ".: cannot be written"),
        (("report", "--json", "no/such.json", "-o", "page.html"), "no/such.json: cannot be written"),
    ],
)
def test_what_is_not_there_is_one_line(
    session: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    before = everything_in(session.parent)
    assert said in complaint(forked(session.parent.parent, *words, folder=tmp_path))
    assert everything_in(session.parent) == before
    assert {path.name for path in tmp_path.iterdir()} <= {"home", "page.html"}


def test_hostile_names_reach_neither_terminal_nor_page(session: Path, tmp_path: Path) -> None:
    evil = "\x1b[31m\x1b]0;title\x07\r\n<script>alert(1)</script><img src=x onerror=alert(1)>"
    connection = sqlite3.connect(session)
    connection.execute("UPDATE meta SET value = ? WHERE key = 'name'", (json.dumps(evil),))
    connection.execute("INSERT INTO meta VALUES ('context.shoes', ?)", (json.dumps(evil),))
    connection.execute("INSERT INTO meta VALUES ('context.notes', ?)", (json.dumps(LONG),))
    connection.execute("UPDATE sensor SET name = ?", (evil,))
    connection.execute("UPDATE event SET detail = ?", (LONG,))
    connection.execute("INSERT INTO mark VALUES (1, 1, ?, ?)", (evil, evil))
    connection.commit()
    connection.close()
    home, page = session.parent.parent, tmp_path / "page.html"
    other = tmp_path / "other.runtall"
    other.write_bytes(session.read_bytes())
    compared = tmp_path / "compared.html"
    for words in (("list",), ("show",), ("report", "-o", page), ("compare", session, other, "-o", compared)):
        success(forked(home, *words))
    assert "<script>alert" not in compared.read_text(encoding="utf-8")
    content = page.read_text(encoding="utf-8")
    assert "<script>alert" not in content
    assert "<img src=x" not in content
    assert len(content) < 1_000_000


def test_a_session_is_reported_while_it_is_being_recorded(session: Path) -> None:
    """As far as it goes; the recording itself is not disturbed."""
    home, live = session.parent.parent, session.with_name("live.runtall")
    writer = SessionWriter(live, name="live", started_utc="2099-05-31T06:30:00+00:00")
    source = sqlite3.connect(session)
    _, placement, kind, name, _, _, settings = source.execute("SELECT * FROM sensor").fetchone()
    segment = writer.start_segment(
        writer.add_sensor(placement, kind, name=name, settings=json.loads(settings)), 0, reason="start"
    )
    packets = source.execute("SELECT channel, arrival_ns, payload FROM packet ORDER BY id").fetchall()
    source.close()
    for channel, arrival_ns, payload in packets:
        writer.packet(segment, channel, arrival_ns=arrival_ns, payload=payload)
    writer.commit()

    lines = success(forked(home, "report", "latest"))
    assert lines[0].startswith("live")
    shown = "\n".join(success(forked(home, "show", "live")))
    assert "still being recorded" in shown
    assert "still being recorded" in complaint(forked(home, "note", "live", "--shoes", "old"))

    writer.mark(1, "lap")
    writer.close()
    assert len(read_recording(live).sensors[0].time_s) == len(read_recording(session).sensors[0].time_s)


def test_a_home_that_is_a_file_is_refused(tmp_path: Path, chest: Path) -> None:
    (tmp_path / "file").touch()
    assert "is a file" in usage_error(forked(tmp_path / "file", "list"))
    line = complaint(forked(tmp_path / "file" / "home", "import", f"sternum={chest}"))
    assert "cannot be made" in line
    assert "--home" in line


def test_a_home_that_cannot_be_written_is_one_line(tmp_path: Path, session: Path, chest: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=4000) as disk:
        (disk / "sessions").mkdir()
        shutil.copy(session, disk / "sessions" / "mine.runtall")
        make_read_only(disk)
        for words in (
            ("import", f"sternum={chest}"),
            ("record", "--sensor", "sternum=virtual", "--duration", "3s"),
            ("report",),
            ("note", "--shoes", "old"),
        ):
            assert "cannot be" in complaint(forked(disk, *words))
        success(forked(disk, "report", "-o", tmp_path / "page.html"))


def test_without_bluetooth_scan_and_record_say_what_to_do(home: Path) -> None:
    """The address of a D-Bus that does not exist stands for a machine without Bluetooth."""
    nowhere = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={home}/no/bus"}
    for words in (("scan", "--listen", "0.5"), ("record", "--sensor", "sternum=Movesense 1")):
        line = complaint(runtall(home, *words, environment=nowhere))
        assert "Bluetooth" in line
        assert "; " in line
    assert not list(home.rglob("*.runtall"))


def _foreign_session(path: Path, kind: DeviceKind, payloads: list[bytes], rng: random.Random) -> Path:
    """Write a session whose packets are not those of its sensor, arriving at any time."""
    settings = dict(kind.make_driver(kind.default_rate_hz or 100.0).settings) if kind.make_driver else {}
    if kind.default_rate_hz:
        settings[RATE_SETTING] = kind.default_rate_hz
    with SessionWriter(path, name="foreign", started_utc=STARTED_UTC) as writer:
        segment = writer.start_segment(
            writer.add_sensor("sternum", kind.key, name="x", settings=settings), 0, reason="start"
        )
        for payload in payloads:
            arrival_ns = rng.choice((0, -(2**63), 2**63 - 1, rng.randrange(10**13)))
            writer.packet(segment, kind.data_characteristic, arrival_ns=arrival_ns, payload=payload)
    return path


@pytest.mark.parametrize("kind", DEVICES, ids=lambda kind: kind.key)
def test_packets_of_another_sensor_end_in_a_report_or_one_line(tmp_path: Path, kind: DeviceKind) -> None:
    rng = random.Random(kind.key)
    noise = [rng.randbytes(rng.randrange(1, 250)) for _ in range(2000)]
    other = [payload for _, payload in movesense_notifications(0, 300)]
    beheaded = [bytes([rng.choice(other)[0], *rng.randbytes(150)]) for _ in range(500)]
    for number, payloads in enumerate((noise, other, beheaded)):
        path = _foreign_session(tmp_path / f"{number}.runtall", kind, payloads, rng)
        (sensor,) = read_recording(path).sensors
        assert (np.diff(sensor.time_s) > 0).all()
        assert np.isfinite(sensor.acc_sensor_mps2).all()
        with pytest.raises(AnalysisError) as caught:
            analyse_session(path)
        assert "\n" not in str(caught.value)


def test_a_movesense_whose_clock_and_arrivals_jump_about_ends_in_a_report_or_one_line(tmp_path: Path) -> None:
    rng = random.Random(1)
    payloads = [bytearray(payload) for _, payload in movesense_notifications(0, 2000)]
    for payload in payloads[::2]:
        payload[2:6] = rng.randbytes(4)
    path = _foreign_session(tmp_path / "a.runtall", device("movesense"), list(map(bytes, payloads)), rng)
    with pytest.raises(AnalysisError) as caught:
        analyse_session(path)
    assert len(str(caught.value)) < 300
