"""Recordings of a Verity Sense as files: both measurements, time of day, parts, what cannot be taken in."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensor.errors import ImportFileError
from sensor.importers.polar_recording import is_polar_rec, read_polar_rec
from sensor.protocol.polar.control import Measurement
from sensor.protocol.polar.encoding import encode_packed_frame
from sensor.protocol.polar.recording import Recording, encode_recording
from sensor.protocol.polar.settings import Setting, SettingValues
from sensor.samples import FloatArray
from tests.support.captures import captures

ACC, GYRO = Measurement.ACC, Measurement.GYRO
G = 9.80665
UTC_S = 1_777_620_600
"""1 May 2026, 7:30."""

FIRST_NS = (UTC_S - 946_684_800) * 10**9
MAKERS = {one["measurement"]: bytes.fromhex(one["payload"]) for one in captures("polar")["recordings"]}


def of(measurement: Measurement, rate_hz: int = 52) -> SettingValues:
    told = {Setting.RATE: (rate_hz,), Setting.RESOLUTION: (16,), Setting.CHANNELS: (3,)}
    if measurement is ACC:
        return told | {Setting.RANGE: (8,)}
    return told | {Setting.RANGE: (2000,), Setting.FACTOR: (0.07,)}


def running(seconds: float = 30.0, rate_hz: int = 52) -> dict[Measurement, FloatArray]:
    """Thousandths of g, and counts, that no two samples share."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    phase = 2 * np.pi * 1.37 * time_s[:, None] + np.array([0.0, 1.0, 2.0])
    acc_mg = np.array([0.0, 0.0, 1000.0]) + 700 * np.sin(phase)
    return {ACC: np.rint(acc_mg), GYRO: np.rint(1500 * np.cos(phase))}


def frames_of(
    measurement: Measurement, values: FloatArray, *, first_ns: int = FIRST_NS, rate_hz: int = 52
) -> list[bytes]:
    size, kind = (100, 0x81) if measurement is ACC else (36, 0x80)
    return [
        encode_packed_frame(
            measurement,
            kind,
            time_ns=first_ns + round(1e9 * (min(at + size, len(values)) - 1) / rate_hz),
            values=values[at : at + size],
            block_samples=20,
        )
        for at in range(0, len(values), size)
    ]


def file_of(measurement: Measurement, frames: list[bytes], rate_hz: int = 52) -> bytes:
    return encode_recording(Recording("2026-05-01 07:30:00", of(measurement, rate_hz), tuple(frames)))


def write(folder: Path, seconds: float = 30.0, **options: int) -> Path:
    for measurement, values in running(seconds).items():
        frames = frames_of(measurement, values, **options)
        (folder / f"{measurement.name}.REC").write_bytes(file_of(measurement, frames))
    return folder / "ACC.REC"


def test_both_files_of_a_recording_become_one_with_the_time_of_day(tmp_path: Path) -> None:
    file = read_polar_rec(write(tmp_path))
    truth = running()
    number = np.rint((file.time_s - UTC_S) * 52).astype(int)
    assert file.time_s - UTC_S == pytest.approx(number / 52, abs=1e-6)
    assert number[0] == 0
    assert len(number) > len(truth[ACC]) - 2
    assert (np.diff(number) == 1).all()
    assert file.acc_sensor_mps2 == pytest.approx(truth[ACC][number] * G / 1000)
    assert file.gyr_sensor_radps is not None
    assert file.gyr_sensor_radps == pytest.approx(truth[GYRO][number] * math.radians(0.07), abs=1e-9)
    assert file.name == "ACC.REC+GYRO.REC"
    assert file.gyr_range_radps == pytest.approx(math.radians(2000))
    assert any("maker's software only" in notice for notice in file.notices)
    assert any("taken for UTC" in notice for notice in file.notices)


def test_a_gyroscope_that_began_later_costs_what_came_before_it(tmp_path: Path) -> None:
    truth = running()
    (tmp_path / "ACC.REC").write_bytes(file_of(ACC, frames_of(ACC, truth[ACC])))
    late = frames_of(GYRO, truth[GYRO][26:], first_ns=FIRST_NS + 500_000_000)
    (tmp_path / "GYRO.REC").write_bytes(file_of(GYRO, late))
    file = read_polar_rec(tmp_path / "ACC.REC")
    assert file.time_s[0] - UTC_S == pytest.approx(0.5, abs=1e-6)
    assert file.gyr_sensor_radps is not None
    assert file.gyr_sensor_radps[0] == pytest.approx(truth[GYRO][26] * math.radians(0.07), abs=1e-9)


