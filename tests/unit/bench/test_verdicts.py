"""The verdicts' experiments on single runs of known truth."""

from __future__ import annotations

import pytest

from sensor.virtual.runner.plan import run, stand, walk
from tests.bench.verdicts.left_and_right import told_and_right
from tests.bench.verdicts.slow_jogs import JOG_MPS, jog

SHORT = (stand(8.0), run(24.0, JOG_MPS), walk(16.0, 1.4), run(24.0, JOG_MPS), stand(4.0))


@pytest.mark.parametrize(("cadence_spm", "duty"), [(135.0, 0.91), (150.0, 0.95)])
def test_a_slow_jog_keeps_its_strides_and_its_walk_break(cadence_spm: float, duty: float) -> None:
    found = jog(cadence_spm, duty, 0, SHORT)
    assert found.lost <= 0.02
    assert found.breaks_found == 1.0
    assert found.walking_run == 0.0


@pytest.mark.parametrize(("turn_deg", "lag_deg", "told"), [(10.0, -12.0, True), (6.0, 168.0, False)])
def test_left_and_right_are_told_rightly_or_not_at_all(turn_deg: float, lag_deg: float, told: bool) -> None:
    assert told_and_right(turn_deg, lag_deg, "severe", 0) == (told, told)
