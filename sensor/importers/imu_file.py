"""Files of IMU samples of every kind, told apart by their content, whatever their names."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sensor.importers.capture2go_recording import is_capture2go_file, read_capture2go_file
from sensor.importers.imu_csv import ImuFile, read_imu_csv
from sensor.importers.movella_dot_recording import is_movella_dot_export, read_movella_dot_export
from sensor.importers.movesense_recording import is_movesense_log, read_movesense_log
from sensor.importers.polar_recording import is_polar_rec, read_polar_rec

READERS: tuple[tuple[Callable[[Path], bool], Callable[[Path], ImuFile]], ...] = (
    (is_movesense_log, read_movesense_log),
    (is_capture2go_file, read_capture2go_file),
    (is_movella_dot_export, read_movella_dot_export),
    (is_polar_rec, read_polar_rec),
)
"""What tells a kind of recording, and what reads it; whatever nothing tells is a table."""


def read_imu_file(path: Path) -> ImuFile:
    """Read and check a file of samples; through a pipe, which can be read only once, a table.

    Raises
    ------
    ImportFileError
        For whatever does not fit; the message says what to do.
    """
    readers = READERS if os.path.isfile(path) else ()
    return next((read for is_its, read in readers if is_its(path)), read_imu_csv)(path)
