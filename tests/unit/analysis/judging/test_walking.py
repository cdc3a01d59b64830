from __future__ import annotations

import numpy as np
import pytest

from analysis.config import ThirdsConfig
from analysis.judging.walking import walking_beside_running
from tests.support.stride_tables import steady_run


def test_walking_stands_beside_running_with_its_difference() -> None:
    walked = np.arange(400) < 100
    table = steady_run(
        400,
        activity=np.where(walked, "walk", "run").astype(object),
        trunk_flexion_deg=np.where(walked, 9.0, 6.5),
    )
    found = walking_beside_running(table, ThirdsConfig())
    assert found is not None
    assert (found.walking_deg, found.running_deg, found.taller_running_deg) == (9.0, 6.5, 2.5)
    assert (found.walking_strides, found.running_strides) == (100, 300)
    assert found.walking_s == pytest.approx(70.0)


@pytest.mark.parametrize("walked", [0, 49, 360])
def test_a_few_strides_of_either_are_no_posture(walked: int) -> None:
    activity = np.where(np.arange(400) < walked, "walk", "run").astype(object)
    assert walking_beside_running(steady_run(400, activity=activity), ThirdsConfig()) is None


def test_walking_that_cannot_be_trusted_does_not_count() -> None:
    walked = np.arange(400) < 100
    activity = np.where(walked, "walk", "run").astype(object)
    assert walking_beside_running(steady_run(400, activity=activity, usable=~walked), ThirdsConfig()) is None
