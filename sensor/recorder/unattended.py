"""Record without anybody at the keyboard: wait for a sensor, record, end when nothing moves, wait again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Protocol

from sensor.errors import SensorError, SessionFileError, UnknownSensorError
from sensor.link.ble import Sighting, look_for, scan
from sensor.link.radio import Radio
from sensor.recorder.activity_probe import probe_activity
from sensor.recorder.following import Follow, Following
from sensor.recorder.plan import RecordingPlan
from sensor.recorder.room import shortage
from sensor.recorder.session_recorder import Recorder
from sensor.recorder.status import LinkState, RecorderStatus
from sensor.recorder.stillness import Stillness
from sensor.samples import PLACEMENTS, FloatArray

SCAN_S = 10.0
"""Length of one scan: after trouble the state is right again that soon."""

GLANCE_EVERY_S = 60.0
"""How often sensors left lying are looked at: the most of a run that may be missing at its start."""

LINK_PAUSE_S = 5.0
FILE_PAUSE_S = 60.0
"""How long to wait after trouble with sensors, and with files: a full disk does not empty itself, and every
attempt may leave a file."""

MOST_TOLD = 100
"""How many different troubles are told between two sessions; the log of a board must not fill its card."""

FIRST_DATA_S = 30.0
"""A sensor that is heard and gives nothing for this long is trouble."""


class UnattendedState(StrEnum):
    """What a recorder that waits for its runner is doing."""

    WAITING = "waiting"
    RECORDING = "recording"
    TROUBLE = "trouble"
    """Something keeps it from recording, all sensors of the running session are lost, or the disk is full."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class UnattendedOptions:
    """What to wait for.

    Parameters
    ----------
    plan
        Which sensors.
    name
        What to call each session.
    still_s
        A session ends when nothing has moved for this long.
    is_simulated
        Whether the sensors are made of software.
    context
        What is known of every session beforehand, by the keys of ``data/FORMAT.md``.
    follow
        Makes what follows each session while it goes on; None for nothing.
    """

    plan: RecordingPlan
    name: str
    still_s: float
    is_simulated: bool
    context: Mapping[str, object] = field(default_factory=dict)
    follow: Follow | None = None


class StatusSink(Protocol):
    """Is told how an unattended recorder is doing; the words for people are its own."""

    def state(self, state: UnattendedState) -> None:
        """Take what the recorder is doing, also when that has not changed."""
        ...

    def waiting(self, options: UnattendedOptions) -> None:
        """Take what is waited for; called once, at the start."""
        ...

    def session(self) -> AbstractContextManager[object]:
        """Return what is entered for as long as one session is tried."""
        ...

    def recording(self, path: Path) -> None:
        """Take the file of the running session, once it has data."""
        ...

    def progress(self, status: RecorderStatus) -> None:
        """Take the newest status of a session that has data."""
        ...

    def trouble(self, sentence: str) -> None:
        """Take what keeps it from recording, each sentence once between two sessions."""
        ...

    def finished(self, path: Path) -> None:
        """Take the file of a session that has ended."""
        ...


