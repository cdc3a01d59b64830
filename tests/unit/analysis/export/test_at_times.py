"""What strides tell at the moments of records: means, medians nearby, and nothing where nothing is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.export.at_times import LONGEST_INTERVAL_S, NEAREST_S, at_each, means_at
from analysis.records import StrideTable
from sensor.samples import FloatArray
from tests.support.stride_tables import steady_run

NAN = np.nan


def means(table: StrideTable, time_s: list[float], counted: list[bool] | None = None) -> list[float]:
    count = np.ones(len(table), dtype=bool) if counted is None else np.array(counted)
    return means_at(table, "trunk_flexion_deg", np.array(time_s), counted=count).tolist()


def strides_at(middles_s: list[float], values: list[float]) -> StrideTable:
    middle_s = np.array(middles_s)
    return steady_run(
        len(middle_s), start_s=middle_s - 0.35, end_s=middle_s + 0.35, trunk_flexion_deg=np.array(values)
    )


def test_a_record_tells_the_mean_of_the_strides_halfway_to_its_neighbours() -> None:
    table = strides_at([0.6, 1.2, 1.8, 2.4, 3.0], [1.0, 3.0, 5.0, 20.0, 8.0])
    # Records at 1, 2 and 4 s: their borders lie at 0.5, 1.5, 3 and 5 s.
    assert means(table, [1.0, 2.0, 4.0]) == pytest.approx([2.0, 12.5, 8.0])


def test_without_a_stride_of_its_own_a_record_tells_the_median_of_those_near() -> None:
    table = strides_at([0.0, 0.7, 1.4, 5.0], [1.0, 2.0, 30.0, 9.0])
    assert means(table, [1.99, 2.01])[1] == 16.0
    assert means(table, [6.9, 7.1, 7.3]) == pytest.approx([9.0, NAN, NAN], nan_ok=True)


def test_beside_a_pause_a_record_stands_for_seconds_only() -> None:
    edge_s = LONGEST_INTERVAL_S / 2
    table = strides_at([edge_s - 0.1, edge_s + 0.1], [4.0, 100.0])
    assert means(table, [0.0, 60.0]) == pytest.approx([4.0, NAN], nan_ok=True)


def test_strides_that_do_not_count_or_are_not_known_are_left_out() -> None:
    table = strides_at([0.1, 0.2, 0.3, 10.0], [1.0, 50.0, NAN, 2.0])
    assert means(table, [0.0, 1.0, 10.0], [True, False, True, True]) == pytest.approx([1.0, 1.0, 2.0])
    assert np.isnan(means(table, [0.0, 1.0], [False] * 4)).all()


def test_records_without_a_time_or_out_of_order_do_no_harm() -> None:
    table = strides_at([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    told = means(table, [1.0, NAN, 3.0, 2.0, 2.0])
    assert np.isnan(told[1])
    assert told[0] == 1.5
    assert told[4] == 2.0


@pytest.mark.parametrize("time_s", [[], [1.0]])
def test_no_record_and_one_alone_are_records_too(time_s: list[float]) -> None:
    assert means(strides_at([1.2], [7.0]), time_s) == [7.0] * len(time_s)


@given(
    st.lists(st.tuples(st.floats(0.2, 3.0), st.floats(-30, 60)), min_size=1, max_size=30),
    st.lists(st.integers(0, 60), min_size=1, max_size=30, unique=True),
)
def test_a_record_never_tells_more_or_less_than_the_strides_near_it(
    strides: list[tuple[float, float]], seconds: list[int]
) -> None:
    steps, values = (np.array(one) for one in zip(*strides, strict=True))
    middle_s = np.cumsum(steps)
    time_s: FloatArray = np.sort(np.array(seconds, dtype=float))
    told = np.array(means(strides_at(middle_s.tolist(), values.tolist()), time_s.tolist()))
    reach_s = max(LONGEST_INTERVAL_S / 2, NEAREST_S) + 1e-9
    for at_s, value in zip(time_s, told, strict=True):
        near = values[np.abs(middle_s - at_s) <= reach_s]
        assert (
            np.isnan(value)
            if not len(near)
            else (np.isnan(value) or near.min() - 1e-9 <= value <= near.max() + 1e-9)
        )
        if (np.abs(middle_s - at_s) < NEAREST_S).any():
            assert np.isfinite(value)


def test_between_known_points_a_quantity_goes_evenly_and_beyond_them_it_is_not_known() -> None:
    told = at_each(np.array([0.0, 1.0, 2.0]), np.array([0.0, NAN, 4.0]), np.array([-0.1, 0.5, 1.5, 2.1]))
    assert told.tolist() == pytest.approx([NAN, 1.0, 3.0, NAN], nan_ok=True)
    assert np.isnan(at_each(np.array([0.0]), np.array([NAN]), np.zeros(2))).all()
