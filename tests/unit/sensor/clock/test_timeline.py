"""Device time to host time: against sensors whose true sampling times are known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sensor.clock.fit import unwrap
from sensor.clock.timeline import ClockSpec, SegmentTimes, fit_segment, fit_streams
from sensor.samples import SampleBlock

MILLISECONDS = ClockSpec(tick_hz=1000, wrap_bits=32)
STARTED_S = 5000.0
LATENCY_S = 0.004


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """What a receiver gets, and the true host times (n,) of its samples."""

    block: SampleBlock
    arrival_s: np.ndarray
    true_s: np.ndarray
    rate_hz: float

    def fit(self, spec: ClockSpec = MILLISECONDS, nominal_rate_hz: float = 104) -> SegmentTimes:
        return fit_segment(self.block, self.arrival_s, spec=spec, nominal_rate_hz=nominal_rate_hz)


def block_of(ticks: np.ndarray, samples: int) -> SampleBlock:
    count = np.full(len(ticks), samples)
    n = int(count.sum())
    return SampleBlock(np.arange(len(ticks)), ticks, count, np.zeros((n, 3)), None, np.zeros(n, np.bool_))


def streamed(
    *,
    duration_s: float = 60.0,
    rate_hz: float = 104.0,
    samples: int = 8,
    clock_ppm: float = 0.0,
    interval_s: float = 0.03,
    stalls: int = 0,
    lost: np.ndarray | tuple[int, ...] = (),
    paused_at_s: float = np.inf,
    pause_s: float = 0.0,
    wobble_ppm: float = 0.0,
    up_s: float = 55.3,
    refers_to: str = "first",
    seed: int = 0,
) -> Stream:
    """Simulate a millisecond clock, an oscillator of its own pace, and a radio that only ever delays."""
    rng = np.random.default_rng(seed)
    packets = int(duration_s * rate_hz / samples)
    even_s = np.arange(packets * samples) / rate_hz
    # Temperature: the oscillator's rate swings once in ten minutes.
    even_s = even_s + wobble_ppm * 1e-6 * 600 / (2 * np.pi) * np.sin(2 * np.pi * even_s / 600)
    even_s[even_s > paused_at_s] += pause_s
    device_s = even_s * (1 + clock_ppm * 1e-6) + up_s
    dated = slice(None, None, samples) if refers_to == "first" else slice(samples - 1, None, samples)
    ticks = np.floor(device_s[dated] * 1000).astype(np.int64) % 2**32
    true_s = even_s + STARTED_S
    arrival_s = true_s[samples - 1 :: samples] + LATENCY_S + rng.uniform(0, interval_s, packets)
    for start in rng.integers(0, packets, stalls):
        arrival_s[start : start + 30] += np.maximum(0, rng.uniform(0.5, 2) - 0.077 * np.arange(30))[
            : packets - start
        ]
    arrival_s = np.maximum.accumulate(arrival_s)
    kept = np.ones(packets, np.bool_)
    kept[list(lost)] = False
    rows = np.repeat(kept, samples)
    return Stream(block_of(ticks[kept], samples), arrival_s[kept], true_s[rows], rate_hz)


# Every example is half an hour of samples: to shrink a failing one would take minutes.
@settings(max_examples=6, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    clock_ppm=st.floats(-100, 100),
    rate_hz=st.floats(101, 107),
    interval_s=st.floats(0.0075, 0.05),
    stalls=st.integers(0, 40),
    seed=st.integers(0, 1000),
)
def test_half_an_hour_finds_rate_and_offset_in_spite_of_drift_jitter_and_stalls(
    clock_ppm, rate_hz, interval_s, stalls, seed
):
    stream = streamed(
        duration_s=1800,
        clock_ppm=clock_ppm,
        rate_hz=rate_hz,
        interval_s=interval_s,
        stalls=stalls,
        seed=seed,
    )
    times = stream.fit()
    error_s = times.time_s - stream.true_s

    assert times.clock_rate_ppm == pytest.approx(clock_ppm, abs=2)
    assert times.rate_hz == pytest.approx(rate_hz, rel=2e-6)
    assert np.abs(error_s).max() < interval_s
    assert error_s == pytest.approx(LATENCY_S, abs=0.002)
    assert (np.diff(times.time_s) > 0).all()
    assert times.gaps == ()


def test_millisecond_steps_of_the_counter_do_not_reach_the_samples():
    stream = streamed(duration_s=300, rate_hz=103.7)
    spacing_s = np.diff(stream.fit().time_s)
    assert spacing_s == pytest.approx(1 / 103.7, rel=2e-5)


def test_an_oscillator_that_warms_up_is_followed():
    stream = streamed(duration_s=1200, wobble_ppm=100)
    error_s = stream.fit().time_s - stream.true_s
    # Taken for constant, a swing of 100 ppm over ten minutes is 10 ms off at its turning points.
    assert np.ptp(error_s) < 0.001


@given(lost=st.sets(st.integers(1, 600), max_size=300))
@settings(max_examples=25, deadline=None)
def test_lost_packets_leave_gaps_of_exactly_their_samples(lost):
    stream = streamed(duration_s=60, lost=tuple(lost))
    times = stream.fit()

    missing = np.rint(np.diff(times.time_s) * stream.rate_hz).astype(int) - 1
    expected = np.rint(np.diff(stream.true_s) * stream.rate_hz).astype(int) - 1
    assert np.array_equal(missing, expected)
    assert missing.sum() == 8 * len(lost)
    holes = np.flatnonzero(missing)
    assert [(gap.start_s, gap.end_s) for gap in times.gaps] == [
        (times.time_s[i], times.time_s[i + 1]) for i in holes
    ]
    assert {gap.reason for gap in times.gaps} <= {"packets lost"}


@pytest.mark.parametrize("refers_to", ["first", "last"])
@given(lost=st.sets(st.integers(1, 298), max_size=60), seed=st.integers(0, 50))
@settings(max_examples=15, deadline=None)
def test_small_packets_lost_among_large_ones_are_counted(refers_to, lost, seed):
    rng = np.random.default_rng(seed)
    count = rng.integers(1, 70, 300)
    end = np.cumsum(count)
    true_s = np.arange(end[-1]) / 51.7
    kept = np.ones(300, np.bool_)
    kept[list(lost)] = False
    n = int(count[kept].sum())
    block = SampleBlock(
        notification=np.arange(np.count_nonzero(kept)),
        ticks=np.rint(true_s[end - (1 if refers_to == "last" else count)] * 1e9).astype(np.int64)[kept],
        count=count[kept],
        acc_sensor_mps2=np.zeros((n, 3)),
        gyr_sensor_radps=None,
        clipped=np.zeros(n, np.bool_),
    )
    spec = ClockSpec(tick_hz=1e9, wrap_bits=None, refers_to=refers_to)
    times = fit_segment(
        block, true_s[end - 1][kept] + rng.uniform(0, 0.03, len(block.count)), spec=spec, nominal_rate_hz=52
    )
    missing = np.rint(np.diff(times.time_s) * 51.7).astype(int) - 1
    expected = np.rint(np.diff(true_s[np.repeat(kept, count)]) * 51.7).astype(int) - 1
    assert np.array_equal(missing, expected)


def test_a_pause_that_is_no_whole_number_of_packets_is_a_break_of_its_own():
    stream = streamed(duration_s=120, paused_at_s=49.999, pause_s=0.35)
    times = stream.fit()
    (gap,) = times.gaps
    assert gap.reason == "samples dropped by the sensor"
    assert gap.end_s - gap.start_s == pytest.approx(0.35 + 1 / 104, abs=0.001)
    assert np.ptp(times.time_s - stream.true_s) < 0.001


@pytest.mark.parametrize("samples", [7.7, 8.3])
def test_a_pause_of_nearly_one_packet_is_no_packet_lost_on_the_way(samples):
    stream = streamed(duration_s=120, paused_at_s=49.999, pause_s=samples / 104)
    (gap,) = stream.fit().gaps
    assert gap.reason == "samples dropped by the sensor"


def test_a_silence_longer_than_a_minute_is_not_counted_in_packets():
    stream = streamed(duration_s=200, paused_at_s=49.999, pause_s=1000 * 8 / 104)
    (gap,) = stream.fit().gaps
    assert gap.reason == "samples dropped by the sensor"


def test_a_restart_of_the_sensor_begins_a_clock_of_its_own():
    first = streamed(duration_s=60, clock_ppm=40, up_s=1000)
    second = streamed(duration_s=60, clock_ppm=40, up_s=3, seed=1)
    later_s = 75.0
    block = block_of(np.concatenate([first.block.ticks, second.block.ticks]), 8)
    arrival_s = np.concatenate([first.arrival_s, second.arrival_s + later_s])
    true_s = np.concatenate([first.true_s, second.true_s + later_s])

    times = fit_segment(block, arrival_s, spec=MILLISECONDS, nominal_rate_hz=104)

    assert times.time_s - true_s == pytest.approx(LATENCY_S, abs=0.004)
    (gap,) = times.gaps
    assert gap.reason == "sensor restarted"
    assert gap.end_s - gap.start_s == pytest.approx(later_s - 60, abs=0.1)


def test_a_clock_that_goes_on_from_the_very_tick_of_the_packet_before_begins_anew():
    first, second = streamed(duration_s=60), streamed(duration_s=60, seed=1)
    again = second.block.ticks - second.block.ticks[0] + first.block.ticks[-1]
    block = block_of(np.concatenate([first.block.ticks, again]), 8)
    arrival_s = np.concatenate([first.arrival_s, second.arrival_s + 75.0])
    times = fit_segment(block, arrival_s, spec=MILLISECONDS, nominal_rate_hz=104)
    true_s = np.concatenate([first.true_s, second.true_s + 75.0])
    assert times.time_s - true_s == pytest.approx(LATENCY_S, abs=0.004)
    assert [gap.reason for gap in times.gaps] == ["sensor restarted"]


@pytest.mark.parametrize("ahead_ms", [90_000, 2**30])
def test_a_packet_dated_far_ahead_moves_no_other(ahead_ms):
    stream = streamed(duration_s=60)
    ticks = stream.block.ticks.copy()
    ticks[400] += ahead_ms
    times = fit_segment(block_of(ticks, 8), stream.arrival_s, spec=MILLISECONDS, nominal_rate_hz=104)
    assert times.time_s - stream.true_s == pytest.approx(LATENCY_S, abs=0.03)


def test_a_clock_that_is_set_amid_the_stream_begins_anew():
    stream = streamed(duration_s=60)
    ticks = np.where(np.arange(len(stream.block.ticks)) < 400, 0, 10**9) + stream.block.ticks
    times = fit_segment(block_of(ticks, 8), stream.arrival_s, spec=MILLISECONDS, nominal_rate_hz=104)
    assert times.time_s - stream.true_s == pytest.approx(LATENCY_S, abs=0.03)
    assert [gap.reason for gap in times.gaps] == ["sensor restarted"]


def test_packets_dated_by_their_last_sample_are_placed_alike():
    last = streamed(duration_s=60, refers_to="last").fit(
        ClockSpec(tick_hz=1000, wrap_bits=32, refers_to="last")
    )
    first = streamed(duration_s=60).fit()
    assert last.time_s == pytest.approx(first.time_s, abs=0.001)


def test_a_counter_that_wraps_goes_on():
    stream = streamed(duration_s=60, up_s=2**32 / 1000 - 30)
    times = stream.fit()
    assert times.gaps == ()
    assert times.time_s - stream.true_s == pytest.approx(LATENCY_S, abs=0.003)


def test_a_few_seconds_take_the_clocks_for_equal():
    stream = streamed(duration_s=8, clock_ppm=80)
    times = stream.fit()
    assert times.clock_rate_ppm == 0
    assert np.abs(times.time_s - stream.true_s).max() < 0.03


def two_streams(delay_s: float) -> tuple[list[SampleBlock], list[np.ndarray], np.ndarray]:
    """Return streams of eight samples a packet, the second one late by ``delay_s``; arrivals; true times."""
    true_s = np.arange(8 * 400) / 104
    ticks = np.rint(1000 * true_s[::8]).astype(np.int64)
    blocks = [replace(block_of(ticks, 8), notification=2 * np.arange(400) + i) for i in range(2)]
    arrival_s = np.repeat(true_s[7::8], 2) + np.tile([0.0, delay_s], 400)
    return blocks, [arrival_s, arrival_s], true_s


def test_streams_of_one_clock_share_one_line():
    blocks, arrivals_s, true_s = two_streams(0.012)
    alone = [
        fit_segment(*stream, spec=MILLISECONDS, nominal_rate_hz=104)
        for stream in zip(blocks, arrivals_s, strict=True)
    ]
    first, second = fit_streams(blocks, arrivals_s, spec=MILLISECONDS, nominal_rate_hz=104)
    assert alone[1].time_s - alone[0].time_s == pytest.approx(0.012, abs=1e-4)
    assert second.time_s == pytest.approx(first.time_s, abs=1e-6)
    assert first.time_s == pytest.approx(true_s, abs=1e-3)


def test_a_packet_dated_far_ahead_in_one_stream_moves_no_other_of_either():
    blocks, arrivals_s, true_s = two_streams(0.0)
    ticks = blocks[1].ticks.copy()
    ticks[200] += 10**6
    first, second = fit_streams(
        [blocks[0], replace(blocks[1], ticks=ticks)], arrivals_s, spec=MILLISECONDS, nominal_rate_hz=104
    )
    others = np.arange(len(true_s)) // 8
    # What came between the damaged packet and the next one begins a clock of its own, a sample early at most.
    assert np.abs(first.time_s - true_s)[others != 201].max() < 1e-3
    assert np.abs(first.time_s - true_s).max() < 1.1 / 104
    assert np.abs(second.time_s - true_s)[others != 200].max() < 1e-3


def test_only_the_arrival_of_the_dating_notification_counts():
    stream = streamed(duration_s=20)
    block = stream.block
    spread = SampleBlock(
        2 * block.notification + 1, block.ticks, block.count, block.acc_sensor_mps2, None, block.clipped
    )
    arrival_s = np.repeat(stream.arrival_s, 2)
    arrival_s[::2] -= 100  # first parts of split packets
    found = fit_segment(spread, arrival_s, spec=MILLISECONDS, nominal_rate_hz=104)
    assert np.array_equal(found.time_s, stream.fit().time_s)


def test_one_packet_is_dated_by_its_arrival():
    block = block_of(np.array([123_456]), 8)
    times = fit_segment(block, np.array([10.0]), spec=MILLISECONDS, nominal_rate_hz=104)
    assert times.time_s == pytest.approx(10 - np.arange(7, -1, -1) / 104, abs=1e-9)
    assert times.rate_hz == pytest.approx(104)


def test_no_packets_have_no_times():
    times = fit_segment(
        block_of(np.zeros(0, np.int64), 8), np.zeros(0), spec=MILLISECONDS, nominal_rate_hz=104
    )
    assert (len(times.time_s), times.gaps) == (0, ())


@given(
    ticks=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20),
    samples=st.integers(1, 8),
    seed=st.integers(0, 100),
)
@settings(max_examples=50, deadline=None)
def test_times_increase_whatever_a_broken_counter_shows(ticks, samples, seed):
    arrival_s = np.cumsum(np.random.default_rng(seed).uniform(0, 0.2, len(ticks)))
    times = fit_segment(block_of(np.array(ticks), samples), arrival_s, spec=MILLISECONDS, nominal_rate_hz=104)
    assert len(times.time_s) == len(ticks) * samples
    assert np.isfinite(times.time_s).all()
    assert (np.diff(times.time_s) > 0).all()


@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_times_increase_whatever_an_endless_counter_shows(ticks):
    arrival_s = 0.01 * np.arange(1, len(ticks) + 1)
    spec = ClockSpec(tick_hz=1_000_000, wrap_bits=None)
    times = fit_segment(block_of(np.array(ticks), 1), arrival_s, spec=spec, nominal_rate_hz=100)
    assert (np.diff(times.time_s) > 0).all()
    # Delays of less than a minute are believed.
    assert np.abs(times.time_s - arrival_s).max() < 60 * len(ticks)


def test_imported_times_are_taken_as_they_are():
    block = SampleBlock(
        notification=np.array([0, 1]),
        ticks=np.array([1_000_000, 2_500_000]),
        count=np.array([3, 2]),
        acc_sensor_mps2=np.zeros((5, 3)),
        gyr_sensor_radps=None,
        clipped=np.zeros(5, np.bool_),
        sample_offset_ticks=np.array([0, 9_000, 20_500, 0, 10_000]),
    )
    spec = ClockSpec(tick_hz=1_000_000, wrap_bits=None, is_session_time=True)
    times = fit_segment(block, np.zeros(2), spec=spec, nominal_rate_hz=None)
    assert times.time_s.tolist() == [1.0, 1.009, 1.0205, 2.5, 2.51]
    assert [(gap.start_s, gap.end_s, gap.reason) for gap in times.gaps] == [(1.0205, 2.5, "rows missing")]


def test_packets_of_single_samples_may_be_dated_by_the_packet_alone():
    spec = ClockSpec(tick_hz=1000, wrap_bits=None, is_session_time=True)
    times = fit_segment(block_of(np.array([0, 10, 20]), 1), np.zeros(3), spec=spec, nominal_rate_hz=None)
    assert times.time_s.tolist() == [0, 0.01, 0.02]
    assert times.rate_hz == pytest.approx(100)


def test_a_counter_that_all_but_stands_still_does_not_stop_time():
    arrival_s = np.arange(1000) * 8 / 104
    times = fit_segment(block_of(np.arange(1000), 8), arrival_s, spec=MILLISECONDS, nominal_rate_hz=104)
    assert times.time_s[::8] == pytest.approx(arrival_s, abs=0.1)


def test_an_oscillator_that_changes_its_pace_for_good_is_followed():
    slow_s, fast_s = np.arange(8 * 780) / 104, np.arange(8 * 780) / 94
    true_s = np.concatenate([slow_s, slow_s[-1] + 1 / 104 + fast_s])
    block = block_of(np.floor(true_s[::8] * 1000).astype(np.int64), 8)
    times = fit_segment(block, true_s[7::8], spec=MILLISECONDS, nominal_rate_hz=104)
    assert np.abs(times.time_s - true_s).max() < 0.5
    assert np.diff(times.time_s[:3000]) == pytest.approx(1 / 104, rel=0.01)
    assert np.diff(times.time_s[-3000:]) == pytest.approx(1 / 94, rel=0.01)


def test_a_sensor_with_a_clock_needs_its_nominal_rate():
    with pytest.raises(ValueError, match="rate"):
        fit_segment(
            block_of(np.array([0, 77]), 8), np.array([0.0, 0.1]), spec=MILLISECONDS, nominal_rate_hz=None
        )


def test_unwrapping_takes_the_shorter_way_round():
    assert unwrap(np.array([250, 5, 10]), 8).tolist() == [250, 261, 266]
    assert unwrap(np.array([100, 20, 30]), 8).tolist() == [100, 20, 30]
    assert unwrap(np.array([250, 5]), None).tolist() == [250, 5]
    assert unwrap(np.zeros(0, np.int64), 8).tolist() == []


@given(st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=50), st.integers(0, 2**32 - 1))
def test_unwrapping_undoes_wrapping(steps, start):
    true_ticks = start + np.cumsum(np.array(steps))
    unwrapped = unwrap(true_ticks % 2**32, 32)
    assert np.array_equal(np.diff(unwrapped), np.diff(true_ticks))
