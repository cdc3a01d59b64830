"""What goes wrong on a run, on purpose and at stated times."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from sensor.virtual.motion_sensor import VirtualMotionSensor


class FaultKind(Enum):
    """What can go wrong with a sensor and its link."""

    LINK_LOSS = "link loss"
    """The link is gone at once; the sensor can be found again right away. Has no duration."""
    STALL = "stall"
    """Nothing passes for a while: a gap, then a burst. Meant to stay below the supervision timeout."""
    OUT_OF_RANGE = "out of range"
    """Nothing passes for longer than the supervision timeout: the link is lost and nothing is heard."""
    REBOOT = "reboot"
    """The sensor restarts; its counter restarts with it. Has no duration."""
    REFUSAL = "refusal"
    """Streams end and every request is refused, while the link lives."""
    DEAD_STREAM = "dead stream"
    """Streams end without a word, while the link lives. Has no duration."""
    NOT_ADVERTISING = "not advertising"
    """The sensor cannot be found; an open link stays."""
    TAKEN_OVER = "taken over"
    """The sensor ends the link and belongs to a phone for a while."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Parameters
    ----------
    at_s
        When, from the start of `play_faults`, s.
    kind
        What.
    duration_s
        For how long, s, where the kind has a duration.
    """

    at_s: float
    kind: FaultKind
    duration_s: float = 0.0


_ACTIONS: dict[FaultKind, Callable[[VirtualMotionSensor, float], None]] = {
    FaultKind.LINK_LOSS: lambda sensor, _: sensor.lose_link(),
    FaultKind.STALL: lambda sensor, duration_s: sensor.silence(duration_s),
    FaultKind.OUT_OF_RANGE: lambda sensor, duration_s: sensor.silence(duration_s),
    FaultKind.REBOOT: lambda sensor, _: sensor.reboot(),
    FaultKind.REFUSAL: lambda sensor, duration_s: sensor.refuse(duration_s),
    FaultKind.DEAD_STREAM: lambda sensor, _: sensor.drop_streams(),
    FaultKind.NOT_ADVERTISING: lambda sensor, duration_s: sensor.hide(duration_s),
    FaultKind.TAKEN_OVER: lambda sensor, duration_s: sensor.take_over(duration_s),
}

_DRAWN_DURATION_S = {
    FaultKind.STALL: (0.5, 3.0),
    FaultKind.OUT_OF_RANGE: (6.0, 40.0),
    FaultKind.REFUSAL: (5.0, 30.0),
    FaultKind.NOT_ADVERTISING: (5.0, 60.0),
    FaultKind.TAKEN_OVER: (5.0, 60.0),
}


async def play_faults(faults: Sequence[Fault], sensor: VirtualMotionSensor) -> None:
    """Let faults happen to a sensor, each at its time from now; returns after the last has begun."""
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    for fault in sorted(faults, key=lambda fault: fault.at_s):
        await asyncio.sleep(started_s + fault.at_s - loop.time())
        _ACTIONS[fault.kind](sensor, fault.duration_s)


def draw_faults(
    seed: int, *, within_s: tuple[float, float], count: int, kinds: Sequence[FaultKind] = tuple(FaultKind)
) -> tuple[Fault, ...]:
    """Draw faults at random; the same seed gives the same faults.

    Parameters
    ----------
    seed
        Of the random source.
    within_s
        Earliest and latest time, s.
    count
        How many.
    kinds
        To choose from; durations are typical of each kind.

    Returns
    -------
    In order of time.
    """
    rng = random.Random(seed)
    drawn = []
    for at_s in sorted(rng.uniform(*within_s) for _ in range(count)):
        kind = rng.choice(kinds)
        drawn.append(Fault(at_s, kind, rng.uniform(*_DRAWN_DURATION_S.get(kind, (0.0, 0.0)))))
    return tuple(drawn)
