"""``runtall list``: the recorded sessions, newest first."""

from __future__ import annotations

from pathlib import Path

import click

from analysis.cli.home import home_folder, list_session_paths, sessions_folder
from analysis.cli.text import clock_text, local_start, shortened, text_table
from sensor.text import printable

NAME_WIDTH = 40
"""Columns of a terminal for a session's name; one long name would widen every row."""

HEADER = ("NAME", "DATE", "DURATION", "SENSORS", "SIZE", "FILE")


@click.command("list")
@click.pass_context
def command(ctx: click.Context) -> None:
    """List the recorded sessions, newest first."""
    home = home_folder(ctx)
    entries = sorted(map(_entry, list_session_paths(home)), reverse=True)
    if not entries:
        click.echo(f"No sessions in {sessions_folder(home)} yet: record or import makes one.", err=True)
        return
    click.echo(text_table(HEADER, [row for _, row in entries]))


def _entry(path: Path) -> tuple[float, tuple[str, ...]]:
    """Return when a session began, s since 1970, and its row; a broken file counts by its own date."""
    from sensor.errors import SessionFileError
    from sensor.session.info import read_info

    status = path.lstat()
    size = f"{status.st_size / 1e6:.1f} MB" if status.st_size >= 1e6 else f"{status.st_size / 1e3:.0f} kB"
    try:
        info = read_info(path)
    except SessionFileError as error:
        reason = str(error).removeprefix(f"{path}: ")
        return status.st_mtime, ("(broken)", "-", "-", "-", size, f"{path.name}: {reason}")
    started = local_start(info.started_utc)
    sensors = ", ".join(sensor.placement for sensor in info.sensors) or "none"
    name = shortened(printable(info.name), NAME_WIDTH) + " (simulated)" * info.simulated
    date = f"{started:%Y-%m-%d %H:%M}" if started else "-"
    since_s = started.timestamp() if started else status.st_mtime
    return since_s, (name, date, clock_text(info.duration_s), sensors, size, path.name)
