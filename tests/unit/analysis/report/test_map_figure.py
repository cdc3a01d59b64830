"""The map on the page: what it draws and says, that it is small, and that what is hidden leaves no trace."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from analysis.report import page
from analysis.report.cursor import cursor_data
from analysis.report.map_figure import map_figure, posture_of
from analysis.report_json import from_json, to_json
from analysis.run_report import Route, RunReport
from tests.support import sample_report as sample
from tests.support.sample_report import with_fields
from tests.support.sample_ways import SPEED_MPS, placed, square, with_way

MOST_BYTES = 40_000


@pytest.fixture(scope="module")
def mapped() -> RunReport:
    return with_way(sample.slouching_10k())


@pytest.fixture(scope="module")
def drawn(mapped: RunReport) -> str:
    return str(map_figure(mapped))


def classes(svg: str) -> list[str]:
    return re.findall(r'class="way way-([a-z]+)"', svg)


def test_without_a_route_there_is_no_map() -> None:
    report = sample.slouching_10k()
    assert map_figure(report) == ""
    assert "Posture on the map" not in page.render(report)


def test_the_page_has_the_map_under_the_posture_and_says_what_is_left_out(mapped: RunReport) -> None:
    posture = page.render(mapped).split('id="posture"')[1].split("</section>")[0]
    assert posture.index("Posture over distance") < posture.index("Posture on the map")
    assert "The first and the last 200 m are left out" in posture
    assert (
        "left out"
        not in page.render(mapped, whole_map=True).split("Posture on the map")[1].split("</section>")[0]
    )


def test_every_zone_has_a_line_of_its_own_and_a_name_in_the_legend(drawn: str) -> None:
    # In each of both sizes one path on the map and one sample in the legend, the slouch uppermost.
    for variant in drawn.split("<svg")[1:]:
        assert classes(variant) == [
            *("none", "usual", "watch", "leaning", "slouched"),
            *("usual", "watch", "leaning", "slouched", "none"),
        ]
        for name in ("as usual, ", "more forward, ", "leaning, ", "slouched, ", "not judged, "):
            assert f">{name}" in variant


def test_it_is_told_in_words(drawn: str) -> None:
    (told, _) = re.findall(r"<desc[^>]*>([^<]*)</desc>", drawn)
    assert "north up" in told
    assert re.search(r"slouched for 3\.\d km", told)
    assert "The first and the last 200 m are left out." in told


def test_a_scale_bar_is_as_long_as_it_says(mapped: RunReport) -> None:
    """A square kilometre from south to north fills the height of the map."""
    report = replace(mapped, route=placed(*square(1000.0)))
    wide = str(map_figure(report, whole=True)).split("<svg")[1]
    bar, told_m = re.search(r"M1 [0-9.]+v7H([0-9.]+)v-7.*?>(\d+) m</text>", wide).groups()  # type: ignore[union-attr]
    assert (float(bar) - 1) / float(told_m) == pytest.approx(420.0 / 1000.0, rel=2e-3)


def test_without_a_fresh_window_all_of_it_is_grey(mapped: RunReport) -> None:
    assert set(posture_of(with_fields(mapped, baseline=None)).zone) == {0}
    assert set(classes(str(map_figure(with_fields(mapped, baseline=None))))) == {"none"}


def moved_home(way: Route, rows: slice) -> Route:
    """Return the way with some fixes turned round about the last of them: as long, from another door."""
    moved = {name: getattr(way, name).copy() for name in ("latitude_deg", "longitude_deg")}
    for values in moved.values():
        pivot = values[rows][-1 if rows.start is None else 0]
        values[rows] = 2 * pivot - values[rows]
    return replace(way, **moved)


@pytest.mark.parametrize("rows", [slice(None, 50), slice(-50, None)])
def test_what_is_hidden_leaves_no_trace(mapped: RunReport, rows: slice) -> None:
    way = placed(*square(2500.0))
    here, elsewhere = (replace(mapped, route=one) for one in (way, moved_home(way, rows)))
    assert str(map_figure(here)) == str(map_figure(elsewhere))
    assert str(map_figure(here, whole=True)) != str(map_figure(elsewhere, whole=True))
    assert page.render(here) == page.render(elsewhere)
    assert cursor_data(here, whole_map=True) != cursor_data(elsewhere, whole_map=True)


def test_the_cursor_knows_no_spot_within_two_hundred_metres_of_either_end(mapped: RunReport) -> None:
    # A square of 10 km from its south-western corner, north first: its side is 1,000 thousandths.
    report = replace(mapped, route=placed(*square(2500.0)))
    at_km = np.linspace(0.0, mapped.totals.distance_m / 1000, 400)
    for whole in (False, True):
        spots = json.loads(cursor_data(report, whole_map=whole))["map"]
        shown_km = at_km[[spot is not None for spot in spots]]
        # Kilometres run and the square's own need not be of one length: the route's distances count.
        assert (shown_km[0] >= 0.2, shown_km[-1] <= 9.8) == (not whole, not whole)
        assert len(spots) == 400
    east, north = spots[round(399 * 3.75 / at_km[-1])]
    assert (east, north) == (pytest.approx(500, abs=6), pytest.approx(1000, abs=2))


def test_a_map_tells_the_cursor_where_it_draws_a_spot(mapped: RunReport) -> None:
    """The point of the cursor's at a whole kilometre lies on the map's mark of it, in both sizes."""
    content = json.loads(cursor_data(mapped))
    at = round((content["count"] - 1) * 5.0 / (content["high"] - content["low"]))
    east, north = content["map"][at]
    for variant in str(map_figure(mapped)).split("<svg")[1:]:
        x, y, k = map(float, re.search(r'data-map="([^"]*)"', variant)[1].split())  # type: ignore[index]
        mark = re.search(r'<title>km 5</title><circle cx="([\d.]+)" cy="([\d.]+)"', variant)
        if mark:
            drawn_at = tuple(map(float, mark.groups()))
            assert (x + k * east, y - k * north) == pytest.approx(drawn_at, abs=2.5)


def test_no_degree_of_a_place_is_written(mapped: RunReport) -> None:
    assert mapped.route is not None
    html = page.render(mapped)
    for degrees in (mapped.route.latitude_deg, mapped.route.longitude_deg):
        assert not [True for one in degrees[::100] if f"{one:.3f}" in html]
    assert to_json(mapped) == to_json(replace(mapped, route=None))
    assert from_json(to_json(mapped)).route is None


@pytest.mark.parametrize("laps", [1, 125])
def test_fifty_kilometres_take_less_than_forty_kilobytes(laps: int) -> None:
    count = int(50_000 / SPEED_MPS)
    turn = np.linspace(0.0, 2 * np.pi * laps, count)
    east_m, north_m = (50_000 / laps / (2 * np.pi) * axis for axis in (np.cos(turn), np.sin(turn)))
    # A receiver strays by metres, slowly.
    stray_m = np.random.default_rng(1).normal(0.0, 0.7, (2, count)).cumsum(axis=1)
    stray_m -= np.linspace(0, 1, count) * stray_m[:, -1:]
    route = placed(east_m + np.clip(stray_m[0], -8, 8), north_m + np.clip(stray_m[1], -8, 8))
    svg = str(map_figure(replace(with_way(sample.three_hours()), route=route)))
    assert 2_000 < len(svg) < MOST_BYTES


def test_kilometres_are_marked_where_they_were(drawn: str) -> None:
    wide, narrow = drawn.split("<svg")[1:]
    assert re.findall(r"<title>km (\d+)</title>", wide) == [str(km) for km in range(1, 10)]
    assert len(re.findall(r"<title>km (\d+)</title>", narrow)) <= 6
