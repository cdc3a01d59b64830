"""What the sensors send, on its way to one estimator, and what that tells, to all who follow a recording."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from analysis.live.records import LiveEstimator, LiveState
from sensor.recorder.following import News
from sensor.samples import LiveBlock, LiveReading

MOST_WAITING = 4096
"""Blocks and readings that wait for a slow computer, minutes of two sensors; beyond, the oldest go."""


class ToldEstimator(LiveEstimator, Protocol):
    """An estimator that devices beside the sensors tell of speed and heart rate, too."""

    def tell(self, reading: LiveReading) -> None:
        """Take in what one told."""
        ...


def at_once(work: Callable[[], None]) -> None:
    """Do a piece of work here and now."""
    work()


def in_a_thread(work: Callable[[], None]) -> None:
    """Do a piece of work in a thread of the event loop: finding how sensors sit takes a second."""
    asyncio.get_running_loop().run_in_executor(None, work)


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


class PostureFeed:
    """Hands what comes to an estimator; its first mistake is its last, and no packet waits for it.

    Parameters
    ----------
    estimator
        Turns blocks into strides.
    aside
        Does the estimator's work, one piece at a time: at once, or where it holds nobody up.

    Attributes
    ----------
    failure
        What went wrong in the estimator; empty while nothing has.
    """

    def __init__(
        self, estimator: ToldEstimator, aside: Callable[[Callable[[], None]], object] = at_once
    ) -> None:
        self.failure = ""
        self._estimator = estimator
        self._aside = aside
        self._waiting: deque[News] = deque(maxlen=MOST_WAITING)
        self._listeners: list[deque[LiveState]] = []
        self._is_busy = False
        self._shift_deg, self._shifted_s = 0.0, math.inf

    def listen(self) -> Callable[[], Iterator[LiveState]]:
        """Return what yields the states told since it was called last, whoever else listens."""
        told: deque[LiveState] = deque()
        self._listeners.append(told)

        def news() -> Iterator[LiveState]:
            while told:
                yield from_zero(told.popleft(), self._shift_deg, since_s=self._shifted_s)

        return news

    def take(self, news: News) -> None:
        """Take in what a sensor sent, or a device beside it told."""
        if not self.failure:
            self._waiting.append(news)

    def look(self, now_s: float) -> None:
        """Let the estimator work on what has come, unless it still does."""
        if self.failure or self._is_busy:
            return
        self._is_busy = True
        waiting = tuple(self._waiting)
        self._waiting.clear()
        self._aside(partial(self._work, waiting, now_s))

    def set_zero(self, shift_deg: float, since_s: float) -> None:
        """Count strides from ``since_s`` on from a zero ``shift_deg`` further forward than at first."""
        self._shift_deg, self._shifted_s = shift_deg, since_s

    def _work(self, waiting: Sequence[News], now_s: float) -> None:
        try:
            for news in waiting:
                if isinstance(news, LiveBlock):
                    self._estimator.add(news)
                else:
                    self._estimator.tell(news)
            state = self._estimator.state(now_s)
            for listener in self._listeners:
                listener.append(state)
        except Exception as error:  # an estimator may make any mistake
            self.failure = f"{type(error).__name__}: {error}"
            self._waiting.clear()
        finally:
            self._is_busy = False
