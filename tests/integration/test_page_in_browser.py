"""The page as a reader meets it: on phone, desk and paper, by mouse, touch and keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.personal import EarlierRun, PersonalBaseline, Slope, UsualLevel
from analysis.report import page, sheet
from analysis.run_report import RunReport
from tests.support import sample_report as sample
from tests.support.devtools import LOOK, Browser, Page
from tests.support.page_checks import (
    DESK,
    PHONE,
    UNFOLD,
    axe_findings,
    brightness,
    hold_layout,
    printed_pages,
)
from tests.support.sample_course import Course
from tests.support.sample_report import with_fields
from tests.support.sample_ways import with_way

pytestmark = pytest.mark.browser

TOLD = 'document.querySelector(".cursor output").textContent'
ZOOMED = 'document.querySelectorAll(".zoomed").length'
PICKED = 'document.querySelectorAll(".cursor-picked").length'
NEXT_FRAME = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))"
"""Moves of a finger are handed to a page once a frame."""

SLIDER = 'document.querySelector(".cursor input")'
LINES = '[...document.querySelectorAll(".cursor-line")].map(l => +l.getAttribute("x1"))'


def five_kilometres() -> RunReport:
    return sample.sample_report(
        Course(distance_m=5_000, slouch_from_m=3_600.0, stop_m=None, walk_m=(2_050.0, 2_190.0), gaps_m=())
    )


def two_kilometres_on_the_map() -> RunReport:
    course = Course(distance_m=2_400, slouch_from_m=1_500.0, stop_m=None, walk_m=None, gaps_m=(), hills=True)
    return with_way(sample.sample_report(course, speed_source="watch file"))


def three_hours_on_the_map() -> RunReport:
    return with_way(sample.three_hours())


def with_own_baseline(report: RunReport) -> RunReport:
    """Return the report with all that its sheet can have to tell of earlier runs."""
    runs = tuple(EarlierRun(f"run {k}", f"2025-04-0{k + 1}T17:00:00Z") for k in range(6))
    level = UsualLevel(7.0, 0.5, 2.8, 6)
    return with_fields(
        report, personal=PersonalBaseline(level=level, speed=Slope(0.8, 0.4, 2.0, 4.0, 6), runs=runs)
    )


PAGES: dict[str, Callable[[], RunReport]] = {
    "5 km": five_kilometres,
    "10 km": sample.slouching_10k,
    "marathon": three_hours_on_the_map,
    "loose": sample.loose_sensor,
    "three sensors": sample.three_sensors,
    "short": sample.short_run,
    "own baseline": sample.own_baseline,
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    files = {}
    for name, make in PAGES.items():
        files[name] = folder / f"{name}.html"
        files[name].write_text(page.render(make()), encoding="utf-8")
    files["map"] = folder / "map.html"
    files["map"].write_text(page.render(two_kilometres_on_the_map()), encoding="utf-8")
    files["sheet"] = folder / "sheet.html"
    files["sheet"].write_text(sheet.render(with_own_baseline(sample.slouching_10k())), encoding="utf-8")
    return files


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("name", [*PAGES, "sheet"])
def test_nothing_sticks_out_nothing_covers_a_label_and_every_word_is_legible(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    with browser.page(pages[name], width=width) as tab:
        folded = tab.evaluate(LOOK)
        hold_layout(tab, width)
    if (name, width) == ("5 km", PHONE):
        assert folded["height"] <= 4_500


@pytest.mark.parametrize(("dark", "width"), [(False, PHONE), (True, DESK)], ids=["light phone", "dark desk"])
@pytest.mark.parametrize("name", ["5 km", "map", "three sensors", "short", "sheet"])
def test_axe_finds_nothing_that_shuts_anybody_out(
    browser: Browser, pages: dict[str, Path], name: str, dark: bool, width: int
) -> None:
    with browser.page(pages[name], width=width, dark=dark) as tab:
        assert axe_findings(tab) == []


def test_the_page_is_dark_where_the_reader_prefers_it(browser: Browser, pages: dict[str, Path]) -> None:
    paper = {}
    for dark in (False, True):
        with browser.page(pages["10 km"], width=PHONE, dark=dark) as tab:
            paper[dark] = brightness(tab)
    assert paper[False] > 700
    assert paper[True] < 100


def test_a_name_without_a_space_does_not_widen_a_phone(browser: Browser, tmp_path: Path) -> None:
    report, long = sample.slouching_10k(), "x" * 300
    session = replace(report.session, name=long, context={long: long}, notices=(long,))
    file = tmp_path / "long.html"
    file.write_text(
        page.render(with_fields(report, session=session, headline=long, confidence_because=(long,))),
        encoding="utf-8",
    )
    with browser.page(file, width=PHONE) as tab:
        tab.evaluate(UNFOLD)
        seen = tab.evaluate(LOOK)
    assert seen["scroll"] <= PHONE, seen["wide"]


def test_the_browser_applies_styles_and_script_under_the_page_s_own_policy(
    browser: Browser, pages: dict[str, Path], tmp_path: Path
) -> None:
    changed = tmp_path / "changed.html"
    html = re.sub(r"sha256-[\w+/=]*", "sha256-AAAA", pages["10 km"].read_text(encoding="utf-8"))
    changed.write_text(html, encoding="utf-8")
    look = (
        '[document.querySelectorAll(".cursor").length, getComputedStyle(document.querySelector("h1")).margin]'
    )
    with browser.page(pages["10 km"]) as tab:
        assert tab.evaluate(look) == [1, "0px"]
    with browser.page(changed) as tab:
        bars, margin = tab.evaluate(look)
        assert (bars, margin == "0px") == (0, False)
        assert tab.troubles()


@pytest.mark.parametrize(("name", "most"), [("5 km", 3), ("10 km", 3), ("sheet", 1)])
def test_it_prints_to_a_few_pages(browser: Browser, pages: dict[str, Path], name: str, most: int) -> None:
    with browser.page(pages[name]) as tab:
        assert printed_pages(tab.pdf()) <= most


def test_without_script_the_page_is_whole_and_prints_alike(browser: Browser, pages: dict[str, Path]) -> None:
    heights, prints = [], []
    for scripts in (True, False):
        with browser.page(pages["5 km"], scripts=scripts, media="print") as tab:
            size = tab.call("Page.getLayoutMetrics")["cssContentSize"]
            heights.append(size["height"])
            prints.append(printed_pages(tab.pdf()))
            assert tab.troubles() == []
    assert heights[0] == heights[1]
    assert prints[0] == prints[1]


@pytest.fixture
def desk(browser: Browser, pages: dict[str, Path]) -> Iterator[Page]:
    with browser.page(pages["10 km"], width=DESK, height=1_400) as tab:
        tab.evaluate(UNFOLD)
        tab.evaluate('document.querySelector("#posture").scrollIntoView()')
        yield tab


def plot_box(tab: Page, size: str = "wide") -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the main figure's plot, in the window."""
    found: list[float] = tab.evaluate(
        f'(() => {{ const s = document.querySelector("svg.drawing.{size}"), '
        """b = s.getBoundingClientRect();
        const k = b.width / s.viewBox.baseVal.width, [l, r, t, u] = s.dataset.along.split(" ").map(Number);
        return [b.left + l * k, b.top + t * k, b.left + r * k, b.top + u * k]; })()"""
    )
    return found[0], found[1], found[2], found[3]


