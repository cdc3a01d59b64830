"""A runner's own step length over cadence, from runs whose distance was measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.judging.config import DistanceConfig
from analysis.judging.personal_config import PersonalConfig
from analysis.personal import FittedStep
from sensor.samples import BoolArray, FloatArray, IntArray, freeze_arrays


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Stretches of running at a measured speed, all finite.

    Parameters
    ----------
    run
        (n,) number of the run, from 0 without a gap.
    cadence_spm, step_m
        (n,) medians over the stretch.
    stride_count
        (n,) how many strides it holds.
    """

    run: IntArray
    cadence_spm: FloatArray
    step_m: FloatArray
    stride_count: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    def where(self, kept: BoolArray) -> Steps:
        """Return some of the stretches."""
        return Steps(self.run[kept], self.cadence_spm[kept], self.step_m[kept], self.stride_count[kept])


_Line = Callable[..., tuple[float, float]]


def fit_step(steps: Steps, *, config: PersonalConfig, model: DistanceConfig) -> FittedStep | None:
    """Fit the step length: the model's line scaled, or a line of the runner's own where that foretells more.

    Which of them, and the error that is told, comes from leaving out one run at a time and foretelling its
    distance by the others.

    Parameters
    ----------
    steps
        Of all runs with a measured speed.
    config
        How many runs are needed.
    model
        The line that is scaled.
    """
    runs = len(np.unique(steps.run))
    if runs < config.least_step_runs:
        return None
    lines = (_scaled, _own_line)
    errors = [_error(line, steps, config=config, model=model) for line in lines]
    best = int(np.argmin(errors))
    at_model_m, slope_m = lines[best](steps, config, model=model)
    error_pct = max(100.0 * errors[best], config.least_step_error_pct)
    return FittedStep(at_model_m, model.run_cadence_spm, slope_m, error_pct, runs)


def _scaled(steps: Steps, config: PersonalConfig, *, model: DistanceConfig) -> tuple[float, float]:
    """Return step length at the model's cadence, and its slope, of the model's line times one factor."""
    count, quicker_spm = steps.stride_count, steps.cadence_spm - model.run_cadence_spm
    line_m = model.run_step_m + model.run_slope_m_per_spm * quicker_spm
    factor = float((count * steps.step_m).sum() / (count * line_m).sum())
    return factor * model.run_step_m, factor * model.run_slope_m_per_spm


def _own_line(steps: Steps, config: PersonalConfig, *, model: DistanceConfig) -> tuple[float, float]:
    """Return the same of a straight line through the stretches, its slope within what is believed."""
    count, quicker_spm = steps.stride_count, steps.cadence_spm - model.run_cadence_spm
    mean_spm, mean_m = (float(np.average(v, weights=count)) for v in (quicker_spm, steps.step_m))
    off_spm = quicker_spm - mean_spm
    spread = float((count * off_spm**2).sum())
    steepness = float((count * off_spm * steps.step_m).sum()) / spread if spread > 0 else 0.0
    slope_m = min(max(steepness, 0.0), config.most_step_slope_m_per_spm)
    return mean_m - slope_m * mean_spm, slope_m


def _error(line: _Line, steps: Steps, *, config: PersonalConfig, model: DistanceConfig) -> float:
    """Return the root mean square error (share) of the distance of a run that a line has not seen."""
    off = []
    for run in np.unique(steps.run):
        inside = steps.run == run
        at_model_m, slope_m = line(steps.where(~inside), config, model=model)
        count = steps.stride_count[inside]
        told_m = at_model_m + slope_m * (steps.cadence_spm[inside] - model.run_cadence_spm)
        off.append(float((count * told_m).sum() / (count * steps.step_m[inside]).sum()) - 1.0)
    return float(np.sqrt(np.mean(np.square(off))))
