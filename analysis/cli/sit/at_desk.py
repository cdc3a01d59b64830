"""One sitting from the terminal: start, live line, reminders, end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.cli.record.live_line import LiveLine
from analysis.cli.stop_signals import on_signals
from analysis.errors import OutputError
from analysis.live.seated_guide import SeatedGuide
from analysis.live.sitting import Sitting, SittingLog
from sensor.link.radio import Radio
from sensor.recorder import Recorder, RecorderStatus, RecordingPlan
from sensor.samples import FloatArray


@dataclass(frozen=True, slots=True)
class SitOptions:
    """What was asked for.

    Parameters
    ----------
    remind_s
        After how long without getting up somebody is told to, and again after as long.
    duration_s
        When to end; None until Ctrl-C.
    is_guided
        Whether somebody is at the terminal to sit tall at the start.
    """

    remind_s: float
    duration_s: float | None
    is_guided: bool


class AtDesk:
    """Listens to one sensor, and talks.

    Parameters
    ----------
    options
        What was asked for.
    line
        Where to talk.
    sitting
        Whose it is; its minutes are filled in.
    keep
        Takes the sitting after every minute, so that no crash costs more.
    """

    def __init__(
        self, options: SitOptions, line: LiveLine, *, sitting: Sitting, keep: Callable[[Sitting], None]
    ) -> None:
        self._options, self._line, self._keep = options, line, keep
        self._sitting = sitting
        self._guide: SeatedGuide | None = None
        self._log = None if options.is_guided else SittingLog(None)
        self._reminded = 0
        self._minutes_kept = 0
        self._is_kept = True

    @property
    def sitting(self) -> Sitting:
        """The sitting so far."""
        return replace(self._sitting, minutes=tuple(self._log.minutes) if self._log else ())

    def take(self, now_s: float, acc_sensor_mps2: FloatArray) -> None:
        """Take in what the sensor has just read; for the recorder to call."""
        if self._log is not None:
            self._log.add(now_s, acc_sensor_mps2)
            return
        if self._guide is None:
            self._guide = SeatedGuide(now_s)
        self._guide.take(now_s, acc_sensor_mps2)

    def attend(self, status: RecorderStatus) -> None:
        """Show how things stand; for the recorder to call."""
        if self._guide is not None and self._log is None:
            for sentence in self._guide.look(status.time_s):
                self._line.say(sentence)
            if self._guide.is_done:
                self._log = SittingLog(self._guide.frame)
        if self._log is not None:
            self._follow(self._log, status.time_s)
        self._line.show(status)

    def _follow(self, log: SittingLog, now_s: float) -> None:
        log.tell(now_s)
        if len(log.minutes) > self._minutes_kept:
            self._minutes_kept = len(log.minutes)
            self._keep_now()
        still_s = log.without_break_s(now_s)
        self._line.lean_deg = log.lean_deg()
        self._line.hint = f"sitting for {int(still_s // 60)} min" if still_s >= 60.0 else ""
        times = int(still_s // self._options.remind_s)
        if times > self._reminded:
            self._line.say(f"You have sat for {int(still_s // 60)} min: get up and walk about for a minute.")
        self._reminded = times

    def _keep_now(self) -> None:
        """Keep what is known; where that fails it is said once, and listening goes on."""
        try:
            self._keep(self.sitting)
            self._is_kept = True
        except OutputError as error:
            if self._is_kept:
                self._line.say(f"Not kept: {error}. Trying again every minute.")
            self._is_kept = False


async def sit(
    plan: RecordingPlan, radio: Radio, *, path: Path, desk: AtDesk, options: SitOptions, started: Sitting
) -> None:
    """Listen until Ctrl-C, the clock or a signal; the readings go to ``path``.

    Raises
    ------
    SensorError
        As `sensor.recorder.Recorder.run`.
    """
    from datetime import datetime

    recorder = Recorder(
        plan,
        path,
        radio,
        name="sitting",
        started_utc=datetime.fromisoformat(started.begun_utc),
        rng=random.Random(),
        on_status=desk.attend,
        on_samples=lambda _placement, now_s, acc_sensor_mps2: desk.take(now_s, acc_sensor_mps2),
        simulated=started.simulated,
    )
    on_signals(recorder.stop, recorder.stop)
    if options.duration_s is not None:
        asyncio.get_running_loop().call_later(options.duration_s, recorder.stop)
    await recorder.run()
