"""Numbers that move a result lie in the configuration, each with its own docstring."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

import pytest

ANALYSIS = Path(__file__).parents[3] / "analysis"
STAGES = ("signal", "stride", "judging")
CONFIGS = ("signal/config.py", "signal/sync_config.py", "judging/config.py")

HARMLESS = frozenset({0.0, 0.5, 1.0, 2.0, 60.0, 100.0, 120.0, 180.0, 1000.0, 1e-9})
"""Identities, halves, conversions of units and the guard against a division by zero."""


class Number(NamedTuple):
    """A float literal of a stage."""

    file: str
    value: float


_NO_DIVISION_BY_ZERO = "guards a division: smaller than anything measured"
ALLOWED = {
    Number(
        "signal/accelerometer_only.py", 1e-6
    ): "weight of lost rows, so that the mean exists inside a loss",
    Number("signal/alignment.py", 1e-12): _NO_DIVISION_BY_ZERO,
    Number("signal/anatomical_axes.py", 1e-6): _NO_DIVISION_BY_ZERO,
    Number("signal/anatomical_axes.py", 1e-12): _NO_DIVISION_BY_ZERO,
    Number("signal/inclination_smoother.py", 1e-6): "weight of what is unknown, so that it can be solved",
    Number("signal/static_periods.py", 12.0): "variance of a uniform distribution: width squared over twelve",
    Number("signal/strapdown.py", 12.0): "coefficient of the coning correction",
    Number("signal/strapdown.py", 13.0): "coefficient of the integral of a cubic through four samples",
    Number("signal/strapdown.py", 24.0): "coefficient of the integral of a cubic through four samples",
    Number("signal/tap_lag.py", 0.001): "grid of a correlation whose peak is found between its points",
    Number("signal/vertical.py", 1e-6): _NO_DIVISION_BY_ZERO,
    Number("signal/vertical.py", 1e-12): _NO_DIVISION_BY_ZERO,
    Number("stride/head.py", 1.96): "97.5 % quantile of the normal distribution",
    Number("judging/episodes.py", 0.05): "rounding of times: strides that follow each other share theirs",
    Number("judging/hysteresis.py", 1e-6): "rounding of sums of distances",
    Number("judging/mounting_shift.py", 1.4826): "median absolute deviation to standard deviation",
    Number("judging/mounting_shift.py", 1e-12): _NO_DIVISION_BY_ZERO,
    Number("judging/verdict.py", 0.005): "what is printed as 0 %",
}
"""Every other literal, and why it is no choice that moves a result."""


def floats_in(source: str) -> set[float]:
    """Return the float literals of a module."""
    return {
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    }


def undocumented_in(source: str) -> list[str]:
    """Return the dataclass fields that no docstring follows, as ``Class.field``."""
    found = []
    for group in (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)):
        for field, after in zip(group.body, [*group.body[1:], None], strict=True):
            said = (
                isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
                and isinstance(after.value.value, str)
            )
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and not said:
                found.append(f"{group.name}.{field.target.id}")
    return found


@pytest.fixture(scope="module")
def numbers() -> set[Number]:
    """Return the literals of every stage outside the configuration that are not harmless."""
    files = {
        path.relative_to(ANALYSIS).as_posix(): path
        for room in STAGES
        for path in (ANALYSIS / room).rglob("*.py")
    }
    return {
        Number(name, value)
        for name, path in files.items()
        if name not in CONFIGS
        for value in floats_in(path.read_text(encoding="utf-8")) - HARMLESS
    }


def test_every_number_that_moves_a_result_is_in_the_configuration(numbers: set[Number]) -> None:
    assert not numbers - ALLOWED.keys(), "give it a field in the configuration, or say here why not"


def test_no_number_is_allowed_that_is_gone(numbers: set[Number]) -> None:
    assert not ALLOWED.keys() - numbers


def test_a_literal_is_found_wherever_it_stands() -> None:
    assert floats_in("A = {'b': 0.7}\ndef f(x=0.3): return -1.5 * x + 2") == {0.7, 0.3, 1.5}


@pytest.mark.parametrize("config", CONFIGS)
def test_every_number_has_a_docstring_of_its_own(config: str) -> None:
    assert undocumented_in((ANALYSIS / config).read_text(encoding="utf-8")) == []


def test_a_docstring_serves_only_the_field_before_it() -> None:
    source = 'class A:\n    """A."""\n\n    b: int = 1\n    c: int = 2\n    """C."""\n    d: int = 3'
    assert undocumented_in(source) == ["A.b", "A.d"]
