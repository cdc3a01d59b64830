"""Recordings from a Capture2Go's own memory, as files: the packages it would have sent."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sensor.errors import ImportFileError, PacketError
from sensor.importers.imu_csv import ImuFile
from sensor.importers.log_times import check_log_times
from sensor.importers.packet_times import sample_times_s
from sensor.importers.plausibility import level_remarks, mean_specific_force_mps2
from sensor.importers.source import read_source
from sensor.protocol.capture2go.decoder import is_sound, samples_of
from sensor.protocol.capture2go.frames import (
    ACC_UNIT_MPS2,
    GYR_UNIT_RADPS,
    HEAD_BYTES,
    MOST_PACKAGE_BYTES,
    PackageReader,
    encode_notification,
    layout_of,
    parse_first_package,
)
from sensor.samples import BoolArray, IntArray
from sensor.units import NS_PER_S, STANDARD_GRAVITY_MPS2

_PART_BYTES = 2**20
_LEAST_SOUND_SHARE = 0.5
"""Of the bytes read so far, in whole packages: a file that holds less is no recording."""

_CLOCK_SET_S = 1_451_606_400
"""2016: a clock that was never set counts from the sensor's start."""


def is_capture2go_file(path: Path) -> bool:
    """Tell from its first package whether a file is such a recording; False for one that cannot be read."""
    try:
        with path.open("rb") as file:
            parse_first_package(file.read(MOST_PACKAGE_BYTES))
    except (OSError, PacketError):
        return False
    return True


def read_capture2go_file(path: Path) -> ImuFile:
    """Read and check a recording of a Capture2Go, its own or a stream that another tool has kept.

    Times are seconds since 1970 where the sensor's clock had been set, else seconds from its first sample.
    Inside a package samples are evenly spaced up to the next package. Packages that are missing are gaps.

    Parameters
    ----------
    path
        The file, whatever its name.

    Raises
    ------
    ImportFileError
        When it cannot be read, is no such recording, holds no packed measurements, or is shorter than 10 s,
        longer than 48 h or of a rate nobody runs with.
    """
    content = read_source(path)
    rows, damaged = _read_rows(path, content)
    sound = is_sound(rows)
    later = _is_later(rows["time_ns"].astype(np.int64), sound)
    block = samples_of(rows[later], np.flatnonzero(later))
    began_ns = int(block.ticks[0]) if len(block.ticks) else 0
    time_s = sample_times_s(path, (block.ticks - began_ns) / NS_PER_S, count=block.count)
    rate_hz = check_log_times(path, time_s)
    level_g = mean_specific_force_mps2(block.acc_sensor_mps2, rate_hz) / STANDARD_GRAVITY_MPS2
    notices = _notices(path, damaged + int(np.count_nonzero(~later))) + level_remarks(path, level_g)
    return ImuFile(
        name=path.name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        time_s=time_s + (began_ns / NS_PER_S if began_ns > _CLOCK_SET_S * NS_PER_S else 0.0),
        acc_sensor_mps2=block.acc_sensor_mps2,
        gyr_sensor_radps=block.gyr_sensor_radps,
        notices=tuple(notices),
        acc_range_mps2=ACC_UNIT_MPS2 * 2**15,
        gyr_range_radps=GYR_UNIT_RADPS * 2**15,
    )


def _read_rows(path: Path, content: bytes) -> tuple[npt.NDArray[Any], int]:
    """Return the packed measurements of the commonest kind (p,), and how many damaged places there are."""
    reader = PackageReader()
    payloads: defaultdict[int, list[bytes]] = defaultdict(list)
    misfits = sound_bytes = 0
    for at in range(0, len(content), _PART_BYTES):
        part = content[at : at + _PART_BYTES]
        for _, (header, payload), _ in reader.feed([encode_notification(queued=part)]):
            sound_bytes += HEAD_BYTES + len(payload)
            layout = layout_of(header)
            if layout is not None and len(payload) == layout.itemsize:
                payloads[header].append(payload)
            else:
                misfits += layout is not None
        if sound_bytes < _LEAST_SOUND_SHARE * (at + len(part) - MOST_PACKAGE_BYTES):
            raise ImportFileError(f"{path}: most of it is damaged; fetch it from the sensor again")
    if not payloads:
        raise ImportFileError(
            f"{path}: holds no packed measurements at 25 Hz or more; record in the mode that packs them"
        )
    header = max(payloads, key=lambda header: len(payloads[header]))
    layout = layout_of(header)
    return np.frombuffer(b"".join(payloads[header]), layout), reader.rejected + misfits


def _is_later(time_ns: IntArray, sound: BoolArray) -> BoolArray:
    """Return (p,) which packages have a possible time, later than all possible ones before them."""
    latest = np.maximum.accumulate(np.where(sound, time_ns, -1))
    later: BoolArray = sound & (time_ns > np.concatenate([[-1], latest[:-1]]))
    return later


def _notices(path: Path, left_out: int) -> list[str]:
    return [f"{path}: {left_out} packages are damaged or repeated and left out."] if left_out else []
