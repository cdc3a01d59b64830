"""Lost samples filled from the neighbouring strides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.signal.gait import find_gait
from analysis.signal.gapfill import fill_gaps, fillable
from analysis.signal.records import EvenStream, Gait
from analysis.signal.static_periods import find_static_periods
from analysis.signal.strapdown import long_losses
from analysis.signal.timebase import even_stream
from sensor.samples import BoolArray, FloatArray
from sensor.virtual.runner.imu_errors import loss_mask
from tests.support.short_runs import PLAIN, trunk_recording, virtual
from tests.support.streams import RATE_HZ, even, even_gait

CONFIG = AnalysisConfig()
STRIDE = 74.0


def periodic(count: int) -> FloatArray:
    """Return (n, 3) values that repeat every stride and drift on top of it."""
    phase = 2 * np.pi * np.arange(count) / STRIDE
    return np.stack(
        (np.sin(phase), np.sin(2 * phase) + 0.4 * np.cos(6 * phase), 9.8 + np.cos(2 * phase)), axis=1
    ) + np.linspace(0.0, 1.0, count)[:, None]  # fmt: skip


def torn(count: int, *holes: tuple[int, int]) -> tuple[EvenStream, FloatArray]:
    """Return a stream with holes bridged by straight lines, and what was lost."""
    truth = periodic(count)
    present = np.ones(count, dtype=bool)
    for first, last in holes:
        present[first:last] = False
    row = np.arange(count)
    bridged = np.stack([np.interp(row, row[present], v[present]) for v in truth.T], axis=1)
    return even(bridged, 0.1 * bridged, present=present), truth


def test_a_repeating_signal_with_a_drift_is_filled_exactly() -> None:
    stream, truth = torn(1500, (500, 530), (811, 815))
    filled = fill_gaps(stream, even_gait(0, 1500, STRIDE / 2, 1500), CONFIG.signal)
    # Linear interpolation between rows of the template is all that is left; the straight line misses by 2.
    np.testing.assert_allclose(filled.acc_sensor_mps2, truth, atol=0.03)
    assert filled.gyr_sensor_radps is not None
    np.testing.assert_allclose(filled.gyr_sensor_radps, 0.1 * truth, atol=0.003)
    assert np.abs(stream.acc_sensor_mps2 - truth).max() > 1.0


def test_received_rows_are_never_touched_and_lost_ones_stay_marked() -> None:
    stream, _ = torn(1500, (500, 530), (811, 815))
    filled = fill_gaps(stream, even_gait(0, 1500, STRIDE / 2, 1500), CONFIG.signal)
    np.testing.assert_array_equal(filled.present, stream.present)
    np.testing.assert_array_equal(
        filled.acc_sensor_mps2[stream.present], stream.acc_sensor_mps2[stream.present]
    )


def test_a_filled_gap_meets_the_samples_on_both_sides() -> None:
    rng = np.random.default_rng(3)
    stream, _ = torn(1500, (500, 520))
    jumpy = stream.acc_sensor_mps2.copy()
    jumpy[:500] += rng.normal(0.0, 0.01, (500, 3)) + 0.5
    filled = fill_gaps(
        replace(stream, acc_sensor_mps2=jumpy), even_gait(0, 1500, STRIDE / 2, 1500), CONFIG.signal
    )
    steps = np.abs(np.diff(filled.acc_sensor_mps2, axis=0)).max(axis=1)
    assert steps[499:521].max() < 1.5 * np.abs(np.diff(periodic(1500), axis=0)).max()


@pytest.mark.parametrize(("rows", "is_filled"), [(30, True), (42, True), (60, False), (120, False)])
def test_long_gaps_keep_their_straight_line(rows: int, is_filled: bool) -> None:
    stream, truth = torn(1500, (500, 500 + rows))
    filled = fill_gaps(stream, even_gait(0, 1500, STRIDE / 2, 1500), CONFIG.signal)
    assert (np.abs(filled.acc_sensor_mps2 - truth).max() < 0.1) == is_filled
    if not is_filled:
        np.testing.assert_array_equal(filled.acc_sensor_mps2, stream.acc_sensor_mps2)


def test_gaps_outside_bouts_or_at_their_edge_are_left_alone() -> None:
    stream, _ = torn(1500, (50, 60), (295, 305), (1200, 1210))
    gait = even_gait(300, 1100, STRIDE / 2, 1500)
    first, _ = fillable(stream, gait, CONFIG.signal)
    assert len(first) == 0
    assert fill_gaps(stream, gait, CONFIG.signal) is stream


def test_a_gap_without_whole_neighbours_is_left_alone() -> None:
    holes = [(500 + round(k * STRIDE), 520 + round(k * STRIDE)) for k in range(-3, 4)]
    stream, _ = torn(1500, *holes)
    filled = fill_gaps(stream, even_gait(0, 1500, STRIDE / 2, 1500), CONFIG.signal)
    np.testing.assert_array_equal(filled.acc_sensor_mps2[505:515], stream.acc_sensor_mps2[505:515])


def test_losses_at_the_very_ends_are_left_alone() -> None:
    truth = periodic(1500)
    present = np.ones(1500, dtype=bool)
    present[:10] = present[1490:] = False
    stream = even(truth, truth, present=present)
    assert fill_gaps(stream, even_gait(0, 1500, STRIDE / 2, 1500), CONFIG.signal) is stream


def test_without_a_gyroscope_acceleration_alone_is_filled() -> None:
    stream, truth = torn(1500, (500, 530))
    filled = fill_gaps(
        replace(stream, gyr_sensor_radps=None), even_gait(0, 1500, STRIDE / 2, 1500), CONFIG.signal
    )
    assert filled.gyr_sensor_radps is None
    np.testing.assert_allclose(filled.acc_sensor_mps2, truth, atol=0.03)


def _error(found: FloatArray | None, truth: FloatArray | None, lost: BoolArray) -> float:
    assert found is not None
    assert truth is not None
    return float(np.sqrt(((found - truth)[lost] ** 2).mean()))


@pytest.mark.parametrize("gap_s", [0.05, 0.1, 0.2])
def test_on_a_run_filling_halves_the_error_of_straight_lines(gap_s: float) -> None:
    run = virtual(PLAIN)
    lost = loss_mask(len(run.time_s), run.rate_hz, gap_s=gap_s, fraction=0.04, rng=np.random.default_rng(7))
    lost &= (run.time_s > 35.0) & (run.time_s < 100.0)
    whole = run.sensors[0].measured
    raw = even_stream(trunk_recording(run, lost=lost), CONFIG.signal)
    gait: Gait = find_gait(raw, find_static_periods(raw, CONFIG.rest), config=CONFIG.gait)
    filled = fill_gaps(raw, gait, CONFIG.signal)
    for name in ("acc_sensor_mps2", "gyr_sensor_radps"):
        truth = getattr(whole, name)
        assert _error(getattr(filled, name), truth, lost) < 0.5 * _error(getattr(raw, name), truth, lost)


@pytest.mark.parametrize("cadence_spm", [140.0, 180.0, 215.0])
def test_every_gap_that_does_not_break_the_frame_is_filled(cadence_spm: float) -> None:
    stride_rows = 120.0 / cadence_spm * RATE_HZ
    broken_rows = round(CONFIG.signal.broken_s * RATE_HZ)
    stream, _ = torn(1500, (500, 500 + broken_rows))
    first, _ = fillable(stream, even_gait(0, 1500, stride_rows / 2, 1500), CONFIG.signal)
    assert len(first) == 1
    assert len(long_losses(stream, broken_rows)[0]) == 0
