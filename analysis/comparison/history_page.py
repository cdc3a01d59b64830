"""A history as one self-contained HTML page, in the look of the run report."""

from __future__ import annotations

from importlib.metadata import version

from markupsafe import Markup

from analysis.comparison.history import History
from analysis.comparison.history_figure import history_figure
from analysis.comparison.history_text import header, headline, run_cells, sentences
from analysis.lengths import LengthUnit
from analysis.report import document

_PACKAGE = "analysis.comparison"


def render(history: History, unit: LengthUnit = LengthUnit.KILOMETRE) -> str:
    """Return the page: nothing is loaded from outside, nothing is executed.

    Parameters
    ----------
    history
        Of one runner. Names are escaped, control characters shown as replacement characters.
    unit
        In which lengths and paces are told.
    """
    style = document.style(_PACKAGE, "history.css")
    return (
        document.environment(_PACKAGE, {})
        .get_template("history.html.j2")
        .render(
            style=Markup(style),
            policy=document.policy(style),
            version=version("runtall"),
            lead=headline(history, unit),
            rest=sentences(history, unit),
            figure=history_figure(history, unit),
            history=history,
            header=header(unit),
            unit=unit,
            rows=[run_cells(run, unit) for run in reversed(history.runs)],
        )
    )
