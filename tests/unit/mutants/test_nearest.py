"""Which tests stand nearest to a line: by name, else by import, else by the readers of a number."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.nearest import nearest_tests

TREE = {
    "analysis/signal/gait.py": "from analysis.maths.angles import wrapped",
    "analysis/signal/config.py": "class GaitConfig:\n    hop_s: float = 1.0\n    idle_s: float = 2.0",
    "analysis/signal/steps.py": "def f(config: GaitConfig):\n    return config.hop_s",
    "analysis/signal/other.py": "def f(config: RestConfig):\n    return config.hop_s",
    "analysis/maths/angles.py": "",
    "sensor/clock/fit.py": "",
    "tests/unit/analysis/signal/test_gait.py": "from analysis.signal import config",
    "tests/unit/analysis/signal/test_steps.py": "from analysis.signal import steps",
    "tests/unit/analysis/signal/test_other.py": "",
    "tests/unit/sensor/test_radio.py": "from sensor.clock.fit import fitted",
    "tests/unit/sensor/clock/test_line.py": "import sensor.clock.fit",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "line", "tests"),
    [
        pytest.param("analysis/signal/gait.py", 1, ["analysis/signal/test_gait.py"], id="by-name"),
        pytest.param("analysis/maths/angles.py", 1, ["analysis/signal/test_gait.py"], id="by-its-users-test"),
        pytest.param(
            "analysis/signal/config.py", 2, ["analysis/signal/test_steps.py"], id="by-reader-of-field"
        ),
        pytest.param(
            "analysis/signal/config.py", 3, ["analysis/signal/test_gait.py"], id="field-nobody-reads"
        ),
    ],
)
def test_a_line_has_the_tests_that_stand_nearest(tree: Path, file: str, line: int, tests: list[str]) -> None:
    assert nearest_tests(tree, file, line) == tuple(f"tests/unit/{name}" for name in tests)


def test_an_importing_test_of_the_same_folder_stands_nearer_than_one_of_another(tree: Path) -> None:
    (tree / "sensor/clock/line.py").write_text("")
    assert nearest_tests(tree, "sensor/clock/line.py", 1) == ("tests/unit/sensor/clock/test_line.py",)


def test_tests_of_a_behaviour_stand_beside_the_one_of_the_modules_name(tree: Path) -> None:
    beside = tree / "tests/unit/analysis/signal/test_edges_of_bouts.py"
    beside.write_text("from analysis.signal.gait import find_gait")
    assert nearest_tests(tree, "analysis/signal/gait.py", 1) == (
        "tests/unit/analysis/signal/test_gait.py",
        "tests/unit/analysis/signal/test_edges_of_bouts.py",
    )


def test_tests_that_simulate_a_run_come_last(tree: Path) -> None:
    own = tree / "tests/unit/analysis/signal/test_gait.py"
    own.write_text("from tests.support.short_runs import motion")
    beside = tree / "tests/unit/analysis/signal/test_edges_of_bouts.py"
    beside.write_text("from analysis.signal.gait import find_gait")
    assert nearest_tests(tree, "analysis/signal/gait.py", 1) == (
        "tests/unit/analysis/signal/test_edges_of_bouts.py",
        "tests/unit/analysis/signal/test_gait.py",
    )


def test_a_line_without_any_test_has_none(tree: Path) -> None:
    (tree / "analysis/signal/alone.py").write_text("x = 1")
    assert nearest_tests(tree, "analysis/signal/alone.py", 1) == ()
