"""Recordings from a Movesense's memory as files: times, gaps, what cannot be taken in."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensor.errors import ImportFileError
from sensor.importers.movesense_recording import is_movesense_log, read_movesense_log
from sensor.protocol.movesense.frames import ACC_RANGE_MPS2, GYR_RANGE_RADPS
from sensor.protocol.movesense.sbem import MAGIC
from tests.support.movesense_logs import (
    FIRST_MS,
    UTC_US,
    bouncing,
    bouncing_recording,
    clock,
    packets,
    recording,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sbem"


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_samples_come_back_with_the_time_of_day(path: Path) -> None:
    acc_mps2, gyr_radps = bouncing()
    content = bouncing_recording()
    file = read_movesense_log(written(path, content))
    assert file.acc_sensor_mps2 == pytest.approx(acc_mps2, abs=1e-5)
    assert file.gyr_sensor_radps == pytest.approx(gyr_radps, abs=1e-5)
    # The counter has whole milliseconds: a sample is at most one early.
    early_s = UTC_US / 1e6 + np.arange(len(acc_mps2)) / 104 - file.time_s
    assert early_s.min() > -1e-6
    assert early_s.max() < 1.1e-3
    assert (file.name, file.size) == ("log.sbem", len(content))
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert (file.acc_range_mps2, file.gyr_range_radps) == (ACC_RANGE_MPS2, GYR_RANGE_RADPS)
    assert file.notices == ()


def test_the_time_of_day_may_come_late_and_again(path: Path) -> None:
    log = packets(*bouncing())
    second, third = clock(FIRST_MS + 2000, UTC_US + 2_000_000), clock(FIRST_MS + 9000, UTC_US + 9_000_000)
    file = read_movesense_log(written(path, recording(*log[:50], second, *log[50:], third)))
    assert file.time_s[0] == pytest.approx(UTC_US / 1e6, abs=1e-6)


@pytest.mark.parametrize("utc_us", [1_420_070_400_000_000, 2**64 - 1])
def test_a_clock_that_was_never_set_is_not_believed(path: Path, utc_us: int) -> None:
    file = read_movesense_log(written(path, recording(clock(utc_us=utc_us), *packets(*bouncing()))))
    assert file.time_s[0] == 0


def test_lost_packets_are_a_gap_and_the_packet_before_it_keeps_its_pace(path: Path) -> None:
    log = packets(*bouncing())
    file = read_movesense_log(written(path, recording(*log[:100], *log[110:])))
    steps_s = np.diff(file.time_s)
    assert len(file.time_s) == 8 * (len(log) - 10)
    assert np.argmax(steps_s) == 799
    assert steps_s[799] == pytest.approx(81 / 104, abs=2e-3)
    assert np.delete(steps_s, 799) == pytest.approx(1 / 104, abs=2e-4)


def test_repeated_and_earlier_packets_are_left_out_and_said(path: Path) -> None:
    log = packets(*bouncing())
    file = read_movesense_log(written(path, recording(*log[:50], log[49], log[20], *log[50:])))
    assert len(file.time_s) == 8 * len(log)
    assert (np.diff(file.time_s) > 0).all()
    assert "16 samples" in file.notices[0]


def test_a_counter_that_wraps_goes_on(path: Path) -> None:
    acc_mps2, gyr_radps = bouncing()
    first_ms = 2**32 - 7000
    wrapped = packets(acc_mps2, gyr_radps, first_ms)
    file = read_movesense_log(written(path, recording(clock(first_ms), *wrapped)))
    assert file.time_s[-1] - file.time_s[0] == pytest.approx((len(acc_mps2) - 1) / 104, abs=2e-3)
    assert file.time_s[0] == pytest.approx(UTC_US / 1e6, abs=1e-6)


def test_a_recording_that_was_cut_is_taken_up_to_there_and_said(path: Path) -> None:
    file = read_movesense_log(written(path, bouncing_recording()[:-30]))
    assert len(file.time_s) == len(bouncing()[0]) - 8
    assert "ends in the middle" in file.notices[0]


def test_a_sensor_that_reads_half_of_gravity_is_remarked(path: Path) -> None:
    acc_mps2, gyr_radps = bouncing()
    file = read_movesense_log(written(path, recording(*packets(acc_mps2 / 2, gyr_radps))))
    assert "0.50 g" in file.notices[0]


def test_impossible_samples_are_left_out(path: Path) -> None:
    acc_mps2, gyr_radps = bouncing()
    acc_mps2[7] = 1e30
    file = read_movesense_log(written(path, recording(*packets(acc_mps2, gyr_radps))))
    assert len(file.time_s) == len(acc_mps2) - 1
    assert "1 samples" in file.notices[0]


SLOW = [one for i, one in enumerate(packets(*bouncing(200))) if i % 8 == 0]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (MAGIC, "holds no acceleration"),
        (recording(packets(*bouncing())[0])[:-1], "before its first sample"),
        (recording(), "holds no acceleration"),
        (recording(clock()), "holds no acceleration"),
        (recording(packets(*bouncing())[0]), "a single packet"),
        (recording(*packets(*bouncing(5.0))), "at least 10 s"),
        (recording(*SLOW), "samples per second"),
        (recording(packets(*bouncing())[0], *packets(*bouncing(), first_ms=2**31 - 10)), "more than 48"),
        (b"time_s,acc_x_mps2", "SBEM0112"),
        (MAGIC + b"\0\x0a\x0b\0<FRM>x;y", "unknown type 'x;y'"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_in_one_line(path: Path, content: bytes, why: str) -> None:
    with pytest.raises(ImportFileError, match=why) as refused:
        read_movesense_log(written(path, content))
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(path: Path) -> None:
    with pytest.raises(ImportFileError, match="cannot be read"):
        read_movesense_log(path)


def test_recordings_are_known_by_their_content(tmp_path: Path) -> None:
    assert is_movesense_log(written(tmp_path / "run.csv", bouncing_recording()))
    assert not is_movesense_log(written(tmp_path / "log.sbem", b"time_s"))
    assert not is_movesense_log(tmp_path / "nothing")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 40_000), st.binary(min_size=1, max_size=9)), max_size=20))
def test_damaged_recordings_are_read_or_refused(tmp_path: Path, damages: list[tuple[int, bytes]]) -> None:
    content = bytearray(bouncing_recording(15.0))
    for at, wrong in damages:
        content[at + 8 : at + 8 + len(wrong)] = wrong
    try:
        file = read_movesense_log(written(tmp_path / "log.sbem", bytes(content)))
    except ImportFileError:
        return
    assert (np.diff(np.rint(file.time_s * 1e6)) > 0).all()
    assert np.isfinite(file.acc_sensor_mps2).all()
