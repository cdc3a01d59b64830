"""WitMotion BLE 5: frames of a byte stream without time, number or checksum.

Frames are 20 bytes, ``55 61`` samples and ``55 71`` answers. A notification holds several or parts of them.
The two header bytes also occur among values: so a place counts as found only where two frames follow each
other, and it is lost again with the first frame that has no header. A frame that a lost notification tore is
told by what follows it in the same notification, and left out.
Source: vendor sample programs. Little-endian.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sensor.protocol.driver import Settings
from sensor.protocol.sample_blocks import at_full_scale
from sensor.samples import BoolArray, FloatArray, IntArray, SampleBlock
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

KEY = "witmotion"
SERVICE_UUID = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY_UUID = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE_UUID = "0000ffe9-0000-1000-8000-00805f9a34fb"


def on_sig_base(uuid: str) -> str:
    """Return one of these on the Bluetooth SIG's base (``9b``, not ``9a``), where some firmware has it."""
    return uuid.replace("00805f9a34fb", "00805f9b34fb")


ACC_RANGE_MPS2 = 16 * STANDARD_GRAVITY_MPS2
GYR_RANGE_RADPS = 2000 * RADPS_PER_DEGPS
COUNTS = 2**15

FRAME_BYTES = 20
HEADER_BYTES = 2
START_BYTE = 0x55
SAMPLE = 0x61
ANSWER = 0x71

Bytes = npt.NDArray[np.uint8]


class Frames(NamedTuple):
    """Frames: (f,) notification that made each certain, (f, 20) bytes."""

    position: IntArray
    data: Bytes


class FrameFinder:
    """Finds frames in the byte stream of one connection, however it was cut."""

    def __init__(self) -> None:
        self._pending = b""
        self._has_place = False
        self.lost_places = 0

    def feed(self, notifications: Sequence[bytes]) -> Frames:
        """Return the frames that these notifications complete or make certain."""
        data = np.frombuffer(self._pending + b"".join(notifications), np.uint8)
        ends = len(self._pending) + np.cumsum(np.fromiter(map(len, notifications), np.int64))
        runs = self._runs(data, np.concatenate([[len(self._pending)], ends]))
        start = np.concatenate([np.zeros(0, np.int64), *(run for run, _ in runs)])
        certain = start + FRAME_BYTES - 1
        # The first frame after a search is certain only with the header of the next.
        is_first = np.concatenate([np.zeros(0, np.bool_), *(first for _, first in runs)])
        certain[is_first] += HEADER_BYTES
        frames = data[start[:, None] + np.arange(FRAME_BYTES)]
        return Frames(np.searchsorted(ends, certain, side="right"), frames)

    def _runs(self, data: Bytes, ends: IntArray) -> list[tuple[IntArray, BoolArray]]:
        """Return runs of frames, (r,) starts and whether each is the first after a search; keep the rest."""
        is_header = _headers(data)
        pairs = np.flatnonzero(is_header[:-FRAME_BYTES] & is_header[FRAME_BYTES:])
        lengths = _run_lengths(is_header)
        runs: list[tuple[IntArray, BoolArray]] = []
        at = 0
        while True:
            searched = not self._has_place
            if searched:
                following = int(np.searchsorted(pairs, at))
                if following == len(pairs):
                    at = _earliest_candidate(data, is_header, at)
                    break
                at, self._has_place = int(pairs[following]), True
            whole = (len(data) - at) // FRAME_BYTES
            run = min(int(lengths[at]), whole) if whole else 0
            is_torn = run > 0 and _is_torn(at + FRAME_BYTES * (run - 1), is_header, ends)
            starts = at + FRAME_BYTES * np.arange(run - is_torn)
            runs.append((starts, (np.arange(len(starts)) == 0) & searched))
            at += FRAME_BYTES * len(starts) + is_torn
            if run == whole and not is_torn:
                break
            self._has_place = False
            self.lost_places += 1
        self._pending = data[at:].tobytes()
        return runs


def _is_torn(start: int, is_header: BoolArray, ends: IntArray) -> bool:
    """Tell whether a frame begins in one notification and ends in another that goes on without a header."""
    following = start + FRAME_BYTES
    if following + 1 >= len(is_header) or is_header[following]:
        return False
    first, last, next_ = np.searchsorted(ends, (start, following - 1, following + 1), side="right")
    return bool(first < last == next_)


