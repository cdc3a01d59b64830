"""What a ten-second recording says about a sensor: findings in words, each with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analysis.config import AnalysisConfig
from analysis.errors import SignalError
from analysis.signal.calibration import calibrated_sensor
from analysis.signal.handedness import is_mirrored, to_right_handed
from analysis.signal.records import EvenStream, Gait
from analysis.signal.timebase import even_stream
from sensor.samples import FloatArray, Recording, SensorRecording
from sensor.units import STANDARD_GRAVITY_MPS2


class Grade(StrEnum):
    """How a line of the checkup came out."""

    OK = "ok"
    FIX = "fix"
    """Something is wrong and can be put right."""

    NOT_CHECKED = "not checked"
    """What came could not be judged."""


MOST_RATE_ERROR = 0.05
"""Oscillators of motion chips are off by a few percent; what is further off is lost or not as asked."""

RADIO_JITTER_S = 0.015
"""A packet arrives up to about this much later than another: what drift a short time can show."""

MOST_GRAVITY_ERROR = 0.03
"""The same 3 % from 1 g that make a stride of a run unusable."""

STILL_MPS2 = 0.3
"""Standard deviation of the specific force's size below which a sensor is held still."""

TURNED_RADPS = 0.5
"""Root mean square turning rate from which axes can be judged."""

