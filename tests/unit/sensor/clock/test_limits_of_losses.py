"""Which step between two packets is a loss, of how much, and which is a break: at each limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sensor.clock.timeline import ClockSpec, SegmentTimes, fit_segment
from sensor.samples import FloatArray, SampleBlock

MICROSECONDS = ClockSpec(tick_hz=1e6, wrap_bits=None)
SESSION = ClockSpec(tick_hz=1000.0, wrap_bits=None, is_session_time=True)
RATE_HZ = 100.0
SAMPLES = 10


def block_of(ticks: FloatArray | list[float], samples: int = SAMPLES) -> SampleBlock:
    count = np.full(len(ticks), samples)
    rows = int(count.sum())
    return SampleBlock(
        notification=np.arange(len(ticks)),
        ticks=np.rint(ticks).astype(np.int64),
        count=count,
        acc_sensor_mps2=np.zeros((rows, 3)),
        gyr_sensor_radps=None,
        clipped=np.zeros(rows, dtype=bool),
    )


def fitted(late_s: float, *, samples: int = SAMPLES, packets: int = 200) -> SegmentTimes:
    """Return the times of packets of which all from the hundredth on come this much later."""
    start_s = np.arange(packets) * samples / RATE_HZ + np.where(np.arange(packets) >= 100, late_s, 0.0)
    arrival_s = 50.0 + start_s + (samples - 1) / RATE_HZ
    return fit_segment(
        block_of(start_s * 1e6, samples), arrival_s, spec=MICROSECONDS, nominal_rate_hz=RATE_HZ
    )


@pytest.mark.parametrize(
    ("late_packets", "reasons"),
    [
        pytest.param(0.49, [], id="less-than-half-a-packet"),
        pytest.param(0.51, ["samples dropped by the sensor"], id="more"),
        pytest.param(0.985, ["samples dropped by the sensor"], id="hardly-a-packet"),
        pytest.param(0.995, ["packets lost"], id="a-packet"),
        pytest.param(1.005, ["packets lost"], id="a-packet-and-a-little"),
        pytest.param(1.015, ["samples dropped by the sensor"], id="more-than-that"),
        pytest.param(3.0, ["packets lost"], id="three"),
        pytest.param(3.5, ["samples dropped by the sensor"], id="three-and-a-half"),
        pytest.param(599.0, ["packets lost"], id="not-quite-a-minute"),
        pytest.param(600.0, ["samples dropped by the sensor"], id="a-minute"),
    ],
)
def test_a_late_packet_is_a_loss_of_whole_ones_or_a_break(late_packets: float, reasons: list[str]) -> None:
    times = fitted(late_packets * SAMPLES / RATE_HZ)
    assert [gap.reason for gap in times.gaps] == reasons
    if reasons == ["packets lost"]:
        (gap,) = times.gaps
        missing = round((gap.end_s - gap.start_s) * RATE_HZ) - 1
        assert missing == round(late_packets) * SAMPLES
        assert (gap.start_s, gap.end_s) == (times.time_s[999], times.time_s[1000])


def test_a_steady_stream_is_dated_by_its_rate_and_its_offset() -> None:
    times = fitted(0.0)
    np.testing.assert_allclose(times.time_s, 50.0 + np.arange(2000) / RATE_HZ, atol=2e-6)
    assert times.rate_hz == pytest.approx(RATE_HZ, rel=1e-7)
    assert (times.clock_rate_ppm, times.offset_s) == (
        pytest.approx(0.0, abs=0.01),
        pytest.approx(50.0, abs=1e-5),
    )
    assert times.gaps == ()


@pytest.mark.parametrize(("step_ms", "gaps"), [(15.0, 0), (16.0, 1)])
def test_in_a_file_a_step_of_more_than_half_as_much_again_is_a_missing_row(step_ms: float, gaps: int) -> None:
    ticks = np.concatenate((np.arange(20) * 10.0, 190.0 + step_ms + np.arange(20) * 10.0))
    times = fit_segment(block_of(ticks, 1), np.zeros(40), spec=SESSION, nominal_rate_hz=None)
    np.testing.assert_allclose(times.time_s, ticks / 1000.0)
    assert [(gap.start_s, gap.end_s, gap.reason) for gap in times.gaps] == [
        (0.19, pytest.approx(0.19 + step_ms / 1000.0), "rows missing")
    ] * gaps
    assert (times.rate_hz, times.clock_rate_ppm, times.offset_s) == (pytest.approx(100.0), 0.0, 0.0)


def test_rows_of_a_file_may_be_dated_one_by_one() -> None:
    block = replace(block_of([0.0, 30.0], 3), sample_offset_ticks=np.array([0, 10, 20, 0, 10, 20]))
    times = fit_segment(block, np.zeros(2), spec=SESSION, nominal_rate_hz=None)
    np.testing.assert_allclose(times.time_s, [0.0, 0.01, 0.02, 0.03, 0.04, 0.05])


@pytest.mark.parametrize("ticks", [[], [7.0], [7.0, 7.0]])
def test_a_file_of_hardly_any_rows_has_no_rate(ticks: list[float]) -> None:
    times = fit_segment(block_of(ticks, 1), np.zeros(len(ticks)), spec=SESSION, nominal_rate_hz=None)
    assert np.isnan(times.rate_hz)
    assert (len(times.time_s), times.gaps) == (len(ticks), ())


def test_a_connection_without_any_packet_has_no_times() -> None:
    times = fit_segment(block_of([]), np.zeros(0), spec=MICROSECONDS, nominal_rate_hz=RATE_HZ)
    assert (len(times.time_s), times.gaps) == (0, ())
    assert np.isnan(times.rate_hz)
    assert (times.clock_rate_ppm, times.offset_s) == (0.0, 0.0)


def test_a_clock_without_a_rate_asked_for_is_refused() -> None:
    with pytest.raises(ValueError, match="rate that was asked for"):
        fit_segment(block_of([0.0, 1e5]), np.zeros(2), spec=MICROSECONDS, nominal_rate_hz=None)


@pytest.mark.parametrize(("ahead_s", "reasons"), [(59.9, {"packets lost"}), (60.1, {"sensor restarted"})])
def test_a_clock_a_minute_ahead_of_its_arrivals_was_set(ahead_s: float, reasons: set[str]) -> None:
    start_s = np.arange(200) * SAMPLES / RATE_HZ
    ticks = 1e6 * (start_s + np.where(np.arange(200) >= 100, ahead_s, 0.0))
    times = fit_segment(block_of(ticks), 50.0 + start_s, spec=MICROSECONDS, nominal_rate_hz=RATE_HZ)
    assert {gap.reason for gap in times.gaps} == reasons
