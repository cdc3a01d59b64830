"""Two streams of one clock into rows: angular rates at the moments of the accelerometer's samples.

Rules, all stated in terms of the notifications alone, so that it does not matter how they are dealt out:

- Samples of a frame lie evenly between the last sample of the frame before and its own last sample; after a
  loss, and at the beginning, at the nominal rate before its own last sample.
- An accelerometer sample is complete when a gyroscope sample at or after it has come. It is dated by that
  notification or its own, whichever came later, less the time it had waited until then.
- Its angular rate is found as for every pair of streams, see `sensor.clock.pairing`. It is left out where
  there is none, or when either stream is `LONGEST_HOLD_NS` ahead of the other, or by twice as many samples as
  that should be: a clock that all but stands still must not fill the memory.
- A clock that goes back begins anew: what waits is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sensor.clock.pairing import find_neighbours
from sensor.samples import BoolArray, FloatArray, IntArray
from sensor.units import NS_PER_S

LONGEST_HOLD_NS = 5 * NS_PER_S
"""How long a sample waits for its angular rate, on the sensor's clock."""

_KEPT_NS = LONGEST_HOLD_NS + NS_PER_S
"""A second more than is held: the neighbour before the earliest row must still be there."""

_LONG_STEP = 1.5
"""A step this many times the nominal one means that something is missing."""


class Timed(NamedTuple):
    """Frames: (f,) notification, (f,) ns of the last sample, (f + 1,) bounds of rows in (n, 3) values."""

    position: IntArray
    time_ns: IntArray
    bounds: IntArray
    values: FloatArray

    def between(self, start: int, stop: int) -> Timed:
        """Return the frames of notifications ``start`` to ``stop``."""
        a, b = np.searchsorted(self.position, (start, stop)).tolist()
        return Timed(self.position[a:b], self.time_ns[a:b], self.bounds[a : b + 1], self.values)


