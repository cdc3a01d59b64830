"""Positions: hidden around both ends, told in between; and the track as GPX."""

from __future__ import annotations

import defusedxml.ElementTree as ElementTree
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import ExportError
from analysis.export.gpx import track_gpx
from analysis.export.notes import notes_of
from analysis.export.positions import Positions, positions_of, without_ends
from sensor.importers.watch.gpx import read_gpx
from sensor.samples import Track
from tests.support import sample_report as sample

M_PER_DEGREE = 6_371_008.8 * np.pi / 180.0
NAMES = {"g": "http://www.topografix.com/GPX/1/1", "p": "urn:runtall:posture"}


def positions(north_m: np.ndarray, east_m: np.ndarray | None = None, *, step_s: float = 1.0) -> Positions:
    east_m = np.zeros(len(north_m)) if east_m is None else east_m
    time_s = 40.0 + step_s * np.arange(len(north_m))
    longitude = 8.0 + east_m / M_PER_DEGREE / np.cos(np.radians(50.0))
    return Positions(time_s, 50.0 + north_m / M_PER_DEGREE, longitude, np.full(len(north_m), 123.4))


STRAIGHT = positions(np.arange(0.0, 1000.0, 3.0))


def test_two_hundred_metres_around_both_ends_are_kept_back() -> None:
    shown = np.flatnonzero(without_ends(STRAIGHT).known)
    # The last point lies at 999 m.
    assert (shown[0], shown[-1]) == (67, 266)
    assert len(shown) == 200


def test_passing_home_again_does_not_tell_it() -> None:
    leg = np.arange(0.0, 600.0, 3.0)
    home_again = positions(np.concatenate([leg, leg[::-1], leg]))
    left = without_ends(home_again)
    north_m = (left.latitude_deg - 50.0) * M_PER_DEGREE
    # Home is at 0, and the track ends at 597 m; out, back and out again are told in between.
    assert (np.nanmin(north_m), np.nanmax(north_m)) == pytest.approx((201.0, 396.0))
    assert np.count_nonzero(np.diff(left.known.astype(int)) == 1) == 3


@given(st.lists(st.tuples(st.floats(-900, 900), st.floats(-900, 900)), min_size=1, max_size=40))
def test_no_position_that_is_told_lies_near_an_end(way: list[tuple[float, float]]) -> None:
    north_m, east_m = (np.array(one) for one in zip(*way, strict=True))
    left = without_ends(positions(north_m, east_m))
    away_m = np.min([np.hypot(north_m - north_m[end], east_m - east_m[end]) for end in (0, -1)], axis=0)
    assert (away_m[left.known] > 199.0).all()
    assert left.known[away_m > 201.0].all()


def test_what_has_no_position_stays_without_one() -> None:
    nowhere = positions(np.full(5, np.nan))
    assert without_ends(nowhere) is nowhere


def test_a_session_without_tracks_has_no_positions_and_one_with_them_has() -> None:
    time_s = np.arange(5.0)
    latitude = Track("latitude_deg", "watch file", time_s, 50.0 + time_s)
    longitude = Track("longitude_deg", "watch file", time_s, 8.0 - time_s)
    assert positions_of(()) is None
    assert positions_of((latitude,)) is None
    found = positions_of((latitude, longitude))
    assert found is not None
    assert found.latitude_deg.tolist() == (50.0 + time_s).tolist()
    assert found.longitude_deg.tolist() == (8.0 - time_s).tolist()
    assert np.isnan(found.altitude_m).all()


def test_the_gpx_is_read_as_the_same_way_at_the_same_times() -> None:
    report = sample.slouching_10k()
    activity = read_gpx(track_gpx(report, STRAIGHT).encode())
    assert activity.notices == ()
    np.testing.assert_allclose(activity.latitude_deg, STRAIGHT.latitude_deg, atol=1e-7)
    assert activity.altitude_m.tolist() == [123.4] * len(STRAIGHT.time_s)
    assert np.diff(activity.time_s) == pytest.approx(1.0)
    assert activity.distance_m[-1] == pytest.approx(999.0, abs=1.0)
    assert np.nanmedian(activity.cadence_spm) == pytest.approx(169.0, abs=2.0)


def test_the_gpx_tells_the_posture_and_holes_part_it() -> None:
    holed = positions(
        np.concatenate([np.arange(0.0, 300.0, 3.0), np.full(20, np.nan), np.arange(400.0, 700.0, 3.0)])
    )
    root = ElementTree.fromstring(track_gpx(sample.slouching_10k(), holed, notes="tired & <stiff>"))
    assert [len(one) for one in root.findall(".//g:trkseg", NAMES)] == [100, 100]
    angles = [float(one.text) for one in root.findall(".//p:trunk_flexion", NAMES)]
    assert len(angles) == 200
    assert 5.0 < np.median(angles) < 12.0
    assert root.findtext(".//g:desc", namespaces=NAMES) == "tired & <stiff>"
    assert "<desc>" not in track_gpx(sample.slouching_10k(), holed)


def test_a_track_that_never_leaves_the_neighbourhood_is_kept_back_in_one_line() -> None:
    with pytest.raises(ExportError, match=r"within 200 m .* --with-track"):
        track_gpx(sample.slouching_10k(), without_ends(positions(np.arange(0.0, 150.0))))


def test_notes_are_told_in_lines_and_nothing_else_of_the_context() -> None:
    context = {
        "notes": "knee felt\x00 odd",
        "pain_during": ["lower back 7", "knee 2"],
        "symptoms": ["numbness"],
        "surface": "road",
        "pain_after": [],
    }
    assert notes_of(context).splitlines() == [
        "notes: knee felt\N{REPLACEMENT CHARACTER} odd",
        "pain during: lower back 7, knee 2",
        "symptoms: numbness",
    ]
    assert notes_of({"surface": "road"}) == ""
