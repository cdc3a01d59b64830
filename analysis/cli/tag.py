"""``runtall tag``: words to find sessions by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from analysis.cli.completion import session_words
from analysis.cli.home import find_session, home_folder

MOST_TAGS, LONGEST_TAG = 50, 40
"""More and longer ones nobody types."""


@click.command("tag")
@click.argument("session", shell_complete=session_words)
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option(
    "--remove", "removed", multiple=True, metavar="WORD", help="Take WORD away; repeat for several."
)
@click.pass_context
def command(ctx: click.Context, session: str, words: tuple[str, ...], removed: tuple[str, ...]) -> None:
    """Tag SESSION with each WORD; `runtall list --tag WORD` finds it again.

    SESSION is a path, a name, a date, `latest` or `latest-1`. Capital letters do not matter. The last line is
    the path of the session.
    """
    if not words and not removed:
        raise click.UsageError("give a WORD, or --remove WORD")

    from sensor.session.context import TAGS_KEY, tags_of
    from sensor.session.edit import amend_session
    from sensor.session.info import read_info

    path = find_session(home_folder(ctx), session)
    tags = changed_tags(tags_of(read_info(path).context), added=words, removed=removed)
    with amend_session(path) as rows:
        if tags:
            rows.set_context(TAGS_KEY, tags)
        else:
            rows.forget_context(TAGS_KEY)
    click.echo(f"Tagged: {', '.join(tags) or 'with nothing'}.", err=True)
    click.echo(path)


def changed_tags(tags: Sequence[str], *, added: Iterable[str], removed: Iterable[str]) -> list[str]:
    """Return tags with some added and some taken away, each once, whatever its capital letters.

    Raises
    ------
    click.BadParameter
        For a tag that is empty or too long, one to take away that is not there, and too many.
    """
    kept = {tag.casefold(): tag for tag in tags}
    for word in removed:
        if kept.pop(word.strip().casefold(), None) is None:
            raise click.BadParameter(f"{word[:LONGEST_TAG]!r} is no tag of it", param_hint="--remove")
    for word in added:
        tag = " ".join(word.split())
        if not 0 < len(tag) <= LONGEST_TAG:
            raise click.BadParameter(f"{tag[:LONGEST_TAG]!r}: a tag has 1 to {LONGEST_TAG} letters")
        kept.setdefault(tag.casefold(), tag)
    if len(kept) > MOST_TAGS:
        raise click.BadParameter(f"{len(kept)} tags; a session has {MOST_TAGS} at most")
    return list(kept.values())
