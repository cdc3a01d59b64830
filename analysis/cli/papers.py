"""What else ``runtall report`` makes for people: the page in print, a sheet, a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from analysis.records import EarlierRun
    from analysis.run_report import RunReport

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Papers:
    """What else is made of a report for people: files to print it, the sheet and the main figure to."""

    pdf_file: str | None = None
    sheet_file: str | None = None
    png_file: str | None = None

    def require_files(self) -> None:
        """Refuse stdout: it carries text."""
        for name in fields(self):
            if getattr(self, name.name) == STDOUT:
                option = f"--{name.name.removesuffix('_file')}"
                raise click.BadParameter("it needs a file", param_hint=option)

    def require_browser(self) -> None:
        """Look for the browser before a session is read, where one will be needed."""
        if self._prints:
            from analysis.cli.printing import find_browser

            find_browser()

    @property
    def _prints(self) -> bool:
        return self.pdf_file is not None or self._sheet_is_printed

    @property
    def _sheet_is_printed(self) -> bool:
        return self.sheet_file is not None and self.sheet_file.lower().endswith(".pdf")

    def made(
        self,
        report: Callable[[], RunReport],
        html: str,
        *,
        beside: Callable[[RunReport], Sequence[EarlierRun]],
    ) -> dict[str, bytes]:
        """Return the bytes of every file asked for; all are made before any is written.

        Parameters
        ----------
        report
            Makes the report, or unpacks it.
        html
            Its page.
        beside
            Returns the earlier runs that stand beside a report.
        """
        made = {}
        if self.pdf_file is not None:
            made[self.pdf_file] = _printed(html)
        if self.sheet_file is not None:
            from analysis.report import sheet

            page = sheet.render(report(), earlier=beside(report()))
            made[self.sheet_file] = _printed(page) if self._sheet_is_printed else page.encode()
        if self.png_file is not None:
            made[self.png_file] = _picture(report())
        return made


def _printed(html: str) -> bytes:
    from analysis.cli.printing import find_browser, printed

    return printed(html, find_browser())


def _picture(report: RunReport) -> bytes:
    from analysis.errors import OutputError
    from analysis.report.picture import posture_png

    content = posture_png(report)
    if not content:
        raise OutputError("too few strides of this run could be used, so there is no figure to draw")
    return content
