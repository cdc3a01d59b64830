from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from analysis import report_json
from analysis.lengths import LengthUnit
from analysis.records import (
    STRIDE_COLUMNS,
    Advice,
    AdviceKind,
    Axis,
    Curve,
    EarlierRun,
    MountingShift,
    StrideTable,
    Thirds,
)
from analysis.report import page, tables, text, words
from analysis.report.cursor import cursor_data, script
from analysis.report.frame import SIZES, way_of, x_axis
from analysis.report.posture_figure import posture_figure
from analysis.run_report import RunReport
from analysis.words import Flag
from tests.support import sample_report as sample
from tests.support.sample_course import curve_of
from tests.support.sample_report import with_fields

Make = Callable[[], RunReport]

ALL: list[Make] = [
    sample.slouching_10k,
    sample.steady_run,
    sample.short_run,
    sample.loose_sensor,
    sample.own_baseline,
    sample.accelerometer_only,
    sample.three_hours,
    sample.three_sensors,
]
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Reader(HTMLParser):
    """Reads a page as a browser would: balanced elements, texts, attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def rows(html: str, heading: str) -> list[list[str]]:
    """Return the cells of the table that follows a caption or heading."""
    table = html[html.index(heading) :].split("<tbody", 1)[1].split("</tbody>", 1)[0]
    cells = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in re.findall(r"<tr.*?</tr>", table, re.S)
    ]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]


@pytest.mark.parametrize("make", ALL)
def test_every_element_is_closed_and_every_id_is_its_own(make: Make) -> None:
    reader = Reader(page.render(make()))
    assert reader.open == []
    ids = [a["id"] for _, a in reader.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for _, attributes in reader.elements:
        assert set(attributes.get("aria-labelledby", "").split()) <= set(ids)


@pytest.mark.parametrize("make", ALL)
def test_nothing_is_loaded_from_outside_and_nothing_runs_but_our_own_script(make: Make) -> None:
    html = page.render(make())
    reader = Reader(html)
    assert reader.all("script") == [{"type": "application/json", "id": "course"}, {}]
    assert html.count(f"<script>{script()}</script>") == 1
    assert not {"link", "iframe", "object", "img", "base", "form"} & {t for t, _ in reader.elements}
    for _, attributes in reader.elements:
        assert not any(key.startswith("on") or key == "style" for key in attributes)
        assert all(
            not attributes.get(key, "").strip() or attributes[key].startswith("#") for key in ("href", "src")
        )
    assert "@import" not in html
    assert re.findall(r"url\((?!#)", html) == []


def test_the_policy_allows_this_style_sheet_and_this_script_alone() -> None:
    html = page.render(sample.slouching_10k())
    style = html.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [
        m["content"] for m in Reader(html).all("meta") if m.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    ran = base64.b64encode(hashlib.sha256(script().encode()).digest()).decode()
    assert f"script-src 'sha256-{ran}'; " in policy
    assert "unsafe" not in policy


def test_three_hours_stay_below_one_megabyte() -> None:
    report = sample.three_hours()
    assert len(report.strides) > 15_000
    assert len(page.render(report).encode()) < 1_000_000


def test_what_people_typed_is_shown_and_never_obeyed() -> None:
    evil = "<script>alert(1)</script>"
    report = sample.slouching_10k()
    session = replace(
        report.session,
        name=evil + "\x1b[2J\u202e",
        context={"notes": evil, evil: "x"},
        notices=(evil,),
        sensors=(replace(report.session.sensors[0], name=evil),),
    )
    gaps = (replace(report.evidence.gaps[0], reason=evil),)
    html = page.render(with_fields(report, session=session, gaps=gaps, notes=(evil,), headline=evil))
    assert html.count("<script") == 2
    assert html.count("&lt;script&gt;alert(1)") >= 8
    assert "\x1b" not in html
    assert "\u202e" not in html
    html.encode()


def test_a_kilometre_whose_flag_is_held_back_is_not_called_slouched() -> None:
    report = sample.slouching_10k()
    bent = report.evidence.segments[-1]
    assert bent.flag is Flag.SLOUCHED
    for flag, word in ((Flag.SLOUCHED, "v-slouched"), (Flag.WATCH, "v-watch")):
        segments = (*report.evidence.segments[:-1], replace(bent, flag=flag))
        html = page.render(with_fields(report, segments=segments))
        assert re.findall(r'<li class="(v-\w+)">', html)[-1] == word


def test_the_script_is_small_and_its_data_keep_a_page_of_a_day_small() -> None:
    assert len(script().encode()) <= 8_192
    assert len(cursor_data(sample.three_hours()).encode()) < 15_000


def test_the_cursor_reads_out_what_the_strides_say() -> None:
    report = sample.steady_run()
    content = json.loads(cursor_data(report))
    assert (content["unit"], content["low"], content["high"], content["count"]) == ("km", 0.0, 8.0, 320)
    assert set(content["read"]) == {
        "trunk +*° against usual",
        "pace * /km",
        "slope +* %",
        "head *\N{NO-BREAK SPACE}cm ahead, estimate (trunk model)",
    }
    assert all(len(values) == 320 for values in content["read"].values())
    # Slopes of the sample are 3 sin(m / 900) per cent; the place in the middle is at 4 km.
    at_m = 8_000.0 * 160 / 319
    assert content["read"]["slope +* %"][160] == pytest.approx(30 * math.sin(at_m / 900), abs=1)


def test_the_cursor_tells_nothing_within_a_gap() -> None:
    report = sample.slouching_10k()
    lost = (report.strides["distance_m"] > 4_000) & (report.strides["distance_m"] < 5_000)
    rate_bpm = np.where(lost, np.nan, 140.0)
    told = json.loads(
        cursor_data(replace(report, strides=report.strides.with_columns(heart_rate_bpm=rate_bpm)))
    )
    values = told["read"]["heart * per minute"]
    assert values[180] is None
    assert values[20] == 1_400


def test_the_thirds_are_told_before_the_curve_with_interval_and_least_change() -> None:
    report = sample.slouching_10k()
    html = page.render(report)
    told = section(html, "thirds")
    assert html.index('id="thirds"') < html.index('id="posture"')
    thirds = report.evidence.thirds
    assert thirds is not None
    assert f"you were {words.degrees(thirds.change_deg)} further forward than in the first" in told
    assert f"95 % interval {words.signed(thirds.lo_deg)} to {words.signed(thirds.hi_deg)}" in told
    assert "A change of less than 0.6° would not show" in told
    assert "Pace and slope were not measured" in told
    assert "Shown, not judged." in told


def test_a_change_within_the_scatter_is_called_none() -> None:
    report = sample.slouching_10k()
    assert report.evidence.thirds is not None
    thirds = replace(
        report.evidence.thirds,
        change_deg=0.2,
        lo_deg=-0.4,
        hi_deg=0.8,
        detectable_deg=0.6,
        matched_by=("pace", "slope"),
        doubt="a sudden step lies between them",
    )
    told = section(page.render(with_fields(report, thirds=thirds, walking=None)), "thirds")
    assert "No change shown from the first third to the last (+0.2°; 95 % interval −0.4° to +0.8°)" in told
    assert "at the pace and slope both have" in told
    assert "not measured" not in told
    assert "A sudden step lies between them." in told
    short = with_fields(report, thirds=Thirds(because="the run is too short"), walking=None)
    assert "were not compared: the run is too short" in section(page.render(short), "thirds")
    assert 'id="thirds"' not in page.render(with_fields(report, thirds=None, walking=None))


def test_earlier_runs_stand_beside_this_one_and_are_never_obeyed() -> None:
    earlier = EarlierRun(
        name="<b>hills</b>",
        started_utc="2025-05-06T17:31:05Z",
        distance_m=9_980.0,
        tall_until_m=math.nan,
        judged_m=9_900.0,
        late_change_deg=-0.4,
        level_deg=math.nan,
    )
    shown = rows(page.render(sample.slouching_10k(), earlier=(earlier,)), "Beside your last")
    assert shown[0][0] == "this run"
    assert shown[1] == ["2025-05-06, &lt;b&gt;hills&lt;/b&gt;", "10.0 km", "all 9.9 km judged", "−0.4°"]


def test_zones_tell_minutes_beside_shares() -> None:
    report = sample.slouching_10k()
    zones = section(page.render(report), "zones")
    assert f"{report.evidence.zone_s['slouched'] / 60:.0f} min" in zones


def test_every_piece_of_advice_tells_the_rule_that_chose_it() -> None:
    html = page.render(sample.slouching_10k())
    card = html[html.index('<section class="headline') :].split("</section>")[0]
    assert card.count("Why: the slouch came late in the run.") == 2


def test_a_lone_surrogate_in_a_name_cannot_break_the_file() -> None:
    report = sample.short_run()
    page.render(with_fields(report, session=replace(report.session, name="a\ud800b"))).encode()


@pytest.mark.parametrize("make", [sample.slouching_10k, sample.steady_run, sample.accelerometer_only])
def test_every_kilometre_shows_the_numbers_of_the_report(make: Make) -> None:
    report = make()
    html = page.render(report)
    posture, stride = rows(html, "<caption>Posture"), rows(html, "<caption>Stride")
    assert len(posture) == len(stride) == len(report.evidence.segments)
    for s, shown, other in zip(report.evidence.segments, posture, stride, strict=True):
        minutes, seconds = (float(p) for p in shown[1].split(":"))
        assert minutes * 60 + seconds == pytest.approx(1000 / s.speed_mps, abs=0.51)
        assert number(shown[2]) == pytest.approx(s.flexion_deg, abs=0.051)
        assert number(shown[3]) == pytest.approx(s.adj_deg, abs=0.051)
        assert number(other[1]) == pytest.approx(s.cadence_spm, abs=0.51)
        assert number(other[2]) == pytest.approx(s.vertical_oscillation_cm, abs=0.051)
        assert number(other[3]) == pytest.approx(s.contact_time_ms, abs=0.51, nan_ok=True)
        assert number(other[4]) == pytest.approx(s.usable_fraction * 100, abs=0.51)


def number(shown: str) -> float:
    """Read a number off the page; a dash is unknown."""
    found = re.match(r"[+−]?[0-9.]+", shown)
    return float(found[0].replace("−", "-")) if found else math.nan


def test_the_first_thing_said_is_the_verdict_in_word_text_and_shape() -> None:
    report = sample.slouching_10k()
    html = page.render(report)
    card = html[html.index('<section class="headline') :].split("</section>")[0]
    assert "Red: slouched" in card
    assert "shape-square" in card
    assert report.outcome.headline in card
    assert report.outcome.confidence_because[0] in card


def test_every_verdict_has_a_shape_of_its_own() -> None:
    assert len({v.shape for v in words.VERDICTS.values()}) == len(words.VERDICTS)


def test_the_stretch_table_says_where_how_long_how_deep_and_what_ended_it() -> None:
    report = sample.slouching_10k()
    shown = rows(page.render(report), 'id="stretches"')
    for e, row in zip(report.evidence.episodes, shown, strict=True):
        assert row[1] == f"km {e.from_m / 1000:.1f} to {e.to_m / 1000:.1f}"
        assert f"{(e.to_m - e.from_m) / 1000:.1f} km" in row[2]
        assert number(row[3]) == pytest.approx(e.depth_deg, abs=0.051)
        assert row[-1] == e.ended_by


def test_a_run_without_a_slouch_says_so_plainly() -> None:
    assert "None. Nowhere did your trunk" in page.render(sample.steady_run())


def test_wherever_a_head_position_shows_so_do_estimate_and_source() -> None:
    html = page.render(sample.slouching_10k())
    section = html[html.index('id="head"') :].split("</section>")[0]
    for part in re.findall(
        r"<(?:svg|summary|thead|figcaption).*?</(?:svg|summary|thead|figcaption)>", section, re.S
    ):
        assert re.search("estimate", part, re.IGNORECASE)
        assert "trunk model" in part
    assert "95 %" in section


def test_what_a_head_sensor_measures_comes_before_the_model() -> None:
    html = page.render(sample.head_sensor())
    section = html[html.index('id="head"') :].split("</section>")[0]
    assert section.index("Measured: head pitch and neck flexion") < section.index("<figure>")
    assert rows(html, "Measured: head pitch")[0] == ["0–1", "+6.0°", "−3.0°"]
    assert "not measured; the bar" in section
    assert "Measured: head pitch" not in page.render(sample.slouching_10k())


def section(html: str, name: str) -> str:
    return html[html.index(f'id="{name}"') :].split("</section>")[0]


def test_a_lean_with_a_straight_back_is_amber_and_never_red() -> None:
    html = page.render(sample.three_sensors())
    card = html[html.index('<section class="headline') :].split("</section>")[0]
    assert "Amber: leaning, back straight" in card
    assert "v-leaning" in card
    body = html.split("</style>")[1]
    for red in ('class="zone-slouched"', "flag flag-slouched", "flag-rounded", "v-slouched", "Red:"):
        assert red not in body.replace('<i class="v-slouched">', "")
    assert "leaning or slouched from +4°" in body
    assert "to one sensor" not in section(html, "posture")
    assert "Flagged stretches" in body


def test_the_back_has_a_section_a_curve_and_its_kilometres() -> None:
    report = sample.three_sensors()
    back = section(page.render(report), "back")
    assert back.count("<svg") == 4  # a drawing for each width, two signs of the legend
    titles = re.findall(r'<title id="back-(wide|narrow)-title">(.*?)</title>', back)
    assert titles == [(size, "Back over distance, measured") for size in ("wide", "narrow")]
    assert "leaning, back straight at km" in back.split("<desc")[1]
    assert "nan" not in back
    shown = rows(back, "Measured")
    assert [row[0] for row in shown] == [
        words.segment_name(s, LengthUnit.KILOMETRE) for s in report.evidence.segments
    ]
    assert shown[-1][1:] == [
        words.signed(value)
        for s in report.evidence.segments[-1:]
        for value in (s.bend_change_deg, s.upper_trunk_minus_sacrum_deg, s.sacrum_pitch_deg)
    ]


def test_the_course_of_the_back_is_lifted_where_it_is_not_known() -> None:
    report = sample.three_sensors()
    values = report.curve.bend_change_deg.copy()
    values[200:300] = np.nan
    broken = with_fields(report, curve=replace(report.curve, bend_change_deg=values))
    whole, parted = (
        re.findall(r'<path d="([^"]*)" class="course"', section(page.render(r), "back"))[0]
        for r in (report, broken)
    )
    assert parted.count("m") == whole.count("m") + 1


def test_head_and_neck_are_drawn_before_the_estimate() -> None:
    head = section(page.render(sample.three_sensors()), "head")
    assert head.index("Head and neck over distance, measured") < head.index("estimate")
    assert "head down or forward at km" in head.split("<desc")[1]


def test_without_second_sensors_nothing_is_said_of_them() -> None:
    html = page.render(sample.slouching_10k())
    assert 'id="back"' not in html
    assert "Head and neck over distance" not in html
    assert "v-leaning" not in html.split("</style>")[1]
    assert "slouched from +4°" in html
    assert "leaning or slouched" not in html


def test_a_flag_on_part_of_a_kilometre_is_drawn_as_part_of_its_cell() -> None:
    report = sample.slouching_10k()
    slouch = replace(report.evidence.episodes[0], from_m=6_250.0, to_m=7_500.0)
    html = page.render(with_fields(report, episodes=(slouch,)))
    bars = re.findall(r'<svg class="parts".*?</svg>', section(html, "kilometres"), re.S)
    found = [re.findall(r'x="([\d.]+)%" width="([\d.]+)%"', bar) for bar in bars]
    assert found == [[]] * 6 + [[("25.0", "75.0")], [("0.0", "50.0")]] + [[]] * 2
    assert 'aria-label="slouched in 75 %"' in bars[6]
    assert 'class="parts"' not in page.render(sample.steady_run()).split("</style>")[1]


def test_without_a_standing_no_absolute_angle_is_shown() -> None:
    report = sample.own_baseline()
    html = page.render(report)
    assert "Lean<br>forward" not in html
    assert "forward of standing" not in html
    assert "relative to the fresh part of this run" in html


def test_without_zero_and_usual_only_the_shape_is_drawn() -> None:
    html = page.render(with_fields(sample.short_run(), zero_source="none", standings=()))
    figure = html[html.index('id="posture-wide-title"') :].split("</svg>")[0]
    assert re.findall(r">[^<]*°[^<]*</text>", figure) == []
    assert "only changes have a meaning" in html


def test_without_a_distance_the_axis_is_in_minutes() -> None:
    report = sample.slouching_10k()
    html = page.render(with_fields(report, distance_source="unknown", distance_m=math.nan, segments=()))
    assert "Posture over time" in html
    assert ">min</text>" in html
    assert ">km</text>" not in html
    assert "The distance is not known" in html


def test_a_simulated_runner_is_called_one() -> None:
    report = sample.slouching_10k()
    assert "Simulated runner" not in page.render(report)
    assert "Simulated runner" in page.render(
        with_fields(report, session=replace(report.session, simulated=True))
    )


def test_every_figure_says_what_is_shown_and_what_to_do() -> None:
    html = page.render(sample.slouching_10k())
    figures = re.findall(r"<figure>.*?</figure>", html, re.S)
    assert len(figures) == 5
    for figure in figures:
        assert re.findall("<dt>(What is shown|As usual|Slouched|What to do)</dt>", figure) == [
            "What is shown", "As usual", "Slouched", "What to do"
        ]  # fmt: skip


def test_each_drawing_has_a_title_and_a_description_to_be_spoken() -> None:
    html = page.render(sample.slouching_10k())
    drawings = re.findall(r'<svg class="drawing.*?</svg>', html, re.S)
    assert len(drawings) == 6
    for drawing in drawings:
        assert 'role="img"' in drawing
        assert re.search(r"<title id=[^>]+>[^<]+</title><desc id=[^>]+>[^<]+</desc>", drawing)


def test_what_is_advised_stands_on_the_page_line_by_line_and_nothing_else() -> None:
    advice = (Advice(AdviceKind.LET_PAIN_EASE, "neck 6"), Advice(AdviceKind.LIGHTEN_VEST, "a vest"))
    html = page.render(with_fields(sample.slouching_10k(), advice=advice))
    assert "<p>You told of pain: neck 6 of 10." in html
    assert "<p>In the vest, take only" in html
    assert "exercises twice a week" not in html


def test_pain_and_symptoms_are_told_on_the_page() -> None:
    report = sample.slouching_10k()
    told = replace(report.session, context={"pain_during": ["neck 6", "knee 2"], "symptoms": ["fever"]})
    html = page.render(with_fields(report, session=told))
    assert "Pain during: neck 6, knee 2" in html
    assert "Symptoms: fever" in html


def test_every_threshold_and_both_hashes_are_stated() -> None:
    report = sample.slouching_10k()
    reader = Reader(page.render(report))
    for name in report.provenance.config.thresholds():
        assert name in reader.words
    assert report.provenance.file_hash in reader.words
    assert report.provenance.config_hash in reader.words


def test_no_usable_stride_gives_a_page_and_no_curve() -> None:
    report = sample.short_run()
    none = report.strides.with_columns(usable=report.strides["usable"] & False)
    nothing = curve_of(none, none["usable"])
    html = page.render(with_fields(report, strides=none, curve=nothing, stride_count=0))
    assert "Too few strides of this run could be used" in html


def test_a_session_without_any_stride_still_gives_every_form_of_report() -> None:
    empty = StrideTable({})
    nothing = np.zeros(0)
    report = with_fields(
        sample.short_run(),
        strides=empty,
        curve=Curve(nothing, nothing, nothing, nothing, nothing.astype(bool)),
        segments=(),
        standings=(),
        distance_m=math.nan,
        speed_mps=math.nan,
        cadence_spm=math.nan,
        flexion_deg=math.nan,
        usable_fraction=math.nan,
        running_s=math.nan,
        walking_s=math.nan,
        flexion_half_width_deg=math.nan,
        stride_count=0,
    )
    assert "Too few strides of this run could be used" in page.render(report)
    assert "nan" not in Reader(page.render(report)).words.lower().split()
    assert "nan" not in text.render(report).lower().split()
    assert tables.to_csv(report) == ",".join(STRIDE_COLUMNS) + "\n"
    assert "NaN" not in report_json.to_json(report)


@pytest.mark.parametrize("spread_deg", [0.0, 1.0, 3.0, 40.0])
def test_no_two_grid_lines_are_called_alike(spread_deg: float) -> None:
    report = sample.short_run()
    flexion_deg = 7.1 + spread_deg * np.linspace(0.0, 1.0, len(report.curve.time_s))
    figure = str(posture_figure(replace(report, curve=replace(report.curve, flexion_deg=flexion_deg))))
    for variant in figure.split("<svg")[1:]:
        labels = re.findall(r">([−\d.]+)°</text>", variant)
        assert len(labels) == len(set(labels)) > 2
        steps = np.diff([number(label) for label in labels])
        assert steps == pytest.approx(np.full(len(steps), steps[0]))


@pytest.mark.parametrize("total_m", [300.0, 1_246.0, 2_000.0, 9_960.0, 10_020.0, 42_195.0])
def test_the_last_place_on_the_way_does_not_run_into_its_unit(total_m: float) -> None:
    report = with_fields(sample.slouching_10k(), distance_m=total_m)
    for size, letter in zip(SIZES, (8.6, 7.5), strict=True):
        axis = str(x_axis(way_of(report, size), size, 100.0))
        labels = re.findall(r'<text x="([\d.]+)"[^>]*text-anchor="middle">([\d.]+)<', axis)
        assert len(labels) >= 2
        ends = [float(x) + letter * len(label) / 2 for x, label in labels]
        # The unit is right-aligned, and its m is as wide as two digits.
        assert max(ends) < size.width - size.right - 2.8 * letter


def test_a_handful_of_usable_strides_makes_no_figure_of_the_run() -> None:
    report = sample.short_run()
    few = report.strides.with_columns(usable=np.arange(len(report.strides)) < 24)
    told = replace(report, strides=few, curve=curve_of(few, few["usable"]))
    html = page.render(told)
    assert "Too few strides of this run could be used to draw a curve." in html
    assert "<dt>Trunk lean</dt>" not in html
    assert 'class="drawing' not in html
    assert cursor_data(told) == ""
    assert "Trunk lean" not in text.render(told)
    assert "Trunk lean" in text.render(report)


def test_only_a_step_forward_holds_anything_back() -> None:
    forward = MountingShift(600.0, 1_500.0, 6.0)
    for shift, told in ((forward, True), (replace(forward, axis=Axis.SIDEWAYS), False)):
        html = page.render(with_fields(sample.steady_run(), mounting_shifts=(shift,)))
        assert ("Nothing after it is called slouched" in html) == told
        assert ("Step of +6.0° to the side, at km 1.5" in html) == (not told)


def test_a_stretch_that_is_only_more_forward_is_not_listed_as_slouched() -> None:
    report = sample.slouching_10k()
    watch = tuple(replace(e, flag=Flag.WATCH) for e in report.evidence.episodes[:1])
    html = page.render(with_fields(report, episodes=watch, verdict="watch"))
    assert '<h2 id="stretches">Flagged stretches</h2>' in html
    assert "the two can overlap" not in html
    assert '<h2 id="stretches">Slouched stretches</h2>' in page.render(report)
