"""Which reader a file gets, whatever it is called and whatever it is."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from sensor.errors import ImportFileError
from sensor.importers.imu_file import read_imu_file

TABLE = "time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2\n" + "".join(
    f"{row / 100:.2f},0.{row % 5},{row % 7}.0,{9.5 + row % 3 / 2}\n" for row in range(1500)
)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_table_that_comes_through_a_pipe_is_read_whole(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(TABLE,), daemon=True)
    writer.start()
    file = read_imu_file(pipe)
    writer.join(5.0)
    assert len(file.time_s) == 1500


@pytest.mark.parametrize("name", ["chest.csv", "ACC.REC"])
def test_a_file_that_is_not_there_is_told_by_its_name(tmp_path: Path, name: str) -> None:
    missing = tmp_path / "nowhere" / name
    with pytest.raises(ImportFileError, match="cannot be read") as refused:
        read_imu_file(missing)
    assert str(missing) in str(refused.value)
