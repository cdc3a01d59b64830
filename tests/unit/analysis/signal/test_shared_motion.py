"""The three cues to a second sensor's heading, each on movements made up for it, and what two of them say."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.signal.alignment import heading_of
from analysis.signal.shared_motion import (
    ComplexArray,
    CueName,
    HeadingCue,
    bow_cue,
    path_cue,
    same_heading,
    shaking_cue,
)
from analysis.words import HeadingDoubt
from sensor.samples import FloatArray

CONFIG = AnalysisConfig().alignment
AXES = AnalysisConfig().axes
RATE_HZ = 104.0
TIME_S = np.arange(round(60 * RATE_HZ)) / RATE_HZ
TURN_RAD = np.radians(110.0)
START = np.exp(-0.5 * ((TIME_S - 15.0) / 1.0) ** 2) * (1.0 + 0.2j)
"""A start from standing: three seconds of about 1 m/s2."""
MOVING = 1.0 / (1.0 + np.exp(15.0 - TIME_S)) / (1.0 + np.exp(TIME_S - 50.0))
STEPS = MOVING * (3.0 * np.exp(2j * np.pi * 1.4 * TIME_S) + 2.0 * np.cos(2 * np.pi * 2.8 * TIME_S))


def turned(values: ComplexArray, angle_rad: float = TURN_RAD) -> ComplexArray:
    return np.asarray(values * np.exp(1j * angle_rad))


def noise(sd_mps2: float, seed: int = 3) -> ComplexArray:
    real, imaginary = np.random.default_rng(seed).standard_normal((2, len(TIME_S)))
    return np.asarray(sd_mps2 * (real + 1j * imaginary))


def leaning(angle_rad: FloatArray, way_rad: float) -> FloatArray:
    """Return the (3, m) vertical of a body that leans towards a direction."""
    return np.stack(
        (-np.sin(angle_rad) * np.cos(way_rad), -np.sin(angle_rad) * np.sin(way_rad), np.cos(angle_rad))
    )


def test_a_start_tells_whatever_the_strides_do() -> None:
    cue = path_cue(START + STEPS, turned(START - 1.5 * STEPS) + noise(0.1), rate_hz=RATE_HZ, config=CONFIG)
    assert cue is not None
    assert cue.name is CueName.PATH
    assert np.degrees(cue.angle_rad - TURN_RAD) == pytest.approx(0.0, abs=5.0)
    assert CONFIG.path_error_deg < cue.error_deg < CONFIG.path_most_error_deg


def test_the_error_of_the_path_is_no_less_than_noise_makes_it() -> None:
    off_deg, told_deg = [], []
    for seed in range(40):
        cue = path_cue(START, turned(START) + noise(0.4, seed), rate_hz=RATE_HZ, config=CONFIG)
        assert cue is not None
        off_deg.append(np.degrees(cue.angle_rad - TURN_RAD))
        told_deg.append(np.sqrt(cue.error_deg**2 - CONFIG.path_error_deg**2))
    assert np.std(off_deg) < np.mean(told_deg) < 2.5 * np.std(off_deg)


@pytest.mark.parametrize("gain", [0.5, 2.0])
def test_what_accelerates_one_part_of_the_body_more_is_no_path(gain: float) -> None:
    assert path_cue(START, turned(gain * START), rate_hz=RATE_HZ, config=CONFIG) is None


def test_a_path_under_noise_tells_nothing() -> None:
    assert path_cue(0.1 * START, turned(0.1 * START) + noise(1.5), rate_hz=RATE_HZ, config=CONFIG) is None


def test_a_record_shorter_than_the_band_tells_nothing() -> None:
    short = START[: round(RATE_HZ * 5)]
    assert path_cue(short, short, rate_hz=RATE_HZ, config=CONFIG) is None


def test_strides_that_shake_both_alike_tell() -> None:
    cue = shaking_cue(STEPS, turned(STEPS) + noise(1.0), rate_hz=RATE_HZ, config=CONFIG)
    assert cue is not None
    assert np.degrees(cue.angle_rad - TURN_RAD) == pytest.approx(0.0, abs=2.0)


def test_strides_that_shake_each_in_its_own_way_do_not() -> None:
    assert shaking_cue(STEPS, turned(np.conj(STEPS)), rate_hz=RATE_HZ, config=CONFIG) is None


def test_a_head_that_looks_aside_for_seconds_is_turned_back() -> None:
    aside_rad = 0.8 * np.exp(-0.5 * ((TIME_S - 15.0) / 2.0) ** 2)
    rate_radps = np.gradient(aside_rad, 1.0 / RATE_HZ)
    bias_radps = 0.02
    seen = same_heading(
        turned(START) * np.exp(-1j * aside_rad),
        own_yaw_radps=rate_radps + bias_radps,
        trunk_yaw_radps=np.zeros_like(rate_radps),
        rate_hz=RATE_HZ,
        config=CONFIG,
    )
    straight, back = (
        path_cue(START, mine, rate_hz=RATE_HZ, config=CONFIG)
        for mine in (turned(START) * np.exp(-1j * aside_rad), seen)
    )
    assert straight is not None
    assert back is not None
    assert abs(np.degrees(straight.angle_rad - TURN_RAD)) > 30.0
    assert abs(np.degrees(back.angle_rad - TURN_RAD)) < 15.0


def test_a_bow_tells_by_the_way_both_lean() -> None:
    angle_rad = np.radians(60.0) * np.exp(-0.5 * ((TIME_S - 15.0) / 2.0) ** 2)
    cue = bow_cue(leaning(angle_rad, 0.1), leaning(0.8 * angle_rad, 0.1 + TURN_RAD), axes=AXES, config=CONFIG)
    assert cue is not None
    assert cue.angle_rad == pytest.approx(TURN_RAD)


@pytest.mark.parametrize(
    ("most_deg", "way_rad", "followed"),
    [(15.0, 0.0, 1.0), (60.0, 1.0, 1.0), (60.0, 0.0, 0.1)],
    ids=["too small", "sideways", "not followed"],
)
def test_what_is_no_bow_of_both_tells_nothing(most_deg: float, way_rad: float, followed: float) -> None:
    angle_rad = np.radians(most_deg) * np.exp(-0.5 * ((TIME_S - 15.0) / 2.0) ** 2)
    own = leaning(followed * angle_rad, way_rad + TURN_RAD)
    assert bow_cue(leaning(angle_rad, way_rad), own, axes=AXES, config=CONFIG) is None


def test_no_cue_leaves_the_heading_in_doubt() -> None:
    assert heading_of((), CONFIG).doubt is HeadingDoubt.FAINT


def test_cues_across_the_half_circle_agree_and_the_surer_counts_more() -> None:
    cues = (
        HeadingCue(CueName.PATH, np.radians(178.0), 4.0),
        HeadingCue(CueName.SHAKING, np.radians(-174.0), 8.0),
    )
    found = heading_of(cues, CONFIG)
    assert found.doubt is HeadingDoubt.NONE
    assert np.degrees(found.angle_rad) == pytest.approx(179.6, abs=0.1)


def test_cues_far_apart_contradict_each_other() -> None:
    cues = (HeadingCue(CueName.BOW, 0.0, 8.0), HeadingCue(CueName.SHAKING, np.radians(25.0), 8.0))
    assert heading_of(cues, CONFIG).doubt is HeadingDoubt.CONTRADICTED
