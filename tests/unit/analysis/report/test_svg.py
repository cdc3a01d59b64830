from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.report import svg
from analysis.report.posture_figure import posture_figure
from tests.support import sample_report as sample
from tests.support.sample_report import with_fields


def numbers(path: str) -> list[tuple[float, float]]:
    """Return the points of a path of ours, each of which is told as seen from the one before."""
    steps = re.findall(r"[ml](-?[0-9.]+) ?(-?[0-9.]+)", path)
    x, y = (np.round(np.cumsum([float(v) for v in along]), 1).tolist() for along in zip(*steps, strict=True))
    return list(zip(x, y, strict=True))


@given(
    st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=400),
    st.integers(1, 40),
    st.data(),
)
def test_the_reduced_line_keeps_every_extreme_and_both_ends_of_each_piece(
    heights: list[float], columns: int, data: st.DataObject
) -> None:
    y = np.array(heights)
    x = np.sort(np.linspace(0, columns, len(y), endpoint=False))
    lifted = np.array(data.draw(st.lists(st.booleans(), min_size=len(y), max_size=len(y))))
    piece = np.cumsum(lifted)
    keep = svg.envelope(x, y, piece)
    assert np.all(np.diff(keep) > 0)
    for column in range(columns):
        for part in set(piece.tolist()):
            here = np.flatnonzero((np.floor(x) == column) & (piece == part))
            if len(here):
                kept = np.intersect1d(here, keep)
                assert {here[0], here[-1]} <= set(kept.tolist())
                assert y[kept].min() == y[here].min()
                assert y[kept].max() == y[here].max()
                assert len(kept) <= 4


def test_a_line_is_lifted_at_a_break_and_nowhere_else() -> None:
    x, y = np.arange(6.0) * 10, np.zeros(6)
    path = svg.line_path(
        x, y, after_break=np.array([False, False, False, True, False, False]), class_="course"
    )
    assert 'd="m0 0l10 0l10 0m10 0l10 0l10 0"' in path


def test_an_empty_line_is_an_empty_path() -> None:
    assert 'd=""' in svg.line_path(
        np.zeros(0), np.zeros(0), after_break=np.zeros(0, dtype=bool), class_="course"
    )
    assert 'd=""' in svg.dots_path(np.zeros(0), np.zeros(0), class_="dots")


def test_thinned_dots_keep_the_highest_and_the_lowest() -> None:
    rng = np.random.default_rng(1)
    x, y = np.sort(rng.uniform(0, 300, 20_000)), rng.normal(0, 1, 20_000)
    y[777], y[15_001] = 40.0, -40.0
    path = svg.dots_path(x, y, class_="dots", most=500)
    steps = re.findall(r"m(-?[0-9.]+) ?(-?[0-9.]+)h0", path)
    shown = np.round(np.cumsum([float(v) for _, v in steps]), 1)
    assert max(shown) == 40.0
    assert min(shown) == -40.0
    assert len(shown) <= 500 + 4 * 300


def test_dots_are_told_one_from_the_other_and_those_in_one_place_once() -> None:
    path = svg.dots_path(np.array([2.0, 2.5, 2.5, 13.0]), np.array([7.0, 4.0, 4.0, 4.04]), class_="dots")
    assert 'd="m2 7h0m.5-3h0m10.5 0h0"' in path


def test_a_text_cannot_close_its_element() -> None:
    drawn = svg.text(1, 2, "</text><script>", class_="tick")
    assert drawn == '<text x="1" y="2" class="tick" text-anchor="start">&lt;/text&gt;&lt;script&gt;</text>'


def test_an_attribute_cannot_leave_its_quotes() -> None:
    assert svg.tag("g", class_='a" onload="x') == '<g class="a&#34; onload=&#34;x"></g>'


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0, 10, 14, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (0, 10, 6, [0, 2, 4, 6, 8, 10]),
        (-3.5, 8.5, 8, [-2, 0, 2, 4, 6, 8]),
        (0, 42.195, 14, [0, 5, 10, 15, 20, 25, 30, 35, 40]),
        (0, 0, 5, [0]),
    ],
)
def test_ticks_are_round(low: float, high: float, most: int, expected: list[float]) -> None:
    assert svg.ticks(low, high, most) == pytest.approx(expected)


@given(st.floats(0.001, 1e6), st.integers(2, 20))
def test_there_are_never_more_ticks_than_asked_for(span: float, most: int) -> None:
    assert len(svg.ticks(0, span, most)) <= most + 1


def test_a_scale_holds_what_lies_outside_at_its_edge() -> None:
    scale = svg.Scale(0.0, 10.0, 100.0, 0.0)
    assert [scale.at(v) for v in (-5, 0, 2.5, 10, 99)] == [100, 100, 75, 0, 0]


def test_a_coordinate_is_short_and_never_minus_zero() -> None:
    assert [svg.coordinate(v) for v in (0.0, -0.04, 12.0, 12.34, -3.96)] == ["0", "0", "12", "12.3", "-4"]


def test_the_main_figure_is_well_formed_in_both_sizes() -> None:
    markup = posture_figure(sample.slouching_10k())
    parts = ElementTree.fromstring(f"<all>{markup}</all>")
    assert [part.get("class") for part in parts] == ["drawing wide", "drawing narrow"]


def course_of(markup: str, size: str) -> list[tuple[float, float]]:
    drawing = markup[markup.index(f'class="drawing {size}"') :]
    found = re.search(r'<path d="([^"]*)" class="course">', drawing)
    assert found
    return numbers(found[1])


def test_running_too_steep_or_too_fast_to_judge_stands_on_a_ground_of_its_own() -> None:
    report = sample.slouching_10k()
    assert 'class="unjudged"' not in posture_figure(report)
    distance_m = report.strides["distance_m"]
    because = np.where((distance_m > 5000) & (distance_m < 6000), "grade", "").astype(object)
    hilly = with_fields(report, strides=report.strides.with_columns(judged_because=because))
    grounds = re.findall(
        r'<rect x="([\d.]+)"[^>]* width="([\d.]+)"[^>]*class="unjudged"', posture_figure(hilly)
    )
    wide = 840.0 - 14.0 - 52.0
    assert float(grounds[0][0]) == pytest.approx(52.0 + wide / 2, abs=1.0)
    assert float(grounds[0][1]) == pytest.approx(wide / 10, abs=1.0)


def test_the_curve_shows_the_gap_the_walk_and_the_slouch_where_they_are() -> None:
    report = sample.slouching_10k()
    markup = posture_figure(report)
    points = course_of(markup, "wide")
    x = [p[0] for p in points]
    left, right = 52.0, 840.0 - 14.0
    km = [(v - left) / (right - left) * 10 for v in x]
    assert min(km) == pytest.approx(0.0, abs=0.01)
    assert not [v for v in km if 2.49 < v < 2.58]
    assert not [v for v in km if 4.06 < v < 4.18]
    early = np.mean([p[1] for p, k in zip(points, km, strict=True) if k < 5])
    late = np.mean([p[1] for p, k in zip(points, km, strict=True) if k > 7.5])
    assert late < early - 80  # higher on the page is a smaller y


def test_the_text_of_the_narrow_figure_is_legible_on_a_phone() -> None:
    # 360 px of a phone less 2 × 16 px of margin, over a drawing 340 units wide with 13-unit text.
    assert 13 * (360 - 32) / 340 >= 12
    assert 'viewBox="0 0 340 ' in posture_figure(sample.slouching_10k())
