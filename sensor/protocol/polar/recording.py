"""Recordings from a Polar's memory as files (REC): a head, the settings of one measurement, its data frames.

Layout from the maker's reader and its test files (Polar BLE SDK, ``OfflineRecordingData``); little-endian:
``[0][magic u32][version u32][free u32][firmware u32][start, 20 letters][n u8][settings][n u8][security]``,
then frames, each behind its length (u16). Another first byte than 0 means that the file is encrypted. Several
files one after the other are read as well: a head cannot be the length of a frame.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from sensor.errors import PacketError
from sensor.protocol.polar.control import Measurement
from sensor.protocol.polar.frames import HEADER_BYTES, MEASUREMENT_MASK
from sensor.protocol.polar.settings import SettingValues, encode_settings, parse_settings

KEY = "polar recording"
MAGIC = bytes.fromhex("2b4c7c3d")

_PLAIN = b"\0"
_VERSION = 1
_HEAD = struct.Struct("<s4sIII20s")
_FRAME_SIZE = struct.Struct("<H")


@dataclass(frozen=True, slots=True)
class Recording:
    """One file.

    Parameters
    ----------
    started
        When it began, by the sensor's clock, as text.
    settings
        Of the measurement, with the factor where there is one.
    frames
        Data frames as `sensor.protocol.polar.frames` decodes them.
    cut_bytes
        What is left over of a frame that is not whole.
    """

    started: str
    settings: SettingValues
    frames: tuple[bytes, ...]
    cut_bytes: int = 0

    @property
    def measurement(self) -> int:
        """What was measured; -1 where no frame tells."""
        return self.frames[0][0] & MEASUREMENT_MASK if self.frames else -1


def begins_recording(head: bytes) -> bool:
    """Tell from the first bytes whether this is such a file, and one that can be read."""
    return head[:1] == _PLAIN and head[1 : 1 + len(MAGIC)] == MAGIC


def read_recordings(content: bytes) -> tuple[Recording, ...]:
    """Read one file, or several one after the other.

    Raises
    ------
    PacketError
        When it is no such file, is encrypted, or is cut before its first frame.
    """
    if not begins_recording(content):
        # The first byte tells how the file is encrypted; all but nought need a key that only its owner's app
        # has.
        what = "encrypted" if content[:1] in (b"\1", b"\2", b"\3") else "no recording of a Polar"
        raise PacketError(KEY, f"is {what}", content)
    found = []
    at = 0
    # Files of one recording, laid end to end, each bring their head along.
    while begins_recording(content[at : at + 1 + len(MAGIC)]):
        recording, at = _read_one(content, at)
        found.append(recording)
        if recording.cut_bytes:
            break
    return tuple(found)


def encode_recording(recording: Recording) -> bytes:
    """Encode a file, as a sensor made of software keeps it."""
    head = _HEAD.pack(_PLAIN, MAGIC, _VERSION, 0, 0, recording.started.encode())
    settings = encode_settings(recording.settings)
    frames = [_FRAME_SIZE.pack(len(frame)) + frame for frame in recording.frames]
    return head + bytes([len(settings)]) + settings + b"\0" + b"".join(frames)


def _read_one(content: bytes, start: int) -> tuple[Recording, int]:
    """Read the file that begins at ``start``; return it and where it ends."""
    at = start + _HEAD.size
    settings, at = _block(content, at)
    security, at = _block(content, at)
    if any(security[:1]):
        raise PacketError(KEY, "is encrypted", content[start:at])
    *_, text = _HEAD.unpack_from(content, start)
    started = text.rstrip(b"\0").decode("ascii", "replace")
    frames, end, cut_bytes = _frames(content, at)
    return Recording(started, parse_settings(settings), frames, cut_bytes), end


def _block(content: bytes, at: int) -> tuple[bytes, int]:
    """Return the bytes behind their length, and where they end."""
    # One beyond the end where even the length is missing, so that one comparison tells all cuts.
    end = at + 1 + content[at] if at < len(content) else len(content) + 1
    if end > len(content):
        raise PacketError(KEY, "is cut before its first frame", content[at:])
    return content[at + 1 : end], end


def _frames(content: bytes, at: int) -> tuple[tuple[bytes, ...], int, int]:
    """Return the frames from ``at`` on, where they end, and how many bytes of a frame are left over."""
    found: list[bytes] = []
    while at < len(content) and not begins_recording(content[at : at + 1 + len(MAGIC)]):
        size = int.from_bytes(content[at : at + _FRAME_SIZE.size], "little")
        end = at + _FRAME_SIZE.size + size
        # A full memory or an empty battery ends the file anywhere; frames before that are whole.
        if size <= HEADER_BYTES or end > len(content):
            return tuple(found), len(content), len(content) - at
        found.append(content[at + _FRAME_SIZE.size : end])
        at = end
    return tuple(found), at, 0


def measured(recordings: Sequence[Recording], measurement: Measurement) -> tuple[Recording, ...]:
    """Return the recordings of one measurement."""
    return tuple(one for one in recordings if one.measurement == measurement)
