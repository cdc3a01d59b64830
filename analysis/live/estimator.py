"""Posture block by block: every second the stages of the report look at the newest half minute.

What a look gives depends on the samples before it and on nothing else: blocks of any size, and sensors in any
order, give the same strides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.config import AnalysisConfig
from analysis.errors import SignalError
from analysis.live.buffer import SampleBuffer
from analysis.live.config import LiveConfig
from analysis.live.records import LiveState, LiveStride
from analysis.live.seat import seats_of
from analysis.live.usual import LiveUsual
from analysis.live.way import ToldBeside, Way
from analysis.live.window import WindowedSensor
from analysis.personal import PersonalBaseline
from analysis.records import StrideTable
from analysis.signal.motion import Motion, gait_of
from analysis.signal.speed import speed_profile
from analysis.stride.rows import stride_table
from analysis.words import Activity, ZeroSource
from sensor.samples import TRUNK_PLACEMENTS, Gap, LiveBlock, LiveReading, SensorRecording

HEAD = "head"

TREADMILL = "treadmill"
"""Source of what a treadmill tells, and the surface to run on there."""

NO_SAMPLES = "Waiting for a sensor at the trunk: nothing came yet."
NO_RUNNING = (
    "Stand still and tall, bow once, stand again, then run: posture shows after {after_s:.0f} s of running."
)
NO_USUAL = "Run on: what is usual for you shows after {to_km:g} km, or {to_min:.0f} minutes of running."

_SAME_STRIDE = 0.25
"""A stride that begins this share of itself before the end of the one told last is the next one."""


class WindowedEstimator:
    """The live estimator of record; see `analysis/live/README.md`.

    Parameters
    ----------
    config, live
        All numbers; the defaults without them.
    context
        What was told about the session: ``surface``, ``typed_speed_mps``, ``stature_m`` are read.
    personal
        What earlier runs of the same runner tell.
    """

    def __init__(
        self,
        config: AnalysisConfig | None = None,
        live: LiveConfig | None = None,
        *,
        context: Mapping[str, Any] | None = None,
        personal: PersonalBaseline | None = None,
    ) -> None:
        self._config = config or AnalysisConfig()
        self._live = live or LiveConfig()
        self._context = dict(context or {})
        self._speed = speed_profile((), self._context, self._config.distance)
        self._buffers: dict[str, SampleBuffer] = {}
        self._windows: dict[str, WindowedSensor] = {}
        self._told_beside = ToldBeside()
        self._way = Way(
            self._context, personal.step if personal else None, config=self._config, live=self._live
        )
        self._usual = LiveUsual(personal, self._live)
        self._seats_left = list(self._live.seats_after_s)
        self._zero_source = ZeroSource.NONE
        self._ran_s = 0.0
        self._opened_s = -math.inf
        self._next_s: float | None = None
        self._told_until_s = -math.inf
        self._untold: list[LiveStride] = []
        self._notice = ""

    @property
    def lag_s(self) -> float:
        """How long after its end a stride is told at the latest, in the time of the samples."""
        return self._behind_s + self._live.hop_s

    def add(self, block: LiveBlock) -> None:
        """Take in what a sensor sent; what cannot be true is left out, and told as the state's notice."""
        placement = block.placement
        if placement != HEAD and placement not in TRUNK_PLACEMENTS:
            return
        buffer = self._buffers.setdefault(placement, SampleBuffer(placement))
        if not buffer.add(block):
            self._notice = buffer.refused or self._notice
            return
        self._look_where_due()

    def tell(self, reading: LiveReading) -> None:
        """Take in what a device beside the sensors told: ``speed_mps``, ``heart_rate_bpm``, ``grade_pct``."""
        self._told_beside.add(reading)
        if reading.source == TREADMILL and self._speed is None:
            # Whoever runs on a belt stays in place: there is no path whose acceleration could mislead.
            self._speed = speed_profile((), {"surface": TREADMILL}, self._config.distance)

    def state(self, now_s: float) -> LiveState:
        """Return what can be told at session time ``now_s``; each stride is in one state only."""
        strides, self._untold = tuple(self._untold), []
        return LiveState(
            time_s=now_s,
            strides=strides,
            usual=self._usual.found,
            zero_source=self._zero_source,
            waits_for=self._waits_for(),
            notice=self._notice,
            distance_source=self._way.source,
        )

    def _waits_for(self) -> str:
        c = self._live
        if self._trunk is None:
            return NO_SAMPLES
        if not self._windows:
            return NO_RUNNING.format(after_s=c.seats_after_s[0])
        if self._usual.found is None:
            return NO_USUAL.format(to_km=c.usual_to_m / 1000.0, to_min=c.usual_run_s / 60.0)
        return ""

    @property
    def _trunk(self) -> SampleBuffer | None:
        return next((self._buffers[place] for place in TRUNK_PLACEMENTS if place in self._buffers), None)

    @property
    def _behind_s(self) -> float:
        trunk = self._trunk
        has_rates = trunk is None or trunk.has_rates
        return self._live.behind_s if has_rates else self._live.accelerometer_behind_s

    def _look_where_due(self) -> None:
        """Look at every whole second that all samples before it have come of."""
        trunk = self._trunk
        if trunk is None:
            return
        hop_s = self._live.hop_s
        if self._next_s is None:
            self._next_s = (math.floor(trunk.first_s / hop_s) + 1.0) * hop_s
        while trunk.last_s >= self._next_s and self._has_head_until(self._next_s, trunk.last_s):
            if self._next_s - trunk.newest_before(self._next_s) > self._behind_s + 2.0 * hop_s:
                # So long after the last sample a look gives nothing that the one before did not.
                self._next_s = (math.floor(trunk.first_from(self._next_s) / hop_s) + 1.0) * hop_s
                continue
            self._look(trunk, self._next_s)
            self._next_s += hop_s

    def _has_head_until(self, time_s: float, trunk_s: float) -> bool:
        head = self._buffers.get(HEAD)
        return head is None or head.last_s >= time_s or trunk_s >= time_s + self._live.patience_s

    def _look(self, trunk: SampleBuffer, now_s: float) -> None:
        """Look at what was sampled before ``now_s``."""
        sensor = trunk.between(now_s - self._live.window_s, now_s)
        try:
            if sensor is not None:
                self._look_at(sensor, trunk, now_s=now_s)
        except SignalError as error:
            # A window may hold too little: after a loss, or as the first samples come.
            if len(sensor.time_s if sensor is not None else ()) >= self._config.signal.min_samples:
                self._notice = str(error)
        keep_s = self._live.window_s
        if self._seats_left:
            since_s = now_s - self._opened_s if math.isfinite(self._opened_s) else 0.0
            keep_s = self._live.opening_s + min(since_s, self._live.opening_s)
        for buffer in self._buffers.values():
            buffer.forget_before(now_s - keep_s)

    def _look_at(self, sensor: SensorRecording, trunk: SampleBuffer, *, now_s: float) -> None:
        self._open(sensor, trunk, now_s)
        if not self._windows:
            return
        motion = self._windows["trunk"].motion(sensor, self._speed, told_until_s=self._told_until_s)
        others = self._others(now_s)
        measured = self._speed is not None and self._speed.measured
        table = stride_table(motion, others, speed_known=measured, context=self._context, config=self._config)
        self._tell(_newly_told(table, self._told_until_s, now_s - self._behind_s), motion)

    def _open(self, sensor: SensorRecording, trunk: SampleBuffer, now_s: float) -> None:
        """Find how the sensors sit, each time there was enough running for it."""
        if not self._seats_left:
            return
        self._ran_s += self._running_s(sensor, now_s)
        if self._ran_s > 0.0 and not math.isfinite(self._opened_s):
            self._opened_s = now_s
        if self._ran_s < self._seats_left[0]:
            return
        opening = trunk.between(-math.inf, now_s)
        head = self._buffers.get(HEAD)
        beside = None if head is None else head.between(-math.inf, now_s)
        assert opening is not None, "a window holds samples, and the opening more"
        due_s = self._seats_left.pop(0)
        try:
            seat, head_seat = seats_of(opening, beside, speed=self._speed, config=self._config)
        except SignalError:
            self._seats_left.insert(0, self._ran_s + due_s)
            raise
        for place, one in (("trunk", seat), (HEAD, head_seat)):
            if one is None:
                continue
            if place in self._windows:
                self._windows[place].sits(one)
            else:
                self._windows[place] = WindowedSensor(one, self._config, self._live)
        self._zero_source = seat.calibration.source
        self._usual.starts(now_s, self._zero_source)

    def _running_s(self, sensor: SensorRecording, now_s: float) -> float:
        """Return how much of the last hop was run."""
        stream, _, gait = gait_of(sensor, self._config)
        newest = stream.time_s >= now_s - self._live.hop_s
        return float((gait.running & newest).sum()) / stream.rate_hz

    def _others(self, now_s: float) -> dict[str, Motion]:
        """Return the motion of the head, if it told enough."""
        head = self._buffers.get(HEAD)
        sensor = None if head is None else head.between(now_s - self._live.window_s, now_s)
        if sensor is None or HEAD not in self._windows:
            return {}
        try:
            return {HEAD: self._windows[HEAD].motion(sensor, self._speed, told_until_s=self._told_until_s)}
        except SignalError:
            return {}

    def _tell(self, table: StrideTable, motion: Motion) -> None:
        """Give the new strides their distance and what they are compared with."""
        if not len(table):
            return
        distance_m, speed_mps = self._way.add(table, self._told_beside, _losses(motion, self._live))
        for row, (at_m, at_mps) in enumerate(zip(distance_m.tolist(), speed_mps.tolist(), strict=True)):
            stride = self._stride(table, row, distance_m=at_m, speed_mps=at_mps)
            self._untold.append(self._compared(stride))
        self._told_until_s = float(table["end_s"][-1])

    def _stride(self, table: StrideTable, row: int, *, distance_m: float, speed_mps: float) -> LiveStride:
        end_s = float(table["end_s"][row])
        return LiveStride(
            start_s=float(table["start_s"][row]),
            end_s=end_s,
            activity=Activity(table["activity"][row]),
            usable=bool(table["usable"][row]),
            distance_m=distance_m,
            speed_mps=speed_mps,
            grade_pct=self._told("grade_pct", end_s),
            cadence_spm=float(table["cadence_spm"][row]),
            heart_rate_bpm=self._told("heart_rate_bpm", end_s),
            trunk_flexion_deg=float(table["trunk_flexion_deg"][row]),
            adjusted_flexion_deg=math.nan,
            head_pitch_deg=float(table["head_pitch_deg"][row]),
        )

    def _told(self, quantity: str, time_s: float) -> float:
        reading = self._told_beside.at(quantity, time_s, self._live.told_age_s)
        return math.nan if reading is None else reading.value

    def _compared(self, stride: LiveStride) -> LiveStride:
        """Return a stride with its flexion against the usual, as in the report only while running."""
        if stride.activity != Activity.RUN:
            return stride
        if stride.usable and math.isfinite(stride.trunk_flexion_deg):
            self._usual.add(
                stride.trunk_flexion_deg,
                distance_m=stride.distance_m,
                end_s=stride.end_s,
                lasted_s=stride.end_s - stride.start_s,
            )
        usual = self._usual.found
        if usual is None:
            return stride
        return replace(stride, adjusted_flexion_deg=stride.trunk_flexion_deg - usual.flexion_deg)


def _newly_told(table: StrideTable, told_until_s: float, until_s: float) -> StrideTable:
    """Return the strides that were not told yet and lie far enough back."""
    start_s, end_s = table["start_s"], table["end_s"]
    new = (start_s >= told_until_s - _SAME_STRIDE * (end_s - start_s)) & (end_s <= until_s)
    return StrideTable({name: column[new] for name, column in table.columns.items()})


def _losses(motion: Motion, live: LiveConfig) -> tuple[Gap, ...]:
    """Return the losses in a window, over which nobody saw whether the runner stood."""
    at_s = motion.stream.time_s[motion.stream.present]
    torn = np.flatnonzero(np.diff(at_s) > live.torn_s)
    return tuple(Gap(float(at_s[i]), float(at_s[i + 1]), "lost") for i in torn.tolist())
