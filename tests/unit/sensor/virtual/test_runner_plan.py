from __future__ import annotations

import pytest

from sensor.errors import PlanError
from sensor.virtual.runner.plan import Leg, PosturePoint, RunPlan, Worn, laps, run, stand

LEGS = (stand(5.0), run(20.0, 3.0))


def test_laps_close_full_circles_of_the_stated_length() -> None:
    legs = laps(3, 4.0)
    assert sum(leg.turn_deg for leg in legs) == pytest.approx(3 * 360.0)
    assert sum(leg.duration_s * leg.speed_mps for leg in legs) == pytest.approx(1200.0)


def test_a_plan_knows_how_long_it_takes() -> None:
    assert RunPlan(LEGS).duration_s == 25.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"legs": ()}, "without legs"),
        ({"rate_hz": 5.0}, "rate_hz = 5.0"),
        ({"legs": (Leg("run", -1.0, 3.0),)}, "leg 0: duration_s = -1.0"),
        ({"legs": (*LEGS, Leg("run", 1.0, 30.0))}, "leg 2: speed_mps = 30.0"),
        ({"wear": (Worn("sternum"), Worn("sternum"))}, "at most once"),
        ({"wear": (Worn("knee"),)}, "knee"),
        ({"posture": (PosturePoint(2.0, 5.0), PosturePoint(1.0, 5.0))}, "in order"),
        ({"posture": ()}, "at least one"),
    ],
)
def test_an_impossible_plan_is_refused_and_says_why(change: dict[str, object], message: str) -> None:
    with pytest.raises(PlanError, match=message):
        RunPlan(**{"legs": LEGS, **change})  # type: ignore[arg-type]  # values vary by case
