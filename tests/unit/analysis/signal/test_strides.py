"""Cutting bouts into strides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.signal.records import Gait
from analysis.signal.strides import find_strides
from tests.support.streams import even_gait


def test_a_stride_is_two_steps_from_contact_to_contact() -> None:
    strides = find_strides(even_gait(10, 111, 20.0, 200))
    assert strides.start_row.tolist() == [10.0, 50.0]
    assert strides.middle_row.tolist() == [30.0, 70.0]
    assert strides.end_row.tolist() == [50.0, 90.0]


def test_parity_chooses_the_foot_that_opens_every_stride() -> None:
    gait = even_gait(10, 131, 20.0, 200)
    strides = find_strides(gait, np.array([1]))
    assert strides.start_row.tolist() == [30.0, 70.0]


def test_no_bout_gives_no_stride() -> None:
    none = np.zeros(0, dtype=np.int64)
    strides = find_strides(
        Gait(step_phase=np.zeros(50), first=none, last=none, running=np.zeros(50, dtype=bool))
    )
    assert len(strides) == 0
    assert strides.running.dtype == bool


@pytest.mark.parametrize("rows", [1, 20, 40])
def test_a_bout_shorter_than_a_stride_gives_none(rows: int) -> None:
    assert len(find_strides(even_gait(10, 10 + rows, 20.0, 200))) == 0


def test_a_stride_never_spans_two_bouts_and_takes_the_gait_of_its_middle() -> None:
    row = np.arange(400)
    running = (row >= 200) & (row < 390)
    gait = Gait(step_phase=row / 20.0, first=np.array([5, 200]), last=np.array([190, 390]), running=running)
    strides = find_strides(gait)
    assert strides.bout.tolist() == sorted(strides.bout.tolist())
    assert strides.running.tolist() == [bout == 1 for bout in strides.bout]
    for bout, (first, last) in enumerate(((5, 190), (200, 390))):
        mine = strides.bout == bout
        assert strides.start_row[mine].min() >= first
        assert strides.end_row[mine].max() <= last - 1


@given(st.floats(8.0, 60.0), st.integers(0, 100), st.integers(200, 1000), st.integers(0, 1))
def test_strides_join_without_overlap_and_are_counted_exactly(
    step_rows: float, first: int, rows: int, parity: int
) -> None:
    strides = find_strides(even_gait(first, first + rows, step_rows, 1200), np.array([parity]))
    steps = (rows - 1) / step_rows
    contacts = np.arange(0, int(steps + 1e-9) + 1)
    expected = max((len(contacts) - parity - 1) // 2, 0)
    at_the_edge = abs(steps - round(steps)) < 1e-6
    assert abs(len(strides) - expected) <= (1 if at_the_edge else 0)
    np.testing.assert_allclose(strides.start_row[1:], strides.end_row[:-1])
    np.testing.assert_allclose(strides.end_row - strides.start_row, 2 * step_rows)
    np.testing.assert_allclose(strides.middle_row - strides.start_row, step_rows)
