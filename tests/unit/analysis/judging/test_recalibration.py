from __future__ import annotations

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.judging.recalibration import recalibrated, sound_zero
from analysis.records import Axis, MountingShift, Standing
from analysis.stride.head import HEAD_SENSOR, TRUNK_MODEL, head_columns
from tests.support.stride_tables import steady_run

CONFIG = AnalysisConfig()
ZERO = Standing(0.0, 10.0, 0.0, 0.0, "zero")


def seen(at_s: float, flexion_deg: float, lateral_deg: float = 0.0, role: str = "seen") -> Standing:
    return Standing(at_s, at_s + 8.0, flexion_deg, lateral_deg, role)


def test_a_standing_alone_moves_nothing():
    table = steady_run(1000)
    found, standings = recalibrated(table, (ZERO, seen(300.0, 2.0)), shifts=(), context={}, config=CONFIG)
    assert found is table
    assert [s.role for s in standings] == ["zero", "seen"]


def test_after_a_strap_step_strides_count_from_the_next_standing():
    table = steady_run(1000)
    standings = (ZERO, seen(300.0, 3.0, -1.0), seen(900.0, 3.2, -1.0, role="end"))
    found, told = recalibrated(
        table, standings, shifts=(MountingShift(200.0, 600.0, 3.0),), context={}, config=CONFIG
    )
    later = table["start_s"] >= 300.0
    assert found["trunk_flexion_deg"][~later] == pytest.approx(table["trunk_flexion_deg"][~later])
    assert found["trunk_flexion_deg"][later] == pytest.approx(table["trunk_flexion_deg"][later] - 3.0)
    assert found["trunk_lateral_deg"][later] == pytest.approx(table["trunk_lateral_deg"][later] + 1.0)
    assert [s.role for s in told] == ["zero", "re-zero", "end"]
    assert told[2].flexion_deg == pytest.approx(0.2)


def test_a_second_step_is_held_against_the_zero_that_the_first_one_moved() -> None:
    table = steady_run(1000)
    # The sensor slips forward by 3 degrees and back again, sideways by 1 and back.
    shifts = (
        MountingShift(100.0, 300.0, 3.0),
        MountingShift(100.0, 300.0, 1.0, Axis.SIDEWAYS),
        MountingShift(400.0, 1200.0, -3.0),
        MountingShift(400.0, 1200.0, -1.0, Axis.SIDEWAYS),
    )
    standings = (ZERO, seen(200.0, 3.0, 1.0), seen(500.0, 0.2, 0.1))
    found, told = recalibrated(table, standings, shifts=shifts, context={}, config=CONFIG)
    assert [s.role for s in told] == ["zero", "re-zero", "re-zero"]
    at_s = table["start_s"]
    moved_deg = np.select([at_s < 200.0, at_s < 500.0], [0.0, 3.0], 0.2)
    np.testing.assert_allclose(found["trunk_flexion_deg"], table["trunk_flexion_deg"] - moved_deg)


@pytest.mark.parametrize("pitch_deg", [None, 10.0])
def test_the_head_is_placed_anew_on_a_trunk_that_moved(pitch_deg: float | None) -> None:
    pitch = None if pitch_deg is None else np.full(1000, pitch_deg)
    head = head_columns(np.full(1000, 6.0), pitch, stature_m=1.8, config=CONFIG.head)
    table = steady_run(1000, **head)
    step = (MountingShift(200.0, 600.0, 3.0),)
    found, _ = recalibrated(
        table, (ZERO, seen(300.0, 3.0)), shifts=step, context={"stature_m": 1.8}, config=CONFIG
    )
    later = table["start_s"] >= 300.0
    moved = head_columns(np.full(1000, 3.0), pitch, stature_m=1.8, config=CONFIG.head)
    for name in ("neck_flexion_deg", "head_forward_cm", "head_forward_lo_cm", "head_forward_hi_cm"):
        np.testing.assert_allclose(found[name], np.where(later, moved[name], head[name]))
    assert set(found["head_source"]) == {TRUNK_MODEL if pitch_deg is None else HEAD_SENSOR}


def test_no_head_is_invented_where_there_was_none() -> None:
    step = (MountingShift(200.0, 600.0, 3.0),)
    found, _ = recalibrated(
        steady_run(1000), (ZERO, seen(300.0, 3.0)), shifts=step, context={}, config=CONFIG
    )
    assert np.isnan(found["head_forward_cm"]).all()
    assert set(found["head_source"]) == {""}


def test_a_zero_never_moves_by_more_than_five_degrees():
    table = steady_run(1000)
    found, told = recalibrated(
        table, (ZERO, seen(300.0, 6.0)), shifts=(MountingShift(200.0, 600.0, 6.0),), context={}, config=CONFIG
    )
    assert np.array_equal(found["trunk_flexion_deg"], table["trunk_flexion_deg"])
    assert [s.role for s in told] == ["zero", "seen"]


def test_a_standing_before_the_step_does_not_resolve_it():
    table = steady_run(1000)
    _, told = recalibrated(
        table, (ZERO, seen(100.0, 2.0)), shifts=(MountingShift(200.0, 600.0, 3.0),), context={}, config=CONFIG
    )
    assert [s.role for s in told] == ["zero", "seen"]


def test_without_a_zero_there_is_nothing_to_move():
    table = steady_run(1000)
    found, _ = recalibrated(
        table, (seen(300.0, 2.0),), shifts=(MountingShift(200.0, 600.0, 3.0),), context={}, config=CONFIG
    )
    assert found is table


@pytest.mark.parametrize(
    ("end_deg", "shifts", "source"),
    [
        (4.9, (), "standing"),
        (5.1, (), "own baseline"),
        (-5.1, (), "own baseline"),
        (5.1, (MountingShift(50.0, 150.0, 5.0),), "standing"),
    ],
)
def test_standings_far_apart_make_no_sound_zero_unless_a_step_lies_between(
    end_deg: float, shifts: tuple[MountingShift, ...], source: str
) -> None:
    standings = (seen(5.0, 0.0, role="zero"), seen(900.0, end_deg, role="end"))
    assert sound_zero("standing", standings, shifts=shifts, limit_deg=5.0) == source


def test_a_standing_that_moved_by_something_else_than_the_step_moves_no_zero() -> None:
    table = steady_run(1000)
    step = (MountingShift(200.0, 600.0, 4.0),)
    leaning_back = (ZERO, seen(300.0, -3.0))
    found, told = recalibrated(table, leaning_back, shifts=step, context={}, config=CONFIG)
    assert found is table
    assert [s.role for s in told] == ["zero", "seen"]


def test_a_sideways_step_is_answered_by_a_standing_that_moved_sideways() -> None:
    table = steady_run(1000)
    step = (MountingShift(200.0, 600.0, 4.0, Axis.SIDEWAYS),)
    _, told = recalibrated(table, (ZERO, seen(300.0, 0.5, 3.5)), shifts=step, context={}, config=CONFIG)
    assert [s.role for s in told] == ["zero", "re-zero"]
    _, told = recalibrated(table, (ZERO, seen(300.0, 0.5, 0.0)), shifts=step, context={}, config=CONFIG)
    assert [s.role for s in told] == ["zero", "seen"]
