"""Set the zero of what is shown live anew, when the runner asks for it and stands still.

The report needs none of it: it finds standings by itself, and trusts a later one only as far as the whole run
bears it out.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from sensor.recorder import Recorder
from sensor.recorder.live_lean import LiveLean
from sensor.recorder.walkthrough import DoubleTap, StandStill
from sensor.samples import FloatArray

NEEDED_S = 3.0
"""As long as a runner at a light stands tall without being asked twice."""

PATIENCE_S = 15.0

HOW_TO_SET = "z, or two taps on the sensor, sets the zero anew: stand tall and still for 3 s."
_STAND = "Stand tall and still for 3 s to set the zero anew."
_NOT_STILL = "No 3 s of standing still; the zero stays."
_NO_OPENING = "The zero can be set anew only after standing and bow at the start."
_DONE = "The zero is set anew: {shift_deg:+.0f}° against the start."

SetZero = Callable[[float, float], None]
"""Called with how far forward of the start the sensor sits, degrees, and since when, s."""


class ZeroAgain:
    """Waits for key or taps, then for a standing.

    Parameters
    ----------
    recorder
        The running recording, which keeps a mark of it.
    say
        Talks to the runner.
    set_zero
        Shifts what is shown.
    """

    def __init__(self, recorder: Recorder, say: Callable[[str], None], set_zero: SetZero) -> None:
        self._recorder = recorder
        self._say = say
        self._set_zero = set_zero
        self._taps = DoubleTap()
        self._start: LiveLean | None = None
        self._step: StandStill | None = None
        self._until_s = -math.inf

    def begin(self, start: LiveLean | None) -> None:
        """Take from now on the zero of ``start`` as the first; None where none was taken."""
        self._start = start

    def take(self, now_s: float, acc_sensor_mps2: FloatArray) -> None:
        """Take in what the trunk's sensor has just read."""
        if self._taps.add(now_s, acc_sensor_mps2) and self._start is not None:
            self.ask(now_s)
        if self._step is not None:
            self._step.add(now_s, acc_sensor_mps2)
            self._look(self._step, now_s)

    def ask(self, now_s: float) -> None:
        """Begin to wait for a standing."""
        if self._start is None:
            self._say(_NO_OPENING)
        elif self._step is None:
            self._say(_STAND)
            self._step, self._until_s = StandStill(NEEDED_S, now_s), now_s + PATIENCE_S

    def _look(self, step: StandStill, now_s: float) -> None:
        if step.is_done and self._start is not None:
            shift_deg = self._start.frame.lean_deg(step.upright_mps2)
            self._recorder.mark("standing", f"zero set anew, {shift_deg:+.1f} degrees", time_s=step.since_s)
            self._set_zero(shift_deg, step.since_s)
            self._say(_DONE.format(shift_deg=shift_deg))
        elif now_s < self._until_s:
            return
        else:
            self._say(_NOT_STILL)
        self._step = None
