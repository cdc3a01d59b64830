"""Run one recording from the terminal: sensors, guide, live line, and the ways to end it."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from analysis.cli.home import in_new_place
from analysis.cli.record.guide import HOW_TO_WEAR, Guide
from analysis.cli.record.live_line import LiveLine
from analysis.cli.stop_signals import on_signals
from analysis.cli.text import clock_text
from sensor.link.ble import look_for
from sensor.link.radio import Radio
from sensor.recorder import Recorder, RecorderStatus, RecordingPlan
from sensor.recorder.room import shortage
from sensor.recorder.walkthrough import GuideStep

BLUETOOTH_CHECK_S = 0.5
"""How long is listened to find out whether there is Bluetooth."""


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


def _nobody_follows(_: GuideStep) -> None:
    """Take a step of the guide where the runner is a person, who reads it."""


async def record(
    options: RecordOptions,
    radio: Radio,
    *,
    new_path: Callable[[datetime], Path],
    line: LiveLine,
    on_step: Callable[[GuideStep], None] = _nobody_follows,
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
    on_step
        Called with every step of the guide as it is asked for.

    Raises
    ------
    LinkError, UnknownSensorError, SessionFileError
        As `sensor.recorder.Recorder.run`.
    """
    # Before anything is asked of the runner, and before there is a file.
    await look_for(radio, lambda _: True, timeout_s=BLUETOOTH_CHECK_S)
    started_utc = datetime.now(UTC)

    def recorder_at(path: Path) -> tuple[Path, Recorder]:
        return path, Recorder(
            options.plan,
            path,
            radio,
            name=options.name,
            started_utc=started_utc,
            rng=random.Random(),
            on_status=lambda status: guided.attend(status),
            on_samples=lambda *samples: guided.guide.take(*samples),
            simulated=options.is_simulated,
        )

    path, recorder = in_new_place(lambda: new_path(started_utc), recorder_at)
    if lack := shortage(options.plan, path.parent):
        line.say(f"Careful: {lack}. Make room before you go.")
    guided = GuidedRun(options, recorder, line, on_step=on_step)
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
    on_step
        Called with every step of the guide as it is asked for.
    """

    def __init__(
        self,
        options: RecordOptions,
        recorder: Recorder,
        line: LiveLine,
        *,
        on_step: Callable[[GuideStep], None],
    ) -> None:
        self.guide = Guide(recorder, line, options.plan.guide_placement, on_step=on_step)
        self._options = options
        self._recorder = recorder
        self._line = line
        self._out_since_s: float | None = None
        self._is_back = asyncio.Event()

    def attend(self, status: RecorderStatus) -> None:
        """Show how the recording is doing; for the recorder to call."""
        self.guide.tick()
        if self._out_since_s is not None and self._options.duration_s is not None:
            left_s = self._out_since_s + self._options.duration_s - status.time_s
            self._line.hint = f"{clock_text(math.ceil(max(0.0, left_s)))} to go"
        self._line.show(status)

    async def conduct(self) -> None:
        """Lead through the steps; when they are done, the recording is."""
        if self._options.is_guided:
            self._line.say(HOW_TO_WEAR)
            await self.guide.open()
            self.guide.send_off(self._goodbye())
            self._recorder.mark("run")
        self._out_since_s = self._recorder.now_s()
        try:
            async with asyncio.timeout(self._options.duration_s):
                await self._is_back.wait()
        except TimeoutError:
            self._line.say("Time is up.")
        self._out_since_s = None
        self._line.hint = ""
        if self._options.is_guided:
            await self.guide.close()

    def interrupt(self) -> None:
        """Take Ctrl-C during the run as "I am back", at any other moment as "end now"."""
        if self._out_since_s is not None and self._options.is_guided:
            self._is_back.set()
        else:
            self._recorder.stop()

    def _goodbye(self) -> str:
        if self._options.duration_s is None:
            return "Go and run! Ctrl-C when you are back."
        return f"Go and run for {clock_text(self._options.duration_s)}! Ctrl-C if you are back before."
