"""What the stages hand to each other."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.signal.records import Vertical
from tests.support.streams import even, even_strides, no_static_periods, still


def test_time_and_rows_are_each_others_inverse() -> None:
    stream = even(np.ones((50, 3)), None, rate_hz=25.0)
    np.testing.assert_allclose(stream.time_s[[0, 25, 49]], [0.0, 1.0, 1.96])
    np.testing.assert_allclose(stream.rows_at(stream.time_s), np.arange(50))


def test_a_stream_is_as_long_as_its_rows_and_cannot_be_changed() -> None:
    stream = still(2.0)
    assert len(stream) == 208
    with pytest.raises(ValueError, match="read-only"):
        stream.acc_sensor_mps2[0, 0] = 1.0


def test_what_was_handed_in_may_change_without_harm() -> None:
    acc = np.ones((5, 3))
    stream = even(acc, None)
    acc[0, 0] = 7.0
    assert stream.acc_sensor_mps2[0, 0] == 1.0


def test_the_vertical_of_a_single_node_holds_everywhere() -> None:
    up = np.array([[0.6], [0.0], [0.8]])
    vertical = Vertical(
        node_row=np.zeros(1),
        up_inertial=up,
        section=np.zeros(1, dtype=np.int64),
        section_first=np.zeros(1, dtype=np.int64),
    )
    np.testing.assert_allclose(vertical.at_rows(np.array([0.0, 0.5, 100.0])), np.repeat(up, 3, axis=1))


def test_rests_and_strides_are_counted() -> None:
    assert len(no_static_periods()) == 0
    assert len(even_strides(0.0, 70.0, 6)) == 6
