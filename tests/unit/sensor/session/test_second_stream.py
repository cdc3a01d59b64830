"""Accelerations and angular rates that came apart: which belong together, and what is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.samples import Gap
from sensor.session.second_stream import MISSING, with_angular_rates
from sensor.session.segments import DecodedSegment

RATE_HZ = 100.0


def segment(time_s, *, is_gyr: bool, gaps: tuple[Gap, ...] = (), rejected: int = 0) -> DecodedSegment:
    """Two full swings a second, whose value at a moment is known: sine on x, cosine on y."""
    time_s = np.asarray(time_s, np.float64)
    phase = 4 * np.pi * time_s
    value = np.stack([np.sin(phase), np.cos(phase), time_s], axis=1)
    return DecodedSegment(
        reason="start",
        rejected=rejected,
        rate_hz=RATE_HZ,
        time_s=time_s,
        acc_sensor_mps2=np.full_like(value, np.nan) if is_gyr else value,
        gyr_sensor_radps=value if is_gyr else None,
        clipped=np.zeros(len(time_s), np.bool_),
        gaps=gaps,
    )


def test_rates_between_those_that_came_are_interpolated():
    time_s = np.arange(300) / RATE_HZ
    joined = with_angular_rates(
        segment(time_s, is_gyr=False, rejected=2), segment(time_s + 0.004, is_gyr=True, rejected=3)
    )
    # The first acceleration came before any rate.
    assert joined.time_s.tolist() == time_s[1:].tolist()
    # A line through a sine departs from it by (step * 2 pi f)^2 / 8 at most.
    assert joined.gyr_sensor_radps == pytest.approx(joined.acc_sensor_mps2, abs=(0.04 * np.pi) ** 2 / 8)
    assert joined.gaps == ()
    assert joined.rejected == 5


def test_rates_of_the_same_moment_are_taken_as_they_are():
    time_s = np.arange(300) / RATE_HZ
    rates = segment(time_s, is_gyr=True)
    late = np.random.default_rng(1).uniform(-0.0004, 0.0004, 300)
    acc = segment(time_s + late, is_gyr=False)
    joined = with_angular_rates(acc, rates)
    assert joined.gyr_sensor_radps == pytest.approx(rates.gyr_sensor_radps, rel=1e-12, abs=1e-12)
    assert np.array_equal(joined.time_s, acc.time_s)


def test_what_has_no_rates_nearby_is_left_out_as_a_gap():
    time_s = np.arange(300) / RATE_HZ
    came = np.delete(time_s, slice(100, 110))
    joined = with_angular_rates(segment(time_s, is_gyr=False), segment(came, is_gyr=True))
    assert joined.time_s.tolist() == came.tolist()
    assert joined.gaps == (Gap(0.99, 1.1, MISSING),)


def test_one_lost_rate_is_bridged():
    time_s = np.arange(300) / RATE_HZ
    joined = with_angular_rates(segment(time_s, is_gyr=False), segment(np.delete(time_s, 100), is_gyr=True))
    assert joined.time_s.tolist() == time_s.tolist()
    assert joined.gyr_sensor_radps == pytest.approx(joined.acc_sensor_mps2, abs=0.01)


def test_gaps_of_the_accelerations_keep_their_reason_and_grow_by_what_is_left_out():
    time_s = np.delete(np.arange(300) / RATE_HZ, [*range(50, 60), *range(200, 210)])
    gaps = (Gap(0.49, 0.6, "packets lost"), Gap(1.99, 2.1, "packets lost"))
    rates_s = np.delete(np.arange(300) / RATE_HZ, range(195, 205))
    joined = with_angular_rates(segment(time_s, is_gyr=False, gaps=gaps), segment(rates_s, is_gyr=True))
    assert joined.gaps == (Gap(0.49, 0.6, "packets lost"), Gap(1.94, 2.1, "packets lost"))


def with_clipped(whole: DecodedSegment, row: int) -> DecodedSegment:
    """Return the segment with one sample at full scale."""
    return replace(whole, clipped=np.arange(len(whole.time_s)) == row)


def test_clipping_of_either_is_kept():
    time_s = np.arange(10) / RATE_HZ
    rates = with_clipped(segment(time_s + 0.005, is_gyr=True), 4)
    joined = with_angular_rates(segment(time_s, is_gyr=False), rates)
    assert joined.time_s[joined.clipped].tolist() == [0.04, 0.05]


@pytest.mark.parametrize("late_s", [-0.0002, 0.0, 0.0002])
def test_a_clipped_neighbour_that_is_no_part_of_the_rate_marks_nothing(late_s):
    time_s = np.arange(10) / RATE_HZ
    rates = with_clipped(segment(time_s, is_gyr=True), 4)
    joined = with_angular_rates(segment(time_s + late_s, is_gyr=False), rates)
    assert np.flatnonzero(joined.clipped).tolist() == [4]


@pytest.mark.parametrize(("acc", "gyr"), [([], [0.0, 0.01]), ([0.0, 0.01], []), ([], [])])
def test_one_stream_alone_makes_no_samples(acc, gyr):
    joined = with_angular_rates(segment(acc, is_gyr=False, rejected=1), segment(gyr, is_gyr=True))
    assert len(joined.time_s) == 0
    assert joined.gaps == ()
    assert joined.rejected == 1


@given(
    st.lists(st.floats(0, 10), min_size=1, max_size=40, unique=True),
    st.lists(st.floats(0, 10), min_size=1, max_size=40, unique=True),
)
def test_nothing_is_invented(acc, gyr):
    rates = segment(sorted(gyr), is_gyr=True)
    joined = with_angular_rates(segment(sorted(acc), is_gyr=False), rates)
    assert set(joined.time_s.tolist()) <= set(acc)
    assert np.isfinite(joined.gyr_sensor_radps if len(joined.time_s) else np.zeros(1)).all()
    for time_s, rate in zip(
        joined.time_s, joined.gyr_sensor_radps[:, 2] if len(joined.time_s) else (), strict=True
    ):
        assert np.abs(rates.time_s - time_s).min() <= 2.5 / RATE_HZ
        assert abs(rate - time_s) <= 0.05 / RATE_HZ + 1e-9