def test_the_mouse_moves_one_cursor_over_all_figures_and_reads_out(desk: Page) -> None:
    left, top, right, _ = plot_box(desk)
    desk.mouse("mouseMoved", left + 0.8 * (right - left), top + 40)
    told = desk.evaluate(TOLD)
    assert re.match(r"km (7\.9|8\.0)\d · trunk \+[4-6]\.\d° against usual · pace 5:\d\d /km · head ", told), (
        told
    )
    lines = desk.evaluate(LINES)
    assert len(lines) == desk.evaluate('document.querySelectorAll("svg[data-along]").length') == 6
    assert len({round(x) for x in lines}) == 2  # one place in wide drawings, one in narrow ones


def test_dragging_zooms_and_the_button_shows_the_whole_run_again(desk: Page) -> None:
    left, top, right, _ = plot_box(desk)
    desk.mouse("mouseMoved", left + 0.5 * (right - left), top + 40)
    desk.mouse("mousePressed", left + 0.5 * (right - left), top + 40, pressed=True)
    desk.mouse("mouseMoved", left + 0.7 * (right - left), top + 40, pressed=True)
    desk.mouse("mouseReleased", left + 0.7 * (right - left), top + 40)
    ticks = (
        '[...document.querySelector("svg.drawing.wide").querySelectorAll(":scope > g:not(.zoom) .tick")]'
        ".filter(t => t.getClientRects().length).map(t => +t.textContent)"
    )
    shown = [v for v in desk.evaluate(ticks) if v is not None]
    assert all(5.0 <= v <= 7.0 for v in shown)
    assert len(shown) >= 3
    # What stood at 6 km, halfway between the two ends, now stands in the middle.
    desk.mouse("mouseMoved", left + 0.5 * (right - left), top + 40)
    assert desk.evaluate(TOLD).startswith(("km 5.9", "km 6.0"))
    desk.evaluate('[...document.querySelectorAll(".cursor button")].pop().click()')
    assert desk.evaluate('document.querySelectorAll("[transform]").length') == 0
    assert desk.evaluate('document.querySelectorAll(".zoomed, .zoom[clip-path]").length') == 0


