"""Fuzz the targets one after the other: ``python -m tests.fuzz.run [--seconds S] [--keep] [NAME …]``.

An input that breaks a promise is kept at once under ``tests/fuzz/seeds``, where the tests replay it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.corpus import worth_keeping
from tests.fuzz.seeds import FAILURES, add_failures, read_seeds, replace_reaching
from tests.fuzz.targets import TARGETS, Target

TIMEOUT_S = 5
"""What one input may take at most; its memory is watched where it is tried."""

MEMORY_MB = 3072
"""What the fuzzer may take in all before it is ended."""


def main() -> None:
    """Fuzz, say what was found, and leave with 1 where anything was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="targets; all without any")
    parser.add_argument("--seconds", type=int, default=10, help="for each target")
    parser.add_argument("--keep", action="store_true", help="keep the inputs that reach further than before")
    options = parser.parse_args()
    broken = [
        name
        for name in options.names or TARGETS
        if not fuzz(TARGETS[name], options.seconds, keep=options.keep)
    ]
    sys.exit(f"broken: {', '.join(broken)}; `make test` replays what broke them" if broken else 0)


def fuzz(target: Target, seconds: int, *, keep: bool) -> bool:
    """Fuzz one target; return whether it kept its promises."""
    with TemporaryDirectory(prefix="runtall-fuzz-") as folder:
        corpus, failures = Path(folder) / "corpus", Path(folder) / "failures"
        corpus.mkdir()
        failures.mkdir()
        for number, data in enumerate([*target.valid(), *read_seeds(target.name)]):
            (corpus / f"{number}").write_bytes(data)
        log = _run(target, seconds, corpus, failures)
        found = _contents(failures)
        print(f"{target.name}: {_summary(log)}{f', {len(found)} failures' if found else ''}", flush=True)
        if found:
            print(log[-4000:])
            add_failures(target.name, found)
        elif keep:
            there = [b"", *target.valid(), *read_seeds(target.name, FAILURES)]
            replace_reaching(target.name, worth_keeping(target.check, there, _contents(corpus)))
    return not found


def _run(target: Target, seconds: int, corpus: Path, failures: Path) -> str:
    """Fuzz in a process of its own and return what it said."""
    command = [
        sys.executable,
        "-m",
        "tests.fuzz.one",
        target.name,
        f"-max_total_time={seconds}",
        f"-timeout={TIMEOUT_S}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-max_len={target.most_bytes}",
        f"-artifact_prefix={failures}/",
        "-print_final_stats=1",
        str(corpus),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    log = done.stdout.decode(errors="replace")
    if done.returncode and not any(failures.iterdir()):
        sys.exit(f"{target.name}: the fuzzer itself failed\n{log[-4000:]}")
    return log


def _summary(log: str) -> str:
    told = [line.split() for line in log.splitlines() if line.startswith("stat::")]
    figures = {line[0].removeprefix("stat::").rstrip(":"): line[1] for line in told if len(line) > 1}
    tried, peak = figures.get("number_of_executed_units", "?"), figures.get("peak_rss_mb", "?")
    return f"{tried} inputs, peak {peak} MB"


def _contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(folder.iterdir())]


if __name__ == "__main__":
    main()
