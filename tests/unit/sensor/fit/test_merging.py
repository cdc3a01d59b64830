"""Fields added to a file of others: they are read, and all else is as it was, byte for byte."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from fit_tool.exceptions import FitCRCError, FitRecordError
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import ImportFileError
from sensor.fit.crc import crc16
from sensor.fit.developer import APPLICATION_ID, Quantity
from sensor.fit.merging import record_times_s, with_quantities
from sensor.fit.profile import Number
from sensor.fit.walking import RawRecord, split_fit
from tests.fuzz.watch_files import check_watch_file, watch_file_seeds
from tests.support.fit_bytes import (
    FILE_ID,
    FIT_RUNS,
    definition,
    every_kind,
    first_minutes,
    fit_file,
    watch_bytes,
)
from tests.support.fit_readers import READERS, Told, by_fit_tool, by_fitdecode, column

Reader = Callable[[bytes], Told]

REFUSED_BY_FIT_TOOL = (
    "fenix5_run_short_all_dynamics.fit",
    "fenix6s_run_short.fit",
    "fr310xt_run_7km.fit",
)
"""Sound files that it cannot read as the watch wrote them: an unusual string, a header without a checksum."""

NAMES = ("trunk_flexion", "trunk_flexion_adj")
ADDED = 4 * len(NAMES)


def quantities(count: int) -> list[Quantity]:
    """Return two quantities that tell every record from its neighbours; every third is not known."""
    value = 0.25 * np.arange(count)
    value[::3] = np.nan
    return [Quantity(NAMES[0], "deg", value), Quantity(NAMES[1], "deg", -value)]


def merged(content: bytes) -> bytes:
    parts = split_fit(content)
    return with_quantities(parts, quantities(len(record_times_s(parts))))


def told_by(content: bytes, name: str) -> list[float | None]:
    return column(by_fitdecode(content), "record", name)


def expected(count: int, name: str) -> list[float | None]:
    value = quantities(count)[NAMES.index(name)].value
    return [None if np.isnan(one) else one for one in value.tolist()]


def without_ours(told: Told) -> Told:
    """Return what a file told before, from what it tells now."""
    introductions = len(NAMES) + 1
    ours = [i for i, (kind, _) in enumerate(told) if kind in ("developer_data_id", "field_description")]
    left = [one for i, one in enumerate(told) if i not in ours[:introductions]]
    return [(kind, {k: v for k, v in values.items() if k not in NAMES}) for kind, values in left]


def assert_only_ours_differs(before: bytes, after: bytes) -> None:
    """Compare the raw records of two files; that the checksums are right is seen by taking them apart."""
    (old,), (new,) = split_fit(before), split_fit(after)
    records = list(new.records)
    at = next(i for i, one in enumerate(records) if APPLICATION_ID in one.raw) - 1
    del records[at : at + 2 * (1 + len(NAMES))]
    for one, changed in zip(old.records, records, strict=True):
        assert_same_but_ours(one, changed)
    assert (new.head[0], new.head[2:4]) == (old.head[0], old.head[2:4])


def assert_same_but_ours(one: RawRecord, changed: RawRecord) -> None:
    if one.layout.message != Number.RECORD:
        assert changed.raw == one.raw
    elif one.is_definition:
        fields_end = 6 + 3 * len(one.layout.fields)
        assert changed.raw[1:fields_end] == one.raw[1:fields_end]
        assert changed.layout.size == one.layout.size + ADDED
    else:
        assert changed.raw[:-ADDED] == one.raw


@pytest.mark.parametrize("is_big_endian", [False, True], ids=["low-byte-first", "high-byte-first"])
def test_every_kind_of_record_carries_the_fields(is_big_endian: bool) -> None:
    before = every_kind(is_big_endian=is_big_endian)
    after = merged(before)
    assert_only_ours_differs(before, after)
    for reader in READERS:
        told = reader(after)
        for name in NAMES:
            assert column(told, "record", name) == expected(4, name)
        assert column(told, "record", "heart_rate") == [100, 101, 102, 103]
        assert column(told, "record", "other") == [700, None, None, None]


@pytest.mark.parametrize("name", FIT_RUNS)
def test_whole_files_of_watches_differ_only_where_intended(name: str) -> None:
    assert_only_ours_differs(watch_bytes(name), merged(watch_bytes(name)))


@pytest.mark.parametrize("name", FIT_RUNS)
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_readers_of_others_find_all_a_watch_told_and_our_fields(reader: Reader, name: str) -> None:
    before = first_minutes(name)
    if reader is by_fit_tool and name in REFUSED_BY_FIT_TOOL:
        with pytest.raises((FitCRCError, FitRecordError)):
            reader(before)
        return
    told = reader(merged(before))
    assert without_ours(told) == reader(before)
    for one in NAMES:
        assert column(told, "record", one) == expected(len(column(told, "record", one)), one)


def test_a_header_without_a_checksum_gets_one() -> None:
    before = fit_file(every_kind(is_big_endian=False)[14:-2], has_head_checksum=False)
    assert crc16(merged(before)[:14]) == 0
    with pytest.raises(FitCRCError):
        by_fit_tool(before)
    assert column(by_fit_tool(merged(before)), "record", NAMES[0]) == expected(4, NAMES[0])


def test_of_a_chain_only_the_parts_with_records_are_changed() -> None:
    settings = fit_file(FILE_ID, has_head_checksum=False)
    run = every_kind(is_big_endian=False)
    after = merged(settings + run + settings + run)
    assert after.startswith(settings)
    parts = split_fit(after)
    assert [any(one.layout.message == Number.RECORD for one in part.records) for part in parts] == [
        False,
        True,
        False,
        True,
    ]
    assert told_by(after, NAMES[0]) == expected(8, NAMES[0])


def test_a_file_that_begins_with_records_is_introduced_before_them() -> None:
    body = definition(15, 20, [(253, 4, 0x86)]) + b"\x0f\0\0\0\x30"
    assert told_by(merged(fit_file(body)), NAMES[1]) == [None]
    two = quantities(1)
    known = [Quantity(one.name, one.unit, np.array([2.5])) for one in two]
    after = with_quantities(split_fit(fit_file(body)), known)
    assert told_by(after, NAMES[1]) == [2.5]


def test_a_file_that_has_our_fields_already_is_refused() -> None:
    with pytest.raises(ImportFileError, match="has the fields of runtall already"):
        merged(merged(every_kind(is_big_endian=False)))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (
            b"".join(definition(local, 0, [(0, 1, 0)]) for local in range(16))
            + b"\0\4"
            + definition(0, 20, [(253, 4, 0x86)]),
            "defines all 16",
        ),
        (
            FILE_ID
            + definition(1, 20, [(253, 4, 0x86)], developer=[(n, 1, 0) for n in range(254)])
            + b"\1"
            + bytes(258),
            "has 254 developer fields",
        ),
        (
            FILE_ID
            + definition(1, 207, [(3, 1, 2)])
            + b"".join(bytes([1, n]) for n in range(255))
            + definition(2, 20, [(253, 4, 0x86)]),
            "has 255 developers",
        ),
    ],
    ids=["no-local-type", "no-field", "no-developer"],
)
def test_a_file_without_room_is_refused_in_one_line(body: bytes, why: str) -> None:
    with pytest.raises(ImportFileError, match=why):
        merged(fit_file(body))


@given(
    st.sampled_from(watch_file_seeds()),
    st.lists(st.tuples(st.integers(0, 150), st.integers(0, 2), st.binary(max_size=2)), max_size=4),
)
def test_whatever_became_of_its_records_a_file_is_refused_or_copied_whole(
    body: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    for at, lost, new in changes:
        body = body[:at] + new + body[at + lost :]
    check_watch_file(body)
