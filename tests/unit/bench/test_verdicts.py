"""The verdicts' experiments on single runs of known truth."""

from __future__ import annotations

import numpy as np
import pytest

from sensor.virtual.runner.plan import PosturePoint, run, stand, walk
from tests.bench.verdicts.hills import outcome
from tests.bench.verdicts.left_and_right import told_and_right
from tests.bench.verdicts.made_up import Asked, Slip, Wander, make_run
from tests.bench.verdicts.rule import judged
from tests.bench.verdicts.shifts import fold_is_called_a_shift, is_found
from tests.bench.verdicts.slouches import slouch
from tests.bench.verdicts.slow_jogs import JOG_MPS, jog
from tests.bench.verdicts.steady import steady
from tests.bench.verdicts.whole_runs import whole

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


STILL = Wander(0.2, 50.0)


@pytest.mark.parametrize("is_rough", [True, False])
def test_wander_has_the_spread_and_the_memory_it_was_asked_for(is_rough: bool) -> None:
    drawn = Wander(1.3, 50.0, is_rough).draw(np.random.default_rng(1), 200_000)
    assert drawn.std() == pytest.approx(1.3, rel=0.05)
    assert np.corrcoef(drawn[50:], drawn[:-50])[0, 1] == pytest.approx(np.exp(-1.0), abs=0.05)


def test_a_made_up_slip_moves_what_is_measured_and_not_the_runner() -> None:
    asked = Asked(STILL, length_m=3000.0, stops=(), slip=Slip(6.0, over_strides=1))
    plain = make_run(Asked(STILL, length_m=3000.0, stops=()), 3)
    slipped = make_run(asked, 3)
    assert slipped.slip_row is not None
    assert (slipped.truth["trunk_flexion_deg"] == plain.truth["trunk_flexion_deg"]).all()
    moved_deg = slipped.measured["trunk_flexion_deg"] - plain.measured["trunk_flexion_deg"]
    assert moved_deg[: slipped.slip_row] == pytest.approx(0.0)
    assert moved_deg[slipped.slip_row :] == pytest.approx(6.0)


def test_a_made_up_slouch_is_flagged_where_the_truth_is() -> None:
    found = slouch(STILL, 7.0, 100.0, 4)
    assert (found.lasting, found.missed, found.false, found.shifts) == (1, 0, 0, 0)
    assert abs(found.onset_off_m[0]) < found.tolerance_m


def test_nothing_is_told_of_a_steady_runner() -> None:
    found = steady(Asked(STILL, length_m=5000.0), 5)
    assert (found.watch_found, found.slouched_false, found.shifts_forward, found.shifts_sideways) == (0,) * 4


def test_a_large_slip_is_found_and_a_slow_fold_is_none() -> None:
    assert is_found(STILL, 6.0, 1)
    assert not fold_is_called_a_shift(STILL, 6.0, 42.0, 1)


def test_the_truth_of_a_body_has_no_shift() -> None:
    bent = (PosturePoint(1.5, 0.0), PosturePoint(1.502, 6.0))
    run_bent = make_run(Asked(STILL, length_m=3000.0, posture=bent, stops=()), 1)
    assert judged(run_bent.truth, seeks_shifts=False).shifts == ()
    assert len(judged(run_bent.measured, seeks_shifts=True).shifts) == 1


def test_a_whole_run_tells_its_slouch_near_the_truth() -> None:
    found = whole(1, slouch_deg=6.0)
    assert found.true_m is not None
    assert found.told_m == pytest.approx(found.true_m, abs=100.0)
    assert (found.shifts_found, found.shifts_false) == (0, 0)


def test_a_climb_is_not_judged_and_a_slouch_beside_it_is_found() -> None:
    found = outcome("one long climb", 1, slouches=True)
    assert (found.is_laid, found.false, found.slouches, found.missed) == (True, 0, 1, 0)
    # 1.5 of 5.5 km climb.
    assert found.unjudged == pytest.approx(0.27, abs=0.03)
