"""Recordings of a Capture2Go as files: what they hold, what is damaged in them, what is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensor.errors import ImportFileError
from sensor.importers.capture2go_recording import is_capture2go_file, read_capture2go_file
from sensor.importers.imu_file import read_imu_file
from sensor.protocol.capture2go import frames as capture2go
from sensor.protocol.capture2go.frames import Package, encode_measurements, encode_package

T0 = 1_748_673_000_000_000_000
"""31 May 2025, 06:30 UTC."""


def packages(count: int = 200, first_ns: int = T0, rate_hz: int = 100) -> list[bytes]:
    """Packages of somebody who bounces."""
    number = np.arange(8 * count)
    acc = np.zeros((8 * count, 3))
    acc[:, 2] = 2048 + 1600 * np.sin(0.17 * number)
    gyr = np.repeat(1400 * np.sin(0.085 * number)[:, None], 3, axis=1)
    time_ns = first_ns + 8 * 10**9 // rate_hz * np.arange(count)
    return [
        encode_package(one)
        for one in encode_measurements(rate_hz, time_ns, gyr_counts=gyr.round(), acc_counts=acc.round())
    ]


def with_magnetometer(package: bytes) -> bytes:
    """The same measurement as a sensor with its magnetometer on has it."""
    payload = package[8:]
    return encode_package(Package(0x0222, payload[:104] + bytes(48) + payload[104:]))


def written(path: Path, *parts: bytes) -> Path:
    path.write_bytes(b"".join(parts))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "2025-05-31_IMU_0a1b2c.bin"


def test_samples_times_and_ranges_are_those_of_the_packages(path: Path) -> None:
    file = read_imu_file(written(path, *packages()))
    assert file.time_s == pytest.approx(1_748_673_000 + np.arange(1600) / 100, abs=1e-6)
    assert file.acc_sensor_mps2[:, 2] == pytest.approx(
        (2048 + 1600 * np.sin(0.17 * np.arange(1600))).round() * 16 * 9.81 / 32768
    )
    assert file.gyr_sensor_radps is not None
    assert file.gyr_sensor_radps[0].tolist() == [0, 0, 0]
    assert file.acc_range_mps2 == pytest.approx(16 * 9.81)
    assert file.notices == ()


def test_the_magnetometer_may_have_been_on(path: Path) -> None:
    plain = read_capture2go_file(written(path, *packages()))
    full = read_capture2go_file(written(path, *map(with_magnetometer, packages())))
    assert np.array_equal(full.acc_sensor_mps2, plain.acc_sensor_mps2)
    assert np.array_equal(full.time_s, plain.time_s)


def test_a_clock_that_was_never_set_counts_from_the_first_sample(path: Path) -> None:
    assert read_capture2go_file(written(path, *packages(first_ns=5 * 10**9))).time_s[0] == 0


def test_packages_of_other_kinds_are_passed_over_and_missing_ones_are_gaps(path: Path) -> None:
    parts = packages()
    status = encode_package(Package(capture2go.STATUS, bytes(19)))
    file = read_capture2go_file(written(path, status, *parts[:100], status, *parts[110:]))
    steps = np.diff(file.time_s)
    assert np.flatnonzero(steps > 0.02).tolist() == [799]
    assert steps[799] == pytest.approx(0.81, abs=1e-6)
    assert file.notices == ()


def test_damaged_and_repeated_packages_are_left_out_and_counted(path: Path) -> None:
    parts = packages()
    broken = parts[50][:30] + bytes([parts[50][30] ^ 1]) + parts[50][31:]
    file = read_capture2go_file(written(path, *parts[:50], broken, *parts[51:], parts[7]))
    assert len(file.time_s) == 199 * 8
    assert file.notices == (f"{path}: 2 packages are damaged or repeated and left out.",)


def test_a_file_that_is_cut_keeps_what_is_whole(path: Path) -> None:
    content = b"".join(packages())
    file = read_capture2go_file(written(path, content[:-40]))
    assert len(file.time_s) == 199 * 8


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        (packages(20), "1.6 s of data"),
        (packages(1), "single package|single packet"),
        ([*packages(3), bytes(2**21)], "most of it is damaged"),
        ([encode_package(Package(capture2go.STARTED))] * 3, "holds no packed measurements"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_in_one_line(
    path: Path, parts: list[bytes], complaint: str
) -> None:
    with pytest.raises(ImportFileError, match=complaint) as error:
        read_capture2go_file(written(path, *parts))
    assert "\n" not in str(error.value)


def test_it_is_recognised_by_its_first_package(tmp_path: Path) -> None:
    assert is_capture2go_file(written(tmp_path / "a", packages(1)[0]))
    assert not is_capture2go_file(written(tmp_path / "b", packages(1)[0][:-1]))
    assert not is_capture2go_file(written(tmp_path / "c"))
    assert not is_capture2go_file(written(tmp_path / "d", b"time_s,acc_x_mps2"))
    assert not is_capture2go_file(tmp_path / "none")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 24_599), st.integers(1, 255)), max_size=20))
def test_damaged_files_are_read_or_refused(path: Path, flips: list[tuple[int, int]]) -> None:
    content = bytearray(b"".join(packages()))
    for at, change in flips:
        content[at] ^= change
    try:
        file = read_capture2go_file(written(path, bytes(content)))
    except ImportFileError:
        return
    assert np.isfinite(file.acc_sensor_mps2).all()
    assert (np.diff(file.time_s) > 0).all()
    assert len(file.time_s) >= 8 * (200 - len(flips))
