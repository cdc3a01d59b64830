"""What the recorder can be seen doing: snapshots for a live line, and the counting behind them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

RATE_WINDOW_S = 5.0
"""Length of the window the shown rate is taken over: long enough to be steady, short enough to be live."""


class LinkState(StrEnum):
    """What is being done with one sensor."""

    SEARCHING = "searching"
    CONNECTING = "connecting"
    STREAMING = "streaming"
    SILENT = "silent"
    """Connected, and asked again for data that does not come."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class SensorStatus:
    """One sensor at one moment.

    Parameters
    ----------
    placement, name
        Where it is worn and what it is called.
    link
        What is being done with it.
    samples
        Samples received since the start of the session.
    rate_hz
        Samples a second over the last `RATE_WINDOW_S`.
    gaps
        Interruptions so far: connections after the first, and silences.
    battery_pct
        Last level reported; None before the first.
    address, serial
        Of the device, as it said last and first; empty before, and where it says none.
    """

    placement: str
    name: str
    link: LinkState
    samples: int
    rate_hz: float
    gaps: int
    battery_pct: int | None
    address: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class RecorderStatus:
    """A whole recording at one moment.

    Parameters
    ----------
    time_s
        Seconds since the start of the session.
    sensors
        In the order they were asked for.
    message
        The last thing worth telling the runner; empty while all is well.
    is_kept
        Whether what comes reaches the file; false while it waits in memory, because the disk is full or
        another program has locked the file.
    """

    time_s: float
    sensors: tuple[SensorStatus, ...]
    message: str = ""
    is_kept: bool = True


class SampleCounter:
    """Counts the samples of one sensor and how fast they come."""

    def __init__(self) -> None:
        self.samples = 0
        self._recent: deque[tuple[float, int]] = deque()

    def add(self, now_s: float, samples: int) -> None:
        """Note that ``samples`` more arrived."""
        self.samples += samples
        self._recent.append((now_s, samples))
        self._forget(now_s)

    def rate_hz(self, now_s: float) -> float:
        """Return the samples per second over the last `RATE_WINDOW_S`; 0.0 in silence.

        Right after the start the window is as long as the stream is old.
        """
        self._forget(now_s)
        if len(self._recent) < 2:
            return 0.0
        # The first packet only says when counting begins: its samples were taken before.
        first_s = self._recent[0][0]
        counted = sum(samples for _, samples in self._recent) - self._recent[0][1]
        return counted / max(now_s - first_s, 1e-3)

    def _forget(self, now_s: float) -> None:
        while self._recent and self._recent[0][0] < now_s - RATE_WINDOW_S:
            self._recent.popleft()
