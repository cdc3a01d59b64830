"""A sensor on a box: what is found of one whose errors are known, and one clear line where it went wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.checkup.tilt import TiltCheck, check_tilt, tilt_findings
from analysis.checkup.tilt_guide import PATIENCE_S, TURN_S, TiltGuide, TiltStep
from analysis.errors import TiltError
from sensor.samples import SensorRecording
from sensor.units import RADPS_PER_DEGPS
from sensor.virtual.runner.box import HOLD_S, MOVE_S, box_on_faces
from tests.support.recordings import sensor_recording

RATE_HZ = 52.0
LEAN_DEG = 20.0
FACE_S = HOLD_S + MOVE_S
LEAN_FROM_S = 6 * FACE_S - 1.0
BIAS_MPS2 = np.array([0.4, -0.3, 0.2])
SCALE = np.array([1.02, 0.97, 1.01])
GYR_BIAS_DEGPS = np.array([0.3, -0.4, 0.0])


@pytest.fixture(scope="module")
def sensor() -> SensorRecording:
    """Return the box as a sensor with known errors reads it."""
    clean = box_on_faces(LEAN_DEG, RATE_HZ)
    noise = 0.03 * np.random.default_rng(1).standard_normal(clean.acc_sensor_mps2.shape)
    acc = clean.acc_sensor_mps2 * SCALE + BIAS_MPS2 + noise
    assert clean.gyr_sensor_radps is not None
    gyr = clean.gyr_sensor_radps + RADPS_PER_DEGPS * GYR_BIAS_DEGPS
    return sensor_recording(np.arange(len(acc)) / RATE_HZ, acc, gyr, nominal_rate_hz=RATE_HZ)


def seconds(sensor: SensorRecording, *spans: tuple[float, float]) -> SensorRecording:
    """Return a recording that holds only some of its seconds, told as if nothing lay between."""
    rows = np.concatenate([np.flatnonzero((sensor.time_s >= a) & (sensor.time_s < b)) for a, b in spans])
    assert sensor.gyr_sensor_radps is not None
    return replace(
        sensor,
        time_s=np.arange(len(rows)) / RATE_HZ,
        acc_sensor_mps2=sensor.acc_sensor_mps2[rows],
        gyr_sensor_radps=sensor.gyr_sensor_radps[rows],
        clipped=sensor.clipped[rows],
    )


def checked(
    sensor: SensorRecording, told_deg: float = LEAN_DEG, lean_from_s: float = LEAN_FROM_S
) -> TiltCheck:
    return check_tilt(sensor, told_deg, lean_from_s=lean_from_s, end_s=float(sensor.time_s[-1]))


def test_scale_and_bias_are_found_within_what_is_stated(sensor: SensorRecording) -> None:
    fit = checked(sensor).fit
    assert (np.abs(fit.bias_mps2 - BIAS_MPS2) <= fit.bias_half_width_mps2).all()
    assert (np.abs(fit.scale - SCALE) <= fit.scale_half_width).all()
    assert fit.bias_half_width_mps2.max() < 0.02
    assert fit.scale_half_width.max() < 0.002


def test_the_known_angle_reads_wrong_before_and_right_after(sensor: SensorRecording) -> None:
    check = checked(sensor)
    assert abs(check.read_deg - LEAN_DEG) > 0.5
    assert check.corrected_deg == pytest.approx(LEAN_DEG, abs=0.1)


def test_the_gyroscope_is_read_at_rest_and_a_sensor_without_one_says_so(sensor: SensorRecording) -> None:
    lines = [finding.line() for finding in tilt_findings(checked(sensor))]
    # 0.3 and 0.4 degrees per second across make 0.5.
    assert any("gyroscope: 0.50 °/s at rest" in line for line in lines)
    without = checked(replace(sensor, gyr_sensor_radps=None))
    assert any(finding.words == "none" for finding in tilt_findings(without))


def test_an_angle_further_off_than_the_reference_is_worth_is_told_as_off(sensor: SensorRecording) -> None:
    words = [finding.words for finding in tilt_findings(checked(sensor, told_deg=22.0))]
    assert any("-2.0° off, more than box, table and app are worth" in line for line in words)


def test_a_face_that_comes_twice_changes_nothing(sensor: SensorRecording) -> None:
    twice = seconds(sensor, (0.0, FACE_S), (0.0, 100.0))
    assert checked(twice, lean_from_s=LEAN_FROM_S + FACE_S).fit.bias_mps2 == pytest.approx(
        BIAS_MPS2, abs=0.02
    )


@pytest.mark.parametrize(
    ("spans", "lean_from_s", "told_deg", "words"),
    [
        (
            [(0.0, 4 * FACE_S)],
            None,
            20.0,
            "4 of 6 faces, missing with the sensor's x up, x down: lay the box",
        ),
        ([(0.0, 6 * FACE_S)], LEAN_FROM_S, 20.0, "it was not leaned and still for 2 s"),
        ([(0.0, 100.0)], LEAN_FROM_S, 35.0, r"you told 35°, but arrays sternum was leaned by 20.0°: read"),
        ([(MOVE_S * n, MOVE_S * n + 1.0) for n in range(1)], None, 20.0, "it was never still for 2 s: fix"),
    ],
    ids=["four faces", "no lean", "another angle", "never still"],
)
def test_what_went_wrong_is_one_line(
    sensor: SensorRecording,
    spans: list[tuple[float, float]],
    lean_from_s: float | None,
    told_deg: float,
    words: str,
) -> None:
    part = seconds(sensor, *spans)
    with pytest.raises(TiltError, match=words) as raised:
        check_tilt(part, told_deg, lean_from_s=lean_from_s, end_s=float(part.time_s[-1]))
    assert "\n" not in str(raised.value)


def test_a_sensor_lost_midway_is_told_with_the_second_it_was_lost(sensor: SensorRecording) -> None:
    part = seconds(sensor, (0.0, 3 * FACE_S))
    with pytest.raises(TiltError, match="arrays sternum was lost after 24 s; 3 of 6 faces"):
        check_tilt(part, LEAN_DEG, lean_from_s=None, end_s=3 * FACE_S + 60.0)


def test_a_sensor_that_sent_nothing_is_told_to_be_woken(sensor: SensorRecording) -> None:
    with pytest.raises(TiltError, match="sent nothing: wake it"):
        check_tilt(seconds(sensor, (-1.0, 0.0)), LEAN_DEG, lean_from_s=None, end_s=10.0)


def test_a_sensor_that_broke_between_two_faces_is_refused_as_implausible(sensor: SensorRecording) -> None:
    broken = sensor.acc_sensor_mps2.copy()
    broken[sensor.time_s > 5.5 * FACE_S - 4.0] *= 0.7
    with pytest.raises(TiltError, match="which no sound sensor has"):
        checked(replace(sensor, acc_sensor_mps2=broken))


def test_a_reading_that_changed_before_the_lean_contradicts_the_faces(sensor: SensorRecording) -> None:
    moved = sensor.acc_sensor_mps2.copy()
    moved[sensor.time_s > LEAN_FROM_S] += [0.5, 0.0, 0.0]
    with pytest.raises(TiltError, match="the sensor moved on its box"):
        checked(replace(sensor, acc_sensor_mps2=moved))


def led(sensor: SensorRecording, until_s: float) -> tuple[TiltGuide, list[str]]:
    """Return the guide and what it said when a sensor was read four times a second."""
    guide, said = TiltGuide(LEAN_DEG), []
    for now_s in np.arange(0.25, until_s, 0.25):
        rows = (sensor.time_s >= now_s - 0.25) & (sensor.time_s < now_s)
        if rows.any():
            guide.take(sensor.acc_sensor_mps2[rows])
        said += guide.look(float(now_s), RATE_HZ)
    return guide, said


def test_the_guide_counts_the_faces_and_leads_to_lean_and_turn(sensor: SensorRecording) -> None:
    guide, said = led(sensor, 7 * FACE_S + TURN_S)
    assert [line[:11] for line in said[1:7]] == [f"{n} of 6 face" for n in range(1, 7)]
    assert said[7].startswith("Good. Now take it in your hand")
    assert guide.step == TiltStep.DONE
    assert said[-1] == "Thank you, that is all."


def test_the_guide_knows_a_face_that_was_there_before(sensor: SensorRecording) -> None:
    twice = seconds(sensor, (0.0, FACE_S), (MOVE_S / 2, MOVE_S + 0.0), (FACE_S, FACE_S + 1.2), (0.0, FACE_S))
    _, said = led(twice, 25.0)
    assert said[-1] == "1 of 6 faces: this one was there before, turn it to one that was not."


def test_the_guide_ends_by_itself_where_nothing_new_comes(sensor: SensorRecording) -> None:
    guide, said = led(seconds(sensor, (0.0, FACE_S)), FACE_S + PATIENCE_S + 1.0)
    assert guide.step == TiltStep.DONE
    assert said[-1] == "Nothing new came for two minutes."
