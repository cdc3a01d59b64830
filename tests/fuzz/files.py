"""Files of other tools: a table, a recording from a sensor's memory. Taken in whole or refused in words."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from sensor.errors import ImportFileError, PacketError
from sensor.importers.imu_csv import ImuFile, read_imu_csv
from sensor.importers.imu_session import session_start, write_imu_session
from sensor.importers.movesense_log import is_movesense_log, read_movesense_log
from sensor.protocol import sbem
from sensor.protocol.movesense import Measurement, encode_measurement
from sensor.protocol.sbem_encode import encode_packet
from sensor.protocol.sbem_log import read_log
from sensor.session.reader import read_recording
from sensor.units import STANDARD_GRAVITY_MPS2
from tests.support.movesense_logs import bouncing_recording, clock, recording

_HEADER = "time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps\n"
_ROWS, _RATE_HZ = 240, 20
"""The shortest and slowest file that is taken: twelve seconds."""


def check_file(data: bytes) -> None:
    """Import a file as the command does: what is accepted becomes a session that reads back whole."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        path.write_bytes(data)
        with suppress(ImportFileError):
            file = read_movesense_log(path) if is_movesense_log(path) else read_imu_csv(path)
            _check_session(Path(folder) / "session.runtall", file)


def _check_session(target: Path, file: ImuFile) -> None:
    start = session_start({"sternum": file})
    write_imu_session(
        target, {"sternum": file}, name="x", started_utc="2026-01-01T00:00:00+00:00", zero_s=start.zero_s
    )
    (sensor,) = read_recording(target).sensors
    assert sensor.rejected_packets == 0
    assert np.allclose(sensor.time_s, file.time_s - start.zero_s, atol=1e-5, rtol=0)
    assert np.allclose(sensor.acc_sensor_mps2, file.acc_sensor_mps2, rtol=1e-6)


def check_log(data: bytes) -> None:
    """Read an input as a recording of a Movesense, its first letters given."""
    with suppress(PacketError):
        log = read_log(sbem.MAGIC + data)
        assert log.samples.count.sum() == len(log.samples.acc_sensor_mps2)
        assert np.isfinite(log.samples.acc_sensor_mps2).all()
        assert log.skipped_chunks >= 0
        assert log.cut_bytes >= 0


def log_seeds() -> list[bytes]:
    """Return recordings of a quarter of a second."""
    return [bouncing_recording(0.25)[len(sbem.MAGIC) :]]


def file_seeds() -> list[bytes]:
    """Return a table and a recording that are just long enough to be taken."""
    step = 1 / _RATE_HZ
    rows = [f"{i * step:.2f},{i % 3},0,9.8,.1,0,{i % 5}" for i in range(_ROWS)]
    short = [f"{i * step:.2f},0,0,1" for i in range(_ROWS)]
    csv = _HEADER + "\n".join(rows)
    in_g = "time_s,acc_x_g,acc_y_g,acc_z_g\n" + "\n".join(short)
    return [csv.encode(), in_g.encode(), _slow_recording(), bouncing_recording(0.25)]


def _slow_recording() -> bytes:
    """Return a recording at 26 Hz, eight samples a packet, of somebody who stands."""
    standing = np.tile([0.0, 0.0, STANDARD_GRAVITY_MPS2], (8, 1))
    packets = [
        encode_packet(encode_measurement("/Meas/IMU6/26", Measurement(ms, standing, np.full((8, 3), 0.01))))
        for ms in range(5000, 5000 + 1000 * _ROWS // _RATE_HZ, 8 * 1000 // 26)
    ]
    return recording(clock(), *packets)
