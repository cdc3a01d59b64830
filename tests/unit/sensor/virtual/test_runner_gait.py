from __future__ import annotations

import numpy as np
import pytest

from sensor.virtual.runner.gait import (
    STYLES,
    GaitStyle,
    cadence_spm,
    evaluate,
    running_coefficients,
    walking_coefficients,
)

PHASE = 2.0 * np.pi * np.arange(720) / 720


def accelerations(coefficients: np.ndarray) -> np.ndarray:
    """Second derivative over phase, analytically: what the coefficients were divided by."""
    n = np.arange(1, coefficients.shape[1] + 1)
    return evaluate(-coefficients[:3] * n**2, PHASE)


def test_waveforms_repeat_with_the_stride() -> None:
    coefficients = running_coefficients(GaitStyle(), 24)
    np.testing.assert_allclose(
        evaluate(coefficients, PHASE), evaluate(coefficients, PHASE + 20.0 * np.pi), atol=1e-10
    )


def test_a_runner_without_asymmetry_repeats_the_vertical_with_the_step() -> None:
    coefficients = running_coefficients(GaitStyle(asymmetry=0.0), 24)
    vertical = evaluate(coefficients, PHASE)[0]
    np.testing.assert_allclose(vertical[:360], vertical[360:], atol=1e-12)


@pytest.mark.parametrize("name", STYLES)
def test_every_running_style_has_flight_and_every_angle_its_stated_size(name: str) -> None:
    style = STYLES[name]
    coefficients = running_coefficients(style, 24)
    assert accelerations(coefficients)[0].min() < -0.85 * 9.80665
    angles = np.degrees(evaluate(coefficients, PHASE)[3:])
    # The roll-off that spares the sensor from aliasing takes under 2 % at step rate.
    np.testing.assert_allclose(
        angles.max(axis=1), [style.flexion_deg, style.list_deg, style.axial_deg], rtol=0.02
    )


def test_trunk_pitch_peaks_with_the_vertical_push() -> None:
    coefficients = running_coefficients(GaitStyle(impact_g=0.0), 24)
    vertical = accelerations(coefficients)[0]
    pitch = evaluate(coefficients, PHASE)[3]
    assert np.corrcoef(vertical, pitch)[0, 1] > 0.7


def test_in_left_stance_the_body_is_pushed_to_the_right() -> None:
    lateral = accelerations(running_coefficients(GaitStyle(), 24))[2]
    assert lateral[60:240].mean() < -1.0
    assert lateral[420:600].mean() > 1.0


def test_walking_never_leaves_the_ground() -> None:
    assert accelerations(walking_coefficients(8))[0].min() > -0.5 * 9.80665


def test_faster_runners_step_quicker_and_walkers_slower() -> None:
    speed = np.array([2.7, 3.2, 4.3])
    run = cadence_spm(speed, np.ones(3), GaitStyle())
    assert np.all(np.diff(run) > 0.0)
    assert 155.0 < run[0] < run[-1] < 190.0
    walk = cadence_spm(np.array([1.2, 1.6]), np.zeros(2), GaitStyle())
    assert np.all((walk > 100.0) & (walk < 120.0))
