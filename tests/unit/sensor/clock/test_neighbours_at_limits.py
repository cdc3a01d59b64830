"""Two streams of one chip: how near is at once and how far is too far, to the tick."""

from __future__ import annotations

import numpy as np
import pytest

from sensor.clock.pairing import find_neighbours

PERIOD = 100


@pytest.mark.parametrize(
    ("moment", "weight", "is_known"),
    [
        pytest.param(995, 1.0, True, id="as-early-as-at-once"),
        pytest.param(994, 0.0, False, id="earlier"),
        pytest.param(1005, 0.0, True, id="as-late-as-at-once"),
        pytest.param(1006, 0.06, True, id="between"),
        pytest.param(1094, 0.94, True, id="still-between"),
        pytest.param(1095, 1.0, True, id="at-once-with-the-next"),
        pytest.param(1105, 1.0, True, id="last-moment"),
        pytest.param(1106, 1.0, False, id="too-late"),
    ],
)
def test_a_twentieth_of_a_period_is_at_once(moment: int, weight: float, is_known: bool) -> None:
    near = find_neighbours(np.array([moment]), np.array([1000, 1100]), period=PERIOD)
    assert near.weight.tolist() == [pytest.approx(weight)]
    assert near.is_known.tolist() == [is_known]


@pytest.mark.parametrize(("width", "is_known"), [(250, True), (251, False)])
def test_two_periods_and_a_half_are_bridged(width: int, is_known: bool) -> None:
    near = find_neighbours(np.array([100]), np.array([0, width]), period=PERIOD)
    assert near.is_known.tolist() == [is_known]


def test_a_single_sample_stands_for_its_own_moment_only() -> None:
    near = find_neighbours(np.array([95, 100, 105, 106]), np.array([100]), period=PERIOD)
    assert near.is_known.tolist() == [True, True, True, False]
    np.testing.assert_array_equal(near.interpolate(np.array([[7.0, 8.0, 9.0]])), [[7.0, 8.0, 9.0]] * 4)


def test_a_value_taken_whole_is_not_rounded_by_its_neighbour() -> None:
    values = np.array([[0.1, 0.2, 0.3], [1e17, -1e17, np.inf]])
    near = find_neighbours(np.array([1003]), np.array([1000, 1100]), period=PERIOD)
    with np.errstate(invalid="ignore"):
        assert near.interpolate(values).tolist() == [[0.1, 0.2, 0.3]]
