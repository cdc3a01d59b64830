"""``runtall show``: what one session holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from analysis.cli.completion import session_words
from analysis.cli.home import find_session, home_folder
from analysis.cli.text import clock_text, local_start, text_table
from sensor.session.context import REMARKS_KEY
from sensor.text import printable

if TYPE_CHECKING:
    from sensor.samples import Recording, SensorRecording


@click.command("show")
@click.argument("session", default="latest", shell_complete=session_words)
@click.pass_context
def command(ctx: click.Context, session: str) -> None:
    """Show what one session holds: sensors, gaps, marks and what happened to the links.

    SESSION is a path, a name, a date, `latest` (the default) or `latest-1`.
    """
    from sensor.session.info import read_info
    from sensor.session.reader import read_recording

    path = find_session(home_folder(ctx), session)
    shown = (*sections(read_recording(path)), _earlier(read_info(path).earlier))
    click.echo("\n\n".join(section for section in shown if section))


def sections(recording: Recording) -> Iterator[str]:
    """Return the parts of the page, in order; empty where there is nothing to show."""
    yield _facts(recording)
    yield _sensors(recording)
    yield _gaps(recording)
    yield _table(("TIME", "MARK", "TEXT"), [(_at(m.time_s), m.kind, m.text) for m in recording.marks])
    yield _table(
        ("TIME", "SENSOR", "EVENT", "DETAIL"),
        [(_at(e.time_s), e.placement or "-", e.kind, e.detail) for e in recording.events],
    )


def _facts(recording: Recording) -> str:
    started = local_start(recording.started_utc)
    facts = {
        "Name": recording.name,
        "File": str(recording.path),
        "Started": f"{started:%Y-%m-%d %H:%M:%S}" if started else "",
        "Duration": clock_text(recording.duration_s),
        "Runner": "simulated" if recording.simulated else "",
        "Tracks": ", ".join(f"{track.quantity} ({track.source})" for track in recording.tracks),
        **{
            _label(key): _told(value)
            for key, value in recording.context.items()
            # They stand among the marks.
            if key != REMARKS_KEY
        },
    }
    width = max(map(len, facts)) + 2
    lines = [f"{printable(name) + ':':<{width}}{printable(value)}" for name, value in facts.items() if value]
    return "\n".join([*lines, *map(printable, recording.notices)])


def _label(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _earlier(earlier: Mapping[str, tuple[object, ...]]) -> str:
    """Return what was noted before and has been replaced, oldest first."""
    rows = [(_label(key), _told(value) or "none") for key, values in earlier.items() for value in values]
    return _table(("NOTED BEFORE", "VALUE"), rows)


def _sensors(recording: Recording) -> str:
    header = ("SENSOR", "KIND", "NAME", "SAMPLES", "RATE", "SEGMENTS", "GAPS", "MISSING", "BATTERY")
    return _table(header, [_sensor_row(sensor) for sensor in recording.sensors])


def _sensor_row(sensor: SensorRecording) -> tuple[str, ...]:
    missing_s = sum(gap.end_s - gap.start_s for gap in sensor.gaps)
    samples = len(sensor.time_s)
    steps = samples - 1 - len(sensor.gaps)
    present_s = float(sensor.time_s[-1] - sensor.time_s[0]) - missing_s if samples else 0.0
    return (
        sensor.placement,
        sensor.device,
        sensor.name,
        str(samples),
        f"{steps / present_s:.1f}/s" if present_s > 0 else "-",
        str(len(sensor.segment_start)),
        str(len(sensor.gaps)),
        f"{missing_s:.1f} s",
        "-" if sensor.battery_pct is None else f"{sensor.battery_pct} %",
    )


def _gaps(recording: Recording) -> str:
    gaps = [(gap, sensor.placement) for sensor in recording.sensors for gap in sensor.gaps]
    return _table(
        ("TIME", "SENSOR", "GAP", "REASON"),
        [
            (_at(gap.start_s), placement, f"{gap.end_s - gap.start_s:.2f} s", gap.reason)
            for gap, placement in sorted(gaps, key=lambda found: found[0].start_s)
        ],
    )


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return text_table(header, rows) if rows else ""


def _at(time_s: float) -> str:
    return clock_text(max(0.0, time_s))
