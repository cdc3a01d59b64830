"""How far the runner leans right now, for the live line: a rough figure; the report has the sound one.

The trunk swings in step with the ground's push, so the mean force is not quite gravity: of the simulated
runner this reads 2 to 3 degrees too much.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from sensor.samples import FloatArray

WINDOW_S = 10.0
"""Some fourteen strides: speeding up and single steps average out."""

_LEAST_S = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class LeanFrame:
    """How a sensor sits on somebody upright.

    Parameters
    ----------
    upright_mps2
        (3,) specific force while upright, sensor axes.
    bowed_mps2
        (3,) specific force in a bow, which shows where forward is; None where nobody bowed.
    """

    upright_mps2: FloatArray
    bowed_mps2: FloatArray | None = None

    def lean_deg(self, force_mps2: FloatArray) -> float:
        """Return the lean, degrees, of a (3,) mean specific force of any length, sensor axes.

        Forward positive and within the plane of the bow; without one the whole angle from upright.
        """
        up = _unit(self.upright_mps2)
        along = float(force_mps2 @ up)
        if self.bowed_mps2 is None:
            return math.degrees(math.atan2(float(np.linalg.norm(force_mps2 - along * up)), along))
        forward = _unit(self.bowed_mps2 - (self.bowed_mps2 @ up) * up)
        return math.degrees(math.atan2(float(force_mps2 @ forward), along))


class LiveLean:
    """The mean forward lean of the last `WINDOW_S` against the standing.

    Parameters
    ----------
    frame
        How the sensor sits, by standing and bow.
    """

    def __init__(self, frame: LeanFrame) -> None:
        self.frame = frame
        self._blocks: deque[tuple[float, FloatArray, int]] = deque()

    def add(self, now_s: float, acc_sensor_mps2: FloatArray) -> None:
        """Take in the newest (n, 3) specific force, m/s2, sensor axes."""
        self._blocks.append((now_s, acc_sensor_mps2.sum(axis=0), len(acc_sensor_mps2)))
        while self._blocks[0][0] <= now_s - WINDOW_S:
            self._blocks.popleft()

    def lean_deg(self, now_s: float) -> float | None:
        """Return the lean, degrees, forward positive; None where the window holds too little."""
        recent = [block for block in self._blocks if block[0] > now_s - WINDOW_S]
        if not recent or recent[-1][0] - recent[0][0] < _LEAST_S:
            return None
        return self.frame.lean_deg(np.sum([force for _, force, _ in recent], axis=0))


def _unit(vector: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector
