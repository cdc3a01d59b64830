"""Times as apps write them become seconds."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.importers.apps.written_times import counter_seconds, epoch_seconds, parse_written, unwrapped

NOON_S = datetime(2026, 5, 3, 12, 0, 5, 86_000, UTC).timestamp()


@pytest.mark.parametrize(
    "cell",
    [
        "2026-05-03T12:00:05.086Z",
        "2026-05-03T14:00:05.086+02:00",
        "2026-05-03 07:30:05.086 -0430",
        "2026/05/03 12:00:05,086 UTC",
        "2026-05-03T12.00.05.086Z",
        "2026-5-3 12:0:5:86 GMT",
        "2026-05-03_12:00:05_086 UTC",
        "2026-05-03 12:00:05.086000000 UTC",
        '"2026-05-03 12:00:05.086 UTC"',
    ],
)
def test_one_moment_in_every_writing(cell: str) -> None:
    found = parse_written([cell])
    assert found.time_s[0] == pytest.approx(NOON_S, abs=1e-6)
    assert found.has_date
    assert found.has_zone


def test_without_a_zone_it_is_the_local_time_of_this_computer() -> None:
    local = datetime.fromtimestamp(NOON_S).strftime("%Y-%m-%d %H:%M:%S.%f")
    assert parse_written([local]).time_s[0] == pytest.approx(NOON_S, abs=1e-6)


def test_times_of_day_go_on_past_midnight() -> None:
    found = parse_written(["23:59:59.5", "00:00:00.5", "00:00:01.5"])
    np.testing.assert_allclose(np.diff(found.time_s), 1.0)
    assert not found.has_date


@pytest.mark.parametrize("cell", ["", "null", "noon", "2026-13-41 07:00:00", "2026-05-03", "25:61:99", "12"])
def test_what_is_no_time_is_nan(cell: str) -> None:
    assert np.isnan(parse_written([cell, "2026-05-03 07:00:00"]).time_s[0])


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 31)))
def test_any_date_is_read_as_it_was_written(moment: datetime) -> None:
    utc = moment.replace(tzinfo=UTC)
    assert parse_written([utc.isoformat()]).time_s[0] == pytest.approx(utc.timestamp(), abs=1e-5)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_whatever_is_written_gives_a_number_or_nan(cells: list[str]) -> None:
    assert len(parse_written(cells).time_s) == len(cells)


@pytest.mark.parametrize("unit", [1.0, 1e3, 1e6, 1e9])
def test_numbers_from_1970_are_known_in_every_unit(unit: float) -> None:
    found = epoch_seconds(np.array([NOON_S, NOON_S + 1]) * unit)
    assert found is not None
    np.testing.assert_allclose(found, [NOON_S, NOON_S + 1], atol=1e-5)


@pytest.mark.parametrize("numbers", [[0.0, 1.0], [-5.0, 4.0], [5e19, 6e19], [np.nan, np.nan], []])
def test_other_numbers_are_not_taken_for_dates(numbers: list[float]) -> None:
    assert epoch_seconds(np.array(numbers)) is None


@given(st.sampled_from([1.0, 1e3, 1e6, 1e9]), st.floats(20.0, 1000.0), st.floats(0, 1e5))
def test_a_counter_is_of_the_unit_that_makes_it_a_rate(unit: float, rate_hz: float, start_s: float) -> None:
    time_s = start_s + np.arange(50) / rate_hz
    found = counter_seconds(time_s * unit)
    assert found is not None
    np.testing.assert_allclose(found, time_s, rtol=1e-9)


@given(st.sampled_from([16, 24, 32]), st.integers(1, 1000), st.integers(1, 99))
def test_a_counter_that_goes_round_goes_on(bits: int, step: int, wraps_at: int) -> None:
    risen = np.arange(100) * step
    start = 2**bits - step * wraps_at
    found = unwrapped(((start + risen) % 2**bits).astype(np.float64))
    np.testing.assert_array_equal(np.diff(found), step)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=False, width=32), min_size=1, max_size=30))
def test_any_numbers_are_a_counter_or_none(numbers: list[float]) -> None:
    found = counter_seconds(np.array(numbers))
    assert found is None or len(found) == len(numbers)
