"""Notifications that the computer handed over twice: which they are, told by the bytes and the arrivals.

After a reconnect some Bluetooth stacks call a program once for every subscription there ever was, so that
each notification comes two or three times within a few milliseconds. Where notifications carry a number or a
time, the same bytes again are a repetition for certain. Where they do not, a sensor that lies still may well
send the same bytes again: there every notification must come alike so many times, and so much faster than
the sensor can sample.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import eq
from typing import NamedTuple, Protocol

RECENT = 32
"""Among so many notifications a repetition is looked for; numbers go round after 256 at the earliest."""

RECENT_S = 1.0
"""A repetition comes no later than this after what it repeats."""

ECHO_S = 0.02
"""The same bytes within this time may be a repetition, also where nothing numbers them."""

FOLDS = (3, 2)
"""How many times each notification may come; the higher first, for it could pass for the lower."""

VOTE_S = 0.25
LEAST_VOTE_GROUPS = 4
"""A vote on the rate takes at least so long and so many notifications."""

VOTES = 8
MOST_DISSENTING = 2
"""How many votes tell, and how many of them may say otherwise: stalls spoil some."""

FEWEST_VOTES = 2
"""Where a stretch ends before there are `VOTES`, so many that all say the same are enough."""

MOST_WAITING = 10_000
"""So many groups untold are too many for a stall: something else is wrong, and nothing is left out."""

FOLD_TOLERANCE = (0.5, 0.6)
"""How far below and above a multiple of the sensor's rate a vote may lie; what was held back comes faster."""

LEAST_SINGLE = 50
"""A sensor that sent so many notifications without repeating one does not repeat them of itself."""

LEAST_FOLDED = 5
LEAST_FOLDED_AT_END = 3
LEAST_SPEEDUP = 1.3
"""After that, so many different notifications in a row that each come again, this much too fast, are told."""


class Notification(NamedTuple):
    """A notification: its place in its stream, when it came (s), its bytes."""

    position: int
    arrival_s: float
    payload: bytes


class RepetitionFilter(Protocol):
    """Leaves out repetitions in the notifications of one characteristic over one connection.

    How the notifications are dealt out over calls of `feed` changes nothing about what is left out.
    """

    @property
    def repeated(self) -> int:
        """How many notifications were left out so far."""
        ...

    def takes_all(self, arrival_s: Sequence[float], payloads: Sequence[bytes]) -> bool:
        """Take in the next notifications if their bytes alone tell that all are to stay; return whether.

        A long stream is then never taken apart into notifications. Otherwise nothing is taken in.
        """
        ...

    def feed(self, notifications: Sequence[Notification]) -> list[Notification]:
        """Take in the next notifications, in order; return those that are told to be none or are to stay."""
        ...

    def finish(self) -> list[Notification]:
        """Return what was still undecided, at the end of the connection."""
        ...


class Echo:
    """Tells, one by one, what may be a repetition of the notification before it on a characteristic.

    That is enough for a conversation, where a message twice does no good and a part of one twice does harm.
    """

    def __init__(self) -> None:
        self._last = (-ECHO_S, b"")
        self._echoes = 0

    def is_heard(self, payload: bytes, now_s: float) -> bool:
        """Take in the next notification; return whether the one before it was alike and just came.

        What comes alike more often than any computer repeats it, the sensor itself repeats.
        """
        last_s, last = self._last
        self._last = (now_s, payload)
        is_alike = payload == last and now_s - last_s <= ECHO_S
        self._echoes = self._echoes + 1 if is_alike and self._echoes < max(FOLDS) - 1 else 0
        return self._echoes > 0


def _always(payload: bytes) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Numbered:
    """Notifications that each carry a number or a time.

    Parameters
    ----------
    is_numbered
        Tells those that do; what comes between two of them belongs to the first.
    """

    is_numbered: Callable[[bytes], bool] = _always

    def new_filter(self, rate_hz: float | None) -> RepetitionFilter:
        """Return a filter for one connection; the rate does not matter."""
        return _NumberedFilter(self.is_numbered)


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """Notifications that hold nothing but samples.

    Parameters
    ----------
    sample_bytes
        How many bytes one moment takes.
    head_bytes
        What a notification has before its samples.
    is_told_by_head
        Whether several streams share the characteristic, told apart by the first byte.
    """

    sample_bytes: float
    head_bytes: int = 0
    is_told_by_head: bool = False

    def new_filter(self, rate_hz: float | None) -> RepetitionFilter:
        """Return a filter for one connection of a sensor that samples at ``rate_hz``."""
        if not rate_hz:
            return _NumberedFilter(lambda _: False)
        if self.is_told_by_head:
            return _Apart(lambda: self._chain(rate_hz))
        return self._chain(rate_hz)

    def _chain(self, rate_hz: float) -> _Chain:
        return _Chain([_FoldFilter(self, rate_hz, fold) for fold in FOLDS])

    def duration_s(self, payload: bytes, rate_hz: float) -> float:
        """Return for how long the sensor sampled what a notification holds, s."""
        return max(len(payload) - self.head_bytes, 0) / (self.sample_bytes * rate_hz)


