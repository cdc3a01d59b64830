"""What is kept of a sensor's samples, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.live.buffer import SampleBuffer
from sensor.samples import LiveBlock


def block(first: int, count: int = 26, rate_hz: float = 104.0) -> LiveBlock:
    """Return a block whose samples say which they are."""
    number = np.arange(first, first + count)
    return LiveBlock("sternum", 0, number / rate_hz, np.stack((number,) * 3, axis=1), np.ones((count, 3)))


def test_an_hour_of_blocks_takes_no_more_memory_than_what_is_kept() -> None:
    buffer, sizes = SampleBuffer("sternum"), set()
    for first in range(0, 3600 * 104, 26):
        buffer.add(block(first))
        buffer.forget_before(first / 104.0 - 30.0)
        sizes.add(buffer.rows)
    assert max(sizes) <= 4 * 30 * 104
    kept = buffer.between(3580.0, 3590.0)
    assert kept is not None
    np.testing.assert_array_equal(kept.acc_sensor_mps2[:, 0], np.arange(3580 * 104, 3590 * 104))


def test_what_lies_between_two_times_is_given_back_without_the_second() -> None:
    buffer = SampleBuffer("sternum")
    buffer.add(block(0, 104))
    kept = buffer.between(0.25, 0.5)
    assert kept is not None
    np.testing.assert_array_equal(kept.acc_sensor_mps2[:, 0], np.arange(26, 52))
    assert buffer.newest_before(0.5) == 51 / 104.0
    assert buffer.first_from(0.5) == 0.5
    assert buffer.between(5.0, 6.0) is None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"time_s": np.full(26, np.nan)}, "times that are not finite"),
        ({"gyr_sensor_radps": np.full((26, 3), np.inf)}, "values that are not finite"),
        ({"gyr_sensor_radps": None}, "angular rates come only now and then"),
        ({"time_s": np.arange(26) / 104.0}, "time does not increase after 0.240 s"),
        ({"acc_sensor_mps2": np.ones((25, 3))}, "26 times for values of shape (25, 3) and (26, 3)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_block_that_cannot_be_true_is_left_out_as_a_whole(wrong: dict[str, object], why: str) -> None:
    buffer = SampleBuffer("sternum")
    assert buffer.add(block(0))
    assert not buffer.add(replace(block(26), **wrong))
    assert buffer.refused == f"samples of the sensor at sternum were left out: {why}"
    assert buffer.add(block(52))
    assert buffer.last_s == 77 / 104.0
