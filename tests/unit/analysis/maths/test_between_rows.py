"""Means, ranges and values between fractional rows, against plain loops and formulas."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.maths import angles
from analysis.maths.angles import flexion_of, inclination_deg, integrated_yaw_deg, lateral_of
from analysis.maths.between_rows import mean_between, range_within, value_at


def test_a_value_lies_on_the_line_between_its_rows_and_goes_on_along_the_last() -> None:
    values = np.array([[0.0, 10.0, 40.0], [1.0, 1.0, 3.0]])
    found = value_at(values, np.array([0.0, 0.25, 1.5, 2.0]))
    np.testing.assert_allclose(found, [[0.0, 2.5, 25.0, 40.0], [1.0, 1.0, 2.0, 3.0]])


def test_a_mean_between_rows_is_that_of_the_trapezoids() -> None:
    values = np.array([0.0, 2.0, 6.0, 6.0])
    # From 0 to 1 the area is 1, from 1 to 2 it is 4, from 2 to 3 it is 6.
    found = mean_between(values, np.array([0.0, 1.0, 0.0, 0.5]), np.array([1.0, 3.0, 3.0, 2.0]))
    np.testing.assert_allclose(found, [1.0, 5.0, 11.0 / 3.0, 4.5 / 1.5])
    both = mean_between(np.stack((values, 2.0 * values)), np.array([1.0]), np.array([3.0]))
    np.testing.assert_allclose(both, [[5.0], [10.0]])


def test_means_over_several_sets_of_rows_are_those_of_each_set() -> None:
    values, start, end = np.array([0.0, 2.0, 6.0, 6.0]), np.array([[0.0], [1.0]]), np.array([[1.0], [3.0]])
    np.testing.assert_allclose(mean_between(values, start, end), [[1.0], [5.0]])


def test_over_no_row_at_all_there_is_no_division_by_nothing() -> None:
    assert mean_between(np.ones(5), np.array([2.0]), np.array([2.0])).tolist() == [0.0]


@given(st.integers(0, 2**32 - 1))
def test_a_range_is_that_of_the_rows_from_the_first_up_to_the_last(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=60)
    edge = np.sort(rng.uniform(0.0, 58.5, 6))
    start, end = edge[:-1], edge[1:]
    first = np.ceil(start).astype(int)
    last = np.maximum(np.floor(end).astype(int), first + 1)
    expected = [np.ptp(values[a:b]) for a, b in zip(first, last, strict=True)]
    np.testing.assert_allclose(range_within(values, start, end), expected)


def test_a_range_up_to_the_last_row_leaves_that_row_out_and_none_has_none() -> None:
    assert range_within(np.array([0.0, 3.0, 1.0, 9.0]), np.array([0.0]), np.array([3.0])).tolist() == [3.0]
    assert range_within(np.array([0.0, 3.0]), np.zeros(0), np.zeros(0)).shape == (0,)


def test_forward_and_right_are_positive_inclinations() -> None:
    up = np.array([[-1.0, 0.0, 1.0], [0.0, 1.0, -1.0], [1.0, 1.0, 1.0]])
    flexion, lateral = inclination_deg(up)
    np.testing.assert_allclose(flexion, [45.0, 0.0, -45.0])
    np.testing.assert_allclose(lateral, [0.0, 45.0, -45.0])


def test_long_records_are_turned_in_pieces_that_fit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    up = rng.normal(size=(3, 50))
    body = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    chunks = angles.chunks
    monkeypatch.setattr(angles, "chunks", lambda count: chunks(count, 7))
    np.testing.assert_allclose((flexion_of(body, up), lateral_of(body, up)), inclination_deg(body @ up))


def test_turning_adds_up_about_the_vertical_alone() -> None:
    rate = np.tile([0.3, 0.1, 0.2], (50, 1))
    up = np.repeat([[0.0], [0.6], [0.8]], 50, axis=1)
    expected = np.degrees((0.06 + 0.16) * np.arange(1, 51) / 25.0)
    np.testing.assert_allclose(integrated_yaw_deg(rate, up, 25.0), expected)
