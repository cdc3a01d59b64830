"""The vocabulary: the stride table and the curve."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.records import STRIDE_COLUMNS, Advice, AdviceKind, Curve, StrideTable
from tests.support.short_runs import PLAIN, report, virtual

DEFINED = [
    "stride",
    "start_s",
    "end_s",
    "distance_m",
    "speed_mps",
    "grade_pct",
    "activity",
    "side_first",
    "cadence_spm",
    "trunk_flexion_deg",
    "trunk_flexion_rom_deg",
    "trunk_lateral_deg",
    "lateral_left_deg",
    "lateral_right_deg",
    "trunk_rotation_rom_deg",
    "trunk_flexion_adj_deg",
    "sacrum_pitch_deg",
    "upper_trunk_minus_sacrum_deg",
    "head_pitch_deg",
    "neck_flexion_deg",
    "head_forward_cm",
    "head_forward_lo_cm",
    "head_forward_hi_cm",
    "head_source",
    "vertical_oscillation_cm",
    "contact_time_ms",
    "heart_rate_bpm",
    "usable",
    "usable_because",
    "flag",
    "flag_rounded",
    "flag_head",
    "judged",
    "judged_because",
]
"""Exactly these columns, in this order, in every export."""


def test_the_columns_are_the_defined_ones_in_their_order() -> None:
    assert list(STRIDE_COLUMNS) == DEFINED
    assert list(StrideTable({}).columns) == DEFINED


def test_what_is_not_measured_is_nan_or_empty() -> None:
    table = StrideTable({"stride": np.arange(2)})
    assert np.isnan(table["trunk_flexion_deg"]).all()
    assert table["side_first"].tolist() == ["", ""]
    assert table["flag_head"].tolist() == [None, None]
    assert table["usable"].tolist() == [False, False]


def test_an_empty_table_has_every_column_of_its_kind() -> None:
    table = StrideTable({})
    assert len(table) == 0
    assert table["stride"].dtype == np.int64
    assert table["trunk_flexion_deg"].dtype == np.float64
    assert table["usable"].dtype == np.bool_
    assert table["flag"].dtype == object


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"stride": np.arange(2), "flexion": np.zeros(2)}, r"unknown columns \['flexion'\]"),
        ({"stride": np.arange(2), "start_s": np.zeros(3)}, r"lengths \[2, 3\]"),
    ],
)
def test_unknown_or_uneven_columns_are_refused(columns: dict[str, np.ndarray], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        StrideTable(columns)


def test_nobody_can_change_a_table_behind_its_back() -> None:
    start = np.zeros(3)
    table = StrideTable({"stride": np.arange(3), "start_s": start})
    start[0] = 9.0
    assert table["start_s"][0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        table["start_s"][0] = 1.0


def test_a_changed_copy_leaves_the_original_as_it_was() -> None:
    table = StrideTable({"stride": np.arange(2)})
    other = table.with_columns(flag=np.array(["none", "watch"], dtype=object))
    assert table["flag"].tolist() == ["", ""]
    assert other["flag"].tolist() == ["none", "watch"]
    assert other["stride"].tolist() == [0, 1]


def test_a_data_frame_holds_the_same_columns_and_values() -> None:
    table = report(virtual(PLAIN)).strides
    frame = table.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == DEFINED
    np.testing.assert_array_equal(frame["trunk_flexion_deg"], table["trunk_flexion_deg"])


def test_a_curve_keeps_its_own_copy() -> None:
    values = np.zeros(4)
    curve = Curve(values, values, values, values, values > 1)
    values[0] = 5.0
    assert curve.distance_m[0] == 0.0


def test_what_is_unknown_in_both_of_two_records_makes_them_no_less_alike() -> None:
    one, other = (Advice(AdviceKind.SEE_DOCTOR, "numbness", float("nan")) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != Advice(AdviceKind.SEE_DOCTOR, "numbness", 300.0)
