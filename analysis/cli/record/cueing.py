"""Remind the runner while a recording goes on, and write each cue down; the recording never waits for it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from analysis.cues.log import CUE_MARK, CUE_SETTINGS_MARK, CUE_TROUBLE_MARK, Cue, CueFate
from analysis.cues.settings import CueSettings, OutputKind
from analysis.live.cues.giver import CueGiver
from analysis.live.cues.outputs.bell import BellOutput
from analysis.live.cues.outputs.file import FileOutput
from analysis.live.cues.outputs.output import CueOutput
from analysis.live.cues.outputs.sound import Player, tone_output, words_output
from analysis.live.cues.outputs.vibrator import VibratorOutput
from analysis.live.cues.outputs.webhook import WebhookOutput
from analysis.live.cues.policy import CuePolicy
from analysis.live.records import LiveEstimator, LiveState
from sensor.link.radio import Radio
from sensor.recorder import RecorderStatus
from sensor.samples import LiveBlock


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
        self._policy: CuePolicy | None = CuePolicy(wish.settings, wish.chance, share=wish.share)
        self._giver = CueGiver(outputs, self._complain)
        self._marks = marks
        self._say = say
        self._tasks: set[asyncio.Task[None]] = set()
        marks.mark(CUE_SETTINGS_MARK, wish.settings.as_text())
        self._start(self._giver.prepare())

    def take(self, look: Callable[[], LiveState]) -> None:
        """Take in what became known of the posture; a mistake here ends the cues and nothing else.

        Parameters
        ----------
        look
            Returns what can be told now.
        """
        if self._policy is None:
            return
        try:
            cue = self._policy.take(look())
        except Exception as error:
            self._policy = None
            self._complain(f"No more cues ({type(error).__name__}: {error}). Recording goes on.")
            return
        if cue is not None and cue.fate is CueFate.WITHHELD:
            self._write(cue)
        elif cue is not None:
            self._start(self._give(cue))

    async def close(self) -> None:
        """Break off what is being given, for nobody runs any more, and let go of the outputs."""
        self._policy = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._giver.close()

    async def _give(self, cue: Cue) -> None:
        given = await self._giver.give(cue)
        if given.fate is CueFate.FAILED and self._policy is not None:
            self._policy.take_back()
        self._write(given)

    def _write(self, cue: Cue) -> None:
        self._marks.mark(CUE_MARK, cue.as_text(), time_s=cue.time_s)

    def _complain(self, what: str) -> None:
        self._marks.mark(CUE_TROUBLE_MARK, what)
        self._say(what)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class CueFollower:
    """Follows a recording by an estimator of its own.

    Parameters
    ----------
    estimator
        Turns blocks into strides.
    cueing
        Takes in what they tell.
    """

    def __init__(self, estimator: LiveEstimator, cueing: Cueing) -> None:
        self._estimator = estimator
        self._cueing = cueing

    def take(self, block: LiveBlock) -> None:
        """Take in what a sensor sent."""
        self._estimator.add(block)

    def show(self, status: RecorderStatus) -> None:
        """Look whether a cue is due."""
        self._cueing.take(lambda: self._estimator.state(status.time_s))

    async def close(self) -> None:
        """Let go of the outputs."""
        await self._cueing.close()


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
