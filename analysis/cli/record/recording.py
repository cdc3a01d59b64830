"""Run one recording from the terminal: sensors, guide, live line, and the ways to end it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from analysis.cli.home import in_new_place
from analysis.cli.record.guide import HOW_TO_WEAR, Guide
from analysis.cli.record.live_line import LiveLine
from analysis.cli.stop_signals import on_signals
from sensor.link.radio import Radio
from sensor.recorder import Recorder, RecordingPlan


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """What the runner asked for.

    Parameters
    ----------
    plan
        Which sensors.
    name
        The session's name.
    duration_s
        How long to run, after the walk-through; None until Ctrl-C.
    is_guided
        Whether to walk the runner through standing and bow.
    is_simulated
        Whether the sensors are made of software.
    """

    plan: RecordingPlan
    name: str
    duration_s: float | None
    is_guided: bool
    is_simulated: bool


async def record(
    options: RecordOptions, radio: Radio, *, new_path: Callable[[datetime], Path], line: LiveLine
) -> Path:
    """Record until the runner, the clock or a signal ends it; return the session file.

    Parameters
    ----------
    options
        What to record.
    radio
        Which Bluetooth to use.
    new_path
        Returns where a session that begins at this moment goes.
    line
        Where to talk.

    Raises
    ------
    LinkError, UnknownSensorError, SessionFileError
        As `sensor.recorder.Recorder.run`.
    """
    started_utc = datetime.now(UTC)

    def recorder_at(path: Path) -> tuple[Path, Recorder]:
        return path, Recorder(
            options.plan,
            path,
            radio,
            name=options.name,
            started_utc=started_utc,
            rng=random.Random(),
            on_status=line.show,
            on_samples=lambda *samples: guided.guide.take(*samples),
            simulated=options.is_simulated,
        )

    path, recorder = in_new_place(lambda: new_path(started_utc), recorder_at)
    guided = GuidedRun(options, recorder, line)
    on_signals(guided.interrupt, recorder.stop)
    steps = asyncio.create_task(guided.conduct())
    steps.add_done_callback(lambda _: recorder.stop())
    try:
        await recorder.run()
    finally:
        steps.cancel()
        await asyncio.wait([steps])
    if not steps.cancelled():
        steps.result()
    return path


class GuidedRun:
    """The steps of one run, from putting the sensor on to the last standing.

    Parameters
    ----------
    options
        What the runner asked for.
    recorder
        The recording, about to run.
    line
        Where to talk.
    """

    def __init__(self, options: RecordOptions, recorder: Recorder, line: LiveLine) -> None:
        self.guide = Guide(recorder, line, options.plan.guide_placement)
        self._options = options
        self._recorder = recorder
        self._line = line
        self._is_out = False
        self._is_back = asyncio.Event()

    async def conduct(self) -> None:
        """Lead through the steps; when they are done, the recording is."""
        if self._options.is_guided:
            self._line.say(HOW_TO_WEAR)
            await self.guide.open()
            self._recorder.mark("run")
        self._is_out = True
        try:
            async with asyncio.timeout(self._options.duration_s):
                await self._is_back.wait()
        except TimeoutError:
            self._line.say("Time is up.")
        self._is_out = False
        if self._options.is_guided:
            await self.guide.close()

    def interrupt(self) -> None:
        """Take Ctrl-C during the run as "I am back", at any other moment as "end now"."""
        if self._is_out and self._options.is_guided:
            self._is_back.set()
        else:
            self._recorder.stop()
