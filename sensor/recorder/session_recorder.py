"""A whole session: all its sensors, its marks, its file, and a clean end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import NoReturn

from sensor.errors import LinkError, LinkReason
from sensor.link.radio import Radio
from sensor.protocol.auxiliary import BESIDE
from sensor.recorder.clock import SessionClock
from sensor.recorder.live_tap import LiveCallback, LiveTap, ReadingCallback, ReadingsTap
from sensor.recorder.plan import RecordingPlan
from sensor.recorder.policy import RecorderPolicy
from sensor.recorder.sensor_log import SensorLog
from sensor.recorder.sensor_task import WAKE_HINT, SensorTask, SharedSearch
from sensor.recorder.status import RecorderStatus
from sensor.samples import FloatArray, StrPath
from sensor.session.threaded import END_PATIENCE_S, KEPT_S, ThreadedWriter

StatusCallback = Callable[[RecorderStatus], None]
SamplesCallback = Callable[[str, float, FloatArray], None]
"""Called with placement, seconds since the start, and (n, 3) specific force in m/s2, sensor axes."""

LOCKED = "another program has locked the session file: close it"
FULL = "the disk is full: make room"
"""Told while it is so; readings wait in memory."""

LIVE_EVENT = "live view stopped"
"""Kind of the event that tells of a mistake in what follows a recording."""

NOT_WRITTEN_EVENT = "not written"
"""Kind of the event that tells how much had no place in memory any more."""


class Recorder:
    """Records a session until `stop`. Make it inside the running event loop.

    Parameters
    ----------
    plan
        Which sensors.
    path
        The session file; nothing may be there yet.
    radio
        Which Bluetooth to use.
    name
        The session's name.
    started_utc
        Wall-clock time now, with a time zone.
    rng
        Random source for the spread of late reconnects.
    policy
        Intervals and deadlines.
    on_status
        Called every ``policy.status_interval_s``.
    on_samples
        Called with what came since the last status, decoded for show; the file keeps the bytes.
    on_live
        Called with the same, dated, for a live view. A mistake in it is told once, and ends the live view
        alone.
    on_reading
        Called with what devices beside the sensors told; likewise.
    simulated
        True where a virtual runner makes the session.

    Raises
    ------
    SessionFileError
        When the file cannot be made.
    """

    def __init__(
        self,
        plan: RecordingPlan,
        path: Path,
        radio: Radio,
        *,
        name: str,
        started_utc: datetime,
        rng: random.Random,
        policy: RecorderPolicy | None = None,
        on_status: StatusCallback | None = None,
        on_samples: SamplesCallback | None = None,
        on_live: LiveCallback | None = None,
        on_reading: ReadingCallback | None = None,
        simulated: bool = False,
    ) -> None:
        written_utc = started_utc.isoformat(timespec="milliseconds")
        self._writer = ThreadedWriter(path, name=name, started_utc=written_utc, simulated=simulated)
        self._told_left_out = 0
        self._policy = policy or RecorderPolicy()
        self._on_status = on_status
        self._on_samples = on_samples
        self._on_live = on_live
        self._on_reading = on_reading
        self._live_failure = ""
        self._stopping = asyncio.Event()
        self._clock = SessionClock(started_utc, asyncio.get_running_loop().time)
        self._taps = [LiveTap(wish.placement) for wish in plan.sensors if on_live is not None]
        self._worn = [
            SensorLog(wish, self._writer, clock=self._clock, calibrated=plan.calibrated, tap=tap)
            for wish, tap in zip_longest(plan.sensors, self._taps)
        ]
        self._readings = [ReadingsTap() for _ in plan.beside if on_reading is not None]
        self._beside = [
            SensorLog(wish, self._writer, clock=self._clock, readings=readings)
            for wish, readings in zip_longest(plan.beside, self._readings)
        ]
        self._logs = [*self._worn, *self._beside]
        shared = SharedSearch(radio, wished=frozenset(log.wish.name.casefold() for log in self._logs))
        patient = replace(self._policy, silence_s=self._policy.beside_silence_s)
        self._tasks = [
            *(SensorTask(log, shared, clock=self._clock, policy=self._policy, rng=rng) for log in self._worn),
            *(
                SensorTask(log, shared, clock=self._clock, policy=patient, rng=rng, kind=BESIDE)
                for log in self._beside
            ),
        ]

    def now_s(self) -> float:
        """Return the seconds since the start of the session."""
        return self._clock.now_s()

    def mark(self, kind: str, text: str = "", *, time_s: float | None = None) -> None:
        """Pin something to now, or to an earlier ``time_s``: ``standing``, ``bow``, ``run``, ``lap`` …"""
        time_ns = self._clock.now_ns() if time_s is None else round(time_s * 1e9)
        self._writer.mark(time_ns, kind, text=text)

    def set_context(self, key: str, value: object) -> None:
        """Write down something about the session, under a key of ``data/FORMAT.md``."""
        self._writer.set_context(key, value)

    def stop(self) -> None:
        """Ask `run` to end: streams stopped, links closed."""
        self._stopping.set()

    def status(self) -> RecorderStatus:
        """Return how the recording is doing."""
        sensors = tuple(log.status() for log in self._logs)
        obstacle = self._obstacle()
        told = [obstacle, *(log.message for log in self._logs), self._live_failure]
        message = next(filter(None, told), "")
        return RecorderStatus(self._clock.now_s(), sensors, message, is_kept=not obstacle)

    def _obstacle(self) -> str:
        """Return why nothing reaches the file, and what becomes of it; empty while it does."""
        what = LOCKED if self._writer.is_locked else FULL if self._writer.is_full else ""
        if not what:
            return ""
        if self._stopping.is_set():
            return f"{what} within {END_PATIENCE_S:.0f} s, or what waits in memory is lost"
        is_too_late = self._writer.left_out > self._told_left_out
        fate = "what comes now is lost" if is_too_late else f"nothing is lost within {KEPT_S / 60.0:.0f} min"
        return f"{what}; {fate}"

    async def run(self) -> RecorderStatus:
        """Record until `stop`; then take leave of every sensor, close the file, return the last status.

        Raises
        ------
        LinkError
            When there is no usable Bluetooth at the start, or no sensor shows up at all; no file is left.
        UnknownSensorError
            When a sensor's kind is unknown.
        SessionFileError
            When the file can no longer be written; everything committed before is kept.
        """
        try:
            await self._work()
        finally:
            self._close()
        if not self._has_data:
            nothing = f"nothing was recorded: {self._failure or f'no data from {self._names}'}"
            raise LinkError(nothing, reason=LinkReason.NO_DATA)
        return self.status()

    async def _work(self) -> None:
        """Run one task per sensor until `stop`, or until one of them fails."""
        work = [asyncio.create_task(task.run()) for task in self._tasks]
        work.append(asyncio.create_task(self._watch()))
        end = asyncio.create_task(self._stopping.wait())
        try:
            done, _ = await asyncio.wait([end, *work], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (end, *work):
                task.cancel()
            await asyncio.gather(end, *work, return_exceptions=True)
        for task in done - {end}:
            task.result()

    @property
    def _has_data(self) -> bool:
        return any(log.has_data for log in self._logs)

    @property
    def _names(self) -> str:
        return ", ".join(log.wish.name for log in self._worn)

    @property
    def _failure(self) -> str:
        """Why the last connection to a sensor failed; empty where none was made or none failed."""
        return next((log.failure for log in self._worn if log.failure), "")

    def _close(self) -> None:
        if self._writer.is_locked or self._writer.is_full:
            self._show()
        self._drain()
        self._tell_left_out()
        self._writer.close()
        if not self._has_data:
            self._writer.path.unlink()
        self._show()

    async def _watch(self) -> NoReturn:
        """Hand out the status, and notice when recording has become pointless."""
        while True:
            await asyncio.sleep(self._policy.status_interval_s)
            self._show()
            if not self._obstacle():
                self._tell_left_out()
            if self._writer.failure is not None:
                raise self._writer.failure
            is_late = self._clock.now_s() > self._policy.first_data_s
            if is_late and not any(log.has_data for log in self._worn):
                patience = f"{self._policy.first_data_s:g} s"
                raise LinkError(
                    f"no data from {self._names} within {patience}: "
                    f"{self._failure or WAKE_HINT}; see `runtall scan`",
                    reason=LinkReason.NO_DATA,
                )

    def _tell_left_out(self) -> None:
        """Write down how much was left out since this was last written down, if anything was."""
        lost, self._told_left_out = self._writer.left_out - self._told_left_out, self._writer.left_out
        if lost:
            detail = f"{lost} notifications, because the file could not be written for too long"
            self._writer.event(self._clock.now_ns(), NOT_WRITTEN_EVENT, detail=detail)

    def _drain(self) -> None:
        for log in self._logs:
            acc_sensor_mps2 = log.drain()
            if acc_sensor_mps2 is not None and self._on_samples is not None:
                self._on_samples(log.wish.placement, self._clock.now_s(), acc_sensor_mps2)
        self._hand_on()

    def _show(self) -> None:
        self._drain()
        if self._on_status is not None:
            self._on_status(self.status())

    def _hand_on(self) -> None:
        """Give what came to the live view; whatever goes wrong there, the recording goes on."""
        try:
            self._hand_on_readings()
            for tap in self._taps:
                block = tap.take()
                if block is not None and self._on_live is not None:
                    self._on_live(block)
        except Exception as error:  # whoever follows may make any mistake
            self._live_failure = f"the live view has stopped ({error!r}); the recording goes on"
            self._writer.event(self._clock.now_ns(), LIVE_EVENT, detail=self._live_failure)
            self._end_live_view()

    def _end_live_view(self) -> None:
        """Keep nothing for it any more."""
        for tap in self._taps:
            tap.end()
        for readings in self._readings:
            readings.end()
        self._taps, self._readings = [], []

    def _hand_on_readings(self) -> None:
        for tap in self._readings:
            for reading in tap.take():
                if self._on_reading is not None:
                    self._on_reading(reading)


async def record_session(
    plan: RecordingPlan,
    path: StrPath,
    radio: Radio,
    *,
    name: str,
    started_utc: datetime,
    duration_s: float,
    rng: random.Random,
    simulated: bool = False,
    policy: RecorderPolicy | None = None,
    on_status: StatusCallback | None = None,
    on_live: LiveCallback | None = None,
    on_reading: ReadingCallback | None = None,
    context: Mapping[str, object] | None = None,
) -> RecorderStatus:
    """Record ``duration_s`` seconds into a new session file; return the last status.

    ``context`` holds what is known beside the sensors; the other words are those of `Recorder`.

    Raises
    ------
    LinkError, UnknownSensorError, SessionFileError
        As `Recorder.run`.
    """
    recorder = Recorder(
        plan,
        Path(path),
        radio,
        name=name,
        started_utc=started_utc,
        rng=rng,
        policy=policy,
        on_status=on_status,
        on_live=on_live,
        on_reading=on_reading,
        simulated=simulated,
    )
    for key, value in (context or {}).items():
        recorder.set_context(key, value)
    asyncio.get_running_loop().call_later(duration_s, recorder.stop)
    return await recorder.run()
