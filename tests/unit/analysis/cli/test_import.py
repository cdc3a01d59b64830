from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from analysis.cli.main import main
from sensor.samples import FloatArray, IntArray
from sensor.session.reader import read_recording
from tests.support import app_exports
from tests.support.csv_export import write_imu_csv
from tests.support.datasets import synthetic_hour, umafall
from tests.support.movesense_logs import UTC_US, bouncing, bouncing_recording, clock, packets, recording
from tests.support.sessions import count_packets

Run = Callable[..., tuple[int, str, str]]


def _runner(seconds: float = 20.0) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Times, accelerations and rates of somebody who bounces, at 104 Hz."""
    time_s = np.round(np.arange(int(seconds * 104)) / 104, 6)
    acc = np.zeros((len(time_s), 3))
    acc[:, 0], acc[:, 1] = np.sin(8.5 * time_s), 2 * np.cos(17 * time_s)
    acc[:, 2] = 9.81 + 8 * np.sin(17 * time_s)
    return time_s, acc, np.repeat(1.5 * np.sin(8.5 * time_s)[:, None], 3, axis=1)


@pytest.fixture
def chest(tmp_path: Path) -> Path:
    return write_imu_csv(tmp_path / "chest.csv", *_runner())


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``runtall --home HOME …``; returns exit code, stdout, stderr."""

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main(["--home", str(tmp_path / "home"), *map(str, arguments)])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return call


def _sessions(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "home").rglob("*"))


def test_the_last_line_printed_is_the_path_of_the_session(run: Run, chest: Path) -> None:
    code, out, _ = run("import", f"sternum={chest}", "--name", "tempo")
    path = Path(out.splitlines()[-1])
    assert code == 0
    recording = read_recording(path)
    assert recording.name == "tempo"
    assert recording.sensors[0].placement == "sternum"
    assert len(recording.sensors[0].time_s) == 2080


def test_a_session_keeps_what_the_profile_tells_of_its_runner(run: Run, chest: Path, tmp_path: Path) -> None:
    (tmp_path / "home" / "runners").mkdir(parents=True)
    (tmp_path / "home" / "runners" / "ada.toml").write_text(
        'stature = "1.72m"\nsurface = "trail"\npreset = "strict"\n', "utf-8"
    )
    code, out, _ = run("--runner", "ADA", "import", f"sternum={chest}")
    assert code == 0
    told = read_recording(Path(out.splitlines()[-1])).context
    assert told == {"runner": "ada", "stature_m": 1.72, "surface": "trail", "started_source": "file date"}


def test_a_chest_and_a_head_file_become_one_session_named_after_the_first(
    run: Run, chest: Path, tmp_path: Path
) -> None:
    time_s, acc, gyr = _runner()
    cap = write_imu_csv(tmp_path / "cap.csv", time_s + 1, acc, gyr, customary_units=True)
    code, out, _ = run("import", f"sternum={chest}", f"head={cap}")
    recording = read_recording(Path(out.splitlines()[-1]))
    assert code == 0
    assert [sensor.placement for sensor in recording.sensors] == ["sternum", "head"]
    assert recording.name == "chest"


@pytest.mark.parametrize(
    ("option", "key", "value"),
    [
        (("--distance", "60m"), "typed_distance_m", 60.0),
        (("--speed", "10.8km/h"), "typed_speed_mps", 3.0),
        (("--pace", "5:00/km"), "typed_speed_mps", 1000 / 300),
    ],
)
def test_what_was_typed_is_kept_with_the_session(
    run: Run, chest: Path, option: tuple[str, str], key: str, value: float
) -> None:
    _, out, _ = run("import", f"sternum={chest}", *option)
    assert read_recording(Path(out.splitlines()[-1])).context[key] == pytest.approx(value)


def test_the_start_is_reckoned_from_the_files_date_and_said(run: Run, chest: Path) -> None:
    last = datetime(2025, 5, 31, 6, 30, 20, tzinfo=UTC)
    os.utime(chest, (last.timestamp(), last.timestamp()))
    _, out, err = run("import", f"sternum={chest}")
    recording = read_recording(Path(out.splitlines()[-1]))
    started = datetime.fromisoformat(recording.started_utc)
    assert (last - started).total_seconds() == pytest.approx(2079 / 104, abs=1e-5)
    assert recording.context["started_source"] == "file date"
    assert "--started" in err


def test_a_typed_start_is_local_time(run: Run, chest: Path) -> None:
    _, out, err = run("import", f"sternum={chest}", "--started", "2025-05-31 07:30")
    recording = read_recording(Path(out.splitlines()[-1]))
    assert datetime.fromisoformat(recording.started_utc) == datetime(2025, 5, 31, 7, 30).astimezone()
    assert recording.context["started_source"] == "typed"
    assert "--started" not in err


