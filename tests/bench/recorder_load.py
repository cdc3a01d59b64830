"""What recording takes of a computer: ``python -m tests.bench.recorder_load [--seconds S]``.

Five sensors send in real time for a minute into one session file; the process holds nothing but the recorder
and what hands it the notifications, see `tests.bench.link_seam`. Linux's Bluetooth backend is loaded, too, as
a real recording would have it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from sensor.protocol.registry import device
from sensor.recorder import Recorder, RecorderStatus, RecordingPlan, SensorRequest
from tests.bench.link_seam import Source, seam_radio
from tests.bench.tables import markdown
from tests.support.process_memory import status_mb
from tests.support.sensor_streams import notifications_of, swinging

SECONDS = 60.0
LEAST_SHARE, MOST_MB = 0.10, 120
"""Aimed at: below a tenth of one core, below so much memory."""

HEADER = (
    "sensors", "samples/s in all", "notifications/s", "share of one core", "peak MB", "sent", "in the file",
)  # fmt: skip

WORN = (
    ("sternum", "movesense", "Movesense 1", 104.0),
    ("upper-back", "movesense", "Movesense 2", 104.0),
    ("sacrum", "runtall", "runtall 3", 104.0),
    ("waist", "witmotion", "WT901BLE 4", 200.0),
    ("head", "runtall", "runtall 5", 200.0),
)
"""Placement, kind, name, samples a second."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a recording took, what was sent, and whether the file holds exactly that."""

    seconds: float
    cpu_s: float
    peak_mb: float
    sent: int
    kept: int
    is_same: bool


def sources(seconds: float) -> list[Source]:
    """Return the sensors with all they send in so many seconds."""
    found = []
    for _, key, name, rate_hz in WORN:
        kind = device(key)
        notifications = notifications_of(kind, swinging(seconds, rate_hz))
        found.append(Source(kind, name, notifications, seconds / len(notifications)))
    return found


async def record(worn: list[Source], path: Path, seconds: float) -> tuple[float, float]:
    """Record what they send; return the seconds that passed and those of the processor."""
    plan = RecordingPlan(tuple(SensorRequest(place, name) for place, _, name, _ in WORN))
    began_s, began_cpu_s = perf_counter(), process_time()
    recorder = Recorder(
        plan,
        path,
        seam_radio(worn),
        name="load",
        started_utc=datetime.now(UTC),
        rng=random.Random(0),
        on_status=_look_at,
        on_samples=lambda *_: None,
    )
    asyncio.get_running_loop().call_later(seconds + 1.0, recorder.stop)
    await recorder.run()
    return perf_counter() - began_s, process_time() - began_cpu_s


def _look_at(status: RecorderStatus) -> str:
    return "  |  ".join(f"{one.placement} {one.samples} {one.rate_hz:.0f}" for one in status.sensors)


def measure(seconds: float) -> Load:
    """Record in this process, which should hold nothing else, and compare the file with what was sent."""
    import_module("bleak.backends.bluezdbus.client")
    worn = sources(seconds)
    with TemporaryDirectory(prefix="runtall-bench-") as folder:
        path = Path(folder) / "load.runtall"
        passed_s, cpu_s = asyncio.run(record(worn, path, seconds))
        peak_mb = status_mb("VmHWM")
        kept = kept_by_placement(path)
    sent = {place: list(one.notifications[: one.sent]) for (place, *_), one in zip(WORN, worn, strict=True)}
    return Load(
        passed_s, cpu_s, peak_mb, sum(map(len, sent.values())), sum(map(len, kept.values())), kept == sent
    )


def kept_by_placement(path: Path) -> dict[str, list[bytes]]:
    """Return the notifications in the file, by placement."""
    rows: dict[str, list[bytes]] = {place: [] for place, *_ in WORN}
    with closing(sqlite3.connect(path)) as connection:
        for place, payload in connection.execute(
            "SELECT placement, payload FROM packet JOIN segment ON segment.id = segment_id "
            "JOIN sensor ON sensor.id = sensor_id ORDER BY packet.id"
        ):
            rows[place].append(payload)
    return rows


def row(load: Load, seconds: float = SECONDS) -> tuple[str, ...]:
    """Return the row of the table."""
    return (
        str(len(WORN)),
        f"{sum(rate_hz for *_, rate_hz in WORN):.0f}",
        f"{load.sent / seconds:.0f}",
        f"{100 * load.cpu_s / load.seconds:.1f} %",
        f"{load.peak_mb:.0f}",
        str(load.sent),
        f"{load.kept}{'' if load.is_same else ', NOT the same'}",
    )


def table() -> str:
    """Measure in a fresh process and return its table."""
    command = [sys.executable, "-m", "tests.bench.recorder_load"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    seconds = parser.parse_args().seconds
    print(markdown(HEADER, [row(measure(seconds), seconds)]), end="")


if __name__ == "__main__":
    main()
