"""The vote on which way is forward."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.config import AnalysisConfig, AxesConfig
from analysis.signal.forward_direction import BOW, LEAN, PITCH, START, decide, votes
from analysis.signal.motion import Motion
from analysis.signal.strapdown import integrate
from sensor.samples import FloatArray
from sensor.virtual.runner.gait import STYLES
from sensor.virtual.runner.plan import PosturePoint, RunPlan, bow, run, stand
from tests.support.short_runs import PLAIN, motion, virtual

CONFIG = AnalysisConfig()
AROUND = np.diag([-1.0, -1.0, 1.0])
LEGS = (stand(10.0), bow(35.0), stand(8.0), run(25.0, 3.0), stand(6.0))


def asked(found: Motion, candidate: FloatArray, config: AxesConfig = CONFIG.axes) -> dict[str, float]:
    """Return the votes on candidate axes, by name."""
    stream = found.stream
    broken_rows = round(CONFIG.signal.broken_s * stream.rate_hz)
    strapdown = (
        integrate(stream, found.static_periods, broken_rows=broken_rows, config=CONFIG.rest)
        if found.path
        else None
    )
    return dict(
        votes(
            stream,
            strapdown,
            up=candidate @ found.up_sensor,
            candidate_from_sensor=candidate,
            strides=found.strides,
            calibration=found.calibration,
            static_periods=found.static_periods,
            config=config,
        )
    )


def plan(**more: Any) -> RunPlan:
    changed: dict[str, Any] = {"legs": LEGS, **more}
    return replace(PLAIN, **changed)


def test_every_sign_says_yes_to_the_right_axes_and_no_to_those_turned_round() -> None:
    found = motion(virtual(plan()))
    right = asked(found, found.axes.trunk_from_sensor)
    assert set(right) == {BOW, START, PITCH, LEAN}
    assert all(vote > 0 for vote in right.values())
    wrong = asked(found, AROUND @ found.axes.trunk_from_sensor)
    assert wrong == pytest.approx({name: -vote for name, vote in right.items()})


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_start_over_ground_tells_forward(style: str, seed: int) -> None:
    found = motion(virtual(plan(style=STYLES[style]), seed))
    assert asked(found, found.axes.trunk_from_sensor)[START] == 1.0


def test_on_a_treadmill_the_start_says_nothing() -> None:
    found = motion(virtual(plan(treadmill=True)))
    assert START not in asked(found, found.axes.trunk_from_sensor)


@pytest.mark.parametrize(("seconds", "says"), [(4.5, False), (6.0, True)])
def test_a_start_that_is_not_followed_for_half_its_time_says_nothing(seconds: float, says: bool) -> None:
    found = motion(virtual(plan(legs=(*LEGS[:3], run(seconds, 3.0)))))
    assert found.strides.running.any()
    assert (START in asked(found, found.axes.trunk_from_sensor)) == says


def test_without_a_bow_nobody_says_there_was_one() -> None:
    found = motion(virtual(plan(legs=(stand(20.0), run(25.0, 3.0), stand(6.0)))))
    assert BOW not in asked(found, found.axes.trunk_from_sensor)


@pytest.mark.parametrize(("bow_deg", "counts"), [(12.0, False), (25.0, True), (60.0, True)])
def test_a_bow_leans_at_least_twenty_degrees(bow_deg: float, counts: bool) -> None:
    found = motion(virtual(plan(legs=(stand(10.0), bow(bow_deg), stand(8.0), run(25.0, 3.0), stand(6.0)))))
    assert (BOW in asked(found, found.axes.trunk_from_sensor)) == counts


def test_a_run_behind_its_standing_turns_nothing_round_and_takes_no_zero_from_it() -> None:
    leaning_back = plan(posture=(PosturePoint(0.0, -6.0),), treadmill=True)
    found = motion(virtual(leaning_back))
    assert found.calibration.source == "own baseline"
    assert LEAN not in asked(found, found.axes.trunk_from_sensor)
    left = np.array([1.0, 0.0, 0.0])  # the printed x axis of the usual mounting points to the runner's left
    assert found.axes.trunk_from_sensor[1] @ left > 0.99


@pytest.mark.parametrize("lean_deg", [3.0, 7.0, 11.0])
@pytest.mark.parametrize("bent_deg", [16.0, 20.0])
@pytest.mark.parametrize("upright_first", [True, False])
def test_a_bent_standing_is_no_zero_and_turns_nothing_round(
    bent_deg: float, lean_deg: float, upright_first: bool
) -> None:
    opening = (stand(10.0), bow(35.0)) if upright_first else ()
    legs = (*opening, bow(bent_deg, 13.0), run(60.0, 3.0), stand(10.0))
    run_ = virtual(plan(legs=legs, posture=(PosturePoint(0.0, lean_deg),)))
    found = motion(run_)
    assert found.calibration.source == ("standing" if upright_first else "own baseline")
    assert len(found.calibration.bent) == 1
    left = np.array([1.0, 0.0, 0.0])  # the printed x axis of the usual mounting points to the runner's left
    assert found.axes.trunk_from_sensor[1] @ left > 0.95


@pytest.mark.parametrize(("lean_deg", "vote"), [(5.0, 1.0 / 6.0), (15.0, 1.0)])
def test_a_lean_is_half_a_vote_and_three_where_nobody_leans_back_so_far(lean_deg: float, vote: float) -> None:
    found = motion(virtual(plan(posture=(PosturePoint(0.0, lean_deg),), posture_wander_deg=0.0)))
    said = asked(found, found.axes.trunk_from_sensor)[LEAN]
    assert said == pytest.approx(vote)
    assert decide(((LEAN, said),), CONFIG.axes) == pytest.approx(3.0 * vote)


def test_a_faint_lean_says_nothing() -> None:
    found = motion(virtual(plan(posture=(PosturePoint(0.0, 1.5),), posture_wander_deg=0.0)))
    assert LEAN not in asked(found, found.axes.trunk_from_sensor)


def test_without_a_standing_neither_bow_nor_lean_is_known() -> None:
    found = motion(virtual(plan(legs=(run(60.0, 3.0),))))
    assert found.calibration.static_period == -1
    assert not {BOW, LEAN} & set(asked(found, found.axes.trunk_from_sensor))


def test_the_bow_outranks_all_others_together() -> None:
    assert decide(((BOW, 1.0), (START, -1.0), (PITCH, -1.0), (LEAN, -1.0)), CONFIG.axes) > 0
    assert decide((), CONFIG.axes) == 0.0


def test_the_pitch_swings_with_the_bounce_in_every_style() -> None:
    for style in STYLES.values():
        found = motion(virtual(plan(style=style)))
        assert asked(found, found.axes.trunk_from_sensor)[PITCH] > 0


def test_a_pitch_swing_votes_by_its_share_of_one_that_is_sure() -> None:
    found = motion(virtual(plan()))
    whole, half = (
        asked(found, found.axes.trunk_from_sensor, replace(CONFIG.axes, pitch_sure_deg=sure_deg))[PITCH]
        for sure_deg in (20.0, 40.0)
    )
    assert 0.0 < half < whole < 1.0
    assert whole == pytest.approx(2.0 * half)


@pytest.mark.parametrize("from_s", [24.5, 26.0, 29.0])
def test_a_start_with_a_hole_in_it_says_nothing(from_s: float) -> None:
    run_ = virtual(plan())
    lost = (run_.time_s > from_s) & (run_.time_s < from_s + 1.0)
    found = motion(run_, lost=lost)
    assert START not in asked(found, found.axes.trunk_from_sensor)
