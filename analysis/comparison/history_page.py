"""A history as one self-contained HTML page, in the look of the run report."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analysis.comparison.history import History
from analysis.comparison.history_figure import history_figure
from analysis.comparison.history_text import HEADER, headline, run_cells, sentences
from analysis.report import words


def render(history: History) -> str:
    """Return the page: nothing is loaded from outside, nothing is executed.

    Parameters
    ----------
    history
        Of one runner. Names are escaped, control characters shown as replacement characters.
    """
    style = _style()
    return (
        _environment()
        .get_template("history.html.j2")
        .render(
            style=Markup(style),
            policy=_policy(style),
            version=version("runtall"),
            lead=headline(history),
            rest=sentences(history),
            figure=history_figure(history),
            history=history,
            header=HEADER,
            rows=[run_cells(run) for run in reversed(history.runs)],
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("analysis.comparison"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )


def _finalize(value: Any) -> Any:
    return words.clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _style() -> str:
    """Return the run report's style sheet and what only a history has."""
    report = files("analysis.report").joinpath("templates", "page.css").read_text(encoding="utf-8")
    own = files("analysis.comparison").joinpath("templates", "history.css").read_text(encoding="utf-8")
    return report + own


def _policy(style: str) -> str:
    """Return a content security policy that allows this one style sheet and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
