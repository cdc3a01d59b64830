"""A module's mutants: every small change once, and nothing but that change."""

from __future__ import annotations

import pytest

from tests.mutants.mutations import mutations_of


def mutants(source: str) -> set[str]:
    return {mutation.source for mutation in mutations_of("toy.py", source)}


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        pytest.param("x = a < b", {"x = (a <= b)", "x = (a >= b)"}, id="comparison"),
        pytest.param(
            "x = a <= b > c",
            {"x = (a < b > c)", "x = (a > b > c)", "x = (a <= b >= c)", "x = (a <= b <= c)"},
            id="chain-of-comparisons",
        ),
        pytest.param("x = a is not None", {"x = (a is None)"}, id="identity"),
        pytest.param("x = a + b", {"x = (a - b)"}, id="sum"),
        pytest.param("x = a * b", {"x = (a / b)"}, id="product"),
        pytest.param("x = a & ~b", {"x = (a | ~b)", "x = a & (b)"}, id="masks"),
        pytest.param("x = a and b", {"x = (a or b)"}, id="connective"),
        pytest.param("x = not a", {"x = (a)"}, id="not"),
        pytest.param("x = -a", {"x = (a)"}, id="sign"),
        pytest.param("x = 3", {"x = (4)"}, id="whole-number"),
        pytest.param("x = 0.35", {"x = (0.7)"}, id="number"),
        pytest.param("x = 0.0", {"x = (1.0)"}, id="nothing"),
        pytest.param("x = True", {"x = (False)"}, id="truth"),
        pytest.param("x = f(a, b=c)", {"x = (f(a))"}, id="keyword"),
        pytest.param("def f() -> bool:\n    return a", {"def f() -> bool:\n    return (not a)"}, id="answer"),
        pytest.param("def f() -> float:\n    return a", {"def f() -> float:\n    return (None)"}, id="value"),
    ],
)
def test_a_line_becomes_each_of_its_slips(source: str, changed: set[str]) -> None:
    assert mutants(source) == changed


@pytest.mark.parametrize(
    "source",
    [
        pytest.param('"""Some 3 words."""', id="docstring"),
        pytest.param("x: Literal[3] | None", id="annotation"),
        pytest.param("@dataclass(frozen=True)\nclass A:\n    pass", id="decorator"),
        pytest.param("x = 'a' + b + 'c'", id="text"),
        pytest.param("x = zip(a, b, strict=flag)", id="guard"),
        pytest.param("x = zip(a, b, strict=True)", id="guard-set"),
    ],
)
def test_what_no_test_could_see_is_left_alone(source: str) -> None:
    assert mutants(source) == set()


def test_a_change_behind_letters_beyond_ascii_lands_where_it_should() -> None:
    assert mutants("x = f('Ä…', a < b)") == {"x = f('Ä…', (a <= b))", "x = f('Ä…', (a >= b))"}


def test_a_change_is_told_with_its_line() -> None:
    (mutation,) = mutations_of("toy.py", "def f():\n    x = g(\n        a,\n        b=c,\n    )\n")
    assert (mutation.line, mutation.code, mutation.before, mutation.after) == (4, "b=c,", "b=c", "")