def test_a_recording_from_a_sensors_memory_becomes_a_session(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "whatever.bin"
    log.write_bytes(bouncing_recording())
    code, out, err = run("import", f"sternum={log}", "--distance", "60m")
    recorded = read_recording(Path(out.splitlines()[-1]))
    assert (code, err) == (0, "")
    assert datetime.fromisoformat(recorded.started_utc).timestamp() == UTC_US / 1e6
    assert recorded.context["started_source"] == "time_s"
    assert len(recorded.sensors[0].time_s) == 2080
    assert recorded.sensors[0].acc_range_mps2 == pytest.approx(8 * 9.80665)
    assert recorded.sensors[0].gaps == ()


def test_lost_packets_of_a_sensors_memory_are_a_gap(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log.sbem"
    parts = packets(*bouncing())
    log.write_bytes(recording(clock(), *parts[:100], *parts[110:]))
    _, out, _ = run("import", f"sternum={log}")
    (gap,) = read_recording(Path(out.splitlines()[-1])).sensors[0].gaps
    assert (gap.start_s, gap.end_s) == pytest.approx((799 / 104, 880 / 104), abs=3e-3)


def test_a_typed_start_corrects_a_sensors_clock(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log.sbem"
    log.write_bytes(bouncing_recording())
    _, out, _ = run("import", f"sternum={log}", "--started", "2025-05-31 07:30")
    recorded = read_recording(Path(out.splitlines()[-1]))
    assert datetime.fromisoformat(recorded.started_utc) == datetime(2025, 5, 31, 7, 30).astimezone()


def test_times_since_1970_give_the_start(run: Run, tmp_path: Path) -> None:
    time_s, acc, gyr = _runner()
    path = write_imu_csv(tmp_path / "chest.csv", time_s + 1_748_673_000, acc, gyr)
    _, out, _ = run("import", f"sternum={path}")
    recording = read_recording(Path(out.splitlines()[-1]))
    assert datetime.fromisoformat(recording.started_utc) == datetime(2025, 5, 31, 6, 30, tzinfo=UTC)
    assert recording.sensors[0].time_s[0] == 0.0


def test_remarks_go_to_stderr_and_the_import_goes_on(run: Run, tmp_path: Path) -> None:
    time_s, acc, gyr = _runner()
    path = write_imu_csv(tmp_path / "chest.csv", time_s, acc * 0.85, gyr)
    code, out, err = run("import", f"sternum={path}")
    assert code == 0
    assert len(out.splitlines()) == 1
    assert "0.85 g instead of 1 g" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "PLACEMENT=FILE"),
        (("chest.csv",), "'chest.csv' is not PLACEMENT=FILE"),
        (("sternum=",), "'sternum=' is not PLACEMENT=FILE"),
        (("knee=chest.csv",), "unknown placement 'knee'; use one of sternum, upper-back"),
        (("sternum=a.csv", "sternum=b.csv"), "sternum is given twice"),
        (("sternum=a.csv", "--distance", "10"), "'10' is not a number above zero with its unit"),
        (("sternum=a.csv", "--distance", "10km", "--pace", "5:00/km"), "use only one of"),
        (("sternum=a.csv", "--started", "yesterday"), "yesterday"),
    ],
)
def test_words_that_do_not_fit_are_usage_errors(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run("import", *arguments)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())
    assert _sessions(tmp_path) == []


@pytest.mark.parametrize(
    ("word", "placement"), [("chest", "sternum"), ("back", "upper-back"), ("Sternum", "sternum")]
)
def test_everyday_words_for_a_placement_will_do(run: Run, chest: Path, word: str, placement: str) -> None:
    code, out, _ = run("import", f"{word}={chest}")
    assert code == 0
    assert [sensor.placement for sensor in read_recording(Path(out.strip())).sensors] == [placement]


def test_chest_and_sternum_are_one_placement(run: Run, chest: Path) -> None:
    code, _, err = run("import", f"chest={chest}", f"sternum={chest}")
    assert code == 2
    assert "sternum is given twice" in err


@pytest.mark.parametrize("placements", [("head",), ("waist", "sacrum")])
def test_files_without_a_trunk_sensor_are_refused_in_one_line(
    run: Run, chest: Path, tmp_path: Path, placements: tuple[str, ...]
) -> None:
    code, out, err = run("import", *(f"{placement}={chest}" for placement in placements))
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert f"no trunk sensor among {', '.join(placements)}" in err
    assert not _sessions(tmp_path)


def test_a_distance_nobody_runs_in_that_time_is_a_usage_error(run: Run, chest: Path, tmp_path: Path) -> None:
    code, out, err = run("import", f"sternum={chest}", "--distance", "100km")
    assert (code, out) == (2, "")
    assert "100km in 0.3 min is no speed of a runner" in err
    assert _sessions(tmp_path) == []


