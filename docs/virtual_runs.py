"""Runs of a virtual runner for the gallery: what a person would bring home, and the command to read it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from sensor.virtual.devices.watch import WatchHabits, watch_file
from sensor.virtual.runner.plan import PosturePoint, RunPlan, Worn, bow, run, stand
from sensor.virtual.runner.scenarios import EVERYDAY
from sensor.virtual.runner.simulation import VirtualRun, simulate
from tests.support.csv_export import write_imu_csv

_HELD = tempfile.TemporaryDirectory(prefix="runtall-gallery-")
FOLDER = Path(_HELD.name)
"""Where all of it lies until the end; its name is not shown."""

USUAL_DEG, FOLDED_DEG = 7.5, 14.0
SHOWN_COLUMNS = 70
NO_BREAK = "\N{NO-BREAK SPACE}"


def wear(
    name: str, *, tall_until_km: float, minutes: float = 12.5, head: bool = False, seed: int = 1
) -> None:
    """Let the virtual runner run, who folds from a kilometre on.

    Writes ``NAME-chest.csv``, ``NAME-head.csv`` if a head sensor is worn, and ``NAME.fit`` of the watch.

    Parameters
    ----------
    name
        Of the files.
    tall_until_km
        Where the trunk begins to bend forward, by 6.5° within 300 m.
    minutes
        How long the runner runs, at 3 m/s.
    head
        Whether a second sensor is worn on the cap.
    seed
        Of everything that is drawn.
    """
    posture = (
        PosturePoint(tall_until_km, USUAL_DEG, head_pitch_deg=5.0),
        PosturePoint(tall_until_km + 0.3, FOLDED_DEG, head_pitch_deg=18.0),
    )
    legs = (stand(10.0), bow(35.0), stand(8.0), run(60.0 * minutes, 3.0), stand(15.0))
    worn = tuple(Worn(place) for place in (("sternum", "head") if head else ("sternum",)))
    made = simulate(RunPlan(legs, posture=posture, style=EVERYDAY, wear=worn), seed=seed)
    for index, place in enumerate(("chest", "head")[: len(worn)]):
        _write_csv(FOLDER / f"{name}-{place}.csv", made, index)
    (FOLDER / f"{name}.fit").write_bytes(
        watch_file(made, WatchHabits(offset_s=41.0, drift_ppm=25.0), seed=seed)
    )


def runtall(line: str) -> str:
    """Do what ``runtall LINE`` does in a terminal, show it, and return the last line it printed."""
    from analysis.cli.main import main

    said = StringIO()
    with _in_folder(), redirect_stdout(said), redirect_stderr(said):
        try:
            main(["--home", str(FOLDER / "home"), *shlex.split(line)])
        except SystemExit as end:
            if end.code:
                raise RuntimeError(f"runtall {line}: {end.code}") from end
    print(f"$ runtall {_typed(line)}\n{_shown(said.getvalue())}")
    return said.getvalue().strip().rpartition("\n")[2]


def begin_anew(gallery_conf: Mapping[str, Any], script: str) -> None:
    """Forget what an earlier example left; sphinx-gallery calls this before each."""
    for path in FOLDER.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _typed(line: str) -> str:
    """Return a command as one would type it: long ones go on in another line, quotes stay whole."""
    together = re.sub("'[^']*'", lambda quoted: quoted[0].replace(" ", NO_BREAK), _shown(line))
    lines = textwrap.wrap(together, SHOWN_COLUMNS, break_on_hyphens=False, break_long_words=False)
    return " \\\n      ".join(lines).replace(NO_BREAK, " ")


def _shown(text: str) -> str:
    return text.replace(str(FOLDER), "~")


@contextmanager
def _in_folder() -> Iterator[None]:
    before = Path.cwd()
    os.chdir(FOLDER)
    try:
        yield
    finally:
        os.chdir(before)


def _write_csv(path: Path, made: VirtualRun, index: int) -> None:
    measured = made.sensors[index].measured
    time_s = np.arange(len(measured.acc_sensor_mps2)) / made.rate_hz
    write_imu_csv(path, time_s, measured.acc_sensor_mps2, measured.gyr_sensor_radps)
