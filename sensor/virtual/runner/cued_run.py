"""A simulated run in real time whose runner does as told: stands, bows, runs and stands again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sensor.samples import FloatArray
from sensor.virtual.runner.plan import RunPlan, bow, run, stand
from sensor.virtual.runner.scenarios import EVERYDAY
from sensor.virtual.runner.simulation import VirtualRun

_STANDING_S = 20.0
"""Length of each standing; one that lasts longer is told again from its beginning."""

_SETTLED_S = 6.0
"""After this a runner who was running or bowing stands (`SPEED_CHANGE_S` and some more)."""

_BOW_S = 6.0


def cued_run_plan(run_s: float) -> RunPlan:
    """Standing, a bow, standing, an even run of ``run_s``, standing: what `CuedRun` takes its parts from."""
    legs = (
        stand(_STANDING_S),
        bow(35.0, _BOW_S),
        stand(_STANDING_S),
        run(run_s, 2.9),
        stand(_SETTLED_S + _STANDING_S),
    )
    return RunPlan(legs, style=EVERYDAY)


@dataclass(frozen=True, slots=True)
class _Part:
    """From loop time ``since_s`` on the run goes on from ``from_s``; what it reaches last is repeated."""

    since_s: float
    from_s: float
    repeat_from_s: float
    repeat_to_s: float
    skipped_m: float = 0.0


class CuedRun:
    """Where in a simulated run its runner is, at any moment. Before the first cue they stand.

    Parameters
    ----------
    run
        A run of `cued_run_plan`.
    run_s
        That plan's.
    now_s
        Returns the loop time, s.
    """

    def __init__(self, run: VirtualRun, run_s: float, *, now_s: Callable[[], float]) -> None:
        self._run = run
        self._now_s = now_s
        self._bow_s = _STANDING_S
        self._run_s = self._bow_s + _BOW_S + _STANDING_S
        self._stop_s = self._run_s + run_s
        self._parts = [_Part(now_s(), 0.0, 0.0, self._bow_s)]

    def bow(self) -> None:
        """Bow once, and stand."""
        self._go_on(self._bow_s, repeat=(self._bow_s + _BOW_S, self._run_s))

    def run(self) -> None:
        """Run until told to stop, or until the run is over."""
        self._go_on(self._run_s, repeat=(self._stop_s + _SETTLED_S, self._stop_s + _SETTLED_S + _STANDING_S))

    def stop(self) -> None:
        """Come to a stand within a few seconds, and stay there. Somebody who is not running does nothing."""
        now_s = self._now_s()
        at_s = float(self.run_time_s(np.array([now_s]))[0])
        if not self._run_s < at_s < self._stop_s:
            return
        target_s = self._in_step_with(at_s)
        last = self._parts[-1]
        skipped_m = self._told_m(target_s) - self._told_m(at_s)
        part = _Part(
            since_s=now_s,
            from_s=target_s,
            repeat_from_s=last.repeat_from_s,
            repeat_to_s=last.repeat_to_s,
            skipped_m=last.skipped_m + skipped_m,
        )
        self._parts.append(part)

    def run_time_s(self, at_s: FloatArray) -> FloatArray:
        """Return where in the simulated run the runner is at (n,) loop times, s from its beginning."""
        since_s = np.array([part.since_s for part in self._parts])
        index = np.maximum(np.searchsorted(since_s, at_s, side="right") - 1, 0)
        from_s, repeat_from_s, repeat_to_s = (
            np.array([getattr(part, name) for part in self._parts])[index]
            for name in ("from_s", "repeat_from_s", "repeat_to_s")
        )
        time_s = from_s + at_s - since_s[index]
        repeated = repeat_from_s + np.mod(time_s - repeat_from_s, repeat_to_s - repeat_from_s)
        return np.asarray(np.where(time_s < repeat_to_s, time_s, repeated), dtype=np.float64)

    def speed_mps(self, at_s: float) -> float:
        """Return the speed at a loop time, m/s."""
        return self._truth(self._run.speed_mps, float(self.run_time_s(np.array([at_s]))[0]))

    def distance_m(self, at_s: float) -> float:
        """Return how far the runner has come at a loop time, m."""
        skipped_m = [part.skipped_m for part in self._parts if part.since_s <= at_s]
        return self._told_m(float(self.run_time_s(np.array([at_s]))[0])) - (skipped_m or [0.0])[-1]

    def _go_on(self, from_s: float, *, repeat: tuple[float, float]) -> None:
        self._parts.append(_Part(self._now_s(), from_s, *repeat))

    def _in_step_with(self, at_s: float) -> float:
        """Return the last moment before the end of the run at the same point of the stride, s."""
        starts_s = self._run.stride_start_s
        now = int(np.searchsorted(starts_s, at_s, side="right")) - 1
        last = int(np.searchsorted(starts_s, self._stop_s, side="right")) - 2
        if not 0 <= now < last:
            return at_s
        share = (at_s - starts_s[now]) / (starts_s[now + 1] - starts_s[now])
        return float(starts_s[last] + share * (starts_s[last + 1] - starts_s[last]))

    def _told_m(self, run_time_s: float) -> float:
        return self._truth(self._run.distance_m, run_time_s)

    def _truth(self, truth: FloatArray, run_time_s: float) -> float:
        return float(truth[min(round(run_time_s * self._run.rate_hz), len(truth) - 1)])
