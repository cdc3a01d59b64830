"""Offset and drift of one sensor's clock against another's, from the gait that both of them felt.

Both count the same steps: the contacts lie on one straight line, up to a whole number of steps that a steady
gait does not tell. Only along the right line do the steps agree in what each of them is unlike its neighbours
in. That is a correlation like any other, over hundreds of steps, and it says how sure it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.maths.intervals import box_decimate
from analysis.signal.step_fingerprint import StepBout
from analysis.signal.sync_config import GaitClockConfig
from sensor.samples import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class ClockEstimate:
    """How one clock runs against another: told - true = ``offset_s`` + ``drift`` · (true - ``at_s``).

    Parameters
    ----------
    at_s
        A moment by the reference's clock.
    offset_s
        By how much the other clock tells it later.
    drift
        Seconds gained per second.
    within_s
        How far the line may be from the lag of the clocks, the body's own lag included.
    steps
        How many steps both felt.
    likeness
        Correlation (-1 to 1) of how these steps differ from their neighbours.
    doubt
        Why this is not to be believed; empty where it is.
    """

    at_s: float
    offset_s: float
    drift: float
    within_s: float
    steps: int
    likeness: float
    doubt: str = ""

    def lag_s(self, reference_s: FloatArray) -> FloatArray:
        """Return by how much the other clock is ahead at times of the reference's."""
        return np.asarray(self.offset_s + self.drift * (reference_s - self.at_s))

    def reference_s(self, other_s: FloatArray) -> FloatArray:
        """Return what the reference's clock tells when the other's tells ``other_s``."""
        return np.asarray(self.at_s + (other_s - self.at_s - self.offset_s) / (1.0 + self.drift))


def clock_from_gait(
    reference: Sequence[StepBout], other: Sequence[StepBout], config: GaitClockConfig
) -> ClockEstimate:
    """Hold the steps of two sensors of one body against each other.

    Parameters
    ----------
    reference, other
        Bouts of steps, each told by its own clock; the clocks may be hours apart.
    config
        How long, how alike and how much more alike than along any other line steps must be.

    Returns
    -------
    ClockEstimate
        With a doubt where it may be a step off, or where these are two different runs.
    """
    if not reference or not other:
        return _unknown("one of the sensors felt too few steps in a row")
    mine, theirs = _Steps.of(reference), _Steps.of(other)
    fits = [_fit(mine, theirs, start=start, config=config) for start in _starts(reference, other, config)]
    known = sorted((fit for fit in fits if fit is not None), key=lambda fit: -fit.strength)
    if not known:
        return _unknown("too few steps that both sensors can have felt")
    # Half a run may agree along a line that is no clock's over the whole of it.
    known = [fit for fit in known if fit.is_straight(config)] or known[:1]
    best = known[0]
    apart_s = float(np.median(np.diff(mine.start_s))) / 2.0
    rivals = [
        fit.match for fit in known[1:] if abs(fit.line(best.middle_s) - best.line(best.middle_s)) > apart_s
    ]
    rivals += [best.match.shifted(steps, len(theirs)) for steps in config.rival_steps]
    lead = min(
        (_lead(mine, theirs, best=best.match, rival=rival, config=config) for rival in rivals), default=np.inf
    )
    return _estimate(best, lead, config)


