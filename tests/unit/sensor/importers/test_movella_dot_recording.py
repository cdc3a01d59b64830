"""Recordings of a DOT as files: damaged ones, and what is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sensor.errors import ImportFileError
from sensor.importers.movella_dot_recording import is_movella_dot_export, read_movella_dot_export
from sensor.protocol.movella_dot import recording as export
from sensor.protocol.movella_dot.decoder import RATE_QUANTITIES, encode_samples
from sensor.protocol.movella_dot.memory import encode_file_info, encode_message

BEGAN_S = 1_748_673_000


def content(samples: int = 1200, rate_hz: float = 60.0, began_s: int = BEGAN_S) -> bytes:
    """A recording of somebody who bounces."""
    number = np.arange(samples)
    acc, gyr = np.zeros((samples, 3)), np.zeros((samples, 3))
    acc[:, 2] = 9.81 + 8 * np.sin(0.3 * number)
    gyr[:, 1] = 1.5 * np.cos(0.15 * number)
    time_us = 77 + np.rint(number * 1e6 / rate_hz).astype(np.int64)
    rows = encode_samples(RATE_QUANTITIES, time_us, acc_sensor_mps2=acc, gyr_sensor_radps=gyr)
    messages = [encode_message(export.encode_sample(n, row)) for n, row in enumerate(rows)]
    return export.encode_head(encode_file_info(began_s).data).data + b"".join(messages)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.dot"


def test_times_begin_when_the_recording_did(path: Path) -> None:
    path.write_bytes(content())
    file = read_movella_dot_export(path)
    assert file.time_s == pytest.approx(BEGAN_S + np.arange(1200) / 60, abs=1e-5)
    assert file.acc_range_mps2 == pytest.approx(16 * 9.80665)
    path.write_bytes(content(began_s=5))
    assert read_movella_dot_export(path).time_s[0] == 0


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (content(300), "5.0 s of data"),
        (content(0), "0.0 s of data"),
        (content(rate_hz=10.0), "samples per second"),
        (content()[: export.HEAD_BYTES - 3], "fetch it from the sensor again"),
        (b"time_s", "no recording of a DOT"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_in_one_line(path: Path, written: bytes, complaint: str) -> None:
    path.write_bytes(written)
    with pytest.raises(ImportFileError, match=complaint) as error:
        read_movella_dot_export(path)
    assert "\n" not in str(error.value)


def test_it_is_recognised_by_its_beginning(path: Path) -> None:
    assert not is_movella_dot_export(path)
    path.write_bytes(content(0))
    assert is_movella_dot_export(path)
    path.write_bytes(b"\1\4")
    assert not is_movella_dot_export(path)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(content()) - 1), st.integers(1, 255)), max_size=20))
def test_damaged_files_are_read_or_refused(path: Path, flips: list[tuple[int, int]]) -> None:
    damaged = bytearray(content())
    for at, change in flips:
        damaged[at] ^= change
    path.write_bytes(damaged)
    try:
        file = read_movella_dot_export(path)
    except ImportFileError:
        return
    assert np.isfinite(file.acc_sensor_mps2).all()
    assert (np.diff(file.time_s) > 0).all()
