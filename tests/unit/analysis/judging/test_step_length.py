"""A runner's own step length over cadence."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.judging.config import DistanceConfig
from analysis.judging.distance import distance_of, fitted_model, is_estimated, is_measured
from analysis.judging.personal_config import PersonalConfig
from analysis.judging.step_length import Steps, fit_step
from analysis.personal import FittedStep
from sensor.samples import FloatArray
from tests.support.stride_tables import STRIDE_M, STRIDE_S, steady_run

MODEL = DistanceConfig()


def fitted(run: FloatArray, cadence_spm: FloatArray, step_m: FloatArray) -> FittedStep | None:
    steps = Steps(run.astype(np.int64), cadence_spm, step_m, np.full(len(run), 45.0))
    return fit_step(steps, config=PersonalConfig(), model=MODEL)


def model_m(cadence_spm: FloatArray) -> FloatArray:
    return MODEL.run_step_m + MODEL.run_slope_m_per_spm * (cadence_spm - MODEL.run_cadence_spm)


def test_the_models_line_is_scaled_where_runs_do_not_differ_in_cadence() -> None:
    run = np.repeat(np.arange(4), 10)
    cadence_spm = np.full(40, 172.0)
    step = fitted(run, cadence_spm, 1.2 * model_m(cadence_spm))
    assert step is not None
    assert step.step_m == pytest.approx(1.2 * MODEL.run_step_m)
    assert step.slope_m_per_spm == pytest.approx(1.2 * MODEL.run_slope_m_per_spm)
    assert (step.error_pct, step.run_count) == (2.0, 4)


def test_a_slope_of_ones_own_is_taken_where_it_foretells_more() -> None:
    run = np.repeat(np.arange(4), 10)
    cadence_spm = 165.0 + 4.0 * run + np.tile(np.linspace(-3.0, 3.0, 10), 4)
    step = fitted(run, cadence_spm, 1.0 + 0.03 * (cadence_spm - 170.0))
    assert step is not None
    assert step.slope_m_per_spm == pytest.approx(0.03)
    assert step.step_m == pytest.approx(1.0 + 0.03 * (MODEL.run_cadence_spm - 170.0))


def test_the_error_is_that_of_a_run_the_fit_has_not_seen() -> None:
    # One of three runs has steps 6 % longer: foretold by the others it is 1 / 1.06 - 1 = -5.7 % off, the
    # others, foretold with it, (1 + 1.06) / 2 - 1 = +3 % each.
    run = np.repeat(np.arange(3), 10)
    step = fitted(run, np.full(30, 170.0), np.where(run == 2, 1.06, 1.0))
    assert step is not None
    assert step.error_pct == pytest.approx(100 * np.sqrt((0.0566**2 + 2 * 0.03**2) / 3), abs=0.01)


def test_two_runs_give_no_step_length() -> None:
    assert fitted(np.repeat(np.arange(2), 10), np.full(20, 170.0), np.ones(20)) is None


def test_a_distance_by_ones_own_steps_says_of_how_many_runs_and_how_good() -> None:
    step = FittedStep(STRIDE_M / 2, 120.0 / STRIDE_S, 0.01, 4.2, 5)
    way = distance_of(steady_run(100), (), context={"stature_m": 1.5}, config=MODEL, step=step)
    assert way.total_m == pytest.approx(100 * STRIDE_M)
    assert way.distance_source == way.speed_source == "cadence model, fitted to 5 runs, ±4 %"
    assert not way.speed_is_measured


def test_a_fitted_model_is_an_estimate_and_no_measurement() -> None:
    source = fitted_model(FittedStep(1.0, 170.0, 0.01, 4.0, 5))
    assert is_estimated(source)
    assert not is_measured(source)
    assert is_measured("watch file")
