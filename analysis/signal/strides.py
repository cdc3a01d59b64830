"""Strides, from one contact of a foot to the next contact of the same foot."""

from __future__ import annotations

import numpy as np

from analysis.maths.intervals import runs_of
from analysis.signal.records import EvenStream, Gait, Strides
from sensor.samples import FloatArray, IntArray


def find_strides(gait: Gait, parity: IntArray | None = None) -> Strides:
    """Cut every bout into strides of two steps.

    Parameters
    ----------
    gait
        Bouts and step phase.
    parity
        (b,) 0 or 1 per bout: whether strides open at even or odd contacts; None: even. Chosen once the
        sides are known, so that every stride opens with the same foot.

    Returns
    -------
    Strides
        Boundaries as fractional rows.
    """
    pieces = [
        _strides_of_bout(
            gait, int(a), last=int(b), number=number, parity=0 if parity is None else int(parity[number])
        )
        for number, (a, b) in enumerate(zip(gait.first, gait.last, strict=True))
    ]
    if not pieces:
        none = np.zeros(0)
        return Strides(
            start_row=none,
            middle_row=none,
            end_row=none,
            bout=np.zeros(0, dtype=np.int64),
            running=np.zeros(0, dtype=bool),
        )
    start, middle, end, bout = (np.concatenate(column) for column in zip(*pieces, strict=True))
    middle_row = np.clip(np.round(middle).astype(np.int64), 0, max(len(gait.running) - 1, 0))
    return Strides(
        start_row=start,
        middle_row=middle,
        end_row=end,
        bout=bout.astype(np.int64),
        running=gait.running[middle_row],
    )


def _strides_of_bout(
    gait: Gait, first: int, *, last: int, number: int, parity: int
) -> tuple[FloatArray, ...]:
    """Return start, middle, end rows and bout number of the strides between two rows."""
    phase = np.maximum.accumulate(gait.step_phase[first:last])
    contact = np.arange(np.ceil(phase[0]), np.floor(phase[-1]) + 1)
    row = first + np.interp(contact, phase, np.arange(len(phase)))
    opens = np.flatnonzero((contact.astype(np.int64) - parity) % 2 == 0)
    opens = opens[opens + 2 < len(contact)]
    return row[opens], row[opens + 1], row[opens + 2], np.full(len(opens), float(number))


def received_strides(strides: Strides, stream: EvenStream, most_lost: float) -> Strides:
    """Leave out the strides that a long loss touches: nobody saw when they began, ended or what they were.

    Parameters
    ----------
    strides, stream
        Strides as the phase of the steps would have them, and what was received.
    most_lost
        Longest loss, as a share of the stride, that is filled.

    Returns
    -------
    Strides
        Those whose longest loss is no longer.
    """
    kept = longest_loss(stream, strides) <= most_lost
    return Strides(
        start_row=strides.start_row[kept],
        middle_row=strides.middle_row[kept],
        end_row=strides.end_row[kept],
        bout=strides.bout[kept],
        running=strides.running[kept],
    )


def longest_loss(stream: EvenStream, strides: Strides) -> FloatArray:
    """Return (s,) the longest loss that touches each stride, as a fraction of the stride."""
    first, last = runs_of(~stream.present)
    longest = np.zeros(len(strides))
    if len(first) == 0 or len(strides) == 0:
        return longest
    begin = np.searchsorted(strides.end_row, first, side="right")
    end = np.searchsorted(strides.start_row, last, side="left")
    touched = np.maximum(end - begin, 0)
    loss = np.repeat(np.arange(len(first)), touched)
    offset = np.arange(touched.sum()) - np.repeat(np.cumsum(touched) - touched, touched)
    np.maximum.at(longest, begin[loss] + offset, (last - first)[loss].astype(np.float64))
    return np.asarray(longest / np.maximum(strides.end_row - strides.start_row, 1e-9))
