"""Sensors without a clock: their samples are dated by counting, and losses are found from arrivals."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sensor.clock.timeline import ClockSpec, SegmentTimes, fit_segment
from sensor.samples import SampleBlock

COUNTED = ClockSpec(tick_hz=1, wrap_bits=None, counts_samples=True)
STARTED_S = 5000.0
LATENCY_S = 0.004


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """What a receiver gets, the true host times (n,) of its samples, and their true numbers (n,)."""

    block: SampleBlock
    arrival_s: np.ndarray
    true_s: np.ndarray
    true_index: np.ndarray

    def fit(self, nominal_rate_hz: float = 100) -> SegmentTimes:
        return fit_segment(self.block, self.arrival_s, spec=COUNTED, nominal_rate_hz=nominal_rate_hz)


def streamed(
    *,
    duration_s: float = 300.0,
    rate_hz: float = 100.0,
    samples: int = 3,
    interval_s: float = 0.015,
    lost: tuple[int, ...] = (),
    stalls_at_s: tuple[float, ...] = (),
    stall_s: float = 1.0,
    wobble_ppm: float = 0.0,
    numbers_itself: bool = False,
    seed: int = 0,
) -> Stream:
    """Simulate a free-running sensor whose packets leave at the next connection event."""
    rng = np.random.default_rng(seed)
    packets = int(duration_s * rate_hz / samples)
    sampled_s = np.arange(packets * samples) / rate_hz
    sampled_s = sampled_s + wobble_ppm * 1e-6 * 600 / (2 * np.pi) * np.sin(2 * np.pi * sampled_s / 600)
    phase_s = rng.uniform(0, interval_s)
    ready_s = sampled_s[samples - 1 :: samples]
    sent_s = np.ceil((ready_s - phase_s) / interval_s) * interval_s + phase_s
    for start_s in stalls_at_s:
        held = (sent_s >= start_s) & (sent_s < start_s + stall_s)
        sent_s[held] = start_s + stall_s
    arrival_s = np.maximum.accumulate(sent_s + LATENCY_S + rng.exponential(0.001, packets))
    kept = np.ones(packets, np.bool_)
    kept[list(lost)] = False
    rows = np.repeat(kept, samples)
    true_index = np.arange(packets * samples)[rows]
    left = int(np.count_nonzero(kept))
    first = true_index[::samples] if numbers_itself else np.arange(left) * samples
    block = SampleBlock(
        notification=np.arange(left),
        ticks=first,
        count=np.full(left, samples),
        acc_sensor_mps2=np.zeros((left * samples, 3)),
        gyr_sensor_radps=None,
        clipped=np.zeros(left * samples, np.bool_),
        sequence=first if numbers_itself else None,
    )
    return Stream(block, arrival_s[kept] + STARTED_S, sampled_s[rows] + STARTED_S, true_index)


def lock_error(packet_s: float, interval_s: float) -> float:
    """Return by what share the radio's events go at another pace than packets that hardly drift through them.

    Where so many packets fill an event, or so many events pass for a packet, to within a hundredth, arrivals
    alone cannot tell the one pace from the other. Elsewhere 0.
    """
    ratio = max(packet_s / interval_s, interval_s / packet_s)
    error = abs(round(ratio) / ratio - 1.0)
    return error if error < 0.01 else 0.0


@settings(max_examples=12, deadline=None)
@given(
    rate_hz=st.floats(97.5, 102.5),
    samples=st.integers(1, 8),
    interval_s=st.floats(0.0075, 0.05),
    seed=st.integers(0, 1000),
)
@example(rate_hz=101.0, samples=1, interval_s=0.049423514537711995, seed=0)
@example(rate_hz=99.5, samples=5, interval_s=0.05, seed=0)
def test_any_pace_is_found_within_one_connection_interval(rate_hz, samples, interval_s, seed):
    stream = streamed(rate_hz=rate_hz, samples=samples, interval_s=interval_s, seed=seed)
    times = stream.fit()
    error_s = times.time_s - stream.true_s
    # A packet that just misses a connection event waits for the next: paces close to a whole number of
    # intervals look like a packet lost, so a packet's length can come on top.
    assert np.abs(error_s - LATENCY_S).max() <= interval_s + samples / rate_hz
    assert times.rate_hz == pytest.approx(
        rate_hz, rel=max(1e-3, 1.01 * lock_error(samples / rate_hz, interval_s))
    )
    assert (np.diff(times.time_s) > 0).all()


def test_a_steady_stream_has_no_gaps_and_an_exact_pace():
    stream = streamed(rate_hz=98.77, duration_s=600)
    times = stream.fit()
    assert times.gaps == ()
    assert times.rate_hz == pytest.approx(98.77, rel=1e-5)
    assert times.clock_rate_ppm == pytest.approx((98.77 / 100 - 1) * 1e6, abs=20)
    assert times.offset_s == pytest.approx(STARTED_S + LATENCY_S, abs=0.02)


@settings(max_examples=12, deadline=None)
@given(
    losses=st.lists(st.tuples(st.integers(1, 90), st.integers(1, 30)), max_size=10), seed=st.integers(0, 99)
)
def test_losses_are_counted_from_arrivals_alone(losses, seed):
    # Each begins at its own hundredth packet, 3 s from the next: 3 samples in each at 101.3 Hz.
    lost = sorted({100 * start + i for start, length in losses for i in range(length)})
    stream = streamed(rate_hz=101.3, lost=tuple(lost), seed=seed, duration_s=300)
    times = stream.fit()
    missing = np.rint(np.diff(times.time_s) * times.rate_hz).astype(int) - 1
    assert missing.sum() == 3 * len(lost)
    error_s = np.abs(times.time_s - stream.true_s - LATENCY_S)
    # Only packets right beside a loss can fall on its wrong side.
    assert np.percentile(error_s, 99) < 0.03
    assert {gap.reason for gap in times.gaps} <= {"packets lost"}
    assert sum(gap.end_s - gap.start_s > 1.5 / 101.3 for gap in times.gaps) == len(times.gaps)


def test_a_stall_that_returns_is_no_loss():
    stream = streamed(stalls_at_s=(50.0, 120.3, 200.0), stall_s=1.9)
    times = stream.fit()
    assert times.gaps == ()
    assert np.abs(times.time_s - stream.true_s - LATENCY_S).max() < 0.015


@pytest.mark.parametrize(("lost", "following"), [(83, 10), (83, 2), (8, 10)])
def test_a_loss_just_before_the_end_is_told_by_the_pace_that_goes_on(lost, following):
    stream = streamed(duration_s=22, lost=tuple(range(733 - following - lost, 733 - following)))
    times = stream.fit()
    (gap,) = times.gaps
    assert (gap.end_s - gap.start_s) * times.rate_hz == pytest.approx(3 * lost + 1, abs=0.1)
    assert np.abs(times.time_s - stream.true_s - LATENCY_S).max() < 0.015


def test_a_loss_too_close_to_the_end_to_be_told_leaves_the_rest_where_it_was():
    # 2.5 s are lost, and one packet follows.
    stream = streamed(duration_s=22, lost=tuple(range(649, 732)))
    times = stream.fit()
    assert times.gaps == ()
    error_s = times.time_s - stream.true_s - LATENCY_S
    assert np.abs(error_s[:-3]).max() < 0.015


def test_a_stall_that_returns_just_before_the_end_is_no_loss():
    stream = streamed(duration_s=22, stalls_at_s=(19.8,), stall_s=1.9)
    times = stream.fit()
    assert times.gaps == ()
    assert np.abs(times.time_s - stream.true_s - LATENCY_S).max() < 0.015


def test_packets_that_number_themselves_need_no_guess():
    lost = tuple(range(500, 505))
    stream = streamed(lost=lost, numbers_itself=True, stalls_at_s=(20.0,), rate_hz=101)
    times = stream.fit()
    (gap,) = times.gaps
    assert (gap.end_s - gap.start_s) * 101 == pytest.approx(16, abs=0.05)
    assert np.abs(times.time_s - stream.true_s - LATENCY_S).max() < 0.015


@pytest.mark.parametrize(("lost", "counted"), [(90, 0), (90, 30), (10, 0)])
def test_numbers_that_cannot_have_told_a_loss_are_corrected_by_half_a_second_and_more(lost, counted):
    stream = streamed(lost=tuple(range(2000, 2000 + lost)))
    number = stream.block.ticks + 3 * counted * (np.arange(len(stream.block.ticks)) >= 2000)
    block = replace(stream.block, ticks=number, sequence=number)
    times = fit_segment(block, stream.arrival_s, spec=COUNTED, nominal_rate_hz=100)
    gaps = [round((gap.end_s - gap.start_s) * 100) for gap in times.gaps]
    # What is shorter may as well be the radio's jitter, where numbers say nothing is missing.
    assert gaps == ([3 * lost + 1] if lost == 90 else [])


def test_an_oscillator_that_drifts_with_temperature_is_followed():
    stream = streamed(duration_s=1200, wobble_ppm=2000)
    assert np.abs(stream.fit().time_s - stream.true_s - LATENCY_S).max() < 0.025


@pytest.mark.parametrize("packets", [1, 2, 5])
def test_a_few_packets_are_dated_by_the_nominal_rate(packets):
    stream = streamed(duration_s=packets * 3.5 / 100)
    times = stream.fit()
    assert len(times.time_s) == 3 * packets
    assert np.diff(times.time_s) == pytest.approx(0.01)
    assert np.abs(times.time_s - stream.true_s).max() < 0.03


def test_no_packets_have_no_times():
    none = np.zeros(0, np.int64)
    block = SampleBlock(none, none, none, np.zeros((0, 3)), None, np.zeros(0, np.bool_))
    assert len(fit_segment(block, np.zeros(0), spec=COUNTED, nominal_rate_hz=100).time_s) == 0


@settings(max_examples=50, deadline=None)
@given(
    arrivals=st.lists(st.floats(0, 1000), min_size=1, max_size=60),
    ticks=st.lists(st.integers(0, 2**40), min_size=60, max_size=60),
    counts=st.lists(st.integers(1, 20), min_size=60, max_size=60),
    numbers_itself=st.booleans(),
)
def test_times_increase_whatever_arrives(arrivals, ticks, counts, numbers_itself):
    count = np.array(counts[: len(arrivals)])
    first = np.array(ticks[: len(arrivals)]) if numbers_itself else np.cumsum(count) - count
    n = int(count.sum())
    block = SampleBlock(
        notification=np.arange(len(count)),
        ticks=first,
        count=count,
        acc_sensor_mps2=np.zeros((n, 3)),
        gyr_sensor_radps=None,
        clipped=np.zeros(n, np.bool_),
        sequence=first if numbers_itself else None,
    )
    times = fit_segment(block, np.sort(np.array(arrivals)), spec=COUNTED, nominal_rate_hz=100)
    assert len(times.time_s) == n
    assert np.isfinite(times.time_s).all()
    assert (np.diff(times.time_s) > 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_a_silence_in_a_short_connection_does_not_spoil_its_pace(seed):
    # Packets of two samples; the stream is dead from 27.0 to 29.6 s and goes on until 38 s.
    stream = streamed(rate_hz=100.0, samples=2, duration_s=38.0, lost=tuple(range(1350, 1480)), seed=seed)
    times = stream.fit()
    assert np.abs(times.time_s - stream.true_s - LATENCY_S).max() <= 0.015
    assert times.rate_hz == pytest.approx(100.0, rel=2e-4)
    assert [round(gap.end_s - gap.start_s, 1) for gap in times.gaps] == [2.6]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("duration_s", [3.0, 25.0, 60.0, 250.0])
def test_a_last_packet_that_comes_seconds_late_loses_nothing(duration_s, seed):
    stream = streamed(rate_hz=100.005, samples=2, duration_s=duration_s, seed=seed)
    stream.arrival_s[-1] += 2.8
    times = stream.fit()
    assert times.gaps == ()
    assert np.abs(times.time_s - stream.true_s - LATENCY_S).max() <= 0.015


@pytest.mark.parametrize("seed", range(3))
def test_a_stall_at_the_beginning_of_a_short_connection_makes_nothing_late(seed):
    stream = streamed(rate_hz=100.005, samples=2, duration_s=24.0, stalls_at_s=(0.5,), stall_s=2.2, seed=seed)
    times = stream.fit()
    assert times.gaps == ()
    assert np.abs(times.time_s - stream.true_s - LATENCY_S).max() <= 0.015
