"""Run one recording from the terminal: sensors, guide, live line, and the ways to end it."""

from __future__ import annotations

import asyncio
import math
import random
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli.home import in_new_place
from analysis.cli.record.guide import HOW_TO_WEAR, Guide
from analysis.cli.record.live_line import LiveLine
from analysis.cli.record.zero_again import HOW_TO_SET, ZeroAgain
from analysis.cli.stop_signals import on_signals
from analysis.cli.text import clock_text
from analysis.judging.known_laps import LAP_MARK
from sensor.link.ble import look_for
from sensor.link.radio import Radio
from sensor.recorder import Recorder, RecorderStatus, RecordingPlan
from sensor.recorder.following import Following
from sensor.recorder.room import shortage
from sensor.recorder.walkthrough import GuideStep

if TYPE_CHECKING:
    from analysis.cli.record.live import PostureLine
    from analysis.cli.record.mark_keys import MarkKeys
    from sensor.recorder.following import Follow

LAP_KEYS = frozenset(b"mM ")
ZERO_KEYS = frozenset(b"zZ")

LAP_PAUSE_S = 1.0
"""A key that is held down is pressed once."""

HOW_TO_MARK = "m or the space bar marks a lap."

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
    has_keys
        Whether somebody may mark laps at a terminal.
    context
        What is known of the session beforehand, by the keys of ``data/FORMAT.md``.
    follow
        Makes what follows the recording beside a live view; None for nothing.
    """

    plan: RecordingPlan
    name: str
    duration_s: float | None
    is_guided: bool
    is_simulated: bool
    has_keys: bool = False
    context: Mapping[str, object] = field(default_factory=dict)
    follow: Follow | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording that has ended.

    Parameters
    ----------
    path
        The session file.
    is_dismissed
        Whether the system or a closing terminal asked for its end: nobody is there any more.
    """

    path: Path
    is_dismissed: bool


def _nobody_follows(_: GuideStep) -> None:
    """Take a step of the guide where the runner is a person, who reads it."""


async def record(
    options: RecordOptions,
    radio: Radio,
    *,
    new_path: Callable[[datetime], Path],
    line: LiveLine,
    on_step: Callable[[GuideStep], None] = _nobody_follows,
    posture: PostureLine | None = None,
) -> Recorded:
    """Record until the runner, the clock or a signal ends it.

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
    posture
        What shows posture meanwhile; None where nothing does.

    Raises
    ------
    LinkError, UnknownSensorError, SessionFileError
        As `sensor.recorder.Recorder.run`.
    """
    # Before anything is asked of the runner, and before there is a file.
    await look_for(radio, lambda _: True, timeout_s=BLUETOOTH_CHECK_S)
    started_utc = datetime.now(UTC)
    following = Following(options.follow, None if posture is None else posture.take)

    def attend(status: RecorderStatus) -> None:
        guided.attend(status)
        following.show(status)

    def recorder_at(path: Path) -> tuple[Path, Recorder]:
        return path, Recorder(
            options.plan,
            path,
            radio,
            name=options.name,
            started_utc=started_utc,
            rng=random.Random(),
            on_status=attend,
            on_samples=lambda *samples: guided.guide.take(*samples),
            on_live=following.on_news,
            on_reading=following.on_news,
            simulated=options.is_simulated,
        )

    path, recorder = in_new_place(lambda: new_path(started_utc), recorder_at)
    for key, value in options.context.items():
        recorder.set_context(key, value)
    if lack := shortage(options.plan, path.parent):
        line.say(f"Careful: {lack}. Make room before you go.")
    guided = GuidedRun(options, recorder, line, on_step=on_step)
    following.begin(recorder, radio, line.say)
    if posture is not None:

        def set_zero(shift_deg: float, since_s: float) -> None:
            posture.set_zero(shift_deg, since_s)
            following.set_zero(shift_deg, since_s)

        guided.guide.zero = ZeroAgain(recorder, line.say, set_zero)
    on_signals(guided.interrupt, guided.dismiss)
    with _keys(options) as guided.keys:
        steps = asyncio.create_task(guided.conduct())
        steps.add_done_callback(lambda _: recorder.stop())
        try:
            await recorder.run()
        finally:
            steps.cancel()
            await asyncio.wait([steps])
            await following.close()
    if not steps.cancelled():
        steps.result()
    return Recorded(path, guided.is_dismissed)


def _keys(options: RecordOptions) -> AbstractContextManager[MarkKeys | None]:
    if sys.platform == "win32" or not options.has_keys:
        return nullcontext()
    from analysis.cli.record.mark_keys import MarkKeys

    return MarkKeys(sys.stdin.fileno())


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

    Attributes
    ----------
    keys
        What laps are marked with; None where there is no terminal.
    is_dismissed
        Whether the program was asked to end by others than the runner.
    """

    def __init__(
        self,
        options: RecordOptions,
        recorder: Recorder,
        line: LiveLine,
        *,
        on_step: Callable[[GuideStep], None],
    ) -> None:
        self.keys: MarkKeys | None = None
        self.is_dismissed = False
        self._laps = 0
        self._lap_s = -math.inf
        self.guide = Guide(recorder, line, options.plan.guide_placement, on_step=on_step)
        self._options = options
        self._recorder = recorder
        self._line = line
        self._out_since_s: float | None = None
        self._is_back = asyncio.Event()

    def attend(self, status: RecorderStatus) -> None:
        """Show how the recording is doing and look for keys; for the recorder to call."""
        self.guide.tick()
        # Asked at any time, so that a key pressed too soon is not taken for a lap later.
        pressed = self.keys.pressed() if self.keys is not None else b""
        if self._out_since_s is not None:
            self._heed(pressed, status.time_s)
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
        if self.keys is not None:
            self._line.say(HOW_TO_MARK)
        if self.guide.zero is not None and self._options.is_guided:
            self._line.say(HOW_TO_SET)
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

    def dismiss(self) -> None:
        """End now, because others than the runner ask for it."""
        self.is_dismissed = True
        self._recorder.stop()

    def _heed(self, pressed: bytes, time_s: float) -> None:
        if not LAP_KEYS.isdisjoint(pressed):
            self._mark_lap(time_s)
        if self.guide.zero is not None and not ZERO_KEYS.isdisjoint(pressed):
            self.guide.zero.ask(time_s)

    def _mark_lap(self, time_s: float) -> None:
        if time_s < self._lap_s + LAP_PAUSE_S:
            return
        self._lap_s = time_s
        self._laps += 1
        self._recorder.mark(LAP_MARK)
        self._line.say(f"Lap {self._laps} at {clock_text(time_s)}.")

    def _goodbye(self) -> str:
        if self._options.duration_s is None:
            return "Go and run! Ctrl-C when you are back."
        return f"Go and run for {clock_text(self._options.duration_s)}! Ctrl-C if you are back before."
