"""Walk the runner through a recording: stand tall, bow, run, stand tall again."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from analysis.cli.record.live_line import LiveLine
from sensor.recorder import Recorder
from sensor.recorder.walkthrough import Bow, StandStill
from sensor.samples import FloatArray

STANDING_S = 10.0
BOW_PATIENCE_S = 20.0
"""A bow that is not seen within this is not asked for any longer: the analysis can do without."""

CLOSING_PATIENCE_S = 120.0
"""The last standing is worth waiting for, but a runner who has left must not keep the sensor awake."""

HOW_TO_WEAR = """\
Wear the sensor snug: on a strap under the chest, clipped to the bra band, or between the shoulder blades.
Any way round will do, as long as it does not wobble.
You will stand tall for 10 s, bow once, run, and stand tall for 10 s at the end."""

_STAND = "Stand tall and still, heels and head against a wall if there is one, for 10 s."
_STAND_AGAIN = "Well done. Stand tall and still once more for 10 s (Ctrl-C again: end at once)."
_BOW = "Now bow forward once and come up again."
_RUN = "Thank you. Run! Ctrl-C when you are back."


class Guide:
    """Talks the runner through the steps and marks each in the session.

    Parameters
    ----------
    recorder
        The running recording.
    line
        Where to talk.
    placement
        The sensor that tells whether the runner stands still.
    """

    def __init__(self, recorder: Recorder, line: LiveLine, placement: str) -> None:
        self._recorder = recorder
        self._line = line
        self._placement = placement
        self._listener: Callable[[float, FloatArray], None] | None = None
        self._news = asyncio.Event()

    def take(self, placement: str, now_s: float, acc_sensor_mps2: FloatArray) -> None:
        """Take in what a sensor has just read; for the recorder to call."""
        if placement == self._placement and self._listener is not None:
            self._listener(now_s, acc_sensor_mps2)
            self._news.set()

    async def open(self) -> None:
        """Standing and bow, before the run."""
        self._line.say(_STAND)
        standing = await self._stand("standing")
        self._line.say(_BOW)
        await self._bow(Bow(standing.upright_mps2))
        self._line.say(_RUN)

    async def close(self) -> None:
        """The last standing."""
        self._line.say(_STAND_AGAIN)
        try:
            async with asyncio.timeout(CLOSING_PATIENCE_S):
                await self._stand("standing end")
        except TimeoutError:
            self._line.say("No still standing was seen; the recording ends without it.")

    async def _stand(self, mark: str) -> StandStill:
        step = StandStill(STANDING_S, self._recorder.now_s())
        self._listener = step.add
        restarts = 0
        while not step.is_done:
            self._line.hint = f"still, {math.ceil(step.left_s)} s left" if step.is_still else "stand still"
            await self._next()
            if step.restarts > restarts:
                restarts = step.restarts
                self._line.say("You moved. Starting the 10 seconds again.")
        self._line.hint = ""
        self._recorder.mark(mark, "10 s still", time_s=step.since_s)
        return step

    async def _bow(self, step: Bow) -> None:
        self._recorder.mark("bow")
        self._listener = step.add
        self._line.hint = "bow"
        until_s = self._recorder.now_s() + BOW_PATIENCE_S
        while not step.is_done and self._recorder.now_s() < until_s:
            await self._next()
        self._line.hint = ""

    async def _next(self) -> None:
        self._news.clear()
        await self._news.wait()
