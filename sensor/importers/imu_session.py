"""Files of samples into one session: all of them or, when one does not fit, none."""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from sensor.errors import ImportFileError, SessionExistsError, SessionFileError
from sensor.importers.full_scale import full_scale_settings
from sensor.importers.imu_csv import ImuFile
from sensor.importers.phone_track import write_phone_track
from sensor.importers.plausibility import US_PER_S
from sensor.protocol import registry
from sensor.protocol.open_profile.frames import IMPORT_KEY, encode_import_packets
from sensor.samples import IntArray
from sensor.session.rows import SessionRows
from sensor.session.schema import ACC_RANGE_SETTING, GYR_RANGE_SETTING
from sensor.session.writer import SessionWriter, give_name

_NS_PER_US = 1000
_LATEST_START_S = 86_400.0
_FIRST_UNIX_S = 315_532_800.0


@dataclass(frozen=True, slots=True)
class SessionStart:
    """Which moment of the files' time line is second 0 of the session, and when that was.

    Parameters
    ----------
    zero_s
        Seconds on the time line of the files.
    utc
        Wall-clock time of it, None where the files do not tell.
    """

    zero_s: float
    utc: datetime | None


def session_start(files: Mapping[str, ImuFile]) -> SessionStart:
    """Choose second 0: that of the files, unless they begin before it or more than a day after it.

    Times that can only be seconds since 1970 also give the wall-clock time.

    Parameters
    ----------
    files
        Placement to file; they share one time line.

    Raises
    ------
    ImportFileError
        For two files that have no moment in common, or the same content.
    """
    _refuse_strangers(files)
    first_s = float(min(file.time_s[0] for file in files.values()))
    if 0 <= first_s <= _LATEST_START_S:
        return SessionStart(0.0, None)
    if first_s < _FIRST_UNIX_S:
        return SessionStart(first_s, None)
    return SessionStart(first_s, datetime.fromtimestamp(first_s, UTC))


def _refuse_strangers(files: Mapping[str, ImuFile]) -> None:
    for one, other in combinations(files.values(), 2):
        if one.sha256 == other.sha256:
            raise ImportFileError(
                f"{other.name}: holds the same as {one.name}; give each sensor its own file"
            )
        if one.time_s[-1] < other.time_s[0] or other.time_s[-1] < one.time_s[0]:
            raise ImportFileError(
                f"{other.name}: time_s, {_span(other)}, has nothing in common with that of {one.name}, "
                f"{_span(one)}; files of one session share their zero"
            )


def _span(file: ImuFile) -> str:
    return f"{file.time_s[0]:.10g} to {file.time_s[-1]:.10g} s"


def write_imu_session(
    target: Path,
    files: Mapping[str, ImuFile],
    *,
    name: str,
    started_utc: str,
    zero_s: float = 0.0,
    context: Mapping[str, Any] | None = None,
    finish: Callable[[Path], None] | None = None,
) -> None:
    """Write files as one new session, which appears under its name only when it is whole.

    Parameters
    ----------
    target
        Where the session file goes; nothing may be there yet.
    files
        Placement to file; they share one time line.
    name, started_utc
        As for `SessionWriter`.
    zero_s
        Second 0 of the session on that time line.
    context
        What was told about the session.
    finish
        What else is to be done with the session before it gets its name; if it fails there is none.

    Raises
    ------
    SessionExistsError
        When something is there already.
    SessionFileError
        When the disk is full or fails; nothing is left behind.
    UnknownSensorError
        For an unknown placement.
    """
    if os.path.lexists(target):
        raise _exists(target)
    try:
        with TemporaryDirectory(dir=target.parent, prefix=".import-") as folder:
            unfinished = Path(folder) / target.name
            with SessionWriter(unfinished, name=name, started_utc=started_utc) as writer:
                for key, value in (context or {}).items():
                    writer.set_context(key, value)
                _write_files(writer, files, zero_s)
                _write_track(writer, files, zero_s)
            if finish is not None:
                finish(unfinished)
            give_name(unfinished, target)
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError as error:
        raise SessionFileError(
            f"{target}: cannot be made ({error.strerror}); choose another folder"
        ) from error
    except SessionFileError as error:
        reason = error.__cause__
        raise SessionFileError(f"{target}: cannot be made ({reason}); make room and import again") from error


def _exists(target: Path) -> SessionExistsError:
    return SessionExistsError(f"{target}: exists already and is never overwritten; choose another name")


def _write_files(rows: SessionRows, files: Mapping[str, ImuFile], zero_s: float) -> None:
    """Write the packets of all files in order of time, as a recording has them."""
    packets = [
        _begin_file(
            rows, placement, file=file, time_us=np.rint((file.time_s - zero_s) * US_PER_S).astype(np.int64)
        )
        for placement, file in files.items()
    ]
    channel = registry.device(IMPORT_KEY).data_characteristic
    for arrival_ns, segment_id, payload in heapq.merge(*packets):
        rows.packet(segment_id, channel, arrival_ns=arrival_ns, payload=payload)


def _write_track(rows: SessionRows, files: Mapping[str, ImuFile], zero_s: float) -> None:
    """Write the way of the first phone that knows it: two phones on one runner went the same."""
    for file in files.values():
        if file.phone is not None:
            span_s = (float(file.time_s[0]), float(file.time_s[-1]))
            write_phone_track(rows, file.phone, zero_s=zero_s, span_s=span_s)
            return


def _begin_file(
    rows: SessionRows, placement: str, *, file: ImuFile, time_us: IntArray
) -> list[tuple[int, int, bytes]]:
    """Write what is known of a file and return its packets: time of the last sample in ns, segment, bytes."""
    known = {ACC_RANGE_SETTING: file.acc_range_mps2, GYR_RANGE_SETTING: file.gyr_range_radps}
    settings = full_scale_settings(file.acc_sensor_mps2, file.gyr_sensor_radps)
    settings |= {key: value for key, value in known.items() if value is not None}
    sensor_id = rows.add_sensor(placement, IMPORT_KEY, name=file.name, settings=settings)
    rows.source_file(file.name, file.size, sha256=file.sha256, sensor_id=sensor_id)
    start_ns = int(time_us[0]) * _NS_PER_US
    rows.event(start_ns, "imported", detail=file.name, sensor_id=sensor_id)
    segment_id = rows.start_segment(sensor_id, start_ns, reason="import")
    payloads = encode_import_packets(time_us, file.acc_sensor_mps2, gyr_sensor_radps=file.gyr_sensor_radps)
    last = np.cumsum([payload[1] for payload in payloads]) - 1
    last_ns = (time_us[last] * _NS_PER_US).tolist()
    return [(ns, segment_id, payload) for ns, payload in zip(last_ns, payloads, strict=True)]
