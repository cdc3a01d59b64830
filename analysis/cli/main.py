"""``runtall``: the commands, each loaded only when it is called."""

from __future__ import annotations

import importlib
import io
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.memory import is_out_of_memory, spare_the_computer

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "scan": ("analysis.cli.scan", "List the sensors in reach."),
    "record": ("analysis.cli.record.command", "Record a run from one or more sensors."),
    "download": ("analysis.cli.download.command", "Fetch a run that a sensor recorded on its own."),
    "import": ("analysis.cli.import_", "Import sensor files from other tools."),
    "list": ("analysis.cli.list_", "List the recorded sessions."),
    "show": ("analysis.cli.show", "Show what one session holds."),
    "note": ("analysis.cli.note", "Add distance, surface, shoes, pain or notes to a session."),
    "track": ("analysis.cli.track", "Take the distance from a watch's file: FIT, GPX or TCX."),
    "profile": ("analysis.cli.profile", "Show or change your stature, thresholds, unit and usual sensors."),
    "report": ("analysis.cli.report", "Write the posture report of a session."),
    "export": ("analysis.cli.export", "Write a session for other programs, or into the watch's file."),
    "baseline": ("analysis.cli.baseline", "Show what is usual for you, from earlier runs."),
    "history": ("analysis.cli.history", "Show your runs over time."),
    "rename": ("analysis.cli.rename", "Give a session another name."),
    "tag": ("analysis.cli.tag", "Give a session words to find it by."),
    "trim": ("analysis.cli.trim", "Cut the beginning or end of a session, or take that back."),
    "move": ("analysis.cli.move", "Move a session to another folder or file."),
    "delete": ("analysis.cli.delete", "Delete a session and what was made of it."),
    "library": ("analysis.cli.library", "Make what is known of all sessions anew."),
    "compare": ("analysis.cli.compare", "Compare sessions."),
    "batch": ("analysis.cli.batch", "Sum up many sessions into one data set."),
    "cohort": ("analysis.cli.cohort", "Show all runners of a data set on one page."),
    "sit": ("analysis.cli.sit.command", "See how you sit at the desk, and be told to get up."),
    "doctor": ("analysis.cli.doctor.command", "Check Bluetooth and sensors, and say what to do."),
    "demo": (
        "analysis.cli.demo.command",
        "See it work without a sensor: a virtual runner, recorded and reported.",
    ),
    "completion": ("analysis.cli.completion", "Let your shell complete commands and sessions."),
}
"""Command name: (module, one line of help). The module's ``command`` is the click command."""

EXPECTED_FAILURE = 1

LONGEST_LINE = 1000
"""Letters of an error that are shown: a path or a value in it may be of any length."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order a runner meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer commands from the table, and the group's own options, without importing any of them."""
        from click.shell_completion import CompletionItem

        names = [(name, text) for name, (_, text) in COMMANDS.items() if name.startswith(incomplete)]
        offered = [CompletionItem(name, help=text) for name, text in names]
        return offered + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, so that ``--help`` imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home", type=click.Path(file_okay=False), envvar="RUNTALL_HOME", help="Where sessions are kept."
)
@click.option(
    "--runner",
    metavar="NAME",
    envvar="RUNTALL_RUNNER",
    help="Whose profile and runs, where several share a home.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
@click.version_option(package_name="runtall")
@click.pass_context
def cli(ctx: click.Context, home: str | None, runner: str | None, debug: bool) -> None:
    """Record a run with a motion sensor and see where your posture slouched."""
    ctx.obj = {"home": home, "runner": runner, "debug": debug}


@contextmanager
def _ending_on_request() -> Iterator[None]:
    """Let the system's request to end do what Ctrl-C does, until a command has an answer of its own."""

    def abort(*_: object) -> None:
        raise click.Abort

    before = signal.signal(signal.SIGTERM, abort)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _is_expected(error: BaseException) -> bool:
    """Tell an expected failure from a bug, without importing anything the command did not.

    What the system refuses (no room, no permission, no memory) is no bug either.
    """
    names = {(c.__module__, c.__name__) for c in type(error).__mro__}
    expected = {("sensor.errors", "SensorError"), ("analysis.errors", "AnalysisError")}
    return isinstance(error, OSError) or is_out_of_memory(error) or bool(names & expected)


def _one_line(error: BaseException) -> str:
    """Return what an error says as one line that a terminal can show."""
    from sensor.text import printable

    said = str(error)
    if isinstance(error, ImportError) and is_out_of_memory(error):
        said = "not enough memory to begin with; end other programs, or raise the limit (ulimit -v)"
    elif is_out_of_memory(error):
        said = f"not enough memory ({said or 'none left'}); end other programs, or take a shorter session"
    line = printable(" ".join(said.split()))
    return line if len(line) <= LONGEST_LINE else line[:LONGEST_LINE] + "…"


def main(argv: list[str] | None = None) -> None:
    """Run the command line; expected failures become one line on stderr and exit code 1."""
    arguments = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Names hold any letter there is; where a terminal or file lacks one, it shows a question mark.
            stream.reconfigure(errors="replace")
    spare_the_computer()
    try:
        with _ending_on_request():
            result: Any = cli.main(args=arguments, prog_name="runtall", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(EXPECTED_FAILURE)
    except Exception as error:
        if "--debug" in arguments or not _is_expected(error):
            raise
        click.echo(f"runtall: {_one_line(error)}", err=True)
        sys.exit(EXPECTED_FAILURE)
    sys.exit(result if isinstance(result, int) else 0)


if __name__ == "__main__":
    main()
