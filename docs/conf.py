"""How Sphinx builds the site: `make docs`.

The source folder is the root of the repository, so every page is read where it lies and the links between
pages need no rewriting. Nothing is loaded from outside, neither while building nor by whoever reads.
"""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
GALLERY = HERE / "gallery"
AS_IT_IS = GALLERY / "as_it_is"
"""What the examples wrote for a browser: copied to the site as it is."""
AS_IT_IS.mkdir(parents=True, exist_ok=True)
sys.path.insert(0, str(HERE))

from pages_of_commands import PagesOfCommands  # noqa: E402

project = "runtall"
author = "The runtall developers"
copyright = "The runtall developers, MIT licence"
release = version = metadata.version("runtall")

extensions = ["myst_parser", "numpydoc", "sphinx.ext.autodoc", "sphinx_gallery.gen_gallery", "for_readers"]
root_doc = "docs/index"
include_patterns = [
    "*.md",
    "data/*.md",
    "firmware_notes/*.md",
    "analysis/*/README.md",
    "tests/bench/**.md",
    "tests/captures/README.md",
    "tests/mutants/RESULTS.md",
    "docs/*",
    "docs/gallery/**",
]
exclude_patterns = [".*", "build", "dist", "docs/examples", "tests/support"]

myst_enable_extensions = ["attrs_inline", "dollarmath"]
myst_heading_anchors = 3
html_math_renderer = "mathml"

autodoc_typehints = "signature"
autodoc_member_order = "alphabetical"
python_maximum_signature_line_length = 80
numpydoc_show_class_members = False

sphinx_gallery_conf = {
    "examples_dirs": str(HERE / "examples"),
    "gallery_dirs": str(GALLERY),
    "filename_pattern": r"\.py$",
    "ignore_pattern": r"__init__\.py$",
    "within_subsection_order": "FileNameSortKey",
    "reset_modules": ("virtual_runs.begin_anew",),
    "image_scrapers": (PagesOfCommands(AS_IT_IS),),
    "capture_repr": ("_repr_html_",),
    "abort_on_example_error": True,
    "run_stale_examples": True,
    "download_all_examples": False,
    "notebook_extensions": set(),
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 1_000,
    "write_computation_times": False,
    "default_thumb_file": str(HERE.parent / "data" / "demo_report.png"),
    "remove_config_comments": True,
}

html_theme = "pydata_sphinx_theme"
html_title = "runtall"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_extra_path = ["root", str(AS_IT_IS)]
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {"README": [], "docs/index": [], "docs/physiotherapists": [], "docs/gallery/index": []}
html_theme_options = {
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "header_links_before_dropdown": 7,
    "show_nav_level": 1,
    "navigation_with_keys": False,
}
