"""``runtall compare``: two or more runs side by side."""

from __future__ import annotations

from pathlib import Path

import click

from analysis.cli.home import find_session, home_folder


@click.command("compare")
@click.argument("sessions", nargs=-1, required=True, metavar="SESSION SESSION...")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write JSON too.")
@click.pass_context
def command(ctx: click.Context, sessions: tuple[str, ...], json_file: Path | None) -> None:
    """Compare sessions with the first of them.

    Tells what is comparable and why not, the difference in lean at matched speed with its interval, and the
    differences per kilometre. A SESSION is a path, a name, a date, latest, or latest-1.
    """
    if len(sessions) < 2:
        raise click.UsageError("compare needs two or more sessions; see `runtall list`")
    from analysis.comparison.as_json import to_json
    from analysis.comparison.compare import compare
    from analysis.comparison.text import render
    from analysis.config import AnalysisConfig
    from analysis.errors import OutputError
    from analysis.pipeline import analyse_session

    config = AnalysisConfig()
    home = home_folder(ctx)
    paths = [find_session(home, word) for word in sessions]
    comparison = compare([analyse_session(path, config) for path in paths], config.comparison)
    click.echo(render(comparison), nl=False)
    if json_file is not None:
        try:
            json_file.write_text(to_json(comparison), encoding="utf-8")
        except OSError as error:
            raise OutputError(
                f"{json_file}: cannot be written ({error.strerror}); choose another --json"
            ) from error
