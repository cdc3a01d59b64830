"""What follows a recording while it goes on; the recorder knows no more of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sensor.link.radio import Radio
from sensor.recorder.session_recorder import Recorder
from sensor.recorder.status import RecorderStatus
from sensor.samples import LiveBlock, LiveReading

News = LiveBlock | LiveReading
"""What a sensor sent, or a device beside it told."""

NewsCallback = Callable[[News], None]


class Follower(Protocol):
    """Is handed what comes, inside the event loop, and keeps its own mistakes to itself."""

    def take(self, news: News) -> None:
        """Take in what came."""
        ...

    def show(self, status: RecorderStatus) -> None:
        """Take in how the recording is doing."""
        ...

    def set_zero(self, shift_deg: float, since_s: float) -> None:
        """Count from another zero: whoever runs has stood tall anew."""
        ...

    async def close(self) -> None:
        """Let go of everything: the recording has ended."""
        ...


Follow = Callable[[Recorder, Radio, Callable[[str], None]], Follower]
"""Returns what follows a recording that is about to run. Marks are written by the recorder, the radio is the
one the sensors are on, and sentences go to whoever watches."""


class Following:
    """What follows one recording, if anything does, beside a live view, if there is one.

    Parameters
    ----------
    follow
        Makes what follows; None for nothing.
    view
        Takes the same news.
    """

    def __init__(self, follow: Follow | None, view: NewsCallback | None = None) -> None:
        self._follow = follow
        self._view = view
        self._follower: Follower | None = None

    @property
    def on_news(self) -> NewsCallback | None:
        """What the recorder is to hand news to; None where nobody wants any."""
        return None if self._follow is None and self._view is None else self._take

    def begin(self, recorder: Recorder, radio: Radio, say: Callable[[str], None]) -> None:
        """Make what follows, once there is a recorder."""
        if self._follow is not None:
            self._follower = self._follow(recorder, radio, say)

    def show(self, status: RecorderStatus) -> None:
        """Hand on how the recording is doing."""
        if self._follower is not None:
            self._follower.show(status)

    def set_zero(self, shift_deg: float, since_s: float) -> None:
        """Hand on another zero, ``shift_deg`` further forward from ``since_s`` on."""
        if self._follower is not None:
            self._follower.set_zero(shift_deg, since_s)

    async def close(self) -> None:
        """Let go of what follows."""
        if self._follower is not None:
            await self._follower.close()

    def _take(self, news: News) -> None:
        # A view may make a mistake, which ends both; a follower keeps its own to itself.
        if self._follower is not None:
            self._follower.take(news)
        if self._view is not None:
            self._view(news)
