"""Numbers that move a result lie in the configuration, each with its own docstring."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ANALYSIS = Path(__file__).parents[3] / "analysis"
STAGES = ("signal", "stride", "judging")
CONFIGS = (
    "signal/config.py",
    "signal/sync_config.py",
    "stride/config.py",
    "judging/config.py",
    "judging/personal_config.py",
)

IDENTITIES = frozenset({0, 1})
"""Nothing, one, first and second."""

GUARD = 1e-9
"""At most this, as an argument of a maximum, keeps a divisor from zero: smaller than anything measured."""

MOST_INDEX = 9
"""Largest index of a component: the last unknown of two neighbouring nodes of five each."""

PLACES = frozenset({"axis", "axis1", "axis2"})
"""Keywords whose value says where, not how much."""

_PER_MINUTE = "seconds of a minute"
_PER_MINUTE_AND_FOOT = "seconds of a minute, and two steps of a stride"
_METRES_OF_A_KM = "metres of a kilometre"
_THOUSANDTHS = "milliseconds of a second"
_HUNDREDTHS = "hundredths of the whole, or centimetres of a metre"
_AXES = "axes of space"
_PARABOLA = "half of a second difference: the top of a parabola through three points"
_CUBIC = "coefficients of the integral of a cubic through four samples"

ALLOWED: dict[str, dict[float, str]] = {
    "signal/accelerometer_only.py": {1e-6: "weight of lost rows, so that the mean exists inside a loss"},
    "signal/anatomical_axes.py": {
        1e-6: "guards a division by a length",
        3: _AXES,
        4: "kinds of evidence, as many as `cue_weights`",
    },
    "signal/gait.py": {
        0.5: "of the Hann window: half, and half a cosine",
        512: "rows worked on at a time: moves memory, no result",
        8: "samples of the shortest spectrum, below the lowest rate that is let in",
        4: "zeros behind a spectrum: its lines are only drawn closer",
        60: _PER_MINUTE,
    },
    "signal/gait_clock.py": {1000: _THOUSANDTHS},
    "signal/handedness.py": {4.0: "values per standard deviation of a smoothed course: more tell no more"},
    "signal/inclination_smoother.py": {
        1e-6: "weight of what is unknown, so that it can be solved",
        3: _AXES,
        5: "unknowns of a node: two tilts, a speed, two biases",
        7: "equations of a node",
        4096: "nodes worked on at a time: moves memory, no result",
    },
    "signal/motion.py": {3: _AXES},
    "signal/static_periods.py": {
        3: _AXES,
        4: "the most of a rest that its edges take, a quarter, is told beside `edge_s`",
        12: "variance of a uniform distribution: width squared over twelve",
    },
    "signal/strapdown.py": {
        3: _AXES,
        4: "components of a quaternion",
        12: "coefficient of the coning correction",
        13: _CUBIC,
        24: _CUBIC,
    },
    "signal/stride_ensemble.py": {0.5: "the second step begins at half a stride"},
    "signal/tap_lag.py": {
        0.001: "grid of a correlation whose peak is found between its points",
        4: "points that a cubic goes through",
        0.5: _PARABOLA,
        1000: _THOUSANDTHS,
    },
    "signal/watch_clock.py": {0.5: _PARABOLA},
    "signal/watch_fit.py": {3: "of Wallace's formula", 8: "of Wallace's formula"},
    "signal/watch_series.py": {
        0.5: "half a grid step: less than that cannot be lost",
        3: "grid steps over which a slope is taken",
        60: _PER_MINUTE,
    },
    "signal/timebase.py": {
        3: "points of a cubic beside the one before",
        4: "points that a cubic goes through",
        6: "three factorial: Lagrange's cubic",
    },
    "signal/vertical.py": {1e-6: "guards a division by a length", 3: _AXES},
    "judging/average_stride.py": {1024: "strides worked on at a time: moves memory, no result"},
    "judging/thirds.py": {3: "thirds of the run"},
    "stride/dynamics.py": {
        4096: "strides worked on at a time: moves memory, no result",
        100: _HUNDREDTHS,
        1000: _THOUSANDTHS,
    },
    "stride/head.py": {1.96: "97.5 % quantile of the normal distribution", 100: _HUNDREDTHS},
    "stride/rows.py": {120: _PER_MINUTE_AND_FOOT},
    "judging/distance.py": {
        60: _PER_MINUTE,
        120: _PER_MINUTE_AND_FOOT,
    },
    "judging/episodes.py": {0.05: "rounding of times: strides that follow each other share theirs"},
    "judging/facts.py": {1000: _THOUSANDTHS, 1_000_000: "millionths of a rate"},
    "judging/grade.py": {
        3: "blocks whose second difference is taken",
        5: "of the six fifths: variance of a slope fitted through a random walk",
        6: "the same",
        12: "variance of a uniform distribution: width squared over twelve",
        100: _HUNDREDTHS,
    },
    "judging/hysteresis.py": {1e-6: "rounding of sums of distances"},
    "judging/distance_doubts.py": {6: "how many sources of a stranger's file are compared"},
    "judging/known_laps.py": {0.5: "the median"},
    "judging/mounting_shift.py": {
        0.5: "a row counts from its middle",
    },
    "judging/personal_baseline.py": {1e-9: "keeps a divisor from zero"},
    "judging/step_length.py": {100: _HUNDREDTHS},
    "judging/quality.py": {0.005: "what is printed as 0 %"},
    "judging/segments.py": {10: "points of a curve within the window of its running median"},
    "judging/verdict.py": {0.005: "what is printed as 0 %", 60: _PER_MINUTE},
}
"""Every other literal, file by file, and why it is no choice that moves a result."""


def numbers_in(source: str) -> set[float]:
    """Return the numbers of a module that may be a choice, whole ones too: no index, factor 2 or guard."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
        and not _is_structure(node, node.value, parents)
    }


