"""The page itself: one text, its style and script inside, known to its policy by their hashes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from analysis.report.document import environment, policy


def _text(name: str) -> str:
    return files("analysis.live.web").joinpath("templates", name).read_text(encoding="utf-8")


_STYLE, _SCRIPT = _text("live.css"), _text("live.js")

POLICY = f"{policy(_STYLE, _SCRIPT)}; connect-src 'self'; img-src data:; frame-ancestors 'none'"
"""As of the reports, and one stream from where the page itself comes from."""


@cache
def page() -> str:
    """Return the page; what it shows comes by the stream beside it."""
    template = environment("analysis.live.web", {}).get_template("live.html.j2")
    return template.render(style=_STYLE, script=_SCRIPT)
