"""Walk the runner through a recording: stand tall, bow, run, stand tall again."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

import numpy as np

from analysis.cli.record.live_line import LiveLine
from analysis.cli.record.zero_again import ZeroAgain
from sensor.recorder import Recorder
from sensor.recorder.live_lean import LeanFrame, LiveLean
from sensor.recorder.walkthrough import Bow, GuideStep, StandStill
from sensor.samples import TRUNK_PLACEMENTS, FloatArray

STANDING_S = 10.0
SENSOR_PATIENCE_S = 125.0
"""A recording to which no sensor sends anything ends by itself before (`RecorderPolicy.first_data_s`)."""

STANDING_PATIENCE_S = 60.0
"""Standing is worth waiting for, but a runner who wants to go, or has left, must not be kept by it."""

BOW_PATIENCE_S = 20.0
"""A bow that is not seen within this is not asked for any longer: the analysis can do without."""

HOW_TO_WEAR = """\
Wear the sensor snug: on a strap under the chest, clipped to the bra band, or
between the shoulder blades. Any way round will do, as long as it does not wobble.
You will stand tall for 10 s, bow once, run, and stand tall for 10 s at the end."""

_STAND = "Stand tall and still, heels and head against a wall if there is one, for 10 s."
_STAND_AGAIN = "Well done. Stand tall and still once more for 10 s (Ctrl-C: end at once)."
_MOVED = "You moved. Starting the 10 seconds again."
_GRAVITY = """\
Careful: at rest the sensor reads {size_mps2:.1f} m/s2, not 9.8, so its angles may be off.
At home, `runtall doctor --tilt` finds by how much."""
_BOW = "Now bow forward once and come up again."
_NO_SENSOR = "Nothing comes from the {placement} sensor, so standing and bow are left out."
_NO_STANDING = "No 10 s of standing still within a minute, so standing and bow are left out."
_NO_BOW = "No bow was seen; it goes without."
_NO_STANDING_AGAIN = "No still standing was seen within a minute; the recording ends without it."


class Guide:
    """Talks the runner through the steps and marks each in the session. Every step ends by itself.

    Parameters
    ----------
    recorder
        The running recording.
    line
        Where to talk.
    placement
        The sensor that tells whether the runner stands still.
    on_step
        Called with every step as it is asked for.

    Attributes
    ----------
    zero
        Sets the zero anew while the runner is out; None where nothing is shown that counts from one.
    """

    def __init__(
        self,
        recorder: Recorder,
        line: LiveLine,
        placement: str,
        *,
        on_step: Callable[[GuideStep], None],
    ) -> None:
        self._recorder = recorder
        self._line = line
        self._placement = placement
        self._on_step = on_step
        self._listener: Callable[[float, FloatArray], None] | None = None
        self._has_data = False
        self._is_out = False
        self._lean: LiveLean | None = None
        self._news = asyncio.Event()
        self.zero: ZeroAgain | None = None

    def take(self, placement: str, now_s: float, acc_sensor_mps2: FloatArray) -> None:
        """Take in what a sensor has just read; for the recorder to call."""
        if placement != self._placement:
            return
        self._has_data = True
        if self._listener is not None:
            self._listener(now_s, acc_sensor_mps2)
        if self._lean is not None:
            self._lean.add(now_s, acc_sensor_mps2)
            self._line.lean_deg = self._lean.lean_deg(now_s)
        if self.zero is not None and self._is_out:
            self.zero.take(now_s, acc_sensor_mps2)

    def tick(self) -> None:
        """Look at the clock; to be called several times a second, whether or not a sensor sends anything."""
        self._news.set()

    async def open(self) -> None:
        """Standing and bow, before the run."""
        if not await self._until(lambda: self._has_data, SENSOR_PATIENCE_S):
            self._line.say(_NO_SENSOR.format(placement=self._placement))
            return
        self._ask(GuideStep.STAND, _STAND)
        standing = await self._stand("standing")
        if standing is None:
            self._line.say(_NO_STANDING)
            return
        if not standing.reads_gravity:
            self._line.say(_GRAVITY.format(size_mps2=float(np.linalg.norm(standing.upright_mps2))))
        self._ask(GuideStep.BOW, _BOW)
        bow = await self._bow(Bow(standing.upright_mps2))
        if bow is None:
            self._line.say(_NO_BOW)
        elif self._placement in TRUNK_PLACEMENTS:
            self._lean = LiveLean(LeanFrame(standing.upright_mps2, bow.deepest_mps2))

    def send_off(self, text: str) -> None:
        """Let the run begin."""
        self._is_out = True
        if self.zero is not None:
            self.zero.begin(self._lean)
        self._ask(GuideStep.RUN, text)

    async def close(self) -> None:
        """The last standing."""
        self._is_out = False
        self._ask(GuideStep.STAND_AGAIN, _STAND_AGAIN)
        self._lean = self._line.lean_deg = None
        if await self._stand("standing end") is None:
            self._line.say(_NO_STANDING_AGAIN)

    def _ask(self, step: GuideStep, text: str) -> None:
        self._line.say(text)
        self._on_step(step)

    async def _stand(self, mark: str) -> StandStill | None:
        """Wait for a standing and mark it; None where none comes."""
        began_s = self._recorder.now_s()
        step = StandStill(STANDING_S, began_s)
        restarts = 0

        def look() -> bool:
            nonlocal restarts
            left_s = max(0.0, began_s + STANDING_PATIENCE_S - self._recorder.now_s())
            still = f"still, {math.ceil(step.left_s)} s left"
            self._line.hint = still if step.is_still else f"stand still ({left_s:.0f} s)"
            if step.restarts > restarts:
                restarts = step.restarts
                self._line.say(_MOVED)
            return step.is_done

        self._listener = step.add
        if not await self._until(look, STANDING_PATIENCE_S):
            return None
        self._recorder.mark(mark, "10 s still", time_s=step.since_s)
        return step

    async def _bow(self, step: Bow) -> Bow | None:
        """Wait for a bow; None where none comes."""
        self._recorder.mark("bow")
        self._listener = step.add
        self._line.hint = "bow"
        return step if await self._until(lambda: step.is_done, BOW_PATIENCE_S) else None

    async def _until(self, is_done: Callable[[], bool], patience_s: float) -> bool:
        """Wait until something is so, at most for so long; return whether it is."""
        until_s = self._recorder.now_s() + patience_s
        try:
            while not is_done():
                if self._recorder.now_s() >= until_s:
                    return False
                self._news.clear()
                await self._news.wait()
        finally:
            self._line.hint = ""
        return True
