"""The stride table as Parquet: every column and value, unknown as null, where it comes from."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest

from analysis.export.parquet import strides_parquet
from analysis.records import STRIDE_COLUMNS
from sensor.errors import MissingExtraError
from tests.support import sample_report as sample


def test_without_the_extra_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"runtall\[parquet\].*\.csv"):
        strides_parquet(sample.slouching_10k())


def test_a_reader_finds_every_column_with_its_unit_and_what_is_unknown_as_null() -> None:
    parquet = pytest.importorskip(
        "pyarrow.parquet", reason="the extra [parquet] is left out: with it, pandas loads slower everywhere"
    )
    report = sample.slouching_10k()
    maybe = np.array([None, True, False] + [None] * (len(report.strides) - 3), dtype=object)
    report = sample.with_fields(report, strides=report.strides.with_columns(flag_head=maybe))
    table = parquet.read_table(io.BytesIO(strides_parquet(report)))
    assert table.column_names == list(STRIDE_COLUMNS)
    np.testing.assert_array_equal(table["trunk_flexion_deg"].to_numpy(), report.strides["trunk_flexion_deg"])
    assert table["activity"].to_pylist() == report.strides["activity"].tolist()
    assert table["flag_head"].to_pylist() == maybe.tolist()
    assert table["head_pitch_deg"].null_count == len(report.strides)
    assert table.schema.field("speed_mps").metadata == {b"unit": b"m/s"}
    assert table.schema.metadata[b"file_hash"] == report.provenance.file_hash.encode()
