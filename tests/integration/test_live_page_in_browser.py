"""The live page as a runner meets it on a phone: legible, awake, and back by itself when the server is."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.live.view import LiveView
from analysis.live.web.address import LOOPBACK, lan_host, listening
from analysis.live.web.server import LivePage
from tests.support.accessibility import axe_source
from tests.support.devtools import LOOK, Browser, Page
from tests.support.live_views import MORE_FORWARD, TALLER, TOKEN

pytestmark = pytest.mark.browser

PHONE, DESK = 375, 1200
PORT = 28_790

LOST = '!document.getElementById("lost").hidden'
WORD = 'document.getElementById("word").textContent'
NUMBER = 'document.getElementById("number")'
WIDTH = """(() => {
  const range = document.createRange();
  range.selectNodeContents(document.getElementById("number"));
  return range.getBoundingClientRect().width;
})()"""
AXE = "axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].html.slice(0, 200)]))"

STAYS_AWAKE = """
Object.defineProperty(navigator, "wakeLock",
  { value: { request: async (kind) => { window.asked = kind; } } });
"""


@pytest.fixture(scope="module")
def live() -> Iterator[LivePage]:
    with LivePage(listening(LOOPBACK, PORT + 10), TOKEN) as running:
        yield running


def wait_until(is_so: Callable[[], bool], patience_s: float = 30.0) -> None:
    until_s = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < until_s
        time.sleep(0.05)


def show(tab: Page, live: LivePage, view: LiveView) -> None:
    live.feed.publish(view)
    wait_until(lambda: bool(tab.evaluate(f"{WORD} === '{view.word}'")))


def troubles(tab: Page) -> list[object]:
    """Errors of scripts or policy, and addresses other than the page's own."""
    own = f"http://{LOOPBACK}:"
    return [what for what in tab.troubles() if not str(what).startswith(own)]


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("view", [MORE_FORWARD, TALLER], ids=["much to say", "little to say"])
def test_all_is_on_the_page_large_and_nothing_sticks_out(
    browser: Browser, live: LivePage, view: LiveView, width: int
) -> None:
    with browser.page(live.address.url, width=width, height=740) as tab:
        show(tab, live, view)
        seen = tab.evaluate(LOOK)
        digits_px = tab.evaluate(f"parseFloat(getComputedStyle({NUMBER}).fontSize)")
        number_px = tab.evaluate(WIDTH)
        text = tab.evaluate("document.body.innerText")
        assert troubles(tab) == []
    assert seen["scroll"] <= width, seen["wide"]
    assert seen["wide"] == []
    assert seen["smallest"] >= 16
    # Digits of 2.5 cm on a phone of 375 px that is 7 cm wide are read at two metres.
    assert digits_px >= 100
    assert number_px <= width
    assert seen["paper"] == "rgb(12, 15, 18)"
    for part in (view.number, view.word, view.usual, view.clock, *view.facts, view.message, view.hint):
        assert part in text
    assert ("last km" in text) == (view is MORE_FORWARD)


@contextmanager
def served(word: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.live_views", str(PORT), word],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == f"http://{LOOPBACK}:{PORT}/{TOKEN}/"
        try:
            yield process
        finally:
            process.kill()


def test_a_killed_server_is_told_and_found_again_without_a_hand(browser: Browser) -> None:
    address = f"http://{LOOPBACK}:{PORT}/{TOKEN}/"
    with served("before") as first, browser.page(address, width=PHONE) as tab:
        wait_until(lambda: tab.evaluate(WORD) == "before")
        assert not tab.evaluate(LOST)
        first.kill()
        wait_until(lambda: bool(tab.evaluate(LOST)))
        with served("after"):
            wait_until(lambda: tab.evaluate(WORD) == "after")
            assert not tab.evaluate(LOST)
            assert tab.told("Runtime.exceptionThrown") == []


def test_a_page_that_was_sent_away_asks_again(browser: Browser, live: LivePage) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.live.web.server.MOST_BROWSERS", 0)
        with browser.page(live.address.url, width=PHONE) as tab:
            wait_until(lambda: bool(tab.evaluate(LOST)))
            patch.undo()
            live.feed.publish(replace(TALLER, word="back"))
            wait_until(lambda: tab.evaluate(WORD) == "back")


def test_the_screen_is_kept_on_where_the_browser_lets_a_page(browser: Browser, live: LivePage) -> None:
    with browser.page(live.address.url, width=PHONE) as tab:
        tab.call("Page.addScriptToEvaluateOnNewDocument", source=STAYS_AWAKE)
        tab.call("Page.reload")
        wait_until(lambda: tab.evaluate("window.asked") == "screen")
        assert tab.evaluate('document.getElementById("awake").hidden')


def test_on_the_local_network_a_line_says_to_keep_the_screen_on(browser: Browser) -> None:
    with (
        LivePage(listening(lan_host(), PORT + 20), TOKEN) as live,
        browser.page(live.address.url, width=PHONE) as tab,
    ):
        show(tab, live, TALLER)
        assert not tab.evaluate("isSecureContext")
        assert "Keep the screen on" in tab.evaluate("document.body.innerText")
        assert tab.evaluate(LOOK)["wide"] == []


def test_axe_finds_nothing_that_shuts_anybody_out(browser: Browser, live: LivePage) -> None:
    source = axe_source()
    with browser.page(live.address.url, width=PHONE) as tab:
        show(tab, live, MORE_FORWARD)
        tab.evaluate(source + "; undefined")
        assert tab.evaluate(AXE) == []
