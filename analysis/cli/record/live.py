"""Show posture while a recording goes on; whatever goes wrong here, the recording does not notice."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Protocol, Self

from analysis.cli.record.live_screen import LiveScreen
from analysis.live.records import LiveEstimator, LiveState
from analysis.live.view import LinkFacts, LiveDisplay, LiveView, SensorLink
from sensor.recorder import LinkState, RecorderStatus, SensorStatus
from sensor.samples import TRUNK_PLACEMENTS, LiveBlock, LiveReading

MOST_WAITING = 4096
"""Blocks and readings that wait for a slow computer, minutes of two sensors; beyond, the oldest go."""


UNFED_SAMPLES = 1000
"""A trunk's sensor that sent so many has been followed by now, or cannot be."""

NOT_LIVE = "posture cannot be shown live from this kind of sensor; the report tells it"


class ToldEstimator(LiveEstimator, Protocol):
    """An estimator that devices beside the sensors tell of speed and heart rate, too."""

    def tell(self, reading: LiveReading) -> None:
        """Take in what one told."""
        ...


def _at_once(work: Callable[[], None]) -> None:
    work()


def from_zero(state: LiveState, shift_deg: float, *, since_s: float) -> LiveState:
    """Return a state whose strides from ``since_s`` on count from a zero ``shift_deg`` further forward."""
    strides = (
        one
        if one.start_s < since_s
        else replace(
            one,
            trunk_flexion_deg=one.trunk_flexion_deg - shift_deg,
            adjusted_flexion_deg=one.adjusted_flexion_deg - shift_deg,
        )
        for one in state.strides
    )
    return replace(state, strides=tuple(strides))


class LivePosture:
    """Hands what comes to an estimator and says what is to be shown; its first mistake is its last.

    Parameters
    ----------
    estimator
        Turns blocks into strides.
    display
        Turns strides into what is seen.
    aside
        Does the estimator's work, one piece at a time: at once, or where it holds nobody up.
    """

    def __init__(
        self,
        estimator: ToldEstimator,
        display: LiveDisplay,
        aside: Callable[[Callable[[], None]], object] = _at_once,
    ) -> None:
        self._estimator: ToldEstimator | None = estimator
        self._display = display
        self._aside = aside
        self._is_busy = False
        self._waiting: deque[LiveBlock | LiveReading] = deque(maxlen=MOST_WAITING)
        self._told: deque[LiveState] = deque()
        self._notice = ""
        self._failure = ""
        self._shift_deg = 0.0
        self._shifted_s = math.inf

    def take(self, news: LiveBlock | LiveReading) -> None:
        """Take in what a sensor sent, or a device beside it told."""
        if self._estimator is not None:
            self._waiting.append(news)

    def view(self, facts: LinkFacts) -> LiveView:
        """Return what is to be seen; after a mistake how the sensors are doing, and what happened."""
        if self._estimator is not None and not self._is_busy:
            self._is_busy = True
            waiting = tuple(self._waiting)
            self._waiting.clear()
            self._aside(partial(self._work, self._estimator, waiting, facts.time_s))
        while self._told:
            state = self._told.popleft()
            self._notice = state.notice
            self._display.take(from_zero(state, self._shift_deg, since_s=self._shifted_s))
        return self._display.view(replace(facts, message=facts.message or self._failure or self._notice))

    def _work(
        self, estimator: ToldEstimator, waiting: Sequence[LiveBlock | LiveReading], now_s: float
    ) -> None:
        try:
            for news in waiting:
                if isinstance(news, LiveBlock):
                    estimator.add(news)
                else:
                    estimator.tell(news)
            self._told.append(estimator.state(now_s))
        except Exception as error:  # an estimator may make any mistake
            self._give_up(error)
        finally:
            self._is_busy = False

    def set_zero(self, shift_deg: float, since_s: float) -> None:
        """Count strides from ``since_s`` on from a zero ``shift_deg`` further forward than at first."""
        self._shift_deg, self._shifted_s = shift_deg, since_s
        self._display.trust_again()

    def _give_up(self, error: Exception) -> None:
        """Show no posture any more: a runner is better off without a number than with a wrong one."""
        self._estimator = None
        self._waiting.clear()
        self._failure = f"posture is no longer shown ({type(error).__name__}: {error}); recording goes on"


class PostureLine:
    """A `LiveLine` that shows posture: on a screen, and wherever else views are handed to.

    Parameters
    ----------
    posture
        Says what is to be seen.
    screen
        Shows it in the terminal.
    publish
        Shows it elsewhere, without waiting; None for nowhere.
    poster
        Returns what the terminal shows instead at a session time, s; empty for nothing.

    Attributes
    ----------
    hint
        What to do.
    lean_deg
        Rough lean of the guide; not shown, because what is shown here is better.
    """

    def __init__(
        self,
        posture: LivePosture,
        screen: LiveScreen,
        *,
        publish: Callable[[LiveView], None] | None = None,
        poster: Callable[[float], str] = lambda _: "",
    ) -> None:
        self.hint = ""
        self.lean_deg: float | None = None
        self._posture = posture
        self._screen = screen
        self._publish = publish
        self._poster = poster
        self._is_fed = False

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._screen.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was."""
        self._screen.__exit__(kind, error, trace)

    def take(self, news: LiveBlock | LiveReading) -> None:
        """Take in what a sensor sent, or a device beside it told; for the recorder to call."""
        self._is_fed = self._is_fed or isinstance(news, LiveBlock)
        self._posture.take(news)

    def set_zero(self, shift_deg: float, since_s: float) -> None:
        """Count from another zero; for whoever saw the runner stand tall anew."""
        self._posture.set_zero(shift_deg, since_s)

    def show(self, status: RecorderStatus) -> None:
        """Show the newest status, and what is known of the posture."""
        facts = facts_of(status, self.hint)
        if not self._is_fed and any(map(_should_feed, status.sensors)):
            facts = replace(facts, message=facts.message or NOT_LIVE)
        view = self._posture.view(facts)
        self._screen.show(status.time_s, view, self._poster(status.time_s))
        if self._publish is not None:
            self._publish(view)

    def say(self, text: str) -> None:
        """Print a sentence."""
        self._screen.say(text)


def facts_of(status: RecorderStatus, hint: str = "") -> LinkFacts:
    """Return what a live view shows of how a recording is doing."""
    return LinkFacts(status.time_s, tuple(map(_link_of, status.sensors)), status.message, hint)


def _should_feed(sensor: SensorStatus) -> bool:
    return sensor.placement in TRUNK_PLACEMENTS and sensor.samples > UNFED_SAMPLES


def _link_of(sensor: SensorStatus) -> SensorLink:
    is_well = sensor.link is LinkState.STREAMING
    return SensorLink(sensor.placement, sensor.link.value, is_well, sensor.gaps, sensor.battery_pct)
