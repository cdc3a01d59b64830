"""Steps of the strap against their rule written out stride by stride, and against each of its limits."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.judging.mounting_shift import mounting_shifts
from analysis.records import Axis, MountingShift, StrideTable
from sensor.samples import FloatArray
from tests.support.stride_tables import STRIDE_M, STRIDE_S, steady_run

CONFIG = AnalysisConfig()
FORWARD_SEEDS, SIDEWAYS_SEEDS = range(10), range(100, 106)
WITHIN, EDGE, REACH = 3, 4, 12
"""Strides that a slip takes, that a mean needs, and that the longest slope takes."""


def faded(value: FloatArray, gain: float) -> FloatArray:
    """Return the mean of each value and those before it, each weighing ``gain`` of what is left."""
    means = [value[0]]
    for one in value[1:]:
        means.append(means[-1] + gain * (one - means[-1]))
    return np.array(means)


def tamed(angle_deg: FloatArray) -> FloatArray:
    padded = np.pad(angle_deg, 2, mode="edge")
    level = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5), axis=1)
    limit = 2.5 * 1.4826 * np.median(np.abs(angle_deg - level))
    return np.asarray(level + np.clip(angle_deg - level, -limit, limit))


def changes(calm: FloatArray, gain: float, skip: int) -> FloatArray:
    found = np.zeros(len(calm))
    before, after = faded(calm, gain), faded(calm[::-1], gain)[::-1]
    for k in range(EDGE, len(calm) - skip - EDGE):
        found[k] = after[k + skip] - before[k - 1]
    return found


def squared_error(part: FloatArray, course: FloatArray) -> float:
    """Return what two levels leave, joined along a course from 0 to 1."""
    off, bent = part - part.mean(), course - course.mean()
    slope = float(off @ bent) / max(float(bent @ bent), 1e-12)
    return float(((off - slope * bent) ** 2).sum())


def is_sudden(angle_deg: FloatArray, at: int) -> bool:
    first = max(at - 2 * REACH, 0)
    part = angle_deg[first : at + 2 * REACH]
    least = []
    for length in range(REACH + 1):
        errors = []
        for middle in range(at - REACH, at + REACH + 1):
            begin = middle - length / 2.0
            stride = first + np.arange(len(part))
            errors.append(squared_error(part, np.clip((stride - begin + 0.5) / max(length, 1), 0.0, 1.0)))
        least.append(min(errors))
    return min(least[: WITHIN + 1]) <= 1.15 * min(least[WITHIN + 1 :])


def steps_of(
    whole: FloatArray, begin: int, sharp: FloatArray, *, least_deg: float, stays: int, apart: int
) -> list[tuple[int, float]]:
    """Return the steps of one stretch, which begins at a stride of the whole run."""
    end = begin + len(sharp)
    block = whole[begin:end]

    def level(first: int) -> float:
        return float(np.median(whole[first : first + stays]))

    kept = []
    for k in np.flatnonzero(np.abs(sharp) > least_deg).tolist():
        if k < apart or k + WITHIN + apart > len(block):
            continue
        is_beside = k < stays or k + WITHIN + stays > len(block)
        if is_beside and abs(sharp[k]) <= 1.5 * least_deg:
            continue
        before, after = begin + k - stays, begin + k + WITHIN
        if before < 0 or after + stays > len(whole):
            continue
        beyond_before = max(begin - stays, 0) if before < begin else before
        beyond_after = min(end, len(whole) - stays) if after + stays > end else after
        nearby = np.abs(sharp[max(k - 7, 0) : k + 8]).max()
        lasting = [level(after) - level(before), level(beyond_after) - level(beyond_before)]
        if min(one * np.sign(sharp[k]) for one in lasting) > 0.45 * nearby:
            kept.append(int(k))
    groups: list[list[int]] = []
    for k in kept:
        if groups and k - groups[-1][-1] <= stays:
            groups[-1].append(k)
        else:
            groups.append([k])
    found = []
    for group in groups:
        sharpest = max(group, key=lambda k: abs(sharp[k]))
        near = np.arange(sharpest - 2 * EDGE, sharpest + 2 * EDGE)
        split = [squared_error(block[near], (near >= k).astype(float)) for k in near[1:]]
        at = int(near[1 + int(np.argmin(split))])
        if is_sudden(block, at):
            found.append((at, float(sharp[sharpest])))
    return found


def by_the_book(blocks: list[FloatArray], *, sideways: bool = False) -> list[tuple[int, float]]:
    gains, skip, stays = ((0.4,), 3, 200) if sideways else ((0.15, 0.25, 0.4, 0.6), 1, 70)
    tried = [[changes(tamed(block), gain, skip) for block in blocks] for gain in gains]
    sharp = min(tried, key=lambda each: float(np.median(np.abs(np.concatenate(each)))))
    size = np.abs(np.concatenate(sharp))
    least_deg = max(5.0 * 1.4826 * float(np.median(size)), 1.5)
    if sideways:
        least_deg = max(least_deg, 1.5 * float(np.quantile(size, 0.98)))
    first = np.cumsum([0, *(len(block) for block in blocks)]).tolist()
    whole, apart = np.concatenate(blocks), stays if sideways else 10
    return [
        (begin + at, step_deg)
        for begin, change in zip(first[:-1], sharp, strict=True)
        for at, step_deg in steps_of(whole, begin, change, least_deg=least_deg, stays=stays, apart=apart)
    ]


def course(seed: int, count: int) -> FloatArray:
    """Return a wandering angle with a stumble or two and some changes, steep and less steep, of all sizes."""
    rng = np.random.default_rng(seed)
    angle = 6.0 + 0.04 * rng.normal(size=count).cumsum() + rng.uniform(0.1, 0.7) * rng.normal(size=count)
    angle[rng.integers(0, count, 2)] += 15.0
    for at in rng.integers(40, count - 40, 3):
        length = int(rng.integers(1, 9))
        angle += rng.uniform(-5.0, 5.0) * np.clip((np.arange(count) - at) / length, 0.0, 1.0)
    return angle


def found_in(table: StrideTable) -> tuple[MountingShift, ...]:
    return mounting_shifts(table, CONFIG.strap_step, CONFIG.baseline)


@pytest.mark.parametrize("seed", FORWARD_SEEDS)
def test_steps_of_flexion_are_those_of_the_rule(seed: int) -> None:
    angle, cut = course(seed, 520), 200 + seed
    later_s = np.where(np.arange(520) >= cut, 5.0, 0.0)
    start_s = np.arange(520) * STRIDE_S + later_s
    found = found_in(steady_run(520, trunk_flexion_deg=angle, start_s=start_s, end_s=start_s + STRIDE_S))
    expected = by_the_book([angle[:cut], angle[cut:]])
    assert [step.at_m for step in found] == [STRIDE_M * at for at, _ in expected]
    assert [step.at_s for step in found] == [start_s[at] for at, _ in expected]
    np.testing.assert_allclose([step.step_deg for step in found], [size for _, size in expected])
    assert {step.axis for step in found} <= {Axis.FORWARD}


@pytest.mark.parametrize("seed", SIDEWAYS_SEEDS)
def test_steps_sideways_are_those_of_the_rule(seed: int) -> None:
    angle = course(seed, 900)
    found = found_in(steady_run(900, trunk_lateral_deg=angle))
    expected = by_the_book([angle], sideways=True)
    assert [step.at_m for step in found] == [STRIDE_M * at for at, _ in expected]
    np.testing.assert_allclose([step.step_deg for step in found], [size for _, size in expected])
    assert {step.axis for step in found} <= {Axis.SIDEWAYS}


def test_the_rule_finds_steps_in_some_of_these_runs_and_none_in_others() -> None:
    forward = [len(found_in(steady_run(520, trunk_flexion_deg=course(seed, 520)))) for seed in FORWARD_SEEDS]
    sideways = [
        len(found_in(steady_run(900, trunk_lateral_deg=course(seed, 900)))) for seed in SIDEWAYS_SEEDS
    ]
    assert 0 in forward
    assert max(forward) >= 2
    assert sum(sideways) > 0


def stepped(count: int = 800, **columns: FloatArray) -> StrideTable:
    """Return a run that steps forward by 4 degrees at its middle, and whatever changes along with it."""
    angle = 6.0 + 0.2 * np.where(np.arange(count) % 2 == 0, 1.0, -1.0) + 4.0 * after(count)
    return steady_run(count, trunk_flexion_deg=angle, **columns)


def after(count: int = 800) -> FloatArray:
    return (np.arange(count) >= count // 2).astype(float)


@pytest.mark.parametrize(
    ("columns", "is_told"),
    [
        pytest.param({"speed_mps": 3.0 + 0.44 * after()}, True, id="speed"),
        pytest.param({"speed_mps": 3.0 + 0.46 * after()}, False, id="more-speed"),
        pytest.param({"speed_mps": 3.0 - 0.46 * after()}, False, id="less-speed"),
        pytest.param({"cadence_spm": 170.0 * (1.0 + 0.0149 * after())}, True, id="cadence"),
        pytest.param({"cadence_spm": 170.0 * (1.0 + 0.0151 * after())}, False, id="more-cadence"),
        pytest.param({"cadence_spm": 170.0 * (1.0 - 0.0151 * after())}, False, id="less-cadence"),
        pytest.param({"grade_pct": 1.0 + 3.0 * after()}, True, id="slope"),
        pytest.param({"grade_pct": 1.0 + 3.5 * after()}, False, id="more-slope"),
        pytest.param({"grade_pct": 1.0 - 3.5 * after()}, False, id="less-slope"),
        pytest.param(
            {"speed_mps": np.full(800, np.nan), "grade_pct": np.full(800, np.nan)}, True, id="unknown"
        ),
        pytest.param({"speed_mps": np.where(np.arange(800) < 330, 9.0, 3.0)}, True, id="long-before"),
        pytest.param({"speed_mps": np.where(np.arange(800) >= 470, 9.0, 3.0)}, True, id="long-behind"),
        pytest.param({"speed_mps": np.where(np.arange(800) >= 434, 9.0, 3.0)}, False, id="in-most-of-it"),
    ],
)
def test_a_change_of_effort_explains_a_step_from_its_limit_on(
    columns: dict[str, FloatArray], is_told: bool
) -> None:
    found = found_in(stepped(**columns))
    assert len(found) == is_told
    assert all(step.step_deg == pytest.approx(4.0, abs=0.25) for step in found)


@pytest.mark.parametrize(("pause_s", "is_told"), [(3.0, True), (3.1, False)])
def test_strides_more_than_three_seconds_apart_are_no_neighbours(pause_s: float, is_told: bool) -> None:
    start_s = np.arange(800) * 1.0 + (pause_s + 0.0) * after() - after()
    end_s = start_s + np.where(np.arange(800) == 399, 0.0, 1.0)
    # The last stride before the pause ends where it begins, so that the pause is exact.
    table = stepped(start_s=start_s, end_s=end_s)
    assert len(found_in(table)) == is_told


@pytest.mark.parametrize(("apart", "told"), [(69, [Axis.FORWARD]), (70, [Axis.FORWARD, Axis.SIDEWAYS])])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_step_sideways_within_seventy_strides_of_one_forward_is_the_same(
    apart: int, told: list[Axis], sign: int
) -> None:
    at = 400 + sign * apart
    lateral = 0.2 * np.where(np.arange(800) % 2 == 0, 1.0, -1.0) + 5.0 * (np.arange(800) >= at)
    found = found_in(stepped(trunk_lateral_deg=lateral))
    assert {step.axis for step in found} == set(told)


@pytest.mark.parametrize(("step_deg", "is_told"), [(1.55, True), (1.45, False)])
def test_steps_of_less_than_a_degree_and_a_half_are_not_told(step_deg: float, is_told: bool) -> None:
    angle = 6.0 + step_deg * after()
    assert len(found_in(steady_run(800, trunk_flexion_deg=angle))) == is_told


def test_an_angle_that_is_not_known_everywhere_has_no_steps_of_its_own() -> None:
    lateral = np.where(np.arange(800) == 3, np.nan, 0.0)
    assert [step.axis for step in found_in(stepped(trunk_lateral_deg=lateral))] == [Axis.FORWARD]