Numbering = Numbered | Unnumbered


class _NumberedFilter:
    def __init__(self, is_numbered: Callable[[bytes], bool]) -> None:
        self.repeated = 0
        self._is_numbered = is_numbered
        self._numbered: deque[tuple[float, bytes]] = deque(maxlen=RECENT)
        self._parts: deque[tuple[float, bytes]] = deque(maxlen=RECENT)

    def takes_all(self, arrival_s: Sequence[float], payloads: Sequence[bytes]) -> bool:
        known = {payload for recent in (self._numbered, self._parts) for _, payload in recent}
        if len(known.union(payloads)) < len(known) + len(payloads):
            return False
        for at_s, payload in zip(arrival_s[-2 * RECENT :], payloads[-2 * RECENT :], strict=True):
            self._remember(at_s, payload)
        return True

    def feed(self, notifications: Sequence[Notification]) -> list[Notification]:
        _, arrival_s, payloads = zip(*notifications, strict=True) if notifications else ((), (), ())
        if self.takes_all(arrival_s, payloads):
            return list(notifications)
        kept = [one for one in notifications if not self._is_repetition(one)]
        self.repeated += len(notifications) - len(kept)
        return kept

    def finish(self) -> list[Notification]:
        return []

    def _is_repetition(self, one: Notification) -> bool:
        recent = self._numbered if self._is_numbered(one.payload) else self._parts
        if any(one.payload == past and one.arrival_s - at_s <= RECENT_S for at_s, past in recent):
            return True
        self._remember(one.arrival_s, one.payload)
        return False

    def _remember(self, arrival_s: float, payload: bytes) -> None:
        if self._is_numbered(payload):
            self._numbered.append((arrival_s, payload))
            self._parts.clear()
        else:
            self._parts.append((arrival_s, payload))


class _Chain:
    def __init__(self, filters: Sequence[_FoldFilter]) -> None:
        self._filters = filters

    @property
    def repeated(self) -> int:
        return sum(one.repeated for one in self._filters)

    def takes_all(self, arrival_s: Sequence[float], payloads: Sequence[bytes]) -> bool:
        return False

    def feed(self, notifications: Sequence[Notification]) -> list[Notification]:
        passed = list(notifications)
        for one in self._filters:
            passed = one.feed(passed)
        return passed

    def finish(self) -> list[Notification]:
        passed: list[Notification] = []
        for one in self._filters:
            passed = one.feed(passed) + one.finish()
        return passed


class _Apart:
    """Filters each stream for itself that the first byte tells."""

    def __init__(self, make: Callable[[], RepetitionFilter]) -> None:
        self._make = make
        self._filters: dict[bytes, RepetitionFilter] = {}

    @property
    def repeated(self) -> int:
        return sum(one.repeated for one in self._filters.values())

    def takes_all(self, arrival_s: Sequence[float], payloads: Sequence[bytes]) -> bool:
        return False

    def feed(self, notifications: Sequence[Notification]) -> list[Notification]:
        of_stream: dict[bytes, list[Notification]] = {}
        for one in notifications:
            of_stream.setdefault(one.payload[:1], []).append(one)
        passed = [
            one
            for head, own in of_stream.items()
            for one in self._filters.setdefault(head, self._make()).feed(own)
        ]
        return sorted(passed)

    def finish(self) -> list[Notification]:
        return sorted(one for own in self._filters.values() for one in own.finish())


