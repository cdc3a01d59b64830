"""What follows a recording while it goes on; the recorder knows no more of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sensor.recorder.session_recorder import Recorder
from sensor.recorder.status import RecorderStatus
from sensor.samples import LiveBlock


class Follower(Protocol):
    """Is handed what comes, inside the event loop, and keeps its own mistakes to itself."""

    def take(self, block: LiveBlock) -> None:
        """Take in what a sensor sent."""
        ...

    def show(self, status: RecorderStatus) -> None:
        """Take in how the recording is doing."""
        ...

    async def close(self) -> None:
        """Let go of everything: the recording has ended."""
        ...


Follow = Callable[[Recorder], Follower]
"""Returns what follows a recording that is about to run; marks are written by the recorder."""
