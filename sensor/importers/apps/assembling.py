"""A recording of a tool, checked and on one time line."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from sensor.errors import ImportFileError
from sensor.importers.apps.recording import AppRecording, Triad
from sensor.importers.apps.settling import LEAST_LEVEL, MOST_LEVEL
from sensor.importers.exported_files import ExportedFiles
from sensor.importers.imu_csv import ImuFile
from sensor.importers.log_times import check_log_times
from sensor.importers.mistaken_motion import check_motion, gravity_remark
from sensor.importers.plausibility import (
    LATEST_S,
    US_PER_S,
    check_axes,
    check_bursts,
    level_remarks,
    mean_specific_force_mps2,
)
from sensor.importers.two_streams import rates_at
from sensor.samples import FloatArray, IntArray
from sensor.units import STANDARD_GRAVITY_MPS2

_HOLE_S = 1.0
"""A pause worth a word: shorter ones are lost packets, which the report counts."""

_SET_BACK_S = 1.0
"""A phone hands rows over a little out of order; what goes back farther is a clock that was set."""

_LEAST_SET_BACK_ROWS = 5
_LEAST_ROWS = 2
_MOSTLY = 0.5


class _Paired(NamedTuple):
    """(n,) seconds, (n, 3) accelerations and, with a gyroscope, rates; what the runner should know of it."""

    time_s: FloatArray
    acc: FloatArray
    gyr: FloatArray | None
    told: list[str]


def to_imu_file(export: ExportedFiles, recording: AppRecording) -> ImuFile:
    """Check a recording and pair its streams.

    Parameters
    ----------
    export
        What was given, for messages and identity.
    recording
        As its reader found it.

    Raises
    ------
    ImportFileError
        When it cannot be analysed, or accelerations and angular rates have no moment in common.
    """
    path = export.path
    paired = _paired(path, recording)
    remarks = _checked_motion(path, recording, paired)
    size, sha256 = export.identity(recording.members)
    return ImuFile(
        name=export.name,
        size=size,
        sha256=sha256,
        time_s=paired.time_s,
        acc_sensor_mps2=paired.acc,
        gyr_sensor_radps=paired.gyr,
        notices=(
            *(f"{path}: {said}" for said in (f"taken for {recording.taken_for}.", *recording.notices)),
            *dict.fromkeys((*recording.acc.left_out, *(recording.gyr.left_out if recording.gyr else ()))),
            *(f"{path}: {said}" for said in (*paired.told, *_holes_told(paired.time_s))),
            *remarks,
        ),
        phone=recording.phone,
    )


def _in_order(path: Path, triad: Triad, quantity: str) -> tuple[Triad, list[str]]:
    """Return a triad in order of time, each moment once, and what was left out."""
    whole = np.isfinite(triad.time_s) & np.isfinite(triad.values).all(axis=1)
    time_s, values = triad.time_s[whole], triad.values[whole]
    if len(time_s) < _LEAST_ROWS:
        raise ImportFileError(f"{path}: holds no {quantity} with a time; record and export it again")
    if np.abs(time_s).max() > LATEST_S:
        raise ImportFileError(f"{path}: {np.abs(time_s).max():.4g} s is no time of a run: export it again")
    latest_s = np.maximum.accumulate(time_s)
    order = np.argsort(time_s, kind="stable")
    kept = order[np.diff(np.rint(time_s[order] * US_PER_S), prepend=-np.inf) > 0]
    _refuse_set_back(path, latest_s - time_s, kept=kept)
    left_out = {
        "without a time or a value": int(np.count_nonzero(~whole)),
        "with a time that was there already": len(time_s) - len(kept),
    }
    told = [f"left out, rows of the {quantity} {why}: {count}." for why, count in left_out.items() if count]
    return Triad(time_s[kept], values[kept]), told


def _refuse_set_back(path: Path, late_s: FloatArray, *, kept: IntArray) -> None:
    """Refuse a clock that went back and told other samples the same times again."""
    late = kept[late_s[kept] > _SET_BACK_S]
    if len(late) >= _LEAST_SET_BACK_ROWS:
        raise ImportFileError(
            f"{path}: its clock goes back by {late_s[late].max():.0f} s before row {late.min() + 1}: it was "
            "set, or these are two recordings; give each as its own file"
        )


def _paired(path: Path, recording: AppRecording) -> _Paired:
    """Return the samples for which both streams tell something; no rates where all of them are nought."""
    acc, told = _in_order(path, recording.acc, "acceleration")
    if recording.gyr is None:
        return _Paired(acc.time_s, acc.values, None, told)
    gyr, more = _in_order(path, recording.gyr, "angular rate")
    told += more
    if not gyr.values.any():
        told.append("the gyroscope gives only zeros and counts as missing.")
        return _Paired(acc.time_s, acc.values, None, told)
    rates = rates_at(acc.time_s, gyr.time_s, gyr.values)
    if not rates.is_known.any():
        raise ImportFileError(
            f"{path}: acceleration, {_span(acc)}, and angular rate, {_span(gyr)}, have no moment in common; "
            "give those of one recording, or the acceleration alone"
        )
    if np.isin(acc.time_s, gyr.time_s).mean() <= _MOSTLY:
        told.append("the angular rate was brought to the moments of the acceleration.")
    return _Paired(acc.time_s[rates.is_known], acc.values[rates.is_known], rates.values[rates.is_known], told)


def _span(triad: Triad) -> str:
    return f"{triad.time_s[0]:.10g} to {triad.time_s[-1]:.10g} s"


def _checked_motion(path: Path, recording: AppRecording, paired: _Paired) -> list[str]:
    """Refuse what is no run of a sound sensor; return what is to be remarked."""
    time_s, acc, gyr, _ = paired
    rate_hz = check_log_times(path, time_s)
    check_bursts(path, time_s, step_s=1 / rate_hz)
    check_axes(path, acc, columns=("acc_x", "acc_y", "acc_z"))
    level_g = mean_specific_force_mps2(acc, rate_hz) / STANDARD_GRAVITY_MPS2
    if not LEAST_LEVEL <= level_g <= MOST_LEVEL:
        raise ImportFileError(
            f"{path}: taken for {recording.taken_for}, but its mean specific force is {level_g:.3g} g: "
            "gravity was taken out, or the unit is another; export the raw accelerometer, with gravity"
        )
    notices = level_remarks(path, level_g)
    if gyr is not None:
        check_axes(path, gyr, columns=("gyr_x", "gyr_y", "gyr_z"))
        notices += check_motion(path, time_s, acc_mps2=acc, gyr_radps=gyr, rate_hz=rate_hz, unit="radps")
    if not recording.is_sign_known:
        notices += gravity_remark(path, acc, rate_hz=rate_hz, unit="mps2")
    return notices


def _holes_told(time_s: FloatArray) -> list[str]:
    """Say where nothing was recorded for a while, and what usually helps."""
    steps_s = np.diff(time_s)
    holes = np.flatnonzero(steps_s > _HOLE_S)
    if not len(holes):
        return []
    longest = int(holes[np.argmax(steps_s[holes])])
    return [
        f"nothing was recorded for {steps_s[holes].sum():.0f} s in all; pauses: {len(holes)}, the longest "
        f"{steps_s[longest]:.0f} s from {time_s[longest] - time_s[0]:.0f} s on. They count as gaps. If you "
        "did not pause, keep the app awake and its screen on."
    ]
