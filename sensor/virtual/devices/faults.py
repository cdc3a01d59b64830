"""What goes wrong on a run, on purpose and at stated times."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.radio.peripheral import VirtualPeripheral


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


_LINK_ACTIONS: dict[FaultKind, Callable[[VirtualPeripheral, float], None]] = {
    FaultKind.LINK_LOSS: lambda device, _: device.lose_link(),
    FaultKind.STALL: lambda device, duration_s: device.silence(duration_s),
    FaultKind.OUT_OF_RANGE: lambda device, duration_s: device.silence(duration_s),
    FaultKind.REBOOT: lambda device, _: device.reboot(),
    FaultKind.NOT_ADVERTISING: lambda device, duration_s: device.hide(duration_s),
    FaultKind.TAKEN_OVER: lambda device, duration_s: device.take_over(duration_s),
}

_STREAM_ACTIONS: dict[FaultKind, Callable[[VirtualMotionSensor, float], None]] = {
    FaultKind.REFUSAL: lambda sensor, duration_s: sensor.refuse(duration_s),
    FaultKind.DEAD_STREAM: lambda sensor, _: sensor.drop_streams(),
}

LINK_FAULTS = tuple(_LINK_ACTIONS)
"""What can go wrong with any device; the others need one that is asked for a stream."""

_DRAWN_DURATION_S = {
    FaultKind.STALL: (0.5, 3.0),
    FaultKind.OUT_OF_RANGE: (6.0, 40.0),
    FaultKind.REFUSAL: (5.0, 30.0),
    FaultKind.NOT_ADVERTISING: (5.0, 60.0),
    FaultKind.TAKEN_OVER: (5.0, 60.0),
}


async def play_faults(faults: Sequence[Fault], device: VirtualPeripheral) -> None:
    """Let faults happen to a device, each at its time from now; returns after the last has begun.

    Raises
    ------
    ValueError
        When one needs a motion sensor and the device is none.
    """
    loop = asyncio.get_running_loop()
    started_s = loop.time()
    for fault in sorted(faults, key=lambda fault: fault.at_s):
        await asyncio.sleep(started_s + fault.at_s - loop.time())
        if fault.kind in _LINK_ACTIONS:
            _LINK_ACTIONS[fault.kind](device, fault.duration_s)
        elif isinstance(device, VirtualMotionSensor):
            _STREAM_ACTIONS[fault.kind](device, fault.duration_s)
        else:
            raise ValueError(f"{device.name} has no stream that could suffer a {fault.kind.value}")


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
