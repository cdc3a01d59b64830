"""``runtall move``: a session to another folder or file."""

from __future__ import annotations

import os
from pathlib import Path

import click

from analysis.cli.completion import session_words
from analysis.cli.home import find_session, home_folder
from analysis.cli.text import tell


@click.command("move")
@click.argument("session", shell_complete=session_words)
@click.argument("target", type=click.Path(path_type=Path), metavar="FOLDER|FILE")
@click.pass_context
def command(ctx: click.Context, session: str, target: Path) -> None:
    """Move SESSION into a FOLDER that is there, or to a new FILE that ends in .runtall.

    Nothing is overwritten, and other disks will do. Outside of the folder of your sessions it is no longer in
    `runtall list`, and still works by its path. The last line is the new path.
    """
    from analysis.library.library import Library
    from analysis.library.places import file_in_home
    from sensor.session.moving import move_session

    home = home_folder(ctx)
    path = find_session(home, session)
    new = _place(target, path)
    move_session(path, new)
    if file_in_home(home, path) is not None and file_in_home(home, new) is None:
        with Library.open(home, say=tell) as library:
            library.forget(path)
    click.echo(new)


def _place(target: Path, path: Path) -> Path:
    """Return the new path of a session.

    Raises
    ------
    click.BadParameter
        For a folder that is not there, and a file whose name is no session's.
    """
    from sensor.session.schema import SUFFIX

    if target.is_dir():
        return target / path.name
    if target.suffix != SUFFIX:
        raise click.BadParameter(
            f"{os.fspath(target)[:200]}: no such folder; make it first, or name a file that ends in {SUFFIX}",
            param_hint="FOLDER|FILE",
        )
    if not target.parent.is_dir():
        raise click.BadParameter(f"{target.parent}: no such folder; make it first", param_hint="FOLDER|FILE")
    return target
