"""The page of one public set of recordings, with its picture, and the table of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.revalidation.agreement import HEADER, Agreement, picture
from tests.bench.revalidation.tables import Section


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPage:
    """What one set of recordings says of the analysis.

    Parameters
    ----------
    key
        The set's folder, and the name of page and picture.
    title, source
        What it is, and whose.
    compared
        What is held against what.
    agreements
        What was found; the picture shows all of them.
    remarks
        Further figures, in words.
    not_shown
        What these recordings do not show.
    """

    key: str
    title: str
    source: str
    compared: str
    agreements: Sequence[Agreement]
    remarks: Sequence[str] = ()
    not_shown: str

    def markdown(self) -> str:
        """Return the page."""
        found = Section("Found", self.compared, HEADER, [one.row() for one in self.agreements], self.remarks)
        return "\n".join(
            [
                f"# {self.title}\n",
                f"Set `{self.key}`: {self.source}\n",
                found.markdown(),
                f"![Errors over what is known, of {'; '.join(one.what for one in self.agreements)}]"
                f"({self.key}.svg)\n",
                "Found minus true; limits of agreement are bias ± 1.96 SD.\n",
                "## What this does not show\n",
                f"{self.not_shown}\n",
            ]
        )

    def picture(self) -> str:
        """Return its picture as SVG."""
        return picture(self.agreements, self.key, self.title)


def index(pages: Sequence[DataPage], written: str) -> str:
    """Return the page that lists all others; ``written`` says when and by which versions."""
    rows = [[f"[{page.key}]({page.key}.md)", *one.row()] for page in pages for one in page.agreements]
    about = (
        f"One page a set, each with its picture. {written} All sets in one text, with every run: "
        "[REVALIDATION](../REVALIDATION.md). Raw notifications of real sensors (`ble_vectors`) are decoded "
        "value for value by the tests of their makers' decoders and have no page."
    )
    table = Section("All sets", about, ("set", *HEADER), rows).markdown()
    return f"# Validation on recordings made by others\n\n{table}"
