"""Planted mistakes are named, sound files are not refused: simulated runs and recordings of others."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from sensor.errors import ImportFileError
from sensor.importers.mistaken_motion import check_motion, gravity_remark
from sensor.importers.motion_agreement import _stride_weights
from sensor.samples import FloatArray
from sensor.units import RADPS_PER_DEGPS
from sensor.virtual.runner.plan import RunPlan, corner, run, stand
from sensor.virtual.runner.scenarios import EVERYDAY
from tests.support.datasets import fallalld, names, qmt, sisfall
from tests.support.short_runs import OPENING, virtual

PLAN = RunPlan(
    (*OPENING, run(20, 3), corner(90, 3.5, 2.7), run(15, 3), corner(-90, 3.5, 2.7), run(15, 3), stand(8)),
    style=EVERYDAY,
)
"""A bow and two bends: what shows how axes lie."""

Samples = tuple[FloatArray, FloatArray, FloatArray]

TURNED = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])
"""A sensor that sits askew, as worn ones do: no axis is the runner's own."""


@lru_cache
def simulated(seed: int) -> Samples:
    """Return time, specific force and angular rate of a run."""
    measured = virtual(PLAN, seed).sensors[0].measured
    assert measured.gyr_sensor_radps is not None
    time_s = np.arange(len(measured.acc_sensor_mps2)) / measured.rate_hz
    return time_s, measured.acc_sensor_mps2 @ TURNED.T, measured.gyr_sensor_radps @ TURNED.T


def said(samples: Samples, *, unit: str = "radps") -> str:
    """Return the refusal, or the remarks in brackets."""
    time_s, acc, gyr = samples
    rate_hz = 1 / float(np.median(np.diff(time_s)))
    factor = RADPS_PER_DEGPS if unit == "dps" else 1.0
    try:
        remarks = check_motion(
            Path("a.csv"), time_s, acc_mps2=acc, gyr_radps=gyr * factor, rate_hz=rate_hz, unit=unit
        )
    except ImportFileError as error:
        return str(error)
    return f"[{' '.join(remarks)}]"


def turned_round(axis: int) -> Callable[[FloatArray], FloatArray]:
    return lambda vectors: vectors * np.where(np.arange(3) == axis, -1.0, 1.0)


def swapped(one: int, other: int) -> Callable[[FloatArray], FloatArray]:
    order = [0, 1, 2]
    order[one], order[other] = other, one
    return lambda vectors: vectors[:, order]


MIX_UPS = {
    "{}_x has the wrong sign": turned_round(0),
    "{}_y has the wrong sign": turned_round(1),
    "{}_z has the wrong sign": turned_round(2),
    "{0}_x and {0}_y are swapped": swapped(0, 1),
    "{0}_x and {0}_z are swapped": swapped(0, 2),
    "{0}_y and {0}_z are swapped": swapped(1, 2),
}


@pytest.mark.parametrize("quantity", ["acc", "gyr"])
@pytest.mark.parametrize("cause", MIX_UPS)
def test_an_axis_that_was_mixed_up_is_named(cause: str, quantity: str) -> None:
    time_s, acc, gyr = simulated(1)
    mixed = MIX_UPS[cause]
    found = said((time_s, mixed(acc), gyr) if quantity == "acc" else (time_s, acc, mixed(gyr)))
    assert "contradict each other" in found
    assert "\n" not in found
    assert cause.format(quantity) in found


def test_several_mixed_up_axes_are_told_as_what_belongs_together() -> None:
    time_s, acc, gyr = simulated(1)
    assert "acc_x, acc_y, acc_z belong to gyr's +z, +x, +y" in said((time_s, acc, gyr[:, [1, 2, 0]]))


@pytest.mark.parametrize("mirror", [lambda gyr: -gyr, lambda gyr: gyr])
def test_left_handed_axes_are_remarked_and_not_refused(mirror: Callable[[FloatArray], FloatArray]) -> None:
    time_s, acc, gyr = simulated(1)
    flip = np.array([1.0, -1.0, 1.0]) if mirror(1.0) > 0 else 1.0
    found = said((time_s, acc * flip, mirror(gyr) * flip))
    assert "left-handed, which reports mend" in found
    assert "all signs of gyr are turned round" in found
    assert found.startswith("[")


