"""A toy module's mutants meet its tests: a harmful one dies, one without a difference lives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.run import all_mutations, sampled
from tests.mutants.trial import Fate, UnfitTestsError, try_source

TOY = "def larger(a, b):\n    return a if a > b else b\n"
TEST = "from toy import larger\n\n\ndef test_larger():\n    assert larger(1, 2) == larger(2, 1) == 2\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "toy.py").write_text(TOY)
    (tmp_path / "test_toy.py").write_text(TEST)
    (tmp_path / "test_bystander.py").write_text("def test_nothing():\n    pass\n")
    return tmp_path


@pytest.mark.parametrize(
    ("operator", "fate"),
    [
        pytest.param("<=", Fate.KILLED, id="harmful"),
        pytest.param(">=", Fate.SURVIVED, id="equivalent"),
    ],
)
def test_a_mutant_dies_only_where_it_makes_a_difference(tree: Path, operator: str, fate: Fate) -> None:
    mutant = TOY.replace(">", operator)
    assert try_source(tree, "toy.py", mutant, ("test_toy.py",), timeout_s=60.0) is fate
    assert (tree / "toy.py").read_text() == TOY


def test_a_mutant_that_never_ends_is_ended(tree: Path) -> None:
    mutant = "while True:\n    pass\n"
    assert try_source(tree, "toy.py", mutant, ("test_toy.py",), timeout_s=3.0) is Fate.TIMED_OUT


@pytest.mark.parametrize("test", ["test_bystander.py", "test_absent.py"])
def test_tests_that_cannot_judge_are_refused(tree: Path, test: str) -> None:
    with pytest.raises(UnfitTestsError, match=test):
        try_source(tree, "toy.py", TOY, (test,), timeout_s=60.0)


def test_a_place_is_a_folder_a_file_or_a_line(tree: Path) -> None:
    (tree / "more").mkdir()
    (tree / "more/other.py").write_text("x = 1\ny = 2\n")
    changed = {
        place: [(one.file, one.after) for one in all_mutations(tree, (place,))]
        for place in ("more", "more/other.py:2", "toy.py")
    }
    assert changed["more"] == [("more/other.py", "2"), ("more/other.py", "3")]
    assert changed["more/other.py:2"] == [("more/other.py", "3")]
    assert {file for file, _ in changed["toy.py"]} == {"toy.py"}


def test_the_same_seed_draws_the_same_sample_and_another_another(tree: Path) -> None:
    (tree / "many.py").write_text("".join(f"x{number} = {number}\n" for number in range(100)))
    every = all_mutations(tree, ("many.py",))
    assert sampled(every, 10, seed=1) == sampled(every, 10, seed=1) != sampled(every, 10, seed=2)
    assert len({mutation.line for mutation in sampled(every, 10, seed=1)}) == 10
    assert len(sampled(every, 1000, seed=1)) == 100
