"""Show on the gallery's pages what the commands of an example wrote: pictures, and whole pages in a frame."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx_gallery.scrapers import figure_rst
from virtual_runs import FOLDER

PAGES = "pages"
"""The folder of whole pages, beside the gallery's."""

FRAME = """
.. raw:: html

   <iframe class="whole-page" src="{pages}/{name}" title="The page as written" loading="lazy"></iframe>
   <p><a href="{pages}/{name}">The page by itself</a></p>
"""


class PagesOfCommands:
    """A scraper of sphinx-gallery: after each block of code, what is new in the virtual runner's folder.

    Parameters
    ----------
    extra
        Folder of files that are copied to the site as they are.
    """

    def __init__(self, extra: Path) -> None:
        self._extra = extra
        self._shown: set[Path] = set()

    def __call__(self, block: tuple[Any, ...], block_vars: Mapping[str, Any], gallery_conf: Any) -> str:
        """Return the reStructuredText that shows pictures and pages which were not there before."""
        new = [path for path in sorted(FOLDER.glob("*.*")) if path not in self._shown]
        self._shown.update(new)
        example = Path(block_vars["src_file"]).stem
        pages = [self._framed(path, example) for path in new if path.suffix == ".html"]
        pictures = []
        for path in new:
            if path.suffix == ".png":
                target = next(block_vars["image_path_iterator"])
                shutil.copy(path, target)
                pictures.append(target)
        return figure_rst(pictures, gallery_conf["src_dir"]) + "".join(pages)

    def _framed(self, path: Path, example: str) -> str:
        name = f"{example}_{path.name}"
        folder = self._extra / "docs" / "gallery" / PAGES
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / name)
        return FRAME.format(pages=PAGES, name=name)
