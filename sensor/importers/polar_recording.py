"""Recordings from the memory of a Polar Verity Sense, as files: REC, one for each measurement."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sensor.clock.timeline import ClockSpec
from sensor.errors import ImportFileError, PacketError
from sensor.importers.imu_csv import ImuFile
from sensor.importers.log_times import check_log_times
from sensor.importers.plausibility import level_remarks, mean_specific_force_mps2
from sensor.importers.source import read_source
from sensor.protocol.driver import Settings, StreamDecoder
from sensor.protocol.polar.control import EPOCH_S, Measurement
from sensor.protocol.polar.decoder import PolarDecoder, PolarRatesDecoder
from sensor.protocol.polar.driver import ACC_FACTOR_G, ACC_RANGE_G, GYR_FACTOR_DPS, GYR_RANGE_DPS
from sensor.protocol.polar.frames import MEASUREMENT_MASK
from sensor.protocol.polar.recording import Recording, begins_recording, measured, read_recordings
from sensor.protocol.polar.settings import Setting, told_factor
from sensor.session.decoding import SegmentDecoder, finish_together
from sensor.session.second_stream import with_angular_rates
from sensor.session.segments import DecodedSegment
from sensor.units import NS_PER_S, RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

_NAME = re.compile(r"(ACC|GYRO)([0-9]{0,4})\.REC", re.IGNORECASE)
"""What the sensor calls its files; a number where it has split one."""

_USUAL_RATE_HZ = 52
_CLOCK = ClockSpec(tick_hz=NS_PER_S, wrap_bits=None, refers_to="last")
_CLOCK_SET_S = (1_609_459_200.0, 4_000_000_000.0)
"""From 2021, when this sensor came out, to 2096: a clock that reads anything else was never set."""

_LATEST_NS = 2**62
"""What a damaged frame says beyond this is cut: its samples are refused, but it keeps its place."""

_UNVERIFIED = (
    "the layout of such files is known from the maker's software only; compare with a live recording."
)


def is_polar_rec(path: Path) -> bool:
    """Tell from its first bytes or its name whether a file is such a recording."""
    if path.suffix.upper() == ".REC":
        return True
    try:
        with path.open("rb") as file:
            return begins_recording(file.read(5))
    except OSError:
        return False


def read_polar_rec(path: Path) -> ImuFile:
    """Read and check what a Verity Sense recorded on its own.

    Accelerometer and gyroscope are files of their own: ``ACC.REC`` also takes in the ``GYRO.REC`` beside it,
    and their parts where they are split. A file that holds several, one after the other, is read as well. The
    angular rate is brought to the moments of the accelerometer, see `sensor.session.second_stream`. Times
    are seconds since 1970 where the sensor's clock had been set, else seconds from the first sample.

    Parameters
    ----------
    path
        The accelerometer's file.

    Raises
    ------
    ImportFileError
        When a file cannot be read, is no such recording or is encrypted, when there is no acceleration, or
        what there is is shorter than 10 s, longer than 48 h or of a rate nobody runs with.
    """
    belonging = _belonging(path)
    contents = [read_source(one) for one in belonging]
    recordings = [
        recording
        for file, content in zip(belonging, contents, strict=True)
        for recording in _recordings(file, content)
    ]
    acc, gyr = measured(recordings, Measurement.ACC), measured(recordings, Measurement.GYRO)
    if not acc:
        raise ImportFileError(
            f"{path}: holds no acceleration; let the sensor record ACC and GYRO, and give ACC"
        )
    frames = _in_order([frame for one in (*acc, *gyr) for frame in one.frames])
    settings = _settings(path, acc[0], gyr[0] if gyr else None)
    samples = _decoded(frames, settings)
    if not len(samples.time_s):
        raise ImportFileError(f"{path}: holds no sample that can be read; fetch it from the sensor again")
    rate_hz = check_log_times(path, samples.time_s)
    whole = b"".join(contents)
    began_s = _began_s(_last_ns(frames[0]))
    notices = _notices(path, recordings, has_gyroscope=bool(gyr), is_dated=began_s > 0)
    level_g = mean_specific_force_mps2(samples.acc_sensor_mps2, rate_hz) / STANDARD_GRAVITY_MPS2
    return ImuFile(
        name="+".join(one.name for one in belonging),
        size=len(whole),
        sha256=hashlib.sha256(whole).hexdigest(),
        time_s=samples.time_s + began_s,
        acc_sensor_mps2=samples.acc_sensor_mps2,
        gyr_sensor_radps=samples.gyr_sensor_radps,
        notices=(*notices, *level_remarks(path, level_g)),
        acc_range_mps2=float(settings["acc_range_g"]) * STANDARD_GRAVITY_MPS2,
        gyr_range_radps=float(settings["gyr_range_dps"]) * RADPS_PER_DEGPS if gyr else None,
    )


def _belonging(path: Path) -> list[Path]:
    """Return the files of one recording in the order of their parts: what the sensor names so beside it."""
    if not _NAME.fullmatch(path.name):
        return [path]
    try:
        beside = list(path.parent.iterdir())
    except OSError:  # it may be readable though the folder cannot be listed
        return [path]
    named = [(match, one) for one in beside if (match := _NAME.fullmatch(one.name))]
    return [one for match, one in sorted(named, key=lambda item: (item[0][1].upper(), int(item[0][2] or 0)))]


def _recordings(path: Path, content: bytes) -> tuple[Recording, ...]:
    try:
        return read_recordings(content)
    except PacketError as error:
        raise ImportFileError(f"{path}: {error.reason}; fetch it from the sensor again") from error


def _last_ns(frame: bytes) -> int:
    """Return the time of a frame's last sample, ns since 2000."""
    return int.from_bytes(frame[1:9], "little")


