"""One session that nobody ends: recorded until nothing moves any more."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analysis.cli.live_line import LiveLine
from analysis.cli.status_led import State, StatusLed
from sensor.errors import SessionFileError
from sensor.link.radio import Radio
from sensor.recorder import Recorder, RecorderStatus, RecordingPlan
from sensor.recorder.stillness import Stillness
from sensor.samples import PLACEMENTS, FloatArray

ROOM_BYTES = 20_000_000
"""No session is begun with less room: an hour of one Movesense takes 15 MB."""

FIRST_DATA_S = 30.0
"""A sensor that is heard and gives nothing for this long is trouble."""


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
    """

    plan: RecordingPlan
    name: str
    still_s: float
    is_simulated: bool


class UnattendedSession:
    """Records until nothing has moved for ``watch.still_s``, because the sensors lie still or are gone.

    As long as no sensor has streamed, it goes on trying, or gives up where the recorder does.

    Parameters
    ----------
    watch
        Which sensors, and how still.
    path
        The session file; nothing may be there yet.
    radio
        Which Bluetooth to use.
    started_utc
        Wall-clock time now, with a time zone.
    rng
        Random source for the spread of late reconnects.
    lamp
        Where the state is shown.
    line
        Where to talk.

    Raises
    ------
    SessionFileError
        When there is no room, or the file cannot be made.
    """

    def __init__(
        self,
        watch: UnattendedOptions,
        path: Path,
        radio: Radio,
        *,
        started_utc: datetime,
        rng: random.Random,
        lamp: StatusLed,
        line: LiveLine,
    ) -> None:
        _refuse_full_disk(path.parent)
        self._still_s = watch.still_s
        self._path = path
        self._lamp = lamp
        self._line = line
        self._has_begun = False
        self._stillness = Stillness()
        self._recorder = Recorder(
            watch.plan,
            path,
            radio,
            name=watch.name,
            started_utc=started_utc,
            rng=rng,
            on_status=self._attend,
            on_samples=self._stillness.add,
            simulated=watch.is_simulated,
        )

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
        await self._recorder.run()
        return self._stillness.resting()

    def _attend(self, status: RecorderStatus) -> None:
        """Show how it is doing, and end it when the runner is home."""
        state = _state_of(status)
        if state is not None:
            self._lamp.show(state)
        if state is State.RECORDING and not self._has_begun:
            self._has_begun = True
            self._line.say(f"Recording into {self._path}")
        if self._has_begun:
            self._line.show(status)
            if self._stillness.lasts_s(status.time_s) >= self._still_s:
                self._recorder.stop()


def _state_of(status: RecorderStatus) -> State | None:
    """Return the state of a session; None for the first moments without data, and after the end."""
    worn = [sensor for sensor in status.sensors if sensor.placement in PLACEMENTS]
    links = {sensor.link for sensor in worn}
    if "streaming" in links:
        return State.RECORDING
    should_stream = status.time_s > FIRST_DATA_S or any(sensor.samples for sensor in worn)
    return State.TROUBLE if should_stream and "stopped" not in links else None


def _refuse_full_disk(folder: Path) -> None:
    try:
        free_bytes = shutil.disk_usage(folder).free
    except OSError as error:
        raise SessionFileError(f"{folder}: cannot be read ({error.strerror}); check the disk") from error
    if free_bytes < ROOM_BYTES:
        raise SessionFileError(
            f"{folder}: less than {ROOM_BYTES / 1e6:g} MB free, no session is begun; "
            "copy sessions to another place and delete them here"
        )
