"""The site: what its examples may use, that it names what is public, and that it tells runners enough.

That it can be built, and that its examples run, is for `make docs`, whose tools slow every start of Python.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

import analysis
import sensor

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))
SENSOR_PAGES = [
    path
    for path in sorted((ROOT / "firmware_notes").glob("*.md"))
    if path.stem not in ("ADDING", "headless", "other-apps")
]

PUBLIC = {"analysis": set(analysis.__all__), "sensor": set(sensor.__all__)}
ALLOWED = {*PUBLIC, "virtual_runs", "pandas", "numpy", *sys.stdlib_module_names}


def imported(tree: ast.Module) -> set[str]:
    """Return the modules a script imports, by their whole names."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def used_of(tree: ast.Module, package: str) -> set[str]:
    """Return the names that a script takes from a package."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == package
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_uses_public_names_only(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert imported(tree) <= ALLOWED
    for package, public in PUBLIC.items():
        assert used_of(tree, package) <= public


def test_there_are_examples_to_look_at() -> None:
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize("path", SENSOR_PAGES, ids=lambda path: path.stem)
def test_a_sensors_page_begins_with_what_a_runner_needs(path: Path) -> None:
    page = path.read_text("utf-8")
    for_runners, for_developers = page.split("\n## For developers\n")
    assert for_runners.split("\n## ")[1].startswith("For the runner\n")
    for wanted in ("Models", "Wake it", "Wear it", "Battery"):
        assert f"- **{wanted}.**" in for_runners, wanted
    assert "How far verified" in for_developers
    assert f"({Path('..') / path.relative_to(ROOT)})" in (ROOT / "docs" / "sensors.md").read_text("utf-8")


def test_a_citation_names_the_version_and_licence_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    cited = dict(re.findall(r"^(version|license): (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.M))
    assert cited == {"version": project["version"], "license": project["license"]}
    page = (ROOT / "docs" / "cite.md").read_text("utf-8")
    assert f"Version {project['version']}." in page
    assert f"version = {{{project['version']}}}" in page
