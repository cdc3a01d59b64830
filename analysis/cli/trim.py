"""``runtall trim``: a session without the drive home; the recording itself stays whole."""

from __future__ import annotations

import math
from collections.abc import Sequence

import click

from analysis.cli.completion import session_words
from analysis.cli.home import find_session, home_folder
from analysis.cli.text import clock_text, parse_duration_s

LEAST_LEFT_S = 10.0
"""Less is no run."""

Marks = Sequence[tuple[int, str, str]]
"""(t_ns, kind, text) of what was pinned to a moment, in order of time."""


@click.command("trim")
@click.argument("session", shell_complete=session_words)
@click.option("--start", metavar="TIME|MARK", help="Cut what lies before.")
@click.option("--end", metavar="TIME|MARK", help="Cut what lies after.")
@click.option("--undo", is_flag=True, help="Let the whole session count again.")
@click.pass_context
def command(ctx: click.Context, session: str, start: str | None, end: str | None, undo: bool) -> None:
    """Cut the beginning or the end of SESSION for all figures; nothing of the recording is lost.

    TIME counts from the start of the recording: 5:00, 90s, 1:02:00. A MARK is a kind of mark that `runtall
    show` lists, such as lap: the first one for --start, the last one for --end, lap:2 for the second. A cut
    takes the place of an earlier one at the same end. Leave the standing before the run in: it is the zero of
    the angles. A distance you typed counts for what is left. The last line is the path of the session.
    """
    if undo == (start is not None or end is not None):
        raise click.UsageError("give --start or --end, or --undo alone")

    from sensor.session.edit import amend_session
    from sensor.session.info import read_info, read_marks
    from sensor.session.trim import TRIM_END, TRIM_START, UNCUT, Trim
    from sensor.units import NS_PER_S

    path = find_session(home_folder(ctx), session)
    info, marks = read_info(path), read_marks(path)
    trim = (
        UNCUT
        if undo
        else Trim(
            info.trim.start_s if start is None else _moment_s(start, marks, last=False),
            info.trim.end_s if end is None else _moment_s(end, marks, last=True),
        )
    )
    _refuse_little(trim.lasting_s(info.duration_s), info.duration_s)
    with amend_session(path) as rows:
        for kind, at_s in ((TRIM_START, trim.start_s), (TRIM_END, trim.end_s)):
            rows.remove_marks(kind)
            if math.isfinite(at_s):
                rows.mark(round(at_s * NS_PER_S), kind)
    click.echo(
        f"{clock_text(trim.lasting_s(info.duration_s))} of {clock_text(info.duration_s)} count.", err=True
    )
    click.echo(path)


def _refuse_little(left_s: float, session_s: float) -> None:
    if left_s < min(LEAST_LEFT_S, session_s):
        raise click.UsageError(
            f"that leaves {left_s:.0f} s of a session of {clock_text(session_s)}; times count from its start"
        )


def _moment_s(word: str, marks: Marks, *, last: bool) -> float:
    """Return what a word means, s from the start of the session.

    Raises
    ------
    click.BadParameter
        For a word that is no time, and no mark of this session.
    """
    kind, _, number = word.partition(":")
    found = [t_ns / 1e9 for t_ns, known, _ in marks if known.casefold() == kind.strip().casefold()]
    if found and not number:
        return found[-1 if last else 0]
    if found and number.isdecimal() and 0 < int(number) <= len(found):
        return found[int(number) - 1]
    try:
        return parse_duration_s(word)
    except click.BadParameter:
        kinds = ", ".join(sorted({known for _, known, _ in marks})) or "none"
        raise click.BadParameter(
            f"{word[:40]!r} is neither a time, such as 5:00, nor a mark of this session; marks are: {kinds}"
        ) from None