class AutoRecorder:
    """Waits for the sensors and records one session after the other, until told to leave.

    A session begins as soon as one of the motion sensors is heard, and ends as `UnattendedSession` says.
    Sensors that were still at its end are then looked at every `GLANCE_EVERY_S` and begin the next one only
    when they move or lie otherwise: a sensor left switched on makes no empty sessions.

    Parameters
    ----------
    options
        What to wait for.
    radio
        Which Bluetooth to use.
    new_path
        Returns where a session that begins at this moment goes.
    sink
        Told how it is doing.
    now_utc
        The wall clock, with a time zone.
    """

    def __init__(
        self,
        options: UnattendedOptions,
        radio: Radio,
        new_path: Callable[[datetime], Path],
        *,
        sink: StatusSink,
        now_utc: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._options = options
        self._radio = radio
        self._new_path = new_path
        self._sink = sink
        self._now_utc = now_utc
        self._rng = random.Random()
        self._resting_mps2: Mapping[str, FloatArray] = {}
        self._told: set[str] = set()
        self._has_met_unknown = False
        self._session: UnattendedSession | None = None
        self._work: asyncio.Task[None] | None = None
        self._is_leaving = False

    def leave(self) -> None:
        """Ask `run` to end: a running session is ended properly first."""
        self._is_leaving = True
        if self._session is not None:
            self._session.stop()
        elif self._work is not None:
            self._work.cancel()

    async def run(self) -> None:
        """Wait and record until `leave`."""
        self._sink.waiting(self._options)
        self._sink.state(UnattendedState.WAITING)
        self._work = asyncio.create_task(self._serve())
        await asyncio.wait([self._work])
        self._sink.state(UnattendedState.STOPPED)
        if not self._work.cancelled():
            self._work.result()

    async def _serve(self) -> None:
        while not self._is_leaving:
            try:
                await self._take_turn()
            except SensorError as error:
                if not self._is_leaving:
                    self._tell(str(error))
                    self._has_met_unknown |= isinstance(error, UnknownSensorError)
                    is_file = isinstance(error, SessionFileError)
                    await asyncio.sleep(FILE_PAUSE_S if is_file else LINK_PAUSE_S)

    async def _take_turn(self) -> None:
        """Wait until a sensor is heard and, unless it only lies there, record one session."""
        await self._hear_one()
        if self._resting_mps2 and not await self._is_taken_up():
            self._sink.state(UnattendedState.WAITING)
            await asyncio.sleep(GLANCE_EVERY_S)
            return
        path = await self._record()
        self._has_met_unknown = False
        self._told.clear()
        self._sink.finished(path)
        if not self._is_leaving:
            self._sink.state(UnattendedState.WAITING)

    async def _hear_one(self) -> None:
        """Wait until one of the motion sensors is heard."""
        while True:
            unknown: set[str] = set()
            is_wanted = partial(self._is_wanted, unknown)
            if await look_for(self._radio, is_wanted, timeout_s=SCAN_S) is not None:
                return
            if unknown:
                names = ", ".join(sorted(unknown))
                self._tell(f"{names}: in reach, but no sensor runtall knows; see `runtall scan`")
            else:
                self._sink.state(UnattendedState.WAITING)

    def _is_wanted(self, unknown: set[str], sighting: Sighting) -> bool:
        names = {one.name for one in self._options.plan.sensors if sighting.is_called(one.name)}
        if sighting.kind is None:
            unknown |= names
        return bool(names) and sighting.kind is not None

    async def _is_taken_up(self) -> bool:
        return await probe_activity(
            self._options.plan,
            self._resting_mps2,
            self._radio,
            now_utc=self._now_utc(),
            rng=self._rng,
        )

    async def _plan(self) -> RecordingPlan:
        """Return what to record; after trouble without the names only unknown devices answer to."""
        plan = self._options.plan
        if not self._has_met_unknown:
            return plan
        heard = await scan(self._radio, SCAN_S)
        trusted = tuple(one for one in plan.sensors if not _is_unknown_device(one.name, heard))
        return replace(plan, sensors=trusted or plan.sensors)

    async def _record(self) -> Path:
        """Record one session and return its file."""
        options = replace(self._options, plan=await self._plan())
        started_utc = self._now_utc()
        path = self._new_path(started_utc)
        with self._sink.session():
            self._session = UnattendedSession(
                options,
                path,
                self._radio,
                started_utc=started_utc,
                rng=self._rng,
                sink=self._sink,
            )
            try:
                self._resting_mps2 = await self._session.run()
            finally:
                self._session = None
        return path

    def _tell(self, trouble: str) -> None:
        """Show trouble and tell it, each kind once between two sessions."""
        self._sink.state(UnattendedState.TROUBLE)
        if trouble not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(trouble)
            self._sink.trouble(trouble)


def _is_unknown_device(name: str, heard: Iterable[Sighting]) -> bool:
    """Tell whether only devices that no driver knows answer to a name."""
    kinds = [sighting.kind for sighting in heard if sighting.is_called(name)]
    return bool(kinds) and not any(kinds)


class UnattendedSession:
    """Records until nothing has moved for ``options.still_s``, because the sensors lie still or are gone.

    As long as no sensor has streamed, it goes on trying, or gives up where the recorder does.

    Parameters
    ----------
    options
        Which sensors, and how still.
    path
        The session file; nothing may be there yet.
    radio
        Which Bluetooth to use.
    started_utc
        Wall-clock time now, with a time zone.
    rng
        Random source for the spread of late reconnects.
    sink
        Told how it is doing.

    Raises
    ------
    SessionFileError
        When there is no room for an hour, or the file cannot be made.
    """

    def __init__(
        self,
        options: UnattendedOptions,
        path: Path,
        radio: Radio,
        *,
        started_utc: datetime,
        rng: random.Random,
        sink: StatusSink,
    ) -> None:
        if lack := shortage(options.plan, path.parent):
            raise SessionFileError(
                f"{lack}: no session is begun without room for an hour; "
                "copy sessions to another place and delete them here"
            )
        self._still_s = options.still_s
        self._path = path
        self._sink = sink
        self._has_begun = False
        self._stillness = Stillness()
        self._following = Following(options.follow)
        self._recorder = Recorder(
            options.plan,
            path,
            radio,
            name=options.name,
            started_utc=started_utc,
            rng=rng,
            on_status=self._attend,
            on_samples=self._stillness.add,
            on_live=self._following.on_news,
            on_reading=self._following.on_news,
            simulated=options.is_simulated,
        )
        self._following.begin(self._recorder, radio, sink.trouble)
        for key, value in options.context.items():
            self._recorder.set_context(key, value)

    def stop(self) -> None:
        """Ask `run` to end."""
        self._recorder.stop()

    async def run(self) -> Mapping[str, FloatArray]:
        """Record; return placement to (3,) what the sensors that were still at the end read, m/s2.

        Raises
        ------
        LinkError, UnknownSensorError, SessionFileError
            As `sensor.recorder.Recorder.run`.
        """
        try:
            await self._recorder.run()
        finally:
            await self._following.close()
        return self._stillness.resting()

    def _attend(self, status: RecorderStatus) -> None:
        """Show how it is doing, and end it when the runner is home."""
        state = _state_of(status)
        if state is not None:
            self._sink.state(state)
        if state is UnattendedState.RECORDING and not self._has_begun:
            self._has_begun = True
            self._sink.recording(self._path)
        self._following.show(status)
        if self._has_begun:
            self._sink.progress(status)
            if self._stillness.lasts_s(status.time_s) >= self._still_s:
                self._recorder.stop()


def _state_of(status: RecorderStatus) -> UnattendedState | None:
    """Return the state of a session; None for the first moments without data, and after the end."""
    worn = [sensor for sensor in status.sensors if sensor.placement in PLACEMENTS]
    links = {sensor.link for sensor in worn}
    if LinkState.STREAMING in links and status.is_kept:
        return UnattendedState.RECORDING
    should_stream = status.time_s > FIRST_DATA_S or any(sensor.samples for sensor in worn)
    return UnattendedState.TROUBLE if should_stream and LinkState.STOPPED not in links else None
