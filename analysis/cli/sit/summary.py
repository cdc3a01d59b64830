"""What to say of a sitting when it is over."""

from __future__ import annotations

import math
from itertools import pairwise

from analysis.cli.text import text_table
from analysis.live.sitting import MINUTE_S, Sitting, SittingMinute, mean_flexion_deg

_MINUTES_AN_HOUR = 60
_ROUGH = "Measured by gravity alone, to about a degree; the zero is how you sat tall at the start."


def summary_text(sitting: Sitting) -> str:
    """Return a sitting in a few sentences, and a line for every hour of it."""
    if not sitting.minutes:
        return "You sat for less than a minute: nothing to tell."
    bouts = sitting.bouts
    sentences = [
        f"You sat for {_length(len(sitting.sat))}, at most {_length(max(bouts, default=0))} at once."
    ]
    sentences += _slouch(sitting)
    if lost := sum(minute.received < 0.5 for minute in sitting.minutes):
        sentences.append(f"Of {_length(lost)} too little came to tell.")
    hours = _table(sitting) if len(sitting.minutes) > _MINUTES_AN_HOUR else ""
    return "\n".join(filter(None, [*sentences, hours]))


def _slouch(sitting: Sitting) -> list[str]:
    flexion_deg = sitting.flexion_deg
    if math.isnan(flexion_deg):
        return ["How slouched is not known: nobody sat tall at the start."]
    side = "in front of" if flexion_deg >= 0 else "behind"
    return [f"On average you were {abs(flexion_deg):.0f}° {side} sitting tall. {_ROUGH}"]


def _table(sitting: Sitting) -> str:
    count = math.ceil(len(sitting.minutes) / _MINUTES_AN_HOUR)
    parts = [sitting.minutes[i * _MINUTES_AN_HOUR : (i + 1) * _MINUTES_AN_HOUR] for i in range(count)]
    rows = [(str(hour), *_cells(part)) for hour, part in enumerate(parts, 1)]
    return text_table(("HOUR", "SAT", "GOT UP", "FROM SITTING TALL"), rows)


def _cells(minutes: tuple[SittingMinute, ...]) -> tuple[str, str, str]:
    sat = tuple(minute for minute in minutes if minute.is_sat)
    flexion_deg = mean_flexion_deg(sat)
    got_up = sum(minute.is_break and not before.is_break for before, minute in pairwise(minutes))
    return _length(len(sat)), str(got_up), "-" if math.isnan(flexion_deg) else f"{flexion_deg:+.0f}°"


def _length(minutes: int) -> str:
    hours, rest = divmod(round(minutes * MINUTE_S / 60.0), 60)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"