class _FoldFilter:
    """Leaves out repetitions where each notification comes ``fold`` times.

    Equal notifications that follow each other quickly are a group, of ``fold`` at most. A stretch of full
    groups waits until it is told whether the sensor or the computer made them.
    """

    def __init__(self, layout: Unnumbered, rate_hz: float, fold: int) -> None:
        self.repeated = 0
        self._layout = layout
        self._rate_hz = rate_hz
        self._fold = fold
        self._group: list[Notification] = []
        self._stretch = _Stretch(fold)
        self._singles = 0
        self._was_folded = False

    def feed(self, notifications: Sequence[Notification]) -> list[Notification]:
        if len(self._group) == 1 and not self._stretch.groups and notifications:
            row = [*self._group, *notifications]
            payloads = [one.payload for one in row]
            if not any(map(eq, payloads, islice(payloads, 1, None))):
                self._singles += len(row) - 1
                self._group = [row[-1]]
                return row[:-1]
        released: list[Notification] = []
        for one in notifications:
            if self._group and not self._joins(one):
                released += self._close_group(one.arrival_s)
                self._group = []
            self._group.append(one)
        return released

    def finish(self) -> list[Notification]:
        last_s = self._group[-1].arrival_s if self._group else 0.0
        released = [*self._close_group(last_s), *self._end_stretch()]
        self._group = []
        return released

    def _joins(self, one: Notification) -> bool:
        last = self._group[-1]
        is_alike = one.payload == last.payload and one.arrival_s - last.arrival_s <= ECHO_S
        return is_alike and len(self._group) < self._fold

    def _close_group(self, next_s: float) -> list[Notification]:
        """Take the group for finished, because the next one begins at ``next_s``."""
        group = self._group
        if len(group) < self._fold:
            released = [*self._end_stretch(), *group]
            self._singles = self._singles + 1 if len(group) == 1 else 0
            return released
        sampled_s = self._fold * self._layout.duration_s(group[0].payload, self._rate_hz)
        self._stretch.add(group, sampled_s, next_s)
        if self._stretch.is_folded is None and self._repeats_nothing and self._stretch.is_all_new(next_s):
            self._stretch.is_folded = True
        elif len(self._stretch.waiting) > MOST_WAITING:
            self._stretch.is_folded = False
        return [] if self._stretch.is_folded is None else self._release()

    @property
    def _repeats_nothing(self) -> bool:
        return self._was_folded or self._singles >= LEAST_SINGLE

    def _end_stretch(self) -> list[Notification]:
        stretch = self._stretch
        if not stretch.groups:
            return []
        if stretch.is_folded is None:
            is_new = self._repeats_nothing and stretch.different >= LEAST_FOLDED_AT_END
            stretch.is_folded = (is_new and stretch.is_different) or stretch.is_folded_so_far
        released = self._release()
        self._was_folded = stretch.is_folded
        self._singles = 0
        self._stretch = _Stretch(self._fold)
        return released

    def _release(self) -> list[Notification]:
        waiting, self._stretch.waiting = self._stretch.waiting, []
        if not self._stretch.is_folded:
            return [one for group in waiting for one in group]
        self.repeated += (self._fold - 1) * len(waiting)
        return [group[0] for group in waiting]


class _Stretch:
    """Full groups one after the other, and what their rate says.

    Attributes
    ----------
    waiting
        Groups about which nothing is told yet.
    groups, different
        How many there were, and how many whose bytes were not those of the one before.
    is_folded
        Whether repetitions made them, None until told.
    """

    def __init__(self, fold: int) -> None:
        self.waiting: list[list[Notification]] = []
        self.groups = self.different = 0
        self.is_folded: bool | None = None
        self._least, self._most = fold - FOLD_TOLERANCE[0], fold + FOLD_TOLERANCE[1]
        self._votes: deque[bool] = deque(maxlen=VOTES)
        self._last = b""
        self._began_s = self._vote_began_s = 0.0
        self._sampled_s = self._vote_sampled_s = 0.0
        self._vote_groups = 0

    @property
    def is_different(self) -> bool:
        """Whether no group is like the one before it."""
        return self.different == self.groups

    @property
    def is_folded_so_far(self) -> bool:
        """Whether the few votes there are all say that repetitions made it."""
        return len(self._votes) >= FEWEST_VOTES and all(self._votes)

    def is_all_new(self, next_s: float) -> bool:
        """Tell whether different bytes came so many times, too fast for a sensor."""
        took_s = next_s - self._began_s
        return self.is_different and self.groups >= LEAST_FOLDED and self._sampled_s >= LEAST_SPEEDUP * took_s

    def add(self, group: list[Notification], sampled_s: float, next_s: float) -> None:
        """Add a group of ``sampled_s`` seconds of samples, all told; the next one begins at ``next_s``."""
        first = group[0]
        if not self.groups:
            self._began_s = self._vote_began_s = first.arrival_s
        self.waiting.append(group)
        self.groups += 1
        self.different += first.payload != self._last
        self._last = first.payload
        self._sampled_s += sampled_s
        self._vote_sampled_s += sampled_s
        self._vote_groups += 1
        took_s = next_s - self._vote_began_s
        if took_s >= VOTE_S and self._vote_groups >= LEAST_VOTE_GROUPS:
            self._vote(self._vote_sampled_s / took_s)
            self._vote_began_s, self._vote_sampled_s, self._vote_groups = next_s, 0.0, 0

    def _vote(self, times_rate: float) -> None:
        if times_rate > self._most:
            return
        self._votes.append(times_rate >= self._least)
        if len(self._votes) == VOTES and not self.is_folded:
            self.is_folded = sum(self._votes) >= VOTES - MOST_DISSENTING
