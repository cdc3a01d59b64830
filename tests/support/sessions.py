"""Session files for tests: a Movesense that streams what it is told, written as the recorder writes it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sensor.protocol.movesense import frames as movesense
from sensor.protocol.movesense.control import encode_data
from sensor.session.opening import open_session
from sensor.session.rows import SessionRows
from sensor.session.schema import RATE_SETTING
from sensor.session.writer import SessionWriter

STARTED_UTC = "2025-05-31T06:30:00+00:00"
RATE_HZ = 104.0
PACKET_SAMPLES = 8
PACKET_NS = round(1e9 * PACKET_SAMPLES / RATE_HZ)
REFERENCE = 99
PATH = "/Meas/IMU6/104"
DATA = movesense.DATA_UUID

_LATENCY_NS = 30_000_000


def new_writer(path: Path, name: str = "tempo") -> SessionWriter:
    """Return a writer of a new session."""
    return SessionWriter(path, name=name, started_utc=STARTED_UTC)


def add_movesense(rows: SessionRows, placement: str = "sternum") -> int:
    """Add a Movesense to a session and return its number."""
    settings = {"path": PATH, "reference": REFERENCE, RATE_SETTING: RATE_HZ}
    return rows.add_sensor(placement, "movesense", name="Movesense 174630000192", settings=settings)


def movesense_notifications(first_packet: int, packets: int) -> Iterator[tuple[int, bytes]]:
    """Yield (arrival_ns, payload) of packets that count on from ``first_packet``, 8 samples each.

    Sample i reads (i, 0, 9.75) m/s2 and (0, 0, 0) rad/s; the sensor's clock is the session's, 30 ms before
    the arrival.
    """
    for packet in range(first_packet, first_packet + packets):
        acc = np.zeros((PACKET_SAMPLES, 3))
        acc[:, 0] = np.arange(PACKET_SAMPLES) + packet * PACKET_SAMPLES
        acc[:, 2] = 9.75
        start_ns = packet * PACKET_NS
        body = movesense.encode_measurement(
            PATH, movesense.Measurement(round(start_ns / 1e6), acc_mps2=acc, gyr_radps=np.zeros_like(acc))
        )
        for part in encode_data(REFERENCE, body):
            yield start_ns + PACKET_NS + _LATENCY_NS, part


def write_session(path: Path, packets: int = 130, name: str = "tempo") -> Path:
    """Write a properly ended session of one sternum sensor, 10 s by default, and return its path."""
    writer = new_writer(path, name)
    sensor_id = add_movesense(writer)
    segment_id = writer.start_segment(sensor_id, 0, reason="start")
    writer.packets(segment_id, DATA, packets=movesense_notifications(0, packets))
    writer.close()
    return path


def count_packets(path: Path) -> int:
    """Return how many notifications a session holds, read as any program would."""
    with open_session(path) as session:
        (count,) = session.connection.execute("SELECT count(*) FROM packet").fetchone()
        return int(count)


def killed_session(folder: Path) -> Path:
    """Return a session of 10 s whose recorder never ended it: main file and log as they lie on the disk."""
    writer = new_writer(folder / "live.runtall")
    segment_id = writer.start_segment(add_movesense(writer), 0, reason="start")
    for packet in range(130):
        writer.packets(segment_id, DATA, packets=movesense_notifications(packet, 1))
        if packet % 6 == 5:
            writer.commit()
    writer.commit()
    killed = folder / "killed"
    killed.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(f"{writer.path}{suffix}", killed / f"run.runtall{suffix}")
    writer.close()
    writer.path.unlink()
    return killed / "run.runtall"
