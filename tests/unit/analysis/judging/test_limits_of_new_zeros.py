"""How far a standing may move the zero, and which steps it answers for: from both sides of each limit."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.judging.quality import standing_change_deg
from analysis.judging.recalibration import recalibrated
from analysis.records import Axis, MountingShift, Standing
from analysis.words import StandingRole
from tests.support.stride_tables import steady_run

CONFIG = AnalysisConfig()
ZERO = Standing(0.0, 10.0, 0.0, 0.0, StandingRole.ZERO)


def seen(at_s: float, flexion_deg: float, lateral_deg: float = 0.0) -> Standing:
    return Standing(at_s, at_s + 8.0, flexion_deg, lateral_deg, StandingRole.SEEN)


def step(at_s: float, step_deg: float, axis: Axis = Axis.FORWARD) -> MountingShift:
    return MountingShift(at_s, 3.0 * at_s, step_deg, axis)


@pytest.mark.parametrize(
    ("flexion_deg", "lateral_deg", "steps", "moves"),
    [
        pytest.param(5.0, 0.0, (step(200.0, 5.0),), True, id="five degrees"),
        pytest.param(5.01, 0.0, (step(200.0, 5.0),), False, id="more"),
        pytest.param(-5.0, 0.0, (step(200.0, -5.0),), True, id="five degrees back"),
        pytest.param(3.0, 5.0, (step(200.0, 3.0),), True, id="five degrees sideways"),
        pytest.param(3.0, -5.01, (step(200.0, 3.0),), False, id="more sideways"),
        pytest.param(1.0, 0.0, (step(200.0, 3.0),), True, id="two degrees less than the step"),
        pytest.param(0.99, 0.0, (step(200.0, 3.0),), False, id="still less"),
        pytest.param(5.0, 0.0, (step(200.0, 3.0),), True, id="two degrees more than the step"),
        pytest.param(3.01, 0.0, (step(200.0, 1.0),), False, id="still more, after a small step"),
        pytest.param(1.0, 4.0, (step(200.0, 3.0), step(201.0, 2.0, Axis.SIDEWAYS)), True, id="both axes"),
        pytest.param(1.0, 4.1, (step(200.0, 3.0), step(201.0, 2.0, Axis.SIDEWAYS)), False, id="one axis off"),
        pytest.param(4.0, 0.0, (step(200.0, 2.0), step(250.0, 2.0)), True, id="two steps add up"),
        pytest.param(
            4.0, 0.0, (step(200.0, 5.0), step(250.0, -5.0)), True, id="steps that cancel say nothing"
        ),
        pytest.param(3.0, 0.0, (step(300.0, 3.0),), True, id="at the very moment"),
        pytest.param(3.0, 0.0, (step(300.1, 3.0),), False, id="after the standing"),
        pytest.param(3.0, 0.0, (step(10.1, 3.0),), True, id="right after the zero"),
        pytest.param(3.0, 0.0, (step(10.0, 3.0),), False, id="in the zero"),
    ],
)
def test_a_standing_moves_the_zero_where_it_agrees_with_the_step(
    flexion_deg: float, lateral_deg: float, steps: tuple[MountingShift, ...], moves: bool
) -> None:
    table = steady_run(1000)
    found, told = recalibrated(
        table, (ZERO, seen(300.0, flexion_deg, lateral_deg)), shifts=steps, context={}, config=CONFIG
    )
    assert told[1].role is (StandingRole.RECALIBRATION if moves else StandingRole.SEEN)
    assert (found is not table) == moves
    # What stood for a new zero keeps its tilt against the old one.
    assert (told[1].flexion_deg, told[1].lateral_deg) == (flexion_deg, lateral_deg)


def test_every_angle_of_the_trunk_counts_from_the_new_zero_and_no_other_does() -> None:
    columns = (
        "trunk_flexion_deg",
        "trunk_flexion_adj_deg",
        "upper_trunk_minus_sacrum_deg",
        "trunk_lateral_deg",
        "lateral_left_deg",
        "lateral_right_deg",
        "sacrum_pitch_deg",
    )
    table = steady_run(1000, **{name: np.full(1000, 7.0) for name in columns})
    found, _ = recalibrated(
        table, (ZERO, seen(350.0, 3.0, -1.5)), shifts=(step(200.0, 3.0),), context={}, config=CONFIG
    )
    # Stride 500 begins with the standing.
    assert [found[name][499] for name in columns] == [7.0] * 7
    assert [found[name][500] for name in columns] == [4.0, 4.0, 4.0, 8.5, 8.5, 8.5, 7.0]


def test_a_sideways_move_alone_shifts_the_table_too() -> None:
    table = steady_run(1000)
    given = (step(200.0, 2.0, Axis.SIDEWAYS),)
    found, _ = recalibrated(table, (ZERO, seen(300.0, 0.0, 2.0)), shifts=given, context={}, config=CONFIG)
    assert found["trunk_lateral_deg"][[0, 999]].tolist() == [0.0, -2.0]
    assert found["trunk_flexion_deg"][[0, 999]].tolist() == [6.0, 6.0]


def test_standings_are_compared_by_what_lies_between_them() -> None:
    zero = Standing(0.0, 10.0, 2.0, -1.0, StandingRole.ZERO)
    first, last = (Standing(900.0, 910.0, *tilt, StandingRole.END) for tilt in ((9.0, 9.0), (5.0, 3.0)))
    assert standing_change_deg((zero, first, last)) == 5.0
