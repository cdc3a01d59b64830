"""``runtall import``: IMU files of other tools and of sensors' memories become one session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.home import home_folder, in_new_place, new_session_path
from analysis.cli.quantities import (
    parse_acc_range_mps2,
    parse_distance_m,
    parse_gyr_range_radps,
    parse_pace_mps,
    parse_speed_mps,
    refuse_flying,
)
from analysis.cli.runner import chosen_profile, runner_context
from analysis.cli.track import give_track, read_track
from analysis.cli.working import reading
from sensor.text import printable

if TYPE_CHECKING:
    from sensor.importers.apps.column_names import Column
    from sensor.importers.imu_csv import ImuFile


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="PLACEMENT=FILE...")
@click.option(
    "--map",
    "column_map",
    metavar="time=T:ms,acc_x=AX:g,…",
    help="Which columns of a table hold what, and in which unit: s, ms, us, ns; mps2, g, mg; radps, dps.",
)
@click.option("--name", help="What to call the session; the first file's name if absent.")
@click.option("--distance", "distance_m", type=parse_distance_m, metavar="10km", help="How far you ran.")
@click.option("--speed", "speed_mps", type=parse_speed_mps, metavar="11km/h", help="How fast you ran.")
@click.option("--pace", "pace_mps", type=parse_pace_mps, metavar="5:30/km", help="How fast you ran.")
@click.option(
    "--track",
    "track_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take the distance from the FIT, GPX or TCX file of a watch or a phone.",
)
@click.option(
    "--range",
    "acc_range_mps2",
    type=parse_acc_range_mps2,
    metavar="16g",
    help="Range of the accelerometer, for files that do not tell it.",
)
@click.option(
    "--gyro-range",
    "gyr_range_radps",
    type=parse_gyr_range_radps,
    metavar="2000dps",
    help="Range of the gyroscope, for files that do not tell it.",
)
@click.option(
    "--started",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    metavar="'2025-05-31 07:30'",
    help="When the recording began (time_s was 0), local time; else as the files tell, or reckoned from the "
    "first file's date.",
)
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    column_map: str | None,
    name: str | None,
    distance_m: float | None,
    speed_mps: float | None,
    pace_mps: float | None,
    track_file: Path | None,
    acc_range_mps2: float | None,
    gyr_range_radps: float | None,
    started: datetime | None,
) -> None:
    """Import sensor files as one session.

    PLACEMENT is sternum (or chest), upper-back (or back), sacrum, waist or head, one of the first two at
    least. FILE is a table with the columns time_s, acc_x_mps2 to acc_z_mps2, gyr_x_radps to gyr_z_radps, or
    _g and _dps; a table of a logger whose columns say what they are, or --map does; what an app exported, as
    it is: Sensor Logger, phyphox, Movesense, Movella DOT, Polar Sensor Logger, WitMotion, MetaBase; or a
    recording from the memory of a Movesense, Capture2Go, Movella DOT or Polar Verity Sense. It is recognised
    by its content, and may be a zip, a folder, or files of one sensor joined by a plus sign (A.csv+G.csv).
    The gyroscope may be missing; the files of several sensors share the zero of their times. Prints the
    session's path.
    """
    paths = _paths(files)
    typed = _typed(distance_m=distance_m, speed_mps=speed_mps, pace_mps=pace_mps)
    of_runner = runner_context(ctx, chosen_profile(ctx))

    with reading(path for given in paths.values() for path in given):
        from sensor.importers.full_scale import with_typed_ranges
        from sensor.importers.imu_file import read_imu_file
        from sensor.importers.imu_session import session_start, write_imu_session

        columns = None if column_map is None else _columns(column_map)
        imu_files = {
            placement: with_typed_ranges(
                read_imu_file(*given, columns=columns),
                given[0],
                acc_range_mps2=acc_range_mps2,
                gyr_range_radps=gyr_range_radps,
            )
            for placement, given in paths.items()
        }
    lasted_s = max(float(file.time_s[-1] - file.time_s[0]) for file in imu_files.values())
    refuse_flying(distance_m, lasted_s)
    watch = None if track_file is None else read_track(track_file)
    start = session_start(imu_files)
    first_path, first_file = next(iter(paths.values()))[0], next(iter(imu_files.values()))
    began, source = _began(started, start.utc, path=first_path, file=first_file, zero_s=start.zero_s)
    session_name = name or first_path.stem

    def write(target: Path) -> Path:
        write_imu_session(
            target,
            imu_files,
            name=session_name,
            started_utc=began.isoformat(),
            zero_s=start.zero_s,
            context={**of_runner, **typed, "started_source": source},
            finish=None if watch is None else partial(give_track, watch=watch),
        )
        return target

    target = in_new_place(lambda: new_session_path(home_folder(ctx), session_name, began), write)
    for imu_file in imu_files.values():
        for notice in imu_file.notices:
            click.echo(printable(notice), err=True)
    if source == "file date":
        click.echo(
            f"Start time taken from the file's date ({began.astimezone():%Y-%m-%d %H:%M}). "
            "If wrong, use --started.",
            err=True,
        )
    click.echo(target)


def _paths(words: tuple[str, ...]) -> dict[str, tuple[Path, ...]]:
    """Split ``placement=FILE`` and ``placement=FILE+FILE`` words.

    Raises
    ------
    ImportFileError
        Without a file of a trunk sensor: there would be no report.
    """
    from sensor.errors import ImportFileError, UnknownSensorError
    from sensor.samples import TRUNK_PLACEMENTS, placement_of

    paths: dict[str, tuple[Path, ...]] = {}
    for word in words:
        typed, equals, file = word.partition("=")
        if not equals or not file:
            raise click.UsageError(f"{word!r} is not PLACEMENT=FILE; write for example sternum=chest.csv")
        try:
            placement = placement_of(typed)
        except UnknownSensorError as error:
            raise click.UsageError(str(error)) from error
        if placement in paths:
            raise click.UsageError(f"placement {placement} is given twice; one sensor per placement")
        paths[placement] = _files_in(file)
    if not paths.keys() & set(TRUNK_PLACEMENTS):
        raise ImportFileError(
            f"no trunk sensor among {', '.join(paths)}: posture is told from the trunk; "
            "give the file of a sensor worn as sternum (chest) or upper-back (back), too"
        )
    return paths


def _columns(text: str) -> tuple[Column, ...]:
    from sensor.importers.apps.column_map import parse_column_map

    try:
        return parse_column_map(text)
    except ValueError as error:
        raise click.UsageError(f"--map: {error}") from error


def _files_in(word: str) -> tuple[Path, ...]:
    """Return the files of one sensor: a name with a plus sign is a single file where there is one."""
    if "+" not in word or Path(word).exists():
        return (Path(word),)
    return tuple(Path(part) for part in word.split("+") if part)


def _typed(*, distance_m: float | None, speed_mps: float | None, pace_mps: float | None) -> dict[str, Any]:
    """Return what was typed about distance or speed, as context of the session."""
    given = [
        (key, value)
        for key, value in (
            ("typed_distance_m", distance_m),
            ("typed_speed_mps", speed_mps),
            ("typed_speed_mps", pace_mps),
        )
        if value is not None
    ]
    if len(given) > 1:
        raise click.UsageError("use only one of --distance, --speed and --pace: the one you know best")
    return dict(given)


def _began(
    typed: datetime | None, told: datetime | None, *, path: Path, file: ImuFile, zero_s: float
) -> tuple[datetime, str]:
    """Return when second 0 was, and how that is known: a file is last written at its last sample."""
    if typed is not None:
        # Files that tell the time of day have their zero in 1970, which nobody types.
        return typed.astimezone(UTC) + timedelta(seconds=0 if told else zero_s), "typed"
    if told is not None:
        return told, "time_s"
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return written - timedelta(seconds=float(file.time_s[-1]) - zero_s), "file date"
