"""Look whether sensors that were left lying are in use again, without recording anything."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NoReturn

from sensor.errors import LinkError, LinkReason
from sensor.link.radio import Radio
from sensor.recorder.clock import SessionClock
from sensor.recorder.plan import RecordingPlan, SensorRequest
from sensor.recorder.policy import RecorderPolicy
from sensor.recorder.sensor_log import SensorLog
from sensor.recorder.sensor_task import WAKE_HINT, SensorTask, SharedSearch
from sensor.recorder.stillness import is_in_use
from sensor.recorder.walkthrough import LastSecond
from sensor.samples import FloatArray
from sensor.session.rows import Row, SessionRows

LOOK_S = 2.0
"""How much of a sensor's motion is looked at: the second that is judged, and one for the stream to settle."""

PATIENCE_S = 20.0
"""How long to look for sensors where none gives data."""

PATIENCE_WITH_OTHERS_S = 8.0
"""The same once another has been judged, whose battery the wait costs."""

_TICK_S = 0.25


async def probe_activity(
    plan: RecordingPlan,
    resting_mps2: Mapping[str, FloatArray],
    radio: Radio,
    *,
    now_utc: datetime,
    rng: random.Random,
) -> bool:
    """Listen to the motion sensors for a moment; return whether one of them is in use.

    Parameters
    ----------
    plan
        Which sensors.
    resting_mps2
        Placement to (3,) specific force, sensor axes, of those that were left lying. Any other sensor that
        can be heard is in use.
    radio
        Which Bluetooth to use.
    now_utc
        Wall-clock time, with a time zone: some sensors are told.
    rng
        Random source for the spread of attempts to connect.

    Raises
    ------
    LinkError
        When there is no usable Bluetooth, or no sensor gives data.
    UnknownSensorError
        When a sensor's kind is unknown.
    """
    clock = SessionClock(now_utc, asyncio.get_running_loop().time)
    shared = SharedSearch(radio, wished=frozenset(wish.name.casefold() for wish in plan.sensors))
    policy = RecorderPolicy()
    looks = [_Look(wish, clock, resting_mps2.get(wish.placement)) for wish in plan.sensors]
    tasks = [
        asyncio.create_task(SensorTask(look.log, shared, clock=clock, policy=policy, rng=rng).run())
        for look in looks
    ]
    try:
        return await _judge(looks, tasks, clock)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _judge(
    looks: Sequence[_Look], tasks: Sequence[asyncio.Task[NoReturn]], clock: SessionClock
) -> bool:
    while not all(look.is_done for look in looks):
        failed, _ = await asyncio.wait(tasks, timeout=_TICK_S, return_when=asyncio.FIRST_COMPLETED)
        for task in failed:
            task.result()
        for look in looks:
            look.update(clock.now_s())
        seen = [look for look in looks if look.is_done]
        if any(look.is_in_use for look in seen):
            return True
        if seen and clock.now_s() >= PATIENCE_WITH_OTHERS_S:
            return False
        if clock.now_s() >= PATIENCE_S:
            names = ", ".join(look.log.wish.name for look in looks)
            silent = f"no data from {names} within {PATIENCE_S:g} s: {WAKE_HINT}; see `runtall scan`"
            raise LinkError(silent, reason=LinkReason.NO_DATA)
    return False


class _Look:
    """What one sensor has shown so far."""

    def __init__(self, wish: SensorRequest, clock: SessionClock, resting_mps2: FloatArray | None) -> None:
        self.log = SensorLog(wish, _Nowhere(), clock=clock)
        self._resting_mps2 = resting_mps2
        self._last = LastSecond()
        self._since_s: float | None = None
        self._now_s = 0.0

    @property
    def is_done(self) -> bool:
        """Whether enough was seen to judge."""
        return self._since_s is not None and self._now_s - self._since_s >= LOOK_S

    @property
    def is_in_use(self) -> bool:
        """Whether it moves or was taken in hand."""
        return is_in_use(self._last, self._resting_mps2)

    def update(self, now_s: float) -> None:
        """Take in what came since the last time."""
        acc_sensor_mps2 = self.log.drain()
        if acc_sensor_mps2 is None:
            return
        self._since_s = now_s if self._since_s is None else self._since_s
        self._now_s = now_s
        self._last.add(now_s, acc_sensor_mps2)


class _Nowhere(SessionRows):
    """A writer that keeps nothing."""

    def put_rows(self, statement: str, rows: Iterable[Row]) -> None:
        """Let the rows go."""
