"""Eight virtual hours of five sensors and hundreds of faults: ``python -m tests.bench.soak`` writes SOAK.md.

Ends with status 1 where a bound is broken.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep

from tests.bench.memory import status_mb
from tests.bench.tables import markdown
from tests.support.soak import CONNECTION_INTERVAL_S, Soak, soak
from tests.support.soak_judging import Kept, judge, kept_payloads
from tests.support.soak_sensors import WORN

HOURS = 8.0
FAULTS_PER_HOUR = 15.0
"""To each of the five devices."""

SETTLED_H = 1.0
MOST_GROWTH_MB = 32.0
"""Memory may not grow by more than this after the first hour."""

_CATCH_UP_S = 0.1
"""Real time, once a virtual minute, for the thread that writes the file: virtual time outruns it."""

MOST_RATE_ERROR_PPM = 2.0
MOST_TIE_ERROR_S = 0.005

WRITTEN = Path(__file__).with_name("SOAK.md")


def main() -> int:
    """Record, judge, write down; return the exit status."""
    readings: list[tuple[float, float]] = []
    begin = perf_counter()

    def watch(at_s: float) -> None:
        sleep(_CATCH_UP_S)
        readings.append((at_s, status_mb("VmRSS")))
        if round(at_s) % 1800 < 60:
            print(
                f"{at_s / 3600:.1f} h, {perf_counter() - begin:.0f} s, {readings[-1][1]:.0f} MB", flush=True
            )

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "session.runtall"
        left = soak(path, WORN, duration_s=3600 * HOURS, faults_per_hour=FAULTS_PER_HOUR, on_progress=watch)
        is_whole = kept_payloads(path) == left.delivered
        kept = judge(path, WORN, left, 3600 * HOURS)
    settled = [mb for at_s, mb in readings if at_s >= 3600 * SETTLED_H]
    growth_mb = max(settled) - settled[0]
    text = _text(left, kept, is_whole=is_whole, growth_mb=growth_mb)
    WRITTEN.write_text(text)
    print(text)
    return 0 if is_whole and growth_mb < MOST_GROWTH_MB and all(map(_is_sound, kept)) else 1


def _is_sound(kept: Kept) -> bool:
    return (
        kept.in_order
        and kept.gaps_match
        and not kept.unexplained
        and max(kept.gap_error_s, kept.time_error_s) < CONNECTION_INTERVAL_S
        and abs(kept.rate_error_ppm) < MOST_RATE_ERROR_PPM
        and kept.tie_error_s < MOST_TIE_ERROR_S
    )


def _text(left: Soak, kept: list[Kept], *, is_whole: bool, growth_mb: float) -> str:
    faults = sum(map(len, left.faults))
    heads = (
        "worn at",
        "samples",
        "connections",
        "lost in outages",
        "gaps without a fault",
        "largest error of a gap, ms",
        "largest error of a time, ms",
        "error of the clock's rate, ppm",
        "error at the taps, ms",
    )
    rows = [
        (
            one.placement,
            f"{one.samples}",
            f"{one.segments}",
            f"{one.lost}",
            f"{len(one.unexplained)}",
            f"{1e3 * one.gap_error_s:.2f}",
            f"{1e3 * one.time_error_s:.2f}",
            f"{one.rate_error_ppm:.3f}",
            f"{1e3 * one.tie_error_s:.2f}",
        )
        for one in kept
    ]
    return (
        "# A long session with many faults\n\n"
        "Written by `make soak`; all time is virtual, bleak's interface and GATT are real.\n\n"
        f"{HOURS:g} hours, three motion sensors, a heart-rate strap and a foot pod; {faults} faults; "
        f"connection interval {1e3 * CONNECTION_INTERVAL_S:g} ms.\n\n"
        f"- Notifications delivered: {left.delivered.count}; all of them in the file: "
        f"{'yes' if is_whole else 'NO'}.\n"
        f"- Memory of the process after the first hour: +{growth_mb:.0f} MB.\n\n" + markdown(heads, rows)
    )


if __name__ == "__main__":
    sys.exit(main())
