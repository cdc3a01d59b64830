"""Whether the angle itself is in doubt: the sensor is looked at before anybody is told that they slouch.

Only for talking to the runner. The report looks at the whole run and finds slips and zeros of its own.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from analysis.judging.config import MountingShiftConfig
from analysis.live.records import LiveState, LiveStride
from analysis.maths.robust import MAD_TO_SD
from analysis.signal.config import RestConfig
from analysis.words import Activity, ZeroSource
from sensor.samples import FloatArray


@dataclass(frozen=True, slots=True)
class DoubtConfig:
    """When the angle of a run in progress is not believed."""

    strides: int = 50
    """Running strides that are looked at: some 35 s."""
    loose_share: float = 0.6
    """More unusable ones are no bend and no burst: the sensor wobbles."""
    turned_deg: float = 45.0
    """Nobody runs as bent as this, nor as far back: the sensor has turned, or hangs upside down."""
    slip_deg: float = 5.0
    """A jump by less than this within a few strides is left to the report."""
    side_strides: int = 12
    """Running strides on either side of a jump: it must stay for some 8 s."""
    level_share: float = 0.6
    """Strides of one side differ by less than this share of the jump: more, and it is a slope."""
    steep_share: float = 0.75
    """The strides next to a jump show this share of it already."""
    pause_s: float = 3.0
    """Strides before and after a longer stop are no neighbours."""
    holds_s: float = 120.0
    """How long a slip is told; then posture is shown again, as the report goes on, too, with a doubt."""


class AngleDoubts:
    """Looks at strides as they come and says what is doubtful.

    Parameters
    ----------
    config
        When to doubt.
    """

    def __init__(self, config: DoubtConfig | None = None) -> None:
        self._config = config or DoubtConfig()
        self._recent: deque[LiveStride] = deque(maxlen=2 * self._config.strides)
        self._early_deg: list[float] = []
        self._has_standing = False
        self._usual_deg = math.nan
        self._slip_deg = 0.0
        self._slipped_s = -math.inf

    def take(self, state: LiveState) -> None:
        """Take in what became known."""
        self._has_standing = state.zero_source is ZeroSource.STANDING
        self._usual_deg = state.usual.flexion_deg if state.usual is not None else math.nan
        for stride in state.strides:
            if stride.activity is Activity.RUN:
                self._recent.append(stride)
                if stride.usable and len(self._early_deg) < self._config.strides:
                    self._early_deg.append(stride.trunk_flexion_deg)
                self._look_for_slip()

    def forget(self) -> None:
        """Begin anew: the runner has stood tall and set the zero again, or tightened the strap."""
        self._recent.clear()
        self._early_deg.clear()
        self._slipped_s = -math.inf

    def sentence(self, now_s: float) -> str:
        """Return what is doubtful at session time ``now_s``; empty where nothing is."""
        c = self._config
        strides = list(self._recent)[-c.strides :]
        if len(strides) < c.strides:
            return ""
        lean_deg = float(np.median([stride.trunk_flexion_deg for stride in strides]))
        if self._has_standing and abs(lean_deg) > c.turned_deg:
            return "the sensor hangs otherwise than when you stood: has it turned?"
        if np.mean([not stride.usable for stride in strides]) > c.loose_share:
            return "most strides cannot be read: is the sensor loose?"
        if now_s < self._slipped_s + c.holds_s:
            return f"the angle jumped by {abs(self._slip_deg):.0f}° at once: has the sensor slipped?"
        if self._has_standing and len(self._early_deg) == c.strides:
            early_deg = float(np.median(self._early_deg))
            if early_deg < -RestConfig().bent_deg:
                return f"you run {-early_deg:.0f}° further back than you stood: the zero was taken bent"
        return ""

    def _look_for_slip(self) -> None:
        flexion_deg = self._unbroken_deg()
        step_deg = jump_deg(flexion_deg, self._config)
        if abs(step_deg) < self._config.slip_deg:
            return
        # Whoever comes back to their usual at once was reminded, and is to be praised for it.
        off_deg = float(np.median(flexion_deg[-self._config.side_strides :])) - self._usual_deg
        comes_back = abs(off_deg) < abs(off_deg - step_deg)
        if not comes_back:
            self._slip_deg, self._slipped_s = step_deg, self._recent[-1].end_s

    def _unbroken_deg(self) -> FloatArray:
        """Return the usable flexion since the last stop: strides before and after one are no neighbours."""
        known: list[float] = []
        next_s = self._recent[-1].start_s
        for stride in reversed(self._recent):
            if next_s - stride.end_s > self._config.pause_s:
                break
            next_s = stride.start_s
            if stride.usable:
                known.append(stride.trunk_flexion_deg)
        return np.array(known[::-1])


def jump_deg(flexion_deg: FloatArray, config: DoubtConfig) -> float:
    """Return by how much the newest strides stand off those before, where they do so at once; else 0.

    Parameters
    ----------
    flexion_deg
        (n,) of running strides without a stop, oldest first.
    config
        Widths and thresholds.
    """
    shift, side = MountingShiftConfig(), config.side_strides
    if len(flexion_deg) < 2 * side + shift.within_strides:
        return 0.0
    after, before = flexion_deg[-side:], flexion_deg[: -side - shift.within_strides][-side:]
    step_deg = float(np.median(after) - np.median(before))
    # First what nearly every stride of a run fails by, and what costs least to ask.
    if not max(np.ptp(after), np.ptp(before)) < config.level_share * abs(step_deg):
        return 0.0
    usual_deg = np.abs(flexion_deg[shift.within_strides :] - flexion_deg[: -shift.within_strides])
    is_sudden = abs(step_deg) > shift.sudden_factor * MAD_TO_SD * float(np.median(usual_deg))
    nearest_deg = float(np.median(after[: shift.edge_strides]) - np.median(before[-shift.edge_strides :]))
    is_steep = nearest_deg / step_deg > config.steep_share
    return step_deg if is_sudden and is_steep else 0.0
