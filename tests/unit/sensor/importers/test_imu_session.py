from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sensor.errors import ImportFileError, SessionExistsError, SessionFileError, UnknownSensorError
from sensor.importers.full_scale import with_typed_ranges
from sensor.importers.imu_csv import ImuFile, read_imu_csv
from sensor.importers.imu_session import SessionStart, session_start, write_imu_session
from sensor.samples import Gap
from sensor.session.reader import read_recording
from sensor.session.writer import SessionWriter
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from tests.support.csv_export import write_imu_csv
from tests.support.disks import small_disk
from tests.support.sessions import STARTED_UTC

_VALUES = {"allow_nan": False, "allow_infinity": False, "width": 32}


def _file(
    time_s: Sequence[float], acc_z_mps2: float | Sequence[float] = 9.81, *, gyroscope: bool = True
) -> ImuFile:
    times = np.array(time_s, dtype=np.float64)
    acc = np.zeros((len(times), 3))
    acc[:, 2] = acc_z_mps2
    sha256 = hashlib.sha256(times.tobytes()).hexdigest()
    return ImuFile("chest.csv", 1234, sha256, times, acc, np.ones_like(acc) if gyroscope else None, ())


def _write(folder: Path, **files: ImuFile) -> Path:
    target = folder / "a.runtall"
    write_imu_session(target, files, name="tempo", started_utc=STARTED_UTC)
    return target


@settings(max_examples=25, deadline=None)
@given(data=st.data(), gyroscope=st.booleans(), customary_units=st.booleans())
def test_samples_come_back_exactly_to_float32_and_microsecond(
    data: st.DataObject, gyroscope: bool, customary_units: bool
) -> None:
    steps_us = np.resize(data.draw(hnp.arrays(np.int64, 50, elements=st.integers(5_000, 15_000))), 2400)
    time_s = (data.draw(st.integers(0, 10**9)) + np.cumsum(steps_us)) / 1e6
    noise = st.floats(-4, 4, **_VALUES)
    acc = np.resize(data.draw(hnp.arrays(np.float32, (50, 3), elements=noise)), (2400, 3)) / 4.0
    acc[:, 2] += 9.75
    turn = st.floats(-3, 3, **_VALUES).filter(lambda value: value == 0 or abs(value) > 1e-30)
    gyr = np.resize(data.draw(hnp.arrays(np.float32, (50, 3), elements=turn)), (2400, 3)).astype(np.float64)
    gyr[0] = 1.0
    with TemporaryDirectory() as folder:
        path = write_imu_csv(
            Path(folder) / "chest.csv",
            time_s,
            acc,
            gyr if gyroscope else None,
            customary_units=customary_units,
        )
        file = read_imu_csv(path)
        target = Path(folder) / "a.runtall"
        write_imu_session(
            target,
            {"sternum": file},
            name="x",
            started_utc=STARTED_UTC,
            zero_s=session_start({"": file}).zero_s,
        )
        (sensor,) = read_recording(target).sensors
    np.testing.assert_array_equal(np.rint(sensor.time_s * 1e6), np.rint(file.time_s * 1e6))
    np.testing.assert_array_equal(sensor.acc_sensor_mps2, file.acc_sensor_mps2.astype(np.float32))
    assert (sensor.gyr_sensor_radps is None) != gyroscope
    if sensor.gyr_sensor_radps is not None and file.gyr_sensor_radps is not None:
        np.testing.assert_array_equal(sensor.gyr_sensor_radps, file.gyr_sensor_radps.astype(np.float32))


def test_missing_rows_are_gaps(tmp_path: Path) -> None:
    time_s = np.delete(np.arange(2000) / 100, slice(500, 600))
    (sensor,) = read_recording(_write(tmp_path, sternum=_file(time_s.tolist()))).sensors
    assert sensor.gaps == (Gap(4.99, 6.0, "rows missing"),)


def test_files_imported_together_share_one_time_line(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        head=_file((2.5 + np.arange(1500) / 50).tolist(), gyroscope=False),
        sternum=_file((np.arange(1500) / 100).tolist()),
    )
    recording = read_recording(path)
    head, chest = recording.sensors
    assert (head.placement, chest.placement) == ("head", "sternum")
    assert (chest.time_s[0], head.time_s[0]) == (0.0, 2.5)
    assert chest.gyr_sensor_radps is not None
    assert head.gyr_sensor_radps is None
    assert recording.duration_s == pytest.approx(2.5 + 1499 / 50)


def test_name_size_and_hash_of_the_source_are_kept(tmp_path: Path) -> None:
    file = _file((np.arange(1500) / 100).tolist())
    connection = sqlite3.connect(_write(tmp_path, sternum=file))
    assert connection.execute("SELECT * FROM source_file").fetchall() == [("chest.csv", 1234, file.sha256, 1)]
    connection.close()


def test_a_full_scale_that_the_file_shows_marks_its_clipped_samples(tmp_path: Path) -> None:
    rise = np.linspace(0, 3 * STANDARD_GRAVITY_MPS2, 1000)
    clipped = np.minimum(rise, 2 * STANDARD_GRAVITY_MPS2)
    (sensor,) = read_recording(
        _write(tmp_path, sternum=_file((np.arange(1000) / 100).tolist(), clipped.tolist()))
    ).sensors
    assert sensor.acc_range_mps2 == pytest.approx(2 * STANDARD_GRAVITY_MPS2)
    assert sensor.gyr_range_radps is None
    np.testing.assert_array_equal(sensor.clipped, rise > 0.999 * 2 * STANDARD_GRAVITY_MPS2)


