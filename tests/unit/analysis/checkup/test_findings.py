"""Ten seconds of a sensor, judged: what is ok, what could not be checked, what is to be fixed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.checkup.findings import Finding, Grade, measured_rate_hz, sensor_findings
from sensor.samples import FloatArray, Gap, SensorRecording

G_MPS2 = 9.80665
RATE_HZ = 100.0


def turned_about(seconds: float = 10.0) -> tuple[FloatArray, FloatArray]:
    """Return force and rate of a sensor that swings 60 degrees about its x axis and then about its y axis."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    angle = np.pi / 3 * np.sin(2 * np.pi * 0.4 * time_s)
    rate = np.pi / 3 * 2 * np.pi * 0.4 * np.cos(2 * np.pi * 0.4 * time_s)
    is_first = time_s < seconds / 2
    nought = np.zeros(len(time_s))
    # Turned by +angle, a sensor sees the vertical turned by -angle: about x (0, sin, cos), y (-sin, 0, cos).
    about_x = np.column_stack([nought, np.sin(angle), np.cos(angle)])
    about_y = np.column_stack([-np.sin(angle), nought, np.cos(angle)])
    acc = G_MPS2 * np.where(is_first[:, None], about_x, about_y)
    gyr = np.column_stack([np.where(is_first, rate, 0.0), np.where(is_first, 0.0, rate), nought])
    noise = np.random.default_rng(3).normal(0.0, 1e-3, (2, *acc.shape))
    return acc + noise[0], gyr + noise[1]


def recording(acc: FloatArray | None = None, gyr: FloatArray | None = None) -> SensorRecording:
    """Return ten seconds at rest with the z axis up, or of what is given."""
    at_rest = np.tile([0.0, 0.0, G_MPS2], (1000, 1))
    acc = at_rest if acc is None else acc
    return SensorRecording(
        placement="sternum",
        device="movesense",
        name="Movesense 1",
        nominal_rate_hz=RATE_HZ,
        acc_range_mps2=8 * G_MPS2,
        gyr_range_radps=None,
        gyr_late_s=0.0,
        time_s=np.arange(len(acc)) / RATE_HZ,
        acc_sensor_mps2=acc,
        gyr_sensor_radps=np.zeros((len(acc), 3)) if gyr is None else gyr,
        clipped=np.zeros(len(acc), np.bool_),
        gaps=(),
        segment_start=np.zeros(1, np.int64),
        battery_pct=80,
    )


def found(sensor: SensorRecording, subject: str) -> Finding:
    return next(f for f in sensor_findings(sensor) if f.subject.endswith(subject))


def test_a_sensor_at_rest_is_ok_but_for_its_axes_which_rest_says_nothing_about() -> None:
    grades = {f.subject.removeprefix("sternum, "): f.grade for f in sensor_findings(recording())}
    assert grades.pop("axes") is Grade.NOT_CHECKED
    assert set(grades) == {"rate", "clock", "gravity", "clipping", "gaps", "battery"}
    assert set(grades.values()) == {Grade.OK}


def test_a_sensor_that_sends_nothing_is_told_how_to_wake() -> None:
    (only,) = sensor_findings(recording(np.empty((0, 3))))
    assert only.needs_fixing
    assert "wake it" in only.line()


def test_a_rate_half_of_what_was_asked_for_needs_fixing() -> None:
    half = replace(recording(), time_s=np.arange(1000) / 50.0)
    assert found(half, "rate").line() == (
        "fix         sternum, rate: 50.0 samples per second, 100 asked for; "
        "restart the sensor, and update its firmware if that does not help"
    )


def test_a_slow_oscillator_is_told_in_parts_per_million_and_is_ok() -> None:
    # 3000 ppm are 10.8 s in 3600 s.
    slow = replace(recording(), time_s=np.arange(1000) / (RATE_HZ * (1 - 3000e-6)))
    assert found(slow, "clock").grade == Grade.OK
    assert "-3000 ppm" in found(slow, "clock").words
    assert "10.8 s in an hour" in found(slow, "clock").words


def test_a_drift_that_the_radio_alone_could_make_is_not_claimed() -> None:
    # Ten seconds, of which 15 ms are 1500 ppm.
    slow = replace(recording(), time_s=np.arange(1000) / (RATE_HZ * (1 - 120e-6)))
    assert found(slow, "clock").line() == (
        "ok          sternum, clock: no drift that 10 s could show, less than 1501 ppm"
    )


def test_the_rate_does_not_count_the_time_in_gaps() -> None:
    time_s = np.concatenate([np.arange(500) / RATE_HZ, 2.0 + np.arange(500, 1000) / RATE_HZ])
    holed = replace(recording(), time_s=time_s, gaps=(Gap(4.99, 7.0, "link lost"),))
    # 998 steps of 0.01 s besides the gap of 2.01 s.
    assert measured_rate_hz(holed) == pytest.approx(100.0)
    assert found(holed, "gaps").needs_fixing
    assert "2.01 s missing in 1 gaps" in found(holed, "gaps").words


def test_gravity_four_percent_off_wants_calibration_and_two_percent_does_not() -> None:
    at_rest = recording().acc_sensor_mps2
    assert found(recording(at_rest * 1.04), "gravity").needs_fixing
    assert found(recording(at_rest * 1.02), "gravity").grade == Grade.OK


def test_gravity_is_taken_where_the_sensor_was_calmest() -> None:
    shaken = recording().acc_sensor_mps2.copy()
    shaken[:800, 2] += np.random.default_rng(1).normal(0.0, 5.0, 800)
    assert found(recording(shaken), "gravity").words == "1.000 g at rest"
    shaken[800:, 2] += np.random.default_rng(2).normal(0.0, 5.0, 200)
    assert found(recording(shaken), "gravity").grade == Grade.NOT_CHECKED


def test_a_triad_turned_about_is_told_right_handed_and_its_mirror_image_left_handed() -> None:
    acc, gyr = turned_about()
    mirror = np.array([1.0, -1.0, 1.0])
    assert found(recording(acc, gyr), "axes").words == "right-handed"
    assert found(recording(acc * mirror, gyr * mirror), "axes").words.startswith("left-handed")


def test_without_a_gyroscope_axes_cannot_be_judged() -> None:
    assert found(replace(recording(), gyr_sensor_radps=None), "axes").grade == Grade.NOT_CHECKED


@pytest.mark.parametrize(("percent", "grade"), [(19, Grade.FIX), (20, Grade.OK), (None, Grade.NOT_CHECKED)])
def test_a_battery_below_a_fifth_wants_charging(percent: int | None, grade: Grade) -> None:
    assert found(replace(recording(), battery_pct=percent), "battery").grade == grade


def test_clipped_samples_are_counted() -> None:
    clipped = np.zeros(1000, np.bool_)
    clipped[:3] = True
    assert "3 of 1000 samples" in found(replace(recording(), clipped=clipped), "clipping").line()
