"""``runtall record``: record a run from one or more sensors."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.calibrations import kept_calibrations
from analysis.cli.home import home_folder, new_session_path
from analysis.cli.runner import chosen_profile, chosen_runner, runner_context
from analysis.cli.sensor_args import NO_SENSOR, parse_plan
from analysis.cli.text import parse_duration_s, tell_aside

if TYPE_CHECKING:
    from analysis.cli.record.live import PostureLine
    from analysis.cli.record.live_line import LiveLine
    from analysis.cli.record.live_setup import LiveOptions
    from analysis.cli.record.posture_feed import PostureFeed
    from analysis.cli.record.recording import Recorded, RecordOptions
    from analysis.profile import Profile
    from sensor.link.radio import Radio
    from sensor.recorder import RecordingPlan
    from sensor.recorder.following import Follow
    from sensor.recorder.unattended import UnattendedOptions

VIRTUAL_RUN_S = 3600.0
"""How long the simulated runner runs where no duration is given."""

SPARE_S = 120.0
"""How much longer than asked for the simulated runner could go on."""

STILL_S = 600.0
"""How long nothing moves before a session without a runner at the keyboard ends, where not told."""

VIRTUAL_OUTING_S = 180.0
"""How long the simulated runner is out where a session ends by itself."""

LOG_INTERVAL_S = 600.0
"""How often a service's log is told how a recording is doing."""


@click.command("record")
@click.option(
    "--sensor",
    "requests",
    multiple=True,
    metavar="PLACEMENT=NAME",
    help="Where a sensor is worn and its name (see `runtall scan`); repeat for several. Without it those of "
    "your profile are recorded. sternum=virtual records a simulated runner; see `runtall scan --virtual` for "
    "others.",
)
@click.option(
    "--beside",
    "beside",
    multiple=True,
    metavar="NAME",
    help="A heart-rate strap, foot pod or treadmill to record beside the sensors; repeat for several. "
    "virtual, with a simulated runner, is a foot pod.",
)
@click.option(
    "--duration",
    "duration_s",
    type=parse_duration_s,
    metavar="TIME",
    help="End after this much running, as in 30min or 1:20:00.",
)
@click.option("--name", default="run", show_default=True, help="What to call the session.")
@click.option(
    "--no-guide", "--yes", "no_guide", is_flag=True, help="Begin at once, without standing and bow."
)
@click.option("--no-questions", is_flag=True, help="Ask nothing at the end.")
@click.option(
    "--wait",
    "waits",
    is_flag=True,
    help="Keep running and record every session by itself, without a guide: print its path, wait again. "
    "For small boards.",
)
@click.option(
    "--still",
    "still_s",
    type=parse_duration_s,
    metavar="TIME",
    help="With --wait: end a session after this long without movement or sensor.  [default: 10min]",
)
@click.option(
    "--led",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="With --wait: a light as /sys/class/leds/ACT, or a file for the word waiting, recording, trouble or "
    "stopped.",
)
@click.option(
    "--live",
    "is_live",
    is_flag=True,
    help="Show while you run how you stand against your usual: a number, a word, the last kilometre.",
)
@click.option(
    "--web",
    "reach",
    is_flag=False,
    flag_value="here",
    type=click.Choice(["here", "lan"]),
    help="Show the same as a page: in a browser of this computer, or with --web=lan on a phone in the same "
    "network, whose address a QR code tells. Needs the extra [web].",
)
@click.option(
    "--cues",
    "has_cues",
    is_flag=True,
    help="Remind you while you run when you have slouched for a while, as [cues] of your profile says.",
)
@click.pass_context
def command(
    ctx: click.Context,
    requests: tuple[str, ...],
    beside: tuple[str, ...],
    duration_s: float | None,
    name: str,
    no_guide: bool,
    no_questions: bool,
    waits: bool,
    still_s: float | None,
    led: Path | None,
    is_live: bool,
    reach: str | None,
    has_cues: bool,
) -> None:
    """Record a run.

    Press m or the space bar to mark a lap, Ctrl-C when you are back; you then stand still once more. Ctrl-C
    again ends at once. The last line on stdout is the path of the session; then a few things are asked that
    no sensor knows. Without a terminal there is no guide, no lap and no question, and Ctrl-C ends at once.

    With --wait there is no end: whenever a sensor appears, a session begins, and when nothing has moved for
    10 min, or all sensors have been gone for so long, it ends and its path is printed. Sensors left lying
    begin the next one when they are moved.
    """
    is_live = is_live or reach is not None
    _refuse_misfits(waits=waits, duration_s=duration_s, still_s=still_s, led=led, is_live=is_live)
    home, profile = home_folder(ctx), chosen_profile(ctx)
    plan, is_simulated = parse_plan(*devices(requests, beside, profile))
    parsed = replace(plan, calibrated=kept_calibrations(home, tell_aside)), is_simulated
    context = runner_context(ctx, profile)
    if not waits:
        context |= _sat_before(ctx, is_simulated=is_simulated)
    shown = partial(_live_options, home, profile, context=context)
    cues = _cues(shown(reach=None), parsed) if has_cues else None

    def new_path(started: datetime) -> Path:
        return new_session_path(home, name, started)

    if waits:
        unattended = _unattended_options(parsed, name=name, still_s=still_s or STILL_S, context=context)
        asyncio.run(_wait(replace(unattended, follow=cues and cues(feed=None)), new_path, led))
    else:
        options = _record_options(
            parsed, duration_s=duration_s, name=name, is_guided=not no_guide, context=context
        )
        live = shown(reach=reach) if is_live else None
        recorded = asyncio.run(_record(options, new_path, live=live, cues=cues))
        click.echo(recorded.path)
        if not (no_questions or recorded.is_dismissed):
            _ask(recorded.path, profile, known=context)
        _tell_what_next(ctx, home)


