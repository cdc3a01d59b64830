"""What is usual for the runner, while the run goes on."""

from __future__ import annotations

import numpy as np

from analysis.live.config import LiveConfig
from analysis.live.records import Usual, UsualSource
from analysis.personal import PersonalBaseline
from analysis.words import ZeroSource


class LiveUsual:
    """Finds what flexion is compared with, once; it never changes afterwards.

    Earlier runs tell it where they count from the same zero, a standing. Else it is the median of the early
    part of this run: from 0.5 km to 2 km, or to the end of the first ten minutes of running.

    Parameters
    ----------
    personal
        What earlier runs tell; None without any.
    config
        Where the early part begins and ends.

    Attributes
    ----------
    found
        None until it is known.
    """

    def __init__(self, personal: PersonalBaseline | None, config: LiveConfig) -> None:
        self.found: Usual | None = None
        self._level = None if personal is None else personal.level
        self._config = config
        self._early_deg: list[float] = []
        self._ran_s = 0.0

    def starts(self, time_s: float, zero_source: ZeroSource) -> None:
        """Note that angles are known from now on, and what they count from."""
        if self._level is not None and zero_source == ZeroSource.STANDING and self.found is None:
            self.found = Usual(self._level.mean_deg, UsualSource.EARLIER_RUNS, time_s)

    def add(self, flexion_deg: float, *, distance_m: float, end_s: float, lasted_s: float) -> None:
        """Take in one usable running stride."""
        if self.found is not None:
            return
        c = self._config
        self._ran_s += lasted_s
        if distance_m >= c.usual_from_m:
            self._early_deg.append(flexion_deg)
        is_over = distance_m >= c.usual_to_m or self._ran_s >= c.usual_run_s
        if is_over and len(self._early_deg) >= c.usual_strides:
            self.found = Usual(float(np.median(self._early_deg)), UsualSource.THIS_RUN, end_s)
            self._early_deg = []
