"""When a run is over: nothing moves any more, which is more than a runner at a traffic light."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.recorder.stillness import MOVING_S, Stillness, is_in_use
from sensor.recorder.walkthrough import LastSecond
from sensor.samples import FloatArray

TICK_S = 0.25
LYING = np.array([0.0, 0.0, 9.81])


def tick(spread_mps2: float, seed: int, mean_mps2: FloatArray = LYING) -> FloatArray:
    """A quarter of a second at 104 Hz whose axes' variances add up to the square of the spread."""
    noise = np.random.default_rng(seed).normal(0, spread_mps2 / np.sqrt(3), (26, 3))
    rows: FloatArray = mean_mps2 + noise
    return rows


def feed(
    stillness: Stillness, from_s: float, duration_s: float, spread_mps2: float, at: str = "sternum"
) -> float:
    now_s = from_s
    for number in range(round(duration_s / TICK_S)):
        now_s += TICK_S
        stillness.add(at, now_s, tick(spread_mps2, number))
    return now_s


def test_a_sensor_on_a_table_is_still_from_the_first() -> None:
    stillness = Stillness()
    now_s = feed(stillness, 0.0, 600.0, 0.03)
    assert stillness.lasts_s(now_s) == pytest.approx(600.0, abs=TICK_S)


def test_the_wait_for_the_first_data_is_no_stillness() -> None:
    stillness = Stillness()
    now_s = feed(stillness, 100.0, 30.0, 0.03)
    assert stillness.lasts_s(now_s) == pytest.approx(30.0, abs=TICK_S)


def test_running_is_no_stillness() -> None:
    stillness = Stillness()
    now_s = feed(stillness, 0.0, 30.0, 8.0)
    assert stillness.lasts_s(now_s) == 0.0


def test_after_a_traffic_light_stillness_begins_anew() -> None:
    stillness = Stillness()
    now_s = feed(stillness, 0.0, 30.0, 8.0)
    now_s = feed(stillness, now_s, 120.0, 0.15)
    assert stillness.lasts_s(now_s) == pytest.approx(120.0, abs=1.5)
    now_s = feed(stillness, now_s, MOVING_S + 1.0, 8.0)
    assert stillness.lasts_s(now_s) == 0.0


def test_a_bump_against_the_table_now_and_then_does_not_end_the_stillness() -> None:
    stillness = Stillness()
    now_s = 0.0
    for _ in range(10):
        now_s = feed(stillness, now_s, 0.5, 8.0)
        now_s = feed(stillness, now_s, 59.5, 0.03)
    assert stillness.lasts_s(now_s) == pytest.approx(600.0, abs=TICK_S)


def test_a_sensor_that_is_gone_does_not_move() -> None:
    stillness = Stillness()
    now_s = feed(stillness, 0.0, 30.0, 8.0)
    assert stillness.lasts_s(now_s + 600.0) == pytest.approx(600.0)


def test_a_break_in_the_stream_is_not_counted_as_movement() -> None:
    stillness = Stillness()
    now_s = feed(stillness, 0.0, 10.0, 0.03)
    feed(stillness, now_s + 50.0, 1.0, 8.0)
    assert stillness.lasts_s(now_s + 51.0) == pytest.approx(61.0, abs=TICK_S)


def test_one_sensor_that_moves_is_enough() -> None:
    stillness = Stillness()
    feed(stillness, 0.0, 60.0, 0.03)
    now_s = feed(stillness, 0.0, 60.0, 8.0, at="head")
    assert stillness.lasts_s(now_s) == 0.0
    assert list(stillness.resting()) == ["sternum"]
    assert stillness.resting()["sternum"] == pytest.approx(LYING, abs=0.05)


@given(st.lists(st.tuples(st.floats(0.1, 100.0), st.sampled_from([0.03, 8.0])), max_size=8))
def test_stillness_is_never_longer_than_the_session(pieces: list[tuple[float, float]]) -> None:
    stillness, now_s = Stillness(), 0.0
    for pause_s, spread_mps2 in pieces:
        now_s = feed(stillness, now_s + pause_s, 2.0, spread_mps2)
        assert 0.0 <= stillness.lasts_s(now_s) <= now_s


def last_second(spread_mps2: float, mean_mps2: FloatArray = LYING) -> LastSecond:
    last = LastSecond()
    for number in range(4):
        last.add(number * TICK_S, tick(spread_mps2, number, mean_mps2))
    return last


def test_a_sensor_that_lies_as_it_was_left_is_not_in_use() -> None:
    assert not is_in_use(last_second(0.03), LYING)


def test_a_sensor_that_moves_or_lies_otherwise_or_was_never_left_is_in_use() -> None:
    assert is_in_use(last_second(8.0), LYING)
    assert is_in_use(last_second(0.03, np.array([0.0, 9.81, 0.0])), LYING)
    assert is_in_use(last_second(0.03), None)