def test_a_single_peak_at_a_full_scale_is_not_taken_for_clipping(tmp_path: Path) -> None:
    acc = np.full(1000, 9.81)
    acc[500] = 2 * STANDARD_GRAVITY_MPS2
    (sensor,) = read_recording(
        _write(tmp_path, sternum=_file((np.arange(1000) / 100).tolist(), acc.tolist()))
    ).sensors
    assert sensor.acc_range_mps2 is None
    assert not sensor.clipped.any()


def test_a_gyroscope_that_piles_up_at_its_full_scale_is_clipped(tmp_path: Path) -> None:
    file = _file((np.arange(1000) / 100).tolist())
    gyr = np.zeros((1000, 3))
    gyr[100:200, 1] = -250 * RADPS_PER_DEGPS
    turned = ImuFile(file.name, 1, "0" * 64, file.time_s, file.acc_sensor_mps2, gyr, ())
    (sensor,) = read_recording(_write(tmp_path, sternum=turned)).sensors
    assert sensor.gyr_range_radps == pytest.approx(250 * RADPS_PER_DEGPS)
    assert np.flatnonzero(sensor.clipped).tolist() == list(range(100, 200))


def test_a_typed_range_below_which_samples_pile_up_is_refused() -> None:
    clipped = np.minimum(np.linspace(0, 3 * STANDARD_GRAVITY_MPS2, 1000), 2 * STANDARD_GRAVITY_MPS2)
    file = _file((np.arange(1000) / 100).tolist(), clipped.tolist())
    with pytest.raises(
        ImportFileError, match=r"piles up at 2 g, so its range is not 16 g; .* leave --range out"
    ):
        with_typed_ranges(
            file, Path("a.csv"), acc_range_mps2=16 * STANDARD_GRAVITY_MPS2, gyr_range_radps=None
        )


def test_a_range_that_the_file_states_itself_stays() -> None:
    file = replace(_file((np.arange(1000) / 100).tolist(), gyroscope=False), acc_range_mps2=78.5)
    ranged = with_typed_ranges(file, Path("a.csv"), acc_range_mps2=157.0, gyr_range_radps=35.0)
    assert (ranged.acc_range_mps2, ranged.gyr_range_radps) == (78.5, None)


@pytest.mark.parametrize(
    ("first_s", "start"),
    [
        (0.0, SessionStart(0.0, None)),
        (12.5, SessionStart(0.0, None)),
        (-3.0, SessionStart(-3.0, None)),
        (100_000.0, SessionStart(100_000.0, None)),
        (1_748_673_000.5, SessionStart(1_748_673_000.5, datetime(2025, 5, 31, 6, 30, 0, 500_000, UTC))),
    ],
)
def test_second_zero_is_that_of_the_files_unless_it_is_far_off(first_s: float, start: SessionStart) -> None:
    files = {"sternum": _file([first_s, first_s + 1]), "head": _file([first_s + 0.5, first_s + 2])}
    assert session_start(files) == start


def test_a_session_never_replaces_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.runtall").write_text("mine")
    with pytest.raises(SessionFileError, match=r"a\.runtall: exists already"):
        _write(tmp_path, sternum=_file([0.0, 1.0]))
    assert (tmp_path / "a.runtall").read_text() == "mine"


def test_a_failed_import_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UnknownSensorError, match="'knee'"):
        _write(tmp_path, sternum=_file([0.0, 1.0]), knee=_file([0.0, 1.0]))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SessionFileError, match=r"a\.runtall: cannot be made \(No such file"):
        _write(tmp_path / "nowhere", sternum=_file([0.0, 1.0]))


def test_a_full_disk_leaves_nothing_behind_and_is_said(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=200) as disk:
        with pytest.raises(SessionFileError, match=r"disk/a\.runtall: cannot be made \(.*full\); make room"):
            _write(disk, sternum=_file((np.arange(20_000) / 100).tolist()))
        assert list(disk.iterdir()) == []


def test_files_without_a_common_moment_are_no_session() -> None:
    chest, head = _file([0.0, 1.0, 2.0]), _file([1_748_673_000.0, 1_748_673_001.0])
    with pytest.raises(
        ImportFileError, match=r"1748673000 to 1748673001 s, has nothing in common .* 0 to 2 s"
    ):
        session_start({"sternum": chest, "head": head})


def test_one_file_for_two_sensors_is_a_slip() -> None:
    with pytest.raises(ImportFileError, match="holds the same as"):
        session_start({"sternum": _file([0.0, 1.0]), "head": _file([0.0, 1.0])})


def test_a_session_that_appears_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = SessionWriter.close

    def close_late(writer: SessionWriter) -> None:
        close(writer)
        (tmp_path / "a.runtall").write_text("of somebody else")

    monkeypatch.setattr(SessionWriter, "close", close_late)
    with pytest.raises(SessionExistsError, match=r"a\.runtall: exists already and is never overwritten"):
        _write(tmp_path, sternum=_file((np.arange(1500) / 100).tolist()))
    assert (tmp_path / "a.runtall").read_text() == "of somebody else"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.runtall"]
