"""Contrast of the page's colours by the formula of WCAG 2.1: text needs 4.5, shapes and lines 3."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.report import page

STYLE = Path(page.__file__).with_name("templates") / "page.css"
MODES = ("light", "dark")


def colours(mode: str) -> dict[str, str]:
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text(encoding="utf-8"), re.S)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[MODES.index(mode)]))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_21_for_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("mode", MODES)
def test_every_text_can_be_read_on_its_ground(mode: str) -> None:
    c = colours(mode)
    verdicts = ("usual", "watch", "slouched", "taller", "none")
    pairs = [(text, ground) for text in ("ink", "soft") for ground in ("paper", "plot")]
    pairs += [(text, f"{v}-tint") for v in verdicts for text in ("ink", "soft", v)]
    pairs += [(v, "paper") for v in verdicts]
    pairs += [(f"on-{v}", f"{v}-fill") for v in ("watch", "slouched")] + [("on-watch", "leaning-fill")]
    weak = {pair: round(contrast(c[pair[0]], c[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("mode", MODES)
def test_the_curve_stands_out_from_every_zone(mode: str) -> None:
    c = colours(mode)
    for ground in ("plot", "usual-tint", "watch-tint", "slouched-tint"):
        assert contrast(c["curve"], c[ground]) >= 7


@pytest.mark.parametrize("mode", MODES)
def test_flags_and_zones_differ_in_lightness_too(mode: str) -> None:
    c = colours(mode)
    assert contrast(c["watch-fill"], c["slouched-fill"]) >= 1.25
    assert contrast(c["usual-fill"], c["watch-fill"]) >= 1.25
    assert contrast(c["leaning-fill"], c["watch-fill"]) >= 1.25
    assert contrast(c["leaning-fill"], c["slouched-fill"]) >= 1.25
