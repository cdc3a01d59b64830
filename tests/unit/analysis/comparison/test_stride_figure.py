"""Average strides over one another: what is drawn, averaged over runs, and said where there is none."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.comparison import page
from analysis.comparison.as_json import to_json
from analysis.comparison.compare import compare
from analysis.comparison.conditions import By
from analysis.comparison.records import Comparison
from analysis.comparison.stride_figure import lines_of_conditions, lines_of_runs, reading, stride_figure
from analysis.records import AverageStride, StrideEnsemble
from analysis.words import Method
from tests.support.sample_course import average_stride_of
from tests.support.sample_report import with_fields


def compared(runs: Any, *lates_deg: float | None, **context: str) -> Comparison:
    """Return runs whose average strides lean so much further forward late; None for a run without one."""
    made = [
        with_fields(
            runs(seed=seed, name=f"run {seed}", started_utc="", context=context),
            average_stride=None if late is None else average_stride_of(late),
        )
        for seed, late in enumerate(lates_deg, 1)
    ]
    return compare(made, by=By.SHOES if context else None)


def labels(found: Comparison) -> list[str]:
    return [run.name for run in found.runs]


def test_a_run_is_read_as_how_far_it_moves_within_a_stride_and_how_much_it_leans_late(runs: Any) -> None:
    found = compared(runs, 3.0, -0.4)
    told = [reading(line) for line in lines_of_runs(found.runs, labels(found))]
    # A sine of 2.5° to either side, sampled at every fiftieth of the stride.
    assert told[0] == (
        "the trunk moves by 5.0° within a stride when fresh (640 strides) "
        "and by 5.0° in the last third (640 strides), where it is 3.0° further forward"
    )
    assert told[1].endswith("where it is 0.4° more upright")


def test_without_a_late_part_the_reading_says_so(runs: Any) -> None:
    found = compared(runs, 3.0, 1.0)
    run = replace(found.runs[0], average_stride=replace(average_stride_of(), late=None))
    (line,) = lines_of_runs([run], ["A"])
    assert reading(line).endswith("too few strides of the last third are judged")
    assert "In the last third" not in stride_figure([line], "k")


def test_each_run_has_a_line_and_a_band_in_both_panels(runs: Any) -> None:
    found = compared(runs, 0.0, 3.0)
    drawn = str(stride_figure(lines_of_runs(found.runs, labels(found)), "k"))
    for number in (1, 2):
        # Two sizes of two panels.
        assert len(re.findall(f'class="run-line run-{number}"', drawn)) == 4
        assert len(re.findall(f'class="run-band band-{number}"', drawn)) == 4
    assert "1, run 1: the trunk moves by 5.0°" in drawn


def test_many_lines_carry_no_bands_and_the_page_says_so(runs: Any) -> None:
    found = compared(runs, 0.0, 0.5, 1.0, 1.5, 2.0)
    html = page.render(found)
    assert 'class="run-band' not in html
    assert "leave no room for bands" in html


def test_a_run_without_a_course_within_the_stride_is_named_with_the_reason(runs: Any) -> None:
    bare = with_fields(runs(seed=2, name="bare"), average_stride=None, method=Method.ACCELEROMETER_ONLY)
    html = page.render(compare([runs(name="whole"), bare]))
    assert re.search(r"2 · “bare” has none: its sensor has no gyroscope", html)
    none = page.render(compared(runs, None, None))
    assert none.count("has none: too few of its fresh strides are judged, or its report was written by") == 2
    assert "run-band" not in re.sub(r"<style>.*?</style>", "", none, flags=re.S)


def test_a_condition_is_the_mean_of_its_runs_each_counted_once(runs: Any) -> None:
    found = compared(runs, 1.0, 2.0, 6.0, None, shoes="old")
    assert found.conditions is not None
    (line,) = lines_of_conditions(found.runs, found.conditions, ["old"])
    assert line.late is not None
    assert line.label == "old, n = 3"
    assert float((line.late.mean_deg - line.fresh.mean_deg).mean()) == pytest.approx(3.0)
    assert line.late.half_deg is not None
    # Standard deviation of 1, 2 and 6.
    np.testing.assert_allclose(line.late.half_deg, 7.0**0.5)


def test_a_condition_of_few_runs_has_no_band(runs: Any) -> None:
    found = compared(runs, 1.0, 2.0, shoes="old")
    assert found.conditions is not None
    (line,) = lines_of_conditions(found.runs, found.conditions, ["old"])
    assert line.fresh.half_deg is None


def test_a_report_told_at_other_points_is_drawn_too(runs: Any) -> None:
    found = compared(runs, 0.0, 0.0)
    few = StrideEnsemble(stride_count=60, mean_deg=(0.0, 2.0, 0.0), sd_deg=(1.0, 1.0, 1.0))
    run = replace(found.runs[0], average_stride=AverageStride(fresh=few, late=None, opens_left=False))
    (line,) = lines_of_runs([run], ["A"])
    assert line.fresh.swing_deg == pytest.approx(2.0, abs=0.05)
    assert "0 %" in stride_figure([line], "k")


def test_the_json_holds_the_average_stride_of_each_run(runs: Any) -> None:
    told = to_json(compared(runs, 3.0, None))
    assert told.count('"average_stride": {') == 1
    assert told.count('"average_stride": null') == 1
    assert '"stride_count": 640' in told
