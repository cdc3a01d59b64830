"""Record without anybody at the keyboard: wait for a sensor, record, end when nothing moves, wait again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from analysis.cli.live_line import LiveLine
from analysis.cli.status_led import State, StatusLed
from analysis.cli.text import clock_text
from analysis.cli.unattended import UnattendedOptions, UnattendedSession
from sensor.errors import SensorError, SessionFileError, UnknownSensorError
from sensor.link.ble import Sighting, look_for, scan
from sensor.link.radio import Radio
from sensor.recorder import RecordingPlan
from sensor.recorder.activity_probe import probe_activity
from sensor.samples import FloatArray

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


class AutoRecorder:
    """Waits for the sensors and records one session after the other, until told to leave.

    A session begins as soon as one of the motion sensors is heard, and ends as `UnattendedSession` says.
    Sensors that were still at its end are then looked at every `GLANCE_EVERY_S` and begin the next one only
    when they move or lie otherwise: a sensor left switched on makes no empty sessions.

    Parameters
    ----------
    watch
        What to wait for.
    radio
        Which Bluetooth to use.
    new_path
        Returns where a session that begins at this moment goes.
    lamp
        Where the state is shown.
    make_line
        Returns a line to talk on, one for each session.
    say
        Where to talk between sessions.
    finished
        Called with the path of each finished session.
    now_utc
        The wall clock, with a time zone.
    """

    def __init__(
        self,
        watch: UnattendedOptions,
        radio: Radio,
        new_path: Callable[[datetime], Path],
        *,
        lamp: StatusLed,
        make_line: Callable[[], LiveLine],
        say: Callable[[str], None],
        finished: Callable[[Path], None],
        now_utc: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._watch = watch
        self._radio = radio
        self._new_path = new_path
        self._lamp = lamp
        self._make_line = make_line
        self._say = say
        self._finished = finished
        self._now_utc = now_utc
        self._rng = random.Random()
        self._resting_mps2: Mapping[str, FloatArray] = {}
        self._told: set[str] = set()
        self._has_met_stranger = False
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
        names = ", ".join(f"{wish.placement} {wish.name}" for wish in self._watch.plan.sensors)
        still = clock_text(self._watch.still_s)
        self._say(f"Waiting for {names}; a session ends after {still} without movement.")
        self._lamp.show(State.WAITING)
        self._work = asyncio.create_task(self._serve())
        await asyncio.wait([self._work])
        self._lamp.show(State.STOPPED)
        if not self._work.cancelled():
            self._work.result()

    async def _serve(self) -> None:
        while not self._is_leaving:
            try:
                await self._take_turn()
            except SensorError as error:
                if not self._is_leaving:
                    self._tell(str(error))
                    self._has_met_stranger |= isinstance(error, UnknownSensorError)
                    is_file = isinstance(error, SessionFileError)
                    await asyncio.sleep(FILE_PAUSE_S if is_file else LINK_PAUSE_S)

    async def _take_turn(self) -> None:
        """Wait until a sensor is heard and, unless it only lies there, record one session."""
        await self._hear_one()
        if self._resting_mps2 and not await self._is_taken_up():
            self._lamp.show(State.WAITING)
            await asyncio.sleep(GLANCE_EVERY_S)
            return
        path = await self._record()
        self._has_met_stranger = False
        self._told.clear()
        self._finished(path)
        if not self._is_leaving:
            self._lamp.show(State.WAITING)

    async def _hear_one(self) -> None:
        """Wait until one of the motion sensors is heard."""
        while True:
            strangers: set[str] = set()
            if await look_for(self._radio, partial(self._is_wanted, strangers), SCAN_S) is not None:
                return
            if strangers:
                names = ", ".join(sorted(strangers))
                self._tell(f"{names}: in reach, but no sensor runtall knows; see `runtall scan`")
            else:
                self._lamp.show(State.WAITING)

    def _is_wanted(self, strangers: set[str], sighting: Sighting) -> bool:
        names = {wish.name for wish in self._watch.plan.sensors if sighting.is_called(wish.name)}
        if sighting.kind is None:
            strangers |= names
        return bool(names) and sighting.kind is not None

    async def _is_taken_up(self) -> bool:
        return await probe_activity(
            self._watch.plan,
            self._resting_mps2,
            self._radio,
            now_utc=self._now_utc(),
            rng=self._rng,
        )

    async def _plan(self) -> RecordingPlan:
        """Return what to record; after trouble with a stranger without the names only strangers answer to."""
        plan = self._watch.plan
        if not self._has_met_stranger:
            return plan
        heard = await scan(self._radio, SCAN_S)
        trusted = tuple(wish for wish in plan.sensors if not _is_strangers_name(wish.name, heard))
        return replace(plan, sensors=trusted or plan.sensors)

    async def _record(self) -> Path:
        """Record one session and return its file."""
        watch = replace(self._watch, plan=await self._plan())
        started_utc = self._now_utc()
        path = self._new_path(started_utc)
        with self._make_line() as line:
            self._session = UnattendedSession(
                watch,
                path,
                self._radio,
                started_utc=started_utc,
                rng=self._rng,
                lamp=self._lamp,
                line=line,
            )
            try:
                self._resting_mps2 = await self._session.run()
            finally:
                self._session = None
        return path

    def _tell(self, trouble: str) -> None:
        """Show trouble and tell it, each kind once between two sessions."""
        self._lamp.show(State.TROUBLE)
        if trouble not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(trouble)
            self._say(f"Trouble: {trouble}")


def _is_strangers_name(name: str, heard: Iterable[Sighting]) -> bool:
    """Tell whether only devices that no driver knows answer to a name."""
    kinds = [sighting.kind for sighting in heard if sighting.is_called(name)]
    return bool(kinds) and not any(kinds)
