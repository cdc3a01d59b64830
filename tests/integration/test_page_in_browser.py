from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.report import page
from tests.support import sample_report as sample
from tests.support.browser import browse, chromium
from tests.support.sample_report import with_fields
from tests.support.sample_ways import with_way

pytestmark = pytest.mark.browser

LOOK = """
<script>
addEventListener("load", () => {
  const box = e => e.getBoundingClientRect();
  const shown = [...document.querySelectorAll("svg.drawing")].filter(s => box(s).width > 0);
  const texts = shown.flatMap(s => [...s.querySelectorAll("text")].map(t => ({
    size: parseFloat(getComputedStyle(t).fontSize) * box(s).width / s.viewBox.baseVal.width,
    cut: box(t).right > box(s).right + 1 || box(t).left < box(s).left - 1 })));
  const wide = [...document.body.querySelectorAll("*")].filter(e => box(e).right > innerWidth + 1);
  const seen = [...document.querySelectorAll("p, li, dd, dt, th, td, span, h1, h2, h3, figcaption")]
    .filter(e => e.getClientRects().length).map(e => parseFloat(getComputedStyle(e).fontSize));
  parent.document.body.dataset.look = JSON.stringify({
    inner: innerWidth, scroll: document.documentElement.scrollWidth,
    wide: wide.map(e => e.outerHTML.slice(0, 80)), classes: shown.map(s => s.getAttribute("class")),
    smallest: Math.min(...texts.map(t => t.size), ...seen), cut: texts.filter(t => t.cut).length,
    paper: getComputedStyle(document.body).backgroundColor });
});
</script>
"""
"""Measures the page as laid out; put into a copy of it, since the page itself lets nothing run."""

FRAME = '<!doctype html><body><iframe style="border:0;width:{width}px;height:900px" srcdoc="{copy}"></iframe>'
"""A window that is as narrow as a phone: a headless one of its own has at least 500 px."""

Look = Callable[..., dict[str, Any]]


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """Return what a browser of a given width makes of a page."""
    chromium()

    def measure(report: Any, width: int, *flags: str) -> dict[str, Any]:
        free = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.render(report))
        copy = html.escape(free.replace("</body>", LOOK + "</body>"))
        window = tmp_path / "window.html"
        window.write_text(FRAME.format(width=width, copy=copy), encoding="utf-8")
        dom = browse(window, tmp_path / "profile", "--window-size=1300,1000", *flags, "--dump-dom")
        found = re.search(r'<body data-look="([^"]*)"', dom)
        assert found, "the page was not measured"
        measured: dict[str, Any] = json.loads(html.unescape(found[1]))
        return measured

    return measure


def three_hours_on_the_map() -> Any:
    return with_way(sample.three_hours())


@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize(
    "make", [sample.slouching_10k, three_hours_on_the_map, sample.loose_sensor, sample.three_sensors]
)
def test_nothing_sticks_out_and_every_word_is_legible(look: Look, make: Any, width: int) -> None:
    seen = look(make(), width)
    assert seen["inner"] == width
    assert seen["scroll"] <= width, seen["wide"]
    assert seen["wide"] == []
    assert seen["smallest"] >= 12
    assert seen["cut"] == 0
    variant = "narrow" if width == 360 else "wide"
    assert {c.split()[-1] for c in seen["classes"]} == {variant}


def test_a_name_without_a_space_does_not_widen_a_phone(look: Look) -> None:
    report = sample.slouching_10k()
    long = "x" * 300
    session = replace(report.session, name=long, context={long: long}, notices=(long,))
    seen = look(with_fields(report, session=session, headline=long, confidence_because=(long,)), 360)
    assert seen["scroll"] <= 360, seen["wide"]


def test_the_page_is_dark_where_the_reader_prefers_it(look: Look) -> None:
    light = look(sample.slouching_10k(), 360, "--blink-settings=preferredColorScheme=1")
    dark = look(sample.slouching_10k(), 360, "--blink-settings=preferredColorScheme=0")
    assert sum(map(int, re.findall(r"\d+", light["paper"]))) > 700
    assert sum(map(int, re.findall(r"\d+", dark["paper"]))) < 100


def test_the_browser_applies_the_styles_under_the_page_s_own_policy(tmp_path: Path) -> None:
    chromium()
    file = tmp_path / "page.html"
    file.write_text(page.render(sample.slouching_10k()), encoding="utf-8")
    browse(file, tmp_path / "profile", "--window-size=360,800", f"--screenshot={tmp_path / 'styled.png'}")
    file.write_text(
        re.sub(r"sha256-[^']*", "sha256-AAAA", file.read_text(encoding="utf-8")), encoding="utf-8"
    )
    browse(file, tmp_path / "profile", "--window-size=360,800", f"--screenshot={tmp_path / 'bare.png'}")
    assert (tmp_path / "styled.png").read_bytes() != (tmp_path / "bare.png").read_bytes()


def test_it_prints_to_a_few_pages(tmp_path: Path) -> None:
    chromium()
    file = tmp_path / "page.html"
    file.write_text(page.render(sample.slouching_10k()), encoding="utf-8")
    target = tmp_path / "page.pdf"
    browse(file, tmp_path / "profile", "--no-pdf-header-footer", f"--print-to-pdf={target}")
    content = target.read_bytes()
    assert content.startswith(b"%PDF-")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", content)) <= 7
