from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sensor.session.info import read_info
from tests.support.sessions import PACKET_NS, STARTED_UTC, add_movesense, new_writer, write_session


def test_info_tells_name_start_length_sensors_and_context(tmp_path: Path) -> None:
    path = write_session(tmp_path / "a.runtall", packets=130, name="long run")
    info = read_info(path)
    assert (info.path, info.name, info.started_utc) == (path, "long run", STARTED_UTC)
    assert info.duration_s == (130 * PACKET_NS + 30_000_000) / 1e9
    (sensor,) = info.sensors
    assert (sensor.placement, sensor.device) == ("sternum", "movesense")
    assert sensor.settings["path"] == "/Meas/IMU6/104"
    assert (dict(info.context), info.simulated, info.ended, info.notices) == ({}, False, True, ())


def test_a_session_with_nothing_in_it_lasts_no_time(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    add_movesense(writer)
    writer.set_context("surface", "road")
    writer.close()
    info = read_info(writer.path)
    assert info.duration_s == 0
    assert info.context == {"surface": "road"}


def test_info_is_read_without_numpy(tmp_path: Path) -> None:
    path = write_session(tmp_path / "a.runtall")
    code = (
        "import sys; from pathlib import Path; from sensor.session.info import read_info;"
        f"read_info(Path({str(path)!r}));"
        "print([name for name in ('numpy', 'scipy', 'pandas') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
