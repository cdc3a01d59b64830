"""What is shown of a run as the page tells it, and a process that serves it until it is killed."""

from __future__ import annotations

import math
import sys
import time
from dataclasses import replace
from itertools import count

from analysis.live.view import TREND_PARTS, LiveView
from analysis.live.web.address import LOOPBACK, listening
from analysis.live.web.server import LivePage
from analysis.words import Zone

TOKEN = "0123456789abcdefghijkl"

MORE_FORWARD = LiveView(
    clock="1:07:03",
    number="+3.9°",
    word="more forward",
    zone=Zone.WATCH,
    trend_deg=tuple(-1.0 + 0.25 * part for part in range(TREND_PARTS)),
    trend_name="last km",
    facts=("12.50 km", "4:40 /km", "171 spm", "148 bpm", "head +12°"),
    usual="usual 6.2° from this run, since 3:00",
    sensors=(("sternum ok 87 %", True), ("head searching battery 9 % 2 gaps", False)),
    message="Movesense 12 is not in reach: move it to wake it, and check that no phone holds it",
    hint="5:12 to go",
)
"""As much as there ever is at once."""

TALLER = replace(
    MORE_FORWARD,
    number="-12.3°",
    word="taller than usual",
    zone=Zone.TALLER,
    trend_deg=(math.nan,) * TREND_PARTS,
    message="",
    hint="",
)


def serve(port: int, word: str) -> None:
    """Serve a view with this word, its clock ticking, until killed; say the address once it is there."""
    with LivePage(listening(LOOPBACK, port), TOKEN) as live:
        print(live.address.url, flush=True)
        for tick in count():
            live.feed.publish(replace(MORE_FORWARD, word=word, clock=str(tick)))
            time.sleep(0.1)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
