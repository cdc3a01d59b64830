"""What to ask of somebody who lays a sensor on the faces of a box, judged while it happens.

No clock and no output here; whoever talks feeds in what the sensor reads and says the sentences.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from analysis.checkup.still_poses import FACES, StillPoses, angles_deg, still_poses
from analysis.checkup.tilt import LEAST_ANGLE_DEG
from sensor.samples import FloatArray

STILL_S = 3.0
TURN_S = 10.0
PATIENCE_S = 120.0
"""Without anything new for this long, whoever was to do it has gone, or the sensor has."""


class TiltStep(StrEnum):
    """What is being done; a step is marked in the session when it begins."""

    FACES = "faces"
    LEAN = "lean"
    TURN = "turn"
    DONE = "done"


class TiltGuide:
    """Leads through the faces, the lean and the turn by hand.

    Parameters
    ----------
    angle_deg
        By how much the box is to be leaned.

    Attributes
    ----------
    step
        What is being done.
    """

    def __init__(self, angle_deg: float) -> None:
        self.step = TiltStep.FACES
        self._angle_deg = angle_deg
        self._read: list[FloatArray] = []
        self._since_s: float | None = None
        self._told_row = 0
        self._faces_mps2: dict[int, FloatArray] = {}

    def take(self, acc_sensor_mps2: FloatArray) -> None:
        """Take in the newest (n, 3) specific force, m/s2, sensor axes."""
        self._read.append(acc_sensor_mps2)

    def look(self, now_s: float, rate_hz: float) -> tuple[str, ...]:
        """Judge what came so far and return what is to be said; call it several times a second."""
        if self.step == TiltStep.DONE:
            return ()
        if self._since_s is None:
            self._since_s = now_s
            return (
                f"Fix the sensor to a box. Lay the box on each of its six faces, in any order, hands off for "
                f"{STILL_S:g} s each.",
            )
        if now_s - self._since_s > (TURN_S if self.step == TiltStep.TURN else PATIENCE_S):
            turned, self.step = self.step == TiltStep.TURN, TiltStep.DONE
            return ("Thank you, that is all." if turned else "Nothing new came for two minutes.",)
        if self.step == TiltStep.TURN or rate_hz <= 0.0 or not self._read:
            return ()
        self._read = [np.concatenate(self._read)]
        poses = still_poses(self._read[0], rate_hz, shortest_s=STILL_S)
        if not len(poses.first) or poses.first[-1] < self._told_row:
            return ()
        self._told_row = int(poses.last[-1])
        self._since_s = now_s
        return self._face(poses) if self.step == TiltStep.FACES else self._lean(poses)

    def _face(self, poses: StillPoses) -> tuple[str, ...]:
        """Take note of the newest pose as a face."""
        face = int(poses.face[-1])
        if face < 0:
            return ("It stands on an edge: lay it flat on a face.",)
        is_new = face not in self._faces_mps2
        self._faces_mps2[face] = poses.acc_sensor_mps2[-1]
        count = f"{len(self._faces_mps2)} of {len(FACES)} faces"
        if len(self._faces_mps2) == len(FACES):
            self._go_on(TiltStep.LEAN)
            return (
                f"{count}. Now set the level of your telephone to zero on the box, lean the box by "
                f"{self._angle_deg:g}° against something, hands off.",
            )
        if is_new:
            return (f"{count}. Turn it to another face.",)
        return (f"{count}: this one was there before, turn it to one that was not.",)

    def _lean(self, poses: StillPoses) -> tuple[str, ...]:
        """Take note of the newest pose as the lean."""
        faces_mps2 = np.array(list(self._faces_mps2.values()))
        if angles_deg(faces_mps2, poses.acc_sensor_mps2[-1]).min() < LEAST_ANGLE_DEG:
            return ()
        self._go_on(TiltStep.TURN)
        return (f"Good. Now take it in your hand and turn it slowly about all ways for {TURN_S:g} s.",)

    def _go_on(self, step: TiltStep) -> None:
        self.step = step
        self._read, self._told_row = [], 0
