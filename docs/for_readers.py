"""What the site adds to the pages of the repository: formulas without a script, folds, anchors, checks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.transforms import SphinxTransform
from sphinx.util.logging import getLogger

import analysis
import sensor

LOG = getLogger(__name__)

FOLDED_FROM = "For developers"
"""The heading from which on a sensor's page is folded: what comes before it is for the runner."""


OUTSIDE = re.compile(
    r"""<(?:script|link|img|iframe|source|object)\b[^>]*\s(?:src|href|data)=["']?(?:https?:)?//"""
    r"""|@import\s*["'](?:https?:)?//|url\(["']?(?:https?:)?//""",
    re.IGNORECASE,
)
"""What a browser would fetch from elsewhere."""


class Fold(nodes.General, nodes.Element):
    """Sections that unfold at a click."""


def visit_fold(self: Any, node: Fold) -> None:
    """Open the fold; a link to a heading inside opens it by itself."""
    self.body.append(f'<details class="fold"><summary>{node["title"]}</summary>')


def depart_fold(self: Any, node: Fold) -> None:
    """Close the fold."""
    self.body.append("</details>")


class FoldForDevelopers(SphinxTransform):
    """Fold a sensor's page from its heading for developers on."""

    default_priority = 870
    """Before the event (880) by which Sphinx collects the headings for the contents beside the page."""

    def apply(self, **kwargs: Any) -> None:
        """Move that section, and those behind it, into one fold."""
        for section in list(self.document.findall(nodes.section)):
            if section.next_node(nodes.title).astext() != FOLDED_FROM:
                continue
            parent = section.parent
            at = parent.index(section)
            rest = section.children[1:]
            intro = nodes.container("", *rest, ids=section["ids"])
            fold = Fold("", intro, *parent.children[at + 1 :], title="Bytes, clock, quirks, how far verified")
            parent.children[at:] = []
            parent.append(fold)


def visit_inline_math(self: Any, node: nodes.math) -> None:
    """Write a formula within a line as MathML."""
    self.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def visit_block_math(self: Any, node: nodes.math_block) -> None:
    """Write a formula of its own as MathML."""
    self.body.append(f'<div class="formula">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode


def name_anchors(app: Sphinx, docname: str, source: list[str]) -> None:
    """Turn the anchors of HTML, which GitHub understands, into those of MyST."""
    source[0] = re.sub(r'<a id="([\w-]+)"></a>', r"[]{#\1}", source[0])


def miss_no_public_name(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of each name that a package exports and no page describes."""
    described = env.get_domain("py").objects
    for package in (analysis, sensor):
        for name in package.__all__:
            if f"{package.__name__}.{name}" not in described:
                LOG.warning("%s.%s is public, but on no page", package.__name__, name)


def refuse_what_loads_from_outside(app: Sphinx, exception: Exception | None) -> None:
    """Let no page or style sheet of the site ask another server for a part of itself.

    Raises
    ------
    SphinxError
        Where one does; a link that the reader may follow is none.
    """
    if exception is not None:
        return
    files = (path for path in Path(app.outdir).rglob("*") if path.suffix in (".html", ".css"))
    for path in files:
        if found := OUTSIDE.search(path.read_text("utf-8")):
            raise SphinxError(f"{path}: loads from outside: {found[0][:200]}; ship it with the site instead")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it."""
    app.add_node(Fold, html=(visit_fold, depart_fold))
    app.add_transform(FoldForDevelopers)
    app.add_html_math_renderer("mathml", (visit_inline_math, None), (visit_block_math, None))
    app.connect("source-read", name_anchors)
    app.connect("env-check-consistency", miss_no_public_name)
    app.connect("build-finished", refuse_what_loads_from_outside)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
