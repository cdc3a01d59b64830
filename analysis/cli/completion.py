"""``runtall completion``, and the words a shell offers in place of a session."""

from __future__ import annotations

import re
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from analysis.cli.home import platform_home
from analysis.library.places import list_session_paths

VARIABLE = "_RUNTALL_COMPLETE"
"""By which a shell asks the program for words; click derives the same from its name."""

_PLAIN = re.compile(r"[\w.-]+")


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print what makes your shell complete commands, options and sessions.

    For example in ~/.bashrc: eval "$(runtall completion bash)"
    """
    made = get_completion_class(shell)
    if made is None:
        raise click.ClickException(f"{shell}: this version of click does not know it; update click")
    # click asks bash for its version while it writes; only the text of the template is wanted here.
    told = made(ctx.find_root().command, {}, "runtall", VARIABLE)
    click.echo(told.source_template % told.source_vars())


def session_words(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the sessions that begin with what was typed, ``latest`` and the newest first; opens no file."""
    chosen = ctx.find_root().params.get("home")
    paths = list_session_paths(Path(chosen) if chosen else platform_home())
    # A name with anything else in it is nothing to write into a shell.
    stems = [path.stem for path in reversed(paths) if _PLAIN.fullmatch(path.stem)]
    words = ["latest", *stems] if stems else []
    offered = [CompletionItem(word) for word in words if word.startswith(incomplete)]
    return offered or [CompletionItem(incomplete, type="file")]
