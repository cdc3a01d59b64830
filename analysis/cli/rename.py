"""``runtall rename``: another name for a session; its file stays where it is."""

from __future__ import annotations

import click

from analysis.cli.completion import session_words
from analysis.cli.home import find_session, home_folder


@click.command("rename")
@click.argument("session", shell_complete=session_words)
@click.argument("name")
@click.pass_context
def command(ctx: click.Context, session: str, name: str) -> None:
    """Give SESSION another NAME, as lists and pages show it.

    SESSION is a path, a name, a date, `latest` or `latest-1`. The file keeps its name, and with it what lies
    beside it; `runtall move` changes that. The last line is the path of the session.
    """
    if not name.strip():
        raise click.BadParameter("a session needs a name of at least one letter", param_hint="NAME")

    from sensor.session.edit import amend_session

    path = find_session(home_folder(ctx), session)
    with amend_session(path) as rows:
        rows.set_meta("name", name.strip())
    click.echo("Renamed; the file keeps its name.", err=True)
    click.echo(path)