def _headers(data: Bytes) -> BoolArray:
    """Mark where the two bytes of a header begin."""
    is_header = np.zeros(len(data), np.bool_)
    is_header[:-1] = (data[:-1] == START_BYTE) & ((data[1:] == SAMPLE) | (data[1:] == ANSWER))
    return is_header


def _run_lengths(is_header: BoolArray) -> IntArray:
    """Return from every byte how many headers follow each other at the distance of frames."""
    rows = -(-len(is_header) // FRAME_BYTES)
    padded = np.zeros(rows * FRAME_BYTES, np.bool_)
    padded[: len(is_header)] = is_header
    table = padded.reshape(rows, FRAME_BYTES)
    row = np.arange(rows)[:, None]
    next_gap = np.minimum.accumulate(np.where(table, rows, row)[::-1], axis=0)[::-1]
    lengths: IntArray = (next_gap - row).ravel()
    return lengths


def _earliest_candidate(data: Bytes, is_header: BoolArray, at: int) -> int:
    """Return where the first header lies that could still be followed by another, or the end."""
    tail = max(at, len(data) - FRAME_BYTES - 1)
    possible = np.flatnonzero(is_header[tail:])
    if len(possible):
        return tail + int(possible[0])
    ends_in_half_a_header = at < len(data) and data[-1] == START_BYTE
    return len(data) - int(ends_in_half_a_header)


class WitMotionDecoder:
    """Decodes one connection's notifications; see `sensor.protocol.driver.StreamDecoder`.

    ``ticks`` is the number of the packet's first sample since the connection began: there is no other time. A
    packet is what one notification completed.

    Parameters
    ----------
    settings
        Nothing of it is needed.
    """

    def __init__(self, settings: Settings) -> None:
        self._finder = FrameFinder()
        self._samples = 0

    @property
    def rejected(self) -> int:
        """How often the frames' place was lost, so far."""
        return self._finder.lost_places

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Decode the next notifications, see `sensor.protocol.driver.StreamDecoder.feed`."""
        frames = self._finder.feed(notifications)
        is_sample = frames.data[:, 1] == SAMPLE
        position, count = np.unique(frames.position[is_sample], return_counts=True)
        values = np.ascontiguousarray(frames.data[is_sample, HEADER_BYTES:]).view("<i2").astype(np.float64)
        acc_counts, gyr_counts = values[:, 0:3], values[:, 3:6]
        ticks = self._samples + np.cumsum(count) - count
        self._samples += len(values)
        return SampleBlock(
            notification=position,
            ticks=ticks,
            count=count,
            acc_sensor_mps2=acc_counts * (ACC_RANGE_MPS2 / COUNTS),
            gyr_sensor_radps=gyr_counts * (GYR_RANGE_RADPS / COUNTS),
            clipped=at_full_scale(acc_counts, COUNTS) | at_full_scale(gyr_counts, COUNTS),
        )


def encode_frames(
    acc_sensor_mps2: FloatArray, gyr_sensor_radps: FloatArray, *, angle_deg: FloatArray | None = None
) -> bytes:
    """Encode (n, 3) samples as a stretch of the byte stream; values beyond the full scale are clipped.

    Parameters
    ----------
    acc_sensor_mps2, gyr_sensor_radps
        (n, 3).
    angle_deg
        (n, 3) roll, pitch, yaw as the sensor makes them up; zeros where absent.
    """
    n = len(acc_sensor_mps2)
    frames = np.zeros(n, [("header", "u1", 2), ("values", "<i2", 9)])
    frames["header"] = (START_BYTE, SAMPLE)
    angle_deg = np.zeros((n, 3)) if angle_deg is None else angle_deg
    shares = np.hstack(
        [acc_sensor_mps2 / ACC_RANGE_MPS2, gyr_sensor_radps / GYR_RANGE_RADPS, angle_deg / 180.0]
    )
    frames["values"] = np.clip(np.rint(shares * COUNTS), -COUNTS, COUNTS - 1)
    return frames.tobytes()
