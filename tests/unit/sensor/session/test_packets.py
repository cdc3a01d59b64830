"""How many packets are read at a time is nobody's business but the memory's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sensor.importers.imu_csv import ImuFile
from sensor.importers.imu_session import write_imu_session
from sensor.samples import Recording, SensorRecording
from sensor.session import packets, reader
from sensor.session.reader import read_recording
from tests.support.sessions import (
    DATA,
    PACKET_NS,
    STARTED_UTC,
    add_movesense,
    movesense_notifications,
    new_writer,
)


def _mingled(path: Path) -> Path:
    """Two sensors, one of which connects three times, once in vain; a stray packet in every connection."""
    writer = new_writer(path)
    chest, head = (add_movesense(writer, placement) for placement in ("sternum", "head"))
    first = writer.start_segment(chest, 0, reason="start")
    beside = writer.start_segment(head, 0, reason="start")
    writer.start_segment(chest, 90 * PACKET_NS, reason="link lost")
    third = writer.start_segment(chest, 100 * PACKET_NS, reason="sensor restarted")
    for packet in range(200):
        if not 80 <= packet < 100:
            writer.packets(first if packet < 80 else third, DATA, packets=movesense_notifications(packet, 1))
        writer.packets(beside, DATA, packets=movesense_notifications(packet, 1))
        writer.packet(beside, "battery", arrival_ns=packet * PACKET_NS, payload=b"\x50")
    for segment_id in (first, beside, third):
        writer.packet(segment_id, DATA, arrival_ns=201 * PACKET_NS, payload=b"\x09\x63garbage")
    writer.close()
    return path


def _without_gyroscope(path: Path) -> Path:
    time_s = np.arange(2000) / 100
    file = ImuFile("chest.csv", 1, "0" * 64, time_s, np.column_stack([time_s] * 3), None, ())
    write_imu_session(path, {"sternum": file}, name="x", started_utc=STARTED_UTC)
    return path


def _everything(recording: Recording) -> list[object]:
    return [recording.file_hash, recording.notices, recording.duration_s, *map(_of, recording.sensors)]


def _of(sensor: SensorRecording) -> list[object]:
    gyr = sensor.gyr_sensor_radps
    return [
        sensor.placement,
        sensor.time_s.tolist(),
        sensor.acc_sensor_mps2.tolist(),
        None if gyr is None else gyr.tolist(),
        sensor.clipped.tolist(),
        sensor.gaps,
        sensor.segment_start.tolist(),
        sensor.rejected_packets,
    ]


@pytest.mark.parametrize("write", [_mingled, _without_gyroscope])
@pytest.mark.parametrize("part", [1, 2, 13, 300])
@pytest.mark.parametrize("held_bytes", [0, packets.HELD_BYTES], ids=["read twice", "held"])
def test_a_session_reads_the_same_in_parts_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], Path], part: int, held_bytes: int
) -> None:
    path = write(tmp_path / "a.runtall")
    whole = _everything(read_recording(path))
    monkeypatch.setattr(packets, "PACKETS_PER_PART", part)
    monkeypatch.setattr(reader, "HELD_BYTES", held_bytes)
    assert _everything(read_recording(path)) == whole


def test_samples_of_a_session_read_in_parts_are_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packets, "PACKETS_PER_PART", 13)
    for sensor in read_recording(_mingled(tmp_path / "a.runtall")).sensors:
        assert sensor.gyr_sensor_radps is not None
        for array in (sensor.time_s, sensor.acc_sensor_mps2, sensor.gyr_sensor_radps, sensor.clipped):
            assert not array.flags.writeable