def test_the_name_of_an_unused_column_cannot_send_commands_to_the_terminal(run: Run, tmp_path: Path) -> None:
    path = write_imu_csv(tmp_path / "chest.csv", *_runner())
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0] + ",\x1b[2Jevil", *(line + ",1" for line in lines[1:])]))
    code, _, err = run("import", f"sternum={path}")
    assert code == 0
    assert "evil is not used" in err
    assert "\x1b" not in err


def test_a_bad_second_file_leaves_nothing_behind(run: Run, chest: Path, tmp_path: Path) -> None:
    time_s, acc, gyr = _runner(5.0)
    short = write_imu_csv(tmp_path / "cap.csv", time_s, acc, gyr)
    code, out, err = run("import", f"sternum={chest}", f"head={short}")
    assert (code, out) == (1, "")
    assert err == f"runtall: {short}: 5.0 s of data; at least 10 s are needed\n"
    assert _sessions(tmp_path) == []


def test_a_file_that_is_not_there_is_one_line(run: Run, tmp_path: Path) -> None:
    code, _, err = run("import", f"sternum={tmp_path / 'nowhere.csv'}")
    assert code == 1
    assert err.startswith(f"runtall: {tmp_path / 'nowhere.csv'}: cannot be read")
    assert err.count("\n") == 1


def test_importing_twice_makes_two_sessions(run: Run, chest: Path) -> None:
    first, second = (run("import", f"sternum={chest}")[1].splitlines()[-1] for _ in range(2))
    assert first != second
    assert count_packets(Path(first)) == count_packets(Path(second))


def test_help_loads_no_heavy_module() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from analysis.cli.import_ import command;"
        "assert CliRunner().invoke(command, ['--help']).exit_code == 0;"
        "print([name for name in ('numpy', 'pandas', 'scipy', 'bleak') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_hour_is_imported_whole_with_its_losses_as_gaps(run: Run, tmp_path: Path) -> None:
    hour = synthetic_hour()
    imu = hour.imu
    path = write_imu_csv(
        tmp_path / "chest.csv", imu.time_s, imu.acc_sensor_mps2, imu.gyr_sensor_radps, lost=hour.lost
    )
    code, out, err = run("import", f"sternum={path}", "--distance", "12km")
    assert code == 0
    assert "instead of 1 g" not in err
    (sensor,) = read_recording(Path(out.splitlines()[-1])).sensors
    inner = np.flatnonzero(~hour.lost)
    lost = np.diff(hour.lost[inner[0] : inner[-1] + 1].astype(int))
    assert len(sensor.time_s) == len(inner)
    assert len(sensor.gaps) == np.count_nonzero(lost == 1)
    np.testing.assert_allclose(sensor.acc_sensor_mps2, imu.acc_sensor_mps2[inner], rtol=1e-6, atol=1e-6)


def test_a_real_record_that_clips_is_imported_with_a_remark_and_its_samples_marked(
    run: Run, tmp_path: Path
) -> None:
    imu = umafall("UMAFall_Subject_02_ADL_Jogging_1_2016-06-13_20-40-29.csv.gz")["chest"]
    path = write_imu_csv(
        tmp_path / "chest.csv", imu.time_s, imu.acc_sensor_mps2, imu.gyr_sensor_radps, customary_units=True
    )
    code, out, err = run("import", f"sternum={path}")
    assert code == 0
    assert "clipped, loose or not calibrated" in err
    (sensor,) = read_recording(Path(out.splitlines()[-1])).sensors
    assert np.count_nonzero(sensor.clipped) >= 34


def test_a_range_that_is_typed_decides_which_samples_are_clipped(run: Run, chest: Path) -> None:
    code, out, _ = run("import", f"sternum={chest}", "--range", "2g", "--gyro-range", "500dps")
    assert code == 0
    (sensor,) = read_recording(Path(out.splitlines()[-1])).sensors
    assert sensor.acc_range_mps2 == pytest.approx(2 * 9.80665)
    assert sensor.gyr_range_radps == pytest.approx(np.deg2rad(500))
    # The runner of this file bounces up to 17.81 m/s2 and turns at 1.5 rad/s, below both.
    assert not sensor.clipped.any()


def test_samples_beyond_a_typed_range_are_refused_with_both_numbers(
    run: Run, chest: Path, tmp_path: Path
) -> None:
    code, out, err = run("import", f"sternum={chest}", "--range", "1.5g")
    assert (code, out) == (1, "")
    assert "chest.csv: acceleration reaches 1.82 g, so its range is not 1.5 g; look it up" in err
    assert not [entry for entry in _sessions(tmp_path) if entry.is_file()]