def _unknown(doubt: str) -> ClockEstimate:
    unknown = float("nan")
    return ClockEstimate(
        at_s=0.0, offset_s=unknown, drift=unknown, within_s=unknown, steps=0, likeness=unknown, doubt=doubt
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """The steps of all bouts in a row: (k,) times at which they begin, (p, k) residuals, (k,) bouts."""

    start_s: FloatArray
    residual: FloatArray
    bout: IntArray

    @classmethod
    def of(cls, bouts: Sequence[StepBout]) -> _Steps:
        number = np.repeat(np.arange(len(bouts)), [len(bout) for bout in bouts])
        start_s = np.concatenate([bout.contact_s[:-1] for bout in bouts])
        return cls(start_s, np.concatenate([bout.residual for bout in bouts], axis=1), number)

    def __len__(self) -> int:
        return len(self.start_s)


@dataclass(frozen=True, slots=True, eq=False)
class _Match:
    """Numbers of steps of the one and of the other that are the same step."""

    mine: IntArray
    theirs: IntArray

    def shifted(self, steps: int, count: int) -> _Match:
        """Match every step with the one so many later."""
        keep = (self.theirs + steps >= 0) & (self.theirs + steps < count)
        return _Match(self.mine[keep], self.theirs[keep] + steps)


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """A line through matched steps, and how strongly these speak for it."""

    middle_s: float
    offset_s: float
    drift: float
    match: _Match
    strength: float
    likeness: float
    scatter_s: float
    matched_share: float

    def is_straight(self, config: GaitClockConfig) -> bool:
        """Tell whether both sensors felt nearly all steps on this line, as far as both recorded."""
        return self.scatter_s <= config.most_scatter_s and self.matched_share >= config.least_matched

    def line(self, time_s: float) -> float:
        """Return the lag (s) at a time of the reference's."""
        return self.offset_s + self.drift * (time_s - self.middle_s)


@dataclass(frozen=True, slots=True, eq=False)
class _Start:
    """Where a fit begins: contacts of one bout held against as many of another, (c,) seconds each."""

    mine_s: FloatArray
    theirs_s: FloatArray
    strength: float


def _starts(
    reference: Sequence[StepBout], other: Sequence[StepBout], config: GaitClockConfig
) -> list[_Start]:
    """Return the alignments of one bout with another whose residuals agree best, the best first."""
    longest = [sorted(bouts, key=len, reverse=True)[: config.most_bouts] for bouts in (reference, other)]
    starts = [start for a in longest[0] for b in longest[1] for start in _alignments(a, b, config)]
    return sorted(starts, key=lambda start: -start.strength)[: config.most_starts]


def _alignments(a: StepBout, b: StepBout, config: GaitClockConfig) -> Iterator[_Start]:
    """Yield the shifts, in steps, at which the residuals of two bouts correlate best."""
    # Here, because scipy.signal takes most of a second to be imported, and files of two
    # clocks are seldom.
    from scipy.signal import fftconvolve

    mine, theirs = a.residual, b.residual
    known = [np.any(values != 0.0, axis=0).astype(np.float64)[None, :] for values in (mine, theirs)]
    product = fftconvolve(theirs, mine[:, ::-1], axes=1).sum(axis=0)
    power_a = fftconvolve(known[1], (mine**2).sum(axis=0)[None, ::-1], axes=1)[0]
    power_b = fftconvolve((theirs**2).sum(axis=0)[None, :], known[0][:, ::-1], axes=1)[0]
    count = np.round(fftconvolve(known[1], known[0][:, ::-1], axes=1)[0])
    strength = product / np.sqrt(np.maximum(power_a * power_b, 1e-9)) * np.sqrt(np.maximum(count, 0.0))
    strength[count < config.fewest_steps / 2] = -np.inf
    for k in np.argsort(strength)[::-1][: config.most_shifts]:
        if not np.isfinite(strength[k]):
            return
        shift = int(k) - len(a) + 1
        first, last = max(0, -shift), min(len(a), len(b) - shift) + 1
        yield _Start(a.contact_s[first:last], b.contact_s[first + shift : last + shift], float(strength[k]))


def _fit(mine: _Steps, theirs: _Steps, *, start: _Start, config: GaitClockConfig) -> _Fit | None:
    """Draw a line through one pair of bouts and let it grow over the others; None where it is no clock's."""
    middle_s = float(start.mine_s.mean())
    line = _line(start.mine_s - middle_s, start.theirs_s - start.mine_s, config)
    reach_s = float(np.ptp(start.mine_s))
    whole_s = float(np.ptp(mine.start_s))
    while True:
        if abs(line[1]) > config.most_drift:
            return None
        match = _matched(mine, theirs, middle_s=middle_s, line=line, reach_s=reach_s, config=config)
        if len(match.mine) < config.fewest_steps:
            return None
        at_s = mine.start_s[match.mine] - middle_s
        lag_s = theirs.start_s[match.theirs] - mine.start_s[match.mine]
        line = _line(at_s, lag_s, config)
        if reach_s > whole_s:
            break
        reach_s *= config.growth
    strength, likeness = _strength(mine, theirs, match)
    residual_s = lag_s - line[0] - line[1] * at_s
    share = len(match.mine) / max(_in_common(mine, theirs, middle_s=middle_s, line=line), 1)
    scatter_s = _scatter(mine.start_s[match.mine], residual_s, config)
    return _Fit(
        middle_s=middle_s,
        offset_s=line[0],
        drift=line[1],
        match=match,
        strength=strength,
        likeness=likeness,
        scatter_s=scatter_s,
        matched_share=share,
    )


def _line(at_s: FloatArray, lag_s: FloatArray, config: GaitClockConfig) -> tuple[float, float]:
    """Return offset and slope of the line through (c,) lags, outliers left out."""
    keep = np.ones(len(at_s), dtype=bool)
    slope, offset = 0.0, 0.0
    for _ in range(config.line_rounds):
        slope, offset = np.polyfit(at_s[keep], lag_s[keep], 1)
        error = np.abs(lag_s - offset - slope * at_s)
        keep = error <= config.outlier_medians * np.median(error) + config.outlier_s
    return float(offset), float(slope)


def _matched(
    mine: _Steps,
    theirs: _Steps,
    *,
    middle_s: float,
    line: tuple[float, float],
    reach_s: float,
    config: GaitClockConfig,
) -> _Match:
    """Match the steps near the middle that begin at the same moment."""
    near = np.flatnonzero(np.abs(mine.start_s - middle_s) <= reach_s)
    expected_s = mine.start_s[near] + line[0] + line[1] * (mine.start_s[near] - middle_s)
    after = np.clip(np.searchsorted(theirs.start_s, expected_s), 1, len(theirs) - 1)
    nearest = after - (expected_s - theirs.start_s[after - 1] < theirs.start_s[after] - expected_s)
    close = np.abs(theirs.start_s[nearest] - expected_s) <= config.same_step_s
    return _Match(near[close], nearest[close])


def _in_common(mine: _Steps, theirs: _Steps, *, middle_s: float, line: tuple[float, float]) -> int:
    """Return how many steps lie in the time that both recorded: of the sensor that felt more."""
    told_s = mine.start_s + line[0] + line[1] * (mine.start_s - middle_s)
    low, high = max(told_s[0], theirs.start_s[0]), min(told_s[-1], theirs.start_s[-1])
    return max(int(((t >= low) & (t <= high)).sum()) for t in (told_s, theirs.start_s))


def _strength(mine: _Steps, theirs: _Steps, match: _Match) -> tuple[float, float]:
    """Return how many standard errors the correlation of matched steps lies above nought, and itself."""
    a, b = mine.residual[:, match.mine], theirs.residual[:, match.theirs]
    both: BoolArray = np.any(a != 0.0, axis=0) & np.any(b != 0.0, axis=0)
    a, b = a[:, both], b[:, both]
    power = np.sqrt((a**2).sum() * (b**2).sum())
    likeness = float((a * b).sum() / max(power, 1e-9))
    return likeness * float(np.sqrt(both.sum())), likeness


def _lead(mine: _Steps, theirs: _Steps, *, best: _Match, rival: _Match, config: GaitClockConfig) -> float:
    """Return by how many standard errors the best match is more alike than a rival, on the steps of both.

    Neighbouring steps are alike, so that the error is taken from blocks of them.
    """
    _, at, rival_at = np.intersect1d(best.mine, rival.mine, return_indices=True)
    if len(at) < config.fewest_steps:
        strengths = [_strength(mine, theirs, match)[0] for match in (best, rival)]
        return strengths[0] - strengths[1]
    own = mine.residual[:, best.mine[at]]
    there, instead = (theirs.residual[:, match.theirs[k]] for match, k in ((best, at), (rival, rival_at)))
    block = box_decimate((own * (there - instead)).sum(axis=0), config.block_steps)
    error = block.std(ddof=1) / np.sqrt(len(block))
    return float(block.mean() / max(error, 1e-9))


def _scatter(time_s: FloatArray, residual_s: FloatArray, config: GaitClockConfig) -> float:
    """Return how far the lag strays from its line (s): most medians over a while are nearer."""
    number = ((time_s - time_s[0]) / config.while_s).astype(np.int64)
    medians = [np.median(residual_s[number == k]) for k in np.unique(number)]
    return float(np.quantile(np.abs(medians), config.scatter_quantile))


def _estimate(best: _Fit, lead: float, config: GaitClockConfig) -> ClockEstimate:
    """Say what the best line tells, and whether to believe it."""
    found = ClockEstimate(
        at_s=best.middle_s,
        offset_s=best.offset_s,
        drift=best.drift,
        within_s=best.scatter_s + config.body_lag_s,
        steps=len(best.match.mine),
        likeness=best.likeness,
    )
    return replace(found, doubt=_doubt(best, lead, config))


def _doubt(best: _Fit, lead: float, config: GaitClockConfig) -> str:
    if len(best.match.mine) < config.sure_steps:
        return f"only {len(best.match.mine)} steps were felt by both"
    if best.strength < config.least_strength:
        return "their steps differ: two different runs, or a loose sensor"
    if lead < config.least_lead:
        return "the steps are too even to tell which of one sensor is which of the other"
    if best.scatter_s > config.most_scatter_s:
        return f"the clocks stray by {1e3 * best.scatter_s:.0f} ms from any steady rate"
    if best.matched_share < config.least_matched:
        return f"only {best.matched_share:.0%} of the steps were felt by both"
    return ""
