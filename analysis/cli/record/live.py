"""Show posture while a recording goes on; whatever goes wrong here, the recording does not notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from analysis.cli.record.live_screen import LiveScreen
from analysis.cli.record.posture_feed import PostureFeed
from analysis.live.view import LinkFacts, LiveDisplay, LiveView, SensorLink
from sensor.recorder import LinkState, RecorderStatus, SensorStatus
from sensor.recorder.following import News
from sensor.samples import TRUNK_PLACEMENTS, LiveBlock

UNFED_SAMPLES = 1000
"""A trunk's sensor that sent so many has been followed by now, or cannot be."""

NOT_LIVE = "posture cannot be shown live from this kind of sensor; the report tells it"


class LivePosture:
    """Says what is to be shown of what an estimator tells.

    Parameters
    ----------
    feed
        Hands what comes to the estimator.
    display
        Turns strides into what is seen.
    """

    def __init__(self, feed: PostureFeed, display: LiveDisplay) -> None:
        self._feed = feed
        self._told = feed.listen()
        self._display = display
        self._notice = ""

    def take(self, news: News) -> None:
        """Take in what a sensor sent, or a device beside it told."""
        self._feed.take(news)

    def view(self, facts: LinkFacts) -> LiveView:
        """Return what is to be seen; after a mistake how the sensors are doing, and what happened."""
        self._feed.look(facts.time_s)
        for state in self._told():
            self._notice = state.notice
            self._display.take(state)
        return self._display.view(replace(facts, message=facts.message or self._failure or self._notice))

    def set_zero(self, shift_deg: float, since_s: float) -> None:
        """Count strides from ``since_s`` on from a zero ``shift_deg`` further forward than at first."""
        self._feed.set_zero(shift_deg, since_s)
        self._display.trust_again()

    @property
    def _failure(self) -> str:
        """That no posture is shown any more: no number is better than a wrong one."""
        failure = self._feed.failure
        return failure and f"posture is no longer shown ({failure}); recording goes on"


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

    def take(self, news: News) -> None:
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
