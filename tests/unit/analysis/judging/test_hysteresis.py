from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.judging.config import FindingsConfig
from analysis.judging.hysteresis import Stretch, running_median, stretches_above

CONFIG = FindingsConfig()


def course(*parts: tuple[int, float]) -> np.ndarray:
    """Return x for strides of 2 m: (metres, value) after each other."""
    return np.concatenate([np.full(metres // 2, value) for metres, value in parts])


def stretches(x: np.ndarray, threshold: float = 4.0) -> tuple[Stretch, ...]:
    return stretches_above(x, np.full(len(x), 2.0), threshold=threshold, config=CONFIG)


def test_exactly_three_hundred_metres_open_an_episode_and_two_less_do_not() -> None:
    assert stretches(course((500, 0), (300, 4.0), (500, 0))) == (Stretch(250, 400, recovered=True),)
    assert stretches(course((500, 0), (298, 4.0), (500, 0))) == ()


def test_the_episode_is_counted_from_where_the_median_crossed() -> None:
    assert stretches(course((1000, 0), (600, 5)))[0].first == 500


def test_one_stride_below_the_threshold_starts_the_count_again() -> None:
    assert stretches(course((500, 0), (200, 5), (2, 3.9), (200, 5), (500, 0))) == ()


def test_a_dip_within_the_hysteresis_does_not_close() -> None:
    assert stretches(course((400, 5), (400, 3.0), (400, 5))) == (Stretch(0, 600, recovered=False),)


def test_a_short_recovery_does_not_close_and_a_hundred_metres_do() -> None:
    assert stretches(course((400, 5), (98, 0), (400, 5))) == (Stretch(0, 449, recovered=False),)
    assert stretches(course((400, 5), (100, 0), (400, 5))) == (
        Stretch(0, 200, recovered=True),
        Stretch(250, 450, recovered=False),
    )


def test_a_recovery_must_reach_below_the_hysteresis_without_interruption() -> None:
    assert stretches(course((400, 5), (60, 2), (2, 3.5), (60, 2), (400, 5)))[0].recovered is False


def test_nothing_judged_is_no_episode() -> None:
    assert stretches(np.empty(0)) == ()


@given(st.lists(st.tuples(st.integers(10, 300), st.sampled_from([0.0, 2.5, 3.5, 4.0, 6.0])), max_size=12))
def test_stretches_are_in_order_apart_and_open_only_above(parts: list[tuple[int, float]]) -> None:
    x = course(*((2 * count, value) for count, value in parts)) if parts else np.empty(0)
    found = stretches(x)
    for stretch in found:
        assert (x[stretch.first : stretch.first + 150] >= 4.0).all()
        assert stretch.first == 0 or x[stretch.first - 1] < 4.0
        assert stretch.recovered == (stretch.stop < len(x))
    for before, after in pairwise(found):
        assert before.stop < after.first


def test_the_running_median_shrinks_at_the_ends() -> None:
    assert running_median(np.array([1.0, 9.0, 2.0, 8.0, 3.0]), 3).tolist() == [5.0, 2.0, 8.0, 3.0, 5.5]


@pytest.mark.parametrize("count", [0, 1, 12, 24, 25, 26, 60])
def test_the_running_median_equals_the_median_of_each_window(count: int) -> None:
    value = np.random.default_rng(count).normal(size=count)
    expected = [np.median(value[max(0, i - 12) : i + 13]) for i in range(count)]
    assert running_median(value, 25).tolist() == expected
