"""The sheet for a physiotherapist, and the main figure as a picture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.personal import EarlierRun as EarlierRunOfOwn
from analysis.personal import PersonalBaseline, Slope, UsualLevel
from analysis.records import EarlierRun
from analysis.report import document, sheet, words
from analysis.report.picture import plain_style
from analysis.run_report import RunReport
from tests.support import sample_report as sample
from tests.support.sample_report import with_fields


def test_it_tells_what_a_physiotherapist_asks_for() -> None:
    report = sample.slouching_10k()
    told = replace(report.session, context={"pain_during": ["neck 3"], "surface": "road"})
    html = sheet.render(replace(report, session=told))
    assert "<strong>Pain during</strong>: neck 3" in html
    assert "In the last third you were" in html
    assert "Lean to the side: 0.6° right at the start" in html
    assert "lost data: 2 gaps, 51 s (fair)" in html
    assert report.provenance.config_hash in html
    thirds = report.evidence.thirds
    assert thirds is not None
    assert words.signed(thirds.lo_deg) in html


def test_a_long_run_and_long_texts_keep_to_a_page() -> None:
    report = sample.three_hours()
    long = "<b>" + "x" * 10_000
    session = replace(report.session, name=long, context={"notes": long, long: long})
    html = sheet.render(replace(report, session=session))
    assert html.count('<th scope="row">') == sheet.MOST_ROWS
    assert "0–1" in html
    assert "42–42.2" in html
    assert "<b>" not in html
    assert "x" * 300 not in html


def test_earlier_runs_stand_under_this_one() -> None:
    run = EarlierRun(
        name="Tuesday",
        started_utc="2025-05-06T17:31:05Z",
        distance_m=9_000.0,
        tall_until_m=4_800.0,
        judged_m=9_000.0,
        late_change_deg=3.4,
        level_deg=8.0,
    )
    html = sheet.render(sample.slouching_10k(), earlier=[run] * 9)
    assert html.count("2025-05-06, Tuesday") == sheet.MOST_EARLIER
    assert "<td>until km 4.8</td><td>+3.4°</td>" in html


@pytest.mark.parametrize("make", [sample.short_run, sample.accelerometer_only, sample.own_baseline])
def test_what_is_not_known_is_not_made_up(make: object) -> None:
    assert callable(make)
    html = sheet.render(make())
    assert "nan" not in html.split("</style>")[1].lower().split()


def test_a_plain_drawing_has_the_light_colours_and_no_rule_for_screens() -> None:
    style = plain_style(document.style())
    assert "var(" not in style
    assert "@media" not in style
    assert ".course { stroke: #10222e;" in style
    assert ".zone-usual { fill: #e1f0eb; }" in style


def own(*, level_deg: float, run_count: int = 6, speed: Slope | None = None) -> PersonalBaseline:
    runs = tuple(EarlierRunOfOwn(f"run {k}", f"2025-04-0{k + 1}T17:00:00Z") for k in range(run_count))
    return PersonalBaseline(level=UsualLevel(level_deg, 0.5, 3.0, run_count), speed=speed, runs=runs)


def usual_part(report: RunReport) -> str:
    html = sheet.render(report)
    return html.split('<h2 id="usual">')[1].split("</section>")[0]


def test_the_change_against_the_runners_own_baseline_stands_beside_that_against_the_start() -> None:
    report = sample.slouching_10k()
    window, last = report.evidence.baseline, report.evidence.segments[-1]
    assert window is not None
    told = usual_part(with_fields(report, personal=own(level_deg=window.flexion_deg - 1.2)))
    assert "<strong>This run's start:</strong> Usual means your own start, km 0.5 to 2.0" in told
    assert "6 earlier runs, 2025-04-01 to 2025-04-06. Fresh, you lean" in told
    # Two fittings differ by 3° without any change of the runner: √(1 + 1/6) / √2 of that against six runs.
    assert "No difference shown at the start of this run (+1.2°; less than 2.3° would not show)." in told
    assert f"<td>{words.signed(last.adj_deg)}</td><td>{words.signed(last.adj_deg + 1.2)}</td>" in told


@pytest.mark.parametrize(("above_deg", "way"), [(3.5, "further forward"), (-3.5, "more upright")])
def test_a_start_unlike_that_of_earlier_runs_is_told_with_its_way(above_deg: float, way: str) -> None:
    report = sample.slouching_10k()
    window = report.evidence.baseline
    assert window is not None
    told = usual_part(with_fields(report, personal=own(level_deg=window.flexion_deg - above_deg)))
    assert f"This run began 3.5° {way} than that; 2.3° and more show." in told


def test_a_faster_run_is_set_beside_what_is_usual_at_its_pace() -> None:
    report = sample.slouching_10k()
    window = report.evidence.baseline
    assert window is not None
    slope = Slope(2.0, 0.4, 2.0, 5.0, 6)
    told = usual_part(with_fields(report, personal=own(level_deg=5.0, speed=slope)))
    assert f"At this pace that is {words.degrees(5.0 + 2.0 * (window.speed_mps - 3.0))}." in told


def test_where_no_baseline_of_earlier_runs_is_known_one_line_says_why() -> None:
    report, known = sample.slouching_10k(), own(level_deg=7.0)
    window = report.evidence.baseline
    assert window is not None
    whys = {
        "None: no earlier runs were used. It takes at least 4 comparable ones.": report,
        "but they tell no usual lean.": with_fields(report, personal=replace(known, level=None)),
        "but this run has no standing to measure its lean from.": with_fields(
            sample.own_baseline(), personal=known
        ),
        "but this run has no fresh part to set beside them.": with_fields(sample.short_run(), personal=known),
        "but the fresh part of this run was on a slope.": with_fields(
            report, personal=known, baseline=replace(window, grade_pct=4.0)
        ),
    }
    for why, told in whys.items():
        part = usual_part(told)
        assert why in part
        assert "Against baseline" not in part
