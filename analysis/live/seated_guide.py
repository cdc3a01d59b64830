"""Lead somebody through the start at the desk: sit tall, lean forward once, come up."""

from __future__ import annotations

from collections.abc import Iterator

from sensor.recorder.live_lean import LeanFrame
from sensor.recorder.walkthrough import Bow, StandStill
from sensor.samples import FloatArray

TALL_S = 10.0
TALL_PATIENCE_S = 60.0
LEAN_PATIENCE_S = 20.0

SIT_TALL = "Sit tall and still for 10 s: hips at the back of the chair, chest up, eyes ahead."
MOVED = "You moved. Starting the 10 seconds again."
LEAN = "Now lean forward once, back straight, and come up again."
READY = "Thank you. Work on as usual; Ctrl-C when you get up for good."
NOT_TALL = "No 10 s of sitting still within a minute: how long you sit is told, not how slouched."
NOT_LEANED = (
    "No lean was seen: how far you are from sitting tall is told, not whether it is forward or to a side."
)


class SeatedGuide:
    """The steps of the start; the clock and the words are the caller's.

    Parameters
    ----------
    now_s
        When it was asked for, s of the recording.

    Attributes
    ----------
    is_done
        Whether the sitting has begun.
    """

    def __init__(self, now_s: float) -> None:
        self.is_done = False
        self._tall = StandStill(TALL_S, now_s)
        self._lean: Bow | None = None
        self._asked_s = now_s
        self._is_asked = False
        self._restarts = 0

    @property
    def frame(self) -> LeanFrame | None:
        """How the sensor sits, as far as it is known."""
        if self._lean is None:
            return None
        leaned = self._lean.deepest_mps2 if self._lean.is_done else None
        return LeanFrame(self._tall.upright_mps2, leaned)

    def take(self, now_s: float, acc_sensor_mps2: FloatArray) -> None:
        """Take in the newest (n, 3) specific force, m/s2, sensor axes."""
        if self._lean is not None:
            self._lean.add(now_s, acc_sensor_mps2)
        else:
            self._tall.add(now_s, acc_sensor_mps2)

    def look(self, now_s: float) -> Iterator[str]:
        """Yield what to say now; afterwards ``is_done`` tells whether that was all."""
        if not self._is_asked:
            self._is_asked = True
            yield SIT_TALL
        if self._lean is None:
            yield from self._look_at_tall(now_s)
        elif self._lean.is_done or now_s - self._asked_s > LEAN_PATIENCE_S:
            self.is_done = True
            if not self._lean.is_done:
                yield NOT_LEANED
            yield READY

    def _look_at_tall(self, now_s: float) -> Iterator[str]:
        if self._tall.is_done:
            self._lean, self._asked_s = Bow(self._tall.upright_mps2), now_s
            yield LEAN
        elif now_s - self._asked_s > TALL_PATIENCE_S:
            self.is_done = True
            yield NOT_TALL
            yield READY
        elif self._tall.restarts > self._restarts:
            self._restarts = self._tall.restarts
            yield MOVED
