"""What a runner sees at one moment, in words and numbers: one rule for the terminal, the page and the log."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from analysis.judging.config import FindingsConfig
from analysis.judging.zones import zone_of
from analysis.lengths import LengthUnit
from analysis.live.doubts import AngleDoubts
from analysis.live.records import LiveState, LiveStride, Usual, UsualSource
from analysis.report.words import ZONE_TEXTS, clean, lap_time, pace
from analysis.words import Activity, ZeroSource, Zone

FEWEST_STRIDES = 5
"""Fewer angles are no figure to look at."""

STALE_S = 10.0
"""A stride older than this, the estimator's lag among it, is no longer what the runner does."""

TREND_PARTS = 20
"""Parts of the last kilometre or mile: 50 m, some twenty strides, each."""

LOW_BATTERY_PCT = 20

CHECK = "check the sensor"
"""Stands in place of a judgement while the angle is in doubt."""

_MOST_STRIDES = 2500
"""More than anybody takes in a mile."""


@dataclass(frozen=True, slots=True)
class SensorLink:
    """How one sensor is doing.

    Parameters
    ----------
    placement
        Where it is worn.
    link
        What is being done with it, one word.
    is_well
        Whether it sends.
    gaps
        Interruptions so far.
    battery_pct
        None where not told.
    """

    placement: str
    link: str
    is_well: bool
    gaps: int
    battery_pct: int | None


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """How the recording is doing.

    Parameters
    ----------
    time_s
        Session time.
    sensors
        Those worn and those beside.
    message
        What is wrong, one sentence; empty while all is well.
    hint
        What the runner is to do; empty for nothing.
    """

    time_s: float
    sensors: tuple[SensorLink, ...] = ()
    message: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class LiveView:
    """All that is shown, as it is written.

    Parameters
    ----------
    clock
        Time since the recording began.
    number
        Change against the usual, such as ``+3.2°``; empty where there is none now.
    word
        What the runner does, or how they stand against their usual.
    zone
        Of the number; None without one.
    trend_deg
        `TREND_PARTS` medians of the change over the last kilometre or mile, oldest first, NaN where unknown.
    trend_name
        Of how long a way.
    facts
        Distance, pace, cadence, heart rate, trunk and head, as far as they are measured, each with its unit.
    usual
        What the number is held against and whence, or what it still waits for.
    sensors
        A word on each, and whether it is well.
    message, hint
        As in `LinkFacts`.
    """

    clock: str
    number: str
    word: str
    zone: Zone | None
    trend_deg: tuple[float, ...]
    trend_name: str
    facts: tuple[str, ...]
    usual: str
    sensors: tuple[tuple[str, bool], ...]
    message: str
    hint: str


