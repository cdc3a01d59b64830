"""Record virtual sensors over the simulated radio in virtual time, and count what bleak delivered."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from sensor.link.radio import Radio
from sensor.recorder import (
    AuxiliaryRequest,
    RecorderPolicy,
    RecorderStatus,
    RecordingPlan,
    SensorRequest,
    record_session,
)
from sensor.recorder.live_tap import LiveCallback, ReadingCallback
from sensor.samples import ImuSignal
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio

STARTED_UTC = datetime(2026, 5, 1, 7, 30, tzinfo=UTC)
CHEST = "Movesense 000000000001"
CAP = "Movesense 000000000002"

PAYLOADS = "SELECT payload FROM packet ORDER BY id"
EVENTS = "SELECT kind, detail FROM event ORDER BY id"
SEGMENTS = "SELECT start_ns / 1e9, reason FROM segment ORDER BY id"


def noise_signal(duration_s: float, seed: int = 1, rate_hz: float = 104.0) -> ImuSignal:
    """Return a signal no two packets of which are alike."""
    rows = int(duration_s * rate_hz)
    rng = np.random.default_rng(seed)
    upright = np.array([0.0, 0.0, 9.81])
    return ImuSignal(rate_hz, upright + rng.normal(0, 1, (rows, 3)), rng.normal(0, 1, (rows, 3)))


def movesense(name: str = CHEST, duration_s: float = 60.0, **kwargs: Any) -> VirtualMovesense:
    """Return a virtual sensor that reads noise."""
    return VirtualMovesense(name, signal=noise_signal(duration_s), **kwargs)


@dataclass
class Scene:
    """What a recording happens in: the radio, what it delivered, what the recorder said of itself."""

    radio: VirtualRadio
    delivered: list[bytes] = field(default_factory=list)
    statuses: list[RecorderStatus] = field(default_factory=list)

    def bleak(self) -> Radio:
        """Return the radio's backends, which note what they deliver."""
        return noting(self.radio.bleak, self.delivered.append)


def noting(bleak: Radio, note: Callable[[bytes], None]) -> Radio:
    """Return a radio's backends, with every delivered notification noted before anyone sees it."""
    backend = bleak.client_backend
    assert backend is not None

    class NotingClient(backend):  # type: ignore[misc, valid-type]  # the base is chosen while running
        async def start_notify(self, characteristic: Any, callback: Any, **kwargs: Any) -> None:
            def forward(payload: bytearray) -> None:
                note(bytes(payload))
                callback(payload)

            await super().start_notify(characteristic, forward, **kwargs)

    return Radio(client_backend=NotingClient, scanner_backend=bleak.scanner_backend)


def record_over_air(
    path: Path,
    play: Callable[[Scene], Awaitable[None]],
    *,
    sensors: dict[str, str] | None = None,
    beside: tuple[str, ...] = (),
    duration_s: float = 30.0,
    policy: RecorderPolicy | None = None,
    seed: int = 1,
    on_live: LiveCallback | None = None,
    on_reading: ReadingCallback | None = None,
    **radio_options: Any,
) -> Scene:
    """Record in virtual time, after ``play`` has switched sensors on and scheduled their faults.

    ``seed`` draws the phases of the links; ``on_live`` and ``on_reading`` are given what comes.
    """
    wishes = (sensors or {"sternum": CHEST}).items()
    plan = RecordingPlan(
        tuple(SensorRequest(placement, name) for placement, name in wishes),
        tuple(AuxiliaryRequest(number, name) for number, name in enumerate(beside, 1)),
    )

    async def record() -> Scene:
        async with VirtualRadio(seed=seed, **radio_options) as radio:
            scene = Scene(radio)
            await play(scene)
            await record_session(
                plan,
                path,
                scene.bleak(),
                name="test",
                started_utc=STARTED_UTC,
                duration_s=duration_s,
                rng=random.Random(1),
                policy=policy,
                on_status=scene.statuses.append,
                on_live=on_live,
                on_reading=on_reading,
                simulated=True,
            )
            return scene

    return run_in_virtual_time(record())


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query on a session file."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def kinds(path: Path) -> list[str]:
    """Return the kinds of a session's events, in order."""
    return [kind for kind, _ in rows(path, EVENTS)]


def stored(path: Path) -> list[bytes]:
    """Return the payloads of a session's packets, in order."""
    return [payload for (payload,) in rows(path, PAYLOADS)]


def call_at(time_s: float, action: Callable[..., Any], *args: Any) -> None:
    """Let something happen at a loop time."""
    asyncio.get_running_loop().call_at(time_s, action, *args)


def alone(**kwargs: Any) -> Callable[[Scene], Awaitable[None]]:
    """Return a play with nothing but a chest sensor, on which nothing happens."""

    async def play(scene: Scene) -> None:
        await scene.radio.add(movesense(**kwargs))

    return play
