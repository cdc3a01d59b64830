from __future__ import annotations

import numpy as np
import pytest

from sensor.samples import Gap
from sensor.session.segments import DecodedSegment, JoinedSamples, SegmentJoiner


def _segment(
    start_s: float, samples: int, reason: str = "link lost", *, gyroscope: bool = True, rejected: int = 0
) -> DecodedSegment:
    """A segment at 10 Hz whose x acceleration is its time."""
    time_s = start_s + np.arange(samples) / 10
    acc = np.column_stack([time_s, np.zeros((samples, 2))])
    return DecodedSegment(
        reason=reason,
        rejected=rejected,
        rate_hz=10.0 if samples > 1 else float("nan"),
        time_s=time_s,
        acc_sensor_mps2=acc,
        gyr_sensor_radps=-acc if gyroscope else None,
        clipped=np.zeros(samples, np.bool_),
        gaps=(),
    )


def _joined(*segments: DecodedSegment, has_gyroscope: bool = True) -> JoinedSamples:
    joiner = SegmentJoiner()
    for number, segment in enumerate(segments, start=1):
        joiner.add(segment, number / len(segments))
    return joiner.finish(has_gyroscope=has_gyroscope)


def test_what_a_segment_repeats_of_the_one_before_is_left_out() -> None:
    joined = _joined(_segment(0.0, 11), _segment(0.85, 11))
    assert (np.diff(joined.time_s) > 0).all()
    assert joined.segment_start.tolist() == [0, 11]
    assert joined.time_s[11] == pytest.approx(1.05)
    np.testing.assert_array_equal(joined.acc_sensor_mps2[:, 0], joined.time_s)
    assert joined.gyr_sensor_radps is not None
    np.testing.assert_array_equal(joined.gyr_sensor_radps[:, 0], -joined.time_s)
    assert joined.gaps == ()


def test_a_segment_wholly_inside_the_one_before_leaves_nothing() -> None:
    joined = _joined(_segment(0.0, 21), _segment(0.5, 5), _segment(5.0, 5))
    assert joined.segment_start.tolist() == [0, 21]
    assert joined.gaps == (Gap(2.0, 5.0, "link lost"),)


def test_a_gap_over_empty_segments_keeps_the_first_reason() -> None:
    joined = _joined(
        _segment(0.0, 11, "start"),
        _segment(3.0, 0, "sensor restarted"),
        _segment(5.0, 11, "link lost"),
    )
    assert joined.gaps == (Gap(1.0, 5.0, "sensor restarted"),)


def test_a_single_sample_before_a_loss_is_followed_by_a_gap() -> None:
    joined = _joined(_segment(0.0, 11), _segment(2.0, 1))
    assert joined.gaps == (Gap(1.0, 2.0, "link lost"),)


def test_segments_that_follow_within_a_sample_period_have_no_gap_between() -> None:
    joined = _joined(_segment(0.0, 11), _segment(1.1, 11))
    assert joined.gaps == ()


@pytest.mark.parametrize("periods", [2, 3])
def test_a_hole_of_a_few_samples_between_two_connections_is_a_gap(periods: int) -> None:
    start_s = 1.0 + periods / 10
    joined = _joined(_segment(0.0, 11), _segment(start_s, 11))
    assert joined.gaps == (Gap(1.0, start_s, "link lost"),)


def test_rejected_packets_add_up_over_all_segments() -> None:
    joined = _joined(_segment(0.0, 11, rejected=2), _segment(5.0, 0, rejected=3))
    assert joined.rejected_packets == 5


@pytest.mark.parametrize("samples", [0, 11])
def test_without_a_gyroscope_there_are_no_angular_rates(samples: int) -> None:
    joined = _joined(_segment(0.0, samples, gyroscope=False), has_gyroscope=samples > 0)
    assert joined.gyr_sensor_radps is None


def test_no_segment_at_all_gives_no_samples() -> None:
    joined = _joined()
    assert joined.time_s.shape == (0,)
    assert joined.gyr_sensor_radps is not None
    assert joined.gyr_sensor_radps.shape == (0, 3)
    assert joined.segment_start.tolist() == []


def test_where_one_segment_lacks_angular_rates_there_are_none() -> None:
    for with_gyroscope in (True, False):
        first = _segment(0.0, 11, gyroscope=with_gyroscope)
        assert _joined(first, _segment(2.0, 11, gyroscope=not with_gyroscope)).gyr_sensor_radps is None