@pytest.fixture
def phone(browser: Browser, pages: dict[str, Path]) -> Iterator[Page]:
    with browser.page(pages["10 km"], width=PHONE, height=800) as tab:
        tab.call("Emulation.setTouchEmulationEnabled", enabled=True)
        tab.evaluate('document.querySelector("#posture").scrollIntoView()')
        yield tab


def test_a_tap_moves_the_cursor_and_zooms_nothing(phone: Page) -> None:
    left, top, right, _ = plot_box(phone, "narrow")
    at = left + 0.45 * (right - left), top + 60
    phone.touch("touchStart", at)
    phone.touch("touchEnd")
    assert phone.evaluate(TOLD).startswith("km 4.5")
    assert phone.evaluate(ZOOMED) == 0


def test_a_finger_drawn_along_a_figure_zooms_into_what_it_passed(phone: Page) -> None:
    left, top, right, _ = plot_box(phone, "narrow")
    places = [(left + share * (right - left), top + 60) for share in (0.3, 0.4, 0.5, 0.6)]
    phone.touch("touchStart", places[0])
    for place in places[1:]:
        phone.touch("touchMove", place)
    phone.evaluate(NEXT_FRAME)
    assert re.match(r"km (5\.9|6\.0)\d · trunk", phone.evaluate(TOLD))
    assert phone.evaluate(PICKED) == 1
    phone.touch("touchEnd")
    assert (phone.evaluate(ZOOMED) > 0, phone.evaluate(PICKED)) == (True, 0)
    # What is shown now goes from km 3 to 6, so its middle is 4.5.
    phone.touch("touchStart", (left + 0.5 * (right - left), top + 60))
    phone.touch("touchEnd")
    assert re.match(r"km 4\.[45]", phone.evaluate(TOLD))
    assert phone.troubles() == []


def test_a_finger_drawn_down_a_figure_scrolls_and_zooms_nothing(phone: Page) -> None:
    left, top, right, _ = plot_box(phone, "narrow")
    before = phone.evaluate("scrollY")
    middle = 0.5 * (left + right)
    phone.touch("touchStart", (middle, top + 150))
    for step in range(1, 9):
        phone.touch("touchMove", (middle + 2 * step, top + 150 - 25 * step))
    phone.touch("touchEnd")
    # Scrolling goes on in the compositor: the page tells of it a moment later.
    assert phone.evaluate(f"new Promise(r => setTimeout(() => r(scrollY - {before}), 300))") > 100
    assert (phone.evaluate(ZOOMED), phone.evaluate(PICKED)) == (0, 0)


def test_two_taps_show_the_whole_run_again(phone: Page) -> None:
    left, top, right, _ = plot_box(phone, "narrow")
    phone.touch("touchStart", (left + 0.2 * (right - left), top + 60))
    phone.touch("touchMove", (left + 0.7 * (right - left), top + 60))
    phone.touch("touchEnd")
    assert phone.evaluate(ZOOMED) > 0
    for _ in range(2):
        phone.touch("touchStart", (left + 0.5 * (right - left), top + 60))
        phone.touch("touchEnd")
    phone.evaluate(NEXT_FRAME)
    assert phone.evaluate(ZOOMED) == 0


