"""A run as an activity file: what every reader of FIT wants around its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from sensor.fit.developer import Quantity, describing, developer_fields
from sensor.fit.encoding import Message, encode_fit
from sensor.fit.profile import Number, message
from sensor.samples import FloatArray

_DEVELOPMENT = 255
"""Manufacturer of all that has no number of its own; readers then show the name of the product."""

_ACTIVITY_FILE = 4
_RUNNING = 1
_TIMER, _LAP, _ACTIVITY_EVENT = 0, 9, 26
_START, _STOP, _STOP_ALL = 0, 1, 4


def encode_activity(
    time_s: FloatArray,
    values: Mapping[str, FloatArray],
    *,
    product_name: str,
    quantities: Sequence[Quantity] = (),
    pauses_s: Sequence[tuple[float, float]] = (),
) -> bytes:
    """Return a run as a FIT file of one session and one lap.

    Parameters
    ----------
    time_s
        (n,) of each record, whole seconds since 1970, rising; at least one.
    values
        Field of the record message by its name in `sensor.fit.profile`, and its (n,) values.
    product_name
        Of what writes the file.
    quantities
        Developer fields, in every record.
    pauses_s
        Stretches in which the timer stood, in order, from the last record before to the first one after.
    """
    return encode_fit(
        _messages(time_s, values, product_name=product_name, quantities=quantities, pauses_s=pauses_s)
    )


def _messages(
    time_s: FloatArray,
    values: Mapping[str, FloatArray],
    *,
    product_name: str,
    quantities: Sequence[Quantity],
    pauses_s: Sequence[tuple[float, float]],
) -> Iterator[Message]:
    yield message(
        Number.FILE_ID,
        type=_ACTIVITY_FILE,
        manufacturer=_DEVELOPMENT,
        product=0,
        serial_number=1,
        time_created=time_s[0],
        product_name=product_name,
    )
    if quantities:
        yield from describing(quantities)
    yield _timer(time_s[0], _START)
    begun = 0
    for stopped_s, started_s in (*pauses_s, (np.inf, np.inf)):
        until = int(np.searchsorted(time_s, stopped_s, side="right"))
        if until > begun:
            yield _records(time_s, values, quantities, rows=slice(begun, until))
        if np.isfinite(stopped_s):
            yield _timer(stopped_s, _STOP_ALL)
            yield _timer(started_s, _START)
        begun = until
    yield _timer(time_s[-1], _STOP_ALL)
    yield from _summary(time_s, values, paused_s=sum(end - start for start, end in pauses_s))


def _timer(time_s: float, what: int) -> Message:
    return message(Number.EVENT, timestamp=time_s, event=_TIMER, event_type=what)


def _records(
    time_s: FloatArray, values: Mapping[str, FloatArray], quantities: Sequence[Quantity], *, rows: slice
) -> Message:
    ours = [Quantity(one.name, one.unit, one.value[rows]) for one in quantities]
    told = {name: value[rows] for name, value in values.items()}
    return message(Number.RECORD, developer_fields(ours), timestamp=time_s[rows], **told)


def _summary(time_s: FloatArray, values: Mapping[str, FloatArray], *, paused_s: float) -> Iterator[Message]:
    """Yield lap, session and activity."""
    lasted_s = float(time_s[-1] - time_s[0])
    way_m = values.get("distance", np.empty(0))
    known_m = way_m[np.isfinite(way_m)]
    summary = {
        "timestamp": time_s[-1],
        "event": _LAP,
        "event_type": _STOP,
        "start_time": time_s[0],
        "total_elapsed_time": lasted_s,
        "total_timer_time": lasted_s - paused_s,
        "total_distance": float(known_m[-1]) if len(known_m) else np.nan,
        "sport": _RUNNING,
    }
    yield message(Number.LAP, **summary)
    yield message(Number.SESSION, **summary, sub_sport=0, first_lap_index=0, num_laps=1)
    yield message(
        Number.ACTIVITY,
        timestamp=time_s[-1],
        total_timer_time=lasted_s - paused_s,
        num_sessions=1,
        type=0,
        event=_ACTIVITY_EVENT,
        event_type=_STOP,
    )
