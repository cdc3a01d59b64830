"""Files of other tools: tables, recordings from sensors' memories. Taken in whole or refused in words."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from sensor.errors import ImportFileError, PacketError
from sensor.importers.imu_csv import ImuFile
from sensor.importers.imu_file import read_imu_file
from sensor.importers.imu_session import session_start, write_imu_session
from sensor.protocol.capture2go import frames as capture2go
from sensor.protocol.movesense import sbem
from sensor.protocol.movesense.frames import Measurement, encode_measurement
from sensor.protocol.movesense.recording import read_log
from sensor.protocol.movesense.sbem_encoding import encode_packet
from sensor.protocol.polar import recording as polar_rec
from sensor.protocol.polar.settings import Setting
from sensor.protocol.registry import device
from sensor.session.reader import read_recording
from sensor.units import STANDARD_GRAVITY_MPS2
from tests.support.movesense_logs import bouncing_recording, clock, recording
from tests.support.sensor_streams import ENCODERS, notifications_of, swinging

_HEADER = "time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps\n"
_ROWS, _RATE_HZ = 240, 20
"""The shortest and slowest file that is taken: twelve seconds."""


def check_file(data: bytes) -> None:
    """Import a file as the command does: what is accepted becomes a session that reads back whole."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        path.write_bytes(data)
        with suppress(ImportFileError):
            _check_session(Path(folder) / "session.runtall", read_imu_file(path))


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
    """Return tables and recordings that are just long enough to be taken, and one that is not."""
    step = 1 / _RATE_HZ
    rows = [f"{i * step:.2f},{i % 3},0,9.8,.1,0,{i % 5}" for i in range(_ROWS)]
    short = [f"{i * step:.2f},0,0,1" for i in range(_ROWS)]
    csv = _HEADER + "\n".join(rows)
    in_g = "time_s,acc_x_g,acc_y_g,acc_z_g\n" + "\n".join(short)
    recordings = [_slow_recording(), _capture2go_recording(), _polar_recording(), bouncing_recording(0.25)]
    return [csv.encode(), in_g.encode(), *recordings]


def _slow_recording() -> bytes:
    """Return a recording at 26 Hz, eight samples a packet, of somebody who stands."""
    standing = np.tile([0.0, 0.0, STANDARD_GRAVITY_MPS2], (8, 1))
    packets = [
        encode_packet(encode_measurement("/Meas/IMU6/26", Measurement(ms, standing, np.full((8, 3), 0.01))))
        for ms in range(5000, 5000 + 1000 * _ROWS // _RATE_HZ, 8 * 1000 // 26)
    ]
    return recording(clock(), *packets)


def _capture2go_recording() -> bytes:
    signal = swinging(_ROWS / _RATE_HZ, 25.0)
    assert signal.gyr_sensor_radps is not None
    sent = ENCODERS[capture2go.KEY](signal, signal.gyr_sensor_radps, {"rate_hz": 25})
    return b"".join(one[1:] for one in sent)


def _polar_recording() -> bytes:
    """Return both files of a recording, one after the other."""
    frames = notifications_of(device("polar-sense"), swinging(_ROWS / _RATE_HZ, 52.0))
    settings = {Setting.RATE: (52,), Setting.RESOLUTION: (16,), Setting.CHANNELS: (3,)}
    files = [
        polar_rec.Recording("2026-05-01 07:30:00", settings, tuple(one for one in frames if one[0] == kind))
        for kind in (2, 5)
    ]
    return b"".join(map(polar_rec.encode_recording, files))