def _is_structure(node: ast.Constant, value: float, parents: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether a number only says what the formula is: an identity, a half, a place, a guard."""
    around = parents[node]
    if value in IDENTITIES:
        return True
    if value == 2:
        return isinstance(value, int) or isinstance(around, ast.BinOp)
    if value <= GUARD:
        return isinstance(around, ast.Call) and ast.unparse(around.func) in {"max", "np.maximum"}
    return isinstance(value, int) and value <= MOST_INDEX and _is_place(node, parents)


def _is_place(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Tell whether a number is an index, or part of one, or the name of an axis."""
    while isinstance(above := parents[node], ast.Slice | ast.Tuple | ast.List | ast.UnaryOp):
        node = above
    return (isinstance(above, ast.Subscript) and above.slice is node) or (
        isinstance(above, ast.keyword) and above.arg in PLACES
    )


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


STAGE_FILES = sorted(
    path.relative_to(ANALYSIS).as_posix() for stage in STAGES for path in (ANALYSIS / stage).rglob("*.py")
)


@pytest.mark.parametrize("file", [name for name in STAGE_FILES if name not in CONFIGS])
def test_every_number_that_moves_a_result_is_in_the_configuration(file: str) -> None:
    numbers = numbers_in((ANALYSIS / file).read_text(encoding="utf-8"))
    unexplained = numbers - ALLOWED.get(file, {}).keys()
    assert unexplained == set(), "give it a field in the configuration, or say here why not"


@pytest.mark.parametrize("file", ALLOWED)
def test_no_number_is_allowed_that_is_gone(file: str) -> None:
    assert ALLOWED[file].keys() - numbers_in((ANALYSIS / file).read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        pytest.param("A = {'b': 0.7}\ndef f(x=0.3): return -1.5 * x", {0.7, 0.3, 1.5}, id="anywhere"),
        pytest.param("if rows >= 10: pass", {10}, id="whole"),
        pytest.param("half = 0.5 * x\nlimit = 180.0", {0.5, 180.0}, id="round"),
        pytest.param("x = (a + b) / 2.0 + 0 * 1.0", set(), id="halves-and-identities"),
        pytest.param("if x > 2.0: pass", {2.0}, id="two-as-a-threshold"),
        pytest.param("x[:, 3:5] = y[-4, [5, 6]]; z.sum(axis=3)", set(), id="places"),
        pytest.param("x[:500]; x[round(3.5 * y)]; x.f(window=3)", {500, 3.5, 3}, id="lengths"),
        pytest.param("x / np.maximum(y, 1e-9) + z / max(w, 1e-12)", set(), id="guards"),
        pytest.param("if x > 1e-9: y = max(x, 1e-6)", {1e-9, 1e-6}, id="small-thresholds"),
    ],
)
def test_a_number_is_found_unless_it_only_says_what_the_formula_is(source: str, numbers: set[float]) -> None:
    assert numbers_in(source) == numbers


@pytest.mark.parametrize("config", CONFIGS)
def test_every_number_has_a_docstring_of_its_own(config: str) -> None:
    assert undocumented_in((ANALYSIS / config).read_text(encoding="utf-8")) == []


def test_a_docstring_serves_only_the_field_before_it() -> None:
    source = 'class A:\n    """A."""\n\n    b: int = 1\n    c: int = 2\n    """C."""\n    d: int = 3'
    assert undocumented_in(source) == ["A.b", "A.d"]
