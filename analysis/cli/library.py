"""``runtall library``: what is known of all sessions, made anew."""

from __future__ import annotations

import click

from analysis.cli.home import home_folder
from analysis.cli.list_ import analysis_bar
from analysis.cli.text import tell


@click.group("library")
def command() -> None:
    """What is known of all sessions: an index and kept reports, all of which can be made again."""


@command.command("rebuild")
@click.pass_context
def rebuild(ctx: click.Context) -> None:
    """Analyse every session anew, whatever is known of it, and forget those whose files are gone.

    Sessions whose content changed although size and time of the file did not are named. Stopping it loses
    nothing: what was done is done.
    """
    from analysis.library.library import Library

    with Library.open(home_folder(ctx), say=tell, progress=analysis_bar) as library:
        entries = library.rebuild()
    without = [entry for entry in entries if entry.trouble]
    for entry in without:
        tell(f"{entry.path.name}: {entry.trouble}")
    click.echo(f"{len(entries) - len(without)} of {len(entries)} sessions have a report.")
