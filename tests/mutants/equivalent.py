"""Mutants that are known to make no difference, and why: nobody need look for a test of them again."""

from __future__ import annotations

from typing import NamedTuple

from tests.mutants.mutations import Mutation


class Known(NamedTuple):
    """A mutation, wherever in its file the line now stands."""

    file: str
    code: str
    before: str
    after: str


EQUIVALENT: dict[Known, str] = {
    Known(
        "sensor/clock/pairing.py",
        "is_between = (times[before] <= moments) & (moments <= times[after])",
        "times[before] <= moments",
        "times[before] < moments",
    ): "a moment at the sample before is known as being at it",
    Known("analysis/judging/hysteresis.py", "_ROUNDING_M = 1e-6", "1e-06", "2e-06"): "both are rounding",
    Known(
        "analysis/maths/quaternion.py",
        "return np.ascontiguousarray(led.reshape(4, -1)[:, :count])",
        "1",
        "2",
    ): "numpy takes any negative length for the one it is to work out",
    Known(
        "analysis/maths/quaternion.py",
        "return np.stack((q[0], -q[1], -q[2], -q[3])).astype(np.float64, copy=False)",
        "copy=False",
        "",
    ): "a copy holds the same numbers",
    Known(
        "analysis/signal/motion.py",
        "row = np.clip(np.round(vertical.node_row).astype(np.int64), 0, len(stream) - 1)",
        "len(stream) - 1",
        "len(stream) + 1",
    ): "the last node lies within the last whole box of rows",
    Known(
        "analysis/signal/gapfill.py",
        "return total / np.maximum(weight, 1e-9)[:, None], weight > config.fill_least_weight",
        "weight > config.fill_least_weight",
        "weight >= config.fill_least_weight",
    ): "no sum of ones, halves and thirds is 0.8",
    Known(
        "analysis/signal/handedness.py",
        "start = np.array([[1.0], [0.0], [0.0], [0.0]])",
        "1.0",
        "2.0",
    ): "the product is brought to length one",
    Known(
        "analysis/signal/tap_lag.py",
        "return np.asarray(shifted @ magnitude / np.maximum(power, 1e-9))",
        "1e-09",
        "2e-09",
    ): "both are far below the power of a knock",
    Known(
        "analysis/maths/quaternion.py",
        "return np.stack((q[0], -q[1], -q[2], -q[3])).astype(np.float64, copy=False)",
        "False",
        "True",
    ): "a copy holds the same numbers",
    Known("analysis/stride/usable.py", "dtype=np.bool_,", "dtype=np.bool_", ""): "they are truths already",
}
"""Why it makes no difference."""


def why_equivalent(mutation: Mutation) -> str:
    """Return why a mutation makes no difference; empty where that is not known."""
    return EQUIVALENT.get(Known(mutation.file, mutation.code, mutation.before, mutation.after), "")