class JoinedRows(NamedTuple):
    """Packets of rows: (p,) notification, ns its last row had waited, ns of that row, rows; (n, 3) values."""

    position: IntArray
    held_ns: IntArray
    last_ns: IntArray
    rows: IntArray
    acc: FloatArray
    gyr: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Samples of one stream: (n,) notification, (n,) ns, (n, 3) value."""

    position: IntArray
    time_ns: IntArray
    value: FloatArray

    def __getitem__(self, part: BoolArray | slice) -> _Rows:
        return _Rows(self.position[part], self.time_ns[part], self.value[part])

    def then(self, *later: _Rows) -> _Rows:
        every = (self, *later)
        return _Rows(
            np.concatenate([rows.position for rows in every]),
            np.concatenate([rows.time_ns for rows in every]),
            np.concatenate([rows.value for rows in every]),
        )

    def earlier_by(self, notifications: int) -> _Rows:
        return _Rows(self.position - notifications, self.time_ns, self.value)


_NO_ROWS = _Rows(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 3)))


class StreamJoiner:
    """Joins the two streams of one connection.

    Parameters
    ----------
    rate_hz
        Nominal rate of both.
    """

    def __init__(self, rate_hz: float) -> None:
        self._step_ns = NS_PER_S / rate_hz
        self._most_rows = round(2 * _KEPT_NS / self._step_ns)
        self._acc, self._gyr = _NO_ROWS, _NO_ROWS
        self._last_acc_ns = self._last_gyr_ns = -1

    def join(self, acc: Timed, gyr: Timed, notifications: int) -> JoinedRows:
        """Return the rows that these notifications completed.

        Parameters
        ----------
        acc, gyr
            Frames of the notifications, positions counted from 0.
        notifications
            How many there were, of whatever kind.
        """
        restarts = {
            *acc.position[_goes_back(acc.time_ns, self._last_acc_ns)].tolist(),
            *gyr.position[_goes_back(gyr.time_ns, self._last_gyr_ns)].tolist(),
        }
        done = [
            self._run(acc.between(start, stop), gyr.between(start, stop), is_restart=start in restarts)
            for start, stop in pairwise(sorted({0, *restarts, notifications}))
        ]
        self._acc = self._acc.earlier_by(notifications)
        self._gyr = self._gyr.earlier_by(notifications)
        sent_ns = np.zeros(notifications, np.int64)
        for frames in (acc, gyr):
            sent_ns[frames.position] = frames.time_ns
        return _packets(done, sent_ns, self._step_ns)

    def _run(self, acc: Timed, gyr: Timed, *, is_restart: bool) -> tuple[_Rows, FloatArray]:
        """Join notifications between two restarts: complete accelerometer rows and their angular rates."""
        if is_restart:
            self._acc, self._gyr = _NO_ROWS, _NO_ROWS
        waiting = self._acc.then(self._timed(acc, self._last_acc_ns))
        known = self._gyr.then(self._timed(gyr, self._last_gyr_ns))
        self._last_acc_ns = int(acc.time_ns[-1]) if len(acc.time_ns) else self._last_acc_ns
        self._last_gyr_ns = int(gyr.time_ns[-1]) if len(gyr.time_ns) else self._last_gyr_ns
        if not len(known.time_ns):
            self._acc = self._held(waiting)
            return _NO_ROWS, np.zeros((0, 3))
        is_reached = waiting.time_ns <= known.time_ns[-1]
        self._acc = self._held(waiting[~is_reached])
        self._gyr = known[known.time_ns > known.time_ns[-1] - _KEPT_NS][-self._most_rows :]
        return self._matched(waiting[is_reached], waiting, known)

    def _held(self, waiting: _Rows) -> _Rows:
        return waiting[waiting.time_ns >= self._last_acc_ns - LONGEST_HOLD_NS][-self._most_rows :]

    def _matched(self, reached: _Rows, waiting: _Rows, known: _Rows) -> tuple[_Rows, FloatArray]:
        """Interpolate angular rates at accelerometer samples; leave out those that have none."""
        near = find_neighbours(reached.time_ns, known.time_ns, period=self._step_ns)
        value = near.interpolate(known.value)
        completed = np.maximum(reached.position, known.position[near.after])
        still_known = near.after > np.searchsorted(known.position, completed) - self._most_rows
        fresh = self._is_in_time(reached, completed, waiting, known) & still_known
        good = near.is_known & fresh
        return _Rows(completed[good], reached.time_ns[good], reached.value[good]), value[good]

    def _is_in_time(self, reached: _Rows, completed: IntArray, waiting: _Rows, known: _Rows) -> BoolArray:
        """Mark rows that neither waited too long nor came when the gyroscope was far ahead already."""
        too_late = np.searchsorted(waiting.time_ns, reached.time_ns + LONGEST_HOLD_NS, side="right")
        too_many = np.minimum(np.arange(len(reached.time_ns)) + self._most_rows, len(waiting.time_ns))
        expires = np.append(waiting.position, np.iinfo(np.int64).max)[np.minimum(too_late, too_many)]
        ahead = np.searchsorted(known.position, reached.position) - 1
        gyr_ns = np.where(ahead >= 0, known.time_ns[np.maximum(ahead, 0)], -1)
        in_time: BoolArray = (completed < expires) & (reached.time_ns > gyr_ns - LONGEST_HOLD_NS)
        return in_time

    def _timed(self, frames: Timed, previous_ns: int) -> _Rows:
        """Date every sample of some frames, the last of which is dated by the sensor."""
        if not len(frames.time_ns):
            return _NO_ROWS
        before = np.concatenate([[previous_ns], frames.time_ns[:-1]])
        rows = np.diff(frames.bounds)
        step_ns = (frames.time_ns - before) / rows
        follows = (before >= 0) & (step_ns > 0) & (step_ns < _LONG_STEP * self._step_ns)
        step_ns = np.where(follows, step_ns, self._step_ns)
        back = np.repeat(np.cumsum(rows), rows) - 1 - np.arange(rows.sum())
        time_ns = np.repeat(frames.time_ns, rows) - np.rint(back * np.repeat(step_ns, rows)).astype(np.int64)
        values = frames.values[frames.bounds[0] : frames.bounds[-1]]
        return _Rows(np.repeat(frames.position, rows), time_ns, values)


def _goes_back(time_ns: IntArray, previous_ns: int) -> BoolArray:
    steps: BoolArray = np.diff(time_ns, prepend=previous_ns) <= 0
    return steps


def _packets(parts: list[tuple[_Rows, FloatArray]], sent_ns: IntArray, step_ns: float) -> JoinedRows:
    """Cut rows into packets: one notification completed them, and none is missing in between."""
    rows = _NO_ROWS.then(*(part for part, _ in parts))
    gyr = np.concatenate([np.zeros((0, 3)), *(value for _, value in parts)])
    step = np.diff(rows.time_ns)
    is_cut = (np.diff(rows.position) != 0) | (step > _LONG_STEP * step_ns) | (step <= 0)
    ends = np.flatnonzero(np.append(is_cut, np.ones(min(len(rows.time_ns), 1), np.bool_)))
    position, last_ns = rows.position[ends], rows.time_ns[ends]
    held_ns = np.clip(sent_ns[position] - last_ns, 0, LONGEST_HOLD_NS)
    return JoinedRows(position, held_ns, last_ns, np.diff(ends, prepend=-1), rows.value, gyr)
