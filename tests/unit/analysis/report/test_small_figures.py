"""One mark per kilometre, and two paths where there are more kilometres than there is room for marks."""

from __future__ import annotations

from dataclasses import replace

from analysis.report.small_figures import side_figure
from tests.support import sample_report as sample
from tests.support.sample_report import with_fields


def test_every_kilometre_is_marked_and_told() -> None:
    report = sample.slouching_10k()
    count = len(report.evidence.segments)
    drawn = side_figure(report)
    assert drawn.count('class="span-dot"') == 2 * count
    assert drawn.count("on left steps") == 2 * count


def test_marks_of_a_day_that_cover_one_another_are_two_paths_in_the_same_places() -> None:
    report = sample.slouching_10k()
    (first, *_), way_m = report.evidence.segments, report.totals.distance_m
    step_m = way_m / 400
    many = tuple(
        replace(first, from_m=k * step_m, to_m=(k + 1) * step_m, lateral_left_deg=-2.0, lateral_right_deg=1.0)
        for k in range(400)
    )
    drawn = side_figure(with_fields(report, segments=many))
    assert drawn.count("<circle") == 0
    assert drawn.count('class="span"') == drawn.count('class="span-dots"') == 2
    assert drawn.count("h0") == 2 * 400
    assert len(drawn) < 2 * 400 * 60
