"""Two streams of one chip: neighbours in time, never across lost samples."""

from __future__ import annotations

import numpy as np
import pytest

from sensor.clock.pairing import find_neighbours

VALUES = np.array([[0.0, 10.0, 1.0], [4.0, 10.0, 3.0]])


def test_a_moment_between_two_samples_gets_their_interpolated_value():
    near = find_neighbours(np.array([1.25]), np.array([1.0, 2.0]), period=1.0)
    assert near.interpolate(VALUES).tolist() == [[1.0, 10.0, 1.5]]
    assert near.is_known.tolist() == [True]


@pytest.mark.parametrize(("width", "is_known"), [(2.4, True), (2.6, False), (25.0, False)])
def test_two_and_a_half_periods_are_bridged_and_no_more(width, is_known):
    near = find_neighbours(np.array([1.0]), np.array([0.0, width]), period=1.0)
    assert near.is_known.tolist() == [is_known]


@pytest.mark.parametrize(("moment", "row"), [(0.04, 0), (-0.04, 0), (24.96, 1), (25.04, 1)])
def test_a_sample_at_the_moment_is_taken_as_it_is_whatever_is_missing(moment, row):
    near = find_neighbours(np.array([moment]), np.array([0.0, 25.0]), period=1.0)
    assert near.interpolate(VALUES).tolist() == [VALUES[row].tolist()]
    assert near.is_known.tolist() == [True]


@pytest.mark.parametrize("moment", [-0.06, 2.06])
def test_before_the_first_and_after_the_last_sample_nothing_is_known(moment):
    assert not find_neighbours(np.array([moment]), np.array([0.0, 1.0, 2.0]), period=1.0).is_known.any()


def test_the_unit_of_time_does_not_matter():
    moments_s, times_s = np.array([0.25, 1.0, 1.5]), np.array([0.0, 1.0, 2.0])
    ns = find_neighbours((moments_s * 1e9).astype(np.int64), (times_s * 1e9).astype(np.int64), period=1e9)
    assert ns.weight.tolist() == find_neighbours(moments_s, times_s, period=1.0).weight.tolist()