DOT = """(() => { const shown = e => e.getClientRects().length;
  const d = [...document.querySelectorAll("svg[data-map] .cursor-dot")].find(shown);
  if (!d) return null;
  const b = d.getBoundingClientRect(), s = d.ownerSVGElement.getBoundingClientRect();
  return [b.left + b.width / 2, b.top + b.height / 2, b.left > s.left && b.right < s.right]; })()"""


def test_a_dot_on_the_map_goes_with_the_cursor_and_the_cursor_with_the_map(
    browser: Browser, pages: dict[str, Path]
) -> None:
    with browser.page(pages["map"], width=DESK, height=1_500) as tab:
        tab.evaluate('document.querySelector("#posture").scrollIntoView()')
        left, top, right, _ = plot_box(tab)
        seen = {}
        for km in (0.03, 0.8, 1.6, 2.37):
            tab.mouse("mouseMoved", left + km / 2.4 * (right - left), top + 40)
            seen[km] = (tab.evaluate(DOT), tab.evaluate(LINES)[0])
        # Both ends are hidden, and so is the dot.
        assert [seen[km][0][2] for km in seen] == [False, True, True, False]
        for km in (1.6, 0.8):
            (x, y, _), line = seen[km]
            tab.mouse("mouseMoved", x, y)
            assert re.match(f"km ({km:.1f}|{km - 0.01:.2f})", tab.evaluate(TOLD))
            assert tab.evaluate(LINES)[0] == pytest.approx(line, abs=12.0)
        # From the middle of nowhere the nearest spot that may be shown is taken, never one of a hidden end.
        tab.mouse("mouseMoved", x + 300.0, y + 100.0)
        assert tab.evaluate(DOT)[2]
        assert tab.troubles() == []


def test_keys_reach_everything(browser: Browser, pages: dict[str, Path]) -> None:
    every = '[...document.querySelectorAll("summary, button:enabled, input")]'
    with browser.page(pages["10 km"], width=DESK) as tab:
        tab.evaluate(UNFOLD)
        tab.evaluate("window.reached = new Set(), 0")
        for _ in range(tab.evaluate(f"{every}.length")):
            tab.key("Tab")
            tab.evaluate("reached.add(document.activeElement), 0")
        missed = f"{every}.filter(e => !reached.has(e)).map(e => e.outerHTML)"
        assert tab.evaluate(missed) == []


def test_arrow_keys_move_the_cursor_and_plus_and_escape_zoom(
    browser: Browser, pages: dict[str, Path]
) -> None:
    zoomed = 'document.querySelectorAll(".zoomed").length'
    with browser.page(pages["10 km"], width=DESK) as tab:
        tab.evaluate('document.querySelector(".cursor input").focus()')
        for _ in range(4):
            tab.key("ArrowRight")
        assert tab.evaluate(TOLD).startswith("km 0.10")
        tab.key("End")
        assert tab.evaluate(TOLD).startswith("km 10.00")
        value = tab.evaluate('document.querySelector(".cursor input").getAttribute("aria-valuetext")')
        assert value == "km 10.00"
        tab.key("+")
        assert tab.evaluate(zoomed) > 0
        tab.key("Escape")
        assert tab.evaluate(zoomed) == 0
        assert tab.evaluate('document.querySelector(".cursor output").getAttribute("aria-live")') == "polite"
        assert tab.troubles() == []


def test_a_tap_on_the_map_moves_the_cursor(browser: Browser, pages: dict[str, Path]) -> None:
    with browser.page(pages["map"], width=PHONE, height=800) as tab:
        tab.call("Emulation.setTouchEmulationEnabled", enabled=True)
        tab.evaluate('document.querySelector("svg[data-map].narrow").scrollIntoView()')
        tab.evaluate(f"{SLIDER}.value = 60, {SLIDER}.dispatchEvent(new Event('input'))")
        told, (x, y, is_inside) = tab.evaluate(TOLD), tab.evaluate(DOT)
        assert is_inside
        tab.evaluate(f"{SLIDER}.value = 20, {SLIDER}.dispatchEvent(new Event('input'))")
        assert tab.evaluate(TOLD) != told
        tab.touch("touchStart", (x, y))
        tab.touch("touchEnd")
        assert tab.evaluate(TOLD) == told
        # The read-out floats where a finger on the map would have it out of sight.
        tab.touch("touchStart", (x, y))
        assert tab.evaluate('document.querySelectorAll(".cursor.afloat").length') == 1
        tab.touch("touchEnd")