def test_split_files_and_files_in_one_are_the_same_recording(tmp_path: Path) -> None:
    whole = read_polar_rec(write(tmp_path))
    parts = tmp_path / "parts"
    parts.mkdir()
    contents = []
    for measurement, values in running().items():
        frames = frames_of(measurement, values)
        for number, some in enumerate((frames[:4], frames[4:])):
            contents.append(file_of(measurement, some))
            (parts / f"{measurement.name}{number}.REC").write_bytes(contents[-1])
    (tmp_path / "all in one.rec").write_bytes(b"".join(contents))
    for path in (parts / "ACC0.REC", tmp_path / "all in one.rec"):
        file = read_polar_rec(path)
        assert np.array_equal(file.time_s, whole.time_s)
        assert np.array_equal(file.acc_sensor_mps2, whole.acc_sensor_mps2)
        assert np.array_equal(file.gyr_sensor_radps, whole.gyr_sensor_radps)


def test_a_lost_frame_is_a_gap(tmp_path: Path) -> None:
    values = running()[ACC]
    frames = frames_of(ACC, values)
    (tmp_path / "ACC.REC").write_bytes(file_of(ACC, frames[:5] + frames[6:]))
    file = read_polar_rec(tmp_path / "ACC.REC")
    steps_s = np.diff(file.time_s)
    assert len(file.time_s) == len(values) - 100
    assert steps_s.max() == pytest.approx(101 / 52, abs=1e-6)
    assert np.count_nonzero(steps_s > 1.5 / 52) == 1


def test_a_clock_that_was_never_set_is_not_believed(tmp_path: Path) -> None:
    in_2017_ns = 536_500_000 * 10**9
    file = read_polar_rec(write(tmp_path, first_ns=in_2017_ns))
    assert abs(file.time_s[0]) < 3.0


def test_without_a_gyroscope_and_with_a_cut_end_it_says_so(tmp_path: Path) -> None:
    content = file_of(ACC, frames_of(ACC, running()[ACC]))
    (tmp_path / "ACC.REC").write_bytes(content[:-3])
    file = read_polar_rec(tmp_path / "ACC.REC")
    assert file.gyr_sensor_radps is None
    assert any("GYRO.REC" in notice for notice in file.notices)
    assert any("middle of a frame" in notice for notice in file.notices)


RUN = tuple(frames_of(ACC, running()[ACC]))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no recording of a Polar"),
        (b"\1" + MAKERS["ACC"][1:], "encrypted"),
        (MAKERS["GYRO"], "no acceleration"),
        (MAKERS["ACC"], "at least 10 s"),
        (MAKERS["ACC"][:56], "no acceleration"),
        (encode_recording(Recording("", {Setting.FACTOR: (3.0,)}, RUN)), "cannot be worth 3"),
        (file_of(ACC, [bytes([2, *bytes(8), 0x83, *bytes(20)])]), "no sample"),
        (file_of(ACC, frames_of(ACC, running(60, 13)[ACC], rate_hz=13), 13), "samples per second"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_in_one_line(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "ACC.REC"
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match=why) as refused:
        read_polar_rec(path)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_damage_is_told_of_the_file_that_has_it(tmp_path: Path) -> None:
    path, damaged = write(tmp_path), tmp_path / "GYRO.REC"
    damaged.write_bytes(b"damaged")
    with pytest.raises(ImportFileError, match="no recording of a Polar") as refused:
        read_polar_rec(path)
    assert str(damaged) in str(refused.value)


def test_recordings_are_known_by_their_content_or_name(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "run.bin").write_bytes((tmp_path / "ACC.REC").read_bytes())
    (tmp_path / "run.csv").write_text("time_s")
    assert is_polar_rec(tmp_path / "run.bin")
    assert is_polar_rec(tmp_path / "nothing.REC")
    assert not is_polar_rec(tmp_path / "run.csv")
    assert not is_polar_rec(tmp_path / "nothing.csv")


WHOLE = b"".join(file_of(kind, frames_of(kind, values)) for kind, values in running(12.0).items())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=9)), max_size=12))
def test_damaged_recordings_are_read_or_refused(tmp_path: Path, damages: list[tuple[int, bytes]]) -> None:
    content = bytearray(WHOLE)
    for at, wrong in damages:
        content[at : at + len(wrong)] = wrong
    path = tmp_path / "run.rec"
    path.write_bytes(bytes(content))
    try:
        file = read_polar_rec(path)
    except ImportFileError:
        return
    assert (np.diff(file.time_s) > 0).all()
    assert np.isfinite(file.acc_sensor_mps2).all()
    assert len(file.time_s) == len(file.acc_sensor_mps2)