def _in_order(frames: Sequence[bytes]) -> list[bytes]:
    """Return frames in order of time, each once."""
    once = {(_last_ns(frame), frame[0] & MEASUREMENT_MASK): frame for frame in frames}
    return [once[key] for key in sorted(once)]


def _settings(path: Path, acc: Recording, gyr: Recording | None) -> Settings:
    """Return what the decoder must know, as the files tell it."""
    range_g = _told(acc, Setting.RANGE, ACC_RANGE_G)
    settings = {
        "rate_hz": _told(acc, Setting.RATE, _USUAL_RATE_HZ),
        "acc_range_g": range_g,
        "acc_factor_g": _factor(path, acc, ACC_FACTOR_G * range_g / ACC_RANGE_G),
    }
    if gyr is None:
        return settings
    range_dps = _told(gyr, Setting.RANGE, GYR_RANGE_DPS)
    factor_dps = _factor(path, gyr, GYR_FACTOR_DPS * range_dps / GYR_RANGE_DPS)
    return {**settings, "gyr_range_dps": range_dps, "gyr_factor_dps": factor_dps}


def _factor(path: Path, recording: Recording, usual: float) -> float:
    try:
        return told_factor(recording.settings, usual)
    except PacketError as error:
        raise ImportFileError(f"{path}: {error.reason}; fetch it from the sensor again") from error


def _told(recording: Recording, setting: Setting, usual: float) -> float:
    """Return a setting of a recording, or what is usual where it tells none that makes sense."""
    (value,) = recording.settings.get(setting, (usual,))[:1]
    return float(value) if isinstance(value, int | float) and 0 < value < np.inf else usual


def _decoded(frames: Sequence[bytes], settings: Settings) -> DecodedSegment:
    """Decode and date every sample, in seconds from the last one of the first frame.

    Frames are taken to have come when they were made, so that the time line is the sensor's own clock. Where
    ``settings`` tell of a gyroscope, samples without an angular rate are left out.
    """
    first_ns = _last_ns(frames[0])
    made_ns = np.array([min(_last_ns(frame) - first_ns, _LATEST_NS) for frame in frames], np.int64)
    decoders: list[StreamDecoder] = [PolarDecoder(settings)]
    if "gyr_factor_dps" in settings:
        decoders.append(PolarRatesDecoder(settings))
    rate_hz = float(settings["rate_hz"])
    streams = [
        SegmentDecoder(decoder, _CLOCK, nominal_rate_hz=rate_hz, reason="start", arrival_ns=made_ns)
        for decoder in decoders
    ]
    for stream in streams:
        stream.feed(frames)
    acc, *rates = finish_together(streams)
    return with_angular_rates(acc, rates[0]) if rates else acc


def _began_s(first_ns: int) -> float:
    """Return seconds since 1970; 0 where the sensor did not know."""
    began_s = first_ns / NS_PER_S + EPOCH_S
    return began_s if _CLOCK_SET_S[0] <= began_s <= _CLOCK_SET_S[1] else 0.0


def _notices(
    path: Path, recordings: Sequence[Recording], *, has_gyroscope: bool, is_dated: bool
) -> list[str]:
    notices = [f"{path}: {_UNVERIFIED}"]
    if is_dated:
        notices.append(f"{path}: its time of day is the sensor's, taken for UTC; else give --started.")
    if not has_gyroscope:
        notices.append(f"{path}: without GYRO.REC beside it there is no angular rate.")
    if any(one.cut_bytes for one in recordings):
        notices.append(f"{path}: ends in the middle of a frame; what comes before it is kept.")
    return notices
