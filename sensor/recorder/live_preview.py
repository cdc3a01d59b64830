"""What the live line shows of what one sensor sends; it is written down before, and without this."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import count

from sensor.protocol.driver import StreamDecoder
from sensor.protocol.repetition import Notification, RepetitionFilter
from sensor.recorder.live_tap import LiveTap
from sensor.recorder.status import SampleCounter
from sensor.samples import FloatArray


class LivePreview(ABC):
    """Keeps the notifications of one sensor until somebody looks.

    Attributes
    ----------
    counter
        How many samples came, and how fast.
    """

    def __init__(self) -> None:
        self.counter = SampleCounter()
        self._position = count()
        self._waiting: list[Notification] = []

    def add(self, payload: bytes, now_s: float) -> None:
        """Keep one notification of the stream, which came at session time ``now_s``, for `drain`."""
        self._waiting.append(Notification(next(self._position), now_s, payload))

    def clear(self) -> None:
        """Forget what nobody looked at: it is of a connection that ended."""
        self._waiting.clear()

    @abstractmethod
    def leave_out(self, repetitions: RepetitionFilter) -> None:
        """Begin a connection, of which ``repetitions`` leaves out what is handed over again."""

    @abstractmethod
    def decode_with(self, decoder: StreamDecoder) -> None:
        """Take what comes from now on for what ``decoder`` understands."""

    @abstractmethod
    def drain(self, now_s: float) -> FloatArray | None:
        """Count what came since the last call, at session time ``now_s``; return its motion, if any.

        Returns
        -------
        FloatArray or None
            (n, 3) specific force, m/s2, sensor axes.
        """

    def _taken(self) -> list[Notification]:
        taken, self._waiting = self._waiting, []
        return taken


class MotionPreview(LivePreview):
    """Of a motion sensor: its specific force, counted by samples.

    Parameters
    ----------
    tap
        Is given what was decoded; None where nobody follows live.
    """

    def __init__(self, tap: LiveTap | None = None) -> None:
        super().__init__()
        self._tap = tap
        self._decoder: StreamDecoder | None = None
        self._repetitions: RepetitionFilter | None = None

    def leave_out(self, repetitions: RepetitionFilter) -> None:
        """Leave out from now on what ``repetitions`` does."""
        self._repetitions = repetitions

    def decode_with(self, decoder: StreamDecoder) -> None:
        """Decode what comes from now on with ``decoder``."""
        self._decoder = decoder

    def drain(self, now_s: float) -> FloatArray | None:
        """Decode and count what came; a mistake in decoding is raised, and what met it is dropped."""
        if self._decoder is None or self._repetitions is None or not self._waiting:
            return None
        kept = self._repetitions.feed(self._taken())
        block = self._decoder.feed([one.payload for one in kept])
        acc_sensor_mps2 = block.acc_sensor_mps2
        self.counter.add(now_s, len(acc_sensor_mps2))
        if self._tap is not None:
            self._tap.add(block, [one.arrival_s for one in kept])
        return acc_sensor_mps2 if len(acc_sensor_mps2) else None


class ReadingsPreview(LivePreview):
    """Of a device beside the motion sensors: no motion to show, counted by notifications."""

    def leave_out(self, repetitions: RepetitionFilter) -> None:
        """Leave out nothing: how many readings came is all that is shown."""

    def decode_with(self, decoder: StreamDecoder) -> None:
        """Need no decoder: one notification is one reading."""

    def drain(self, now_s: float) -> FloatArray | None:
        """Count the notifications; return None."""
        if self._waiting:
            self.counter.add(now_s, len(self._taken()))
        return None
