"""What the guide and the check-up call still, bowed, off or low is what the analysis later calls so."""

from __future__ import annotations

import pytest

from analysis.checkup import findings
from analysis.cli.record import guide
from analysis.config import AnalysisConfig
from sensor.recorder import walkthrough

CONFIG = AnalysisConfig()


@pytest.mark.parametrize(
    ("told_the_runner", "judged_later"),
    [
        pytest.param(walkthrough.STILL_SPREAD_MPS2, CONFIG.rest.acc_spread_mps2, id="still-spread"),
        pytest.param(walkthrough.STILL_WINDOW_S, CONFIG.rest.window_s, id="still-window"),
        pytest.param(walkthrough.BOW_DEG, CONFIG.axes.bow_deg, id="least-bow"),
        pytest.param(findings.MOST_GRAVITY_ERROR, CONFIG.posture.force_off, id="gravity-of-a-stride"),
        pytest.param(findings.MOST_GRAVITY_ERROR, CONFIG.verdict.force_tolerance, id="gravity-of-a-run"),
        pytest.param(findings.LOW_BATTERY_PCT, CONFIG.verdict.low_battery_pct, id="low-battery"),
    ],
)
def test_a_threshold_told_the_runner_is_the_analysis_own(told_the_runner: float, judged_later: float) -> None:
    assert told_the_runner == judged_later


def test_a_standing_the_guide_accepts_is_long_enough_for_a_zero() -> None:
    cut_by_whole_windows_s = 2 * CONFIG.rest.window_s
    assert guide.STANDING_S - cut_by_whole_windows_s >= CONFIG.rest.standing_s


def test_the_guide_believes_in_a_return_only_short_of_a_bow() -> None:
    assert CONFIG.axes.bow_deg > walkthrough.UPRIGHT_DEG
