from __future__ import annotations

import numpy as np
import pytest

from sensor.samples import ImuSignal
from tests.support.recordings import recording_from_signal, sensor_recording
from tests.support.report_checks import unbroken

TIME_S = np.arange(6) / 10.0
STILL = np.tile([0.0, 0.0, 9.81], (6, 1))


def test_lost_samples_leave_a_gap_from_the_last_kept_to_the_next_kept_one():
    sensor = sensor_recording(TIME_S, STILL, None, lost=np.array([0, 0, 1, 1, 0, 0], dtype=bool))
    assert sensor.time_s.tolist() == [0.0, 0.1, 0.4, 0.5]
    assert [(gap.start_s, gap.end_s) for gap in sensor.gaps] == [(0.1, 0.4)]


def test_samples_at_full_scale_are_marked_as_clipped():
    loud = STILL.copy()
    loud[3, 1] = -2.0 * 9.81
    sensor = sensor_recording(TIME_S, loud, None, acc_range_mps2=2.0 * 9.81)
    assert np.flatnonzero(sensor.clipped).tolist() == [3]


def test_several_signals_are_worn_at_the_placements_in_order():
    session = recording_from_signal(ImuSignal(10.0, STILL, None), ImuSignal(10.0, STILL, None))
    assert [sensor.placement for sensor in session.sensors] == ["sternum", "head"]
    assert session.duration_s == pytest.approx(0.5)


def test_strides_with_a_hole_between_them_are_two_stretches_and_short_ones_do_not_count():
    start_s = np.concatenate([np.arange(10), np.arange(10) + 20.0, [40.0]])
    assert unbroken(start_s, start_s + 1.0) == [(0.0, 10.0, 10), (20.0, 30.0, 10)]
    assert unbroken(np.zeros(0), np.zeros(0)) == []