LOW_BATTERY_PCT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the checkup.

    Parameters
    ----------
    grade
        How it came out.
    subject
        What was looked at.
    words
        What was found.
    advice
        What to do; empty where nothing is to be done.
    """

    grade: Grade
    subject: str
    words: str
    advice: str = ""

    @property
    def needs_fixing(self) -> bool:
        """Whether something is wrong."""
        return self.grade == Grade.FIX

    def line(self) -> str:
        """Return the finding as one line of text."""
        return f"{self.grade:<11} {self.subject}: {self.words}{self.advice and '; '}{self.advice}"


def plan_findings(names: Mapping[str, str], recording: Recording, *, if_missing: str) -> Iterator[Finding]:
    """Judge every sensor that was asked for, the missing ones too.

    Parameters
    ----------
    names
        Placement to the name of the sensor asked for there.
    recording
        Some seconds of them.
    if_missing
        What to do where a sensor was not heard.
    """
    for placement, name in names.items():
        sensor = recording.sensor(placement)
        if sensor is None:
            yield Finding(
                grade=Grade.FIX, subject=placement, words=f"{name} was not heard", advice=if_missing
            )
        else:
            yield from sensor_findings(calibrated_sensor(sensor))


def sensor_findings(sensor: SensorRecording) -> Iterator[Finding]:
    """Judge a short recording of one sensor.

    Parameters
    ----------
    sensor
        Some seconds of it, at best held still for a part and turned about for another.
    """
    if len(sensor.time_s) < 2:
        yield Finding(
            grade=Grade.FIX,
            subject=sensor.placement,
            words=f"{sensor.name} sent no samples",
            advice="wake it by moving it, and try again",
        )
        return
    looks = (_rate, _clock, _gravity, _clipping, _gaps, _axes, _battery)
    for look in looks:
        grade, words, advice = look(sensor)
        subject = f"{sensor.placement}, {look.__name__.removeprefix('_')}"
        yield Finding(grade=grade, subject=subject, words=words, advice=advice)


_Found = tuple[Grade, str, str]
"""Grade, words, advice."""


def measured_rate_hz(sensor: SensorRecording) -> float:
    """Return the samples per second of the time line, stretches without samples left out."""
    missing_s = sum(gap.end_s - gap.start_s for gap in sensor.gaps)
    span_s = float(sensor.time_s[-1] - sensor.time_s[0]) - missing_s
    return (len(sensor.time_s) - 1 - len(sensor.gaps)) / span_s if span_s > 0 else float("nan")


def _rate(sensor: SensorRecording) -> _Found:
    rate_hz = measured_rate_hz(sensor)
    words = f"{rate_hz:.1f} samples per second"
    if sensor.nominal_rate_hz is None:
        return Grade.NOT_CHECKED, words, ""
    words += f", {sensor.nominal_rate_hz:g} asked for"
    if abs(rate_hz / sensor.nominal_rate_hz - 1) <= MOST_RATE_ERROR:
        return Grade.OK, words, ""
    return Grade.FIX, words, "restart the sensor, and update its firmware if that does not help"


def _clock(sensor: SensorRecording) -> _Found:
    if sensor.nominal_rate_hz is None:
        return Grade.NOT_CHECKED, "no rate to compare it with", ""
    ppm = (measured_rate_hz(sensor) / sensor.nominal_rate_hz - 1) * 1e6
    seconds = float(sensor.time_s[-1] - sensor.time_s[0])
    doubt_ppm = RADIO_JITTER_S / max(seconds, RADIO_JITTER_S) * 1e6
    if abs(ppm) < doubt_ppm:
        return Grade.OK, f"no drift that {seconds:.0f} s could show, less than {doubt_ppm:.0f} ppm", ""
    words = f"{ppm:+.0f} ppm from the rate asked for, {abs(ppm) * 3600e-6:.1f} s in an hour"
    if abs(ppm) <= MOST_RATE_ERROR * 1e6:
        return Grade.OK, f"{words}; recordings correct for it", ""
    return (
        Grade.FIX,
        words,
        "restart the sensor: samples are missing, or it does not stream what was asked for",
    )


def _gravity(sensor: SensorRecording) -> _Found:
    size_mps2 = _calmest_second(sensor)
    if size_mps2.std() > STILL_MPS2:
        return (
            Grade.NOT_CHECKED,
            "it was never still for a second",
            "lay it down or hold still, and try again",
        )
    size_g = float(size_mps2.mean()) / STANDARD_GRAVITY_MPS2
    words = f"{size_g:.3f} g at rest{', calibrated' if sensor.calibration is not None else ''}"
    if abs(size_g - 1) <= MOST_GRAVITY_ERROR:
        return Grade.OK, words, ""
    return Grade.FIX, words, "calibrate its accelerometer with `runtall doctor --tilt`: angles would be off"


def _calmest_second(sensor: SensorRecording) -> FloatArray:
    """Return the size of the specific force, m/s2, in the second in which it changes least."""
    size_mps2 = np.linalg.norm(sensor.acc_sensor_mps2, axis=1)
    rows = max(2, round(measured_rate_hz(sensor)))
    seconds = [size_mps2[start : start + rows] for start in range(0, len(size_mps2), rows)]
    whole = [second for second in seconds if len(second) == rows] or [size_mps2]
    return min(whole, key=lambda second: float(second.std()))


def _clipping(sensor: SensorRecording) -> _Found:
    clipped = int(sensor.clipped.sum())
    if not clipped:
        return Grade.OK, "no sample at the end of its range", ""
    words = f"{clipped} of {len(sensor.clipped)} samples at the end of its range"
    return Grade.FIX, words, "choose a wider range or another sensor, unless it was knocked"


def _gaps(sensor: SensorRecording) -> _Found:
    if not sensor.gaps and not sensor.rejected_packets:
        return Grade.OK, "nothing lost", ""
    missing_s = sum(gap.end_s - gap.start_s for gap in sensor.gaps)
    words = (
        f"{missing_s:.2f} s missing in {len(sensor.gaps)} gaps, {sensor.rejected_packets} packets unreadable"
    )
    return Grade.FIX, words, "bring it closer, or the computer's antenna into its sight"


def _axes(sensor: SensorRecording) -> _Found:
    if sensor.gyr_sensor_radps is None:
        return Grade.NOT_CHECKED, "no gyroscope to judge them by; angles will be rough", ""
    config = AnalysisConfig()
    if np.sqrt((sensor.gyr_sensor_radps**2).sum(axis=1).mean()) < TURNED_RADPS:
        return Grade.NOT_CHECKED, "not turned enough to be judged", ""
    try:
        stream = even_stream(sensor, config.signal)
    except SignalError as error:
        return Grade.NOT_CHECKED, str(error), ""
    gait = _no_gait(stream)
    if is_mirrored(stream, gait, config.handedness):
        return Grade.OK, "left-handed; reports correct that by themselves", ""
    if is_mirrored(to_right_handed(stream), gait, config.handedness):
        return Grade.OK, "right-handed", ""
    return Grade.NOT_CHECKED, "not turned enough to be judged", ""


def _no_gait(stream: EvenStream) -> Gait:
    none = np.empty(0, np.int64)
    return Gait(
        step_phase=np.zeros(len(stream)), first=none, last=none, running=np.zeros(len(stream), np.bool_)
    )


def _battery(sensor: SensorRecording) -> _Found:
    if sensor.battery_pct is None:
        return Grade.NOT_CHECKED, "it does not say", ""
    words = f"{sensor.battery_pct} %"
    if sensor.battery_pct >= LOW_BATTERY_PCT:
        return Grade.OK, words, ""
    return Grade.FIX, words, "charge it or change its cell before a long run"
