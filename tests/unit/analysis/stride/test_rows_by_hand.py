"""Rows of the stride table from motions put together by hand: what is kept, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.records import StrideTable
from analysis.signal.handedness import Handedness
from analysis.signal.motion import Motion
from analysis.signal.neutral_standing import StandingCalibration
from analysis.signal.records import Strides, TrunkAxes
from analysis.signal.vertical import PathAcceleration
from analysis.stride.rows import stride_table
from analysis.words import CheckOutcome, ZeroSource
from sensor.samples import BoolArray, FloatArray
from tests.support.streams import even, even_gait, even_strides, no_static_periods

CONFIG = AnalysisConfig()
G = 9.80665
STRIDES = 12


@dataclass
class StillPath:
    """Stands for a path without any acceleration, of a frame that holds throughout."""

    along_up_mps2: FloatArray

    def position(self, row: FloatArray) -> FloatArray:
        return row

    def shortest_section_s(self, strides: Strides) -> FloatArray:
        return np.full(len(strides), 60.0)

    def largest_in(self, strides: Strides) -> tuple[FloatArray, FloatArray]:
        return np.zeros(len(strides)), np.zeros(len(strides))


def worn(
    flexion_deg: float = 5.0,
    *,
    count: int = 1301,
    rate_hz: float = 100.0,
    start_s: float = 0.0,
    present: BoolArray | None = None,
    path: bool = True,
    side: int = 1,
    source: ZeroSource = ZeroSource.STANDING,
) -> Motion:
    """Return a body bent by an angle and leaning right by 2 degrees; strides of a second from row 50 on."""
    acc = np.tile([0.0, 0.0, G], (count, 1))
    stream = replace(even(acc, np.zeros((count, 3)), rate_hz=rate_hz, present=present), start_s=start_s)
    up = np.array([-np.tan(np.radians(flexion_deg)), np.tan(np.radians(2.0)), 1.0])
    none = np.zeros(0, dtype=np.int64)
    return Motion(
        stream=stream,
        static_periods=no_static_periods(),
        gait=even_gait(50, count, 50.0, count),
        strides=even_strides(50.0, 100.0, STRIDES),
        side=np.array([side]),
        calibration=StandingCalibration(
            up_sensor=np.array([0.0, 0.0, 1.0]), source=source, static_period=0, standing=none, bent=none
        ),
        axes=TrunkAxes(
            trunk_from_sensor=np.eye(3), zero_source=source.value, sideways_strength=1.0, forward_votes=()
        ),
        up_sensor=np.repeat((up / np.linalg.norm(up))[:, None], count, axis=1),
        path=cast(PathAcceleration, StillPath(np.full(count, G))) if path else None,
        handedness=Handedness(CheckOutcome.RIGHT),
    )


def table(trunk: Motion, others: dict[str, Motion] | None = None, **context: Any) -> StrideTable:
    return stride_table(trunk, others or {}, speed_known=False, context=context, config=CONFIG)


def test_a_steady_bend_is_told_in_every_column_it_has() -> None:
    found = table(worn(start_s=3.0))
    assert found["stride"].tolist() == list(range(STRIDES))
    np.testing.assert_allclose(found["start_s"], 3.5 + np.arange(STRIDES))
    np.testing.assert_allclose(found["end_s"], 4.5 + np.arange(STRIDES))
    np.testing.assert_allclose(found["cadence_spm"], 120.0)
    np.testing.assert_allclose(found["trunk_flexion_deg"], 5.0)
    np.testing.assert_allclose(found["lateral_left_deg"], 2.0)
    np.testing.assert_allclose(found["lateral_right_deg"], 2.0)
    assert set(found["activity"]) == {"run"}
    assert set(found["side_first"]) == {"left"}
    assert found["usable"].all()
    assert set(found["head_source"]) == {"trunk model"}


def test_where_the_side_is_not_known_neither_side_has_a_lean() -> None:
    found = table(worn(side=0))
    assert set(found["side_first"]) == {""}
    assert np.isnan(found["lateral_left_deg"]).all()
    assert np.isnan(found["lateral_right_deg"]).all()
    np.testing.assert_allclose(found["trunk_lateral_deg"], 2.0)


def test_without_a_gyroscope_flexion_alone_is_told_and_the_ends_of_a_bout_are_not_trusted() -> None:
    found = table(worn(path=False))
    np.testing.assert_allclose(found["trunk_flexion_deg"], 5.0)
    for name in (
        "trunk_flexion_rom_deg",
        "trunk_lateral_deg",
        "lateral_left_deg",
        "lateral_right_deg",
        "trunk_rotation_rom_deg",
        "head_forward_cm",
    ):
        assert np.isnan(found[name]).all(), name
    assert found["usable"].tolist() == [False] * 5 + [True] * 2 + [False] * 5
    assert found["usable_because"].tolist() == ["burst"] * 5 + [""] * 2 + ["burst"] * 5
    assert set(found["head_source"]) == {""}


def test_a_sacrum_is_told_beside_the_trunk() -> None:
    found = table(worn(), {"sacrum": worn(1.5)})
    np.testing.assert_allclose(found["sacrum_pitch_deg"], 1.5)
    np.testing.assert_allclose(found["upper_trunk_minus_sacrum_deg"], 3.5)


@pytest.mark.parametrize(
    ("head", "source"),
    [
        pytest.param(worn(9.0), "head sensor", id="head"),
        pytest.param(worn(9.0, path=False), "trunk model", id="no-gyroscope"),
        pytest.param(worn(9.0, source=ZeroSource.OWN_BASELINE), "trunk model", id="no-standing"),
    ],
)
def test_a_head_is_measured_only_against_its_own_standing_and_with_a_gyroscope(
    head: Motion, source: str
) -> None:
    found = table(worn(), {"head": head}, stature_m=1.8)
    assert set(found["head_source"]) == {source}
    assert np.isnan(found["head_pitch_deg"]).all() == (source == "trunk model")
    # With a stature the interval is that of the model, scaled.
    np.testing.assert_allclose(found["head_forward_hi_cm"] - found["head_forward_cm"], 11.8 * 1.8 / 1.7)


def test_without_a_standing_of_the_trunk_the_head_has_no_place() -> None:
    found = table(worn(source=ZeroSource.OWN_BASELINE), {"head": worn(9.0)})
    assert set(found["head_source"]) == {""}


@pytest.mark.parametrize(("lost", "is_known"), [(25, True), (26, False)])
def test_another_sensor_may_lose_a_quarter_of_a_stride(lost: int, is_known: bool) -> None:
    present = np.ones(1301, dtype=bool)
    present[250 : 250 + lost] = False
    found = table(worn(), {"sacrum": worn(1.5, present=present)})["sacrum_pitch_deg"]
    assert np.isfinite(found).tolist() == [True, True, is_known] + [True] * 9


@pytest.mark.parametrize(
    ("start_s", "count", "known"),
    [
        pytest.param(0.0, 626, range(12), id="throughout"),
        pytest.param(0.5, 626, range(12), id="begun-with-the-first-stride"),
        pytest.param(0.52, 626, range(1, 12), id="begun-a-row-later"),
        pytest.param(0.0, 626, range(12), id="to-the-very-end"),
        pytest.param(0.0, 625, range(11), id="ended-a-row-sooner"),
    ],
)
def test_where_another_sensor_did_not_record_it_has_no_angle(
    start_s: float, count: int, known: range
) -> None:
    # At fifty rows a second the last of twelve strides ends at second 12.5, row 625.
    other = worn(1.5, count=count, rate_hz=50.0, start_s=start_s)
    found = table(worn(), {"sacrum": other})["sacrum_pitch_deg"]
    assert np.flatnonzero(np.isfinite(found)).tolist() == list(known)
    np.testing.assert_allclose(found[list(known)], 1.5)


def test_without_strides_the_table_is_empty() -> None:
    none = replace(worn(), strides=even_strides(0.0, 100.0, 0), side=np.zeros(0, dtype=np.int64))
    found = table(none, {"sacrum": worn(1.5)})
    assert len(found) == 0
    assert found["usable"].dtype == bool
