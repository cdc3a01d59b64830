from __future__ import annotations

import numpy as np
import pytest

from sensor.session.column_buffer import ColumnBuffer


@pytest.mark.parametrize("done", [1e-3, 0.5, 1.0, 2.0])
def test_rows_come_out_as_they_went_in_however_many_were_expected(done: float) -> None:
    columns = ColumnBuffer()
    for start in (0, 4, 5):
        rows = np.arange(start, start + 4)
        columns.append({"a": rows, "b": np.stack([rows, -rows], axis=1)}, done)
    joined = columns.finish()
    assert joined["a"].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 5, 6, 7, 8]
    np.testing.assert_array_equal(joined["b"], np.stack([joined["a"], -joined["a"]], axis=1))


def test_joined_rows_are_read_only_and_own_their_memory() -> None:
    columns = ColumnBuffer()
    for _ in range(3):
        columns.append({"a": np.ones((5, 3))}, 0.1)
    rows = columns.finish()["a"]
    assert not rows.flags.writeable
    assert rows.base is None


def test_a_single_part_is_not_copied() -> None:
    part = np.ones(5)
    columns = ColumnBuffer()
    columns.append({"a": part}, 0.1)
    assert columns.finish()["a"] is part


def test_a_part_is_not_changed_by_those_that_follow() -> None:
    part = np.ones(5)
    columns = ColumnBuffer()
    columns.append({"a": part}, 1.0)
    columns.append({"a": np.zeros(5)}, 1.0)
    assert part.tolist() == [1.0] * 5
