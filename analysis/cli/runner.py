"""Whose runs these are: the profile behind ``--runner``, and that of a session's runner."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.home import home_folder

if TYPE_CHECKING:
    from analysis.profile import Profile

DEFAULT_RUNNER = "default"
"""Stands for the runner of a home with only one; their sessions name nobody."""

_NAME = re.compile(r"[\w][\w-]{0,39}")


def runner_name(word: str) -> str:
    """Return the name of a runner as it stands in files: small letters; empty for the default runner.

    Raises
    ------
    click.BadParameter
        For a word that not every file system takes.
    """
    name = unicodedata.normalize("NFKC", word).strip().casefold()
    if not _NAME.fullmatch(name):
        raise click.BadParameter(
            f"{word[:40]!r} is no name for a file: take up to 40 letters, digits, - and _; "
            "the profile itself may hold any other",
            param_hint="--runner",
        )
    return "" if name == DEFAULT_RUNNER else name


def chosen_runner(ctx: click.Context) -> str:
    """Return the runner that ``--runner`` or ``RUNTALL_RUNNER`` names; empty for the default one."""
    word = (ctx.find_object(dict) or {}).get("runner")
    return runner_name(word) if word else ""


def profile_path(home: Path, runner: str) -> Path:
    """Return where a runner's profile lies, or will."""
    return home / "runners" / f"{runner}.toml" if runner else home / "profile.toml"


def load_profile(path: Path) -> Profile | None:
    """Return the profile in a file; None where there is none.

    Raises
    ------
    ProfileError
        For a file that cannot be read, or holds what cannot be true.
    """
    from analysis.profile import read_profile

    content = read_content(path)
    return None if content is None else read_profile(content, str(path))


def read_content(path: Path) -> bytes | None:
    """Return the bytes of a profile, no more than can be one; None where there is no file.

    Raises
    ------
    ProfileError
        Where something else lies there, or it cannot be read.
    """
    from analysis.errors import ProfileError
    from analysis.profile import LARGEST_BYTES

    try:
        if path.exists() and not path.is_file():
            raise ProfileError(f"{path}: no file; move away what lies there")
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ProfileError(
            f"{path}: cannot be read ({error.strerror}); let yourself read it, or move it away"
        ) from error


def chosen_profile(ctx: click.Context) -> Profile:
    """Return the profile of the chosen runner; the default runner needs none.

    Raises
    ------
    ProfileError
        For a runner of whom nothing is known, or as `load_profile`.
    """
    from analysis.errors import ProfileError
    from analysis.profile import Profile

    runner = chosen_runner(ctx)
    path = profile_path(home_folder(ctx), runner)
    profile = load_profile(path)
    if profile is None and runner:
        raise ProfileError(
            f"{path}: no such runner; make one with `runtall --runner {runner} profile --stature 172cm`"
        )
    return profile or Profile()


def profile_of_session(ctx: click.Context, session: Path) -> Profile:
    """Return the profile to read a session with: the chosen runner's, else that of its own runner.

    A runner who has no profile here is read by the numbers of everybody; so is a session that cannot be read,
    of which whoever analyses it will tell.

    Raises
    ------
    ProfileError
        For a profile that cannot be read.
    """
    from analysis.profile import Profile
    from sensor.errors import SessionFileError
    from sensor.session.context import RUNNER_KEY
    from sensor.session.info import read_info

    if chosen_runner(ctx):
        return chosen_profile(ctx)
    try:
        runner = runner_name(read_info(session).context.get(RUNNER_KEY) or DEFAULT_RUNNER)
    except (SessionFileError, click.BadParameter):
        return Profile()
    return load_profile(profile_path(home_folder(ctx), runner)) or Profile()


def runner_context(ctx: click.Context, profile: Profile) -> dict[str, Any]:
    """Return what a new session keeps of its runner."""
    from sensor.session.context import RUNNER_KEY, USUAL_SURFACE_KEY

    known = {
        RUNNER_KEY: chosen_runner(ctx),
        "stature_m": profile.stature_m,
        USUAL_SURFACE_KEY: profile.surface,
    }
    return {key: value for key, value in known.items() if value}
