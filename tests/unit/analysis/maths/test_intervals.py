"""Runs of true values and boxes of rows, against plain loops."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analysis.maths.intervals import box_decimate, chunks, inside, runs_of, without_short

flags = st.lists(st.booleans(), max_size=60).map(lambda values: np.array(values, dtype=bool))


def runs_by_loop(flag: np.ndarray) -> list[tuple[int, int]]:
    found, at = [], 0
    for value, group in groupby(flag.tolist()):
        length = len(list(group))
        if value:
            found.append((at, at + length))
        at += length
    return found


@given(flags)
def test_runs_are_those_a_loop_finds(flag: np.ndarray) -> None:
    first, last = runs_of(flag)
    assert list(zip(first.tolist(), last.tolist(), strict=True)) == runs_by_loop(flag)


@given(flags)
def test_rows_inside_the_runs_are_the_true_ones(flag: np.ndarray) -> None:
    first, last = runs_of(flag)
    np.testing.assert_array_equal(inside(np.arange(len(flag)), first, last), flag)


@given(flags, st.integers(0, 8), st.booleans())
def test_short_runs_turn_into_the_other_value_and_long_ones_stay(
    flag: np.ndarray, shortest: int, of: bool
) -> None:
    expected = flag.copy()
    for first, last in runs_by_loop(flag == of):
        if last - first < shortest:
            expected[first:last] = not of
    np.testing.assert_array_equal(without_short(flag, shortest, of=of), expected)


def test_unless_told_otherwise_short_runs_of_true_are_taken_out() -> None:
    flag = np.array([True, False, True, True])
    assert without_short(flag, 2).tolist() == [False, False, True, True]


@given(st.integers(0, 100), st.integers(1, 30))
def test_chunks_cover_every_row_once_and_none_is_too_long(count: int, size: int) -> None:
    parts = list(chunks(count, size))
    assert [row for part in parts for row in range(count)[part]] == list(range(count))
    assert all(part.stop - part.start == size for part in parts[:-1])
    assert all(0 < part.stop - part.start <= size for part in parts)


def test_a_box_averages_whole_boxes_and_leaves_the_tail_out() -> None:
    values = np.arange(22.0).reshape(11, 2)
    np.testing.assert_allclose(box_decimate(values, 3), [[2.0, 3.0], [8.0, 9.0], [14.0, 15.0]])


def test_fewer_rows_than_a_box_make_no_box() -> None:
    assert box_decimate(np.ones((2, 3)), 5).shape == (0, 3)
