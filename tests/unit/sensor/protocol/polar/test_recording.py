"""Recordings from a Polar's memory: the maker's own files, the way back, damage."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.polar.control import Measurement
from sensor.protocol.polar.encoding import encode_packed_frame
from sensor.protocol.polar.frames import decode_frames
from sensor.protocol.polar.recording import Recording, encode_recording, read_recordings
from sensor.protocol.polar.settings import Setting
from tests.support.captures import captures

KEPT = captures("polar")["recordings"]
MAKERS_FILES = [bytes.fromhex(one["payload"]) for one in KEPT]
GYRO_FILE = MAKERS_FILES[0]
FRAMES = tuple(
    encode_packed_frame(Measurement.ACC, 0x81, time_ns=t, values=[[t, -t, 1000], [t, 0, 990]]) for t in (5, 9)
)


@pytest.mark.parametrize("kept", KEPT, ids=[one["measurement"] for one in KEPT])
def test_the_makers_files_hold_what_their_tests_assert(kept: dict[str, Any]) -> None:
    (recording,) = read_recordings(bytes.fromhex(kept["payload"]))
    assert recording.started == kept["started"]
    assert recording.measurement == Measurement[kept["measurement"]]
    assert recording.settings[Setting.RATE] == (52,)
    assert recording.settings.get(Setting.FACTOR, (None,))[0] == pytest.approx(kept["factor"])
    assert recording.cut_bytes == 0
    frames = decode_frames(recording.frames, Measurement[kept["measurement"]])
    assert frames.values[:2].tolist() == kept["first"]
    assert frames.time_ns[-1] == kept["last_ns"]
    if kept["samples"]:
        assert len(frames.values) == kept["samples"]


def test_a_recording_survives_the_way() -> None:
    recording = Recording("2026-05-01 07:30:00", {Setting.RATE: (52,)}, FRAMES)
    assert read_recordings(encode_recording(recording)) == (recording,)


def test_files_one_after_the_other_are_told_apart() -> None:
    read = read_recordings(b"".join(MAKERS_FILES))
    assert [one.measurement for one in read] == [Measurement.GYRO, Measurement.ACC]


def test_a_file_that_was_cut_is_read_up_to_there() -> None:
    (recording,) = read_recordings(GYRO_FILE[:-1])
    assert (len(recording.frames), recording.cut_bytes) == (1, 229)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no recording"),
        (b"time_s,acc_x", "no recording"),
        (b"\2" + GYRO_FILE[1:], "encrypted"),
        (GYRO_FILE[:30], "cut"),
        (GYRO_FILE[:50], "cut"),
        (GYRO_FILE[:59] + b"\1\2" + GYRO_FILE[60:], "encrypted"),
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(PacketError, match=why):
        read_recordings(content)


@given(st.lists(st.tuples(st.integers(0, 519), st.binary(min_size=1, max_size=5)), max_size=8))
def test_damaged_files_are_read_or_refused(damages: list[tuple[int, bytes]]) -> None:
    content = bytearray(GYRO_FILE)
    for at, wrong in damages:
        content[at : at + len(wrong)] = wrong
    with suppress(PacketError):
        for recording in read_recordings(bytes(content)):
            decode_frames(recording.frames, Measurement.GYRO)
