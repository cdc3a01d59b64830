"""Let mutants of the pure stages loose on their nearest tests: ``python -m tests.mutants.run [PLACE …]``.

A place is a folder, a file, or a line of it as ``FILE:LINE``. What survives is behaviour that no near test
sees, or a change that makes no difference. A run over all stages writes ``tests/mutants/RESULTS.md``.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants.equivalent import why_equivalent
from tests.mutants.mutations import Mutation, mutations_of
from tests.mutants.nearest import nearest_tests
from tests.mutants.results import results_page
from tests.mutants.trial import Fate, Trial, UnfitTestsError, try_source

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).with_name("RESULTS.md")
PLACES = ("analysis/signal", "analysis/stride", "analysis/judging", "analysis/maths", "sensor/clock")

PROCESSES = 2
"""How many mutants are tried at once."""

PATIENCE = 4.0
"""A mutant that takes this many times as long as the tests took without one counts as noticed ..."""

LEAST_PATIENCE_S = 60.0
"""... after at least this long: the machine may have other work."""


def sampled(mutations: list[Mutation], count: int, seed: int) -> list[Mutation]:
    """Return some of the mutations, each as likely as any other, in random order."""
    return random.Random(seed).sample(mutations, min(count, len(mutations)))


def all_mutations(root: Path, places: tuple[str, ...]) -> list[Mutation]:
    """Return every mutation in folders, files and lines, in their order."""
    found: list[Mutation] = []
    for place in places:
        path, _, line = place.partition(":")
        files = sorted((root / path).rglob("*.py")) if (root / path).is_dir() else [root / path]
        for file in files:
            name = file.relative_to(root).as_posix()
            mutations = mutations_of(name, file.read_text(encoding="utf-8"))
            found += [one for one in mutations if not line or one.line == int(line)]
    return found


class Judge:
    """Tries mutants of a tree, each against its nearest tests, with patience as long as those tests take."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._patience_s: dict[tuple[str, tuple[str, ...]], float] = {}

    def judge(self, mutation: Mutation) -> Trial:
        """Try one mutant."""
        tests = nearest_tests(self._root, mutation.file, mutation.line)
        patience_s = self._patience(mutation.file, tests)
        fate = try_source(self._root, mutation.file, mutation.source, tests, patience_s)
        return Trial(mutation, tests, fate)

    def _patience(self, file: str, tests: tuple[str, ...]) -> float:
        """Return how long a mutant may take, s; tried once for each module and its tests."""
        if (file, tests) not in self._patience_s:
            begun_s = time.monotonic()
            source = (self._root / file).read_text(encoding="utf-8")
            if not tests or try_source(self._root, file, source, tests, None) is not Fate.SURVIVED:
                raise UnfitTestsError(f"{file}: {', '.join(tests) or 'no test near'}: fails without a mutant")
            took_s = time.monotonic() - begun_s
            self._patience_s[file, tests] = max(LEAST_PATIENCE_S, PATIENCE * took_s)
        return self._patience_s[file, tests]


def trials(mutations: list[Mutation], root: Path, until_s: float) -> Iterator[Trial]:
    """Try mutants, several at once, and yield what became of them; begin none later than ``until_s``."""
    judge = Judge(root)

    def in_time(mutation: Mutation) -> Trial | None:
        return judge.judge(mutation) if time.monotonic() < until_s else None

    with ThreadPoolExecutor(PROCESSES) as pool:
        yield from (trial for trial in pool.map(in_time, mutations) if trial is not None)


def told(trial: Trial) -> str:
    """Return what became of a mutant, in one line."""
    mutation = trial.mutation
    change = f"{mutation.before} -> {mutation.after or 'dropped'}"
    fate = "equivalent" if trial.fate is Fate.SURVIVED and why_equivalent(mutation) else trial.fate
    return f"{fate:<10} {mutation.file}:{mutation.line}: {mutation.code}   [{change}]"


def main() -> None:
    """Try a sample, tell each fate, and write the page after a run over all stages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "places", nargs="*", default=PLACES, metavar="PLACE", help="folder, file or FILE:LINE"
    )
    parser.add_argument("--count", type=int, default=200, help="mutants in the sample")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    parser.add_argument("--minutes", type=float, default=55, help="begin no mutant later than this")
    options = parser.parse_args()
    begun_s = time.monotonic()
    possible = all_mutations(ROOT, tuple(options.places))
    sample = sampled(possible, options.count, options.seed)
    done = []
    for trial in trials(sample, ROOT, begun_s + 60 * options.minutes):
        done.append(trial)
        print(told(trial), flush=True)
    if tuple(options.places) == PLACES:
        took_s = time.monotonic() - begun_s
        page = results_page(done, seed=options.seed, possible=len(possible), took_s=took_s)
        RESULTS.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
