"""The page about a run over mutants."""

from __future__ import annotations

from collections.abc import Sequence

from tests.mutants.equivalent import why_equivalent
from tests.mutants.mutations import Mutation
from tests.mutants.trial import Fate, Trial

ROOM_DEPTH = 2
"""Folders of a path that name where a module lives, as in ``analysis/signal``."""

MOST_LETTERS = 110
"""Longest code that is shown whole."""


def results_page(done: Sequence[Trial], *, seed: int, possible: int, took_s: float) -> str:
    """Return the page in Markdown.

    Parameters
    ----------
    done
        Every mutant that was tried.
    seed
        Which sample it was.
    possible
        How many mutants there are in all.
    took_s
        How long it took, s.
    """
    lived = [trial.mutation for trial in done if trial.fate is Fate.SURVIVED]
    survivors = [mutation for mutation in lived if not why_equivalent(mutation)]
    equivalent = [mutation for mutation in lived if why_equivalent(mutation)]
    noticed = len(done) - len(lived)
    return "\n".join(
        [
            "# Mutants",
            "",
            "Written by `make mutants`: one small change of a module at a time, and whether its nearest unit",
            "tests notice. A survivor is behaviour that no near test sees, or a change without a difference.",
            "",
            f"**{_percent(noticed, len(done))}: {noticed} of {len(done)} mutants noticed**,",
            f"drawn with seed {seed} from {possible}, in {took_s / 60:.0f} minutes.",
            f"{len(equivalent)} of the others are known to make no difference ([why](equivalent.py)):",
            f"without them {_percent(noticed, len(done) - len(equivalent))}.",
            "",
            *_table(("where", "tried", *Fate), _rooms(done)),
            "",
            *_table(("change", "tried", *Fate), _kinds(done)),
            "",
            "## Survivors",
            "",
            *_table(("line", "code", "before", "after"), _changes(survivors)),
            "",
            "## Known to make no difference",
            "",
            *_table(("line", "code", "before", "after"), _changes(equivalent)),
            "",
        ]
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "no score"


def _rooms(done: Sequence[Trial]) -> list[tuple[str, ...]]:
    return _counts([("/".join(trial.mutation.file.split("/")[:ROOM_DEPTH]), trial.fate) for trial in done])


def _kinds(done: Sequence[Trial]) -> list[tuple[str, ...]]:
    return _counts([(trial.mutation.kind, trial.fate) for trial in done])


def _counts(pairs: list[tuple[str, Fate]]) -> list[tuple[str, ...]]:
    """Return a row for each name: how many there are, and how many of each fate."""
    rows = []
    for name in sorted({name for name, _ in pairs}):
        fates = [fate for other, fate in pairs if other == name]
        rows.append((name, str(len(fates)), *(str(fates.count(fate)) for fate in Fate)))
    return rows


def _changes(mutations: list[Mutation]) -> list[tuple[str, ...]]:
    places = sorted(mutations, key=lambda one: (one.file, one.line))
    return [
        (f"`{one.file}:{one.line}`", _code(one.code), _code(one.before), _code(one.after)) for one in places
    ]


def _code(text: str) -> str:
    """Return code for a cell of a table, in which a bar would begin the next one."""
    short = text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"
    return f"`{short}`".replace("|", "\\|").replace("\n", " ") if text else "dropped"


def _table(head: Sequence[str], rows: list[tuple[str, ...]]) -> list[str]:
    if not rows:
        return ["None."]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
