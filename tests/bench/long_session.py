"""Time and memory from a stored session to its report, for an hour and for a day.

``python -m tests.bench.long_session [HOURS …]`` writes sessions of 1, 6 and 24 hours, as a Movesense would
have sent them, into a temporary folder, and reads and analyses each in a process of its own. A longer session
is the severe hour again and again: it begins and ends standing, so the hours join.
"""

from __future__ import annotations

import argparse
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import count, cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from analysis.pipeline import analyse
from sensor.protocol.movesense import frames as movesense
from sensor.protocol.movesense.control import encode_data
from sensor.samples import ImuSignal
from sensor.session.reader import read_recording
from tests.bench.hours import severe_hours
from tests.bench.memory import measure
from tests.bench.tables import markdown
from tests.support.process_memory import status_mb
from tests.support.sessions import (
    DATA,
    PACKET_NS,
    PACKET_SAMPLES,
    PATH,
    RATE_HZ,
    REFERENCE,
    add_movesense,
    new_writer,
)

HOURS = (1, 6, 24)
HEADER = (
    "hours", "s to read", "peak MB", "s to read and analyse", "peak MB in all",
    "offlineVQF, s an hour", "times offlineVQF",
)  # fmt: skip
PEER = "offlineVQF"

_LATENCY_NS = 30_000_000
_TIME_BYTES = 4
_PACKETS_PER_HOUR = round(3600 * RATE_HZ / PACKET_SAMPLES)


def write_long_session(path: Path, hours: int) -> Path:
    """Write a session of one sternum sensor that streams without loss for some hours."""
    (worn,) = next(severe_hours((0,), 1)).run.sensors
    notifications = _notifications(_packet_values(worn.measured))
    with new_writer(path, f"{hours} h") as writer:
        segment_id = writer.start_segment(add_movesense(writer, worn.placement), 0, reason="start")
        for _ in range(hours):
            writer.packets(segment_id, DATA, packets=islice(notifications, _PARTS * _PACKETS_PER_HOUR))
            writer.commit()
    return path


def _packet_values(signal: ImuSignal) -> list[bytes]:
    """Encode a signal as the sensor's packets, each without the time it begins with."""
    acc, gyr = signal.acc_sensor_mps2, signal.gyr_sensor_radps
    assert gyr is not None
    assert signal.rate_hz == RATE_HZ
    packets = []
    for start in range(0, len(acc) - PACKET_SAMPLES + 1, PACKET_SAMPLES):
        rows = slice(start, start + PACKET_SAMPLES)
        body = movesense.encode_measurement(PATH, movesense.Measurement(0, acc[rows], gyr[rows]))
        packets.append(body[_TIME_BYTES:])
    return packets


_PARTS = len(encode_data(REFERENCE, bytes(movesense.payload_size(PATH, PACKET_SAMPLES))))
"""Notifications that carry one packet."""


def _notifications(packets: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield (arrival_ns, payload) without end, the same packets again and again under new times."""
    for number, values in zip(count(), cycle(packets)):
        start_ns = number * PACKET_NS
        for part in encode_data(REFERENCE, struct.pack("<I", round(start_ns / 1e6)) + values):
            yield start_ns + PACKET_NS + _LATENCY_NS, part


def read_and_analyse(path: Path) -> tuple[float, float, float, float]:
    """Return seconds and peak megabytes after reading, then both after analysing, from a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.long_session", "--session", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    read_s, read_mb, all_s, all_mb = map(float, done.stdout.split())
    return read_s, read_mb, all_s, all_mb


def _print_cost(path: Path) -> None:
    begin = perf_counter()
    recording = read_recording(path)
    read_s, read_mb = perf_counter() - begin, status_mb("VmHWM")
    analyse(recording)
    print(f"{read_s:.3f} {read_mb:.0f} {perf_counter() - begin:.3f} {status_mb('VmHWM'):.0f}")


def costs(hours: Sequence[int] = HOURS) -> str:
    """Return the table, one row per length; the peer filters an hour of samples already in memory."""
    rows = []
    with TemporaryDirectory(prefix="runtall-bench-") as folder:
        for length in hours:
            path = write_long_session(Path(folder) / f"{length}h.runtall", length)
            read_s, read_mb, all_s, all_mb = read_and_analyse(path)
            path.unlink()
            peer_s, _ = measure(PEER)
            row = (f"{read_s:.2f}", f"{read_mb:.0f}", f"{all_s:.2f}", f"{all_mb:.0f}", f"{peer_s:.2f}")
            rows.append((str(length), *row, f"{all_s / (length * peer_s):.1f}"))
    return markdown(HEADER, rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hours", nargs="*", type=int, default=HOURS)
    parser.add_argument("--session", type=Path, help="print the figures of this session alone")
    options = parser.parse_args()
    if options.session:
        _print_cost(options.session)
    else:
        print(costs(options.hours))


if __name__ == "__main__":
    main()