def _android_zip() -> bytes:
    """A phone that ran north at 3 m/s, as the app Sensor Logger exports it."""
    time_s, fix_s = app_exports.moments(seconds=20.0), np.arange(20.0)

    def ns(at_s: FloatArray) -> IntArray:
        return np.rint((at_s + app_exports.BEGAN_S) * 1e6).astype(np.int64) * 1000

    motion = ["time", "seconds_elapsed", "x", "y", "z"]
    fixes = ["time", "seconds_elapsed", "horizontalAccuracy", "speed", "altitude", "longitude", "latitude"]
    north_deg = 52.1 + np.degrees(3.0 * fix_s / 6_371_008.8)
    return app_exports.zipped(
        {
            "TotalAcceleration.csv": app_exports.table(
                motion, ns(time_s), time_s, app_exports.acc_at(time_s)
            ),
            "Gyroscope.csv": app_exports.table(motion, ns(time_s), time_s, app_exports.gyr_at(time_s)),
            "Location.csv": app_exports.table(
                fixes,
                *(ns(fix_s), fix_s, np.full(20, 4.7), np.full(20, 3.0)),
                *(np.full(20, 41.2), np.full(20, 13.2), [f"{one:.9f}" for one in north_deg]),
            ),
        }
    )


def test_a_phones_zip_becomes_a_session_with_the_way_it_knows_and_no_places(run: Run, tmp_path: Path) -> None:
    phone = tmp_path / "phone.zip"
    phone.write_bytes(_android_zip())
    code, out, err = run("import", f"chest={phone}")
    recording = read_recording(Path(out.splitlines()[-1]))
    assert code == 0
    assert "taken for Sensor Logger (Android)" in err
    assert datetime.fromisoformat(recording.started_utc).timestamp() == pytest.approx(
        app_exports.BEGAN_S, abs=1e-3
    )
    tracks = {track.quantity: track for track in recording.tracks}
    assert {track.source for track in recording.tracks} == {"phone"}
    assert tracks.keys() == {"distance_m", "speed_mps", "altitude_m"}
    assert tracks["distance_m"].value[-1] == pytest.approx(57.0, abs=0.1)
    np.testing.assert_allclose(tracks["distance_m"].time_s, np.arange(20.0), atol=1e-3)


def test_two_files_joined_by_a_plus_sign_are_one_sensor(run: Run, tmp_path: Path) -> None:
    time_s, acc, gyr = _runner()
    for name, values in (("a.csv", acc), ("g.csv", gyr)):
        (tmp_path / name).write_text(app_exports.table(["time", "x", "y", "z"], time_s, values))
    code, out, _ = run("import", f"sternum={tmp_path / 'a.csv'}+{tmp_path / 'g.csv'}")
    recording = read_recording(Path(out.splitlines()[-1]))
    assert code == 0
    assert recording.sensors[0].name == "a.csv+g.csv"
    assert recording.sensors[0].gyr_sensor_radps is not None


def test_a_plus_sign_in_a_files_own_name_joins_nothing(run: Run, chest: Path, tmp_path: Path) -> None:
    odd = chest.rename(tmp_path / "chest+back.csv")
    assert run("import", f"sternum={odd}")[0] == 0


def test_a_mapping_is_typed_once_for_all_files(run: Run, tmp_path: Path) -> None:
    time_s, acc, _ = _runner()
    path = tmp_path / "odd.csv"
    path.write_text(app_exports.table(["T", "p", "q", "r"], time_s * 1000, acc))
    code, out, _ = run("import", f"sternum={path}", "--map", "time=T:ms,acc_x=p,acc_y=q,acc_z=r:mps2")
    assert code == 0
    assert len(read_recording(Path(out.splitlines()[-1])).sensors[0].time_s) == len(time_s)


def test_a_mapping_that_does_not_fit_is_an_error_of_usage(run: Run, chest: Path, tmp_path: Path) -> None:
    code, _, err = run("import", f"sternum={chest}", "--map", "speed=v")
    assert code == 2
    assert "--map: 'speed=v' is not ROLE=COLUMN" in err
    assert _sessions(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (app_exports.zipped({"../Accelerometer.csv": "x"}), "is to go elsewhere"),
        (app_exports.zipped({"Accelerometer.csv": bytes(30_000_000)}), "unpacks to 30 MB"),
        (app_exports.zipped({"notes.txt": "nothing"}), "no recording known here"),
        (_android_zip()[:2000], "torn or damaged"),
    ],
)
def test_a_strangers_zip_is_one_line_and_leaves_nothing(
    run: Run, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "phone.zip"
    path.write_bytes(content)
    code, _, err = run("import", f"sternum={path}")
    assert code == 1
    assert said in err
    assert len(err.splitlines()) == 1
    assert _sessions(tmp_path) == []
    assert list(tmp_path.iterdir()) == [path]
