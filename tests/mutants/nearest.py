"""Which tests stand nearest to a line of a module: those that should notice when it is wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

UNIT = Path("tests", "unit")

ELSEWHERE = {
    "analysis/judging/summary.py": ("tests/unit/analysis/test_pipeline.py",),
    "analysis/signal/records.py": ("tests/unit/analysis/signal/test_motion.py",),
    "sensor/clock/fit.py": (
        "tests/unit/sensor/clock/test_timeline.py",
        "tests/unit/sensor/clock/test_counted.py",
    ),
}
"""Where a module's work is seen by tests of another name: they stand as near as the one of its own."""

SIMULATED = "tests.support.short_runs"
"""Tests that import this simulate whole runs: they come last, since the first failure ends a trial."""


def nearest_tests(root: Path, file: str, line: int) -> tuple[str, ...]:
    """Return the test files that stand nearest to a line.

    The test of the module's name in the mirrored folder, what `ELSEWHERE` names, and the tests of that folder
    that import the module, whatever they are called. Without any, every unit test that imports it, then the
    tests nearest to the modules that import it. A field of a configuration has the tests of the modules that
    read it.

    Parameters
    ----------
    root
        The tree.
    file
        Path of the module, relative to it.
    line
        Line, from 1; matters only in a configuration.
    """
    field = _field_at(root / file, line)
    if field is not None:
        readers = [name for name in _modules(root) if name != file and field <= _words(root / name)]
        found = sorted({test for name in readers for test in _of_module(root, name)})
        if found:
            return _quickest_first(root, found)
    return _quickest_first(root, _of_module(root, file))


def _quickest_first(root: Path, tests: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(tests, key=lambda test: _imports(root / test, SIMULATED)))


def _of_module(root: Path, file: str) -> tuple[str, ...]:
    path = Path(file)
    mirror = UNIT / path.parent
    own = mirror / f"test_{path.name}"
    named = ((own.as_posix(),) if (root / own).exists() else ()) + ELSEWHERE.get(file, ())
    module = module_name(file)
    tests = [test for test in _python_files(root, UNIT) if _imports(root / test, module)]
    beside = tuple(test for test in tests if Path(test).is_relative_to(mirror) and test not in named)
    near = named + beside or tuple(tests)
    if near:
        return near
    users = [name for name in _modules(root) if name != file and _imports(root / name, module)]
    return tuple(sorted({test for name in users for test in _of_module(root, name)}))


def module_name(file: str) -> str:
    """Return the dotted name of a module's path."""
    return ".".join(Path(file).with_suffix("").parts)


@cache
def _python_files(root: Path, under: Path) -> tuple[str, ...]:
    return tuple(sorted(path.relative_to(root).as_posix() for path in (root / under).rglob("*.py")))


def _modules(root: Path) -> list[str]:
    return [name for package in ("analysis", "sensor") for name in _python_files(root, Path(package))]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _words(path: Path) -> frozenset[str]:
    """Return the names a module mentions and, with a dot before, the attributes it reads."""
    nodes = list(ast.walk(_tree(path)))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return frozenset(names | {f".{node.attr}" for node in nodes if isinstance(node, ast.Attribute)})


@cache
def _imports(path: Path, module: str) -> bool:
    return any(
        name == module or name.startswith(f"{module}.")
        for node in ast.walk(_tree(path))
        for name in _imported(node)
    )


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _field_at(path: Path, line: int) -> frozenset[str] | None:
    """Return class and ``.field`` of the configuration's field on a line, as a reader mentions them."""
    for group in ast.walk(_tree(path)):
        if isinstance(group, ast.ClassDef) and group.name.endswith("Config"):
            for node in group.body:
                at = node.lineno <= line <= (node.end_lineno or node.lineno)
                if at and isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    return frozenset({group.name, f".{node.target.id}"})
    return None
