"""The account of the bytes of a recording that came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sensor.protocol.memory import Coverage

SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=20)


@given(SPANS, st.integers(0, 70))
def test_the_account_is_that_of_single_bytes(spans: list[tuple[int, int]], size: int) -> None:
    coverage = Coverage()
    came: set[int] = set()
    for start, end in spans:
        coverage.add(start, end)
        came |= set(range(start, end))
    assert {byte for start, end in coverage.spans for byte in range(start, end)} == came
    assert coverage.size == len(came)
    assert coverage.end == max(came, default=-1) + 1
    missing = [byte for start, end in coverage.holes(size) for byte in range(start, end)]
    assert missing == sorted(set(range(size)) - came)
    assert coverage.is_whole(size) == (not missing)
    assert coverage.pieces == len(coverage.spans)
    assert Coverage(coverage.spans).spans == coverage.spans
    assert all(end < start for (_, end), (start, _) in zip(coverage.spans, coverage.spans[1:], strict=False))


def test_pieces_in_order_are_one_span() -> None:
    coverage = Coverage()
    for at in range(0, 3000, 150):
        coverage.add(at, at + 150)
    assert coverage.spans == ((0, 3000),)
