"""Folders of session files that cost little: a virtual run is simulated once, and told anew in each file."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from sensor.protocol.movesense import frames as movesense
from sensor.protocol.movesense.control import encode_data
from sensor.session.edit import amend_session
from sensor.virtual.runner.plan import RunPlan, run, stand
from sensor.virtual.runner.scenarios import EVERYDAY
from tests.support import short_runs
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

SHORT = RunPlan((*short_runs.OPENING, run(30.0, 3.0), stand(4.0)), style=EVERYDAY)
"""Half a minute of running: the least that has a report, with room to spare."""

LATENCY_NS = 30_000_000


class Threads:
    """Workers within this process: nothing has to start."""

    count = 2

    def start(self) -> Executor:
        return ThreadPoolExecutor(self.count)

    start_one = start

    def end(self, executor: Executor) -> None:
        executor.shutdown(cancel_futures=True)


def write_run(path: Path, seed: int = 1, *, plan: RunPlan = SHORT, **told: Any) -> Path:
    """Write the session of a virtual run; ``told`` is its context."""
    writer = new_writer(path, name=path.stem)
    segment_id = writer.start_segment(add_movesense(writer), 0, reason="start")
    writer.packets(segment_id, DATA, packets=_notifications(plan, seed))
    for key, value in told.items():
        writer.set_context(key, value)
    writer.close()
    return path


def told_anew(original: Path, path: Path, number: int, **told: Any) -> Path:
    """Write a session like another, but of its own by its mark; ``told`` is added to its context."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(original, path)
    with amend_session(path) as rows:
        rows.mark(1_000_000_000, "note", text=f"session {number}")
        for key, value in told.items():
            rows.set_context(key, value)
    return path


@cache
def _packets(plan: RunPlan, seed: int) -> tuple[tuple[int, bytes], ...]:
    return tuple(_encoded(plan, seed))


def _notifications(plan: RunPlan, seed: int) -> Iterator[tuple[int, bytes]]:
    yield from _packets(plan, seed)


def _encoded(plan: RunPlan, seed: int) -> Iterator[tuple[int, bytes]]:
    run = short_runs.virtual(plan, seed)
    assert run.rate_hz == RATE_HZ
    signal = run.sensors[0].measured
    for number in range(len(signal.acc_sensor_mps2) // PACKET_SAMPLES):
        rows = slice(number * PACKET_SAMPLES, (number + 1) * PACKET_SAMPLES)
        assert signal.gyr_sensor_radps is not None
        values = movesense.Measurement(
            round(number * PACKET_NS / 1e6), signal.acc_sensor_mps2[rows], signal.gyr_sensor_radps[rows]
        )
        for part in encode_data(REFERENCE, movesense.encode_measurement(PATH, values)):
            yield (number + 1) * PACKET_NS + LATENCY_NS, part
