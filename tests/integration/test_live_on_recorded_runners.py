"""Live against afterwards on runners whose markers were recorded."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.live.config import LiveConfig
from analysis.live.estimator import WindowedEstimator
from analysis.live.replay import replay
from analysis.maths.angles import flexion_of
from analysis.signal.motion import motion_of
from analysis.words import Activity
from tests.bench.scoring import stride_means
from tests.support.recordings import recording_from_signal
from tests.support.runners import marker_run


@pytest.mark.parametrize("name", ["rajagopal", "hamner_300"])
def test_live_flexion_is_within_eight_tenths_of_a_degree_of_what_is_found_afterwards(name: str) -> None:
    recording = recording_from_signal(marker_run(name, running_s=45.0).signal)
    estimator = WindowedEstimator(live=LiveConfig(seats_after_s=(15.0,)))
    told = [stride for state in replay(recording, estimator) for stride in state.strides]
    used = [one for one in told if one.usable and one.activity == Activity.RUN]
    motion = motion_of(recording.sensors[0], None, config=AnalysisConfig())
    pitch_deg = flexion_of(motion.axes.trunk_from_sensor, motion.up_sensor)
    # Over the same strides: a few recorded ones, looped, differ by a degree from one to the next.
    bounds_s = np.array([(one.start_s, one.end_s) for one in used]) - motion.stream.start_s
    apart_deg = [one.trunk_flexion_deg for one in used] - stride_means(
        pitch_deg, motion.stream.rate_hz, bounds_s
    )
    assert len(used) > 45
    assert np.percentile(np.abs(apart_deg), 95) <= 0.8
