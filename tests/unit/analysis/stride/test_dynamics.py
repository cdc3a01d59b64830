"""Bounce and contact, against motions written down by hand and the virtual runner's path."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.stride import dynamics
from analysis.stride.config import DynamicsConfig
from analysis.stride.dynamics import dynamics_columns, stride_waveforms
from sensor.samples import FloatArray
from sensor.virtual.runner.gait import STYLES
from tests.support.short_runs import PLAIN, report, virtual
from tests.support.streams import RATE_HZ, even, even_strides

CONFIG = DynamicsConfig()
G = 9.80665
UP = np.array([[0.0], [0.0], [1.0]])


def columns_of(vertical_mps2: FloatArray, rows: float, count: int) -> dict[str, FloatArray]:
    acc = np.zeros((len(vertical_mps2), 3))
    acc[:, 2] = vertical_mps2
    up = np.repeat(UP, len(acc), axis=1)
    return dynamics_columns(even(acc, None), up, strides=even_strides(5.0, rows, count), config=CONFIG)


@pytest.mark.parametrize("half_height_cm", [2.0, 5.0])
def test_a_sine_of_known_height_is_found(half_height_cm: float) -> None:
    rows = 74.0
    omega = 2 * np.pi * 2 * RATE_HZ / rows
    row = np.arange(1000)
    vertical = G - half_height_cm / 100 * omega**2 * np.sin(omega * row / RATE_HZ)
    found = columns_of(vertical, rows, 12)["vertical_oscillation_cm"]
    np.testing.assert_allclose(found, 2 * half_height_cm, rtol=0.01)


def test_a_bias_or_a_slope_of_the_road_is_no_bounce() -> None:
    assert columns_of(np.full(1000, G + 0.3), 74.0, 12)["vertical_oscillation_cm"] == pytest.approx(0.0)


def test_two_uneven_steps_give_their_mean() -> None:
    rows = 74
    # Heights over one stride: a bump of 6 cm in the first step, one of 4 cm in the second.
    phase = np.arange(rows) / rows
    height = np.where(phase < 0.5, 0.06, 0.04) * np.sin(2 * np.pi * phase) ** 2
    fine = np.tile(height, 14)
    acceleration = np.gradient(np.gradient(fine, 1 / RATE_HZ), 1 / RATE_HZ)
    found = columns_of(G + np.roll(acceleration, 5), rows, 12)["vertical_oscillation_cm"]
    np.testing.assert_allclose(found[1:-1], 5.0, rtol=0.05)


@pytest.mark.parametrize("style", STYLES)
def test_the_bounce_of_a_runner_is_that_of_the_path(style: str) -> None:
    run = virtual(replace(PLAIN, style=STYLES[style]), 2)
    worn = run.sensors[0]
    height_m = np.concatenate(([0.0], np.cumsum(worn.velocity_earth_mps[:-1, 2]))) / run.rate_hz
    table = report(run).strides
    inner = slice(20, -20)
    truth = []
    for start_s, end_s in zip(table["start_s"][inner], table["end_s"][inner], strict=True):
        a, b = round(start_s * run.rate_hz), round(end_s * run.rate_hz)
        middle = (a + b) // 2
        truth.append(100.0 * (np.ptp(height_m[a:middle]) + np.ptp(height_m[middle:b])) / 2)
    found = table["vertical_oscillation_cm"][inner]
    assert np.median(found) == pytest.approx(np.median(truth), rel=0.03)
    assert np.abs(found - truth).max() < 1.0


def test_contact_is_the_time_in_which_the_ground_pushes() -> None:
    rows = 80
    on_ground = (np.arange(rows // 2) / (rows / 2)) < 0.65
    force = np.where(on_ground, G / 0.65, -0.5)
    found = columns_of(np.roll(np.tile(force, 30), 5), rows, 12)["contact_time_ms"]
    step_ms = 1000 * rows / 2 / RATE_HZ
    np.testing.assert_allclose(found[1:-1], 0.65 * step_ms, atol=0.05 * step_ms)


def test_courses_over_a_stride_are_interpolated_between_rows() -> None:
    strides = even_strides(10.5, 64.0, 2)
    waveform = stride_waveforms(np.arange(200.0), strides.start_row, end_row=strides.end_row, grid=64)
    np.testing.assert_allclose(waveform[0], 10.5 + np.arange(64))


def test_strides_have_the_same_figures_however_many_are_looked_at_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    force = G + np.sin(np.arange(1200.0) / 6.0) * np.linspace(1.0, 3.0, 1200)
    whole = columns_of(force, 74.0, 12)
    monkeypatch.setattr(dynamics, "_STRIDES_AT_A_TIME", 5)
    for name, values in columns_of(force, 74.0, 12).items():
        np.testing.assert_array_equal(values, whole[name])


def test_without_strides_there_are_no_figures() -> None:
    none = columns_of(np.full(300, G), 74.0, 0)
    assert all(len(values) == 0 for values in none.values())
