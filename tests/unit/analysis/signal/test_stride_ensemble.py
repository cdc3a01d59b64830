"""Folding onto the stride and its even and odd parts."""

from __future__ import annotations

import numpy as np

from analysis.signal.records import Strides
from analysis.signal.stride_ensemble import even_odd, phase_average, stride_phase


def strides(*edges: tuple[float, float, float], bout: tuple[int, ...] | None = None) -> Strides:
    start, middle, end = (np.array(column, dtype=np.float64) for column in zip(*edges, strict=True))
    number = np.zeros(len(edges), dtype=np.int64) if bout is None else np.array(bout)
    return Strides(
        start_row=start, middle_row=middle, end_row=end, bout=number, running=np.ones(len(edges), dtype=bool)
    )


def test_phase_runs_from_nought_through_a_half_at_the_other_foot_to_one() -> None:
    row, phase = stride_phase(strides((10.0, 14.0, 20.0)), np.array([True]), 100)
    assert row.tolist() == list(range(10, 20))
    np.testing.assert_allclose(phase[[0, 2, 4, 7]], [0.0, 0.25, 0.5, 0.75])


def test_rows_between_strides_belong_to_none() -> None:
    row, _ = stride_phase(strides((10.0, 15.0, 20.0), (40.0, 45.0, 50.0)), np.array([True, True]), 100)
    assert row.tolist() == [*range(10, 20), *range(40, 50)]


def test_strides_that_are_left_out_hold_no_rows() -> None:
    three = strides((0.0, 5.0, 10.0), (10.0, 15.0, 20.0), (20.0, 25.0, 30.0))
    row, _ = stride_phase(three, np.array([True, False, True]), 100)
    assert row.tolist() == [*range(10), *range(20, 30)]


def test_no_stride_has_no_phase() -> None:
    row, phase = stride_phase(strides((0.0, 5.0, 10.0)), np.array([False]), 100)
    assert len(row) == len(phase) == 0


def test_a_course_repeated_every_stride_is_found_again() -> None:
    twenty = strides(*((20.0 * k, 20.0 * k + 10.0, 20.0 * (k + 1)) for k in range(20)))
    row, phase = stride_phase(twenty, np.ones(20, dtype=bool), 400)
    noise = 0.1 * np.random.default_rng(1).standard_normal(400)
    waveform = phase_average((np.sin(2 * np.pi * row / 20) + noise[row])[None], phase, 20)[0]
    np.testing.assert_allclose(waveform, np.sin(2 * np.pi * np.arange(20) / 20), atol=0.08)


def test_even_and_odd_parts_sum_to_the_course_and_are_what_they_say() -> None:
    waveform = np.random.default_rng(2).standard_normal((3, 50))
    even, odd = even_odd(waveform)
    np.testing.assert_allclose(even + odd, waveform)
    np.testing.assert_allclose(np.roll(even, 25, axis=1), even)
    np.testing.assert_allclose(np.roll(odd, 25, axis=1), -odd)


def test_step_rate_is_even_and_stride_rate_is_odd() -> None:
    phase = np.arange(50) / 50
    even, odd = even_odd(np.stack((np.sin(4 * np.pi * phase), np.sin(2 * np.pi * phase))))
    np.testing.assert_allclose(odd[0], 0.0, atol=1e-12)
    np.testing.assert_allclose(even[1], 0.0, atol=1e-12)
