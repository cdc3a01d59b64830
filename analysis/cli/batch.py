"""``runtall batch``: many sessions into one data set of tables."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from analysis.batch.run import Progress
    from analysis.batch.workers import Workers

SOME_FAILED = 3
"""Exit code where the data set is complete, but for files it holds an error of."""

STOPPED = 1


@click.command("batch", short_help="Sum up many sessions into one data set.")
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="OUT", required=True, help="The data set.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes; as many as processors if left out.")
@click.option("--scheduler", metavar="ADDRESS", help="Let a Dask cluster do it, such as tcp://10.0.0.5:8786.")
@click.option("--with-notes", is_flag=True, help="Also take in names, notes, shoes, pain and symptoms.")
def command(
    folders: tuple[str, ...], output: str, workers: int | None, scheduler: str | None, with_notes: bool
) -> int:
    """Sum up every session in and below FOLDER… into the data set OUT.

    OUT holds Parquet tables: sessions, segments, strides, episodes, errors. Run it again at any time: what
    is unchanged is passed over, and a batch that was stopped goes on. FOLDER may be an address of fsspec.
    Exit code 0: every session is in; 3: some files have no figures, see errors; 1: it was stopped or failed.
    """
    if workers and scheduler:
        raise click.UsageError("--workers and --scheduler: a cluster brings its own; give one of them")
    if "://" in output:
        raise click.BadParameter("the data set needs a folder of this computer", param_hint="--output")
    from analysis.batch.run import run_batch

    with _stop_on_signals() as stop, _crew(workers, scheduler) as crew, _shown() as tell:
        progress = run_batch(folders, Path(output), workers=crew, with_notes=with_notes, stop=stop, tell=tell)
    click.echo(_in_words(progress, output))
    if not progress.is_complete:
        click.echo("Stopped; what is done is kept. Run the same again to go on.", err=True)
        return STOPPED
    return SOME_FAILED if progress.failed else 0


def _in_words(progress: Progress, output: str) -> str:
    held = progress.unchanged + progress.done
    said = f"{held} of {progress.total} sessions, {progress.done} of them now"
    if progress.failed:
        said += f"; {progress.failed} without figures, see {Path(output, 'errors')}"
    return f"{said}. Data set: {output}"


@contextmanager
def _crew(workers: int | None, scheduler: str | None) -> Iterator[Workers]:
    from analysis.batch.workers import ClusterWorkers, ProcessWorkers

    if scheduler:
        cluster = ClusterWorkers(scheduler)
        try:
            yield cluster
        finally:
            cluster.close()
    else:
        with TemporaryDirectory(prefix="runtall-", ignore_cleanup_errors=True) as scratch:
            yield ProcessWorkers(workers or 0, scratch)


@contextmanager
def _stop_on_signals() -> Iterator[Callable[[], bool]]:
    """Lend what tells whether somebody asked to stop; a part that is being written is written first."""
    heard: list[int] = []
    numbers = [signal.SIGINT, signal.SIGTERM]
    before = [signal.signal(number, lambda got, _: heard.append(got)) for number in numbers]
    try:
        yield lambda: bool(heard)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _shown() -> Iterator[Callable[[Progress], None]]:
    """Lend what shows the progress on a terminal, with rate and time left; elsewhere nothing is shown."""
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("{task.fields[rate]}"),
        bars.TimeRemainingColumn(),
        bars.TextColumn("{task.fields[failed]}"),
    )
    with bars.Progress(*columns, console=Console(stderr=True)) as bar:
        line = bar.add_task("", total=None, rate="", failed="")

        def tell(progress: Progress) -> None:
            speed = bar.tasks[0].speed
            bar.update(
                line,
                total=progress.total,
                completed=progress.unchanged + progress.done,
                rate=f"{speed:.1f} a second" if speed else "",
                failed=f"{progress.failed} without figures" if progress.failed else "",
            )

        yield tell