@pytest.mark.parametrize(
    ("factor", "unit", "cause"),
    [
        (1.0, "dps", "in radps, rename the columns"),
        (1 / RADPS_PER_DEGPS, "radps", "in dps, rename the columns"),
        (1000 / RADPS_PER_DEGPS, "dps", "thousandths of a deg/s, convert them"),
        *(
            (count / RADPS_PER_DEGPS, unit, f"{count:g}")
            for count in (14.3, 16.4, 131.0)
            for unit in ("dps", "radps")
        ),
    ],
)
def test_another_unit_is_named(factor: float, unit: str, cause: str) -> None:
    time_s, acc, gyr = simulated(1)
    found = said((time_s, acc, gyr * factor), unit=unit)
    assert f"columns gyr_x_{unit} to gyr_z_{unit}" in found
    assert cause in found


def test_counts_that_cannot_be_told_apart_are_both_named() -> None:
    time_s, acc, gyr = simulated(1)
    found = said((time_s, acc, gyr * 15.0 / RADPS_PER_DEGPS), unit="dps")
    assert "contradicts the accelerometer" in found
    assert "the sensor's own counts (14.3 or 16.4 for 1 deg/s)" in found


@pytest.mark.parametrize("seed", [1, 2])
def test_a_sound_run_is_neither_refused_nor_remarked(seed: int) -> None:
    assert said(simulated(seed)) == "[]"


def test_a_file_too_slow_to_tell_is_left_alone() -> None:
    time_s, acc, gyr = (values[::3] for values in simulated(1))
    assert said((time_s, acc, -gyr)) == "[]"


@pytest.mark.parametrize("segment", ["upper_back", "head", "lower_back"])
def test_a_walk_of_somebody_else_is_not_refused_and_its_mix_ups_are(segment: str) -> None:
    data = qmt(segment)
    assert data.gyr_sensor_radps is not None
    sound = (data.time_s, data.acc_sensor_mps2, data.gyr_sensor_radps)
    assert said(sound) == "[]"
    assert "acc_x and acc_y are swapped" in said((sound[0], sound[1][:, [1, 0, 2]], sound[2]))


def test_jogs_of_others_are_not_refused() -> None:
    jogs = [sisfall(name)[0] for name in names("sisfall_jog_waist", "*.npz")[::4]]
    jogs += [fallalld(name) for name in names("fallalld_jog_neck_waist", "*.npz")[::6]]
    found = {}
    for jog in jogs:
        assert jog.gyr_sensor_radps is not None
        found[jog.name] = said((jog.time_s, jog.acc_sensor_mps2, jog.gyr_sensor_radps))
    assert len(found) > 8
    assert set(found.values()) == {"[]"}


def test_left_handed_recordings_of_others_are_not_refused() -> None:
    for name in names("fallalld_jog_neck_waist", "*.npz")[::6]:
        jog = fallalld(name, mended=False)
        assert jog.gyr_sensor_radps is not None
        assert said((jog.time_s, jog.acc_sensor_mps2, jog.gyr_sensor_radps)).startswith("["), name


def test_gravity_that_reads_downwards_is_told_with_both_causes() -> None:
    _, acc, _ = simulated(1)
    upright = acc if np.median(acc[:, 2]) > 0 else -acc
    assert gravity_remark(Path("a.csv"), upright, rate_hz=104.0, unit="g") == []
    (remark,) = gravity_remark(Path("a.csv"), -upright, rate_hz=104.0, unit="g")
    assert "that axis pointed down; if it pointed up, all signs of acc are turned round" in remark


@pytest.mark.parametrize(("count", "sigma", "every"), [(300, 26.0, 5), (50, 12.5, 2), (4, 50.0, 10)])
def test_averages_over_strides_are_those_of_a_gaussian_at_every_row(
    count: int, sigma: float, every: int
) -> None:
    values = np.random.default_rng(1).normal(size=count)
    averaged = _stride_weights(count, sigma, every=every) @ values
    assert averaged == pytest.approx(gaussian_filter1d(values, sigma)[::every], abs=1e-12)
