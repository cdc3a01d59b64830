"""``runtall delete``: a session and all that was made of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from analysis.cli.completion import session_words
from analysis.cli.home import find_session, home_folder
from analysis.cli.text import tell
from sensor.text import printable

_GENERATOR = b'<meta name="generator" content="runtall '
_HEAD_BYTES = 4096


@click.command("delete")
@click.argument("session", shell_complete=session_words)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def command(ctx: click.Context, session: str, yes: bool) -> None:
    """Delete SESSION, its page beside it, and what the library keeps of it.

    SESSION is a path, a name, a date, `latest` or `latest-1`. Nothing brings it back. Of a link only the link
    goes. What you exported or wrote elsewhere stays.
    """
    home = home_folder(ctx)
    path = find_session(home, session)
    if not os.path.lexists(path):
        raise click.UsageError(f"{path}: there is no such file; see `runtall list`")
    page = _page_beside(path)
    if not yes:
        _ask(path, page)
    from analysis.library.library import Library
    from sensor.session.moving import remove_session

    remove_session(path)
    if page is not None:
        page.unlink()
    with Library.open(home, say=tell) as library:
        library.forget(path)
    tell(f"Deleted: {path}{' and its page' if page else ''}.")


def _ask(path: Path, page: Path | None) -> None:
    """Ask whether it shall go.

    Raises
    ------
    click.UsageError
        Where nobody can answer.
    click.Abort
        Where the answer is no.
    """
    if not sys.stdin.isatty():
        raise click.UsageError("nobody is there to be asked; add --yes to delete it without asking")
    confirm(path, page)


def confirm(path: Path, page: Path | None) -> None:
    """Ask, and end the command where the answer is no."""
    what = f"{printable(str(path))}{' and its page' if page else ''}"
    click.confirm(f"Delete {what}? Nothing brings it back.", abort=True, err=True)


def _page_beside(path: Path) -> Path | None:
    """Return the page that `report` wrote beside a session; a page of another program is left alone."""
    page = path.with_suffix(".html")
    try:
        with page.open("rb") as file:
            return page if not page.is_symlink() and _GENERATOR in file.read(_HEAD_BYTES) else None
    except OSError:
        return None
