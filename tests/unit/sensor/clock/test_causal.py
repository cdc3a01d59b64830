"""Times told while packets still come, of a sensor whose clock and radio are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.clock.causal import LEAP_S, CausalClock
from sensor.clock.timeline import ClockSpec
from sensor.samples import FloatArray, SampleBlock

MILLISECONDS = ClockSpec(tick_hz=1000.0, wrap_bits=32)
COUNTED = ClockSpec(tick_hz=104.0, wrap_bits=None, counts_samples=True)
EIGHT = 8


def packets(first: int, last: int, *, spec: ClockSpec = MILLISECONDS, fast: float = 1.0) -> SampleBlock:
    """Return packets of eight samples at 104 Hz by a device's clock that starts at 5 s."""
    number = np.arange(first, last)
    at_s = 5.0 + number * EIGHT / 104.0 * fast
    ticks = number * EIGHT if spec.counts_samples else np.floor(at_s * 1000.0).astype(np.int64)
    count = np.full(len(number), EIGHT)
    samples = len(number) * EIGHT
    return SampleBlock(
        notification=np.arange(len(number)),
        ticks=ticks,
        count=count,
        acc_sensor_mps2=np.zeros((samples, 3)),
        gyr_sensor_radps=None,
        clipped=np.zeros(samples, dtype=bool),
    )


def true_s(count: int) -> FloatArray:
    """Return when samples are taken: the first at second 100 of the session."""
    return 100.0 + np.arange(count) / 104.0


def arrivals_s(count: int, seed: int) -> FloatArray:
    """Return when packets arrive: 20 to 50 ms after their last sample, now and then a second later."""
    rng = np.random.default_rng(seed)
    delay_s = rng.uniform(0.02, 0.05, count) + (rng.random(count) < 0.01)
    return np.maximum.accumulate(true_s(count * EIGHT)[EIGHT - 1 :: EIGHT] + delay_s)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000), st.integers(3, 60), st.sampled_from([MILLISECONDS, COUNTED]))
def test_times_rise_and_are_right_within_the_radios_delay(seed: int, at_once: int, spec: ClockSpec):
    count = 400
    clock, came_s, told = CausalClock(spec, 104.0, after_s=-np.inf), arrivals_s(count, seed), []
    for first in range(0, count, at_once):
        last = min(first + at_once, count)
        told.append(clock.date(packets(first, last, spec=spec), came_s[first:last]))
    late_s = np.concatenate(told) - true_s(count * EIGHT)
    assert (np.diff(np.concatenate(told)) > 0.0).all()
    # A packet held back for a second at the very start is all that is known until the next one comes.
    assert np.abs(late_s[1600:]).max() < 0.06


def test_a_second_connection_goes_on_after_the_first():
    first = CausalClock(MILLISECONDS, 104.0, after_s=-np.inf)
    last_s = first.date(packets(0, 10), arrivals_s(10, 1))[-1]
    told_s = CausalClock(MILLISECONDS, 104.0, after_s=last_s).date(packets(10, 20), arrivals_s(10, 1))
    assert told_s[0] > last_s
    assert (np.diff(told_s) > 0.0).all()


def test_after_a_silence_times_leap_to_where_they_are():
    clock = CausalClock(MILLISECONDS, 104.0, after_s=-np.inf)
    came_s = arrivals_s(400, 2)
    before_s = clock.date(packets(0, 100), came_s[:100])[-1]
    told_s = clock.date(packets(300, 400), came_s[300:])
    assert told_s[0] - before_s > LEAP_S
    assert told_s[-1] == pytest.approx(true_s(3200)[-1], abs=0.06)
