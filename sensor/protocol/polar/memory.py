"""Where a Verity Sense keeps its recordings, and how it is asked to record: paths, runs, settings, status.

Source: Polar BLE SDK, its guide to offline recording and ``PmdActiveMeasurement``. A recording is a folder
``/U/0/YYYYMMDD/R/HHMMSS/`` by the sensor's clock, with a file for each measurement, in parts if it is long.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sensor.protocol.memory import LogEntry
from sensor.protocol.polar.control import Measurement, Operation, Request
from sensor.protocol.polar.driver import ACC_RANGE_G, GYR_RANGE_DPS
from sensor.protocol.polar.frames import CHANNELS, MEASUREMENT_MASK
from sensor.protocol.polar.settings import Setting, SettingValues

ROOT = "/U/0/"
RATES_HZ = (13, 26, 52)
RATE_HZ = 52

_DAY = re.compile(r"[0-9]{8}/")
_TIME = re.compile(r"[0-9]{6}/")
_FILE = re.compile(r"(ACC|GYRO)([0-9]{0,4})\.REC", re.IGNORECASE)
_TOGETHER = timedelta(seconds=10)
"""Measurements that begin within this are one recording: they are started one after the other."""

_CLOCK_SET = datetime(2021, 1, 1, tzinfo=UTC)
_IN_MEMORY_BIT = 0x80
_RESOLUTION_BITS = 16


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A file of a recording and its size."""

    path: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Run:
    """A recording: when it began by the sensor's clock, and its files, the accelerometer's first."""

    began: datetime
    files: tuple[RecordedFile, ...]

    @property
    def name(self) -> str:
        """What to call it."""
        return f"{self.began:%Y-%m-%d_%H%M%S}"

    def entry(self, log_id: int) -> LogEntry:
        """Return it as an entry of a list; without a time where the sensor's clock was never set."""
        # A sensor whose battery was empty begins at its makers' date: such a time is no time.
        time_s = int(self.began.timestamp()) if self.began >= _CLOCK_SET else 0
        return LogEntry(log_id, time_s, sum(file.size_bytes for file in self.files), self.name)


def recording_request(operation: Operation, measurement: Measurement) -> Request:
    """Return the request to start or stop recording a measurement."""
    settings = recording_settings(measurement) if operation is Operation.START else {}
    return Request(operation, measurement, settings, in_memory=True)


def recording_settings(measurement: Measurement) -> SettingValues:
    """Return what a measurement is recorded with."""
    return {
        Setting.RATE: (RATE_HZ,),
        Setting.RESOLUTION: (_RESOLUTION_BITS,),
        Setting.RANGE: (ACC_RANGE_G if measurement is Measurement.ACC else GYR_RANGE_DPS,),
        Setting.CHANNELS: (CHANNELS,),
    }


def encode_status(recording: Iterable[Measurement], streaming: Iterable[Measurement]) -> bytes:
    """Encode which measurements go on: a byte each, its two highest bits for memory and stream."""
    into, live = set(recording), set(streaming)
    return bytes(
        measurement | _IN_MEMORY_BIT * (measurement in into) | _IN_MEMORY_BIT // 2 * (measurement in live)
        for measurement in (Measurement.ACC, Measurement.GYRO)
    )


def parse_recording(status: bytes) -> frozenset[int]:
    """Return the measurements that are being recorded, of the answer to a question for the status."""
    return frozenset(one & MEASUREMENT_MASK for one in status if one & _IN_MEMORY_BIT)


def is_day(name: str) -> bool:
    """Tell whether a folder holds the recordings of a day."""
    return _DAY.fullmatch(name) is not None


def is_time(name: str) -> bool:
    """Tell whether a folder holds recordings of one moment."""
    return _TIME.fullmatch(name) is not None


def folder_of(began: datetime) -> str:
    """Return the folder of what began at a moment."""
    return f"{ROOT}{began:%Y%m%d}/R/{began:%H%M%S}/"


def gather_runs(folders: Mapping[str, Iterable[RecordedFile]]) -> tuple[Run, ...]:
    """Put the files of many folders together into recordings, the oldest first.

    Parameters
    ----------
    folders
        Path of a folder, as `folder_of` gives it, to the files in it.
    """
    runs: list[Run] = []
    dated = [
        (began, [file for file in files if _FILE.fullmatch(_file_name(file))])
        for path, files in folders.items()
        if (began := _began(path)) is not None
    ]
    for began, files in sorted(dated, key=lambda item: item[0]):
        before = runs[-1] if runs else None
        # Accelerometer and gyroscope are started one after the other, and each makes a folder named after its
        # own second. Two of one kind are two runs, however near.
        if before is not None and began - before.began <= _TOGETHER and not _share(before.files, files):
            runs[-1] = Run(before.began, _in_order((*before.files, *files)))
        elif files:
            runs.append(Run(began, _in_order(files)))
    return tuple(runs)


def _began(folder: str) -> datetime | None:
    """Return the moment a folder names; None where it names none there is."""
    try:
        return datetime.strptime(folder, f"{ROOT}%Y%m%d/R/%H%M%S/").replace(tzinfo=UTC)
    except ValueError:
        return None


def _share(some: Iterable[RecordedFile], others: Iterable[RecordedFile]) -> bool:
    """Tell whether both have a file of one measurement."""
    return not _kinds(some).isdisjoint(_kinds(others))


def _kinds(files: Iterable[RecordedFile]) -> set[str]:
    return {_key(file)[0] for file in files}


def _in_order(files: Iterable[RecordedFile]) -> tuple[RecordedFile, ...]:
    return tuple(sorted(files, key=_key))


def _key(file: RecordedFile) -> tuple[str, int]:
    match = _FILE.fullmatch(_file_name(file))
    assert match is not None, "only recordings are gathered"
    # A long recording goes on in files with numbers; the first one may have none.
    return match[1].upper(), int(match[2] or 0)


def _file_name(file: RecordedFile) -> str:
    return file.path.rpartition("/")[2]
