"""What every page of ours shares: one style sheet, a policy that allows nothing unknown, escaped text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analysis.report import words


def environment(package: str, filters: Mapping[str, Callable[..., Any]]) -> Environment:
    """Return the templates of a package; every text that is not markup is cleaned and escaped.

    Parameters
    ----------
    package
        Whose ``templates`` folder is read.
    filters
        What the templates may do with a value.
    """
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    made.filters.update(filters)
    return made


def _finalize(value: Any) -> Any:
    """Clean every text that is not markup on its way into a page."""
    return words.clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def style(package: str = "", sheet: str = "") -> str:
    """Return the style sheet of the report, and after it what a page of a package has besides."""
    sheets = [("analysis.report", "page.css"), *([(package, sheet)] if sheet else [])]
    return "\n".join(
        files(name).joinpath("templates", file).read_text(encoding="utf-8") for name, file in sheets
    )


def policy(style_sheet: str, script: str = "") -> str:
    """Return a content security policy that allows this style sheet, this script, and nothing else."""
    scripts = f"script-src '{_digest(script)}'; " if script else ""
    styles = f"style-src '{_digest(style_sheet)}'; "
    return f"default-src 'none'; {styles}{scripts}base-uri 'none'; form-action 'none'"


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