def _sat_before(ctx: click.Context, *, is_simulated: bool) -> dict[str, float]:
    """Return what the run that begins keeps of the sitting before it."""
    from analysis.cli.sit.kept import sat_before

    return sat_before(
        home_folder(ctx),
        chosen_runner(ctx),
        now=datetime.now(UTC),
        is_simulated=is_simulated,
        tell=tell_aside,
    )


def devices(
    requests: tuple[str, ...], beside: tuple[str, ...], profile: Profile
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what to record and what beside it: as typed, or all that is usual where no sensor was typed."""
    if requests:
        return requests, beside
    if not profile.sensors:
        raise click.UsageError(NO_SENSOR)
    return tuple(f"{place}={name}" for place, name in profile.sensors), beside or profile.beside


def _ask(session: Path, profile: Profile, known: Mapping[str, object]) -> None:
    from analysis.cli.record.live_line import nobody_may_listen
    from analysis.cli.record.questions import ask, may_ask

    if may_ask():
        with nobody_may_listen():
            ask(session, known={*known, *(["surface"] if profile.surface else [])})


def _refuse_misfits(
    *, waits: bool, duration_s: float | None, still_s: float | None, led: Path | None, is_live: bool
) -> None:
    if waits and duration_s is not None:
        raise click.UsageError("--wait ends a session when nothing moves: say --still, not --duration")
    if waits and is_live:
        raise click.UsageError("--live and --web show one recording: leave out --wait")
    if not waits and (still_s is not None or led is not None):
        raise click.UsageError("--still and --led belong to --wait")


def _tell_what_next(ctx: click.Context, home: Path) -> None:
    from analysis.cli.record.live_line import nobody_may_listen

    source = ctx.find_root().get_parameter_source("home")
    is_typed = source is click.core.ParameterSource.COMMANDLINE
    where = f"--home {shlex.quote(str(home))} " if is_typed else ""
    with nobody_may_listen():
        click.echo(f"To see it: runtall {where}report --open", err=True)


async def _record(
    options: RecordOptions,
    new_path: Callable[[datetime], Path],
    *,
    live: LiveOptions | None,
    cues: Callable[..., Follow] | None,
) -> Recorded:
    from analysis.cli.record.recording import record

    run_s = (options.duration_s or VIRTUAL_RUN_S) + SPARE_S
    with _line(options, live) as (line, posture, feed):
        options = replace(options, follow=cues and cues(feed=feed))
        if options.is_simulated and options.is_guided:
            from analysis.cli.virtual_sensors import guided_virtual_runner

            async with guided_virtual_runner(options.plan, run_s) as (radio, hear):
                return await record(
                    options, radio, new_path=new_path, line=line, on_step=hear, posture=posture
                )
        async with _radio(options.plan, options.is_simulated, run_s) as radio:
            return await record(options, radio, new_path=new_path, line=line, posture=posture)


@contextmanager
def _line(
    options: RecordOptions, live: LiveOptions | None
) -> Iterator[tuple[LiveLine, PostureLine | None, PostureFeed | None]]:
    """Return where to talk; where it shows posture the same once more, and what that is told by."""
    if live is None:
        from analysis.cli.record.live_line import live_line

        with live_line() as line:
            yield line, None, None
        return
    from analysis.cli.record.live_setup import posture_line

    with posture_line(live, options.plan, is_simulated=options.is_simulated) as (posture, feed):
        yield posture, posture, feed


async def _wait(options: UnattendedOptions, new_path: Callable[[datetime], Path], led: Path | None) -> None:
    from analysis.cli.record.live_line import live_line, nobody_may_listen
    from analysis.cli.record.status_led import StatusLed
    from analysis.cli.record.unattended_status import UnattendedStatus
    from analysis.cli.stop_signals import on_signals
    from sensor.recorder.unattended import AutoRecorder

    def tell(what: object, **how: Any) -> None:
        with nobody_may_listen():
            click.echo(what, **how)

    def say(text: str) -> None:
        tell(text, err=True)

    async with _radio(options.plan, options.is_simulated, VIRTUAL_OUTING_S) as radio:
        status = UnattendedStatus(
            StatusLed(led, say), make_line=lambda: live_line(LOG_INTERVAL_S), say=say, finished=tell
        )
        supervisor = AutoRecorder(options, radio, new_path, sink=status)
        on_signals(supervisor.leave, supervisor.leave)
        await supervisor.run()


@asynccontextmanager
async def _radio(plan: RecordingPlan, is_simulated: bool, run_s: float) -> AsyncIterator[Radio]:
    """Open the radio the plan's sensors are on; a simulated runner is out for ``run_s``."""
    from sensor.link.radio import Radio

    if not is_simulated:
        yield Radio()
        return
    from analysis.cli.virtual_sensors import virtual_runner

    async with virtual_runner(plan, run_s) as radio:
        yield radio


def _record_options(
    parsed: tuple[RecordingPlan, bool],
    *,
    duration_s: float | None,
    name: str,
    is_guided: bool,
    context: Mapping[str, object],
) -> RecordOptions:
    from analysis.cli.record.recording import RecordOptions

    plan, is_simulated = parsed
    has_terminal = sys.stdin.isatty()
    return RecordOptions(
        plan=plan,
        name=name,
        duration_s=duration_s,
        is_guided=is_guided and has_terminal,
        is_simulated=is_simulated,
        has_keys=has_terminal,
        context=context,
    )


def _live_options(
    home: Path, profile: Profile, *, reach: str | None, context: Mapping[str, object]
) -> LiveOptions:
    from analysis.cli.record.live_page import Reach
    from analysis.cli.record.live_setup import LiveOptions

    return LiveOptions(home, profile, Reach(reach) if reach else None, context)


def _cues(options: LiveOptions, parsed: tuple[RecordingPlan, bool]) -> Callable[..., Follow]:
    """Return what makes cues of a feed, or of one of their own."""
    from analysis.cli.record.cueing import cues_for

    plan, is_simulated = parsed
    return partial(cues_for, options, plan, is_simulated=is_simulated)


def _unattended_options(
    parsed: tuple[RecordingPlan, bool], *, name: str, still_s: float, context: Mapping[str, object]
) -> UnattendedOptions:
    from sensor.recorder.unattended import UnattendedOptions

    plan, is_simulated = parsed
    return UnattendedOptions(plan, name, still_s, is_simulated, context)
