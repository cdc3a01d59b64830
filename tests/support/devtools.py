"""Chromium over the DevTools protocol: one browser for many pages, seen and operated as by a reader.

Commands and answers are JSON texts ended by a zero byte, through a pair of pipes: no port that others reach.
"""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.browser import FLAGS, TIMEOUT_S, chromium

_CHUNK = 1 << 20

LOOK = """(() => {
  const box = e => e.getBoundingClientRect();
  const shown = [...document.querySelectorAll("svg.drawing")].filter(s => box(s).width > 0);
  const texts = shown.flatMap(s => [...s.querySelectorAll("text")].map(t => ({
    size: parseFloat(getComputedStyle(t).fontSize) * box(s).width / s.viewBox.baseVal.width,
    cut: box(t).right > box(s).right + 1 || box(t).left < box(s).left - 1 })));
  const wide = [...document.body.querySelectorAll("*")].filter(e => box(e).right > innerWidth + 1);
  const read = "p, li, dd, dt, th, td, span, h1, h2, h3, figcaption, button, output";
  const seen = [...document.querySelectorAll(read)]
    .filter(e => e.getClientRects().length).map(e => parseFloat(getComputedStyle(e).fontSize));
  const over = shown.flatMap(s => {
    const all = [...s.querySelectorAll("text")].filter(t => box(t).width > 0);
    return all.flatMap((a, i) => all.slice(i + 1).filter(b => {
      const p = box(a), q = box(b);
      return Math.min(p.right, q.right) - Math.max(p.left, q.left) > 1
        && Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 4;
    }).map(b => a.textContent + " / " + b.textContent));
  });
  return { inner: innerWidth, scroll: document.documentElement.scrollWidth,
    height: document.documentElement.scrollHeight, wide: wide.map(e => e.outerHTML.slice(0, 80)),
    classes: shown.map(s => s.classList[1]), smallest: Math.min(...texts.map(t => t.size), ...seen),
    cut: texts.filter(t => t.cut).length, over, paper: getComputedStyle(document.body).backgroundColor };
})()"""
"""Measures the page as laid out."""


@dataclass(slots=True)
class Browser:
    """A running browser: ``sent`` and ``heard`` are the ends of its pipes, ``events`` what it told."""

    process: subprocess.Popen[bytes]
    sent: int
    heard: int
    events: list[dict[str, Any]] = field(default_factory=list)
    _number: int = 0
    _rest: bytes = b""

    def call(self, method: str, *, session: str = "", **params: Any) -> dict[str, Any]:
        """Send one command and return its result; what else is told on the way is kept in ``events``."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        message |= {"sessionId": session} if session else {}
        os.write(self.sent, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") != self._number:
                self.events.append(told)
            elif "error" in told:
                raise RuntimeError(f"{method}: {told['error']}")
            else:
                result: dict[str, Any] = told["result"]
                return result

    def _next(self) -> dict[str, Any]:
        until_s = time.monotonic() + TIMEOUT_S
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self.heard], [], [], max(until_s - time.monotonic(), 0))
            read = os.read(self.heard, _CHUNK) if ready else b""
            if not read:
                raise RuntimeError("the browser fell silent")
            self._rest += read
        message, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(message)
        return told

    @contextmanager
    def page(
        self,
        file: Path | str,
        *,
        width: int = 1200,
        height: int = 900,
        dark: bool = False,
        scripts: bool = True,
        media: str = "",
    ) -> Iterator[Page]:
        """Open a file or an address in a tab of its own, as wide as asked, and close it afterwards."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        page.resize(width, height)
        colours = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        page.call("Emulation.setEmulatedMedia", media=media, features=colours)
        page.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        page.call("Page.navigate", url=file if isinstance(file, str) else file.as_uri())
        page.wait_for("Page.loadEventFired")
        try:
            yield page
        finally:
            self.call("Target.closeTarget", targetId=target)


@dataclass(frozen=True, slots=True)
class Page:
    """One tab."""

    browser: Browser
    session: str

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command to this tab."""
        return self.browser.call(method, session=self.session, **params)

    def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def wait_for(self, event: str) -> None:
        """Wait until the browser tells an event of this tab."""
        while not self.told(event):
            self.browser.events.append(self.browser._next())

    def told(self, *events: str) -> list[dict[str, Any]]:
        """Return what the browser told of this tab under any of these names."""
        mine = (e for e in self.browser.events if e.get("sessionId") == self.session)
        return [event["params"] for event in mine if event["method"] in events]

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, a promise awaited; an error there is one here."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:600])
        return answer["result"].get("value")

    def troubles(self) -> list[Any]:
        """Return errors of scripts and of the page's policy, and addresses other than the file's own."""
        asked = [r["request"]["url"] for r in self.told("Network.requestWillBeSent")]
        logged = [e["entry"]["text"] for e in self.told("Log.entryAdded") if e["entry"]["level"] == "error"]
        outside = [url for url in asked if not url.startswith(("file:", "data:"))]
        return [*self.told("Runtime.exceptionThrown"), *logged, *outside]

    def key(self, name: str) -> None:
        """Press and release a key, by its name in the DOM: ``Tab``, ``ArrowRight``, ``Escape``, ``+``."""
        code = {"Tab": 9, "Enter": 13, "Escape": 27, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowRight": 39}
        typed = {"text": name} if len(name) == 1 else {}
        about = {"key": name, "code": name, "windowsVirtualKeyCode": code.get(name, ord(name[0]))}
        self.call("Input.dispatchKeyEvent", type="keyDown", **about, **typed)
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def mouse(self, kind: str, x: float, y: float, *, pressed: bool = False) -> None:
        """Move (``mouseMoved``), press or release the mouse at a place in the window."""
        button = {"button": "left", "clickCount": 1} if kind != "mouseMoved" else {}
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, buttons=int(pressed), **button)

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        """Touch (``touchStart``, ``touchMove``, ``touchEnd``) at places in the window."""
        self.call("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": x, "y": y} for x, y in points])

    def picture(self, target: Path) -> None:
        """Write the whole page as PNG."""
        shown = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        target.write_bytes(base64.b64decode(shown["data"]))

    def pdf(self) -> bytes:
        """Return the page as it is printed."""
        printed = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(printed["data"])


@contextmanager
def running_browser(profile: Path) -> Iterator[Browser]:
    """Start a browser that knows nothing yet, and end it afterwards."""
    to_browser, sent = os.pipe()
    heard, from_browser = os.pipe()
    # The protocol wants descriptors 3 and 4, which only a shell gives names of our choice.
    script = f'exec "$@" 3</dev/fd/{to_browser} 4>/dev/fd/{from_browser}'
    process = subprocess.Popen(
        [
            "sh",
            "-c",
            script,
            "sh",
            chromium(),
            *FLAGS,
            f"--user-data-dir={profile}",
            "--remote-debugging-pipe",
        ],
        pass_fds=(to_browser, from_browser),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser)
    os.close(from_browser)
    browser = Browser(process, sent, heard)
    try:
        yield browser
        browser.call("Browser.close")
    finally:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(sent)
        os.close(heard)