class LiveDisplay:
    """Remembers the last kilometre or mile of strides and says what is to be shown. Bounded, no clock.

    Parameters
    ----------
    config
        Thresholds in force.
    unit
        In which distances and paces are read.
    """

    def __init__(self, config: FindingsConfig, unit: LengthUnit) -> None:
        self._config = config
        self._unit = unit
        self._strides: deque[LiveStride] = deque(maxlen=_MOST_STRIDES)
        self._state: LiveState | None = None
        self._doubts = AngleDoubts()

    def take(self, state: LiveState) -> None:
        """Take in what became known."""
        self._state = state
        self._doubts.take(state)
        for stride in state.strides:
            self._strides.append(stride)
        while self._strides and self._strides[0].distance_m < self._distance_m - self._unit.metres:
            self._strides.popleft()

    def trust_again(self) -> None:
        """Forget what was doubtful: the runner has set the zero anew."""
        self._doubts.forget()

    def view(self, facts: LinkFacts) -> LiveView:
        """Return what is to be seen now."""
        recent = list(islice(reversed(self._strides), self._config.smoothing_strides))
        is_out = bool(recent) and recent[0].end_s > facts.time_s - STALE_S
        is_running = is_out and recent[0].activity is Activity.RUN
        doubt = self._doubts.sentence(facts.time_s) if is_running else ""
        is_known = is_running and not doubt
        change_deg = _median(self._recent_changes_deg(facts.time_s)) if is_known else math.nan
        zone = zone_of(change_deg, self._config)
        return LiveView(
            clock=lap_time(math.floor(facts.time_s)),
            number="" if zone is None else f"{_signed(change_deg, 1)}°",
            word=CHECK if doubt else self._word(facts, is_out, zone),
            zone=zone,
            trend_deg=self._trend_deg(),
            trend_name=f"last {self._unit}",
            facts=self._facts(recent, is_out),
            usual=self._usual(),
            sensors=tuple((_sensor_text(sensor), sensor.is_well) for sensor in facts.sensors),
            message=clean(facts.message or doubt),
            hint=clean(facts.hint),
        )

    @property
    def _distance_m(self) -> float:
        return self._strides[-1].distance_m if self._strides else math.nan

    @property
    def _has_zero(self) -> bool:
        return self._state is not None and self._state.zero_source is ZeroSource.STANDING

    def _recent_changes_deg(self, now_s: float) -> list[float]:
        """Return the changes of the last strides that can be judged, none from before a longer break."""
        known: list[float] = []
        newest_s = now_s
        for stride in reversed(self._strides):
            if newest_s - stride.end_s > STALE_S or len(known) == self._config.smoothing_strides:
                break
            newest_s = stride.start_s
            if _is_judged(stride):
                known.append(stride.adjusted_flexion_deg)
        return known

    def _word(self, facts: LinkFacts, is_out: bool, zone: Zone | None) -> str:
        if facts.sensors and not any(sensor.is_well for sensor in facts.sensors):
            return "no signal"
        if not is_out:
            return "paused" if self._strides else "getting ready"
        if self._strides[-1].activity is Activity.WALK:
            return "walking"
        if zone is not None:
            return ZONE_TEXTS[zone]
        return "one moment" if self._state is not None and self._state.usual else "getting to know you"

    def _trend_deg(self) -> tuple[float, ...]:
        part_m = self._unit.metres / TREND_PARTS
        parts: list[list[float]] = [[] for _ in range(TREND_PARTS)]
        for stride in self._strides:
            behind_m = self._distance_m - stride.distance_m
            if _is_judged(stride) and 0 <= behind_m < self._unit.metres:
                parts[TREND_PARTS - 1 - int(behind_m / part_m)].append(stride.adjusted_flexion_deg)
        return tuple(map(_median, parts))

    def _facts(self, recent: list[LiveStride], is_out: bool) -> tuple[str, ...]:
        moving = recent if is_out else []
        speed_mps = _mean(s.speed_mps for s in moving)
        cadence_spm = _mean(s.cadence_spm for s in moving)
        heart_bpm = moving[0].heart_rate_bpm if moving else math.nan
        head_deg = _mean(s.head_pitch_deg for s in moving)
        trunk_deg = _mean(s.trunk_flexion_deg for s in moving if s.usable) if self._has_zero else math.nan
        told = (
            _known(self._distance_m, f"{self._unit.of(self._distance_m):.2f} {self._unit}"),
            _known(speed_mps, f"{pace(speed_mps, self._unit)} {self._unit.pace_unit}"),
            _known(cadence_spm, f"{cadence_spm:.0f} spm"),
            _known(heart_bpm, f"{heart_bpm:.0f} bpm"),
            _known(trunk_deg, f"trunk {_signed(trunk_deg)}°"),
            _known(head_deg, f"head {_signed(head_deg)}°"),
        )
        return tuple(filter(None, told))

    def _usual(self) -> str:
        state = self._state
        if state is None:
            return ""
        if state.usual is None:
            return clean(state.waits_for)
        return _usual_text(state.usual, state.zero_source)


def plain_text(view: LiveView) -> str:
    """Return the view as one line, for a log or a pipe."""
    posture = " ".join(filter(None, (view.number, view.word)))
    ill = [text for text, is_well in view.sensors if not is_well]
    return " · ".join(
        filter(None, (view.clock, view.hint, posture, *view.facts, *ill, view.usual, view.message))
    )


def _signed(value: float, digits: int = 0) -> str:
    """Return a value with its sign, ``+0`` for what rounds to nothing."""
    return f"{round(value, digits) + 0.0:+.{digits}f}"


def _usual_text(usual: Usual, zero: ZeroSource) -> str:
    angle = f" {usual.flexion_deg:.1f}°" if zero is ZeroSource.STANDING else ""
    if usual.source is UsualSource.EARLIER_RUNS:
        return f"usual{angle} from earlier runs"
    return f"usual{angle} from this run, since {lap_time(usual.since_s)}"


def _sensor_text(sensor: SensorLink) -> str:
    state = "ok" if sensor.is_well else sensor.link
    battery = "" if sensor.battery_pct is None else f"{sensor.battery_pct} %"
    if sensor.battery_pct is not None and sensor.battery_pct <= LOW_BATTERY_PCT:
        battery = f"battery {battery}"
    gaps = f"{sensor.gaps} gap{'s' if sensor.gaps > 1 else ''}" if sensor.gaps else ""
    return " ".join((sensor.placement, state, *filter(None, (battery, gaps))))


def _is_judged(stride: LiveStride) -> bool:
    return stride.usable and stride.activity is Activity.RUN and math.isfinite(stride.adjusted_flexion_deg)


def _median(values: list[float]) -> float:
    return float(np.median(values)) if len(values) >= FEWEST_STRIDES else math.nan


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return sum(known) / len(known) if known else math.nan


def _known(value: float, text: str) -> str:
    return text if math.isfinite(value) else ""
