"""Write `validation/`: a page with its picture for every public set of recordings, and their table.

``python -m tests.bench.validation_pages [SET ...]`` shows the named sets only, and writes nothing.
"""

from __future__ import annotations

import datetime
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from tests.bench.revalidation.data_page import index
from tests.bench.revalidation.data_sets import PAGES

FOLDER = Path(__file__).with_name("validation")


def write_all(today: datetime.date) -> None:
    """Write every page and picture, then the table of all."""
    pages = [make() for make in PAGES.values()]
    FOLDER.mkdir(exist_ok=True)
    for page in pages:
        (FOLDER / f"{page.key}.md").write_text(page.markdown(), encoding="utf-8")
        (FOLDER / f"{page.key}.svg").write_text(page.picture(), encoding="utf-8")
    versions = f"runtall {version('runtall')}, Python {platform.python_version()}"
    written = f"Written by `make revalidate` on {today.isoformat()} with {versions}."
    (FOLDER / "README.md").write_text(index(pages, written), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:]:
        for key in sys.argv[1:]:
            print(PAGES[key]().markdown())
    else:
        write_all(datetime.date.today())
        print(f"wrote {FOLDER}")
