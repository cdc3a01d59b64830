"""Remind the runner while a recording goes on, and write each cue down; the recording never waits for it."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from analysis.cli.record.live_setup import LiveOptions, live_estimator
from analysis.cli.record.posture_feed import PostureFeed, in_a_thread
from analysis.cues.log import CUE_MARK, CUE_SETTINGS_MARK, CUE_TROUBLE_MARK, Cue, CueFate
from analysis.cues.settings import CueSettings, OutputKind, share_of_cues
from analysis.live.cues.giver import CueGiver
from analysis.live.cues.outputs.bell import BellOutput
from analysis.live.cues.outputs.file import FileOutput
from analysis.live.cues.outputs.output import CueOutput
from analysis.live.cues.outputs.sound import Player, tone_output, words_output
from analysis.live.cues.outputs.vibrator import VibratorOutput
from analysis.live.cues.outputs.webhook import WebhookOutput
from analysis.live.cues.policy import CuePolicy
from analysis.live.doubts import AngleDoubts
from analysis.live.records import LiveState
from sensor.link.radio import Radio
from sensor.recorder import Recorder, RecorderStatus, RecordingPlan
from sensor.recorder.following import Follow, News


class Marks(Protocol):
    """What cues are written into: a `sensor.recorder.Recorder`."""

    def mark(self, kind: str, text: str = "", *, time_s: float | None = None) -> None:
        """Pin something to now, or to an earlier time."""
        ...


@dataclass(frozen=True, slots=True)
class CueWish:
    """What the runner asked for.

    Parameters
    ----------
    settings
        When, and by what.
    share
        What share (0 to 1) of the cues the schedule leaves today.
    chance
        Returns numbers from 0 to below 1, for the cues that are withheld.
    """

    settings: CueSettings
    share: float
    chance: Callable[[], float]


class Cueing:
    """The cues of one recording. Make it inside the running event loop.

    Parameters
    ----------
    wish
        What the runner asked for.
    outputs
        What gives cues.
    marks
        What they are written into.
    say
        Tells the runner what is missing, if anybody listens.
    """

    def __init__(
        self, wish: CueWish, outputs: list[CueOutput], *, marks: Marks, say: Callable[[str], None]
    ) -> None:
        self._policy = CuePolicy(wish.settings, wish.chance, share=wish.share)
        self._doubts = AngleDoubts()
        self._doubt = ""
        self._giver = CueGiver(outputs, self.complain)
        self._marks = marks
        self._say = say
        self._tasks: set[asyncio.Task[None]] = set()
        marks.mark(CUE_SETTINGS_MARK, wish.settings.as_text())
        self._start(self._giver.prepare())

    def take(self, state: LiveState) -> None:
        """Take in what became known of the posture, and give the cue that is due."""
        self._doubts.take(state)
        doubt = self._doubts.sentence(state.time_s)
        if doubt and doubt != self._doubt:
            self.complain(f"No cues for now: {doubt}")
        self._doubt = doubt
        cue = self._policy.take(state, is_doubtful=bool(doubt))
        if cue is not None and cue.fate is CueFate.WITHHELD:
            self._write(cue)
        elif cue is not None:
            self._start(self._give(cue))

    def trust_again(self) -> None:
        """Doubt the sensor no more for what was before: the runner has set it right."""
        self._doubts.forget()

    async def close(self) -> None:
        """Break off what is being given, for nobody runs any more, and let go of the outputs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._giver.close()

    async def _give(self, cue: Cue) -> None:
        given = await self._giver.give(cue)
        if given.fate is CueFate.FAILED:
            self._policy.take_back()
        self._write(given)

    def _write(self, cue: Cue) -> None:
        self._marks.mark(CUE_MARK, cue.as_text(), time_s=cue.time_s)

    def complain(self, what: str) -> None:
        """Tell what is missing, and write it down."""
        self._marks.mark(CUE_TROUBLE_MARK, what)
        self._say(what)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class CueFollower:
    """Follows a recording by what an estimator tells; the first mistake ends the cues and nothing else.

    Parameters
    ----------
    feed
        Hands what comes to the estimator.
    cueing
        Takes in what that tells.
    is_fed
        Whether somebody else already hands the feed what comes.
    """

    def __init__(self, feed: PostureFeed, cueing: Cueing, *, is_fed: bool = False) -> None:
        self._feed = feed
        self._told = feed.listen()
        self._cueing = cueing
        self._is_fed = is_fed
        self._is_over = False

    def take(self, news: News) -> None:
        """Take in what a sensor sent, or a device beside it told."""
        if not self._is_fed:
            self._feed.take(news)

    def show(self, status: RecorderStatus) -> None:
        """Look whether a cue is due."""
        if self._is_over:
            return
        self._feed.look(status.time_s)
        failure = ""
        try:
            for state in self._told():
                self._cueing.take(state)
        except Exception as error:  # cues end here, and nothing else
            failure = f"{type(error).__name__}: {error}"
        if failure := self._feed.failure or failure:
            self._is_over = True
            self._cueing.complain(f"No more cues ({failure}). Recording goes on.")

    def set_zero(self, shift_deg: float, since_s: float) -> None:
        """Count strides from ``since_s`` on from a zero ``shift_deg`` further forward than at first."""
        self._feed.set_zero(shift_deg, since_s)
        self._cueing.trust_again()

    async def close(self) -> None:
        """Let go of the outputs."""
        self._is_over = True
        await self._cueing.close()


def cues_for(
    options: LiveOptions, plan: RecordingPlan, *, is_simulated: bool, feed: PostureFeed | None = None
) -> Follow:
    """Return what gives cues in each recording.

    Parameters
    ----------
    options
        The runner's folder, profile, and what is known of the session.
    plan
        Which sensors.
    is_simulated
        Whether they are made of software.
    feed
        Of the live view beside it, which hands it what comes; None: each recording has an estimator of its
        own.
    """
    settings = options.profile.cues

    def follow(recorder: Recorder, radio: Radio, say: Callable[[str], None]) -> CueFollower:
        own = feed or PostureFeed(live_estimator(options, plan, is_simulated=is_simulated), in_a_thread)
        wish = CueWish(settings, share_of_cues(settings, date.today()), random.SystemRandom().random)
        cueing = Cueing(wish, outputs_of(settings, radio), marks=recorder, say=say)
        return CueFollower(own, cueing, is_fed=feed is not None)

    return follow


def outputs_of(settings: CueSettings, radio: Radio) -> list[CueOutput]:
    """Return what gives cues, as the runner wished.

    Parameters
    ----------
    settings
        The runner's.
    radio
        The one the sensors are on.
    """
    return [_output(kind, settings, radio) for kind in settings.outputs]


def _output(kind: OutputKind, settings: CueSettings, radio: Radio) -> CueOutput:
    if kind is OutputKind.BELL:
        return BellOutput(_ring, has_terminal=sys.stderr.isatty())
    if kind is OutputKind.TONE:
        return tone_output(Player())
    if kind is OutputKind.WORDS:
        return words_output(Player())
    if kind is OutputKind.WEBHOOK:
        return WebhookOutput(settings.webhook)
    if kind is OutputKind.FILE:
        return FileOutput(Path(settings.file).expanduser())
    return VibratorOutput(
        radio,
        settings.vibrator_address,
        characteristic=settings.vibrator_characteristic,
        payload=settings.vibrator_bytes,
    )


def _ring(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
