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
        "analysis/judging/hysteresis.py",
        "lasting = covered_m[runs[:, 1]] - covered_m[runs[:, 0]] >= at_least_m - _ROUNDING_M",
        "covered_m[runs[:, 1]] - covered_m[runs[:, 0]] >= at_least_m - _ROUNDING_M",
        "covered_m[runs[:, 1]] - covered_m[runs[:, 0]] > at_least_m - _ROUNDING_M",
    ): "nothing covers a distance less exactly its slack",
    Known(
        "analysis/judging/distance.py",
        "in_gap_s = np.cumsum(np.diff(edges_s, prepend=edges_s[0]) * (np.arange(len(edges_s)) % 2))",
        "0",
        "1",
    ): "the first step is multiplied by nought",
    Known(
        "analysis/judging/mounting_shift.py",
        "stayed = (lasting_deg * np.sign(sharp_deg[candidates]) > needed_deg).all(axis=0)",
        "lasting_deg * np.sign(sharp_deg[candidates])",
        "lasting_deg / np.sign(sharp_deg[candidates])",
    ): "a sign is its own inverse, and that of a step is not nought",
    Known(
        "analysis/judging/hysteresis.py", "if found and first < stop:", "first < stop", "first <= stop"
    ): "no stride is both above the threshold and below it",
    Known(
        "analysis/signal/accelerometer_only.py",
        "mean = gaussian_filter1d(kept, sigma, axis=1) / weight",
        "gaussian_filter1d(kept, sigma, axis=1) / weight",
        "gaussian_filter1d(kept, sigma, axis=1) * weight",
    ): "a direction has no size",
    Known(
        "analysis/signal/handedness.py",
        "return np.asarray(force / np.maximum(np.linalg.norm(force, axis=0), 1e-9))",
        "1e-09",
        "2e-09",
    ): "both are far below any force",
    Known(
        "analysis/signal/strides.py",
        "middle_row = np.clip(np.round(middle).astype(np.int64), 0, max(len(gait.running) - 1, 0))",
        "len(gait.running) - 1",
        "len(gait.running) + 1",
    ): "the middle of a stride lies before the last row",
    Known(
        "analysis/signal/strides.py",
        "opens = np.flatnonzero((contact.astype(np.int64) - parity) % 2 == 0)",
        "contact.astype(np.int64) - parity",
        "contact.astype(np.int64) + parity",
    ): "odd is odd, whichever way one is counted",
    **{
        Known("analysis/maths/intervals.py", "CHUNK_ROWS = 1 << 17", before, after): "it saves memory only"
        for before, after in (("1", "2"), ("17", "18"))
    },
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
    **{
        Known(
            "analysis/signal/inclination_smoother.py",
            "band.reshape(-1, 2 * _STATES).T, target.ravel(), lower=True, "
            "overwrite_ab=True, overwrite_b=True",
            before,
            after,
        ): why
        for before, after, why in (
            ("overwrite_ab=True", "", "it saves memory only"),
            ("overwrite_b=True", "", "it saves memory only"),
            ("True", "False", "it saves memory only"),
            ("1", "2", "numpy takes any negative length for the one it is to work out"),
        )
    },
    Known(
        "analysis/signal/inclination_smoother.py", "_NEXT_TO_NOTHING = 1e-6", "1e-06", "2e-06"
    ): "both are far below any other weight",
    Known("analysis/stride/usable.py", "dtype=np.bool_,", "dtype=np.bool_", ""): "they are truths already",
}
"""Why it makes no difference."""


def why_equivalent(mutation: Mutation) -> str:
    """Return why a mutation makes no difference; empty where that is not known."""
    return EQUIVALENT.get(Known(mutation.file, mutation.code, mutation.before, mutation.after), "")
