"""When a cue is due: one, after the posture has stood beyond its threshold for long enough."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from statistics import fmean, median

from analysis.cues.log import Cue, CueFate, CueSize
from analysis.cues.settings import CueSettings
from analysis.live.records import LiveState, LiveStride
from analysis.words import Activity

WITHHELD_SHARE = 0.25
"""One in four. Each by its own draw, whatever came before: so nothing that led to a cue tells whether it is
given, and the plain difference of the two is what giving it does."""

COVERED = 0.7
"""Share of the hold-off that its strides must fill: of one with holes nobody knows the posture."""

LONGEST_BREAK_S = 5.0
"""Longer without a usable running stride is a stop or a loss: the hold-off begins anew."""

STALE_S = 12.0
"""Strides that are told later than this, after a lost link, are no reason for a cue now; the estimator lags
by three, or by seven without a gyroscope."""

NOW_STRIDES = 5
"""The last strides must be above the threshold, too: nobody is told to stand up who just did."""

REACTION_FROM_S, REACTION_TO_S = 5.0, 35.0
"""Seconds after a cue in which a reaction is looked for."""

PACE_MEMORY_S = 300.0
"""A burst is faster than the running of these last minutes, an exponential average."""


class CuePolicy:
    """Decides on cues from the strides as they are told. Touches no clock, file, or chance of its own.

    Parameters
    ----------
    settings
        The runner's.
    chance
        Returns a number from 0 to below 1, evenly spread; asked once for each cue where the runner agreed to
        have some withheld.
    share
        What share (0 to 1) of the first week's cues the schedule leaves: the cool-down is longer by as much.
    """

    def __init__(self, settings: CueSettings, chance: Callable[[], float], *, share: float = 1.0) -> None:
        self._settings = settings
        self._chance = chance
        self._cool_down_s = settings.cool_down_s / share
        self._held: deque[LiveStride] = deque()
        self._began_s = math.inf
        self._quiet_until_s = -math.inf
        self._unanswered = 0
        self._awaited: Cue | None = None
        self._reaction_deg: list[float] = []
        self._usual_mps = math.nan

    @property
    def is_given_up(self) -> bool:
        """Whether so many cues had no reaction that there are none for now."""
        return self._unanswered >= self._settings.most_unanswered

    def take(self, state: LiveState, *, is_doubtful: bool = False) -> Cue | None:
        """Return the cue that is due now, withheld or not; None where there is none.

        Parameters
        ----------
        state
            The newest. Its strides are taken in even where no cue is due.
        is_doubtful
            Whether the angles may be the sensor's fault: then there is no cue, and the hold-off begins anew.
        """
        for stride in state.strides:
            self._take_stride(stride)
        if is_doubtful:
            self._held.clear()
        self._see_reaction(state.time_s)
        # Only a stride that was just told is a reason: while walking or standing none of those held is.
        newest = state.strides[-1] if state.strides else None
        if newest is None or not self._held or self._held[-1] is not newest:
            return None
        return self._cue(state.time_s) if self._is_due(state.time_s) else None

    def take_back(self) -> None:
        """Forget that the last cue was given: nothing could give it, and nobody will react."""
        self._awaited = None

    def _take_stride(self, stride: LiveStride) -> None:
        if stride.activity is Activity.RUN:
            self._began_s = min(self._began_s, stride.start_s)
        if stride.activity is not Activity.RUN or self._is_excused(stride):
            self._held.clear()
        elif stride.usable and math.isfinite(stride.adjusted_flexion_deg):
            self._hold(stride)

    def _hold(self, stride: LiveStride) -> None:
        if self._held and stride.start_s - self._held[-1].end_s > LONGEST_BREAK_S:
            self._held.clear()
        self._held.append(stride)
        while self._held[0].end_s < stride.end_s - self._settings.hold_off_s:
            self._held.popleft()
        if self._awaited is not None and stride.start_s >= self._awaited.time_s + REACTION_FROM_S:
            self._reaction_deg.append(stride.adjusted_flexion_deg)

    def _is_excused(self, stride: LiveStride) -> bool:
        """Tell whether a stride leans for a reason that is known: a slope, or a burst."""
        if abs(stride.grade_pct) > self._settings.most_grade_pct:
            return True
        speed_mps = stride.speed_mps
        if not math.isfinite(speed_mps):
            return False
        usual_mps = self._usual_mps if math.isfinite(self._usual_mps) else speed_mps
        weight = min(1.0, (stride.end_s - stride.start_s) / PACE_MEMORY_S)
        self._usual_mps = usual_mps + weight * (speed_mps - usual_mps)
        return speed_mps > (1.0 + self._settings.burst_share) * usual_mps

    def _see_reaction(self, now_s: float) -> None:
        """Count a cue as answered or not once its time is over; begin anew with whoever stands tall."""
        cue = self._awaited
        if cue is not None and now_s >= cue.time_s + REACTION_TO_S:
            if self._reaction_deg:
                stood_up_to = max(
                    cue.adjusted_deg - self._settings.reaction_deg, self._settings.threshold_deg
                )
                answered = fmean(self._reaction_deg) <= stood_up_to
                self._unanswered = 0 if answered else self._unanswered + 1
            self._awaited = None
        if self._unanswered and self._is_whole() and self._held_deg() <= self._settings.threshold_deg:
            self._unanswered = 0

    def _is_whole(self) -> bool:
        """Tell whether the strides held fill a hold-off."""
        hold_off_s = self._settings.hold_off_s
        if not self._held or self._held[-1].end_s - self._held[0].start_s < hold_off_s:
            return False
        return sum(stride.end_s - stride.start_s for stride in self._held) >= COVERED * hold_off_s

    def _held_deg(self) -> float:
        return _median_deg(self._held)

    def _is_due(self, now_s: float) -> bool:
        if self.is_given_up or now_s < self._quiet_until_s:
            return False
        last_s = self._held[-1].end_s
        if now_s - last_s > STALE_S or last_s < self._began_s + self._settings.quiet_start_s:
            return False
        newest = list(islice(reversed(self._held), NOW_STRIDES))
        if _median_deg(newest) <= self._settings.threshold_deg or not self._is_whole():
            return False
        return self._held_deg() > self._settings.threshold_deg

    def _cue(self, now_s: float) -> Cue:
        settings, adjusted_deg = self._settings, self._held_deg()
        steps = int((adjusted_deg - settings.threshold_deg) // settings.step_deg)
        is_withheld = settings.withhold and self._chance() < WITHHELD_SHARE
        cue = Cue(
            time_s=now_s,
            size=CueSize(min(1 + steps, CueSize.LARGE)),
            adjusted_deg=round(adjusted_deg, 2),
            threshold_deg=settings.threshold_deg,
            held_s=round(self._held[-1].end_s - self._held[0].start_s, 1),
            fate=CueFate.WITHHELD if is_withheld else CueFate.DELIVERED,
        )
        self._quiet_until_s = now_s + self._cool_down_s
        # Nobody reacts to what was not given.
        self._awaited, self._reaction_deg = (None if is_withheld else cue), []
        return cue


def _median_deg(strides: Iterable[LiveStride]) -> float:
    return median(stride.adjusted_flexion_deg for stride in strides)
